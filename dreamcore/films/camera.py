"""The camera: how the picture moves from one frame to the next, and where it has got to.

A film's picture is resampled once a frame, so what one resampling loses is lost a hundred times over. Measured as what
is left of a pattern of half the finest frequency after 24 of them: bicubic (Keys, a = -0.5) 24 %, cubic spline 72 %,
the quintic spline used here 97 %; and unlike bicubic with a = -0.75 it makes nothing stronger than it was.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from dreamcore.gradients import mirrored_index

_POLES = (-0.430575347099973, -0.043096288203264)  #: of the quintic spline's inverse filter (Unser, 1993)
_REACH = 10  #: taps on either side of it: 0.43 ** 10 is a 5000th
_TAPS = 6
#: The spline's weights, as polynomials in t from its fifth power down to 1, times 120.
_QUINTIC = (
    (-1, 5, -10, 10, -5, 1),
    (5, -20, 20, 20, -50, 26),
    (-10, 30, 0, -60, 0, 66),
    (10, -20, -20, 20, 50, 26),
    (-5, 5, 10, 10, 5, 1),
    (1, 0, 0, 0, 0, 0),
)


@dataclass(frozen=True)
class Pose:
    """Where a point of the picture has gone to, from the centre, in pixels: (a x + b y + e, c x + d y + f)."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def then(self, other: Pose) -> Pose:
        """This motion, and then `other`."""
        return Pose(
            other.a * self.a + other.b * self.c,
            other.a * self.b + other.b * self.d,
            other.c * self.a + other.d * self.c,
            other.c * self.b + other.d * self.d,
            other.a * self.e + other.b * self.f + other.e,
            other.c * self.e + other.d * self.f + other.f,
        )

    def inverse(self) -> Pose:
        """The motion that undoes this one."""
        size = self.a * self.d - self.b * self.c
        a, b, c, d = self.d / size, -self.b / size, -self.c / size, self.a / size
        return Pose(a, b, c, d, -(a * self.e + b * self.f), -(c * self.e + d * self.f))


STILL = Pose()


def moved(zoom: float, degrees: float, right: float, down: float) -> Pose:
    """Larger by `zoom`, turned clockwise, shifted by so many pixels."""
    angle = math.radians(degrees)
    cos, sin = zoom * math.cos(angle), zoom * math.sin(angle)
    return Pose(cos, -sin, sin, cos, right, down)


def outside(pose: Pose, height: int, width: int) -> Tensor:
    """(height, width), on the CPU: which places show what was outside of the picture before the motion."""
    x, y = _points(pose.inverse(), _from_centre(height)[:, None], _from_centre(width)[None, :])
    return torch.maximum(x.abs() - (width - 1) / 2, y.abs() - (height - 1) / 2) > 1e-6


def warped(picture: Tensor, pose: Pose) -> Tensor:
    """`picture` (1, C, H, W), float, after the motion `pose`; what comes in from outside is mirrored.

    Two passes of one dimension each, columns first (Catmull and Smith, 1980), with a quintic spline. Turned by more
    than 45 degrees at once a pass would squeeze the picture; a film does not turn so much in a frame.
    """
    if pose == STILL:
        return picture
    back = pose.inverse()
    height, width = picture.shape[2:]
    x, y = _from_centre(width), _from_centre(height)
    shear, offset = back.b / back.d, back.e - back.b * back.f / back.d
    across = (back.a - back.b * back.c / back.d) * x[None, :] + shear * y[:, None] + offset + (width - 1) / 2
    along = back.c * x[None, :] + back.d * y[:, None] + back.f + (height - 1) / 2
    picture = _resampled(picture, across if shear else across[:1], 3)
    return _resampled(picture, along if back.c else along[:, :1], 2)


def seen_from(picture: Tensor, pose: Pose, where: Tensor | None = None) -> Tensor:
    """`picture` after a motion of any size, resampled once (bicubic), without aliases where it gets smaller.

    where: (H, W), only these places, in the order of `picture[:, :, where]`: (1, C, places); None: (1, C, H, W).
    """
    height, width = picture.shape[2:]
    zoom = math.sqrt(abs(pose.a * pose.d - pose.b * pose.c))
    if zoom < 1:
        size = max(2, round(height * zoom)), max(2, round(width * zoom))
        picture = F.interpolate(picture, size, mode="bilinear", antialias=True, align_corners=False)
    down, across = torch.meshgrid(_from_centre(height), _from_centre(width), indexing="ij")
    if where is not None:
        down, across = down[where][None], across[where][None]
    x, y = _points(pose.inverse(), down, across)
    at = torch.stack((x * (2 / width), y * (2 / height)), 2).float()[None].to(picture.device)
    seen = F.grid_sample(picture, at, mode="bicubic", padding_mode="reflection", align_corners=False).clamp_(0, 1)
    return seen if where is None else seen[:, :, 0]


def _points(pose: Pose, down: Tensor, across: Tensor) -> tuple[Tensor, Tensor]:
    """(x, y) of points after a motion, from the centre."""
    return pose.a * across + pose.b * down + pose.e, pose.c * across + pose.d * down + pose.f


