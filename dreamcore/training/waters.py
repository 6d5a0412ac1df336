"""Creatures of the sea and the air, seen whole."""

from __future__ import annotations

import torch

from dreamcore.training.drawing import (
    TAU,
    Canvas,
    Painted,
    almond,
    bulge,
    coverage,
    draw_eye,
    ellipse,
    fraction,
    hexagons,
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


def fish(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    base, second = c.colour(s=(0.4, 1), v=(0.5, 1)), c.colour(s=(0.4, 1), v=(0.4, 1))
    half_height = c.uniform(0.36, 0.58)
    x = u + 0.15
    shape = almond(x / 0.8, v / 0.8, half_height / 0.8) * 0.8
    scale_x, scale_y, _i, _j = staggered(v, u, c.uniform(6, 9))
    scales = smoothstep(0.6, 0.3, length(scale_x, scale_y + 0.2))
    rgb = (
        mix(
            base, second, smoothstep(-0.6, 0.6, torch.sin(u * c.uniform(3, 9) + c.uniform(0, 6)) + v * c.uniform(-3, 3))
        )
        * (0.7 + 0.4 * scales)
        * (1 - 0.5 * v / half_height)
    )
    tail_x = u - 0.55
    tail = torch.maximum(v.abs() - 0.12 - tail_x * c.uniform(0.8, 1.2), -(tail_x) - 0.02)
    tail = torch.maximum(tail, tail_x - c.uniform(0.3, 0.4) + 0.35 * (0.35 - v.abs()).clamp(min=0))
    fin = torch.maximum(
        -v - half_height - c.uniform(0.1, 0.25) + 0.9 * (u + 0.1).abs() ** 1.2,
        v + half_height * 0.3,
    )
    lines = 0.75 + 0.35 * torch.sin(torch.atan2(v, tail_x + 0.3) * 26)
    fin_rgb = second * lines
    rgb = mix(fin_rgb, rgb, coverage(shape, w))
    eye_x = c.uniform(-0.68, -0.58)
    gill = (length(u + 0.62, v) - c.uniform(0.26, 0.32)).abs() + (u < -0.6) * 1.0
    rgb = mix(rgb, base * 0.3, coverage(gill - 0.02, w) * coverage(shape, w))
    rgb = draw_eye(rgb, u, v, w, eye_x, -0.07, c.uniform(0.08, 0.12), c.colour(s=(0.0, 0.9), v=(0.7, 1)), pupil=0.55)
    side_fin = ellipse(*rotate(u + 0.15, v - 0.08, c.uniform(-0.6, 0.2)), 0.12, 0.0, 0.17, 0.08)
    rgb = mix(rgb, second * 0.8, coverage(side_fin, w))
    return rgb * (1 - 0.5 * coverage(shape.abs() - 0.02, w)), torch.maximum(
        coverage(shape, w), torch.maximum(coverage(tail, w), coverage(fin, w))
    )


def bird(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    base, second, third = c.colour(v=(0.4, 1)), c.colour(v=(0.4, 1)), c.colour(v=(0.2, 0.9))
    body = ellipse(
        *rotate(u - 0.05, v - 0.15, c.uniform(-0.5, -0.25)), 0.0, 0.0, c.uniform(0.5, 0.58), c.uniform(0.33, 0.4)
    )
    head_x, head_y, head_radius = c.uniform(-0.5, -0.42), c.uniform(-0.35, -0.25), c.uniform(0.24, 0.29)
    head_shape = length(u - head_x, v - head_y) - head_radius
    rgb = mix(base, second, smoothstep(-0.1, 0.35, v - 0.1 + u * 0.5)) * (1 - 0.3 * v) * (1 + 0.2 * c.noise("fine"))
    wing_x, wing_y = rotate(u - 0.15, v - 0.1, c.uniform(-0.7, -0.35))
    wing = ellipse(wing_x, wing_y, 0.1, 0.0, c.uniform(0.42, 0.52), c.uniform(0.18, 0.25))
    quills = torch.sin((wing_x - wing_y.abs() * 0.8) * c.uniform(18, 26))
    rgb = mix(rgb, third * (0.85 + 0.35 * quills), coverage(wing, w))
    rgb = rgb * (1 - 0.6 * coverage(wing.abs() - 0.015, w))
    tail = torch.maximum(rotate(u - 0.5, v - 0.45, c.uniform(-0.6, -0.3))[1].abs() - 0.12, (u - 0.95))
    tail = torch.maximum(tail, -(u - 0.3))
    rgb = mix(
        third * (0.8 + 0.4 * torch.sin((v - u * 0.5) * 40)),
        rgb,
        torch.maximum(coverage(body, w), coverage(head_shape, w)),
    )
    rgb = mix(rgb, second, coverage(head_shape, w) * c.chance(0.5))
    beak_length = c.uniform(0.2, 0.4)
    beak = torch.maximum(
        (v - head_y - 0.03).abs() - 0.1 * (1 - (head_x - head_radius - u + 0.08) / beak_length),
        u - head_x + head_radius - 0.04,
    )
    beak = torch.maximum(beak, -(u - head_x + head_radius + beak_length))
    rgb = mix(
        rgb,
        hsv(c.uniform(0.03, 0.15), c.uniform(0.6, 1), c.uniform(0.6, 1)) * (1 - 0.4 * (v > head_y + 0.03)),
        coverage(beak, w) * (1 - coverage(head_shape, w)),
    )
    rgb = draw_eye(rgb, u, v, w, head_x - 0.06, head_y - 0.05, c.uniform(0.06, 0.09), c.colour(s=(0, 0.9)), pupil=0.6)
    legs = torch.minimum(segment(u, v, 0.0, 0.4, -0.02, 0.85), segment(u, v, 0.15, 0.4, 0.15, 0.85)) - 0.02
    opacity = torch.maximum(
        torch.maximum(coverage(body, w), coverage(head_shape, w)), torch.maximum(coverage(tail, w), coverage(beak, w))
    )
    rgb = mix(third * 0.3, rgb, opacity)
    return rgb, torch.maximum(opacity, coverage(legs, w))


def penguin(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    side = u.abs()
    dark = hsv(c.uniform(0.55, 0.7), c.uniform(0.1, 0.7), c.uniform(0.08, 0.3))
    white = hsv(c.uniform(0.1, 0.6), c.uniform(0, 0.08), c.uniform(0.92, 1))
    beak = hsv(c.uniform(0.06, 0.12), c.uniform(0.85, 1), c.uniform(0.9, 1))
    torso = ellipse(u, v, 0.0, 0.22, c.uniform(0.5, 0.58), c.uniform(0.64, 0.7))
    crown = ellipse(u, v, 0.0, -0.48, c.uniform(0.4, 0.46), c.uniform(0.4, 0.44))
    body = union(torso, crown)
    rgb = dark * bulge(u, v, 0.0, -0.1, 0.6, 0.95, 0.8) * (1 + 0.1 * c.noise("mid"))
    belly = ellipse(u, v, 0.0, 0.3, c.uniform(0.36, 0.42), 0.54)
    face = ellipse(side, v, 0.16, -0.42, 0.19, 0.24)
    rgb = mix(rgb, white * bulge(u, v, 0.0, 0.2, 0.5, 0.7, 0.4), coverage(union(belly, face), w * 2))
    rgb = draw_eye(rgb, side, v, w, 0.17, -0.5, c.uniform(0.075, 0.1), dark, pupil=0.7)
    bill = triangle(u, -v, 0.0, 0.16, 0.4, c.uniform(0.13, 0.17))
    rgb = mix(rgb, beak * (1 - 0.3 * coverage((v + 0.32).abs() - 0.012, w)), coverage(bill, w))
    x, y = rotate(side - 0.58, v - 0.15, c.uniform(-0.5, -0.1))
    flipper = ellipse(x, y, 0.0, 0.0, 0.12, 0.42)
    feet = ellipse(side, v, 0.24, 0.88, 0.22, 0.1)
    rest = mix(dark * 0.8, beak, coverage(feet, w))
    return mix(rest, rgb, coverage(body, w)), over(coverage(body, w), coverage(flipper, w), coverage(feet, w))


def turtle(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    side = u.abs()
    skin = hsv(c.uniform(0.2, 0.36), c.uniform(0.4, 0.85), c.uniform(0.5, 0.85))
    shell = hsv(c.uniform(0.06, 0.2), c.uniform(0.5, 0.9), c.uniform(0.4, 0.75))
    dome = ellipse(u, v, 0.0, 0.12, c.uniform(0.58, 0.64), c.uniform(0.64, 0.7))
    scale = c.uniform(2.6, 3.2)
    _, _, hexagon = hexagons(u * scale + 0.5, (v - 0.12) * scale + 1.7320508 / 2)
    plate = shell * (1.35 - 1.1 * hexagon) * (1 + 0.15 * torch.cos(hexagon * 40))
    plate = mix(plate, shell * 0.25, coverage(0.43 - hexagon, w * scale))
    rim = dome + 0.1
    plate = mix(plate, shell * (0.8 + 0.5 * torch.sin(torch.atan2(u, v) * 22)).clamp(0.4, 1.3), coverage(-rim, w))
    plate = plate * bulge(u, v, 0.0, 0.1, 0.65, 0.7, 0.7) * (1 - 0.6 * coverage(dome.abs() - 0.025, w))
    head = ellipse(u, v, 0.0, -0.72, c.uniform(0.2, 0.24), 0.26)
    x1, y1 = rotate(side - 0.58, v + 0.36, c.uniform(0.6, 0.9))
    x2, y2 = rotate(side - 0.5, v - 0.72, c.uniform(-0.8, -0.4))
    flippers = union(ellipse(x1, y1, 0.0, 0.0, 0.16, 0.38), ellipse(x2, y2, 0.0, 0.0, 0.13, 0.25))
    tail = triangle(u, v, 0.0, 1.0, 0.7, 0.1)
    f1, f2, _, _, _ = c.cells(u, v, 9.0)
    rgb = skin * (0.75 + 0.5 * smoothstep(0.0, 0.25, f2 - f1)) * (1 - 0.2 * v)
    limbs = over(coverage(head, w), coverage(flippers, w), coverage(tail, w))
    rgb = draw_eye(rgb, side, v, w, 0.11, -0.78, 0.07, skin * 0.3, pupil=0.6, white=0.95)
    return mix(rgb, plate, coverage(dome, w)), over(limbs, coverage(dome, w))


def jellyfish(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    bell_rgb = hsv(
        mix(c.uniform(0.78, 1.0), c.uniform(0.5, 0.62), c.chance(0.4)), c.uniform(0.3, 0.75), c.uniform(0.8, 1)
    )
    pale = mix(bell_rgb, 1.0, 0.6)
    half, rim = c.uniform(0.62, 0.76), c.uniform(-0.12, 0.02)
    scallops = c.uniform(16, 22)
    edge = rim + 0.05 * torch.cos(u * scallops)
    bell = torch.maximum(ellipse(u, v, 0.0, rim, half, c.uniform(0.68, 0.8)), v - edge)
    r = length(u / half, (v - rim) / 0.74)
    ribs = torch.cos(
        torch.asin((u / half / torch.sqrt((1.02 - ((v - rim) / 0.8) ** 2).clamp(min=0.05))).clamp(-1, 1)) * 10
    )
    rgb = mix(bell_rgb, pale, smoothstep(0.35, 1.0, r)) * (0.92 + 0.12 * ribs) * (1.1 - 0.3 * u)
    inner = ellipse(u.abs(), v, 0.17, rim - 0.3, 0.14, 0.17).abs() - 0.035
    rgb = mix(rgb, bell_rgb * 0.55, coverage(inner, w))
    rgb = mix(rgb, pale, coverage((v - edge).abs() - 0.03, w))
    rgb = mix(rgb, 1.0, 0.6 * coverage(ellipse(u, v, -0.3, rim - 0.42, 0.12, 0.08), w * 5))
    fringe, painted = torch.zeros_like(u), bell_rgb
    beat, phase = c.uniform(6, 9), c.uniform(0, 6)
    for k in range(7):  # thick ruffled arms in the middle, long threads outside
        centre = (k - 3) * 0.19
        along = ((v - rim) / (0.98 - rim)).clamp(0, 1)
        middle = centre * (1 + 0.15 * along) + 0.075 * torch.sin(v * beat + phase + k * 1.1) * along.sqrt()
        thick = (0.065 if k in (2, 3, 4) else 0.03) * (1.15 - 0.7 * along)
        ruffle = 0.02 * torch.sin(v * 38) if k in (2, 3, 4) else 0.0
        strand = coverage((u - middle).abs() - thick - ruffle, w) * (v > rim - 0.04) * (along < 1)
        painted = mix(painted, (pale if k in (2, 3, 4) else bell_rgb) * (1.05 - 5 * (u - middle).abs()), strand)
        fringe = over(fringe, strand)
    return mix(painted, rgb, coverage(bell, w)), over(coverage(bell, w) * c.uniform(0.85, 1), fringe * 0.95)


def octopus(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    side = u.abs()
    skin = hsv(
        mix(c.uniform(0.93, 1.08), c.uniform(0.7, 0.85), c.chance(0.35)) % 1, c.uniform(0.6, 0.95), c.uniform(0.6, 1)
    )
    pale = mix(skin, 1.0, c.uniform(0.6, 0.8))
    mantle = union(
        ellipse(u, v, 0.0, -0.42, c.uniform(0.46, 0.54), c.uniform(0.5, 0.56)), ellipse(u, v, 0.0, -0.02, 0.42, 0.2)
    )
    spots = smoothstep(0.3, 0.45, c.noise("mid")) * c.chance(0.5)
    rgb = mix(skin, skin * 0.6, spots) * bulge(u, v, 0.0, -0.4, 0.55, 0.6, 0.8)
    arms = torch.zeros_like(u)
    painted = skin
    curl = c.uniform(3.0, 5.0)
    phase = c.uniform(0, 6)
    for k in range(4):  # mirrored: eight arms, thick at the body, curling outwards, a row of suckers on each
        start, end = 0.06 + 0.1 * k, 0.16 + 0.27 * k
        along = ((v - (0.0 - 0.02 * k)) / (0.92 - 0.13 * k)).clamp(0, 1)
        middle = start + (end - start) * along + 0.09 * along * torch.sin(along * curl + phase + 1.9 * k)
        half = 0.115 * (1 - 0.7 * along) + 0.012
        across = (side - middle) / half
        arm = coverage((across.abs() - 1) * half * 0.8, w) * (v > -0.02) * (along < 1)
        body = skin * (1.1 - 0.45 * across * across) * (1 - 0.06 * k)
        sucker = length(across - 0.35, (fraction(v * 7.5 + 0.37 * k) - 0.5) * 1.5)
        body = mix(body, skin * 0.45, coverage(sucker - 0.5, w * 8))
        body = mix(body, pale, coverage(sucker - 0.36, w * 8))
        painted = mix(painted, body * (1 - 0.5 * coverage((across.abs() - 1).abs() * half - 0.015, w)), arm)
        arms = over(arms, arm)
    rgb = mix(painted, rgb, coverage(mantle, w))
    rgb = draw_eye(
        rgb, side, v, w, c.uniform(0.22, 0.27), -0.12, c.uniform(0.15, 0.19), skin * 0.4, pupil=0.6, white=0.97
    )
    smile = (v - 0.1 + 0.6 * (0.02 - u * u)).abs() - 0.02
    rgb = mix(rgb, skin * 0.2, coverage(smile, w) * (side < 0.14) * c.chance(0.6))
    return rgb, over(coverage(mantle, w), arms)


def starfish(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    r, th = length(u, v), torch.atan2(u, -v)
    body = hsv(mix(c.uniform(0.0, 0.1), c.uniform(0.75, 0.95), c.chance(0.3)), c.uniform(0.65, 1), c.uniform(0.75, 1))
    sector = (fraction(th * 5 / TAU + 0.5) - 0.5).abs() * TAU / 5
    x, y = r * torch.cos(sector), r * torch.sin(sector)
    arm = y - (c.uniform(0.3, 0.36) * (1 - x / 0.98).clamp(min=0.0) + 0.035)
    shape = torch.maximum(arm * 0.9, x - 0.95)
    rgb = body * (1.2 - 0.4 * r) * (1.1 - 1.4 * (y / 0.3).clamp(0, 1) ** 2 * 0.35)
    pale = mix(body, 1.0, 0.65)
    rgb = mix(rgb, pale, coverage(length((fraction(x * 7.5) - 0.5) / 7.5, y) - 0.032, w))
    line = c.uniform(0.1, 0.13)
    rgb = mix(rgb, pale, coverage(length((fraction(x * 8) - 0.5) / 8, y - line * (1 - x)) - 0.022, w) * (x > 0.15))
    return rgb * (1 - 0.55 * coverage(shape.abs() - 0.025, w)), coverage(shape, w)


def crab(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    side = u.abs()
    red = hsv(c.uniform(0.98, 1.07) % 1, c.uniform(0.7, 1), c.uniform(0.7, 1))
    body = ellipse(u, v, 0.0, 0.25, c.uniform(0.52, 0.6), c.uniform(0.34, 0.4))
    rgb = red * bulge(u, v, 0.0, 0.2, 0.6, 0.4, 0.8) * (1 + 0.12 * c.noise("mid"))
    belly = ellipse(u, v, 0.0, 0.42, 0.36, 0.14)
    rgb = mix(rgb, mix(red, 1.0, 0.4), coverage(belly, w * 4) * 0.6)
    cx, cy, tilt = c.uniform(0.62, 0.68), c.uniform(-0.5, -0.4), c.uniform(-0.1, 0.5)
    x, y = rotate(side - cx, v - cy, tilt)
    claw = ellipse(x, y, 0.0, 0.0, 0.27, 0.33)
    jaw = torch.maximum(x.abs() - (-y) * 0.5, y)  # the opening of the pincer, upwards
    claw = torch.maximum(claw, -jaw)
    limb = union(segment(side, v, 0.42, 0.15, 0.72, 0.0), segment(side, v, 0.72, 0.0, cx, cy + 0.2)) - 0.065
    legs = torch.full_like(u, 9.0)
    for k in range(3):
        y0 = 0.28 + 0.09 * k
        legs = union(legs, segment(side, v, 0.45, y0, 0.8, y0 - 0.06 + 0.12 * k) - 0.045,
                     segment(side, v, 0.8, y0 - 0.06 + 0.12 * k, 0.94, y0 + 0.2 + 0.1 * k) - 0.03)  # fmt: skip
    stalk = segment(side, v, 0.17, 0.0, 0.19, -0.2) - 0.035
    shell = red * bulge(x, y, 0.0, 0.0, 0.3, 0.35, 0.8)
    arms = red * 0.8
    rgb = mix(mix(arms, shell, coverage(claw, w)), rgb, coverage(body, w))
    edges = coverage(body.abs() - 0.02, w) + coverage(claw.abs() - 0.02, w)
    rgb = rgb * (1 - 0.45 * edges.clamp(0, 1))
    rgb = draw_eye(rgb, side, v, w, 0.19, -0.24, c.uniform(0.11, 0.14), red * 0.3, pupil=0.6, white=0.97)
    smile = (v - 0.28 + 0.8 * (0.03 - u * u)).abs() - 0.02
    rgb = mix(rgb, red * 0.2, coverage(smile, w) * (side < 0.18))
    eyes = length(side - 0.19, v + 0.24) - 0.15
    return rgb, over(*(coverage(shape, w) for shape in (body, claw, limb, legs, stalk, eyes)))
