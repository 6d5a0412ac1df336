"""A step of the ascent as a pure function of tensors that stay where they are.

`ascent` makes a step of a picture of any size, with numbers that Python holds. A CUDA graph freezes both: shapes,
addresses and numbers are part of what is captured. Here all that changes from step to step and from picture to picture
(where the jitter lays it, its borders, its noise, the step's length, the width of a Gaussian) is read from tensors, and
all that does not is a `Kind`. Whoever runs `Step.run`, once by itself or captured a thousand times, gets the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from dreamcore import insets
from dreamcore.ascent import NOISE_SIDE, Look, OctaveState, Shaping
from dreamcore.calming import pulled_back
from dreamcore.devices import sent
from dreamcore.gradients import BAND_EVENNESS, cascade
from dreamcore.insets import GRID, side_on_grid
from dreamcore.networks import Eye
from dreamcore.objectives import Measures, Objective
from dreamcore.tiles import Canvas


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What steps that can share a program have in common. height, width: of the buffers, on the grid."""

    eye: Eye
    objective: Objective
    shaping: Shaping
    height: int
    width: int
    bands: int  #: of the Laplacian pyramid; 1 where there is none
    weighted: bool  #: whether it is dreamt in a region only
    noisy: bool

    @classmethod
    def of(
        cls,
        octave: OctaveState,
        *,
        eye: Eye,
        objective: Objective,
        canvas: Canvas,
        shaping: Shaping,
        noise: Tensor | None,
    ) -> Kind | None:
        """The kind of an octave's steps; None where they cannot be written so, and `ascent` makes them.

        That is so for tiles, for a picture that wraps, with a guide (each has its own size), and for a network that
        somebody watches with hooks.
        """
        whole = len(canvas.tiles) == 1 and canvas.tiles[0].core == canvas.tiles[0].window
        if not whole or canvas.wraps or octave.wraps or objective.guide is not None or GRID % eye.stride:
            return None
        if any(module._forward_hooks or module._forward_pre_hooks for module in eye.modules()):
            return None
        height, width = octave.picture.shape[2:]
        return cls(
            eye=eye,
            objective=objective,
            shaping=shaping,
            height=side_on_grid(canvas.height),
            width=side_on_grid(canvas.width),
            bands=insets.bands_of(height, width) if shaping.smoothing in BAND_EVENNESS else 1,
            weighted=octave.weight is not None,
            noisy=noise is not None,
        )


