"""Buildings with a face of their own."""

from __future__ import annotations

import torch

from dreamcore.training.drawing import (
    Canvas,
    Painted,
    box,
    coverage,
    ellipse,
    fraction,
    hsv,
    length,
    mix,
    over,
    scatter,
    segment,
    smoothstep,
    staggered,
    triangle,
    union,
)


def castle(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    a = u.abs()
    stone = hsv(c.uniform(0.05, 0.15), c.uniform(0.02, 0.3), c.uniform(0.6, 0.92))
    stone = mix(stone, hsv(c.uniform(0.55, 0.65), c.uniform(0.05, 0.2), c.uniform(0.55, 0.8)), c.chance(0.35))
    roof = hsv(
        mix(c.uniform(-0.03, 0.04) % 1, c.uniform(0.55, 0.7), c.chance(0.4)), c.uniform(0.6, 0.95), c.uniform(0.5, 0.85)
    )
    dark = c.colour(h=(0.55, 0.75), s=(0.2, 0.6), v=(0.04, 0.18))
    x, y, i, j = staggered(u * 0.55, v, 8.0)
    joint = torch.maximum(x.abs() * 2 - 0.92, y.abs() * 2 - 0.84)
    wall_rgb = stone * (0.85 + 0.25 * scatter(i, j)) * (1 - 0.35 * smoothstep(-0.08, 0.12, joint))
    at, half, top = c.uniform(0.6, 0.66), c.uniform(0.24, 0.28), c.uniform(-0.25, -0.1)

    def battlements(x: torch.Tensor, half_width: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
        merlon = ((fraction(x / half_width * 1.5 + 0.25) - 0.5).abs() - 0.27) * half_width * 0.66
        body = torch.maximum(x.abs() - half_width, level - v)
        return torch.where(v < level + 0.13, torch.maximum(body, merlon), body)

    wall = battlements(u, at, c.uniform(0.12, 0.25))
    tower = torch.maximum((a - at).abs() - half, top - v)
    collar = battlements(a - at, half + 0.05, top - 0.08)
    collar = torch.maximum(collar, v - top - 0.16)
    keep_half, keep_top = c.uniform(0.23, 0.28), c.uniform(-0.42, -0.3)
    keep = battlements(u, keep_half, keep_top)
    rgb = wall_rgb
    rgb = rgb * (1 - 0.4 * (u / keep_half).clamp(-1, 1) * (keep < 0) * (v < 0.2))
    rgb = mix(rgb, wall_rgb * (1.05 - 0.45 * ((a - at) / half).clamp(-1, 1)), coverage(torch.minimum(tower, collar), w))
    body = union(wall, tower, collar, keep)
    cone = triangle(a, v, at, top - 0.72, top - 0.06, half + 0.06)
    spire = triangle(u, v, 0.0, -0.98, keep_top - 0.02, keep_half + 0.03)
    cones = (
        torch.minimum(cone, spire) if bool(torch.rand((), generator=c.bank.generator, device=c.device) < 0.7) else cone
    )
    lean = torch.where(cone < 0, (a - at) / half, u / keep_half).clamp(-1, 1)
    rgb = mix(rgb, roof * (1.1 - 0.45 * lean) * (0.88 + 0.16 * torch.sin(v * 55)), coverage(cones, w))
    gate = union(ellipse(u, v, 0.0, 0.58, 0.2, 0.24), box(u, v, 0.0, 0.82, 0.2, 0.24))
    rgb = mix(rgb, stone * 0.5, coverage(gate - 0.06, w))
    bars = ((fraction(u * 9) - 0.5).abs() - 0.14) * 0.1
    rgb = mix(rgb, mix(stone * 0.4, dark, coverage(-bars, w)), coverage(gate, w))
    lit = mix(dark, hsv(c.uniform(0.1, 0.15), c.uniform(0.5, 0.9), 1.0), c.chance(0.5))
    slits = union(
        box(a, v, at, top + 0.36, 0.055, 0.1), ellipse(a, v, at, top + 0.27, 0.055, 0.06),
        box(u, v, 0.0, 0.02, 0.055, 0.1), ellipse(u, v, 0.0, -0.07, 0.055, 0.06),
    )  # fmt: skip
    rgb = mix(rgb, lit, coverage(slits, w))
    opacity = over(coverage(body, w), coverage(cones, w)) * (v < 0.98)
    return rgb * (1 - 0.4 * coverage(body.abs() - 0.015, w)), opacity


def pagoda(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    a = u.abs()
    roof = hsv(
        mix(c.uniform(-0.02, 0.05) % 1, c.uniform(0.38, 0.55), c.chance(0.3)), c.uniform(0.6, 0.95), c.uniform(0.4, 0.8)
    )
    wall = hsv(c.uniform(0.08, 0.14), c.uniform(0.1, 0.45), c.uniform(0.85, 1))
    post = hsv(c.uniform(-0.02, 0.03) % 1, c.uniform(0.7, 1), c.uniform(0.5, 0.8))
    rgb = wall
    opacity = coverage(segment(u, v, 0.0, -1.0, 0.0, -0.7) - 0.03, w)
    rgb = mix(rgb, roof, opacity)
    for k in range(3):  # from the top: a storey, then the roof that sweeps over it, its corners turned up
        top, reach = -0.86 + 0.6 * k, 0.5 + 0.22 * k
        body = torch.maximum(a - reach * 0.6, (v - top - 0.44).abs() - 0.18)
        stripes = ((fraction(u * 2.2 / reach + 0.5) - 0.5).abs() - 0.34) * -0.4
        storey = mix(wall * (1.05 - 0.3 * u), post, coverage(stripes, w))
        window = box(u, v, 0.0, top + 0.46, 0.1, 0.1)
        storey = mix(storey, post * 0.25, coverage(window, w))
        m = coverage(body, w)
        rgb, opacity = mix(rgb, storey, m), over(opacity, m)
        t = (a / reach).clamp(0, 1.1)
        upper = top + 0.3 * t**0.55 - 0.2 * t**6
        lower = top + 0.31 - 0.12 * t**5
        sweep = torch.maximum(torch.maximum(upper - v, v - lower), a - reach) * 0.85
        tiles = 0.82 + 0.28 * torch.sin(u * (30 - 3 * k))
        m = coverage(sweep, w)
        rgb, opacity = mix(rgb, roof * tiles * (1.25 - 1.6 * (v - top).clamp(0, 0.4)), m), over(opacity, m)
        edge = coverage((v - lower).abs() - 0.025, w) * (a < reach)
        rgb = mix(rgb, hsv(c.uniform(0.1, 0.14), 0.7, 0.95), edge * m)
    return rgb, opacity * (v < 0.98)


def house(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    a = u.abs()
    wall = c.colour(h=(0, 1), s=(0.05, 0.5), v=(0.75, 1))
    roof = hsv(
        mix(c.uniform(-0.02, 0.06) % 1, c.uniform(0.5, 0.68), c.chance(0.2)), c.uniform(0.5, 0.9), c.uniform(0.45, 0.85)
    )
    frame = mix(c.grey(1.0), wall * 0.4, c.chance(0.3))
    eaves, half = c.uniform(-0.15, 0.0), c.uniform(0.66, 0.74)
    body = box(u, v, 0.0, (eaves + 0.95) / 2, half, (0.95 - eaves) / 2)
    boards = 1 - 0.18 * smoothstep(0.35, 0.5, (fraction(v * 7) - 0.5).abs()) * c.chance(0.6)
    rgb = wall * boards * (1.05 - 0.15 * u)
    gable = triangle(u, v, 0.0, c.uniform(-0.95, -0.85), eaves + 0.05, half + 0.2)
    x, y, i, j = staggered(u, v, 8.0)
    tiles = (
        (0.85 + 0.25 * scatter(i, j))
        * (1 - 0.4 * smoothstep(0.3, 0.48, y))
        * (1 - 0.25 * smoothstep(0.4, 0.5, x.abs()))
    )
    chimney = box(u, v, c.uniform(0.32, 0.42), -0.68, 0.1, 0.24)
    brick = hsv(c.uniform(0.0, 0.05), c.uniform(0.5, 0.7), c.uniform(0.4, 0.7)) * (
        1 - 0.3 * ((fraction(v * 12) - 0.5).abs() > 0.38)
    )
    rgb = mix(mix(brick, rgb, coverage(body, w)), roof * tiles, coverage(gable, w))
    attic = length(u, v + 0.42) - 0.12
    rgb = mix(mix(rgb, frame, coverage(attic - 0.05, w)), hsv(c.uniform(0.5, 0.6), 0.5, 0.8), coverage(attic, w))
    panes = box(a, v, 0.42, 0.32, 0.15, 0.16)
    glass = mix(
        hsv(c.uniform(0.52, 0.62), c.uniform(0.3, 0.7), c.uniform(0.4, 0.9)),
        hsv(c.uniform(0.11, 0.15), 0.6, 1.0),
        c.chance(0.4),
    )
    rgb = mix(mix(rgb, frame, coverage(panes - 0.05, w)), glass * (1.2 - 0.5 * v), coverage(panes, w))
    cross = torch.minimum((a - 0.42).abs(), (v - 0.32).abs()) - 0.022
    rgb = mix(rgb, frame, coverage(torch.maximum(cross, panes), w))
    door = box(u, v, 0.0, 0.68, 0.15, 0.3)
    rgb = mix(mix(rgb, frame, coverage(door - 0.045, w)), c.colour(s=(0.5, 1), v=(0.25, 0.7)), coverage(door, w))
    rgb = mix(rgb, hsv(c.uniform(0.12, 0.15), 0.7, 1.0), coverage(length(u - 0.09, v - 0.7) - 0.03, w))
    edge = coverage(gable.abs() - 0.025, w)
    return rgb * (1 - 0.5 * edge), over(coverage(body, w), coverage(gable, w), coverage(chimney, w)) * (v < 0.95)


def lighthouse(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    paint = hsv(
        mix(c.uniform(-0.02, 0.03) % 1, c.uniform(0.55, 0.65), c.chance(0.2)), c.uniform(0.8, 1), c.uniform(0.65, 0.9)
    )
    white = hsv(c.uniform(0, 1), c.uniform(0, 0.06), c.uniform(0.92, 1))
    half = 0.24 + 0.13 * (v + 0.4)
    tower = torch.maximum((u.abs() - half) * 0.97, (v - 0.3).abs() - 0.72)
    round_ = (u / half).clamp(-1, 1)
    bands = smoothstep(-0.08, 0.08, torch.sin((v + 0.05 * round_ * round_) * c.uniform(8.5, 11) + c.uniform(0, 6)))
    rgb = mix(white, paint, bands) * (1.08 - 0.3 * round_ - 0.35 * round_ * round_)
    windows = union(box(u, v, 0.0, 0.0, 0.045, 0.075), box(u, v, 0.0, 0.5, 0.05, 0.08))
    rgb = mix(rgb, 0.1, coverage(windows, w))
    gallery = box(u, v, 0.0, -0.42, 0.33, 0.045)
    lamp = box(u, v, 0.0, -0.6, 0.2, 0.15)
    light = hsv(c.uniform(0.12, 0.16), c.uniform(0.3, 0.7), c.uniform(1.0, 1.0))
    lamp_rgb = mix(light, 0.12, coverage((fraction(u * 7.5 + 0.5) - 0.5).abs() - 0.1, w * 7))
    cap = triangle(u, v, 0.0, c.uniform(-1.0, -0.95), -0.74, 0.26)
    rgb = mix(mix(rgb, 0.15, coverage(gallery, w)), lamp_rgb, coverage(lamp, w))
    rgb = mix(rgb, paint * (1 - 0.5 * u), coverage(cap, w))
    beam = torch.maximum((v + 0.6).abs() - 0.06 - 0.22 * (u.abs() - 0.2), 0.2 - u.abs())
    ray = coverage(beam, w * 3) * smoothstep(1.1, 0.2, u.abs()) * 0.75 * c.chance(0.5)
    solid = over(*(coverage(shape, w) for shape in (tower, gallery, lamp, cap)))
    return mix(light, rgb, solid), over(solid, ray)
