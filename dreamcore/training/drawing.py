"""The brushes that every motif is drawn with: distances, shading, noise, and a `Canvas` that hands out randomness.

A motif is drawn for n pictures at once. Fields are (n, 1, H, W), one number a picture is (n, 1, 1, 1), a colour is
(n, 3, 1, 1). Coordinates: u to the right, v downwards, the motif within about [-1, 1]; w is a pixel's width there.
Distances are negative inside a shape, as usual for signed distance fields.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import torch
import torch.nn.functional as F
from torch import Tensor

TAU: Final = 2 * math.pi
Number = Tensor | float
Painted = tuple[Tensor, Tensor]  #: rgb (n, 3, H, W) and opacity (n, 1, H, W)
Range = tuple[float, float]
NoiseKind = Literal["smooth", "mid", "fine", "cloud", "band"]


def mix(a: Number, b: Number, t: Number) -> Tensor:
    """a where t is 0, b where t is 1."""
    mixed = a + (b - a) * t
    assert isinstance(mixed, Tensor)
    return mixed


def smoothstep(start: float, end: float, x: Tensor) -> Tensor:
    """0 before `start`, 1 after `end`, smooth between; `end` may come first."""
    t = ((x - start) / (end - start)).clamp(0, 1)
    return t * t * (3 - 2 * t)


def fraction(x: Tensor) -> Tensor:
    return x - torch.floor(x)


def length(x: Tensor, y: Tensor) -> Tensor:
    return torch.sqrt(x * x + y * y + 1e-9)


def coverage(distance: Tensor, w: Number) -> Tensor:
    """How much of each pixel lies inside a shape: its signed distance, softened over one pixel."""
    return (0.5 - distance / w).clamp(0, 1)


def ellipse(u: Tensor, v: Tensor, cx: Number, cy: Number, rx: Number, ry: Number) -> Tensor:
    return (length((u - cx) / rx, (v - cy) / ry) - 1) * (0.5 * (rx + ry))


def box(u: Tensor, v: Tensor, cx: Number, cy: Number, half_width: Number, half_height: Number) -> Tensor:
    return torch.maximum((u - cx).abs() - half_width, (v - cy).abs() - half_height)


def segment(u: Tensor, v: Tensor, ax: Number, ay: Number, bx: Number, by: Number) -> Tensor:
    """Distance to the line from a to b."""
    px, py, dx, dy = u - ax, v - ay, bx - ax, by - ay
    along = ((px * dx + py * dy) / (dx * dx + dy * dy + 1e-9)).clamp(0, 1)
    return length(px - dx * along, py - dy * along)


def almond(u: Tensor, v: Tensor, half_height: Tensor) -> Tensor:
    """A lens with its corners at u = -1 and u = 1."""
    k = (1 - half_height * half_height) / (2 * half_height)
    return length(u, v.abs() + k) - (half_height + k)


def triangle(u: Tensor, v: Tensor, cx: Number, top: Number, base: Number, half_width: Number) -> Tensor:
    """An isosceles triangle, its tip at (cx, top) and its base at v = base (above the tip: it hangs)."""
    height = base - top
    along = (v - top) / height
    side = ((u - cx).abs() - half_width * along) * 0.8
    cap = (along - 1) * (height.abs() if isinstance(height, Tensor) else abs(height))
    return torch.maximum(side, cap)


def union(*distances: Tensor) -> Tensor:
    nearest = distances[0]
    for distance in distances[1:]:
        nearest = torch.minimum(nearest, distance)
    return nearest


def over(*opacities: Tensor) -> Tensor:
    """Opacity of several layers together."""
    most = opacities[0]
    for opacity in opacities[1:]:
        most = torch.maximum(most, opacity)
    return most


def rotate(u: Tensor, v: Tensor, angle: Number) -> tuple[Tensor, Tensor]:
    angle = torch.as_tensor(angle, device=u.device)
    c, s = torch.cos(angle), torch.sin(angle)
    return u * c - v * s, u * s + v * c


def hsv(h: Tensor, s: Number, v: Number) -> Tensor:
    """Hue, saturation, value, each in [0, 1] -> rgb."""
    k = torch.tensor([5.0, 3.0, 1.0], device=h.device).view(1, 3, 1, 1)
    t = (k + h * 6) % 6
    rgb: Tensor = v - v * s * torch.minimum(t, 4 - t).clamp(0, 1)
    return rgb


def scatter(i: Tensor, j: Number = 0.0, seed: Number = 0.0) -> Tensor:
    """A number in [0, 1) for every cell (i, j), always the same."""
    return fraction(torch.sin(i * 12.9898 + j * 78.233 + seed * 37.719) * 43758.5453)


def staggered(u: Tensor, v: Tensor, scale: Number) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """A brick-like lattice: coordinates within the cell (-.5 to .5) and the cell's indices."""
    y = v * scale
    j = torch.floor(y)
    x = u * scale + 0.5 * torch.remainder(j, 2)
    i = torch.floor(x)
    return x - i - 0.5, y - j - 0.5, i, j


