"""What stands in a street, and what it is made of."""

from __future__ import annotations

import torch

from dreamcore.training.drawing import Canvas, Painted, box, coverage, ellipse, hsv, length, mix, scatter, smoothstep


def car(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    base = c.colour(s=(0.3, 1), v=(0.4, 1))
    gl = c.colour((0.5, 0.6), (0.1, 0.5), (0.5, 0.95))
    dark = c.grey(0.06)
    y0 = c.uniform(0.05, 0.15)
    body = box(u, v, 0.0, y0 + 0.14, c.uniform(0.84, 0.9), c.uniform(0.14, 0.18)) - 0.06
    rw, rh = c.uniform(0.4, 0.55), c.uniform(0.3, 0.4)
    sl = (y0 - v) * c.uniform(0.4, 0.9)
    cab = torch.maximum((u - 0.05).abs() + sl - rw - 0.05, torch.maximum(y0 - rh - v, v - y0))
    shape = torch.minimum(body, cab)
    rgb = base * (1.15 - 0.9 * (v - y0 + 0.1))
    rgb = mix(rgb, 1.0, 0.5 * smoothstep(0.05, 0.0, (v - y0 - 0.03).abs()))
    win = cab + 0.07
    rgb = mix(rgb, gl * (1.1 - 0.6 * (u + v)), coverage(win, w) * ((u - 0.05).abs() > 0.03))
    wx, wr = c.uniform(0.48, 0.56), c.uniform(0.19, 0.24)
    wy = y0 + 0.32
    r = length(u.abs() - wx, v - wy)
    m = coverage(r - wr, w)
    th = torch.atan2(v - wy, u.abs() - wx)
    wh = mix(
        dark + 0 * r, c.colour(s=(0, 0.2), v=(0.6, 0.95)) * (0.8 + 0.3 * torch.cos(th * 5)), coverage(r - wr * 0.6, w)
    )
    rgb = mix(rgb * smoothstep(0.0, 0.05, r - wr), wh, m)
    li = coverage(ellipse(u, v, -0.84, y0 + 0.08, 0.07, 0.06), w)
    rgb = mix(rgb, hsv(c.uniform(0.1, 0.16), c.uniform(0.2, 0.6), 1.0), li)
    return rgb * (1 - 0.3 * coverage(shape.abs() - 0.015, w)), torch.maximum(coverage(shape, w), m)


def gear(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    r, th = length(u, v), torch.atan2(v, u)
    k = c.integer(8, 18)
    base = hsv(c.uniform(0.02, 0.65), c.uniform(0, 0.6), c.uniform(0.35, 0.9))
    tooth = smoothstep(-0.3, 0.3, torch.sin(th * k))
    ro = c.uniform(0.74, 0.8)
    shape = r - ro - (0.95 - ro) * tooth
    sp = c.integer(3, 7)
    hol = torch.maximum((r - ro * 0.62).abs() - ro * 0.2, -(torch.sin(th * sp) + 0.35) * r * 0.3)
    brush = 1 + 0.15 * torch.cos(th * 2 + c.uniform(0, 6)) + 0.06 * c.white(r * 60, th * 2)
    rgb = base * brush * (1 - 0.25 * coverage((r - ro * 0.9).abs() - 0.02, w)) * (1 + 0.25 * tooth * (r > ro))
    ax = c.uniform(0.08, 0.16)
    rgb = rgb * (1 - 0.6 * coverage((r - ax * 1.8).abs() - 0.02, w))
    opacity = coverage(shape, w) * (1 - coverage(hol, w) * c.chance(0.6)) * (1 - coverage(r - ax, w))
    return rgb * (1 - 0.6 * coverage(shape.abs() - 0.02, w)), opacity


def bricks(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    s = c.uniform(3, 6.5)
    y = v * s
    j = torch.floor(y)
    x = u * s * c.uniform(0.42, 0.6) + 0.5 * torch.remainder(j, 2)
    i = torch.floor(x)
    fx, fy = (x - i - 0.5).abs(), (y - j - 0.5).abs()
    base = mix(hsv(c.uniform(0.0, 0.08), c.uniform(0.4, 0.8), c.uniform(0.4, 0.8)), c.colour(), 0.3)
    mo = c.colour(s=(0, 0.3), v=(0.4, 0.9))
    shape = torch.maximum(fx * 2 - 0.93, fy * 2 - 0.84)
    t = scatter(i, j)
    rgb = base * (0.7 + 0.5 * t) * (1 + 0.2 * c.noise("fine")) * (1 + 0.25 * (0.5 - (y - j)))
    return mix(mo * (1 + 0.1 * c.noise("fine")), rgb, coverage(shape, w * s)), torch.ones_like(u)


def windows(c: Canvas) -> Painted:
    u, v, w = c.u, c.v, c.w
    s = c.uniform(1.7, 3.4)
    x, y = u * s, v * s * c.uniform(0.6, 0.9)
    i, j = torch.floor(x), torch.floor(y)
    fx, fy = x - i - 0.5, y - j - 0.5
    base = c.colour(s=(0, 0.6), v=(0.25, 0.9))
    lit = (scatter(i, j, c.uniform(0, 9)) < c.uniform(0.2, 0.9)).float()
    shape = box(fx, fy, 0.0, 0.0, c.uniform(0.22, 0.36), c.uniform(0.26, 0.38))
    gl = mix(
        c.colour((0.5, 0.7), (0.2, 0.8), (0.05, 0.4)) * (1.3 - fy),
        hsv(c.uniform(0.08, 0.16), c.uniform(0.3, 0.9), c.uniform(0.85, 1)) * (1.1 - 0.5 * fy),
        lit,
    )
    rgb = mix(base * (1 + 0.1 * c.noise("fine")), base * 0.35 + 0.5 * c.chance(0.5), coverage(shape - 0.05, w * s))
    rgb = mix(rgb, gl, coverage(shape, w * s))
    bar = torch.minimum(fx.abs(), (fy + 0.05).abs()) - 0.025
    return mix(rgb, base * 0.4, coverage(torch.maximum(bar, shape), w * s)), torch.ones_like(u)
