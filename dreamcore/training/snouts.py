"""Round faces with a snout: panda, monkey, pig, rabbit."""

from __future__ import annotations

from dataclasses import replace

import torch

from dreamcore.training.beasts import head
from dreamcore.training.drawing import (
    Canvas,
    Painted,
    box,
    bulge,
    coverage,
    draw_eye,
    ellipse,
    hsv,
    mix,
    over,
    rotate,
    segment,
    smoothstep,
    triangle,
    union,
)


def panda(c: Canvas) -> Painted:
    """A white face with black patches, ears and shoulders; often with bamboo, which nobody else has."""
    up = c.uniform(0.16, 0.24)
    c = replace(c, u=c.u * 1.16, v=(c.v + up) * 1.16, w=c.w * 1.16)
    u, v, w = c.u, c.v, c.w
    side = u.abs()
    white = hsv(c.uniform(0.05, 0.15), c.uniform(0.0, 0.1), c.uniform(0.92, 1))
    dark = hsv(c.uniform(0, 1), c.uniform(0, 0.2), c.uniform(0.02, 0.1))
    shape, rgb = head(c, white, c.uniform(0.78, 0.86), c.uniform(0.68, 0.74), 0.12)
    x, y = rotate(side - c.uniform(0.35, 0.39), v - 0.04, c.uniform(0.5, 0.8))
    patch = ellipse(x, y, 0.0, 0.0, c.uniform(0.2, 0.24), c.uniform(0.29, 0.34))
    rgb = mix(rgb, dark, coverage(patch, w * 2))
    rgb = draw_eye(rgb, side, v, w, 0.33, 0.02, c.uniform(0.085, 0.11), white * 0.45, pupil=0.55, white=0.95)
    muzzle = coverage(ellipse(u, v, 0.0, 0.48, 0.28, 0.22), w * 4)
    rgb = mix(rgb, bulge(u, v, 0.0, 0.48, 0.3, 0.25, 0.5), muzzle)
    rgb = mix(rgb, dark, coverage(ellipse(u, v, 0.0, 0.38, c.uniform(0.12, 0.15), 0.09), w))
    mouth = union(segment(u, v, 0.0, 0.44, 0.0, 0.54), segment(side, v, 0.0, 0.54, 0.14, 0.6)) - 0.022
    rgb = mix(rgb, dark, coverage(mouth, w))
    ear = ellipse(side, v, c.uniform(0.62, 0.68), -0.54, c.uniform(0.28, 0.33), 0.3)
    shoulders = torch.maximum(ellipse(u, v, 0.0, 1.15, c.uniform(0.78, 0.9), 0.72), v - 1.35)
    belly = ellipse(u, v, 0.0, 1.25, 0.42, 0.42)
    body = mix(dark * (1.2 + 0.4 * c.noise("fine")), white * 0.92, coverage(belly, w * 2))
    all_of_it = over(coverage(shape, w), coverage(ear, w), coverage(shoulders, w))
    rgb = mix(body, rgb, coverage(shape, w))
    turn, shown = c.uniform(-0.5, 0.5), c.chance(0.55)
    x, y = rotate(u, v - 0.78, turn)
    stalk = box(x, y, 0.0, 0.0, 0.9, c.uniform(0.06, 0.08))
    leaf_x, leaf_y = rotate(x - 0.62, y + 0.16, -0.7)
    leaves = union(ellipse(leaf_x, leaf_y, 0.0, 0.0, 0.28, 0.08), ellipse(x + 0.66, y - 0.1, 0.0, 0.0, 0.24, 0.075))
    green = hsv(c.uniform(0.24, 0.34), c.uniform(0.6, 0.9), c.uniform(0.55, 0.9))
    joints = 1 - 0.5 * coverage((x.abs() - 0.32).abs() - 0.025, w)
    bamboo = coverage(union(stalk, leaves), w) * shown
    return mix(rgb, green * joints * (1 - 2.0 * y.clamp(-0.1, 0.2)), bamboo), over(all_of_it, bamboo)