def hexagons(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """A honeycomb of cells one wide: coordinates within the cell, and .5 at its wall, 0 in its middle."""
    half, full = 0.8660254, 1.7320508
    ax, ay = torch.remainder(x, 1.0) - 0.5, torch.remainder(y, full) - half
    bx, by = torch.remainder(x - 0.5, 1.0) - 0.5, torch.remainder(y - half, full) - half
    nearer = ax * ax + ay * ay < bx * bx + by * by
    gx, gy = torch.where(nearer, ax, bx), torch.where(nearer, ay, by)
    return gx, gy, torch.maximum(gx.abs(), gx.abs() * 0.5 + gy.abs() * half)


def bulge(u: Tensor, v: Tensor, cx: Number, cy: Number, rx: Number, ry: Number, depth: float = 0.45) -> Tensor:
    """Shading of a rounded body, light from the upper left: a factor around 1."""
    x, y = (u - cx) / rx, (v - cy) / ry
    return (1 + depth * (-0.45 * x - 0.65 * y) - 0.35 * depth * (x * x + y * y)).clamp(0.25, 1.5)


def draw_eye(
    rgb: Tensor,
    u: Tensor,
    v: Tensor,
    w: Number,
    cx: Number,
    cy: Number,
    radius: Number,
    iris: Number,
    *,
    slit: Tensor | None = None,
    pupil: Number = 0.5,
    white: Number | None = None,
) -> Tensor:
    """An animal's eye over `rgb`: dark rim, iris, pupil (upright where `slit` gives its width), catch-light."""
    x, y, w = (u - cx) / radius, (v - cy) / radius, w / radius
    r = length(x, y)
    rgb = mix(rgb, 0.04, coverage(r - 1.18, w))
    if white is not None:
        rgb = mix(rgb, white, coverage(r - 1, w))
        x, y, r, w = x / 0.68, y / 0.68, r / 0.68, w / 0.68
    rgb = mix(rgb, iris * (1.15 - 0.5 * r.clamp(0, 1) + 0.2 * y), coverage(r - 1, w))
    hole = r - pupil if slit is None else length(x / slit, y / 0.9) * slit - slit
    rgb = mix(rgb, 0.04, coverage(hole, w))
    return mix(rgb, 1.0, coverage(length(x + 0.32, y + 0.36) - 0.26, w))


class NoiseBank:
    """Noise fields that a batch shares: 96 pictures of each kind, and one sheet of white noise to look up."""

    COUNT: Final = 96

    def __init__(self, size: int, generator: torch.Generator) -> None:
        self.generator, device = generator, generator.device

        def grown(cells: int, mode: str = "bicubic") -> Tensor:
            noise = torch.randn(self.COUNT, 1, cells, cells, generator=generator, device=device)
            return F.interpolate(noise, (size, size), mode=mode, align_corners=True)

        def levelled(x: Tensor) -> Tensor:
            return (x / x.std()).clamp(-2.2, 2.2) / 2.2

        low, middle, high, finest = grown(4), grown(8), grown(18), grown(40, "bilinear")
        self.fields: dict[NoiseKind, Tensor] = {
            "smooth": levelled(low),
            "mid": levelled(high),
            "fine": levelled(finest),
            "cloud": levelled(low + 0.6 * middle + 0.35 * high + 0.2 * finest),
            "band": levelled(middle * 0.3 + grown(12)),
        }
        self.white = levelled(torch.randn(1, 1, 256, 256, generator=generator, device=device))

    def pick(self, kind: NoiseKind, count: int) -> Tensor:
        draw = torch.randint(0, self.COUNT, (count,), generator=self.generator, device=self.generator.device)
        field = self.fields[kind][draw]
        return field.transpose(2, 3) if int(draw[0]) % 2 else field.flip(2)


@dataclass(frozen=True)
class Canvas:
    """Where one motif is drawn, n times at once: coordinates, and everything that differs from one to the next."""

    u: Tensor
    v: Tensor
    w: Tensor
    bank: NoiseBank

    @property
    def n(self) -> int:
        return self.u.shape[0]

    @property
    def device(self) -> torch.device:
        return self.u.device

    def uniform(self, low: float = 0.0, high: float = 1.0) -> Tensor:
        draw = torch.rand(self.n, 1, 1, 1, generator=self.bank.generator, device=self.device)
        return draw * (high - low) + low

    def chance(self, probability: float) -> Tensor:
        """1 for so many of the pictures, 0 for the others."""
        return (self.uniform() < probability).float()

    def integer(self, low: int, high: int) -> Tensor:
        draw = torch.randint(low, high + 1, (self.n, 1, 1, 1), generator=self.bank.generator, device=self.device)
        return draw.float()

    def colour(self, h: Range = (0, 1), s: Range = (0.25, 1), v: Range = (0.3, 1)) -> Tensor:
        return hsv(self.uniform(*h) % 1, self.uniform(*s), self.uniform(*v))

    def grey(self, value: float) -> Tensor:
        return torch.full((self.n, 3, 1, 1), value, device=self.device)

    def rgb(self, red: float, green: float, blue: float) -> Tensor:
        """The same colour for every picture."""
        return torch.tensor([red, green, blue], device=self.device).view(1, 3, 1, 1)

    def palette(self, t: Tensor) -> Tensor:
        """Colours that wander with t, each picture its own."""
        middle, reach = self.uniform(0.4, 0.6), self.uniform(0.25, 0.5)
        phase = torch.rand(self.n, 3, 1, 1, generator=self.bank.generator, device=self.device)
        return (middle + reach * torch.cos(TAU * (t + phase))).clamp(0, 1)

    def noise(self, kind: NoiseKind = "cloud") -> Tensor:
        return self.bank.pick(kind, self.n)

    def white(self, x: Tensor, y: Tensor) -> Tensor:
        """White noise at (x, y) in texels, mirrored at its edge."""
        grid = torch.cat([x + self.uniform(0, 200), y + self.uniform(0, 200)], 1) / 128.0
        grid = 1 - (torch.remainder(grid, 4) - 2).abs()
        sheet = self.bank.white.expand(self.n, 1, 256, 256)
        return F.grid_sample(sheet, grid.permute(0, 2, 3, 1), align_corners=True)

    def fur(self, x: Tensor, y: Tensor, density: Number = 14.0, stretch: float = 7.0) -> Tensor:
        return self.white(x * density, y * density / stretch)

    def cells(
        self, u: Tensor, v: Tensor, scale: Number, jitter: float = 0.85
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Voronoi cells: distance to the nearest and second nearest centre, the cell's number, offset to its centre."""
        x, y = u * scale, v * scale
        xi, yi = torch.floor(x), torch.floor(y)
        first = torch.full_like(x, 9.0)
        second = first.clone()
        cell, ox, oy = torch.zeros_like(x), torch.zeros_like(x), torch.zeros_like(x)
        seed = self.uniform(0, 50)
        for dj in (-1, 0, 1):
            for di in (-1, 0, 1):
                i, j = xi + di, yi + dj
                number = scatter(i, j, seed)
                dx = i + 0.5 + jitter * (number - 0.5) - x
                dy = j + 0.5 + jitter * (fraction(number * 57.31) - 0.5) - y
                d = dx * dx + dy * dy
                nearer = d < first
                second = torch.where(nearer, first, torch.minimum(second, d))
                first = torch.where(nearer, d, first)
                cell = torch.where(nearer, number, cell)
                ox, oy = torch.where(nearer, dx, ox), torch.where(nearer, dy, oy)
        return torch.sqrt(first), torch.sqrt(second), cell, ox, oy

    def shingles(self, scale: Number, aspect: Number, body: Shingle, rows: int = 3) -> Tensor:
        """Overlapping staggered tiles, painted row after row; `body(x, y, i, j)` gives a tile's rgb and coverage."""
        y = self.v * scale / aspect
        row = torch.floor(y)
        painted: Tensor | None = None
        for k in range(rows - 1, -1, -1):  # far rows first, nearer rows over them
            j = row - k
            x = self.u * scale + 0.5 * torch.remainder(j, 2)
            i = torch.floor(x)
            rgb, covered = body(x - i - 0.5, y - j, i, j)
            painted = rgb if painted is None else mix(painted, rgb, covered)
        assert painted is not None
        return painted


Shingle = Callable[[Tensor, Tensor, Tensor, Tensor], Painted]
Motif = Callable[[Canvas], Painted]
