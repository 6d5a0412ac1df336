"""Small creatures seen whole, with legs, wings or a shell."""

from __future__ import annotations

import torch

from dreamcore.training.drawing import (
    TAU,
    Canvas,
    Painted,
    box,
    bulge,
    coverage,
    draw_eye,
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
    triangle,
    union,
)


def butterfly(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    side = u.abs()
    base, second, dark = c.colour(s=(0.5, 1), v=(0.6, 1)), c.colour(s=(0.4, 1), v=(0.5, 1)), c.colour(v=(0.02, 0.2))
    x1, y1 = rotate(side - 0.02, v + 0.08, c.uniform(0.45, 0.75))
    upper = ellipse(x1, y1, 0.46, 0.0, c.uniform(0.46, 0.52), c.uniform(0.28, 0.36))
    x2, y2 = rotate(side - 0.02, v - 0.1, c.uniform(-0.95, -0.6))
    lower = ellipse(x2, y2, 0.36, 0.0, c.uniform(0.36, 0.44), c.uniform(0.24, 0.32))
    shape = torch.minimum(upper, lower)
    r, angle = length(side, v), torch.atan2(v, side)
    vein = coverage((fraction(angle * c.integer(3, 5)) - 0.5).abs() * r - 0.018, w)
    rgb = mix(base, second, smoothstep(0.2, 0.9, r)) * (1 - 0.75 * vein)
    rgb = mix(rgb, dark, smoothstep(-0.11, -0.06, shape))
    dots = coverage(length(fraction(angle * 5) - 0.5, (shape + 0.05) * 8) - 0.28, w * 5)
    rgb = mix(rgb, 1.0, dots * c.chance(0.6))
    for x, y, centre, radius in (
        (x1, y1, c.uniform(0.55, 0.66), c.uniform(0.12, 0.18)),
        (x2, y2, c.uniform(0.4, 0.5), c.uniform(0.1, 0.16)),
    ):
        ring = length(x - centre, y) / radius
        spotted = c.chance(0.75)
        rgb = mix(rgb, dark, coverage(ring - 1, w / radius) * spotted)
        rgb = mix(rgb, second * 0.3 + 0.7, coverage(ring - 0.75, w / radius) * spotted)
        rgb = mix(rgb, c.colour(v=(0.3, 1)), coverage(ring - 0.5, w / radius) * spotted)
        rgb = mix(rgb, dark, coverage(ring - 0.25, w / radius) * spotted)
    body = ellipse(u, v, 0.0, 0.02, 0.06, 0.42)
    feelers = segment(side, v, 0.02, -0.35, 0.25, -0.75) - 0.012
    rgb = mix(rgb, dark + 0.1 * torch.sin(v * 40), coverage(body, w))
    feelers = coverage(feelers, w)
    rgb = mix(rgb, dark, feelers)
    return rgb, torch.maximum(torch.maximum(coverage(shape, w), coverage(body, w)), feelers)


def ladybird(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    side = u.abs()
    dark = c.grey(0.05)
    base = hsv(
        mix(c.uniform(-0.02, 0.05) % 1, c.uniform(0.08, 0.15), c.chance(0.25)), c.uniform(0.8, 1), c.uniform(0.75, 1)
    )
    shape = ellipse(u, v, 0.0, 0.15, c.uniform(0.46, 0.6), c.uniform(0.55, 0.68))
    head_shape = ellipse(u, v, 0.0, -0.5, c.uniform(0.26, 0.34), 0.2)
    rgb = base * bulge(u, v, 0.0, 0.1, 0.6, 0.7, 0.8)
    dot_x, dot_y, _i, _j = staggered(side, v + c.uniform(0, 1), c.uniform(2.2, 3.2))
    rgb = mix(rgb, dark, coverage(length(dot_x, dot_y) - c.uniform(0.25, 0.34), w * 3))
    rgb = mix(rgb, dark, coverage(side - 0.018, w))
    glint = coverage(ellipse(u, v, -0.2, -0.12, 0.12, 0.09), w * 4)
    rgb = mix(rgb, 1.0, glint * 0.8)
    opacity = coverage(shape, w)
    rgb = mix(dark + 0.1 * (v > -0.5), rgb, opacity)
    rgb = mix(rgb, 0.9, coverage(length(side - 0.14, v + 0.55) - 0.06, w))
    legs = torch.full_like(u, 9.0)
    for k in range(3):
        y0 = -0.2 + 0.32 * k
        y1 = y0 + (k - 1) * 0.22 - 0.08
        legs = torch.minimum(
            legs, torch.minimum(segment(side, v, 0.4, y0, 0.72, y1), segment(side, v, 0.72, y1, 0.85, y1 + 0.18))
        )
    legs = torch.minimum(legs, segment(side, v, 0.1, -0.62, 0.3, -0.92)) - 0.03
    return rgb, torch.maximum(torch.maximum(opacity, coverage(head_shape, w)), coverage(legs, w))


def bee(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    yellow = hsv(c.uniform(0.11, 0.15), c.uniform(0.8, 1), c.uniform(0.9, 1))
    dark = hsv(c.uniform(0, 0.1), c.uniform(0, 0.5), c.uniform(0.03, 0.12))
    body = ellipse(u, v, 0.14, 0.14, c.uniform(0.62, 0.7), c.uniform(0.38, 0.45))
    stripes = smoothstep(-0.15, 0.15, torch.sin((u + 0.25 * v * v) * c.uniform(12, 15) + c.uniform(0, 1)))
    fuzz = 1 + 0.2 * c.fur(u * 2, v * 2, 16.0, 4.0)
    rgb = mix(yellow, dark, stripes * (u > -0.22)) * bulge(u, v, 0.14, 0.1, 0.7, 0.45, 0.8) * fuzz
    sting = triangle(v, -u, 0.14, -0.98, -0.72, 0.1)
    head = length(u + 0.56, v - 0.1) - c.uniform(0.27, 0.31)
    rgb = mix(rgb, yellow * bulge(u, v, -0.56, 0.1, 0.3, 0.3, 0.6) * fuzz, coverage(head, w))
    rgb = draw_eye(rgb, u, v, w, -0.64, 0.04, c.uniform(0.11, 0.14), dark + 0.2, pupil=0.6, white=0.97)
    smile = (length(u + 0.64, v - 0.14) - 0.1).abs() - 0.018
    rgb = mix(rgb, dark, coverage(smile, w) * (v > 0.2) * coverage(head, w))
    opacity = over(coverage(body, w), coverage(head, w))
    rgb = mix(dark, rgb, opacity)
    wings = torch.zeros_like(u)
    for angle, cx, size in ((c.uniform(0.3, 0.7), 0.05, 0.46), (c.uniform(-0.2, 0.2), -0.15, 0.4)):
        x, y = rotate(u - cx, v + 0.22, angle)
        wing = ellipse(x, y, 0.0, -0.36, size * 0.5, size)
        vein = coverage((fraction(torch.atan2(x, -y) * 3.2) - 0.5).abs() * length(x, y) - 0.015, w)
        glass = hsv(c.uniform(0.5, 0.6), c.uniform(0.1, 0.3), c.uniform(0.85, 1)) * (1 - 0.45 * vein)
        glass = glass * (1 - 0.6 * coverage(wing.abs() - 0.025, w))
        m = coverage(wing, w) * 0.92
        rgb, wings = mix(rgb, glass, m), over(wings, m)
    feelers = union(
        segment(u, v, -0.6, -0.15, -0.8, -0.5), segment(u, v, -0.5, -0.15, -0.55, -0.55),
        length(u + 0.8, v + 0.5) - 0.03, length(u + 0.55, v + 0.55) - 0.03,
    )  # fmt: skip
    thin = coverage(feelers - 0.022, w)
    return mix(rgb, dark, thin * (1 - coverage(head, w))), over(opacity, wings, thin, coverage(sting, w))


def spider(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    side = u.abs()
    dark = c.colour(h=(0, 0.12), s=(0, 0.6), v=(0.04, 0.3))
    mark = hsv(c.uniform(0.95, 1.15) % 1, c.uniform(0.6, 1), c.uniform(0.7, 1))
    rear = ellipse(u, v, 0.0, 0.26, c.uniform(0.32, 0.4), c.uniform(0.36, 0.44))
    front = ellipse(u, v, 0.0, -0.22, c.uniform(0.21, 0.26), c.uniform(0.2, 0.24))
    rgb = dark * bulge(u, v, 0.0, 0.1, 0.4, 0.6, 0.9) * (1 + 0.3 * c.fur(u * 2, v * 2, 18.0, 4.0))
    cross = union(
        box(u, v, 0.0, 0.26, 0.05, 0.2), box(u, v, 0.0, 0.2, 0.15, 0.05), length(side - 0.14, v - 0.38) - 0.05
    )
    rgb = mix(rgb, mark, coverage(cross, w) * c.chance(0.75))
    for x, y, r in ((0.07, -0.3, 0.06), (0.17, -0.27, 0.04), (0.05, -0.39, 0.035)):
        rgb = mix(rgb, mix(mark, 1.0, 0.3), coverage(length(side - x, v - y) - r, w))
        rgb = mix(rgb, 0.02, coverage(length(side - x, v - y) - r * 0.55, w))
    legs = torch.full_like(u, 9.0)
    for k in range(4):  # up from the body to a knee, down to the foot
        root, knee = -0.3 + 0.1 * k, -0.72 + 0.36 * k + c.uniform(-0.06, 0.06)
        foot = -0.92 + 0.58 * k
        kx = c.uniform(0.52, 0.62)
        legs = union(
            legs, segment(side, v, 0.14, root, kx, knee) - 0.035, segment(side, v, kx, knee, 0.93, foot) - 0.022
        )
    limb = coverage(legs, w)
    opacity = over(coverage(rear, w), coverage(front, w))
    bands = 1 + 0.5 * smoothstep(0.2, 0.6, torch.sin(length(u, v) * c.uniform(20, 28))) * c.chance(0.6)
    return mix(dark * bands, rgb, opacity), over(opacity, limb)


def snail(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    base, second = c.colour((0.0, 0.15), (0.3, 0.9), (0.5, 1)), c.colour((0.0, 0.15), (0.3, 0.9), (0.2, 0.8))
    body = c.colour((0.05, 0.3), (0.2, 0.6), (0.5, 0.9))
    x, y = u - 0.1, v + 0.15
    r, angle = length(x, y), torch.atan2(y, x)
    whorl = fraction(r * c.uniform(3.2, 4.4) - angle / TAU)
    rgb = (
        mix(base, second, c.chance(0.7) * smoothstep(0.3, 0.7, torch.sin(angle * 2 + r * 40)))
        * (0.45 + 0.9 * torch.sqrt((whorl * (1 - whorl) * 4).clamp(min=1e-4)))
        * bulge(u, v, 0.1, -0.15, 0.7, 0.7)
    )
    shell = r - 0.62
    foot = torch.maximum(ellipse(u, v, 0.0, 0.55, 0.85, c.uniform(0.16, 0.22)), v - 0.68)
    neck = segment(u, v, -0.68, 0.5, -0.78, 0.0) - 0.1
    stalks = torch.minimum(segment(u, v, -0.78, 0.0, -0.95, -0.35), segment(u, v, -0.76, 0.0, -0.68, -0.36)) - 0.025
    eyes = torch.minimum(length(u + 0.95, v + 0.37), length(u + 0.68, v + 0.38)) - 0.06
    soft_shape = torch.minimum(torch.minimum(foot, neck), torch.minimum(stalks, eyes))
    rgb = mix(body * (1 - 0.4 * (v - 0.3)), rgb, coverage(shell, w))
    rgb = mix(rgb, body * 0.1, coverage(eyes + 0.02, w))
    return rgb, torch.maximum(coverage(shell, w), coverage(soft_shape, w))


def snake(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    base = hsv(mix(c.uniform(0.18, 0.42), c.uniform(), c.chance(0.4)), c.uniform(0.4, 1), c.uniform(0.4, 0.95))
    second, third = c.colour(v=(0.02, 0.5)), c.colour(v=(0.6, 1))
    frequency, amplitude, thickness = c.uniform(3.0, 5.0), c.uniform(0.25, 0.45), c.uniform(0.15, 0.24)
    phase = c.uniform(0, 6)
    spine = amplitude * torch.sin(u * frequency + phase)
    slope = amplitude * frequency * torch.cos(u * frequency + phase)
    across = (v - spine) / torch.sqrt(1 + slope * slope) / thickness
    along = u * torch.sqrt(1 + 0.6 * amplitude * amplitude * frequency * frequency) / thickness
    diamond = (fraction(along * c.uniform(0.3, 0.45)) - 0.5).abs() * 2
    pattern = coverage(diamond + across.abs() * c.uniform(0.6, 1.1) - c.uniform(0.7, 0.95), w * 8)
    scale_x, scale_y, _i, _j = staggered(along * 2.2, across * 2.2, 1.0)
    scales = smoothstep(0.62, 0.3, length(scale_x, scale_y))
    rgb = (
        mix(mix(base, third, pattern), second, pattern * coverage(diamond + across.abs() - 0.4, w * 8))
        * (0.65 + 0.45 * scales)
        * (1.1 - 0.7 * across * across - 0.2 * across)
    )
    opacity = coverage((across.abs() - 1) * thickness, w) * (u.abs() < 0.95)
    hx = -c.uniform(0.6, 0.7)
    hy = amplitude * torch.sin(hx * frequency + phase)
    head_shape = ellipse(u, v, hx, hy, thickness * 1.7, thickness * 1.35)
    rgb = mix(rgb, base * bulge(u, v, hx, hy, thickness * 1.7, thickness * 1.4), coverage(head_shape, w))
    rgb = draw_eye(
        rgb,
        u,
        v,
        w,
        hx - thickness * 0.2,
        hy - thickness * 0.4,
        thickness * 0.42,
        c.colour((0.05, 0.3), (0.7, 1), (0.8, 1)),
        slit=c.uniform(0.2, 0.4),
    )
    nostril = length(u - hx + thickness * 1.35, v - hy) - thickness * 0.16
    rgb = mix(rgb, 0.05, coverage(nostril, w))
    tip = hx - thickness * 2.2
    tongue = union(
        segment(u, v, hx - thickness * 1.5, hy + thickness * 0.3, tip, hy + thickness * 0.3),
        segment(u, v, tip, hy + thickness * 0.3, tip - 0.1, hy + thickness * 0.3 - 0.08),
        segment(u, v, tip, hy + thickness * 0.3, tip - 0.1, hy + thickness * 0.3 + 0.08),
    )
    fork = coverage(tongue - 0.022, w) * (1 - coverage(head_shape, w)) * (u < hx)
    rgb = mix(rgb, hsv(c.uniform(0.96, 1.0) % 1, 0.9, 0.9), fork)
    return rgb, over(opacity * (u > hx), coverage(head_shape, w), fork)
