"""What a network imagines when it is asked for a class: gradient ascent from noise, coarse to fine.

This is the measure's own plain ascent, kept apart from the engine so that figures do not move when looks improve.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

OCTAVE = 1.35
JITTER = 6  #: pixels
RIVALS = 0.6  #: how much a class has to beat the others: with less many do not take off, with 1 they stop when sure


def imagine_classes(
    net: nn.Module,
    numbers: Tensor,
    *,
    seed: int,
    size: int = 112,
    octaves: int = 4,
    steps: int = 24,
    step: float = 0.03,
) -> Tensor:
    """One picture (n, 3, size, size) in [0, 1] for each class number (n,), all different for another seed."""
    generator = torch.Generator().manual_seed(seed)
    n = len(numbers)
    sizes = [round(size / OCTAVE**level) for level in range(octaves - 1, -1, -1)]

    def noise(side: int) -> Tensor:
        return torch.randn(n, 3, side, side, generator=generator)

    # Blots of some strength: in an even grey a robust network has no gradient to speak of, and nothing takes off.
    coarse = F.interpolate(noise(8), (sizes[0], sizes[0]), mode="bicubic")
    x = (0.45 + 0.2 * coarse + 0.03 * noise(sizes[0])).clamp(0, 1)
    for level, side in enumerate(sizes):
        size_of_step = step * (1 - 0.6 * level / max(1, octaves - 1))  # bold while it is small, clean at the end
        if x.shape[-1] != side:
            x = F.interpolate(x, (side, side), mode="bicubic").clamp(0, 1)
        for _ in range(steps):
            dy, dx = torch.randint(-JITTER, JITTER + 1, (2,), generator=generator).tolist()
            trial = x.roll((dy, dx), (2, 3)).contiguous(memory_format=torch.channels_last).requires_grad_(True)
            logits = net(trial)
            wanted = logits.gather(1, numbers[:, None])[:, 0] - RIVALS * logits.logsumexp(1)
            (gradient,) = torch.autograd.grad(wanted.sum(), trial)
            gradient = gradient / (gradient.abs().mean((1, 2, 3), keepdim=True) + 1e-12)
            x = (trial.detach() + size_of_step * gradient.clamp(-6, 6)).clamp(0, 1).roll((-dy, -dx), (2, 3))
    return x


def imagine_every_class(net: nn.Module, classes: int, *, seed: int, batch: int = 30, size: int = 112) -> Tensor:
    """One picture for every class, in the order of the logits."""
    parts = torch.split(torch.arange(classes), batch)
    return torch.cat([imagine_classes(net, part, seed=seed * 1000 + k, size=size) for k, part in enumerate(parts)])
