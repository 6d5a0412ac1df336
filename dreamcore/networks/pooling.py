"""Pooling on the CPU: maxima that keep no more than the winners' places, and means whose gradient is a plain copy."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
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


class MeanPool(nn.Module):
    """A `nn.AvgPool2d` whose windows lie side by side, as `replaces` says.

    Each value's gradient goes to its window in equal parts. torch's own adds them up as if windows overlapped, which
    takes five times as long.
    """

    def __init__(self, plain: nn.AvgPool2d) -> None:
        super().__init__()
        self.window = _pair(plain.kernel_size)

    @staticmethod
    def replaces(plain: nn.AvgPool2d) -> bool:
        """Whether no window overlaps another or the edge."""
        side_by_side = _pair(plain.kernel_size) == _pair(plain.stride)
        return side_by_side and _pair(plain.padding) == (0, 0) and not plain.ceil_mode and not plain.divisor_override

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = _Mean.apply(x, self.window)
        return y


class _Mean(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, window: tuple[int, int]) -> Tensor:
        ctx.window, ctx.size = window, x.shape[2:]
        return F.avg_pool2d(x, window)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor, None]:
        (tall, wide), (height, width) = ctx.window, ctx.size
        part = (dy * (1 / (tall * wide))).contiguous(memory_format=torch.channels_last)
        dx = F.interpolate(part, (part.shape[2] * tall, part.shape[3] * wide))
        # The last rows and columns may lie outside every window.
        short = (0, width - dx.shape[3], 0, height - dx.shape[2])
        return (F.pad(dx, short) if any(short) else dx), None


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value
