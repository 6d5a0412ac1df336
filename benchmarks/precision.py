"""How much bf16 changes a dream: `python -m benchmarks.precision [PHOTO ...]`.

Pixel by pixel two precisions differ as two seeds do, since ascent is chaotic; what must agree is the first gradient and
the gain. Gain is the geometric mean, over the picture at the octaves' sizes, of the layer's mean-square activation
after / before. Without photographs three rendered landscapes are dreamt.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from dreamcore.dreaming import dream
from dreamcore.networks import Network, default_network, load
from dreamcore.octaves import pyramid, shrunk
from dreamcore.picture import Picture, decode
from dreamcore.recipe import Recipe
from dreamcore.sample import landscape

CPU = torch.device("cpu")
SEEDS = (1, 2, 3)
LAYERS = {"inception_v1": "inception_4c/output", "daydream": "mixed4c"}


def energy(network: Network, layer: str, rgb: NDArray[np.uint8]) -> float:
    """Geometric mean of the layer's mean-square activation over four octave sizes."""
    eye = network.prepare((layer,), device=CPU, precision="fp32")
    picture = torch.from_numpy(rgb.copy()).permute(2, 0, 1)[None]
    octaves = pyramid(*rgb.shape[:2], schedule="classic", steps=1, octaves=4, scale=1.4)
    with torch.no_grad():
        sizes = [shrunk(picture, octave.height, octave.width).float() / 255 for octave in octaves]
        return math.exp(sum(math.log(float(eye(x)[layer].float().square().mean())) for x in sizes) / len(sizes))


def first_gradient(network: Network, layer: str, rgb: NDArray[np.uint8], precision: str) -> torch.Tensor:
    eye = network.prepare((layer,), device=CPU, precision=precision)
    x = (torch.from_numpy(rgb.copy()).permute(2, 0, 1)[None].float() / 255).requires_grad_(True)
    (slope,) = torch.autograd.grad(eye(x)[layer].float().square().sum(), x)
    return slope.flatten()


def main() -> None:
    network = load(default_network(download=False))
    layer = LAYERS[network.info.name]
    photos = [decode(Path(name).read_bytes()).rgb for name in sys.argv[1:]]
    photos = photos or [landscape(400, 300, seed) for seed in (12, 3, 7)]
    ratios = []
    print(f"{network.info.name} {layer}, strength 1, {torch.get_num_threads()} threads, torch {torch.__version__}")
    for number, rgb in enumerate(photos):
        before = energy(network, layer, rgb)
        a, b = (first_gradient(network, layer, rgb, precision) for precision in ("fp32", "bf16"))
        picture = Picture(rgb=rgb, alpha=None, format="PNG", frames=1, notes=())
        gains: dict[str, list[float]] = {"fp32": [], "bf16": []}
        for precision, found in gains.items():
            for seed in SEEDS:
                asked = Recipe.parse(f"layer={layer} seed={seed} precision={precision}")
                found.append(energy(network, layer, dream(picture, asked, network=network, device=CPU).rgb) / before)
        means = {precision: math.prod(found) ** (1 / len(found)) for precision, found in gains.items()}
        ratios.append(means["bf16"] / means["fp32"])
        shown = {precision: " ".join(f"{gain:.2f}" for gain in found) for precision, found in gains.items()}
        print(
            f"picture {number + 1}: cosine of the first gradient {float(F.cosine_similarity(a, b, 0)):.4f}, "
            f"gain fp32 {shown['fp32']}, bf16 {shown['bf16']}"
        )
    print(f"mean gain, bf16 / fp32: {math.prod(ratios) ** (1 / len(ratios)):.3f}")


if __name__ == "__main__":
    main()
