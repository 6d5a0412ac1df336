"""What stands in a street or floats above it, and what it is made of."""

from __future__ import annotations

import torch

from dreamcore.training.drawing import (
    Canvas,
    Painted,
    box,
    bulge,
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
)


def car(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    base = c.colour(s=(0.3, 1), v=(0.4, 1))
    glass = c.colour((0.5, 0.6), (0.1, 0.5), (0.5, 0.95))
    dark = c.grey(0.06)
    waist = c.uniform(0.05, 0.15)
    body = box(u, v, 0.0, waist + 0.14, c.uniform(0.84, 0.9), c.uniform(0.14, 0.18)) - 0.06
    roof_half, roof_height = c.uniform(0.4, 0.55), c.uniform(0.3, 0.4)
    slant = (waist - v) * c.uniform(0.4, 0.9)
    cab = torch.maximum((u - 0.05).abs() + slant - roof_half - 0.05, torch.maximum(waist - roof_height - v, v - waist))
    shape = torch.minimum(body, cab)
    rgb = base * (1.15 - 0.9 * (v - waist + 0.1))
    rgb = mix(rgb, 1.0, 0.5 * smoothstep(0.05, 0.0, (v - waist - 0.03).abs()))
    window = cab + 0.07
    rgb = mix(rgb, glass * (1.1 - 0.6 * (u + v)), coverage(window, w) * ((u - 0.05).abs() > 0.03))
    wheel_x, wheel_radius = c.uniform(0.48, 0.56), c.uniform(0.19, 0.24)
    wheel_y = waist + 0.32
    r = length(u.abs() - wheel_x, v - wheel_y)
    wheel = coverage(r - wheel_radius, w)
    angle = torch.atan2(v - wheel_y, u.abs() - wheel_x)
    wheel_rgb = mix(
        dark,
        c.colour(s=(0, 0.2), v=(0.6, 0.95)) * (0.8 + 0.3 * torch.cos(angle * 5)),
        coverage(r - wheel_radius * 0.6, w),
    )
    rgb = mix(rgb * smoothstep(0.0, 0.05, r - wheel_radius), wheel_rgb, wheel)
    lamp = coverage(ellipse(u, v, -0.84, waist + 0.08, 0.07, 0.06), w)
    rgb = mix(rgb, hsv(c.uniform(0.1, 0.16), c.uniform(0.2, 0.6), 1.0), lamp)
    return rgb * (1 - 0.3 * coverage(shape.abs() - 0.015, w)), torch.maximum(coverage(shape, w), wheel)


def balloon(c: Canvas) -> Painted:
    """A hot-air balloon: gores of bright cloth, tapering to the mouth, and a basket on ropes."""
    u, v, w = c.u, c.v, c.w
    wide, middle, mouth = c.uniform(0.66, 0.74), c.uniform(-0.34, -0.28), c.uniform(0.12, 0.16)
    dome = ellipse(u, v, 0.0, middle, wide, 0.64)
    low = ((v - middle) / (0.5 - middle)).clamp(0, 1)
    taper = mix(wide, mouth, low ** c.uniform(1.3, 1.7))
    cloth = torch.where(v < middle, dome, torch.maximum((u.abs() - taper) * 0.8, v - 0.5))
    half = torch.where(v < middle, wide * torch.sqrt((1 - ((v - middle) / 0.64) ** 2).clamp(min=0.01)), taper)
    gore = (torch.asin((u / half).clamp(-0.999, 0.999)) / 3.1416 + 0.5) * c.integer(7, 11)
    number = torch.floor(gore)
    first, second = c.colour(s=(0.7, 1), v=(0.75, 1)), c.colour(s=(0.0, 1), v=(0.85, 1))
    pair = mix(first, second, torch.remainder(number, 2))
    rainbow = hsv(fraction(number * c.uniform(0.1, 0.16) + c.uniform()), 0.85, 1.0)
    rgb = mix(pair, rainbow, c.chance(0.4))
    band = coverage((v - middle - 0.05).abs() - c.uniform(0.07, 0.14), w) * c.chance(0.4)
    rgb = mix(rgb, mix(second, first, torch.remainder(number, 2)), band)
    seam = torch.minimum(fraction(gore), 1 - fraction(gore))
    rgb = rgb * (1 - 0.35 * smoothstep(0.1, 0.0, seam)) * bulge(u, v, 0.0, -0.25, wide, 0.75, 0.8)
    rgb = rgb * (1 - 0.5 * coverage(cloth.abs() - 0.015, w))
    rope = segment(u.abs(), v, mouth, 0.5, 0.1, 0.78) - 0.014
    basket = box(u, v, 0.0, 0.86, c.uniform(0.12, 0.15), 0.1)
    wicker = hsv(c.uniform(0.06, 0.1), c.uniform(0.5, 0.8), c.uniform(0.4, 0.7)) * (0.8 + 0.3 * torch.sin(v * 60))
    rest = mix(0.12, wicker, coverage(basket, w))
    return mix(rest, rgb, coverage(cloth, w)), over(coverage(cloth, w), coverage(rope, w), coverage(basket, w))


def gear(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    r, angle = length(u, v), torch.atan2(v, u)
    teeth = c.integer(8, 18)
    base = hsv(c.uniform(0.02, 0.65), c.uniform(0, 0.6), c.uniform(0.35, 0.9))
    tooth = smoothstep(-0.3, 0.3, torch.sin(angle * teeth))
    root = c.uniform(0.74, 0.8)
    shape = r - root - (0.95 - root) * tooth
    spokes = c.integer(3, 7)
    holes = torch.maximum((r - root * 0.62).abs() - root * 0.2, -(torch.sin(angle * spokes) + 0.35) * r * 0.3)
    brush = 1 + 0.15 * torch.cos(angle * 2 + c.uniform(0, 6)) + 0.06 * c.white(r * 60, angle * 2)
    rgb = base * brush * (1 - 0.25 * coverage((r - root * 0.9).abs() - 0.02, w)) * (1 + 0.25 * tooth * (r > root))
    axle = c.uniform(0.08, 0.16)
    rgb = rgb * (1 - 0.6 * coverage((r - axle * 1.8).abs() - 0.02, w))
    opacity = coverage(shape, w) * (1 - coverage(holes, w) * c.chance(0.6)) * (1 - coverage(r - axle, w))
    return rgb * (1 - 0.6 * coverage(shape.abs() - 0.02, w)), opacity


def bricks(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    scale = c.uniform(2.2, 4.6)
    y = v * scale
    j = torch.floor(y)
    x = u * scale * c.uniform(0.42, 0.6) + 0.5 * torch.remainder(j, 2)
    i = torch.floor(x)
    x_in, y_in = (x - i - 0.5).abs(), (y - j - 0.5).abs()
    base = mix(hsv(c.uniform(0.0, 0.08), c.uniform(0.4, 0.8), c.uniform(0.4, 0.8)), c.colour(), 0.3)
    mortar = c.colour(s=(0, 0.3), v=(0.4, 0.9))
    shape = torch.maximum(x_in * 2 - 0.93, y_in * 2 - 0.84)
    shade = scatter(i, j)
    rgb = base * (0.7 + 0.5 * shade) * (1 + 0.2 * c.noise("fine")) * (1 + 0.25 * (0.5 - (y - j)))
    return mix(mortar * (1 + 0.1 * c.noise("fine")), rgb, coverage(shape, w * scale)), torch.ones_like(u)


def windows(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    scale = c.uniform(1.7, 3.4)
    x, y = u * scale, v * scale * c.uniform(0.6, 0.9)
    i, j = torch.floor(x), torch.floor(y)
    x_in, y_in = x - i - 0.5, y - j - 0.5
    base = c.colour(s=(0, 0.6), v=(0.25, 0.9))
    lit = (scatter(i, j, c.uniform(0, 9)) < c.uniform(0.2, 0.9)).float()
    shape = box(x_in, y_in, 0.0, 0.0, c.uniform(0.22, 0.36), c.uniform(0.26, 0.38))
    glass = mix(
        c.colour((0.5, 0.7), (0.2, 0.8), (0.05, 0.4)) * (1.3 - y_in),
        hsv(c.uniform(0.08, 0.16), c.uniform(0.3, 0.9), c.uniform(0.85, 1)) * (1.1 - 0.5 * y_in),
        lit,
    )
    rgb = mix(base * (1 + 0.1 * c.noise("fine")), base * 0.35 + 0.5 * c.chance(0.5), coverage(shape - 0.05, w * scale))
    rgb = mix(rgb, glass, coverage(shape, w * scale))
    bar = torch.minimum(x_in.abs(), (y_in + 0.05).abs()) - 0.025
    return mix(rgb, base * 0.4, coverage(torch.maximum(bar, shape), w * scale)), torch.ones_like(u)
