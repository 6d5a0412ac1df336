"""One step of a film's frame: at some octave, for some station of the journey; only what it adds is enlarged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from dreamcore import ascent
from dreamcore.ascent import Shaping
from dreamcore.gradients import normalised, smoothed
from dreamcore.guiding import guide_of
from dreamcore.networks import Eye, Network
from dreamcore.objectives import Measures, Objective
from dreamcore.octaves import Octave, enlarged
from dreamcore.picture import Picture
from dreamcore.planning import canvas_of, eye_for, largest_window
from dreamcore.recipe import ResolvedRecipe
from dreamcore.shortage import within_memory
from dreamcore.styles import reference_change
from dreamcore.tiles import MARGIN


class Dreamer:
    """What is dreamt at one station of a film, and what was measured in the frame before."""

    def __init__(
        self,
        recipe: ResolvedRecipe,
        network: Network,
        device: torch.device,
        budget: int,
        guide: Picture | None = None,
    ) -> None:
        self.recipe = recipe
        self.network, self.device, self.budget = network, device, budget
        classes = tuple(network.info.find_class(term.name) for term in recipe.classes or ())
        self.objective = Objective.of(recipe, classes, guide_of(guide, recipe, self.eye))
        self.shaping = Shaping(smoothing=recipe.smoothing, normalisation=recipe.normalisation)
        self.reference = max(reference_change(network.info, term.name) for term in recipe.layer)
        self.measures: dict[str, Measures] = {}  #: by octave; only "" where they hold at any size

    @property
    def eye(self) -> Eye:
        return eye_for(self.network, self.recipe, self.device)  # the network keeps the last few

    def step(self, picture: Tensor, octave: Octave, look: ascent.Look, noise: Tensor, jitter: int) -> Tensor:
        """What one step at `octave` adds to `picture` (1, 3, H, W), at its size, before it gets its length.

        Raises OutOfMemory.
        """
        return within_memory(lambda budget: self._step(picture, octave, look, noise, jitter, budget), self.budget)

    def _step(
        self, picture: Tensor, octave: Octave, look: ascent.Look, noise: Tensor, jitter: int, budget: int
    ) -> Tensor:
        self.budget = budget  # what was too much for one step is not tried with the next
        size = octave.height, octave.width
        small = picture if picture.shape[2:] == size else shrunk_picture(picture, *size)
        eye = self.eye
        seen: dict[str, Any] = {
            "eye": eye,
            "objective": self.objective,
            "canvas": canvas_of(octave, eye, jitter, largest_window(eye, budget, octave)),
            "margins": (MARGIN + look.down, MARGIN + look.right),
            "noise": noise,
        }
        key = "" if self.objective.measures_hold_at_any_size else f"{octave.height}x{octave.width}"
        measures = self.measures.get(key)
        if measures is None:
            measures = ascent.measured(small, **seen)
        slope = torch.empty_like(small)
        _, self.measures[key] = ascent.gradient(small, **seen, measures=measures, out=slope)
        added = normalised(smoothed(slope, self.shaping.smoothing, 1.0), self.shaping.normalisation)
        return enlarged(added, *picture.shape[2:])

    def state(self, place: int) -> dict[str, NDArray[Any]]:
        """The measures as arrays, named after this station's `place` in the journey."""
        return {
            f"{place}|{octave}|{name}": value.cpu().numpy()
            for octave, measures in self.measures.items()
            for name, value in measures.items()
        }

    def resume(self, place: int, arrays: Mapping[str, NDArray[Any]]) -> None:
        for key, array in arrays.items():
            if key.startswith(f"{place}|"):
                _, octave, name = key.split("|", 2)
                self.measures.setdefault(octave, {})[name] = torch.from_numpy(array).to(self.device)


def shrunk_picture(picture: Tensor, height: int, width: int) -> Tensor:
    """(1, 3, H, W) at another size, without aliases."""
    return F.interpolate(picture, (height, width), mode="bilinear", antialias=True, align_corners=False)