def monkey(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    side = u.abs()
    coat = hsv(c.uniform(0.03, 0.09), c.uniform(0.35, 0.8), c.uniform(0.2, 0.55))
    skin = hsv(c.uniform(0.04, 0.09), c.uniform(0.25, 0.5), c.uniform(0.8, 1))
    shape, rgb = head(c, coat, c.uniform(0.66, 0.74), c.uniform(0.76, 0.84), 0.0)
    eyes = ellipse(side, v, 0.23, -0.14, 0.27, 0.3)
    jaw = ellipse(u, v, 0.0, 0.36, c.uniform(0.46, 0.54), c.uniform(0.34, 0.4))
    mask = union(eyes, jaw, box(u, v, 0.0, 0.1, 0.2, 0.2))
    rgb = mix(rgb, skin * bulge(u, v, 0.0, 0.2, 0.6, 0.7, 0.6), coverage(mask, w * 2))
    rgb = rgb * (1 - 0.35 * smoothstep(0.05, 0.0, (ellipse(u, v, 0.0, 0.38, 0.44, 0.3)).abs()))
    iris = hsv(c.uniform(0.03, 0.09), c.uniform(0.6, 0.9), c.uniform(0.2, 0.5))
    rgb = draw_eye(rgb, side, v, w, 0.22, -0.13, c.uniform(0.11, 0.14), iris, pupil=0.55, white=0.95)
    rgb = mix(rgb, skin * 0.25, coverage(ellipse(side, v, 0.07, 0.17, 0.045, 0.03), w))
    lips = (v - 0.46 + c.uniform(0.1, 0.35) * (0.1 - u * u)).abs()
    rgb = mix(rgb, skin * 0.22, coverage(lips - 0.025, w) * (side < 0.32))
    ear = ellipse(side, v, c.uniform(0.76, 0.8), -0.08, c.uniform(0.2, 0.24), c.uniform(0.24, 0.28))
    lug = mix(coat * 0.9, skin * 0.85, coverage(ear + 0.08, w * 2))
    tuft = ellipse(u, v, 0.0, -0.78, 0.12, 0.16) + 0.04 * torch.sin(u * 40)
    return mix(lug, mix(coat, rgb, coverage(shape, w)), over(coverage(shape, w), coverage(tuft, w))), over(
        coverage(shape, w), coverage(ear, w), coverage(tuft, w)
    )


def pig(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    side = u.abs()
    skin = hsv(c.uniform(0.93, 1.02) % 1, c.uniform(0.22, 0.5), c.uniform(0.85, 1))
    dark = skin * c.uniform(0.2, 0.4)
    shape = ellipse(u, v, 0.0, 0.08, c.uniform(0.78, 0.88), c.uniform(0.72, 0.82))
    rgb = skin * bulge(u, v, 0.0, 0.05, 0.85, 0.8, 0.6) * (1 + 0.08 * c.noise("mid"))
    blush = coverage(ellipse(side, v, 0.55, 0.28, 0.17, 0.14), w * 8)
    rgb = mix(rgb, hsv(c.uniform(0.95, 1.0) % 1, 0.6, 1.0), blush * 0.5)
    snout_y = c.uniform(0.24, 0.32)
    snout = ellipse(u, v, 0.0, snout_y, c.uniform(0.34, 0.4), c.uniform(0.25, 0.3))
    rgb = rgb * (1 - 0.35 * smoothstep(0.12, 0.0, snout))
    rgb = mix(rgb, skin * 0.92 * bulge(u, v, 0.0, snout_y, 0.4, 0.3, 0.8), coverage(snout, w))
    rgb = mix(rgb, dark, coverage(snout.abs() - 0.015, w) * 0.8)
    rgb = mix(rgb, dark * 0.6, coverage(ellipse(side, v, 0.14, snout_y, 0.065, c.uniform(0.1, 0.13)), w))
    mouth = (v - 0.66 + 0.5 * (0.06 - u * u)).abs() - 0.022
    rgb = mix(rgb, dark, coverage(mouth, w) * (side < 0.26))
    rgb = draw_eye(
        rgb, side, v, w, c.uniform(0.33, 0.38), -0.2, c.uniform(0.1, 0.13), skin * 0.3, pupil=0.5, white=0.97
    )
    ear_x, ear_y = rotate(side - 0.55, v + 0.55, c.uniform(-0.7, -0.35))
    ear = torch.maximum(ear_x.abs() - (ear_y + 0.42) * 0.45, ear_y - 0.2)
    lug = mix(skin * 0.8, skin * 0.6, coverage(ear + 0.08, w * 2))
    body = over(coverage(shape, w), coverage(ear, w))
    return mix(lug, rgb, coverage(shape, w)) * (1 - 0.5 * coverage(ear.abs() - 0.02, w) * (v < -0.3)), body


def rabbit(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    side = u.abs()
    coat = mix(
        hsv(c.uniform(0.06, 0.12), c.uniform(0.0, 0.12), c.uniform(0.85, 1)),
        hsv(c.uniform(0.05, 0.1), c.uniform(0.3, 0.55), c.uniform(0.5, 0.85)),
        c.chance(0.45),
    )
    pink = hsv(c.uniform(0.95, 1.02) % 1, c.uniform(0.3, 0.5), c.uniform(0.85, 1))
    shape = ellipse(u, v, 0.0, 0.4, c.uniform(0.54, 0.62), c.uniform(0.48, 0.54))
    rgb = coat * bulge(u, v, 0.0, 0.4, 0.6, 0.55) * (1 + 0.2 * c.fur(u * 2, v * 2, 16.0, 5.0))
    ear_x, ear_y = rotate(side - c.uniform(0.24, 0.3), v + 0.45, c.uniform(0.02, 0.28))
    ear = ellipse(ear_x, ear_y, 0.0, 0.0, c.uniform(0.15, 0.19), c.uniform(0.5, 0.56))
    lug = mix(coat * 0.92, pink, coverage(ear + 0.065, w * 1.5))
    dark = c.grey(0.05)
    iris = hsv(c.uniform(0.0, 0.08), c.uniform(0.5, 0.9), c.uniform(0.2, 0.7))
    rgb = draw_eye(
        rgb, side, v, w, c.uniform(0.26, 0.31), c.uniform(0.25, 0.32), c.uniform(0.1, 0.13), iris, pupil=0.55
    )
    cheek = ellipse(side, v, 0.12, 0.6, 0.16, 0.13)
    rgb = mix(rgb, bulge(side, v, 0.12, 0.6, 0.17, 0.14), coverage(cheek, w * 2))
    nose = triangle(u, -v, 0.0, -0.56, -0.45, 0.1)
    rgb = mix(rgb, pink * 0.9, coverage(nose, w))
    mouth = union(segment(u, v, 0.0, 0.55, 0.0, 0.64), segment(side, v, 0.0, 0.64, 0.12, 0.68)) - 0.015
    rgb = mix(rgb, dark, coverage(mouth, w))
    teeth = box(u, v, 0.0, 0.74, 0.075, 0.075)
    rgb = mix(rgb, 1.0 - 0.6 * coverage(side - 0.012, w), coverage(teeth, w))
    whiskers = union(segment(side, v, 0.2, 0.58, 0.8, 0.5), segment(side, v, 0.2, 0.62, 0.8, 0.66)) - 0.008
    hair = coverage(whiskers, w) * 0.7
    rgb = mix(rgb, 0.3, hair)
    return mix(lug, rgb, over(coverage(shape, w), hair)), over(coverage(shape, w), coverage(ear, w), hair)
