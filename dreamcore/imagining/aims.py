"""What a picture out of noise should become: values to raise, one a picture, from what the network sees of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from dreamcore.catalogue import NetworkInfo
from dreamcore.imagining.recipe import ResolvedImagineRecipe
from dreamcore.networks import LOGITS

#: Activations, by name, of n pictures -> (n,) values.
Aim = Callable[[Mapping[str, Tensor]], Tensor]

RIVALS = 0.6  #: how much a class has to beat the others, against being strong by itself
ALONE = 0.85  #: of its own places, where several classes share a picture; the rest of its value comes from anywhere
WAKING = 0.1  #: slope of a silent channel
SHARP = 12.0  #: how sharply the places of several classes are parted


def aim_of(recipe: ResolvedImagineRecipe, network: NetworkInfo) -> Aim:
    """The aim of a recipe's one picture."""
    if recipe.classes:
        indices = [network.find_class(term.name) for term in recipe.classes]
        if len(indices) == 1:
            return class_of_each(indices)
        weights = [term.weight for term in recipe.classes]
        return _Classes(tuple(indices), tuple(weights), direction=2 * math.pi * (recipe.seed % 360) / 360)
    layers = recipe.layer or ()
    if recipe.channel:
        return channels_of(layers[0].name, [recipe.channel])
    return _Layers(tuple((term.name, term.weight) for term in layers))


def channels_of(layer: str, groups: Sequence[tuple[int, ...]]) -> Aim:
    """One picture for each group of a layer's channels: all of the group, everywhere. Of unrectified values."""

    def aim(activations: Mapping[str, Tensor]) -> Tensor:
        a = _places(activations[layer])
        return torch.stack([_awake(a[number, list(group)]).mean() for number, group in enumerate(groups)])

    return aim


def quilt_of(layer: str, channels: Sequence[int]) -> Aim:
    """Channels of a layer side by side in one picture, in equal squares. Of unrectified values."""

    def aim(activations: Mapping[str, Tensor]) -> Tensor:
        a = _places(activations[layer])
        height, width = a.shape[2:]
        across = max(1, min(math.isqrt(len(channels)), height, width))
        down, right = (torch.arange(length, device=a.device) * across // length for length in (height, width))
        chosen = torch.tensor(channels, device=a.device)[down[:, None] * across + right[None]]
        return _awake(a.gather(1, chosen.expand(len(a), 1, height, width))).mean((1, 2, 3))

    return aim


def _awake(a: Tensor) -> Tensor:
    """What a channel says, with a little of what it would say if it were not silent: most are, in noise."""
    return F.leaky_relu(a, WAKING)


def class_of_each(indices: Sequence[int]) -> Aim:
    """One picture for each class, all of it."""

    def aim(activations: Mapping[str, Tensor]) -> Tensor:
        logits = _places(activations[LOGITS]).mean((2, 3))
        return logits.gather(1, torch.tensor(indices, device=logits.device)[:, None])[:, 0] - _rivals(logits)

    return aim


def _rivals(logits: Tensor) -> Tensor:
    """What classes have to beat."""
    return RIVALS * logits.logsumexp(1)


@dataclass(frozen=True)
class _Layers:
    """All of some layers: what varies in each channel, relative to what it is, so that weights mean what they say."""

    layers: tuple[tuple[str, float], ...]

    def __call__(self, activations: Mapping[str, Tensor]) -> Tensor:
        values = [weight * _liveliness(_places(activations[name])) for name, weight in self.layers]
        return torch.stack(values).sum(0)


def _liveliness(a: Tensor) -> Tensor:
    """How much a layer's channels vary over the picture: many a little rather than one very much."""
    if a.shape[2] * a.shape[3] > 1:
        a = a - a.mean((2, 3), keepdim=True)
    tiny = torch.finfo(a.dtype).tiny
    return (a.square().mean((2, 3)) + tiny).sqrt().mean(1).clamp_min(tiny).log()


@dataclass(frozen=True)
class _Classes:
    """Several classes by index: each has its own part of the picture, as large as its weight."""

    indices: tuple[int, ...]
    weights: tuple[float, ...]
    direction: float  # in which the first one lies, radians

    def __call__(self, activations: Mapping[str, Tensor]) -> Tensor:
        logits = _places(activations[LOGITS])
        above = logits[:, list(self.indices)] - _rivals(logits)[:, None]
        wanted = [weight for weight in self.weights if weight > 0]
        shares = iter(shared_places(wanted, logits.shape[2], logits.shape[3], self.direction).to(logits.device))
        total = logits.new_zeros(len(logits))
        for number, weight in enumerate(self.weights):
            # Less of something means less of it anywhere.
            part = weight if weight < 0 else ALONE * next(shares) + (1 - ALONE) * weight / sum(wanted)
            total = total + (above[:, number] * part).mean((1, 2))
        return total


def shared_places(weights: list[float], height: int, width: int, direction: float) -> Tensor:
    """(n, h, w), summing to 1 at each place: sectors around the middle, each with its weight's share of the area."""
    down = (torch.arange(height) + 0.5)[:, None] / height - 0.5
    right = (torch.arange(width) + 0.5)[None] / width - 0.5
    angles = [direction + 2 * math.pi * number / len(weights) for number in range(len(weights))]
    towards = torch.stack([right * math.cos(angle) + down * math.sin(angle) for angle in angles]) * SHARP
    wanted = torch.tensor(weights) / sum(weights)
    lean = torch.zeros(len(weights))
    for _ in range(60):  # borders move until every part is as large as it should be
        has = (towards + lean[:, None, None]).softmax(0).mean((1, 2))
        lean = lean + torch.log(wanted / has.clamp_min(1e-6))
    return (towards + lean[:, None, None]).softmax(0)


def _places(activation: Tensor) -> Tensor:
    """(n, C, h, w) in float32; behind a global pooling there is one place."""
    activation = activation.float()
    return activation[:, :, None, None] if activation.dim() == 2 else activation
