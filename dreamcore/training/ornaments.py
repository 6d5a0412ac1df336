"""Patterns people make."""

from __future__ import annotations

import torch

from dreamcore.training.drawing import (
    TAU,
    Canvas,
    Painted,
    coverage,
    fraction,
    hexagons,
    hsv,
    length,
    mix,
    scatter,
    smoothstep,
)


def mandala(c: Canvas) -> Painted:
    """Rings of petals or dots, each ring with its own count and colours."""
    u, v, w = c.u, c.v, c.w
    r, angle = length(u, v), torch.atan2(v, u)
    symmetry = c.integer(3, 6) * 2
    rings = c.uniform(3.5, 5.5)
    ring = torch.floor(r * rings)
    across = r * rings - ring  # 0 at the ring's inner edge, 1 at its outer
    kind = scatter(ring, c.uniform(0, 99))
    count = symmetry * (1 + torch.floor(kind * 2.2))
    half_turn = 0.5 * torch.floor(fraction(kind * 13) * 2)
    along = (fraction(angle * count / TAU + half_turn) - 0.5).abs() * 2
    outline = across - (1 - along ** (1 + kind))
    petal = coverage(outline * 0.2, w)
    dot = coverage(length(along * (ring + 0.5) / count * 6.28, (across - 0.5) * 1.1) - 0.38, w * rings * 1.5)
    petals = (fraction(kind * 7.7) < 0.65).float()
    rgb = mix(c.palette(ring * 0.31 + 0.15), c.palette(ring * 0.23 + kind), mix(dot, petal, petals))
    rgb = mix(rgb, rgb * 0.35, coverage(outline.abs() / rings - 0.012, w) * petals)
    rgb = rgb * (1 - 0.75 * coverage(torch.minimum(across, 1 - across) / rings - 0.012, w))
    return rgb, coverage(r - 0.96, w)


def stained(c: Canvas) -> Painted:
    """Stained glass: coloured cells between black leads."""
    u, v, w = c.u, c.v, c.w
    scale = c.uniform(2.0, 4.0)
    nearest, second, cell, _, _ = c.cells(u, v, scale, 0.95)
    inside = second - nearest
    hue = fraction(cell * c.uniform(0.3, 1.0) * 7 + c.uniform(0, 1))
    glass = hsv(hue, c.uniform(0.6, 1), 0.5 + 0.5 * fraction(cell * 91.7))
    glass = glass * (0.8 + 0.5 * smoothstep(0.0, 0.5, inside) + 0.15 * c.noise("mid"))
    return mix(0.04, glass, coverage(c.uniform(0.06, 0.14) - inside, w * scale * 2)), torch.ones_like(u)


def honeycomb(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    scale = c.uniform(2.4, 5.0)
    x, y = u * scale, v * scale
    gx, gy, edge = hexagons(x, y)
    cell = torch.round((x - gx) * 2) * 3.1 + torch.round(y - gy)
    wax = mix(hsv(c.uniform(0.07, 0.15), c.uniform(0.6, 1), c.uniform(0.7, 1)), c.colour(), c.chance(0.3))
    depth = smoothstep(0.1, 0.45, gy + 0.25) * 0.6
    rgb = mix(wax * (0.25 + 0.5 * scatter(cell, 1.0)), wax * 0.15, depth) * (1 - 0.5 * gx)
    glint = coverage(length(gx + 0.1, gy + 0.15) - 0.1, w * scale) * c.chance(0.5)
    rgb = mix(rgb, 1.0, glint * 0.8)
    return mix(rgb, wax, coverage(c.uniform(0.36, 0.44) - edge, w * scale)), torch.ones_like(u)


def knit(c: Canvas) -> Painted:
    """Columns of plump V-shaped stitches, in one yarn or with a second one for spots or stripes."""
    u, v = c.u, c.v
    scale = c.uniform(1.7, 3.2)
    column = torch.floor(u * scale)
    x = u * scale - column - 0.5
    slanted = v * scale * 1.2 - (0.5 - x.abs()) * -1.3
    row = torch.floor(slanted)
    y = slanted - row - 0.5
    leg = x.abs() - 0.25  # each half of a column is one leg of its V's
    loop = length(leg * 2.1, y * 1.05)
    first, second = c.colour(s=(0.1, 0.9), v=(0.5, 1)), c.colour(s=(0.1, 0.9), v=(0.4, 1))
    spots = (scatter(column, row, c.uniform(0, 9)) < 0.35).float() * c.chance(0.5)
    pattern = mix(spots, (torch.remainder(row, 5) < 2).float(), c.chance(0.4))
    twist = 1 + 0.14 * torch.sin((y * 1.2 + leg * 5.0) * 16)  # the strands of the yarn, across the leg
    light = (1.2 - 1.75 * loop * loop).clamp(0.06, 1.2) * (1 - 0.25 * leg)
    return mix(first, second, pattern) * light * twist, torch.ones_like(u)
