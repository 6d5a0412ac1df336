"""Is what the network imagines recognisable? A judge of another architecture says, over several seeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dreamcore.training.catalogue import NAMES
from dreamcore.training.imagining import imagine_every_class

FIRST_SEED: Final = 1000  #: of the noise; the settings of `imagining` were chosen on seeds 0 and 1


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The judge's answers about pictures of every class."""

    right: float  # share of all pictures
    by_class: dict[str, float]  # share of a class's pictures

    @property
    def doubtful(self) -> tuple[str, ...]:
        """Classes that the judge recognises less than half the time."""
        return tuple(name for name, share in self.by_class.items() if share < 0.5)


@torch.no_grad()
def answers(judge: nn.Module, pictures: Tensor, size: int = 64) -> Tensor:
    """The judge's class numbers (n,) for pictures of any size."""
    x = F.interpolate(pictures, (size, size), mode="bilinear", antialias=True)
    logits: Tensor = judge(x.contiguous(memory_format=torch.channels_last))
    return logits.argmax(1)


def verdict(net: nn.Module, judge: nn.Module, *, seeds: int = 8) -> Verdict:
    """Imagine every class once a seed with `net` and ask `judge` (both in eval mode) what it sees."""
    truth = torch.arange(len(NAMES))
    hits = torch.zeros(len(NAMES))
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        hits += answers(judge, imagine_every_class(net, len(NAMES), seed=seed)) == truth
    shares = hits / seeds
    return Verdict(right=float(shares.mean()), by_class=dict(zip(NAMES, shares.tolist(), strict=True)))
