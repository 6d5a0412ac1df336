"""Furry faces: dog, cat, lion, tiger, fox; the ones a dream is loved for."""

from __future__ import annotations

import torch
from torch import Tensor

from dreamcore.training.drawing import (
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
    triangle,
    union,
)


def head(c: Canvas, base: Tensor, rx: Tensor | float, ry: Tensor | float, cy: float = 0.0) -> Painted:
    shape = ellipse(c.u, c.v, 0.0, cy, rx, ry)
    fur = c.fur(c.u * 2, c.v * 2, 16.0, 5.0)
    return shape, base * bulge(c.u, c.v, 0.0, cy, rx, ry) * (1 + 0.13 * fur)


def dog(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    side = u.abs()
    base = c.colour((0.02, 0.13), (0.15, 0.8), (0.25, 0.95))
    ear = mix(base * c.uniform(0.3, 0.7), c.colour(), 0.1)
    rx, ry = c.uniform(0.58, 0.7), c.uniform(0.68, 0.8)
    head_shape, rgb = head(c, base, rx, ry, -0.05)
    patch = c.chance(0.4) * coverage(ellipse(u, v, -0.3, -0.25, c.uniform(0.25, 0.4), 0.35), w * 3)
    rgb = mix(rgb, ear, patch)
    ear_x, ear_y = rotate(side - c.uniform(0.62, 0.75), v + c.uniform(0.0, 0.3), c.uniform(-0.4, 0.2))
    ear_shape = ellipse(ear_x, ear_y, 0.0, 0.15, c.uniform(0.2, 0.28), c.uniform(0.48, 0.62))
    muzzle = mix(base, 1.0, c.uniform(0.3, 0.8))
    muzzle_y = c.uniform(0.25, 0.35)
    muzzle_shape = ellipse(u, v, 0.0, muzzle_y, c.uniform(0.34, 0.44), c.uniform(0.3, 0.38))
    rgb = mix(rgb, muzzle * bulge(u, v, 0.0, muzzle_y, 0.4, 0.35), coverage(muzzle_shape, w * 2))
    rgb = draw_eye(
        rgb,
        side,
        v,
        w,
        c.uniform(0.26, 0.32),
        -0.2,
        c.uniform(0.1, 0.15),
        c.colour((0.02, 0.12), (0.4, 0.9), (0.15, 0.6)),
        pupil=0.6,
    )
    nose_shape = ellipse(u, v, 0.0, muzzle_y - 0.14, c.uniform(0.14, 0.2), 0.12)
    rgb = mix(rgb, 0.04, coverage(nose_shape, w))
    rgb = mix(rgb, 0.8, coverage(ellipse(u, v, -0.05, muzzle_y - 0.19, 0.05, 0.03), w))
    mouth = torch.minimum(
        segment(u, v, 0.0, muzzle_y - 0.05, 0.0, muzzle_y + 0.1),
        (length(side - 0.13, v - muzzle_y - 0.08) - 0.13).abs() + (v < muzzle_y + 0.08) * 1.0,
    )
    rgb = mix(rgb, 0.05, coverage(mouth - 0.022, w))
    tongue_shape = ellipse(u, v, 0.0, muzzle_y + 0.3, 0.11, 0.17)
    tongue_out = c.chance(0.5)
    rgb = mix(
        rgb,
        hsv(c.uniform(0.95, 1.0) % 1, c.uniform(0.4, 0.6), c.uniform(0.8, 1)),
        coverage(tongue_shape, w) * (v > muzzle_y + 0.16) * tongue_out,
    )
    opacity = torch.maximum(coverage(head_shape, w), coverage(muzzle_shape, w))
    opacity = torch.maximum(opacity, coverage(tongue_shape, w) * tongue_out)
    rgb = mix(rgb, ear * (1.1 + 0.3 * ear_y + 0.25 * c.noise("mid")), coverage(ear_shape, w))
    rgb = rgb * (1 - 0.5 * coverage(ear_shape.abs() - 0.02, w))
    return rgb, torch.maximum(opacity, coverage(ear_shape, w))


def cat(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    side = u.abs()
    base = hsv(c.uniform(0.02, 0.14), c.uniform(0.0, 0.75), c.uniform(0.25, 0.95))
    dark = base * c.uniform(0.25, 0.6)
    head_shape, rgb = head(c, base, c.uniform(0.68, 0.8), c.uniform(0.58, 0.68), 0.12)
    stripes = smoothstep(0.2, 0.7, torch.sin(u * c.uniform(14, 20) + 1.5 * torch.sin(v * 4))) * (v < -0.1) + smoothstep(
        0.2, 0.7, torch.sin(v * 17 + side * 6)
    ) * (side > 0.45)
    rgb = mix(rgb, dark, stripes.clamp(0, 1) * c.chance(0.65) * 0.9)
    tip = c.uniform(0.5, 0.62)
    # ears: triangle (intersection of half planes)
    ear_shape = torch.maximum(
        torch.maximum((side - tip) * 0.9 + (-0.98 - v) * 0.25 - 0.02, -(side - tip) * 0.85 - (v + 0.98) * 0.6),
        (v + 0.2),
    )
    ear_shape = torch.maximum(ear_shape, (side - tip) * 0.93 - (v + 0.98) * 0.3)
    ear = coverage(ear_shape, w)
    inner = coverage(ear_shape + 0.09, w * 2)
    ear_rgb = mix(base * 0.9, hsv(c.uniform(0.96, 1.04) % 1, c.uniform(0.25, 0.5), c.uniform(0.7, 0.95)), inner)
    rgb = mix(ear_rgb, rgb, coverage(head_shape, w))
    iris = c.colour((0.12, 0.55), (0.5, 1), (0.6, 1))
    rgb = draw_eye(
        rgb,
        side,
        v,
        w,
        c.uniform(0.3, 0.36),
        c.uniform(0.0, 0.08),
        c.uniform(0.16, 0.22),
        iris,
        slit=c.uniform(0.12, 0.4),
    )
    pale = mix(base, 1.0, 0.7)
    rgb = mix(
        rgb,
        pale * bulge(side, v, 0.12, 0.42, 0.16, 0.14),
        coverage(ellipse(side, v, 0.12, 0.42, c.uniform(0.15, 0.19), c.uniform(0.12, 0.15)), w * 2),
    )
    rgb = mix(
        rgb,
        hsv(c.uniform(0.95, 1.03) % 1, c.uniform(0.3, 0.6), c.uniform(0.4, 0.9)),
        coverage(torch.maximum(side * 0.8 + (v - 0.36) * 0.7, -(v - 0.25)) - 0.02, w),
    )
    whiskers = torch.minimum(
        segment(side, v, 0.2, 0.42, 0.85, c.uniform(0.25, 0.35)),
        torch.minimum(segment(side, v, 0.2, 0.45, 0.88, 0.47), segment(side, v, 0.2, 0.48, 0.82, 0.62)),
    )
    rgb = mix(rgb, 0.95 - 0.9 * c.chance(0.3), coverage(whiskers - 0.008, w) * 0.85)
    return rgb, torch.maximum(torch.maximum(coverage(head_shape, w), ear), 0.7 * coverage(whiskers - 0.008, w))


def lion(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    side = u.abs()
    radius, angle = length(u, v), torch.atan2(v, u)
    base = hsv(c.uniform(0.07, 0.13), c.uniform(0.4, 0.8), c.uniform(0.65, 0.95))
    mane = hsv(c.uniform(0.02, 0.09), c.uniform(0.5, 1), c.uniform(0.25, 0.7))
    locks = c.integer(10, 18)
    lock = torch.sin(angle * locks + 2.5 * torch.sin(radius * 7 + c.uniform(0, 6)))
    rgb = mane * (0.75 + 0.45 * lock * 0.6 + 0.5 * c.white(angle * 14, radius * 4)) * (1.25 - 0.5 * radius)
    head_shape, face_rgb = head(c, base, 0.54, 0.6, 0.02)
    rgb = mix(rgb * smoothstep(-0.1, 0.25, head_shape), face_rgb, coverage(head_shape, w * 2))
    rgb = mix(rgb, mane * 0.8, coverage(ellipse(side, v, 0.5, -0.5, 0.15, 0.15), w))
    rgb = mix(rgb, base, coverage(ellipse(side, v, 0.5, -0.48, 0.09, 0.09), w))
    rgb = mix(
        rgb,
        mix(base, 1.0, 0.55) * bulge(u, v, 0.0, 0.3, 0.35, 0.28),
        coverage(ellipse(u, v, 0.0, 0.32, c.uniform(0.28, 0.34), 0.22), w * 2),
    )
    rgb = mix(rgb, mix(base, 1.0, 0.25), coverage(box(u, v, 0.0, 0.0, 0.1 + 0.05 * v, 0.2), w * 3) * 0.8)
    rgb = draw_eye(
        rgb, side, v, w, 0.24, -0.12, c.uniform(0.085, 0.12), c.colour((0.08, 0.15), (0.5, 1), (0.5, 0.9)), pupil=0.5
    )
    rgb = mix(rgb, base * 0.12, coverage(torch.maximum(side * 0.7 + (v - 0.3) * 0.7, -(v - 0.15)) - 0.03, w))
    mouth = torch.minimum(segment(u, v, 0.0, 0.25, 0.0, 0.4), segment(side, v, 0.0, 0.4, 0.2, 0.46))
    rgb = mix(rgb, base * 0.1, coverage(mouth - 0.02, w))
    return rgb, coverage(radius - 0.88 - 0.1 * lock, w)


def tiger(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    a = u.abs()
    coat = hsv(c.uniform(0.055, 0.1), c.uniform(0.75, 1), c.uniform(0.8, 1))
    white = hsv(c.uniform(0.08, 0.13), c.uniform(0.02, 0.15), c.uniform(0.9, 1))
    dark = hsv(c.uniform(0, 0.1), c.uniform(0, 0.6), c.uniform(0.02, 0.12))
    skull, rgb = head(c, coat, c.uniform(0.78, 0.86), c.uniform(0.7, 0.8), 0.08)
    cheeks = coverage(ellipse(a, v, 0.42, 0.42, c.uniform(0.26, 0.34), 0.28), w * 6)
    rgb = mix(rgb, white, cheeks)
    rgb = mix(rgb, white, coverage(ellipse(a, v, 0.27, -0.27, 0.17, 0.13), w * 5))
    # stripes: bars across the brow, and wedges from the cheeks inwards
    wobble = 0.06 * c.noise("mid")
    brow = torch.sin((v + 0.5 * a + wobble) * c.uniform(26, 32)) - (a * 2.2 - 0.2).clamp(min=0.0) * 1.4
    brow = smoothstep(0.1, 0.4, brow) * (v < -0.32) * (a < 0.42)
    side = torch.sin((v - 0.35 * a + wobble) * c.uniform(17, 22) + c.uniform(0, 2))
    side = smoothstep(0.2, 0.5, side - 1.6 * (0.72 - a).clamp(min=0.0) * 2.2) * (a > 0.42)
    rgb = mix(rgb, dark, (brow + side).clamp(0, 1))
    muzzle = ellipse(a, v, 0.14, 0.42, c.uniform(0.2, 0.24), c.uniform(0.18, 0.22))
    rgb = mix(rgb, white * bulge(a, v, 0.14, 0.42, 0.22, 0.2), coverage(muzzle, w * 2))
    bridge = box(u, v, 0.0, 0.1, 0.1 + 0.06 * v, 0.2)
    rgb = mix(rgb, coat * 1.1, coverage(bridge, w * 4))
    iris = hsv(c.uniform(0.1, 0.22), c.uniform(0.6, 1), c.uniform(0.8, 1))
    rgb = draw_eye(rgb, a, v, w, 0.3, -0.1, c.uniform(0.11, 0.14), iris, pupil=0.4)
    nose = triangle(u, -v, 0.0, -0.4, -0.22, 0.16)
    rgb = mix(rgb, hsv(c.uniform(0.97, 1.03) % 1, c.uniform(0.3, 0.6), c.uniform(0.5, 0.85)), coverage(nose, w))
    mouth = union(segment(u, v, 0.0, 0.36, 0.0, 0.5), segment(a, v, 0.0, 0.5, 0.2, 0.56)) - 0.02
    dots = length(fraction(a * 9) - 0.5, (fraction(v * 9) - 0.5)) - 0.2
    rgb = mix(rgb, dark, coverage(dots, w * 9) * coverage(muzzle + 0.05, w) * (a > 0.1) * (v > 0.38) * 0.8)
    rgb = mix(rgb, dark, coverage(mouth, w))
    ear = ellipse(a, v, 0.6, -0.58, 0.24, 0.24)
    lug = mix(mix(dark, coat, coverage(ear + 0.06, w)), white, coverage(ear + 0.12, w * 2))
    return mix(lug, rgb, coverage(skull, w)), over(coverage(skull, w), coverage(ear, w))


def fox(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    side = u.abs()
    coat = hsv(c.uniform(0.03, 0.075), c.uniform(0.75, 1), c.uniform(0.75, 1))
    white = hsv(c.uniform(0.08, 0.13), c.uniform(0.0, 0.12), c.uniform(0.92, 1))
    dark = hsv(c.uniform(0, 0.1), c.uniform(0, 0.5), c.uniform(0.03, 0.15))
    # a broad brow that runs down to a pointed muzzle, cheeks sticking out
    width = c.uniform(0.78, 0.88) * smoothstep(0.95, 0.0, v) + 0.06
    shape = torch.maximum((side - width) * 0.75, ellipse(u, v, 0.0, 0.1, 0.95, 0.62 + 0.25 * (v > 0)))
    tuft = 0.05 * torch.sin(v * 30 + side * 8) * (side > 0.5)
    shape = shape + tuft
    fur = c.fur(u * 2, v * 2, 16.0, 5.0)
    rgb = coat * bulge(u, v, 0.0, 0.0, 0.85, 0.85) * (1 + 0.2 * fur)
    cheek = side - (v + c.uniform(0.12, 0.22)) * 0.55 - 0.14
    rgb = mix(rgb, white * (1 + 0.12 * fur), smoothstep(0.0, 0.08, cheek) * (v > -0.2))
    chin = smoothstep(0.5, 0.6, v)
    rgb = mix(rgb, white, chin * smoothstep(0.05, 0.1, side))
    iris = hsv(c.uniform(0.08, 0.16), c.uniform(0.6, 1), c.uniform(0.7, 1))
    x, y = rotate(side - 0.33, v + 0.02, 0.35)
    rgb = mix(rgb, dark, coverage(ellipse(x, y, 0.0, 0.0, 0.2, 0.12), w))
    rgb = draw_eye(rgb, side, v, w, 0.33, -0.02, c.uniform(0.09, 0.115), iris, slit=c.uniform(0.3, 0.5))
    nose = ellipse(u, v, 0.0, c.uniform(0.7, 0.76), c.uniform(0.13, 0.17), 0.11)
    rgb = mix(rgb, dark, coverage(nose, w))
    rgb = mix(rgb, 0.8, coverage(ellipse(u, v, -0.04, 0.69, 0.05, 0.03), w))
    lean = (side - c.uniform(0.56, 0.62)) - 0.1 * (v + 0.6)
    ear = torch.maximum(lean.abs() - (v + 1.0) * 0.36, v + 0.3) * 0.85
    lug = mix(mix(coat, white, coverage(ear + 0.1, w * 2)), dark, smoothstep(-0.62, -0.72, v))
    return mix(lug, rgb, coverage(shape, w)), over(coverage(shape, w), coverage(ear, w))
