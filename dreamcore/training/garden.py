"""Flowers, fruit and trees."""

from __future__ import annotations

import math

import torch

from dreamcore.training.drawing import (
    TAU,
    Canvas,
    Painted,
    bulge,
    coverage,
    ellipse,
    fraction,
    hsv,
    length,
    mix,
    over,
    rotate,
    segment,
    smoothstep,
    staggered,
    union,
)


def sunflower(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    r, angle = length(u, v), torch.atan2(v, u)
    base = hsv(c.uniform(0.08, 0.16), c.uniform(0.7, 1), c.uniform(0.8, 1))
    petals = c.integer(12, 20)
    disc_radius = c.uniform(0.36, 0.5)
    phase = c.uniform(0, 6)
    opacity = torch.zeros_like(u)
    rgb = base
    for layer in (1, 0):
        across = (fraction(angle * petals / TAU + 0.5 * layer + phase) - 0.5) * 2
        reach = 0.95 - 0.06 * layer
        along = ((r - disc_radius * 0.8) / (reach - disc_radius * 0.8)).clamp(0, 1)
        half_width = torch.sqrt((along + 0.25).clamp(max=1) * (1 - along)) * 1.25
        covered = coverage((across.abs() - half_width) * r * 2 / petals, w) * (r < reach)
        rgb = mix(
            rgb,
            base
            * (0.7 + 0.15 * (1 - layer) + 0.3 * along)
            * (1 - 0.45 * smoothstep(0.5, 1.1, across.abs()))
            * (1 - 0.3 * smoothstep(0.12, 0.0, across.abs())),
            covered,
        )
        opacity = torch.maximum(opacity, covered)
    seed = torch.cos(13 * angle + 30 * r / disc_radius * 0.45 + phase) * torch.cos(
        21 * angle - 22 * r / disc_radius * 0.45
    )
    disc = hsv(c.uniform(0.03, 0.1), c.uniform(0.5, 0.9), c.uniform(0.2, 0.5))
    seeds = mix(disc * 0.45, mix(disc, base, smoothstep(0.3, 0.9, r / disc_radius)), smoothstep(-0.25, 0.4, seed)) * (
        0.75 + 0.45 * smoothstep(1.0, 0.3, r / disc_radius)
    )
    covered = coverage(r - disc_radius, w)
    return mix(rgb, seeds, covered), torch.maximum(opacity, covered)


def daisy(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    r, angle = length(u, v), torch.atan2(v, u) + c.uniform(0, 6)
    petals = c.integer(5, 11)
    base, second, centre = (
        c.colour(s=(0.1, 1), v=(0.6, 1)),
        c.colour(v=(0.4, 1)),
        hsv(c.uniform(0.05, 0.17), c.uniform(0.6, 1), c.uniform(0.6, 1)),
    )
    across = (fraction(angle * petals / TAU) - 0.5) * 2
    reach = c.uniform(0.8, 0.95) * (0.82 + 0.18 * torch.cos(across * 1.57))
    pointedness = c.uniform(0.5, 1.6)
    edge = reach * torch.cos(across * 1.5).clamp(min=1e-3) ** (pointedness * 0.5)
    along = r / edge
    rgb = (
        mix(second, base, smoothstep(0.15, 0.75, along))
        * (1 - 0.35 * smoothstep(0.6, 1.1, across.abs()))
        * (0.95 + 0.12 * torch.cos(across * 14))
        * (1.05 - 0.25 * smoothstep(0.85, 1.0, along))
    )
    centre_radius = c.uniform(0.16, 0.28)
    dot_x, dot_y, _i, _j = staggered(u, v, 12.0)
    rgb = mix(
        rgb * smoothstep(0.0, 0.18, r - centre_radius + 0.1),
        centre
        * (0.75 + 0.4 * smoothstep(0.5, 0.1, length(dot_x, dot_y)))
        * bulge(u, v, 0.0, 0.0, centre_radius, centre_radius),
        coverage(r - centre_radius, w),
    )
    return rgb, torch.maximum(coverage((r - edge), w), coverage(r - centre_radius, w))


def rose(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    r, angle = length(u, v), torch.atan2(v, u)
    base = hsv(c.uniform(0.88, 1.03) % 1, c.uniform(0.55, 1), c.uniform(0.65, 1))
    petals, twist = c.integer(3, 5), c.uniform(0.5, 0.9)
    rgb = opacity = torch.zeros_like(u)
    for ring in range(6):  # whorls from the outermost inwards, each throwing a shadow on the one before
        across = (fraction((angle * petals) / TAU + ring * 0.5 + twist * ring * 0.13) - 0.5) * 2
        rim = 0.95 * (1 - ring / 6.3) ** 1.05 * (0.84 + 0.16 * torch.sqrt((1 - across * across).clamp(min=1e-3)))
        rim = rim + 0.035 * torch.sin(angle * 3 + ring * 2.1)
        covered = coverage(r - rim, w * 1.5)
        along = (r / rim).clamp(0, 1.2)
        petal = base * (0.38 + 0.75 * along**3 - 0.12 * ring / 6)
        petal = petal * (1 - 0.35 * smoothstep(0.75, 1.0, across.abs()))
        if ring == 0:
            rgb, opacity = petal, covered
        else:
            rgb = mix(rgb * (1 - 0.4 * smoothstep(0.12, 0.0, r - rim)), petal, covered)
    return rgb, opacity


def mushroom(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    base = mix(c.colour((-0.03, 0.1), (0.5, 1), (0.5, 1)), c.colour(), 0.3 * c.chance(0.5))
    stem = hsv(c.uniform(0.08, 0.15), c.uniform(0.05, 0.35), c.uniform(0.75, 1))
    rim = c.uniform(-0.05, 0.15)
    half_width = c.uniform(0.65, 0.9)
    cap = torch.maximum(
        ellipse(u, v, 0.0, rim, half_width, c.uniform(0.6, 0.9)), v - rim - 0.1 + 0.15 * (u / half_width) ** 2
    )
    spot, _f2, _i, _ox, _oy = c.cells(u, v * 1.2, c.uniform(1.8, 3.0), 0.8)
    rgb = mix(base, 0.97, coverage(spot - 0.3, w * 4) * c.chance(0.75)) * bulge(u, v, 0.0, rim, half_width, 0.8, 0.7)
    stem_half = c.uniform(0.14, 0.24) * (1 + 0.5 * smoothstep(0.3, 0.9, v))
    stem_shape = torch.maximum(u.abs() - stem_half, (v - 0.4).abs() - 0.52)
    stem_rgb = stem * (1 - 0.5 * (u / stem_half)) * (1 - 0.4 * smoothstep(0.25, 0.0, v - rim - 0.1))
    gill = torch.maximum(ellipse(u, v, 0.0, rim + 0.05, half_width * 0.95, 0.17), -(v - rim))
    gill_rgb = stem * (0.6 + 0.35 * torch.sin(u / (v - rim + 0.6) * 40))
    rgb = mix(mix(gill_rgb, stem_rgb, coverage(stem_shape, w) * (v > rim + 0.1)), rgb, coverage(cap, w))
    return rgb * (1 - 0.5 * coverage(cap.abs() - 0.015, w)), torch.maximum(
        coverage(cap, w), torch.maximum(coverage(stem_shape, w), coverage(gill, w))
    )


def strawberry(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    red = hsv(c.uniform(0.96, 1.02) % 1, c.uniform(0.8, 1), c.uniform(0.75, 1))
    along = ((v + 0.55) / 1.5).clamp(0, 1)
    half = c.uniform(0.68, 0.8) * torch.sqrt((along + 0.02) * 3).clamp(max=1) * (1 - along**2.2) ** 0.7
    shape = torch.maximum((u.abs() - half) * 0.8, -(v + 0.6))
    rgb = red * bulge(u, v, 0.0, 0.0, 0.8, 0.9, 0.8) * (1 + 0.06 * c.noise("mid"))
    x, y, _, _ = staggered(u * (1 + 0.25 * v.clamp(min=0)), v, c.uniform(4.0, 5.2))
    seed = length(x * 1.7, y - 0.02) - 0.2
    rgb = rgb * (1 - 0.45 * coverage(seed - 0.12, w * 5))
    rgb = mix(rgb, hsv(c.uniform(0.11, 0.16), c.uniform(0.4, 0.8), c.uniform(0.9, 1)), coverage(seed, w * 5))
    rgb = mix(rgb, 1.0, 0.55 * coverage(ellipse(u, v, -0.3, -0.2, 0.13, 0.16), w * 8))
    green = hsv(c.uniform(0.24, 0.36), c.uniform(0.6, 1), c.uniform(0.4, 0.8))
    r, th = length(u, (v + 0.62) * 1.5), torch.atan2(v + 0.62, u)
    leaf = r - 0.62 * (0.42 + 0.58 * (torch.cos(th * c.integer(6, 8)) * 0.5 + 0.5))
    stem = segment(u, v, 0.0, -0.6, c.uniform(-0.2, 0.2), -0.95) - 0.05
    cap = coverage(torch.minimum(leaf * 0.8, stem), w)
    rgb = mix(rgb, green * (1.2 - 0.8 * r) * (1 + 0.15 * torch.cos(th * 30)), cap)
    return rgb, over(coverage(shape, w), cap)


def cactus(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    green = hsv(c.uniform(0.27, 0.42), c.uniform(0.45, 0.9), c.uniform(0.4, 0.8))
    reach, low, high = c.uniform(0.52, 0.6), c.uniform(0.1, 0.3), c.uniform(-0.5, -0.2)
    trunk_half, arm_half = c.uniform(0.2, 0.25), c.uniform(0.12, 0.15)
    trunk = segment(u, v, 0.0, -0.66, 0.0, 1.2) - trunk_half
    shift = c.uniform(-0.25, 0.25) * torch.sign(u)
    elbow = segment(u.abs(), v - shift, 0.0, low, reach, low) - arm_half
    arm = segment(u.abs(), v - shift, reach, low, reach, high) - arm_half
    across = torch.where(trunk < 0, u / trunk_half, (u.abs() - reach) / arm_half)
    across = torch.where((elbow < 0) & (arm > 0) & (trunk > 0), (v - shift - low) / arm_half, across).clamp(-1, 1)
    ribs = torch.cos(torch.asin(across * 0.98) * 5)
    rgb = green * (0.72 + 0.4 * ribs) * (1.1 - 0.4 * across - 0.3 * across * across)
    x, y, _, _ = staggered(across * 1.9, v * 6.5, 1.0)
    star = torch.minimum(segment(x.abs(), y, 0.0, 0.0, 0.3, 0.22), segment(x.abs(), y, 0.0, 0.0, 0.3, -0.22)) - 0.055
    rgb = mix(rgb, hsv(c.uniform(0.1, 0.16), c.uniform(0.05, 0.3), c.uniform(0.9, 1)), coverage(star, w * 6))
    shape = union(trunk, elbow, arm)
    flower = length(u - 0.05, v + 0.92) - 0.11 - 0.05 * torch.cos(torch.atan2(v + 0.92, u - 0.05) * 6)
    bloom = hsv(c.uniform(0.85, 1.02) % 1, c.uniform(0.5, 0.9), c.uniform(0.85, 1))
    blooming = coverage(flower, w) * c.chance(0.7)
    rgb = rgb * (1 - 0.5 * coverage(shape.abs() - 0.02, w))
    rgb = mix(rgb, mix(bloom, hsv(c.uniform(0.12, 0.16), 0.8, 1.0), coverage(flower + 0.1, w * 2)), blooming)
    return rgb, over(coverage(shape, w) * (v < 0.98), blooming)


def tree(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    x, y = u, 0.95 - v
    shape = torch.full_like(u, 9.0)
    crown = shape.clone()
    limb, angle, shrink = c.uniform(0.42, 0.55), c.uniform(0.35, 0.62), c.uniform(1.35, 1.5)
    thickness = c.uniform(0.04, 0.07)
    scale = torch.ones_like(limb)
    for level in range(6):  # a fractal: fold the plane at the limb's axis, turn, shrink, again
        shape = torch.minimum(shape, (segment(x, y, 0.0, 0.0, 0.0, limb) - thickness) / scale)
        x, y = rotate(x.abs(), y - limb, angle * (1 + 0.12 * math.sin(level * 2.3)))
        x, y, scale = x * shrink, y * shrink, scale * shrink
        if level >= 3:
            crown = torch.minimum(crown, (length(x, y - 0.25) - 0.55) / scale)
    bark = hsv(c.uniform(0.04, 0.1), c.uniform(0.2, 0.7), c.uniform(0.1, 0.45))
    leaves = hsv(
        mix(c.uniform(0.18, 0.4), c.uniform(0.95, 1.12) % 1, c.chance(0.3)), c.uniform(0.4, 1), c.uniform(0.35, 0.95)
    )
    leafy = c.chance(0.85)
    wood = coverage(shape, w)
    foliage = coverage(crown + 0.015 * c.noise("fine"), w) * leafy
    rgb = mix(
        bark * (1 - 0.5 * u),
        leaves * (1 + 0.4 * c.noise("fine") - 0.3 * v - 0.2 * u),
        foliage * (1 - 0.6 * wood),
    )
    return rgb, torch.maximum(wood, foliage)
