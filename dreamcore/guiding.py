"""A guide: a second picture, whose likeness grows in the first.

For each place of the picture, the place of the guide with the largest dot product is looked for among the activations
of a layer, and the picture is moved towards it: google/deepdream's guided dreaming (2015). The dot product, not the
cosine: what the guide shows most clearly grows then, and not its background. One weight a channel for the whole
picture (crowsonkb/deep_dream) was tried too: its forms are vaguer, and with `daydream` there are none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from dreamcore.catalogue import NetworkInfo
from dreamcore.devices import integers
from dreamcore.networks import Eye
from dreamcore.octaves import Octave
from dreamcore.picture import Picture, fill_hidden
from dreamcore.recipe import GUIDE, ResolvedRecipe

SIDE = 224  #: pixels of the guide's longer side: about the size that the networks were taught at
AT_ONCE = 1 << 22  #: pairs of places that are compared at once


@dataclass(frozen=True)
class Guide:
    """What a guide shows: for each layer its places (C, places), of length 1 in the mean of their squares."""

    places: Mapping[str, Tensor]

    def likeness(self, name: str, activation: Tensor) -> Tensor:
        """How like the guide each place of `activation` (1, C, h, w) is, summed up. Differentiable; a 0-d tensor."""
        guide = self.places[name]
        here = activation[0].flatten(1)
        with torch.no_grad():
            step = max(1, AT_ONCE // guide.shape[1])
            best = torch.cat([(some.T @ guide).argmax(1) for some in torch.split(here, step, 1)])
            wanted = guide[:, best]
        return (here * wanted).sum()


def guide_of(picture: Picture | None, recipe: ResolvedRecipe, eye: Eye) -> Guide | None:
    """What the recipe's layers see in the guide; None where the recipe reads none."""
    if recipe.objective != GUIDE or picture is None:
        return None
    shrink = SIDE / max(picture.height, picture.width)
    size = [max(eye.minimum_side, round(length * shrink)) for length in (picture.height, picture.width)]
    whole = torch.from_numpy(fill_hidden(picture)).to(eye.mean.device).permute(2, 0, 1)[None].float() / 255
    with torch.no_grad():
        seen = F.interpolate(whole, size, mode="bicubic", antialias=True, align_corners=False).clamp_(0, 1)
        activations = eye(seen)
        return Guide({term.name: _places(activations[term.name], recipe.channel) for term in recipe.layer})


def matching_operations(picture: Picture, recipe: ResolvedRecipe, network: NetworkInfo, octave: Octave) -> int:
    """What finding the best matches costs in one step, in multiplications and additions."""
    if recipe.objective != GUIDE:
        return 0
    shrink = SIDE / max(picture.height, picture.width)
    guide = picture.height * picture.width * shrink**2
    layers = [info for term in recipe.layer for info in network.find_layers(term.name)]
    return round(sum(2 * info.channels * guide * octave.pixels / info.stride**4 for info in layers))


def _places(activation: Tensor, channels: tuple[int, ...] | None) -> Tensor:
    places = chosen(activation, channels)[0].flatten(1)
    return places / places.square().sum(0).mean().sqrt().clamp_min(torch.finfo(places.dtype).tiny)


def chosen(activation: Tensor, channels: tuple[int, ...] | None) -> Tensor:
    """An activation as (1, C, h, w) in float32, of these channels; behind a global pooling it has one place."""
    activation = activation.float()
    if activation.dim() == 2:
        activation = activation[:, :, None, None]
    return activation if channels is None else activation[:, integers(channels, activation.device)]
