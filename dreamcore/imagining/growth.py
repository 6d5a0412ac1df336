"""Pictures growing out of noise, from small to large: the loop that single pictures and the atlas's tiles share."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dreamcore.catalogue import NetworkInfo
from dreamcore.imagining.aims import Aim
from dreamcore.imagining.glances import Glance, drawn_glances, glanced
from dreamcore.imagining.manners import Manner
from dreamcore.imagining.spectrum import Waves, drawn, enlarged
from dreamcore.networks import Eye
from dreamcore.octaves import Octave

STEP = 0.03  #: by about which a wave moves, in amplitudes
LATER_NOISE = 0.01  #: of the frequencies that a larger size brings in
AVERAGES = (0.9, 0.99)  #: how much of the slope's running mean, and of its mean square, the next step keeps
SETTLING = 0.5  #: the last octave's steps grow shorter over this share of it, so that nothing flickers at the end
SHORTEST = 0.1  #: of a step, at the very end


SURELY_SEEN = 2.5  #: times the side that a network's levels need, and all of it has a place


class Growth:
    """`count` pictures at once: `step` until `finished`, then `pictures`. Can be written down and taken up again."""

    def __init__(
        self,
        octaves: Sequence[Octave],
        manner: Manner,
        *,
        count: int,
        seed: int,
        strength: float,
        device: torch.device,
    ) -> None:
        self.octaves = tuple(octaves)
        self.octave = self.made = 0  #: where it is: the octave, and the steps made in it
        self._manner = dataclasses.replace(
            manner, amplitude=manner.amplitude * strength, contrast=manner.contrast * strength**0.5
        )
        self._count, self._seed, self._device = count, seed, device
        self._waves = self._waves_of(0)
        self._coefficients, self._glances = self._drawn(0, manner.noise)
        self._mean, self._square = torch.zeros_like(self._coefficients), torch.zeros_like(self._coefficients)

    @property
    def finished(self) -> bool:
        return self.octave == len(self.octaves)

    @property
    def done(self) -> int:
        """Pixels stepped over so far."""
        pixels = sum(octave.pixels * octave.steps for octave in self.octaves[: self.octave])
        return pixels if self.finished else pixels + self.octaves[self.octave].pixels * self.made

    @property
    def share(self) -> float:
        """Of the work, from 0 to 1."""
        return self.done / sum(octave.pixels * octave.steps for octave in self.octaves)

    def step(self, eye: Callable[[Tensor], Mapping[str, Tensor]], aim: Aim) -> Tensor:
        """One step; the value before it, summed over the pictures (0-d, not read here).

        eye: pictures in [0, 1] -> activations by name.
        """
        with torch.enable_grad():
            moving = self._coefficients.detach().requires_grad_(True)
            shown = glanced(torch.sigmoid(self._waves.seen(moving)), self._glances[self.made])
            value = aim(eye(shown)).sum()
            (slope,) = torch.autograd.grad(value, moving)
        self._move(slope, self._step_size())
        self.made += 1
        if self.made == self.octaves[self.octave].steps:
            self.octave, self.made = self.octave + 1, 0
            if not self.finished:
                self._enlarge()
        return value.detach()

    def pictures(self, height: int | None = None, width: int | None = None) -> Tensor:
        """(n, 3, H, W) in [0, 1] as they are now; at the size reached, or enlarged."""
        with torch.no_grad():
            if height is None or width is None or (height, width) == (self._waves.height, self._waves.width):
                return torch.sigmoid(self._waves.seen(self._coefficients))
            # Enlarged before they are squeezed, edges stay crisp.
            larger = Waves(height, width, self._manner, self._device)
            return torch.sigmoid(larger.seen(enlarged(self._coefficients, self._waves, larger)))

    def written(self) -> tuple[dict[str, int], dict[str, NDArray[np.float32]]]:
        """All that is needed to go on later, exactly."""
        tensors = {"coefficients": self._coefficients, "mean": self._mean, "square": self._square}
        return {"octave": self.octave, "made": self.made}, {k: v.cpu().numpy() for k, v in tensors.items()}

    def taken_up(self, state: Mapping[str, int], arrays: Mapping[str, NDArray[np.float32]]) -> None:
        """Go on where `written` was called. Raises ValueError or KeyError for what does not fit."""
        octave, made = int(state["octave"]), int(state["made"])
        if not (0 <= octave < len(self.octaves) and 0 <= made < self.octaves[octave].steps):
            raise ValueError("it lies outside the work")
        waves = self._waves_of(octave)
        tensors = [torch.from_numpy(arrays[name]).to(self._device) for name in ("coefficients", "mean", "square")]
        if any(tensor.shape != (self._count, *waves.shape) or tensor.dtype != torch.float32 for tensor in tensors):
            raise ValueError("it is of another size")
        self.octave, self.made, self._waves = octave, made, waves
        self._glances = self._drawn(octave, 0.0)[1]
        self._coefficients, self._mean, self._square = tensors

    def _waves_of(self, octave: int) -> Waves:
        size = self.octaves[octave]
        return Waves(size.height, size.width, self._manner, self._device)

    def _drawn(self, octave: int, noise: float) -> tuple[Tensor, tuple[Glance, ...]]:
        """All that is random in an octave."""
        generator = torch.Generator().manual_seed(self._seed + (octave << 32))
        glances = drawn_glances(self.octaves[octave].steps, self._manner, generator)
        return drawn(self._count, self._waves, noise, generator).to(self._device), glances

    def _enlarge(self) -> None:
        before, self._waves = self._waves, self._waves_of(self.octave)
        noise, self._glances = self._drawn(self.octave, LATER_NOISE)
        self._coefficients = enlarged(self._coefficients, before, self._waves, noise)
        self._mean, self._square = torch.zeros_like(noise), torch.zeros_like(noise)

    def _step_size(self) -> float:
        if self.octave < len(self.octaves) - 1:
            return STEP
        left = 1 - (self.made + 1) / self.octaves[-1].steps
        return STEP * min(1.0, max(SHORTEST, left / SETTLING))

    def _move(self, slope: Tensor, size: float) -> None:
        """Adam (Kingma and Ba, 2014), upwards; where waves are not to move evenly, with one mean square for all."""
        square = slope.square()
        if not self._manner.even:
            square = square.mean((1, 2, 3, 4), keepdim=True).expand_as(square)
        self._mean = self._mean.lerp(slope, 1 - AVERAGES[0])
        self._square = self._square.lerp(square, 1 - AVERAGES[1])
        first, second = (1 - kept ** (self.made + 1) for kept in AVERAGES)
        length = (self._square / second).sqrt().clamp_min(torch.finfo(slope.dtype).tiny)
        moved = self._coefficients + size / first * self._mean / length
        self._coefficients = self._waves.held(moved, self._manner.contrast)


def least_side(network: NetworkInfo, eye: Eye, octaves: Sequence[Octave]) -> int:
    """Pixels of the shortest side that the eye can look at; 1 where that is far below all of these octaves.

    To find it out takes seconds in a fresh process; the catalogue's figure, for the levels, is at hand.
    """
    smallest = min(min(octave.height, octave.width) for octave in octaves)
    return 1 if smallest >= SURELY_SEEN * network.minimum_side else eye.minimum_side
