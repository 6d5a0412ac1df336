"""Other faces, and the eye alone."""

from __future__ import annotations

import torch

from dreamcore.training.drawing import (
    TAU,
    Canvas,
    Painted,
    almond,
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


def eye(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    opening = c.uniform(0.42, 0.95)
    beast = c.chance(0.45)
    shape = almond(u, v, opening)
    skin = c.colour(s=(0.15, 0.8), v=(0.25, 0.95))
    rgb = skin * (1 - 0.35 * torch.exp(-(shape.clamp(min=0) / 0.12)) + 0.22 * c.noise("mid")) * (1 - 0.25 * v)
    crease = (shape - c.uniform(0.1, 0.18)).abs()
    rgb = rgb * (1 - 0.55 * coverage(crease - 0.025, w) * (v < 0.1))
    iris_radius = opening * c.uniform(0.68, 0.95)
    gaze_x, gaze_y = c.uniform(-0.22, 0.22), c.uniform(-0.06, 0.06)
    x, y = (u - gaze_x) / iris_radius, (v - gaze_y) / iris_radius
    r, angle = length(x, y), torch.atan2(y, x)
    inner, outer = c.colour(s=(0.4, 1), v=(0.45, 1)), c.colour(s=(0.3, 1), v=(0.25, 1))
    fibres = c.integer(9, 22)
    fibre = torch.sin(angle * fibres + 3 * torch.sin(angle * c.integer(2, 5) + c.uniform(0, TAU))) * 0.5 + 0.5
    iris = (
        mix(inner, outer, (r * 0.8 + 0.35 * fibre - 0.2).clamp(0, 1))
        * (0.75 + 0.45 * fibre)
        * (1.2 - 0.9 * smoothstep(0.78, 1.0, r))
    )
    white = mix(hsv(c.uniform(0, 0.15), c.uniform(0, 0.12), c.uniform(0.85, 1)), inner, beast * 0.8) * (
        1 - 0.45 * smoothstep(-0.16, 0.0, shape)
    )
    ball = mix(white, iris, coverage(r - 1, w / iris_radius))
    pupil = c.uniform(0.28, 0.55)
    slit = c.chance(0.5) * beast
    ball = mix(
        ball,
        0.02,
        mix(
            coverage(r - pupil, w / iris_radius),
            coverage((length(x / 0.22, y / 0.95) - 1) * 0.22, w / iris_radius),
            slit,
        ),
    )
    ball = ball * (1 - 0.35 * smoothstep(-0.02, -0.5, v + opening * 0.3))
    ball = mix(
        ball,
        1.0,
        coverage(length(x + 0.33, y + 0.36) - c.uniform(0.16, 0.28), w / iris_radius)
        + 0.6 * coverage(length(x - 0.3, y - 0.35) - 0.1, w / iris_radius),
    )
    rgb = mix(rgb, ball, coverage(shape, w))
    rim = coverage(shape.abs() - c.uniform(0.03, 0.07), w)
    rgb = rgb * (1 - 0.9 * rim)
    lash = (
        coverage((fraction(torch.atan2(v + 0.9, u) * c.integer(4, 7)) - 0.5).abs() - 0.13, w * 3)
        * smoothstep(0.3, 0.0, shape)
        * (shape > 0)
        * (v < 0)
    )
    rgb = rgb * (1 - 0.85 * lash * c.chance(0.5))
    return rgb, coverage(shape - c.uniform(0.12, 0.7), w * 3)


def owl(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    side = u.abs()
    base = hsv(c.uniform(0.03, 0.14), c.uniform(0.1, 0.8), c.uniform(0.2, 0.8))
    disc = mix(base, 1.0, c.uniform(0.25, 0.75))
    x_feather, y_feather, _i, _j = staggered(u, v, c.uniform(4, 6))
    feather = length(x_feather, y_feather - 0.3) - 0.5
    body = base * (0.75 + 0.6 * smoothstep(0.0, -0.4, feather)) * (1 + 0.15 * c.noise("fine"))
    head_shape = ellipse(u, v, 0.0, 0.05, c.uniform(0.72, 0.82), c.uniform(0.8, 0.92))
    eye_x, eye_y, disc_radius = c.uniform(0.33, 0.38), c.uniform(-0.22, -0.1), c.uniform(0.34, 0.42)
    x, y = side - eye_x, v - eye_y
    r, angle = length(x, y), torch.atan2(y, x)
    disc_rgb = (
        disc
        * (0.8 + 0.3 * torch.sin(angle * c.integer(14, 24)) * smoothstep(0.3, 0.9, r / disc_radius))
        * (1 - 0.5 * smoothstep(0.8, 1.0, r / disc_radius))
    )
    rgb = mix(body, disc_rgb, coverage(r - disc_radius, w * 1.5))
    rgb = draw_eye(
        rgb,
        side,
        v,
        w,
        eye_x,
        eye_y,
        disc_radius * c.uniform(0.5, 0.68),
        c.colour((0.05, 0.17), (0.75, 1), (0.8, 1)),
        pupil=c.uniform(0.4, 0.65),
    )
    beak = torch.maximum(side + v * 0.45 - 0.18, -(v + 0.15))
    rgb = mix(rgb, c.colour((0.08, 0.14), (0.3, 0.9), (0.5, 1)) * (1 - 0.8 * side / 0.2), coverage(beak, w))
    tuft = torch.maximum((side - 0.42).abs() * 1.3 - (v + 1.0) * 0.45, v + 0.4)
    rgb = mix(base * 0.6, rgb, coverage(head_shape, w))
    return rgb, torch.maximum(coverage(head_shape, w), coverage(tuft, w) * c.chance(0.7))


def frog(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    side = u.abs()
    base = hsv(c.uniform(0.18, 0.45), c.uniform(0.4, 1), c.uniform(0.35, 0.9))
    shape = ellipse(u, v, 0.0, 0.2, c.uniform(0.82, 0.95), c.uniform(0.5, 0.62))
    eye_x, eye_y, eye_radius = c.uniform(0.42, 0.55), c.uniform(-0.38, -0.28), c.uniform(0.24, 0.3)
    eye_shape = length(side - eye_x, v - eye_y) - eye_radius - 0.07
    rgb = base * bulge(u, v, 0.0, 0.2, 0.9, 0.6) * (1 + 0.1 * c.noise("mid"))
    spots = smoothstep(0.25, 0.4, c.noise("mid"))
    rgb = mix(rgb, base * 0.45, spots * c.chance(0.6))
    belly = mix(base, c.rgb(1.0, 0.95, 0.6), 0.7)
    mouth_y = 0.2 + c.uniform(0.06, 0.16) - 0.22 * u * u
    rgb = mix(rgb, belly * (1 - 0.3 * (v - 0.4)), smoothstep(0.0, 0.06, v - mouth_y))
    rgb = mix(rgb, base * 0.12, coverage((v - mouth_y).abs() - 0.025, w) * (side < 0.75))
    rgb = mix(rgb, base * 0.1, coverage(ellipse(side, v, 0.07, 0.06, 0.03, 0.02), w))
    rgb = mix(rgb, base * bulge(side, v, eye_x, eye_y, eye_radius * 1.2, eye_radius * 1.2), coverage(eye_shape, w))
    slit = c.uniform(0.3, 0.8)
    iris = c.colour((0.05, 0.2), (0.6, 1), (0.7, 1))
    x, y = (side - eye_x) / eye_radius, (v - eye_y) / eye_radius
    r = length(x, y)
    rgb = mix(rgb, iris * (1.2 - 0.6 * r), coverage(r - 0.95, w / eye_radius))
    rgb = mix(rgb, base * 0.05, coverage((length(x / 0.75, y / slit / 0.6) - 1) * 0.4, w / eye_radius))
    rgb = mix(rgb, 1.0, coverage(length(x + 0.3, y + 0.35) - 0.2, w / eye_radius))
    return rgb, torch.maximum(coverage(shape, w), coverage(eye_shape, w))


def face(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    side = u.abs()
    base = mix(
        hsv(c.uniform(0.02, 0.09), c.uniform(0.25, 0.65), c.uniform(0.45, 1)),
        c.colour((0.0, 1), (0.1, 0.8), (0.4, 1)),
        c.chance(0.25),
    )
    second, third = c.colour(), c.colour(v=(0.0, 0.5))
    shape = ellipse(u, v + 0.12 * u * u, 0.0, 0.0, c.uniform(0.58, 0.72), c.uniform(0.85, 0.95))
    rgb = base * bulge(u, v, 0.0, 0.0, 0.7, 0.95, 0.6) * (1 + 0.08 * c.noise("mid"))
    eye_y = c.uniform(-0.25, -0.1)
    x, y = rotate((side - 0.28) / 0.2, (v - eye_y) / 0.2, c.uniform(-0.3, 0.15))
    eye_shape = almond(x, y, c.uniform(0.45, 0.7)) * 0.2
    rgb = mix(rgb, second * 0.7, coverage(eye_shape - c.uniform(0.0, 0.1), w * 1.5) * c.chance(0.5))
    rgb = mix(rgb, 0.95, coverage(eye_shape, w))
    rgb = mix(rgb, third * 0.5, coverage(length(side - 0.28, v - eye_y) - 0.1, w))
    rgb = mix(rgb, 1.0, coverage(length(side - 0.25, v - eye_y + 0.04) - 0.03, w))
    rgb = mix(rgb, third * 0.3, coverage(eye_shape.abs() - 0.02, w))
    brow = (v - eye_y + 0.2 + c.uniform(-0.08, 0.08) * (side - 0.28) * 6 + 0.6 * (side - 0.28) ** 2).abs()
    rgb = mix(rgb, third * 0.4, coverage(brow - 0.04, w) * (side > 0.08) * (side < 0.5))
    nose = torch.minimum(segment(side, v, 0.02, eye_y + 0.05, 0.1, 0.25), segment(side, v, 0.0, 0.28, 0.1, 0.25))
    rgb = mix(rgb, base * 0.45, coverage(nose - 0.02, w * 1.5))
    mouth_half = c.uniform(0.2, 0.34)
    mouth = almond(u / mouth_half, (v - 0.52) / mouth_half, c.uniform(0.25, 0.75)) * mouth_half
    lip = hsv(c.uniform(0.95, 1.03) % 1, c.uniform(0.5, 0.9), c.uniform(0.5, 0.9))
    rgb = mix(rgb, lip, coverage(mouth, w))
    rgb = mix(rgb, lip * 0.25, coverage((v - 0.52 - 0.03 * torch.cos(u * 9)).abs() - 0.02, w) * (side < mouth_half))
    dots = c.chance(0.4) * coverage(length(side - 0.42, v - 0.25) - 0.08, w)
    rgb = mix(rgb, second, dots)
    bands = c.chance(0.4) * coverage((fraction((v + 1) * 6) - 0.5).abs() - 0.2, w * 6) * (v < -0.5)
    rgb = mix(rgb, second, bands)
    return rgb * (1 - 0.5 * coverage(shape.abs() - 0.025, w)), coverage(shape, w)


def skull(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    side = u.abs()
    base = hsv(c.uniform(0.05, 0.17), c.uniform(0.0, 0.35), c.uniform(0.75, 1))
    dark = c.colour(v=(0, 0.18))
    shape = torch.minimum(
        ellipse(u, v, 0.0, -0.2, c.uniform(0.64, 0.74), 0.66), box(u, v, 0.0, 0.5, c.uniform(0.34, 0.42), 0.34) - 0.05
    )
    rgb = (
        base
        * bulge(u, v, 0.0, -0.2, 0.8, 0.9, 0.6)
        * (1 + 0.12 * c.noise("mid"))
        * (1 - 0.35 * smoothstep(0.3, 0.55, side) * smoothstep(0.0, 0.4, v))
    )
    rgb = mix(
        rgb,
        dark,
        coverage(ellipse(side, v + 0.12 * side, 0.28, -0.05, c.uniform(0.18, 0.23), c.uniform(0.18, 0.25)), w * 2),
    )
    rgb = mix(
        rgb,
        dark,
        coverage(torch.maximum(side - (v - 0.12) * 0.55 - 0.02, v - 0.36) + 0.06 * (side < 0.03), w),
    )
    gaps = coverage((fraction(u * c.uniform(4.5, 6.5)) - 0.5).abs() - 0.4, w * 5)
    teeth = (v > 0.52) * (v < 0.82)
    rgb = mix(rgb, dark + 0.05, (1 - gaps) * teeth * (side < 0.36) * 0.9)
    rgb = mix(rgb, dark, coverage((v - 0.67).abs() - 0.018, w) * (side < 0.36))
    crack = coverage((u - 0.3 - 0.2 * c.noise("mid")).abs() - 0.01, w) * (v < -0.3) * c.chance(0.4)
    rgb = mix(rgb, dark, crack)
    return rgb, coverage(shape, w)


def pumpkin(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    side = u.abs()
    peel = hsv(c.uniform(0.045, 0.085), c.uniform(0.85, 1), c.uniform(0.75, 1))
    rx = c.uniform(0.85, 0.95)
    shape = ellipse(u, v, 0.0, 0.12, rx, c.uniform(0.7, 0.8))
    shape = shape + 0.03 * torch.cos(torch.asin((u / rx).clamp(-0.99, 0.99)) * 9)
    ribs = torch.cos(
        torch.asin((u / (rx * torch.sqrt((1.05 - (v - 0.12) ** 2).clamp(min=0.05)))).clamp(-0.98, 0.98)) * 9
    )
    rgb = peel * bulge(u, v, 0.0, 0.1, 0.9, 0.8, 0.7) * (0.78 + 0.24 * ribs)
    glow = hsv(c.uniform(0.11, 0.16), c.uniform(0.3, 0.8), 1.0)
    cut = mix(glow, hsv(c.uniform(0.0, 0.1), c.uniform(0.3, 1), c.uniform(0.02, 0.15)), c.chance(0.35))
    eye_x, eye_y = rotate(side - c.uniform(0.34, 0.4), v + 0.12, c.uniform(-0.35, 0.35))
    eyes = triangle(eye_x, eye_y, 0.0, c.uniform(-0.24, -0.2), 0.12, c.uniform(0.17, 0.22))
    nose = triangle(u, v, 0.0, 0.08, 0.24, 0.1)
    smile = torch.maximum(
        ellipse(u, v, 0.0, c.uniform(0.2, 0.26), 0.62, 0.46), -ellipse(u, v, 0.0, c.uniform(0.0, 0.1), 0.72, 0.42)
    )
    tooth = ((fraction(u * c.uniform(2.4, 3.2) + 0.25) - 0.5).abs() - 0.28) * 0.3
    upper = v < 0.5
    smile = torch.maximum(smile, torch.where(upper, -tooth - 0.04, smile))
    holes = union(eyes, nose, smile)
    rgb = mix(rgb, peel * 0.35, coverage(holes - 0.045, w))
    rgb = mix(rgb, cut * (1.1 - 0.3 * (v - 0.3).abs()), coverage(holes, w))
    stem = box(u + 0.25 * (v + 0.6), v, 0.0, -0.72, 0.1 + 0.1 * (v + 0.7), 0.2)
    green = hsv(c.uniform(0.2, 0.36), c.uniform(0.4, 0.8), c.uniform(0.25, 0.6)) * (1 + 0.2 * torch.sin(u * 50))
    return mix(green, rgb, coverage(shape, w)), over(coverage(shape, w), coverage(stem, w))


def alien(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    side = u.abs()
    skin = hsv(mix(c.uniform(0.22, 0.42), c.uniform(0, 1), c.chance(0.2)), c.uniform(0.2, 0.75), c.uniform(0.6, 0.95))
    width = c.uniform(0.7, 0.8)
    top = ellipse(u, v, 0.0, -0.3, width, 0.65)
    chin = torch.maximum((side - (0.93 - v) * width * 0.78) * 0.85, -(v + 0.1))
    shape = union(top, chin)
    rgb = skin * bulge(u, v, 0.0, -0.15, 0.8, 1.0, 0.7) * (1 + 0.07 * c.noise("mid"))
    x, y = rotate(side - c.uniform(0.31, 0.35), v + 0.02, c.uniform(0.5, 0.75))
    eye = almond(x / 0.36, y / 0.36, c.uniform(0.5, 0.66)) * 0.36
    rgb = rgb * (1 - 0.4 * smoothstep(0.1, 0.0, eye))
    black = c.colour(v=(0.0, 0.12))
    rgb = mix(rgb, mix(black, c.colour(s=(0.5, 1), v=(0.2, 0.6)), smoothstep(-0.05, 0.3, y)), coverage(eye, w))
    rgb = mix(rgb, 1.0, coverage(ellipse(side, v, 0.24, -0.1, 0.075, 0.055), w))
    rgb = mix(rgb, skin * 0.25, coverage(ellipse(side, v, 0.045, 0.4, 0.018, 0.04), w))
    mouth = segment(side, v, 0.0, 0.62, c.uniform(0.08, 0.14), 0.6) - 0.02
    return mix(rgb, skin * 0.2, coverage(mouth, w)), coverage(shape, w)
