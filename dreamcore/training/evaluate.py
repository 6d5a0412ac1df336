"""How good a network is: accuracy on held-out single-motif pictures, clean and attacked."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dreamcore.training.attacks import attacked
from dreamcore.training.catalogue import NAMES
from dreamcore.training.scenes import SceneRenderer

HELD_OUT_SEED = 9_000_001  #: far from every pool's


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """Top-1 accuracy under one strength of attack."""

    radius: float  # L2, of a picture with values in [0, 1]; 0: clean
    steps: int
    overall: float
    by_class: dict[str, float]

    def worst(self, count: int = 5) -> str:
        order = sorted(self.by_class, key=lambda name: self.by_class[name])[:count]
        return ", ".join(f"{name} {self.by_class[name]:.0%}" for name in order)


def held_out(pictures: int, *, size: int = 96, seed: int = HELD_OUT_SEED) -> tuple[Tensor, Tensor]:
    """Fresh pictures of one motif each, the classes in turn: (n, 3, size, size) and class numbers (n,)."""
    renderer = SceneRenderer(size, seed)
    numbers = torch.arange(pictures) % len(NAMES)
    parts = [renderer.render(len(part), part)[0] for part in torch.split(numbers, 512)]
    return torch.cat(parts), numbers


def accuracy(
    net: nn.Module,
    pictures: Tensor,
    numbers: Tensor,
    *,
    radius: float = 0.0,
    steps: int = 20,
    batch: int = 64,
    seed: int = 0,
) -> Accuracy:
    """Top-1 accuracy of `net` (in eval mode), attacked by PGD of `steps` steps where a radius is given."""
    generator = torch.Generator(pictures.device).manual_seed(seed)
    right = torch.zeros(len(NAMES))
    total = torch.zeros(len(NAMES))
    for x, y in zip(torch.split(pictures, batch), torch.split(numbers, batch), strict=True):
        x = x.contiguous(memory_format=torch.channels_last)
        if radius:
            labels = F.one_hot(y, len(NAMES)).float()
            x = attacked(net, x, labels, radius=radius, steps=steps, generator=generator)
        with torch.no_grad():
            hits = (net(x).argmax(1) == y).float().cpu()
        right.index_add_(0, y.cpu(), hits)
        total.index_add_(0, y.cpu(), torch.ones(len(y)))
    shares = (right / total.clamp(min=1)).tolist()
    return Accuracy(
        radius=radius,
        steps=steps if radius else 0,
        overall=float(right.sum() / total.sum()),
        by_class=dict(zip(NAMES, shares, strict=True)),
    )
