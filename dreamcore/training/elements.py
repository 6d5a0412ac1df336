"""Snow, fire, lightning, wood."""

from __future__ import annotations

import torch
from torch import Tensor

from dreamcore.training.drawing import (
    TAU,
    Canvas,
    Painted,
    coverage,
    fraction,
    hsv,
    length,
    mix,
    rotate,
    scatter,
    segment,
    smoothstep,
)


def snowflake(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    r, angle = length(u, v), torch.atan2(v, u)
    turn = (torch.remainder(angle, TAU / 6) - TAU / 12).abs()
    x, y = r * torch.cos(turn), r * torch.sin(turn)
    shape = y - 0.035
    thickness = c.uniform(0.02, 0.04)
    for _ in range(4):  # pairs of twigs on every arm
        root = c.uniform(0.15, 0.85)
        reach = c.uniform(0.12, 0.4) * (1.1 - root)
        shape = torch.minimum(shape, segment(x, y, root, 0.0, root + reach * 0.6, reach) - thickness)
    hexagon = c.uniform(0.1, 0.35)
    shape = torch.minimum(shape, torch.maximum(x - hexagon, -(x - hexagon + 0.06)))
    shape = torch.maximum(shape, x - 0.95)
    base = hsv(c.uniform(0.48, 0.66), c.uniform(0, 0.5), c.uniform(0.85, 1))
    return base * (1.0 - 0.35 * r + 0.1 * torch.cos(y * 60)), coverage(shape, w)


def flame(c: Canvas) -> Painted:
    u, v = c.u, c.v
    height = ((1 - v) / 2).clamp(0, 1)
    sway = 0.22 * height * torch.sin(v * c.uniform(4, 7) + c.uniform(0, 6)) + 0.14 * c.noise("mid") * height
    x = u + sway
    inside = torch.full_like(u, -1.0)
    for centre, tall, wide in ((0.0, 1.0, 0.62), (c.uniform(-0.5, -0.3), 0.66, 0.4), (c.uniform(0.3, 0.5), 0.72, 0.42)):
        h = (height / tall).clamp(0, 1)
        half = wide * torch.sqrt((h * 3).clamp(1e-3, 1)) * (1 - h) ** 0.8 + 1e-3
        tongue = 1 - (x - centre * (1 - 0.6 * h)).abs() / half
        inside = torch.maximum(inside, torch.where(height < tall, tongue, torch.full_like(u, -1.0)))
    red = hsv(c.uniform(0.99, 1.03) % 1, c.uniform(0.9, 1), c.uniform(0.75, 0.95))
    orange = hsv(c.uniform(0.05, 0.085), c.uniform(0.9, 1), c.uniform(1.0, 1.0))
    yellow = hsv(c.uniform(0.12, 0.155), c.uniform(0.6, 0.95), c.uniform(1.0, 1.0))
    rgb = mix(red, orange, smoothstep(0.08, 0.3, inside))
    rgb = mix(rgb, yellow, smoothstep(0.34, 0.6, inside))
    rgb = mix(rgb, 1.0, smoothstep(0.7, 1.0, inside) * 0.8)
    return rgb, smoothstep(0.0, 0.06, inside) * (v.abs() < 1)


def lightning(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    base = hsv(c.uniform(0.5, 0.85), c.uniform(0.3, 0.8), 1.0)

    def zigzag(y: Tensor, seed: Tensor) -> Tensor:
        corner = torch.floor(y)
        return mix(scatter(corner, seed), scatter(corner + 1, seed), y - corner) - 0.5

    def bolt(x: Tensor, y: Tensor, reach: Tensor) -> Tensor:
        corners = c.uniform(2.5, 4)
        seed = c.uniform(0, 9)
        course = zigzag(y * corners, seed) + 0.35 * zigzag(y * corners * 3.1, seed + 3)
        return (x - reach * course).abs()

    shape = bolt(u, v, c.uniform(0.4, 0.8))
    x, y = rotate(u, v, c.uniform(0.4, 0.8))
    branch = bolt(x, y, c.uniform(0.3, 0.6)) + (v < c.uniform(-0.4, 0.2)) * 0.5
    shape = torch.minimum(shape, branch * 1.5)
    glow = torch.exp(-shape / c.uniform(0.08, 0.2))
    core = coverage(shape - 0.03, w * 1.5)
    return mix(base, 1.0, core), (glow * 0.8 + core).clamp(0, 1)


def wood(c: Canvas) -> Painted:
    u, v = c.u, c.v
    knot_x, knot_y = c.uniform(-0.6, 0.6), c.uniform(-0.6, 0.6)
    knot = length((u - knot_x), (v - knot_y) * 0.35)
    grain = (
        v * c.uniform(0.2, 0.6)
        + u * c.uniform(3, 6)
        + c.uniform(0.8, 2.5) * torch.exp(-knot * 4) * 2
        + 0.5 * c.noise("smooth") * 2
    )
    ring = fraction(grain)
    base = hsv(c.uniform(0.04, 0.1), c.uniform(0.4, 0.8), c.uniform(0.45, 0.85))
    rgb = (
        base
        * (0.65 + 0.45 * smoothstep(0.0, 0.85, ring) * smoothstep(1.0, 0.9, ring))
        * (1 + 0.22 * c.fur(u, v, 26.0, 12.0))
    )
    return rgb, torch.ones_like(u)
