"""What a network imagines when it is asked for each of its classes: `dreamcore.imagining`, many classes at once.

It takes any network with a logit for each class, also one that is being trained and has no name yet.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from dreamcore.imagining.aims import class_of_each
from dreamcore.imagining.growth import Growth
from dreamcore.imagining.manners import DRAWINGS
from dreamcore.networks import LOGITS

STEPS = 60  #: at the smallest size


def imagine_every_class(net: nn.Module, classes: int, *, seed: int, batch: int = 30, size: int = 112) -> Tensor:
    """One picture (n, 3, size, size) in [0, 1] for every class, in the order of the logits."""

    def eye(pictures: Tensor) -> Mapping[str, Tensor]:
        return {LOGITS: net(pictures.contiguous(memory_format=torch.channels_last))}

    made = []
    for number, part in enumerate(torch.split(torch.arange(classes), batch)):
        growth = Growth(
            DRAWINGS.octaves(size, size, STEPS),
            DRAWINGS,
            count=len(part),
            seed=seed * 1000 + number,
            strength=1.0,
            device=torch.device("cpu"),
        )
        aim = class_of_each(part.tolist())
        while not growth.finished:
            growth.step(eye, aim)
        made.append(growth.pictures())
    return torch.cat(made)
