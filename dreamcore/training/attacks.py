"""Adversarial pictures: the change, at most so large, that hurts a classifier most (Madry et al. 2018)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def half_precision(device: torch.device) -> torch.autocast:
    return torch.autocast(device.type, torch.bfloat16)


def soft_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """(n,) losses against soft labels (n, classes)."""
    return -(labels * F.log_softmax(logits.float(), 1)).sum(1)


def _norms(x: Tensor) -> Tensor:
    norms: Tensor = torch.linalg.vector_norm(x, dim=(1, 2, 3), keepdim=True).clamp(min=1e-12)
    return norms


def attacked(
    net: nn.Module,
    pictures: Tensor,
    labels: Tensor,
    *,
    radius: float,
    steps: int = 1,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Projected gradient ascent of the loss within an L2 ball; the result stays in [0, 1].

    A random start of up to half the radius, then steps sized so that even a single one reaches the sphere.
    """
    noise = torch.empty_like(pictures).normal_(generator=generator)
    reach = torch.rand((len(pictures), 1, 1, 1), generator=generator, device=pictures.device)
    change = noise / _norms(noise) * radius * reach * 0.5
    size = radius * (1.0 if steps == 1 else 2.5 / steps)
    for _ in range(steps):
        trial = (pictures + change).detach().requires_grad_(True)
        with torch.enable_grad(), half_precision(pictures.device):
            loss = soft_cross_entropy(net(trial), labels).sum()
        (gradient,) = torch.autograd.grad(loss, trial)
        gradient = gradient.float()
        change = change + size * gradient / _norms(gradient)
        change = change * (radius / _norms(change)).clamp(max=1)
        change = (pictures + change).clamp(0, 1) - pictures
    return (pictures + change).detach()
