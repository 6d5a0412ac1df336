"""A guide: a second picture, whose likeness grows in the first.

For each place of the picture, the place of the guide that it is most like is looked for among the activations of a
layer, and the picture is moved towards it: google/deepdream's guided dreaming (2015). What a layer makes of everything
(its mean) is taken out of both, so that a place is matched by what is particular about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from dreamcore.networks import Eye
from dreamcore.picture import Picture, fill_hidden
from dreamcore.recipe import GUIDE, ResolvedRecipe

SIDES = (224,)  #: pixels of the guide's longer side
AT_ONCE = 1 << 22  #: pairs of places that are compared at once


@dataclass(frozen=True)
class Guide:
    """What a guide shows: for each layer its places (C, places), each of length 1."""

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
    names = [term.name for term in recipe.layer]
    found: dict[str, list[Tensor]] = {name: [] for name in names}
    device = eye.mean.device
    whole = torch.from_numpy(np.ascontiguousarray(fill_hidden(picture))).permute(2, 0, 1)[None].to(device).float() / 255
    for side in SIDES:
        shrink = side / max(picture.height, picture.width)
        size = [max(eye.minimum_side, round(length * shrink)) for length in (picture.height, picture.width)]
        seen = F.interpolate(whole, size, mode="bicubic", antialias=True, align_corners=False).clamp_(0, 1)
        with torch.no_grad():
            activations = eye(seen)
        for name in names:
            found[name].append(chosen(activations[name], recipe.channel)[0].flatten(1))
    return Guide({name: F.normalize(torch.cat(several, 1), dim=0) for name, several in found.items()})


def chosen(activation: Tensor, channels: tuple[int, ...] | None) -> Tensor:
    """An activation as (1, C, h, w) in float32, of these channels; behind a global pooling it has one place."""
    activation = activation.float()
    if activation.dim() == 2:
        activation = activation[:, :, None, None]
    return activation if channels is None else activation[:, list(channels)]
