"""Max pooling on the CPU that keeps no more than the winners' places, and adds up overlapping gradients in float32."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class MaxPool(nn.Module):
    """A `nn.MaxPool2d` without dilation."""

    def __init__(self, plain: nn.MaxPool2d) -> None:
        super().__init__()
        window = (plain.kernel_size, plain.stride, plain.padding, plain.dilation)
        self.window = tuple([size, size] if isinstance(size, int) else list(size) for size in window)
        self.ceil_mode = plain.ceil_mode

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = _Pool.apply(x, *self.window, self.ceil_mode)
        return y


class _Pool(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, *window: Any) -> Tensor:
        y: Tensor
        y, indices = torch.ops.aten.max_pool2d_with_indices(x, *window)
        ctx.save_for_backward(indices)
        ctx.window, ctx.shape = window, x.shape
        return y

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor | None, ...]:
        (indices,) = ctx.saved_tensors
        # Nine windows share a place at stride 1: float32 loses nothing there, and adding in bfloat16 is slow.
        dtype = torch.float32 if ctx.window[1] == [1, 1] else dy.dtype
        # Of the input the operator reads only shape, type and layout.
        like = torch.empty(ctx.shape, dtype=dtype, device=dy.device, memory_format=torch.channels_last)
        dx = torch.ops.aten.max_pool2d_with_indices_backward(dy.to(dtype), like, *ctx.window, indices)
        return dx.to(dy.dtype), *[None] * len(ctx.window)
