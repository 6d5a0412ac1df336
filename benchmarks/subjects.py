"""What is measured: four networks, each with the layer that people dream with it, and pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.textbook import Textbook
from dreamcore import networks
from dreamcore.dreaming import Dream, dream
from dreamcore.networks import Network
from dreamcore.picture import Picture
from dreamcore.recipe import Recipe
from dreamcore.sample import landscape

LAYERS = {
    "inception_v1": "inception_4c/output",
    "googlenet": "inception4c",
    "vgg16": "features.22",
    "daydream": "mixed4c",
}
CALLED = {"inception_4c/output": "4c", "features.22": "relu4_3"}  #: layers, as people call them


@dataclass(frozen=True)
class Subject:
    """A network and one of its layers."""

    network: Network
    layer: str

    @property
    def title(self) -> str:
        drawn = " (random weights)" if self.network.weights.startswith("random") else ""
        return f"`{self.network.info.name}` {CALLED.get(self.layer, self.layer)}{drawn}"

    def textbook(self, device: torch.device) -> Textbook:
        return Textbook(self.network, self.layer, device)


def subject(name: str) -> Subject:
    """With real weights if they are here; random ones cost the same."""
    if networks.available(name):
        return Subject(networks.load(name, download=False), LAYERS[name])
    return Subject(networks.random_weights(name), LAYERS[name])


def dreaming(
    network: Network, picture: Picture, recipe: str, device: torch.device, *, seed: int = 1
) -> Callable[[], Dream]:
    """A dream, to be timed: the same one each time."""
    wanted = Recipe.parse(f"seed={seed} {recipe}")
    return lambda: dream(picture, wanted, network=network, device=device)


def picture_of(rgb: NDArray[np.uint8]) -> Picture:
    """(H, W, 3)."""
    return Picture(rgb=rgb, alpha=None, format="PNG", frames=1, notes=())


def tensor_of(rgb: NDArray[np.uint8]) -> Tensor:
    """(H, W, 3) -> (1, 3, H, W) float32 in [0, 1]."""
    return torch.from_numpy(rgb.copy()).permute(2, 0, 1)[None].float() / 255


def rendered(height: int, width: int, seed: int = 12) -> Picture:
    """A landscape of this size."""
    return picture_of(landscape(width, height, seed))
