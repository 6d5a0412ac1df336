"""What a network believes it sees in a whole picture: its own classification, as it was taught to give it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from dreamcore.networks import Network

SQUARE = 1.25  #: of sides: up to here the middle square stands for the whole picture
MOST_LOOKS = 7  #: squares along a long picture


@dataclass(frozen=True, kw_only=True)
class Belief:
    """One class, and how sure the network is of it."""

    index: int  #: in the network's list of classes; `classes=` takes it too
    name: str  #: the first of the names that the class has
    share: float  #: from 0 to 1; those of all classes add up to 1


def believed(network: Network, rgb: NDArray[np.uint8]) -> tuple[Belief, ...]:
    """Every class of the network with its share in `rgb` (H, W, 3), the likeliest first; () where none has a name.

    A long picture is looked at square by square, half over one another, and the shares are averaged: the network was
    taught on squares, and its middle alone would be believed to be all there is.
    """
    if not network.classes:
        return ()
    looks = [network.classify(_tensor(square)) for square in _squares(rgb)]
    shares = torch.cat(looks).softmax(1).mean(0)
    order = shares.argsort(descending=True, stable=True).tolist()
    return tuple(Belief(index=k, name=_first(network.classes[k]), share=float(shares[k])) for k in order)


def risen(before: Sequence[Belief], after: Sequence[Belief], *, most: int, least: float = 0.02) -> tuple[Belief, ...]:
    """What is believed more than before, by at least `least`: the most risen, with their shares now, largest first."""
    was = {belief.index: belief.share for belief in before}
    grown = sorted(after, key=lambda belief: was[belief.index] - belief.share)
    more = [belief for belief in grown[:most] if belief.share - was[belief.index] >= least]
    return tuple(sorted(more, key=lambda belief: -belief.share))


def _first(names: str) -> str:
    return names.partition(",")[0].strip()


def _tensor(rgb: NDArray[np.uint8]) -> torch.Tensor:
    """(H, W, 3) -> (1, 3, H, W) in [0, 1]."""
    return torch.from_numpy(np.array(rgb)).permute(2, 0, 1)[None].float() / 255


def _squares(rgb: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    height, width = rgb.shape[:2]
    side, long = min(height, width), max(height, width)
    if long <= SQUARE * side:
        return [rgb]
    count = min(MOST_LOOKS, math.ceil(2 * long / side) - 1)
    starts = [round(at * (long - side) / (count - 1)) for at in range(count)]
    return [rgb[:, at : at + side] if width > height else rgb[at : at + side] for at in starts]
