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

SHIFT = 8.0  #: pixels, at the most
TURN = 8.0  #: degrees, at the most
ZOOM = 0.08  #: nearer or farther by this share, at the most
MARGIN = 12  #: pixels of mirrored surroundings: the network's own zero padding stays outside the picture


@dataclass(frozen=True)
class Glance:
    """One way of looking."""

    down: float  # pixels
    right: float
    angle: float  # radians
    scale: float


def drawn_glances(count: int, generator: torch.Generator) -> tuple[Glance, ...]:
    """`count` ways of looking, drawn at once, so that work that pauses in between goes on with the same."""
    rows = (2 * torch.rand(count, 4, generator=generator, dtype=torch.float64) - 1).tolist()
    return tuple(
        Glance(SHIFT * down, SHIFT * right, math.radians(TURN) * turn, 1 + ZOOM * zoom)
        for down, right, turn, zoom in rows
    )


def glanced(pictures: Tensor, glance: Glance) -> Tensor:
    """(n, 3, H, W) -> (n, 3, H + 2 MARGIN, W + 2 MARGIN), mirrored outside the picture."""
    height, width = pictures.shape[2:]
    seen = height + 2 * MARGIN, width + 2 * MARGIN
    cosine, sine = (f(glance.angle) / glance.scale for f in (math.cos, math.sin))
    there = torch.tensor(
        [
            [cosine * seen[1] / width, -sine * seen[0] / width, 2 * glance.right / width],
            [sine * seen[1] / height, cosine * seen[0] / height, 2 * glance.down / height],
            [0.0, 0.0, 1.0],
        ],
        dtype=torch.float64,
    )
    back = torch.linalg.inv(there)
    result: Tensor = _Sampled.apply(pictures, there[:2].float(), back[:2].float(), seen, glance.scale**2)
    return result


class _Sampled(torch.autograd.Function):
    """Bilinear sampling whose gradient is sampled back the same way.

    torch's own gradient of sampling scatters its values, on a GPU in no fixed order: the same recipe would give another
    picture each time. Sampled back it is the same up to half a pixel's blur, and faster.
    """

    @staticmethod
    def forward(
        context: Any, pictures: Tensor, there: Tensor, back: Tensor, size: tuple[int, int], area: float
    ) -> Tensor:
        context.back, context.size, context.area = back, pictures.shape[2:], area
        return _sampled(pictures, there, size, "reflection")

    @staticmethod
    def backward(context: Any, *slopes: Tensor) -> Any:
        (slope,) = slopes
        return _sampled(slope, context.back, context.size, "zeros") * context.area, None, None, None, None


def _sampled(pictures: Tensor, there: Tensor, size: tuple[int, int], outside: str) -> Tensor:
    count, channels = pictures.shape[:2]
    grid = F.affine_grid(there[None].to(pictures).expand(count, 2, 3), [count, channels, *size], align_corners=False)
    return F.grid_sample(pictures, grid, mode="bilinear", padding_mode=outside, align_corners=False)
