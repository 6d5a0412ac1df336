"""Local response normalisation across channels, with a backward pass of its own.

torch's `local_response_norm` averages over a 3-d pool: on the CPU it costs as much as all of GoogLeNet's convolutions,
and its backward pass on CUDA is not deterministic. Here the window's sum is a few shifted additions, on pieces of the
picture small enough to stay in the processor's cache between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

#: Values worked on at a time: on the CPU half a megabyte of float32, few enough calls; elsewhere 8 MB, of which several
#: fit into a GPU's second-level cache, and no passing sum is as large as what is normalised.
_PIECE = 1 << 17
_PIECE_ELSEWHERE = 1 << 21


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
    def forward(ctx: Any, x: Tensor, size: int, alpha: float, k: float) -> Tensor:
        if x.device.type == "meta":
            return torch.empty_like(x)
        places = _places(x)
        y = torch.empty_like(places)
        scale = torch.empty_like(places, dtype=torch.promote_types(x.dtype, torch.float32))
        power = torch.empty_like(scale)
        window = _Window(scale, size)
        for piece in _pieces(places):
            values = places[piece].to(scale.dtype)
            s = torch.mul(window.sum(values, values), alpha / size, out=scale[piece]).add_(k)
            f = torch.rsqrt(s, out=power[piece])
            f.mul_(f.sqrt())
            torch.mul(values, f, out=y[piece])
        ctx.save_for_backward(x, scale, power)
        ctx.size, ctx.alpha = size, alpha
        return _picture(y, x)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor, None, None, None]:
        x, scale, power = ctx.saved_tensors
        places, gradients = _places(x), _places(dy)
        dx = torch.empty_like(places)
        window = _Window(scale, ctx.size)
        for piece in _pieces(places):
            values = places[piece].to(scale.dtype)
            direct = power[piece] * gradients[piece]
            through = window.sum(direct / scale[piece], values)
            dx[piece] = direct.addcmul_(through, values, value=-1.5 * ctx.alpha / ctx.size)
        return _picture(dx, x), None, None, None


class _Window:
    """Sums over neighbouring channels, piece by piece, in buffers that are used again."""

    def __init__(self, like: Tensor, size: int) -> None:
        self.size, self.side = size, size // 2
        rows, self.channels = _rows(like), like.shape[1]
        # Margins of zeros on both sides make every shift one run over memory, from row to row.
        self.padded = like.new_zeros(min(rows, len(like)), self.channels + 2 * self.side)
        self.total = torch.empty_like(self.padded)

    def sum(self, a: Tensor, b: Tensor) -> Tensor:
        """(places, C) twice -> sums of their product over `size` channels around each, fewer at both ends."""
        places = len(a)
        torch.mul(a, b, out=self.padded[:places, self.side : self.side + self.channels])
        flat, total = self.padded[:places].view(-1), self.total[:places].view(-1)
        run = len(flat) - 2 * self.side
        torch.add(flat[:run], flat[1 : 1 + run], out=total[:run])
        for shift in range(2, self.size):
            total[:run] += flat[shift : shift + run]
        return self.total[:places, : self.channels]


def _places(x: Tensor) -> Tensor:
    """(N, C, H, W) -> (N·H·W, C), without copying what is channels-last."""
    return x.permute(0, 2, 3, 1).reshape(-1, x.shape[1])


def _picture(places: Tensor, like: Tensor) -> Tensor:
    batch, channels, height, width = like.shape
    return places.view(batch, height, width, channels).permute(0, 3, 1, 2)


def _rows(places: Tensor) -> int:
    return max(1, (_PIECE if places.device.type == "cpu" else _PIECE_ELSEWHERE) // places.shape[1])


def _pieces(places: Tensor) -> Iterator[slice]:
    rows = _rows(places)
    return (slice(start, start + rows) for start in range(0, len(places), rows))