class Step:
    """The tensors of one kind of step, and the step.

    begin -> (turn -> run) for each step -> end. The picture lies in the corner of its buffer (see `insets`).
    """

    def __init__(self, kind: Kind, device: torch.device) -> None:
        self.kind, self.device = kind, device
        height, width = kind.height, kind.width
        self.picture = torch.zeros(1, 3, height, width, device=device)
        self.noise = torch.zeros(1, 3, min(height, NOISE_SIDE), min(width, NOISE_SIDE), device=device)
        self.weight = torch.zeros(1, 1, height, width, device=device) if kind.weighted else None
        self.base = torch.zeros(1, 3, height, width, dtype=torch.uint8, device=device) if kind.shaping.pull else None
        self.size, self.value = (torch.zeros((), device=device) for _ in range(2))
        self.bells = torch.zeros(2, insets.REACH + 1, device=device)
        self.tables = insets.Tables(height, width, kind.bands, device)
        self.places = torch.zeros(3 * (height + width), dtype=torch.int32, device=device)
        self.measures: Measures = {}
        self._turns = self._bells_of = self._sizes = self.places

    @property
    def bytes(self) -> int:
        """What its buffers take, beside what a run takes."""
        buffers = (self.picture, self.noise, self.weight, self.base, self.places)
        return sum(buffer.nbytes for buffer in buffers if buffer is not None)

    @property
    def state(self) -> tuple[Tensor, ...]:
        """What a run changes and the next one reads."""
        return (self.picture, self.value, *self.measures.values())

    def begin(
        self,
        octave: OctaveState,
        *,
        margins: Sequence[tuple[int, int]],
        noise: Tensor | None,
        size: Tensor,
        measures: Measures | None,
    ) -> None:
        """Take an octave's picture in; from here to `end`, `octave.picture` is where it is worked on.

        margins, noise, measures: as for `ascent`; size: as for `OctaveState.climb`.
        """
        height, width = octave.picture.shape[2:]
        self.picture.zero_()[:, :, :height, :width].copy_(octave.picture)
        if self.weight is not None and octave.weight is not None:
            self.weight.zero_()[:, :, :height, :width].copy_(octave.weight)
        if self.base is not None:
            self.base[:, :, :height, :width].copy_(octave.base)
        texture = (1, 1)
        if noise is not None:
            texture = int(noise.shape[2]), int(noise.shape[3])
            self.noise[:, :, : texture[0], : texture[1]].copy_(noise)
        self._sizes = size * sent(lengths(len(margins), self.kind.shaping), self.device)
        self.tables.take(*(sent(table, self.device) for table in self.tables.fill(height, width)))
        self._turns = sent(_turns((self.kind.height, self.kind.width), (height, width), texture, margins), self.device)
        self._bells_of = sent(_bells(len(margins)), self.device)
        octave.picture = self.picture[:, :, :height, :width]
        if self.kind.objective.needs_measures:
            self.turn(0)
            self._take(self.look() if measures is None else measures)

    def turn(self, number: int) -> None:
        """Lay the picture where step `number` wants it."""
        self.places.copy_(self._turns[number])
        self.bells.copy_(self._bells_of[number])
        self.size.copy_(self._sizes[number])

    def end(self, octave: OctaveState) -> Measures:
        """Hand the picture back, and the last step's measures."""
        octave.picture = octave.picture.clone(memory_format=torch.contiguous_format)
        return {name: measure.clone() for name, measure in self.measures.items()}

    @torch.no_grad()
    def look(self) -> Measures:
        """The measures that a first step starts from."""
        return self.kind.objective.measure(self.kind.eye(self._seen()))

    @torch.no_grad()
    def run(self) -> None:
        """One step: reads and writes the buffers, and nothing else that outlives it; waits for nothing."""
        kind = self.kind
        seen = self._seen().requires_grad_(True)
        with torch.enable_grad():
            activations = kind.eye(seen)
            value = kind.objective.value(activations, self.measures)
            (slope,) = torch.autograd.grad(value, seen)
        self.value.copy_(value.detach())
        self._take(kind.objective.measure(activations))
        rows, columns = self._axes()[2]
        self._climb(slope.index_select(2, rows).index_select(3, columns).contiguous())

    def _seen(self) -> Tensor:
        """What the network is shown, channels-last: the picture mirrored in its margins, and noise."""
        (rows, columns), (noise_rows, noise_columns), _ = self._axes()
        seen = self.picture.index_select(2, rows).index_select(3, columns)
        if self.kind.noisy:
            seen.add_(self.noise.index_select(2, noise_rows).index_select(3, noise_columns))
        return seen.contiguous(memory_format=torch.channels_last)

    def _axes(self) -> list[tuple[Tensor, Tensor]]:
        height, width = self.kind.height, self.kind.width
        parts = torch.split(self.places, [height, width] * 3)
        return list(zip(parts[::2], parts[1::2], strict=True))

    def _climb(self, slope: Tensor) -> None:
        """As `OctaveState.climb`."""
        shaping, levels = self.kind.shaping, self.tables.levels
        step = insets.smoothed(slope, shaping.smoothing, levels, self.bells)
        if self.weight is not None:
            step.mul_(self.weight)
        step = insets.normalised(step, shaping.normalisation, levels[0], self.weight)
        self.picture.addcmul_(step, self.size)
        if self.base is not None:
            self.picture.copy_(pulled_back(self.picture, self.base.float() / 255, shaping.pull))
        self.picture.clamp_(0, 1)

    def _take(self, measures: Measures) -> None:
        for name, measure in measures.items():
            if name not in self.measures:
                self.measures[name] = torch.empty_like(measure)
            self.measures[name].copy_(measure)


def _turns(
    sides: tuple[int, int], lengths: tuple[int, int], texture: tuple[int, int], margins: Sequence[tuple[int, int]]
) -> Tensor:
    """For each step, of both axes: which pixel and which of the noise is seen where, and where a pixel is seen."""
    parts = []
    for kind in range(3):
        for axis in range(2):
            start = np.array([margin[axis] for margin in margins], np.int32)[:, None]
            places = np.arange(sides[axis], dtype=np.int32)
            if kind == 0:
                part = insets.mirrored_places(places - start, lengths[axis])
            elif kind == 1:
                part = (places - start) % np.int32(texture[axis])
            else:
                part = np.minimum(places + start, sides[axis] - 1)
            parts.append(part.astype(np.int32))
    return torch.from_numpy(np.concatenate(parts, 1))


def _bells(steps: int) -> Tensor:
    """For each step, of the cascade's two Gaussians: how they weigh."""
    return torch.tensor([[insets.bell_weights(sigma) for sigma in cascade(step / steps)] for step in range(steps)])


def lengths(steps: int, shaping: Shaping) -> Tensor:
    """How long each step is, beside the first."""
    return torch.tensor([shaping.growth ** (step / steps) for step in range(steps)])


def margins_of(looks: Sequence[Look], margin: int) -> list[tuple[int, int]]:
    """The picture's place in each step."""
    return [(margin + look.down, margin + look.right) for look in looks]
