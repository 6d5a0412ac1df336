"""Local response normalisation across channels, with a backward pass of its own.

torch's `local_response_norm` averages over a 3-d pool: on the CPU it costs as much as all of GoogLeNet's convolutions,
and its backward pass on CUDA is not deterministic. Here the window's sum is a few shifted additions.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class LocalResponseNorm(nn.Module):
    """y = x / (k + alpha/size * (sum of x² over `size` neighbouring channels)) ^ 0.75, as Caffe's LRN layer.

    (N, C, H, W) -> the same; statistics are in float32 at least. The exponent is fixed: it is two square roots.
    """

    dreamcore_leaf = True

    def __init__(self, size: int = 5, alpha: float = 1e-4, k: float = 1.0) -> None:
        super().__init__()
        self.size, self.alpha, self.k = size, alpha, k

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = _Normalise.apply(x, self.size, self.alpha, self.k)
        return y


class _Normalise(torch.autograd.Function):
    """With s = k + a/n·W(x²): y = x·s^-¾, and dx = dy·s^-¾ - 2·¾·a/n · x · W(dy·x·s^-1¾)."""

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, x: Tensor, size: int, alpha: float, k: float) -> Tensor:
        wide = x if x.dtype == torch.float64 else x.float()
        scale = _window_sum(wide * wide, size).mul_(alpha / size).add_(k)
        factor = scale.rsqrt()
        factor.mul_(factor.sqrt())  # s^-¾
        ctx.save_for_backward(x, scale, factor)
        ctx.size, ctx.alpha = size, alpha  # type: ignore[attr-defined]
        return (wide * factor).to(x.dtype)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: torch.autograd.function.FunctionCtx, dy: Tensor) -> tuple[Tensor, None, None, None]:
        x, scale, factor = ctx.saved_tensors  # type: ignore[attr-defined]
        size, alpha = ctx.size, ctx.alpha  # type: ignore[attr-defined]
        direct = dy.to(factor.dtype) * factor
        through = _window_sum((direct * x).div_(scale), size)
        dx = direct.addcmul_(through, x.to(factor.dtype), value=-1.5 * alpha / size)
        return dx.to(x.dtype), None, None, None


def _window_sum(values: Tensor, size: int) -> Tensor:
    """(N, C, H, W) -> sums over the `size` channels around each, fewer at both ends."""
    total = values.clone(memory_format=torch.preserve_format)
    channels = values.shape[1]
    for shift in range(1, size // 2 + 1):
        total[:, shift:] += values[:, : channels - shift]
        total[:, : channels - shift] += values[:, shift:]
    return total
