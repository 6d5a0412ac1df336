"""Gradient ascent on a picture, one octave at a time.

The picture is changed, not the network: a step asks how the objective would rise, and moves every pixel a little that
way (Mordvintsev, Olah and Tyka, "Inceptionism", 2015). Everything random is drawn beforehand from the recipe's seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from dreamcore.calming import pulled_back
from dreamcore.gradients import normalised, smoothed
from dreamcore.networks import Eye
from dreamcore.objectives import Activations, Measures, Objective, added
from dreamcore.strips import root_mean_square, strips
from dreamcore.tiles import Box, Canvas, Tile, repeated
from dreamcore.wrapping import continued_while

NOISE = 0.006  #: of full scale; in what the network is shown, never in the picture
NOISE_SIDE = 512  #: the noise repeats after this many pixels, so that it costs no picture-sized buffer


@dataclass(frozen=True, kw_only=True)
class Shaping:
    """How a step's gradient becomes a step."""

    smoothing: str
    normalisation: str
    pull: float = 0.0  #: how far a step is pulled back towards the source (see `calming`)
    growth: float = 1.0  #: how much longer steps become in the course of an octave


@dataclass(frozen=True)
class Look:
    """How the network is shown the picture in one step: what the jitter drew."""

    down: int
    right: int
    roll: tuple[int, int] = (0, 0)  #: rows and columns that a picture without borders is rolled by


def drawn_looks(count: int, jitter: int, generator: torch.Generator) -> tuple[Look, ...]:
    """`count` places to lay the picture at, drawn at once: neither a captured graph nor a neighbour can change them."""
    offsets = torch.randint(0, jitter + 1, (count, 2), generator=generator).tolist()
    return tuple(Look(down, right) for down, right in offsets)


def rolled_looks(looks: tuple[Look, ...], side: int, generator: torch.Generator) -> tuple[Look, ...]:
    """The same looks at a picture that wraps, rolled by up to `side`: where the canvas ends is elsewhere each time."""
    rolls = torch.randint(0, side, (len(looks), 2), generator=generator).tolist()
    return tuple(replace(look, roll=(down, right)) for look, (down, right) in zip(looks, rolls, strict=True))


def drawn_noise(height: int, width: int, generator: torch.Generator) -> Tensor:
    """(1, 3, h, w) of standard noise, at most NOISE_SIDE on a side."""
    return torch.randn(1, 3, min(height, NOISE_SIDE), min(width, NOISE_SIDE), generator=generator)


def gradient(
    picture: Tensor,
    *,
    eye: Eye,
    objective: Objective,
    canvas: Canvas,
    margins: tuple[int, int],
    noise: Tensor | None,
    measures: Measures,
    out: Tensor,
) -> tuple[Tensor, Measures]:
    """The objective's gradient with respect to every pixel of `picture` (1, 3, H, W), written to `out`.

    margins: the picture's place on the canvas (rows, columns). noise: added to what the network sees, so that flat
    areas have a gradient too. measures: of the step before. Returns the objective's value (a 0-d tensor) and this
    step's measures. The picture and `out` are float32; each pixel is written exactly once, whatever the tiles.
    """
    total: Tensor = torch.zeros((), device=picture.device)
    summed: Measures = {}
    whole = Box(0, 0, picture.shape[2], picture.shape[3])
    for tile in canvas.tiles:
        core = _moved(tile.core, margins).within(whole)
        if not (core.height and core.width):
            continue
        window = _moved(tile.window, margins)
        seen = _shown(picture, window, noise, canvas).requires_grad_(True)
        with torch.enable_grad():
            activations = eye(seen)
            value = objective.value(activations, measures)
            (slope,) = torch.autograd.grad(value, seen)
        cells = _core_cells(activations, tile)
        summed = added(summed, objective.measure(cells))
        out[:, :, core.top : core.bottom, core.left : core.right] = slope[
            :, :, core.top - window.top : core.bottom - window.top, core.left - window.left : core.right - window.left
        ]
        total = total + (value.detach() if cells is activations else objective.value(cells, measures).detach())
    return total, summed


@torch.no_grad()
def measured(
    picture: Tensor, *, eye: Eye, objective: Objective, canvas: Canvas, margins: tuple[int, int], noise: Tensor | None
) -> Measures:
    """The measures that an octave's first step starts from: one look at the picture, without a gradient."""
    summed: Measures = {}
    if objective.needs_measures:
        for tile in canvas.tiles:
            activations = eye(_shown(picture, _moved(tile.window, margins), noise, canvas))
            summed = added(summed, objective.measure(_core_cells(activations, tile)))
    return summed


def _moved(box: Box, margins: tuple[int, int]) -> Box:
    return Box(box.top - margins[0], box.left - margins[1], box.height, box.width)


