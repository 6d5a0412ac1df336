"""How much bf16 changes a dream: `python -m benchmarks precision [--photo PHOTO ...]`.

Pixel by pixel two precisions differ as two seeds do, since ascent is chaotic; what must agree is the first gradient and
the gain. Gain is the geometric mean, over the picture at the octaves' sizes, of the layer's mean-square activation
after / before. Without photographs three rendered landscapes are dreamt.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from benchmarks.options import Options
from benchmarks.subjects import Subject, dreaming, picture_of, subject, tensor_of
from benchmarks.tables import Table
from dreamcore.networks import default_network
from dreamcore.octaves import pyramid, shrunk
from dreamcore.picture import decode
from dreamcore.sample import landscape

SEEDS = (1, 2, 3)
COMPARED = ("fp32", "bf16")


def tables(options: Options) -> list[Table]:
    rows, ratios = [], []
    for name in options.networks or (default_network(download=False),):
        one = subject(name)
        for title, rgb in _photographs(options).items():
            a, b = (first_gradient(one, rgb, precision, options.device) for precision in COMPARED)
            gains = {precision: _gains(one, rgb, precision, options) for precision in COMPARED}
            means = [math.prod(gains[precision]) ** (1 / len(SEEDS)) for precision in COMPARED]
            ratios.append(means[1] / means[0])
            cosine = f"{float(F.cosine_similarity(a, b, 0)):.4f}"
            each = [", ".join(f"{gain:.2f}" for gain in gains[precision]) for precision in COMPARED]
            rows.append((one.title, title, cosine, *each, f"{ratios[-1]:.3f}"))
    mean = f"Mean gain, bf16 / fp32: {math.prod(ratios) ** (1 / len(ratios)):.3f}."
    seeds = ", ".join(map(str, SEEDS))
    columns = (
        *("network", "picture", "cosine of the first gradient"),
        *(f"gain {precision}, seeds {seeds}" for precision in COMPARED),
        "bf16 / fp32",
    )
    return [Table(columns=columns, rows=rows, notes=mean)]


def _photographs(options: Options) -> dict[str, NDArray[np.uint8]]:
    side = (160, 120) if options.quick else (400, 300)
    photos = {path.stem: decode(path.read_bytes()).rgb for path in options.photos}
    return photos or {f"landscape {seed}": landscape(*side, seed) for seed in (12, 3, 7)}


def _gains(one: Subject, rgb: NDArray[np.uint8], precision: str, options: Options) -> list[float]:
    """Of a dream with each seed."""
    before, picture, found = energy(one, rgb), picture_of(rgb), []
    for seed in SEEDS:
        made = dreaming(one.network, picture, f"layer={one.layer} precision={precision}", options.device, seed=seed)()
        found.append(energy(one, made.rgb) / before)
    return found


def energy(one: Subject, rgb: NDArray[np.uint8]) -> float:
    """Geometric mean of the layer's mean-square activation over four octave sizes."""
    eye = one.network.prepare((one.layer,), device=torch.device("cpu"), precision="fp32")
    picture = torch.from_numpy(rgb.copy()).permute(2, 0, 1)[None]
    octaves = pyramid(*rgb.shape[:2], schedule="classic", steps=1, octaves=4, scale=1.4)
    with torch.no_grad():
        sizes = [shrunk(picture, octave.height, octave.width).float() / 255 for octave in octaves]
        return math.exp(sum(math.log(float(eye(x)[one.layer].float().square().mean())) for x in sizes) / len(sizes))


def first_gradient(one: Subject, rgb: NDArray[np.uint8], precision: str, device: torch.device) -> torch.Tensor:
    """With respect to every pixel, flat."""
    eye = one.network.prepare((one.layer,), device=device, precision=precision)
    seen = tensor_of(rgb).to(device).requires_grad_(True)
    (slope,) = torch.autograd.grad(eye(seen)[one.layer].float().square().sum(), seen)
    return slope.flatten()
