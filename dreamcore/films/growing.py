"""The making-of: how one picture's dream comes about, octave by octave and step by step, up to the finished dream."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dreamcore.films.resolving import FilmPlan
from dreamcore.films.schedule import eased

BEFORE = 0.06  #: of the film, in which the picture is seen as it is
HELD = 0.24  #: in which the finished dream is
WAKING = 0.16  #: in which a loop comes back to the picture, out of what the dream is held
EVEN = 0.5  #: between one step as long as the other, and time by how much a step changes

Rgb = NDArray[np.uint8]
#: Dreams the picture, and calls back with each state of it, (H, W, 3); returns the finished dream.
Grow = Callable[[Callable[[Rgb], None]], Rgb]


class Growing:
    """Makes the frames of a making-of, from the picture `first` (H, W, 3); any may be asked for first.

    grow: called once, when the first frame is asked for. Where work goes on later it dreams again: that takes as long
    as a few frames of any other film, and what it is made of would fill a checkpoint.
    """

    def __init__(self, first: Rgb, plan: FilmPlan, grow: Grow) -> None:
        self.first, self.plan, self.grow = first, plan, grow
        self.loop = plan.recipe.loop == "on"
        self._states: list[Rgb] = []
        self._times: list[float] = []  # of each state, as a share of the time in which the dream grows

    def frame(self, number: int, after_step: Callable[[], None]) -> Tensor:
        """Frame `number`, (1, 3, H, W) in [0, 1]."""
        if not self._states:
            self._dream(after_step)
        share = number / self.plan.frames
        grown = self._at((share - BEFORE) / (1 - BEFORE - HELD))
        if self.loop:
            waking = eased((share - 1 + WAKING) / WAKING)
            grown = torch.lerp(grown, _tensor(self.first), waking)
        after_step()
        return grown

    def _dream(self, after_step: Callable[[], None]) -> None:
        states = [self.first]

        def add(state: Rgb) -> None:
            after_step()
            states.append(state)

        states.append(self.grow(add))
        changes = [_change(*pair) for pair in itertools.pairwise(states)]
        usual = sum(changes) / len(changes) or 1.0
        lengths = [EVEN * usual + (1 - EVEN) * change for change in changes]
        self._times = [sum(lengths[:count]) / sum(lengths) for count in range(len(states))]
        self._states = states

    def _at(self, time: float) -> Tensor:
        """The dream at this share of the time in which it grows; between two of its states, a mixture."""
        if time <= 0:
            return _tensor(self._states[0])
        if time >= 1:
            return _tensor(self._states[-1])
        later = int(np.searchsorted(self._times, time, side="right"))
        before, after = self._times[later - 1], self._times[later]
        return torch.lerp(
            _tensor(self._states[later - 1]), _tensor(self._states[later]), (time - before) / (after - before)
        )

    def state(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """Nothing: see above."""
        return {}, {}

    def resume(self, state: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Nothing to go on from."""


def _change(before: Rgb, after: Rgb) -> float:
    """Root mean square, of full scale."""
    return float(np.sqrt(np.mean(np.square(after.astype(np.float32) - before)))) / 255


def _tensor(rgb: Rgb) -> Tensor:
    return torch.from_numpy(rgb).permute(2, 0, 1)[None].float() / 255
