"""Furry faces: the ones a dream is loved for."""

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
    f = c.fur(c.u * 2, c.v * 2, 16.0, 5.0)
    return shape, base * bulge(c.u, c.v, 0.0, cy, rx, ry) * (1 + 0.13 * f)


def dog(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    a = u.abs()
    base = c.colour((0.02, 0.13), (0.15, 0.8), (0.25, 0.95))
    ear = mix(base * c.uniform(0.3, 0.7), c.colour(), 0.1)
    rx, ry = c.uniform(0.58, 0.7), c.uniform(0.68, 0.8)
    head_shape, rgb = head(c, base, rx, ry, -0.05)
    patch = c.chance(0.4) * coverage(ellipse(u, v, -0.3, -0.25, c.uniform(0.25, 0.4), 0.35), w * 3)
    rgb = mix(rgb, ear * 1.0 + 0 * rgb, patch)
    ex, ey = rotate(a - c.uniform(0.62, 0.75), v + c.uniform(0.0, 0.3), c.uniform(-0.4, 0.2))
    ear_shape = ellipse(ex, ey, 0.0, 0.15, c.uniform(0.2, 0.28), c.uniform(0.48, 0.62))
    muzzle = mix(base, 1.0, c.uniform(0.3, 0.8))
    my = c.uniform(0.25, 0.35)
    muzzle_shape = ellipse(u, v, 0.0, my, c.uniform(0.34, 0.44), c.uniform(0.3, 0.38))
    rgb = mix(rgb, muzzle * bulge(u, v, 0.0, my, 0.4, 0.35), coverage(muzzle_shape, w * 2))
    white = 1.0
    rgb = draw_eye(
        rgb,
        a,
        v,
        w,
        c.uniform(0.26, 0.32),
        -0.2,
        c.uniform(0.1, 0.15),
        c.colour((0.02, 0.12), (0.4, 0.9), (0.15, 0.6)),
        pupil=0.6,
    )
    nose_shape = ellipse(u, v, 0.0, my - 0.14, c.uniform(0.14, 0.2), 0.12)
    rgb = mix(rgb, 0.04 + 0.0 * base, coverage(nose_shape, w))
    rgb = mix(rgb, white * 0.8, coverage(ellipse(u, v, -0.05, my - 0.19, 0.05, 0.03), w))
    mouth = torch.minimum(
        segment(u, v, 0.0, my - 0.05, 0.0, my + 0.1),
        (length(a - 0.13, v - my - 0.08) - 0.13).abs() + (v < my + 0.08) * 1.0,
    )
    rgb = mix(rgb, 0.05, coverage(mouth - 0.022, w))
    tongue_shape = ellipse(u, v, 0.0, my + 0.3, 0.11, 0.17) * 1.0
    tongue_out = c.chance(0.5)
    rgb = mix(
        rgb,
        hsv(c.uniform(0.95, 1.0) % 1, c.uniform(0.4, 0.6), c.uniform(0.8, 1)),
        coverage(tongue_shape, w) * (v > my + 0.16) * tongue_out,
    )
    opacity = torch.maximum(coverage(head_shape, w), coverage(muzzle_shape, w))
    opacity = torch.maximum(opacity, coverage(tongue_shape, w) * tongue_out)
    rgb = mix(rgb, ear * (1.1 + 0.3 * ey + 0.25 * c.noise("mid")), coverage(ear_shape, w))
    rgb = rgb * (1 - 0.5 * coverage(ear_shape.abs() - 0.02, w))
    return rgb, torch.maximum(opacity, coverage(ear_shape, w))


def cat(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    a = u.abs()
    base = hsv(c.uniform(0.02, 0.14), c.uniform(0.0, 0.75), c.uniform(0.25, 0.95))
    dark = base * c.uniform(0.25, 0.6)
    head_shape, rgb = head(c, base, c.uniform(0.68, 0.8), c.uniform(0.58, 0.68), 0.12)
    st = smoothstep(0.2, 0.7, torch.sin(u * c.uniform(14, 20) + 1.5 * torch.sin(v * 4))) * (v < -0.1) + smoothstep(
        0.2, 0.7, torch.sin(v * 17 + a * 6)
    ) * (a > 0.45)
    rgb = mix(rgb, dark, st.clamp(0, 1) * c.chance(0.65) * 0.9)
    tip = c.uniform(0.5, 0.62)
    # ears: triangle (intersection of half planes)
    ear_shape = torch.maximum(
        torch.maximum(
            (a - tip) * 0.9 + (v + 0.98) * -0.0 + (-0.98 - v) * 0.25 - 0.02, -(a - tip) * 0.85 - (v + 0.98) * 0.6
        ),
        (v + 0.2),
    )
    ear_shape = torch.maximum(ear_shape, (a - tip) * 0.93 - (v + 0.98) * 0.3)
    ear = coverage(ear_shape, w)
    inner = coverage(ear_shape + 0.09, w * 2)
    er = mix(base * 0.9 + 0 * rgb, hsv(c.uniform(0.96, 1.04) % 1, c.uniform(0.25, 0.5), c.uniform(0.7, 0.95)), inner)
    rgb = mix(er, rgb, coverage(head_shape, w))
    iris = c.colour((0.12, 0.55), (0.5, 1), (0.6, 1))
    rgb = draw_eye(
        rgb, a, v, w, c.uniform(0.3, 0.36), c.uniform(0.0, 0.08), c.uniform(0.16, 0.22), iris, slit=c.uniform(0.12, 0.4)
    )
    m = mix(base, 1.0, 0.7)
    rgb = mix(
        rgb,
        m * bulge(a, v, 0.12, 0.42, 0.16, 0.14),
        coverage(ellipse(a, v, 0.12, 0.42, c.uniform(0.15, 0.19), c.uniform(0.12, 0.15)), w * 2),
    )
    rgb = mix(
        rgb,
        hsv(c.uniform(0.95, 1.03) % 1, c.uniform(0.3, 0.6), c.uniform(0.4, 0.9)),
        coverage(torch.maximum(a * 0.8 + (v - 0.36) * 0.7, -(v - 0.25)) - 0.02, w),
    )
    wh = torch.minimum(
        segment(a, v, 0.2, 0.42, 0.85, c.uniform(0.25, 0.35)),
        torch.minimum(segment(a, v, 0.2, 0.45, 0.88, 0.47), segment(a, v, 0.2, 0.48, 0.82, 0.62)),
    )
    rgb = mix(rgb, 0.95 - 0.9 * c.chance(0.3), coverage(wh - 0.008, w) * 0.85)
    return rgb, torch.maximum(torch.maximum(coverage(head_shape, w), ear), 0.7 * coverage(wh - 0.008, w))


def lion(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    a = u.abs()
    r, th = length(u, v), torch.atan2(v, u)
    base = hsv(c.uniform(0.07, 0.13), c.uniform(0.4, 0.8), c.uniform(0.65, 0.95))
    mane = hsv(c.uniform(0.02, 0.09), c.uniform(0.5, 1), c.uniform(0.25, 0.7))
    k = c.integer(10, 18)
    lock = torch.sin(th * k + 2.5 * torch.sin(r * 7 + c.uniform(0, 6)))
    rgb = mane * (0.75 + 0.45 * lock * 0.6 + 0.5 * c.white(th * 14, r * 4)) * (1.25 - 0.5 * r)
    head_shape, f = head(c, base, 0.54, 0.6, 0.02)
    rgb = mix(rgb * smoothstep(-0.1, 0.25, head_shape), f, coverage(head_shape, w * 2))
    rgb = mix(rgb, mane * 0.8, coverage(ellipse(a, v, 0.5, -0.5, 0.15, 0.15), w))
    rgb = mix(rgb, base, coverage(ellipse(a, v, 0.5, -0.48, 0.09, 0.09), w))
    rgb = mix(
        rgb,
        mix(base, 1.0, 0.55) * bulge(u, v, 0.0, 0.3, 0.35, 0.28),
        coverage(ellipse(u, v, 0.0, 0.32, c.uniform(0.28, 0.34), 0.22), w * 2),
    )
    rgb = mix(rgb, mix(base, 1.0, 0.25), coverage(box(u, v, 0.0, 0.0, 0.1 + 0.05 * v, 0.2), w * 3) * 0.8)
    rgb = draw_eye(
        rgb, a, v, w, 0.24, -0.12, c.uniform(0.085, 0.12), c.colour((0.08, 0.15), (0.5, 1), (0.5, 0.9)), pupil=0.5
    )
    rgb = mix(rgb, base * 0.12, coverage(torch.maximum(a * 0.7 + (v - 0.3) * 0.7, -(v - 0.15)) - 0.03, w))
    m = torch.minimum(segment(u, v, 0.0, 0.25, 0.0, 0.4), segment(a, v, 0.0, 0.4, 0.2, 0.46))
    rgb = mix(rgb, base * 0.1, coverage(m - 0.02, w))
    return rgb, coverage(r - 0.88 - 0.1 * lock, w)


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
    a = u.abs()
    coat = hsv(c.uniform(0.03, 0.075), c.uniform(0.75, 1), c.uniform(0.75, 1))
    white = hsv(c.uniform(0.08, 0.13), c.uniform(0.0, 0.12), c.uniform(0.92, 1))
    dark = hsv(c.uniform(0, 0.1), c.uniform(0, 0.5), c.uniform(0.03, 0.15))
    # a broad brow that runs down to a pointed muzzle, cheeks sticking out
    width = c.uniform(0.78, 0.88) * smoothstep(0.95, 0.0, v) + 0.06
    shape = torch.maximum((a - width) * 0.75, ellipse(u, v, 0.0, 0.1, 0.95, 0.62 + 0.25 * (v > 0)))
    tuft = 0.05 * torch.sin(v * 30 + a * 8) * (a > 0.5)
    shape = shape + tuft
    fur = c.fur(u * 2, v * 2, 16.0, 5.0)
    rgb = coat * bulge(u, v, 0.0, 0.0, 0.85, 0.85) * (1 + 0.2 * fur)
    cheek = a * 1.0 - (v + c.uniform(0.12, 0.22)) * 0.55 - 0.14
    rgb = mix(rgb, white * (1 + 0.12 * fur), smoothstep(0.0, 0.08, cheek) * (v > -0.2))
    chin = smoothstep(0.5, 0.6, v)
    rgb = mix(rgb, white, chin * smoothstep(0.05, 0.1, a))
    iris = hsv(c.uniform(0.08, 0.16), c.uniform(0.6, 1), c.uniform(0.7, 1))
    x, y = rotate(a - 0.33, v + 0.02, 0.35)
    rgb = mix(rgb, dark, coverage(ellipse(x, y, 0.0, 0.0, 0.2, 0.12), w))
    rgb = draw_eye(rgb, a, v, w, 0.33, -0.02, c.uniform(0.09, 0.115), iris, slit=c.uniform(0.3, 0.5))
    nose = ellipse(u, v, 0.0, c.uniform(0.7, 0.76), c.uniform(0.13, 0.17), 0.11)
    rgb = mix(rgb, dark, coverage(nose, w))
    rgb = mix(rgb, 0.8, coverage(ellipse(u, v, -0.04, 0.69, 0.05, 0.03), w))
    lean = (a - c.uniform(0.56, 0.62)) - 0.1 * (v + 0.6)
    ear = torch.maximum(lean.abs() - (v + 1.0) * 0.36, v + 0.3) * 0.85
    lug = mix(mix(coat, white, coverage(ear + 0.1, w * 2)), dark, smoothstep(-0.62, -0.72, v))
    return mix(lug, rgb, coverage(shape, w)), over(coverage(shape, w), coverage(ear, w))


def panda(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    a = u.abs()
    white = hsv(c.uniform(0.05, 0.15), c.uniform(0.0, 0.12), c.uniform(0.88, 1))
    dark = hsv(c.uniform(0, 1), c.uniform(0, 0.25), c.uniform(0.03, 0.14))
    shape, rgb = head(c, white, c.uniform(0.78, 0.88), c.uniform(0.68, 0.76), 0.12)
    x, y = rotate(a - c.uniform(0.34, 0.38), v - 0.02, c.uniform(0.45, 0.75))
    patch = ellipse(x, y, 0.0, 0.0, c.uniform(0.18, 0.22), c.uniform(0.25, 0.3))
    rgb = mix(rgb, dark, coverage(patch, w * 2))
    rgb = draw_eye(rgb, a, v, w, 0.33, 0.0, c.uniform(0.085, 0.11), white * 0.45, pupil=0.55, white=0.95)
    muzzle = coverage(ellipse(u, v, 0.0, 0.46, 0.28, 0.22), w * 4)
    rgb = mix(rgb, bulge(u, v, 0.0, 0.46, 0.3, 0.25, 0.5), muzzle)
    rgb = mix(rgb, dark, coverage(ellipse(u, v, 0.0, 0.36, c.uniform(0.12, 0.15), 0.09), w))
    mouth = union(segment(u, v, 0.0, 0.42, 0.0, 0.52), segment(a, v, 0.0, 0.52, 0.14, 0.58)) - 0.02
    rgb = mix(rgb, dark, coverage(mouth, w))
    ear = ellipse(a, v, c.uniform(0.6, 0.66), -0.52, c.uniform(0.25, 0.3), 0.27)
    lug = dark * (1.2 + 0.4 * c.noise("fine"))
    return mix(lug, rgb, coverage(shape, w)), over(coverage(shape, w), coverage(ear, w))


def monkey(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    a = u.abs()
    coat = hsv(c.uniform(0.03, 0.09), c.uniform(0.35, 0.8), c.uniform(0.2, 0.55))
    skin = hsv(c.uniform(0.04, 0.09), c.uniform(0.25, 0.5), c.uniform(0.8, 1))
    shape, rgb = head(c, coat, c.uniform(0.66, 0.74), c.uniform(0.76, 0.84), 0.0)
    eyes = ellipse(a, v, 0.23, -0.14, 0.27, 0.3)
    jaw = ellipse(u, v, 0.0, 0.36, c.uniform(0.46, 0.54), c.uniform(0.34, 0.4))
    mask = union(eyes, jaw, box(u, v, 0.0, 0.1, 0.2, 0.2))
    rgb = mix(rgb, skin * bulge(u, v, 0.0, 0.2, 0.6, 0.7, 0.6), coverage(mask, w * 2))
    rgb = rgb * (1 - 0.35 * smoothstep(0.05, 0.0, (ellipse(u, v, 0.0, 0.38, 0.44, 0.3)).abs()))
    iris = hsv(c.uniform(0.03, 0.09), c.uniform(0.6, 0.9), c.uniform(0.2, 0.5))
    rgb = draw_eye(rgb, a, v, w, 0.22, -0.13, c.uniform(0.11, 0.14), iris, pupil=0.55, white=0.95)
    rgb = mix(rgb, skin * 0.25, coverage(ellipse(a, v, 0.07, 0.17, 0.045, 0.03), w))
    lips = (v - 0.46 + c.uniform(0.1, 0.35) * (0.1 - u * u)).abs()
    rgb = mix(rgb, skin * 0.22, coverage(lips - 0.025, w) * (a < 0.32))
    ear = ellipse(a, v, c.uniform(0.76, 0.8), -0.08, c.uniform(0.2, 0.24), c.uniform(0.24, 0.28))
    lug = mix(coat * 0.9, skin * 0.85, coverage(ear + 0.08, w * 2))
    tuft = ellipse(u, v, 0.0, -0.78, 0.12, 0.16) + 0.04 * torch.sin(u * 40)
    return mix(lug, mix(coat, rgb, coverage(shape, w)), over(coverage(shape, w), coverage(tuft, w))), over(
        coverage(shape, w), coverage(ear, w), coverage(tuft, w)
    )


def pig(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    a = u.abs()
    skin = hsv(c.uniform(0.93, 1.02) % 1, c.uniform(0.22, 0.5), c.uniform(0.85, 1))
    dark = skin * c.uniform(0.2, 0.4)
    shape = ellipse(u, v, 0.0, 0.08, c.uniform(0.78, 0.88), c.uniform(0.72, 0.82))
    rgb = skin * bulge(u, v, 0.0, 0.05, 0.85, 0.8, 0.6) * (1 + 0.08 * c.noise("mid"))
    blush = coverage(ellipse(a, v, 0.55, 0.28, 0.17, 0.14), w * 8)
    rgb = mix(rgb, hsv(c.uniform(0.95, 1.0) % 1, 0.6, 1.0), blush * 0.5)
    sy = c.uniform(0.24, 0.32)
    snout = ellipse(u, v, 0.0, sy, c.uniform(0.34, 0.4), c.uniform(0.25, 0.3))
    rgb = rgb * (1 - 0.35 * smoothstep(0.12, 0.0, snout))
    rgb = mix(rgb, skin * 0.92 * bulge(u, v, 0.0, sy, 0.4, 0.3, 0.8), coverage(snout, w))
    rgb = mix(rgb, dark, coverage(snout.abs() - 0.015, w) * 0.8)
    rgb = mix(rgb, dark * 0.6, coverage(ellipse(a, v, 0.14, sy, 0.065, c.uniform(0.1, 0.13)), w))
    mouth = (v - 0.66 + 0.5 * (0.06 - u * u)).abs() - 0.022
    rgb = mix(rgb, dark, coverage(mouth, w) * (a < 0.26))
    rgb = draw_eye(rgb, a, v, w, c.uniform(0.33, 0.38), -0.2, c.uniform(0.1, 0.13), skin * 0.3, pupil=0.5, white=0.97)
    ex, ey = rotate(a - 0.55, v + 0.55, c.uniform(-0.7, -0.35))
    ear = torch.maximum(ex.abs() - (0.38 - ey) * 0.42, torch.maximum(-0.35 - ey, ey - 0.36))
    ear = torch.maximum(ex.abs() - (ey + 0.42) * 0.45, ey - 0.2)
    lug = mix(skin * 0.8, skin * 0.6, coverage(ear + 0.08, w * 2))
    body = over(coverage(shape, w), coverage(ear, w))
    return mix(lug, rgb, coverage(shape, w)) * (1 - 0.5 * coverage(ear.abs() - 0.02, w) * (v < -0.3)), body


def rabbit(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    a = u.abs()
    coat = mix(
        hsv(c.uniform(0.06, 0.12), c.uniform(0.0, 0.12), c.uniform(0.85, 1)),
        hsv(c.uniform(0.05, 0.1), c.uniform(0.3, 0.55), c.uniform(0.5, 0.85)),
        c.chance(0.45),
    )
    pink = hsv(c.uniform(0.95, 1.02) % 1, c.uniform(0.3, 0.5), c.uniform(0.85, 1))
    shape = ellipse(u, v, 0.0, 0.4, c.uniform(0.54, 0.62), c.uniform(0.48, 0.54))
    rgb = coat * bulge(u, v, 0.0, 0.4, 0.6, 0.55) * (1 + 0.2 * c.fur(u * 2, v * 2, 16.0, 5.0))
    ex, ey = rotate(a - c.uniform(0.24, 0.3), v + 0.45, c.uniform(0.02, 0.28))
    ear = ellipse(ex, ey, 0.0, 0.0, c.uniform(0.15, 0.19), c.uniform(0.5, 0.56))
    lug = mix(coat * 0.92, pink, coverage(ear + 0.065, w * 1.5))
    dark = c.grey(0.05)
    iris = hsv(c.uniform(0.0, 0.08), c.uniform(0.5, 0.9), c.uniform(0.2, 0.7))
    rgb = draw_eye(rgb, a, v, w, c.uniform(0.26, 0.31), c.uniform(0.25, 0.32), c.uniform(0.1, 0.13), iris, pupil=0.55)
    cheek = ellipse(a, v, 0.12, 0.6, 0.16, 0.13)
    rgb = mix(rgb, bulge(a, v, 0.12, 0.6, 0.17, 0.14) + 0 * coat, coverage(cheek, w * 2))
    nose = triangle(u, -v, 0.0, -0.56, -0.45, 0.1)
    rgb = mix(rgb, pink * 0.9, coverage(nose, w))
    mouth = union(segment(u, v, 0.0, 0.55, 0.0, 0.64), segment(a, v, 0.0, 0.64, 0.12, 0.68)) - 0.015
    rgb = mix(rgb, dark, coverage(mouth, w))
    teeth = box(u, v, 0.0, 0.74, 0.075, 0.075)
    rgb = mix(rgb, 1.0 - 0.6 * coverage(a - 0.012, w), coverage(teeth, w))
    whiskers = union(segment(a, v, 0.2, 0.58, 0.8, 0.5), segment(a, v, 0.2, 0.62, 0.8, 0.66)) - 0.008
    hair = coverage(whiskers, w) * 0.7
    rgb = mix(rgb, 0.3, hair)
    return mix(lug, rgb, over(coverage(shape, w), hair)), over(coverage(shape, w), coverage(ear, w), hair)