def _from_centre(length: int) -> Tensor:
    return torch.arange(length) - (length - 1) / 2


def without_grain(plane: Tensor) -> Tensor:
    """`plane` (1, C, H, W) without the finest patterns there can be, and half of those twice as coarse.

    Networks leave a chequered grain of the size of a pixel; a still dream hides it, but fed back to itself it grows.
    """
    padded = F.pad(plane, (1, 1, 1, 1), mode="reflect")
    rows = padded[:, :, 1:-1].mul(0.5).add_(padded[:, :, :-2], alpha=0.25).add_(padded[:, :, 2:], alpha=0.25)
    return rows[..., 1:-1].mul(0.5).add_(rows[..., :-2], alpha=0.25).add_(rows[..., 2:], alpha=0.25)


def _resampled(picture: Tensor, at: Tensor, dim: int) -> Tensor:
    """`picture` read along `dim` at the places `at`, in pixels: (H, W), or one row or column that holds for all."""
    length = picture.shape[dim]
    before, behind = math.ceil(max(0.0, -float(at.min()))) + 2, math.ceil(max(0.0, float(at.max()) - length + 1)) + 4
    coefficients = _extended(_spline_coefficients(picture, dim), dim, before, behind)
    first = at.floor()
    weights = _quintic((at - first).float().to(picture.device))
    first = (first.long() + (before - 2)).to(picture.device)
    if dim == 3 or at.shape == picture.shape[2:]:  # picking single columns is slow
        return _place_by_place(coefficients, first.expand(picture.shape[2:]), weights, dim)
    line = first.flatten()
    result = coefficients.index_select(dim, line).mul_(weights[0])
    for tap in range(1, _TAPS):
        result.addcmul_(coefficients.index_select(dim, line + tap), weights[tap])
    return result


def _place_by_place(coefficients: Tensor, first: Tensor, weights: list[Tensor], dim: int) -> Tensor:
    """Each pixel from a place of its own: by its number in the whole plane, three times as fast as `gather`.

    Numbers are 32 bits wide where they fit: half the memory to go through, for each tap.
    """
    height, width = first.shape
    stride = 1 if dim == 3 else coefficients.shape[3]
    planes = coefficients[0].flatten(1)
    number = torch.int32 if planes.shape[1] < 1 << 31 else torch.int64
    first = first.to(number)
    across = torch.arange(width, dtype=number, device=first.device)[None, :]
    down = torch.arange(height, dtype=number, device=first.device)[:, None]
    flat = (down * coefficients.shape[3] + first if dim == 3 else first * stride + across).flatten()
    result = planes.index_select(1, flat).view(-1, height, width).mul_(weights[0])
    for tap in range(1, _TAPS):
        flat += stride
        result.addcmul_(planes.index_select(1, flat).view_as(result), weights[tap])
    return result[None]


def _extended(plane: Tensor, dim: int, before: int, behind: int) -> Tensor:
    """`plane` with so many mirrored rows or columns more."""
    length = plane.shape[dim]
    if max(before, behind) < length:
        return F.pad(plane, (before, behind, 0, 0) if dim == 3 else (0, 0, before, behind), mode="reflect")
    at = torch.arange(-before, length + behind, device=plane.device)
    return plane.index_select(dim, mirrored_index(at, length))


def _quintic(t: Tensor) -> list[Tensor]:
    """Weights of the six neighbours at -2 … 3 for a point `t` past the one at 0."""
    weights = []
    for highest, *others in _QUINTIC:
        weight = t * (highest / 120)
        for coefficient in others[:-1]:
            weight = (weight.add_(coefficient / 120) if coefficient else weight).mul_(t)
        weights.append(weight.add_(others[-1] / 120))
    return weights


@functools.cache
def _inverse_filter() -> tuple[float, ...]:
    """Weights at 0, 1, 2 … of the filter that turns samples into the coefficients of the spline through them."""
    side = 4 * _REACH
    total = [0.0] * (2 * side + 1)
    total[side] = 1.0
    for pole in _POLES:
        one = [pole ** abs(k - side) * (1 - pole) / (1 + pole) for k in range(2 * side + 1)]
        total = [
            sum(total[k] * one[n - k + side] for k in range(max(0, n - side), min(2 * side, n + side) + 1))
            for n in range(2 * side + 1)
        ]
    used = total[side : side + _REACH + 1]
    whole = used[0] + 2 * sum(used[1:])
    return tuple(weight / whole for weight in used)


def _spline_coefficients(picture: Tensor, dim: int) -> Tensor:
    """Shifted sums along `dim`, mirrored at the edges."""
    length = picture.shape[dim]
    kernel = _inverse_filter()
    padded = _extended(picture, dim, _REACH, _REACH)
    result = padded.narrow(dim, _REACH, length) * kernel[0]
    for k in range(1, _REACH + 1):
        result.add_(padded.narrow(dim, _REACH - k, length), alpha=kernel[k])
        result.add_(padded.narrow(dim, _REACH + k, length), alpha=kernel[k])
    return result
