"""Looking at a picture a little differently each time: shifted, turned, nearer or farther.

What only works at one exact place is not a picture of anything; what survives being looked at differently is
("transformation robustness" in Olah et al., 2017).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from dreamcore.imagining.manners import Manner


@dataclass(frozen=True)
class Glance:
    """One way of looking."""

    down: float  # pixels
    right: float
    angle: float  # radians
    scale: float


def drawn_glances(count: int, manner: Manner, generator: torch.Generator) -> tuple[Glance, ...]:
    """`count` ways of looking, drawn at once, so that work that pauses in between goes on with the same."""
    rows = (2 * torch.rand(count, 4, generator=generator, dtype=torch.float64) - 1).tolist()
    turn = math.radians(manner.turn)
    return tuple(
        Glance(manner.shift * down, manner.shift * right, turn * round_, 1 + manner.zoom * near)
        for down, right, round_, near in rows
    )


def glanced(pictures: Tensor, glance: Glance) -> Tensor:
    """(n, 3, H, W) -> the same shape, mirrored where the picture ends."""
    height, width = pictures.shape[2:]
    cosine, sine = (f(glance.angle) / glance.scale for f in (math.cos, math.sin))
    there = torch.tensor(
        [
            [cosine, -sine * height / width, 2 * glance.right / width],
            [sine * width / height, cosine, 2 * glance.down / height],
            [0.0, 0.0, 1.0],
        ],
        dtype=torch.float64,
    )
    back = torch.linalg.inv(there)
    result: Tensor = _Sampled.apply(pictures, there[:2].float(), back[:2].float(), glance.scale**2)
    return result


class _Sampled(torch.autograd.Function):
    """Bilinear sampling whose gradient is sampled back the same way.

    torch's own gradient of sampling scatters its values, on a GPU in no fixed order: the same recipe would give another
    picture each time. Sampled back it is the same up to half a pixel's blur, and faster.
    """

    @staticmethod
    def forward(context: Any, pictures: Tensor, there: Tensor, back: Tensor, area: float) -> Tensor:
        context.back, context.area = back, area
        return _sampled(pictures, there, "reflection")

    @staticmethod
    def backward(context: Any, *slopes: Tensor) -> Any:
        (slope,) = slopes
        return _sampled(slope, context.back, "zeros") * context.area, None, None, None


def _sampled(pictures: Tensor, there: Tensor, outside: str) -> Tensor:
    theta = there[None].to(pictures).expand(len(pictures), 2, 3)
    grid = F.affine_grid(theta, list(pictures.shape), align_corners=False)
    return F.grid_sample(pictures, grid, mode="bilinear", padding_mode=outside, align_corners=False)
