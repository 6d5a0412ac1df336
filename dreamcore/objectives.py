"""What to make more of: the value that the ascent raises, from the activations of one window of the picture.

Every objective is a plain sum over places, so that a picture cut into tiles has the same one as the whole. What does
depend on the whole picture (how strongly a layer answers at all, a channel's average, which classes already crowd the
picture) is a *measure*: summed up without gradient during one step and used in the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

from dreamcore.devices import integers, reals
from dreamcore.guiding import Guide, chosen
from dreamcore.networks import LOGITS
from dreamcore.recipe import GUIDE, ResolvedRecipe

Activations = Mapping[str, Tensor]
Measures = dict[str, Tensor]

SEEN_SHARPNESS = 1.5  #: how clearly the likeliest classes of a place win it
NEIGHBOURHOOD = 3  #: places on a side that win or lose together: a motif is larger than a place
CROWDING = 1.2  #: how much a class that already fills the picture gives way to others
LOGSUMEXP_SHARE = 0.5  #: how much a class has to beat the other classes, against being strong by itself


@dataclass(frozen=True)
class Objective:
    """`layers`: (name, weight); `channels`: of the one layer, or None for all; `classes`: (index, weight)."""

    kind: str
    layers: tuple[tuple[str, float], ...]
    channels: tuple[int, ...] | None = None
    classes: tuple[tuple[int, float], ...] = ()
    guide: Guide | None = field(default=None, compare=False)

    @classmethod
    def of(cls, recipe: ResolvedRecipe, class_indices: tuple[int, ...], guide: Guide | None = None) -> Objective:
        classes = tuple(zip(class_indices, (term.weight for term in recipe.classes or ()), strict=True))
        layers = tuple((term.name, term.weight) for term in recipe.layer)
        return cls(recipe.objective, layers, recipe.channel, classes, guide)

    @property
    def needs_measures(self) -> bool:
        return self.kind in ("contrast", "seen") or (self.kind in ("energy", "mean", GUIDE) and len(self.layers) > 1)

    @property
    def measures_hold_at_any_size(self) -> bool:
        """Whether one octave's measures serve the next one: what crowds a picture does not depend on its size."""
        return self.kind == "seen"

    def measure(self, activations: Activations) -> Measures:
        """What this window adds to the picture's measures. No gradient flows through them."""
        if not self.needs_measures:
            return {}
        with torch.no_grad():
            if self.kind == "seen":
                return self._measure_seen(activations[LOGITS].float())
            measures: Measures = {}
            for name, _ in self.layers:
                a = chosen(activations[name], self.channels)
                measures[f"{name} places"] = torch.full((), float(a.shape[2] * a.shape[3]), device=a.device)
                measures[f"{name} sum"] = a.sum((2, 3), keepdim=True)
                measures[f"{name} squares"] = a.square().sum((2, 3), keepdim=True)
                measures[f"{name} size"] = a.abs().sum()
            return measures

    def value(self, activations: Activations, measures: Measures) -> Tensor:
        """What this window adds to the value to be raised: a 0-d tensor, not read here (that would wait for a GPU)."""
        if self.kind == "class":
            return self._class(activations[LOGITS].float())
        if self.kind == "seen":
            return self._seen(activations[LOGITS].float(), measures)
        terms = [weight * self._of_layer(name, activations[name], measures) for name, weight in self.layers]
        return torch.stack(terms).sum()

    def _of_layer(self, name: str, activation: Tensor, measures: Measures) -> Tensor:
        a = chosen(activation, self.channels)
        if self.kind == "contrast":
            return _standardised(a, name, measures).clamp_min(0).square().sum() / (
                measures[f"{name} places"] * a.shape[1]
            )
        if self.kind == GUIDE:
            assert self.guide is not None
            value = self.guide.likeness(name, a)
        else:
            value = a.square().sum() if self.kind == "energy" else a.sum()
        if not self.needs_measures:
            return value
        # Layers differ in size by orders of magnitude: each counts relative to what it has, so that the weights
        # mean what they say (the gradient of w log E).
        whole = measures[f"{name} squares"].sum() if self.kind == "energy" else measures[f"{name} size"]
        return value / whole.clamp_min(torch.finfo(whole.dtype).tiny)

    def _class(self, logits: Tensor) -> Tensor:
        return (self._weights(logits) * (self._candidates(logits) - self._rest(logits))).sum()

    def _weights(self, logits: Tensor) -> Tensor:
        return reals(tuple(float(w) for _, w in self.classes), logits.device).view(1, -1, 1, 1)

    def _rest(self, logits: Tensor) -> Tensor:
        """What a class has to beat at each place."""
        return LOGSUMEXP_SHARE * logits.logsumexp(1, keepdim=True)

    def _candidates(self, logits: Tensor) -> Tensor:
        """The logits of the classes that take part."""
        if not self.classes:
            return logits
        return logits.index_select(1, integers(tuple(k for k, _ in self.classes), logits.device))

    def _likely(self, candidates: Tensor) -> Tensor:
        """How likely each candidate is at each place, from what is seen around it. No gradient flows through it."""
        around = F.avg_pool2d(candidates.detach(), NEIGHBOURHOOD, 1, NEIGHBOURHOOD // 2, count_include_pad=False)
        return SEEN_SHARPNESS * around

    def _measure_seen(self, logits: Tensor) -> Measures:
        share = self._likely(self._candidates(logits)).softmax(1).sum((2, 3), keepdim=True)
        places = torch.full((), float(logits.shape[2] * logits.shape[3]), device=logits.device)
        return {"seen": share, "places": places}

    def _seen(self, logits: Tensor, measures: Measures) -> Tensor:
        """A classifier's version of the energy: at each place, more of the classes that already win there.

        A place counts as far as the network is sure of what it sees: where it sees nothing (a clear sky, white paper)
        the sum of all it might be is coloured streaks, and motifs grow in from where there is something instead.
        """
        candidates = self._candidates(logits)
        crowded = measures["seen"] / measures["places"]
        won = self._likely(candidates) - CROWDING * torch.log(crowded + 2e-3)
        sure = logits.detach().softmax(1).amax(1, keepdim=True).sqrt()
        share = won.softmax(1)
        if any(weight != 1 for _, weight in self.classes):
            share = share * self._weights(logits)
        return (sure * share * (candidates - self._rest(logits))).sum()


def _standardised(a: Tensor, name: str, measures: Measures) -> Tensor:
    """Channels on an equal footing, less what the picture has everywhere: only what stands out is made more of."""
    places = measures[f"{name} places"]
    mean = measures[f"{name} sum"] / places
    deviation = (measures[f"{name} squares"] / places - mean.square()).clamp_min(0).sqrt()
    # A channel that is silent in this picture must not count most of all for that.
    floor = 0.5 * deviation.mean() + torch.finfo(a.dtype).tiny
    return (a - mean) / deviation.maximum(floor)


def added(one: Measures, other: Measures) -> Measures:
    """The measures of two windows together."""
    return {key: one[key] + other[key] for key in other} if one else other
