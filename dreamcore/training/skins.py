"""Skins and feathers."""

from __future__ import annotations

import torch
from torch import Tensor

from dreamcore.training.drawing import Canvas, Painted, coverage, ellipse, hsv, length, mix, scatter, smoothstep


def scales(c: Canvas) -> Painted:
    w = c.w
    s = c.uniform(1.9, 4.2)
    base, second = c.colour(v=(0.3, 1)), c.colour(v=(0.2, 1))
    pt = c.uniform(0, 0.5)
    hv = c.uniform(0, 0.5)
    ring = c.chance(0.4)

    def body(x: Tensor, y: Tensor, i: Tensor, j: Tensor) -> Painted:
        r = length(x, (y - 0.55) / 1.45 - pt * x.abs() * 0.5) / 0.62
        t = scatter(i, j)
        q = (
            mix(base, second, (y * 0.6 + (t - 0.5) * hv).clamp(0, 1))
            * (1.15 - 0.75 * smoothstep(0.72, 1.0, r))
            * (0.8 + 0.5 * smoothstep(0.6, -0.2, length(x + 0.12, y - 0.8)))
            * (1 - 0.3 * ring * smoothstep(0.2, 0.0, (r - 0.6).abs()))
        )
        return q, coverage(r - 1, w * s * 2)

    y = c.shingles(s, c.uniform(0.5, 0.8), body)
    return y, torch.ones_like(c.u)


def feathers(c: Canvas) -> Painted:
    w = c.w
    s = c.uniform(1.1, 2.3)
    base, second, tip = c.colour(v=(0.25, 1)), c.colour(v=(0.25, 1)), c.colour(v=(0.1, 1))
    fr = c.uniform(26, 40)
    hv = c.uniform(0, 0.6)

    def body(x: Tensor, y: Tensor, i: Tensor, j: Tensor) -> Painted:
        yy = y / 3.0
        hw = 0.62 * torch.sqrt((1 - yy.clamp(0, 1) ** 3).clamp(min=1e-4))
        q = x.abs() / hw
        barb = torch.sin((yy * 1.6 - x.abs() * 0.9) * fr)
        t = scatter(i, j)
        g = mix(base, second, (yy + (t - 0.5) * hv).clamp(0, 1))
        g = mix(g, tip, smoothstep(0.72, 0.8, yy))
        g = g * (0.85 + 0.28 * barb) * (1.1 - 0.6 * smoothstep(0.6, 1.0, q))
        g = mix(g, tip * 0.3 + 0.6, coverage(x.abs() - 0.035, w * s))
        return g, coverage((q - 1) * hw, w * s) * (yy < 1)

    return c.shingles(s, 0.75, body, 4), torch.ones_like(c.u)


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
    f1, _f2, i, ox, oy = c.cells(u + 0.08 * c.noise("mid"), v + 0.08 * c.noise("mid"), c.uniform(2.3, 4.0), 0.6)
    f1 = f1 + 0.12 * c.noise("mid")
    base = hsv(c.uniform(0.07, 0.13), c.uniform(0.4, 0.85), c.uniform(0.7, 1))
    dark = base * c.uniform(0.05, 0.2)
    ro = c.chance(0.7)
    g = mix(base, base * torch.tensor([0.75, 0.6, 0.45]).view(1, 3, 1, 1), smoothstep(0.35, 0.25, f1) * ro)
    brk = torch.sin(torch.atan2(oy, ox) * 3 + i * 40) > -0.75
    spot = mix(smoothstep(0.42, 0.36, f1), smoothstep(0.13, 0.07, (f1 - 0.32).abs()) * brk, ro)
    return mix(g, dark, spot) * (1 + 0.2 * c.fur(u, v, 30.0, 5.0)), torch.ones_like(u)


def peacock(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    g = hsv(c.uniform(0.2, 0.45), c.uniform(0.5, 1), c.uniform(0.4, 0.9))
    outline = ellipse(u, v + 0.15 * u.abs(), 0.0, -0.12, c.uniform(0.55, 0.7), c.uniform(0.72, 0.82))
    barb = torch.sin((v * 1.0 - u.abs() * 1.3) * c.uniform(26, 38))
    rgb = g * (0.75 + 0.35 * barb)
    cy = c.uniform(-0.3, -0.15)
    q = length(u / 0.9, (v - cy) + 0.0)
    rings = [  # gold, bronze, turquoise, and the dark eye
        hsv(c.uniform(0.08, 0.14), c.uniform(0.6, 0.9), c.uniform(0.7, 1)),
        hsv(c.uniform(0.05, 0.1), c.uniform(0.6, 0.9), c.uniform(0.4, 0.7)),
        hsv(c.uniform(0.45, 0.52), c.uniform(0.7, 1), c.uniform(0.7, 1)),
        hsv(c.uniform(0.6, 0.72), c.uniform(0.8, 1), c.uniform(0.25, 0.6)),
    ]
    radii = (c.uniform(0.5, 0.55), c.uniform(0.4, 0.45), c.uniform(0.29, 0.35), c.uniform(0.15, 0.21))
    for colour, radius in zip(rings, radii, strict=True):
        rgb = mix(rgb, colour * (0.92 + 0.12 * barb), coverage(q - radius, w * 1.5))
    rgb = mix(rgb, mix(g, 1.0, 0.5), coverage(u.abs() - 0.025, w) * (v > cy + 0.3))
    return rgb, torch.maximum(
        coverage(outline, w * 2) * (0.75 + 0.25 * barb), coverage(u.abs() - 0.025, w) * (v > 0) * (v < 0.95)
    )
