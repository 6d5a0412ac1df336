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
    r, th = length(u, v), torch.atan2(v, u)
    base = hsv(c.uniform(0.08, 0.16), c.uniform(0.7, 1), c.uniform(0.8, 1))
    k = c.integer(12, 20)
    dr = c.uniform(0.36, 0.5)
    ph = c.uniform(0, 6)
    opacity = torch.zeros_like(u)
    rgb = base + 0 * u
    for lay in (1, 0):
        f = (fraction(th * k / TAU + 0.5 * lay + ph) - 0.5) * 2
        reach = 0.95 - 0.06 * lay
        t = ((r - dr * 0.8) / (reach - dr * 0.8)).clamp(0, 1)
        hw = torch.sqrt((t + 0.25).clamp(max=1) * (1 - t)) * 1.25
        m = coverage((f.abs() - hw) * r * 2 / k, w) * (r < reach)
        rgb = mix(
            rgb,
            base
            * (0.7 + 0.15 * (1 - lay) + 0.3 * t)
            * (1 - 0.45 * smoothstep(0.5, 1.1, f.abs()))
            * (1 - 0.3 * smoothstep(0.12, 0.0, f.abs())),
            m,
        )
        opacity = torch.maximum(opacity, m)
    q = torch.cos(13 * th + 30 * r / dr * 0.45 + ph) * torch.cos(21 * th - 22 * r / dr * 0.45)
    dc = hsv(c.uniform(0.03, 0.1), c.uniform(0.5, 0.9), c.uniform(0.2, 0.5))
    seeds = mix(dc * 0.45, mix(dc, base, smoothstep(0.3, 0.9, r / dr)), smoothstep(-0.25, 0.4, q)) * (
        0.75 + 0.45 * smoothstep(1.0, 0.3, r / dr)
    )
    m = coverage(r - dr, w)
    return mix(rgb, seeds, m), torch.maximum(opacity, m)


def daisy(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    r, th = length(u, v), torch.atan2(v, u) + c.uniform(0, 6)
    k = c.integer(5, 11)
    base, second, ce = (
        c.colour(s=(0.1, 1), v=(0.6, 1)),
        c.colour(v=(0.4, 1)),
        hsv(c.uniform(0.05, 0.17), c.uniform(0.6, 1), c.uniform(0.6, 1)),
    )
    f = (fraction(th * k / TAU) - 0.5) * 2
    reach = c.uniform(0.8, 0.95) * (0.82 + 0.18 * torch.cos(f * 1.57))
    pw = c.uniform(0.5, 1.6)
    edge = reach * torch.cos(f * 1.5).clamp(min=1e-3) ** (pw * 0.5)
    t = r / edge
    rgb = (
        mix(second, base, smoothstep(0.15, 0.75, t))
        * (1 - 0.35 * smoothstep(0.6, 1.1, f.abs()))
        * (0.95 + 0.12 * torch.cos(f * 14))
        * (1.05 - 0.25 * smoothstep(0.85, 1.0, t))
    )
    cr = c.uniform(0.16, 0.28)
    fu, fv, _i, _j = staggered(u, v, 12.0)
    rgb = mix(
        rgb * smoothstep(0.0, 0.18, r - cr + 0.1),
        ce * (0.75 + 0.4 * smoothstep(0.5, 0.1, length(fu, fv))) * bulge(u, v, 0.0, 0.0, cr, cr),
        coverage(r - cr, w),
    )
    return rgb, torch.maximum(coverage((r - edge), w), coverage(r - cr, w))


def rose(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    r, th = length(u, v), torch.atan2(v, u)
    base = hsv(c.uniform(0.88, 1.03) % 1, c.uniform(0.55, 1), c.uniform(0.65, 1))
    petals, twist = c.integer(3, 5), c.uniform(0.5, 0.9)
    rgb = opacity = torch.zeros_like(u)
    for ring in range(6):  # whorls from the outermost inwards, each throwing a shadow on the one before
        across = (fraction((th * petals) / TAU + ring * 0.5 + twist * ring * 0.13) - 0.5) * 2
        rim = 0.95 * (1 - ring / 6.3) ** 1.05 * (0.84 + 0.16 * torch.sqrt((1 - across * across).clamp(min=1e-3)))
        rim = rim + 0.035 * torch.sin(th * 3 + ring * 2.1)
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
    st = hsv(c.uniform(0.08, 0.15), c.uniform(0.05, 0.35), c.uniform(0.75, 1))
    y0 = c.uniform(-0.05, 0.15)
    wd = c.uniform(0.65, 0.9)
    cap = torch.maximum(ellipse(u, v, 0.0, y0, wd, c.uniform(0.6, 0.9)), v - y0 - 0.1 + 0.15 * (u / wd) ** 2)
    f1, _f2, _i, _ox, _oy = c.cells(u, v * 1.2, c.uniform(1.8, 3.0), 0.8)
    rgb = mix(base, 1.0 * 0.97, coverage(f1 - 0.3, w * 4) * c.chance(0.75)) * bulge(u, v, 0.0, y0, wd, 0.8, 0.7)
    sw = c.uniform(0.14, 0.24) * (1 + 0.5 * smoothstep(0.3, 0.9, v))
    sd = torch.maximum(u.abs() - sw, (v - 0.4).abs() - 0.52)
    g = st * (1 - 0.5 * (u / sw)) * (1 - 0.4 * smoothstep(0.25, 0.0, v - y0 - 0.1))
    gill = torch.maximum(ellipse(u, v, 0.0, y0 + 0.05, wd * 0.95, 0.17), -(v - y0))
    gl = st * (0.6 + 0.35 * torch.sin(u / (v - y0 + 0.6) * 40))
    rgb = mix(mix(gl, g, coverage(sd, w) * (v > y0 + 0.1)), rgb, coverage(cap, w))
    return rgb * (1 - 0.5 * coverage(cap.abs() - 0.015, w)), torch.maximum(
        coverage(cap, w), torch.maximum(coverage(sd, w), coverage(gill, w))
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
    gr = hsv(
        mix(c.uniform(0.18, 0.4), c.uniform(0.95, 1.12) % 1, c.chance(0.3)), c.uniform(0.4, 1), c.uniform(0.35, 0.95)
    )
    has = c.chance(0.85)
    t = coverage(shape, w)
    m = coverage(crown + 0.015 * c.noise("fine"), w) * has
    rgb = mix(bark * (1 - 0.5 * u) + 0 * u, gr * (1 + 0.4 * c.noise("fine") - 0.3 * v - 0.2 * u), m * (1 - 0.6 * t))
    return rgb, torch.maximum(t, m)