def _shown(picture: Tensor, window: Box, noise: Tensor | None, canvas: Canvas) -> Tensor:
    """What the network is shown, channels-last."""
    seen = canvas.seen(picture, window)
    seen = seen if noise is None else seen + repeated(noise, window)
    return seen.contiguous(memory_format=torch.channels_last)


def _core_cells(activations: Activations, tile: Tile) -> Activations:
    """The places of each activation that lie in the tile's core: so that no place is measured twice."""
    if tile.core == tile.window:
        return activations
    cells = {}
    for name, a in activations.items():
        rows = _cells(a.shape[2], tile.core.top - tile.window.top, tile.core.height, tile.window.height)
        columns = _cells(a.shape[3], tile.core.left - tile.window.left, tile.core.width, tile.window.width)
        cells[name] = a[:, :, rows, columns]
    return cells


def _cells(count: int, start: int, length: int, window: int) -> slice:
    first = start * count // window
    return slice(first, max(first + 1, (start + length) * count // window))


class OctaveState:
    """One octave at work: the picture as it grows, and the buffers a step needs.

    `base` (1, 3, H, W) uint8 is the picture itself at this size. Buffers of the picture's size are what decides how
    large a picture can be, so there are two, the picture and its gradient, and everything else is done in strips.
    weight: (1, 1, H, W) in [0, 1], where in the picture something is dreamt, and how much; None: everywhere.
    wraps: it goes on at each border where it ends at the opposite one.
    """

    def __init__(
        self, base: Tensor, detail: Tensor | None, weight: Tensor | None = None, *, wraps: bool = False
    ) -> None:
        self.base = base
        self.weight = weight
        self.wraps = wraps
        self.share = None if weight is None else weight.mean().clamp_min(1e-6)
        self.picture = base.float().div_(255) if detail is None else detail
        if detail is not None:
            for rows in strips(base):
                self.picture[:, :, rows] += base[:, :, rows].float() / 255
            self.picture.clamp_(0, 1)
        self.slope = torch.empty_like(self.picture)

    def climb(self, size: Tensor, shaping: Shaping, progress: float) -> None:
        """Move the picture along the gradient in `self.slope`.

        size: mean change of a value in an octave's first step, 0-d, of full scale. progress: 0 to 1, in the octave.
        """
        size = size * shaping.growth**progress
        if self.wraps:
            step = continued_while(lambda slope: smoothed(slope, shaping.smoothing, progress), self.slope)
        else:
            step = smoothed(self.slope, shaping.smoothing, progress)
        if self.weight is not None:
            step *= self.weight
        step = normalised(step, shaping.normalisation, self.share)
        for rows in strips(self.picture):
            self.picture[:, :, rows] += step[:, :, rows] * size
            if shaping.pull:
                source = self.base[:, :, rows].float() / 255
                self.picture[:, :, rows] = pulled_back(self.picture[:, :, rows], source, shaping.pull)
        self.picture.clamp_(0, 1)

    def change(self) -> Tensor:
        """Root mean square of what was added where it counts, of full scale, as a 0-d tensor."""
        return root_mean_square(
            lambda rows: self.picture[:, :, rows] - self.base[:, :, rows].float() / 255, self.base, self.weight
        )

    def into_detail(self) -> Tensor:
        """What was added to the picture at this size, in place of the picture: the octave is over."""
        for rows in strips(self.picture):
            self.picture[:, :, rows] -= self.base[:, :, rows].float() / 255
        del self.slope
        return self.picture


#: Called after each step with (step, value): for progress and for stopping.
AfterStep = Callable[[int, Tensor], None]


def ascend(
    octave: OctaveState,
    *,
    eye: Eye,
    objective: Objective,
    canvas: Canvas,
    looks: tuple[Look, ...],
    noise: Tensor | None,
    size: Tensor,
    shaping: Shaping,
    margin: int,
    measures: Measures | None = None,
    after_step: AfterStep,
) -> Measures:
    """All steps of one octave; `octave.picture` becomes the dream at this size.

    measures: those that the octave before ended with, where they hold at any size; None: the picture is looked at.
    Returns this octave's last.
    """
    at = [(margin + look.down, margin + look.right) for look in looks]
    if measures is None:
        measures = measured(octave.picture, eye=eye, objective=objective, canvas=canvas, margins=at[0], noise=noise)
    for step, (margins, look) in enumerate(zip(at, looks, strict=True)):
        value, measures = gradient(
            torch.roll(octave.picture, look.roll, (2, 3)) if canvas.wraps else octave.picture,
            eye=eye,
            objective=objective,
            canvas=canvas,
            margins=margins,
            noise=noise,
            measures=measures,
            out=octave.slope,
        )
        if canvas.wraps:
            octave.slope = torch.roll(octave.slope, (-look.roll[0], -look.roll[1]), (2, 3))
        octave.climb(size, shaping, step / len(at))
        after_step(step + 1, value)
    return measures
