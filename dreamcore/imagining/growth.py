"""Pictures growing out of noise, from small to large: the loop that single pictures and the atlas's tiles share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dreamcore.imagining.aims import Aim
from dreamcore.imagining.glances import Glance, drawn_glances, glanced
from dreamcore.imagining.spectrum import Waves, drawn, enlarged, in_range, spread
from dreamcore.networks import Eye
from dreamcore.octaves import Octave

AMPLITUDE = 3.0  #: of the waves, against one step: larger is bolder and rougher
NOISE = 0.01  #: to begin with, in steps' units
STEP = 0.03  #: of Adam, which moves every wave by about this much
MEMORY = (0.9, 0.99)  #: of Adam's two averages
SETTLING = 0.5  #: the last octave's steps grow shorter over this share of it, so that nothing flickers at the end
SHORTEST = 0.1  #: of a step, at the very end
#: Brightness before squeezing varies by this much in the end: neither grey mush nor black and white.
CONTRAST = 0.95
LARGEST_CORRECTION = 1.6


class Growth:
    """`count` pictures at once: `step` until `finished`, then `picture`. Can be written down and taken up again."""

    def __init__(
        self, octaves: Sequence[Octave], *, count: int, seed: int, strength: float, device: torch.device
    ) -> None:
        self.octaves = tuple(octaves)
        self.device = device
        self.strength = strength
        self.seed = seed
        self.count = count
        self.octave = self.made = 0  #: where it is: the octave, and the steps made in it
        self._waves = self._waves_of(0)
        self._glances: tuple[Glance, ...] = ()
        self._coefficients = torch.empty(0)
        self._averages: tuple[Tensor, Tensor] = (torch.empty(0), torch.empty(0))
        self._begin(0)

    @property
    def finished(self) -> bool:
        return self.octave == len(self.octaves)

    def step(self, eye: Eye, aim: Aim) -> Tensor:
        """One step; the value before it, summed over the pictures (0-d, not read here)."""
        octave = self.octaves[self.octave]
        with torch.enable_grad():
            moving = self._coefficients.detach().requires_grad_(True)
            shown = glanced(in_range(self._waves.seen(moving)), self._glances[self.made])
            value = aim(eye(shown)).sum()
            (slope,) = torch.autograd.grad(value, moving)
        self.made += 1
        self._move(slope, self._step_size(octave))
        if self.made == octave.steps:
            self.octave, self.made = self.octave + 1, 0
            if not self.finished:
                self._begin(self.octave)
        return value.detach()

    def picture(self) -> Tensor:
        """(n, 3, H, W) in [0, 1] as they are now, at the size reached, evenly contrasted."""
        with torch.no_grad():
            seen = self._waves.seen(self._coefficients)
            wanted = CONTRAST * self.strength**0.5
            correction = (wanted / spread(seen).clamp_min(1e-6)).clamp(1 / LARGEST_CORRECTION, LARGEST_CORRECTION)
            return in_range(seen, correction)

    def written(self) -> tuple[dict[str, int], dict[str, NDArray[np.float32]]]:
        """All that is needed to go on later, exactly."""
        tensors = {"coefficients": self._coefficients, "mean": self._averages[0], "square": self._averages[1]}
        return {"octave": self.octave, "made": self.made}, {k: v.cpu().numpy() for k, v in tensors.items()}

    def taken_up(self, state: Mapping[str, int], arrays: Mapping[str, NDArray[np.float32]]) -> None:
        """Go on where `written` was called. Raises ValueError for what does not fit."""
        octave, made = int(state["octave"]), int(state["made"])
        if not (0 <= octave < len(self.octaves) and 0 <= made < self.octaves[octave].steps):
            raise ValueError("it lies outside the work")
        self._waves = self._waves_of(octave)
        tensors = [torch.from_numpy(arrays[name]).to(self.device) for name in ("coefficients", "mean", "square")]
        if any(tensor.shape != (self.count, *self._waves.shape) for tensor in tensors):
            raise ValueError("it is of another size")
        self.octave, self.made = octave, made
        self._coefficients, self._averages = tensors[0], (tensors[1], tensors[2])
        self._glances = self._draw(octave)[1]

    def _waves_of(self, octave: int) -> Waves:
        size = self.octaves[octave]
        return Waves(size.height, size.width, AMPLITUDE * self.strength, self.device)

    def _draw(self, octave: int) -> tuple[Tensor, tuple[Glance, ...]]:
        """All that is random in an octave."""
        generator = torch.Generator().manual_seed(self.seed + (octave << 32))
        glances = drawn_glances(self.octaves[octave].steps, generator)
        return drawn(self.count, self._waves, NOISE, generator).to(self.device), glances

    def _begin(self, octave: int) -> None:
        before, self._waves = self._waves, self._waves_of(octave)
        noise, self._glances = self._draw(octave)
        self._coefficients = enlarged(self._coefficients, before, self._waves, noise) if octave else noise
        self._averages = (torch.zeros_like(noise), torch.zeros_like(noise))

    def _step_size(self, octave: Octave) -> float:
        if octave is not self.octaves[-1]:
            return STEP
        left = 1 - self.made / octave.steps
        return STEP * min(1.0, max(SHORTEST, left / SETTLING))

    def _move(self, slope: Tensor, size: float) -> None:
        """Adam (Kingma and Ba, 2014), upwards."""
        mean, square = self._averages
        mean.lerp_(slope, 1 - MEMORY[0])
        square.lerp_(slope.square(), 1 - MEMORY[1])
        first, second = (1 - memory**self.made for memory in MEMORY)
        tiny = torch.finfo(slope.dtype).tiny
        self._coefficients = self._coefficients + (mean / first) * size / ((square / second).sqrt() + tiny)
