"""SiLU, x·sigmoid(x), on the CPU, for values and gradients that lie in memory one after another.

torch's own kernels compute sixteen or thirty-two neighbouring values at once, and what is left of a run one by one, ten
times as slowly. The gradient of a join is cut along the channels: runs of 16 or 48 values. Copied before, it is quick.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class SiLU(nn.Module):
    """A `nn.SiLU` for channels-last values."""

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = _Activate.apply(x)
        return y


class _Activate(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        x = laid_out(x)
        ctx.save_for_backward(x)
        return F.silu(x)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, dy: Tensor) -> Tensor:
        dx: Tensor = torch.ops.aten.silu_backward(laid_out(dy), ctx.saved_tensors[0])
        return dx


def silu_backward_(dy: Tensor, x: Tensor) -> Tensor:
    """The gradient with respect to `x`, in place of `dy`; both channels-last."""
    dx: Tensor = torch.ops.aten.silu_backward.grad_input(dy, x, grad_input=dy)
    return dx


def laid_out(x: Tensor) -> Tensor:
    """`x` in channels-last; a copy only if it is not."""
    return x.contiguous(memory_format=torch.channels_last) if x.dim() == 4 else x.contiguous()
