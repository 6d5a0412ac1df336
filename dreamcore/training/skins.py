"""Skins and feathers."""

from __future__ import annotations

import torch
from torch import Tensor

from dreamcore.training.drawing import Canvas, Painted, coverage, ellipse, hsv, length, mix, scatter, smoothstep


def scales(c: Canvas) -> Painted:
    """Overlapping round or pointed plates, smooth and shiny, each dark where the next one casts its shadow."""
    w = c.w
    scale = c.uniform(1.3, 2.7)
    base, second = c.colour(v=(0.35, 1)), c.colour(v=(0.3, 1))
    pointedness = c.uniform(0, 0.45) * c.chance(0.6)
    variation = c.uniform(0, 0.5)
    gloss = c.uniform(0.3, 0.9)

    def body(x: Tensor, y: Tensor, i: Tensor, j: Tensor) -> Painted:
        r = length(x, (y - 1.0) / 1.5 - pointedness * x.abs()) / 0.62  # the free edge, r = 1, is at the top
        shade = scatter(i, j)
        tile = mix(base, second, (0.25 + y * 0.45 + (shade - 0.5) * variation).clamp(0, 1))
        tile = tile * (1.15 - 0.95 * smoothstep(0.75, 1.9, y))
        tile = mix(tile, 1.0, gloss * smoothstep(0.34, 0.0, length((x + 0.14) * 1.6, y - 0.52)))
        tile = mix(tile, mix(base, 1.0, 0.35), 0.7 * smoothstep(0.1, 0.04, (r - 0.86).abs()))
        return tile * (1 - 0.85 * smoothstep(0.93, 0.99, r)), coverage(r - 1, w * scale * 2)

    return c.shingles(scale, c.uniform(0.55, 0.8), body), torch.ones_like(c.u)


def feathers(c: Canvas) -> Painted:
    """Long soft feathers over one another, tips free: a pale shaft, slanted barbs, a tip of another colour."""
    w = c.w
    scale = c.uniform(0.95, 1.8)
    base, second, tip = c.colour(v=(0.25, 1)), c.colour(v=(0.25, 1)), c.colour(v=(0.1, 1))
    barbs = c.uniform(24, 36)
    variation = c.uniform(0, 0.6)

    def body(x: Tensor, y: Tensor, i: Tensor, j: Tensor) -> Painted:
        along = 1 - y / 3.6  # 1 at the free tip
        half_width = 0.6 * torch.sqrt((1 - along.clamp(0, 1) ** 4).clamp(min=1e-4))
        across = x.abs() / half_width
        barb = torch.sin((along * 1.6 - x.abs() * 0.9) * barbs)
        shade = scatter(i, j)
        vane = mix(base, second, ((1 - along) * 2 + (shade - 0.5) * variation).clamp(0, 1))
        vane = mix(vane, tip, smoothstep(0.8, 0.9, along + 0.2 * x.abs()))
        vane = vane * (0.85 + 0.3 * barb) * (1.1 - 0.75 * smoothstep(0.7, 1.0, across))
        vane = mix(vane, tip * 0.25 + 0.7, coverage(x.abs() - 0.045 * (1.2 - along), w * scale) * (along < 0.93))
        return vane, coverage((across - 1) * half_width, w * scale) * (along < 1)

    return c.shingles(scale, 0.7, body, 4), torch.ones_like(c.u)


def zebra(c: Canvas) -> Painted:
    u, v = c.u, c.v
    bend = 1.3 * c.noise("smooth") + 0.35 * c.noise("mid")
    stripe = torch.sin(u * c.uniform(8, 14) + bend + c.uniform(0, 2.5) * torch.sin(v * c.uniform(1.5, 3)))
    light = hsv(c.uniform(0.06, 0.14), c.uniform(0, 0.15), c.uniform(0.88, 1))
    dark = hsv(c.uniform(0, 0.1), c.uniform(0, 0.4), c.uniform(0.0, 0.12))
    hair = 1 + 0.12 * c.fur(u, v, 30.0, 5.0)
    return mix(dark, light, smoothstep(-0.12, 0.12, stripe + c.uniform(-0.2, 0.3))) * hair, torch.ones_like(u)


def leopard(c: Canvas) -> Painted:
    u, v = c.u, c.v
    nearest, _f2, cell, dx, dy = c.cells(u + 0.08 * c.noise("mid"), v + 0.08 * c.noise("mid"), c.uniform(2.3, 4.0), 0.6)
    nearest = nearest + 0.12 * c.noise("mid")
    base = hsv(c.uniform(0.07, 0.13), c.uniform(0.4, 0.85), c.uniform(0.7, 1))
    dark = base * c.uniform(0.05, 0.2)
    rosettes = c.chance(0.7)
    coat = mix(base, base * c.rgb(0.75, 0.6, 0.45), smoothstep(0.35, 0.25, nearest) * rosettes)
    broken = torch.sin(torch.atan2(dy, dx) * 3 + cell * 40) > -0.75
    spot = mix(smoothstep(0.42, 0.36, nearest), smoothstep(0.13, 0.07, (nearest - 0.32).abs()) * broken, rosettes)
    return mix(coat, dark, spot) * (1 + 0.2 * c.fur(u, v, 30.0, 5.0)), torch.ones_like(u)


def peacock(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    green = hsv(c.uniform(0.2, 0.45), c.uniform(0.5, 1), c.uniform(0.4, 0.9))
    outline = ellipse(u, v + 0.15 * u.abs(), 0.0, -0.12, c.uniform(0.55, 0.7), c.uniform(0.72, 0.82))
    barb = torch.sin((v - u.abs() * 1.3) * c.uniform(26, 38))
    rgb = green * (0.75 + 0.35 * barb)
    eye_y = c.uniform(-0.3, -0.15)
    eye = length(u / 0.9, v - eye_y)
    rings = [  # gold, bronze, turquoise, and the dark eye
        hsv(c.uniform(0.08, 0.14), c.uniform(0.6, 0.9), c.uniform(0.7, 1)),
        hsv(c.uniform(0.05, 0.1), c.uniform(0.6, 0.9), c.uniform(0.4, 0.7)),
        hsv(c.uniform(0.45, 0.52), c.uniform(0.7, 1), c.uniform(0.7, 1)),
        hsv(c.uniform(0.6, 0.72), c.uniform(0.8, 1), c.uniform(0.25, 0.6)),
    ]
    radii = (c.uniform(0.5, 0.55), c.uniform(0.4, 0.45), c.uniform(0.29, 0.35), c.uniform(0.15, 0.21))
    for colour, radius in zip(rings, radii, strict=True):
        rgb = mix(rgb, colour * (0.92 + 0.12 * barb), coverage(eye - radius, w * 1.5))
    rgb = mix(rgb, mix(green, 1.0, 0.5), coverage(u.abs() - 0.025, w) * (v > eye_y + 0.3))
    return rgb, torch.maximum(
        coverage(outline, w * 2) * (0.75 + 0.25 * barb), coverage(u.abs() - 0.025, w) * (v > 0) * (v < 0.95)
    )
