"""The way of a dream: a picture and a recipe in, the dream out."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dreamcore import ascent, blending, finishing
from dreamcore.ascent import Look, Shaping
from dreamcore.calming import pull_of
from dreamcore.companions import with_companions
from dreamcore.devices import undisturbed
from dreamcore.guiding import guide_of
from dreamcore.networks import Network
from dreamcore.objectives import Measures, Objective
from dreamcore.octaves import LENGTHENING, Octave, enlarged, shrunk, shrunk_detail
from dreamcore.picture import Picture
from dreamcore.planning import (
    canvas_of,
    cropped,
    device_defaults,
    eye_for,
    largest_window,
    memory_budget,
    octaves_of,
)
from dreamcore.progress import AskCancelled, ReportProgress
from dreamcore.readback import readback_from
from dreamcore.recipe import Recipe, ResolvedRecipe
from dreamcore.replays import ascend_on, replays_of, with_room
from dreamcore.reporting import Reporter
from dreamcore.resolve import resolve
from dreamcore.shortage import within_memory
from dreamcore.styles import reference_change
from dreamcore.subject import Subject, at_size, context_of, pixels_of, seamless
from dreamcore.tiles import MARGIN
from dreamcore.wrapping import continued, made_to_wrap

#: Mean change of a value per step, as a share of the change aimed at, is this over (steps so far) ** STEP_GROWTH:
#: steps repeat each other in part, so the change grows slower than their number. Fitted; what it misses is made up
#: from octave to octave and at the end.
STEP_GROWTH = 0.75
STEP_SHARE = 1.0
CORRECTION = 2.0  #: an octave's steps become at most this much longer or shorter than planned
BEYOND = 12  #: pixels at the size dreamt that a picture without borders is continued by, to be enlarged
LARGEST_RESCALING = 4.0  #: of what was dreamt, at the end, to be as strong as the recipe says


#: Shown the picture, (H, W, 3), after each step.
ShowGrowth = Callable[[NDArray[np.uint8]], None]


@dataclass(frozen=True, kw_only=True)
class Dream:
    """What was dreamt, and all that is needed to dream it again."""

    rgb: NDArray[np.uint8]  #: (H, W, 3), as large as the picture
    alpha: NDArray[np.uint8] | None  #: (H, W), the picture's own
    recipe: ResolvedRecipe
    notes: tuple[str, ...]  #: each a `Sentence` for the person
    change: float  #: root mean square change at the size dreamt, of full scale
    seconds: float


def dream(
    picture: Picture,
    recipe: Recipe,
    *,
    network: Network,
    device: torch.device,
    guide: Picture | None = None,
    mask: Picture | None = None,
    memory: int | None = None,
    on_progress: ReportProgress | None = None,
    cancelled: AskCancelled | None = None,
    on_growth: ShowGrowth | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Dream:
    """Dream `picture` as `recipe` says.

    guide: what it shows is what grows (objective=guide). mask: where the dream happens (region=mask). Each is taken up
    by itself where the recipe does not say otherwise.
    memory: bytes that a step may take beside the picture's own buffers; larger pictures are dreamt in tiles.
    on_progress: called in this thread between steps. cancelled: asked as often. on_growth: shown the picture after each
    step, as it would be if that were the last.
    Raises RecipeError for what the network cannot do, Cancelled, and OutOfMemory when even tiles do not fit.
    """
    return begin_dream(
        picture,
        recipe,
        network=network,
        device=device,
        guide=guide,
        mask=mask,
        memory=memory,
        on_progress=on_progress,
        cancelled=cancelled,
        on_growth=on_growth,
        clock=clock,
    )()


def begin_dream(
    picture: Picture,
    recipe: Recipe,
    *,
    network: Network,
    device: torch.device,
    guide: Picture | None = None,
    mask: Picture | None = None,
    memory: int | None = None,
    on_progress: ReportProgress | None = None,
    cancelled: AskCancelled | None = None,
    on_growth: ShowGrowth | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Callable[[], Dream]:
    """As `dream`, up to where a GPU has been told all of it; what comes back waits for the dream, in any thread.

    So the next dream is begun while the GPU makes this one. The last reports come from there too. On the CPU all is
    done at once.
    """
    begun = clock()
    fitting = with_companions(recipe, guide=guide is not None, mask=mask is not None)
    resolution = resolve(
        fitting.recipe,
        network=network.info,
        height=picture.height,
        width=picture.width,
        device=device_defaults(device),
        seed=secrets.randbelow(2**32),
    )
    resolved = resolution.recipe
    notes = (*picture.notes, *fitting.notes, *resolution.notes)
    if resolved.strength == 0 or (resolved.blend is not None and resolved.blend.weight == 0):
        same = seamless(picture) if resolved.tile == "on" else picture
        return lambda: Dream(rgb=same.rgb, alpha=same.alpha, recipe=resolved, notes=notes, change=0.0, seconds=0.0)
    budget = memory_budget(device, memory)
    scene, kept = _Scene(picture, guide, mask), replays_of(device, network)

    def work(budget: int) -> Callable[[], tuple[NDArray[np.uint8], float]]:
        return _Work(scene, resolved, network, device, budget, on_progress, cancelled, on_growth, clock).begun()

    with undisturbed(device, tf32=resolved.precision == "tf32"):
        made = within_memory(lambda bytes_: with_room(kept, lambda: work(bytes_)), budget)
    alpha = made_to_wrap(picture.alpha) if resolved.tile == "on" and picture.alpha is not None else picture.alpha

    def dreamt() -> Dream:
        rgb, change = made()
        return Dream(rgb=rgb, alpha=alpha, recipe=resolved, notes=notes, change=change, seconds=clock() - begun)

    return dreamt


@dataclass(frozen=True)
class _Scene:
    """The pictures of one dream."""

    picture: Picture
    guide: Picture | None
    mask: Picture | None


class _Work:
    """One dream at work: everything that stays the same from octave to octave."""

    def __init__(
        self,
        scene: _Scene,
        recipe: ResolvedRecipe,
        network: Network,
        device: torch.device,
        budget: int,
        on_progress: ReportProgress | None,
        cancelled: AskCancelled | None,
        on_growth: ShowGrowth | None,
        clock: Callable[[], float],
    ) -> None:
        self.recipe, self.on_growth = recipe, on_growth
        self.device = device
        self.wraps = recipe.tile == "on"
        picture = scene.picture
        octaves = octaves_of(recipe, picture.height, picture.width)
        context = context_of(octaves, picture.height)
        self.subject = Subject.of(
            picture, scene.mask, region=recipe.region, wraps=self.wraps, context=context, device=device
        )
        part = self.subject.part
        self.octaves = octaves if part is None else cropped(octaves, picture.height, picture.width, part)
        self.eye = eye_for(network, recipe, device)
        self.ascend = ascend_on(device, network)
        classes = tuple(network.info.find_class(term.name) for term in recipe.classes or ())
        self.objective = Objective.of(recipe, classes, guide_of(scene.guide, recipe, self.eye))
        self.largest_window = largest_window(self.eye, budget, self.octaves[-1])
        self.measures: Measures | None = None
        pull = pull_of(recipe.towards.weight, self._steps_total()) if recipe.towards else 0.0
        self.shaping = Shaping(
            smoothing=recipe.smoothing,
            normalisation=recipe.normalisation,
            pull=pull,
            growth=1.0 if pull else self._lengthening,
        )
        self.target = recipe.strength * max(reference_change(network.info, term.name) for term in recipe.layer)
        self.report = Reporter(self.octaves, device, on_progress, cancelled, clock)

    def begun(self) -> Callable[[], tuple[NDArray[np.uint8], float]]:
        """Waits for the dream's pixels (H, W, 3), and its root mean square change at the size dreamt."""
        blend, share = self._blend()
        detail, base = self._dreamt(self.subject.seen)
        alpha = self.subject.alpha
        weight = None if alpha is None else at_size(alpha, *detail.shape[2:])
        detail, change = finishing.as_strong_as(
            self._coloured(detail), base, self.target, weight, LARGEST_RESCALING, blend=blend
        )
        made = pixels_of(self._brought(base, detail, blend=blend, share=share))
        back, subject, report = readback_from(self.device), self.subject, self.report
        pixels, change = back.copy(made), back.copy(change)
        end = back.mark()

        def done() -> tuple[NDArray[np.uint8], float]:
            report.finish()
            end.synchronize()
            return subject.whole(pixels), float(change) * share

        return done

    def _blend(self) -> tuple[str, float]:
        blend = self.recipe.blend
        return (blend.name, blend.weight) if blend else ("normal", 1.0)

    def _coloured(self, detail: Tensor) -> Tensor:
        return blending.luminance_only(detail) if self.recipe.colours == "keep" else detail

    def _brought(self, base: Tensor, detail: Tensor, **how: Any) -> Tensor:
        """The dream at the picture's full size."""
        full, alpha = self.subject.pixels, self.subject.alpha
        if not self.wraps or full.shape == base.shape:
            return finishing.brought_to(full, base, detail, alpha, **how)
        rows, columns = (
            round(BEYOND * large / small) for large, small in zip(full.shape[2:], base.shape[2:], strict=True)
        )
        made = finishing.brought_to(
            continued(full, rows, columns),
            continued(base, BEYOND, BEYOND),
            continued(detail, BEYOND, BEYOND),
            None if alpha is None else continued(alpha, rows, columns),
            **how,
        )
        return made[:, :, rows : rows + full.shape[2], columns : columns + full.shape[3]]

    def _dreamt(self, full: Tensor) -> tuple[Tensor, Tensor]:
        """What was added (1, 3, h, w) at the last octave's size, and the picture (uint8) at that size."""
        detail: Tensor | None = None
        correction = torch.ones((), device=self.device)
        planned = self._planned_change()
        for number, octave in enumerate(self.octaves):
            size = octave.height, octave.width
            base = shrunk(full, *size, wraps=self.wraps)
            if detail is not None:
                detail = enlarged(detail, *size, wraps=self.wraps)
            state = ascent.OctaveState(base, detail, self.subject.steps_at(*size), wraps=self.wraps)
            self._climb(number, octave, state, correction)
            reached = state.change().clamp_min(1e-6)
            correction = (correction * planned[number] / reached).clamp(1 / CORRECTION, CORRECTION)
            detail = state.into_detail()
        assert detail is not None
        if base.shape[2] > full.shape[2]:  # looked at enlarged, for small features
            return shrunk_detail(detail, *full.shape[2:], wraps=self.wraps), full
        return detail, base

    def _climb(self, number: int, octave: Octave, state: ascent.OctaveState, correction: Tensor) -> None:
        generator = torch.Generator().manual_seed(self.recipe.seed + (number << 32))
        looks: tuple[Look, ...] = ascent.drawn_looks(octave.steps, self.recipe.jitter, generator)
        noise = self._noise(octave, generator)
        if self.wraps:
            looks = ascent.rolled_looks(looks, max(octave.height, octave.width), generator)
        measures = self.ascend(
            state,
            eye=self.eye,
            objective=self.objective,
            canvas=canvas_of(octave, self.eye, self.recipe.jitter, self.largest_window, wraps=self.wraps),
            looks=looks,
            noise=noise * (ascent.NOISE * min(1.0, self.recipe.strength)),
            size=correction * self._step_size(),
            shaping=self.shaping,
            margin=MARGIN,
            measures=self.measures,
            after_step=lambda step, value: self._after_step(number, step, value, state),
        )
        self.measures = measures if self.objective.measures_hold_at_any_size else None

    def _noise(self, octave: Octave, generator: torch.Generator) -> Tensor:
        """From the seed; a GPU draws its own, which takes the CPU longer than a step takes the GPU."""
        if self.device.type != "cuda":
            return ascent.drawn_noise(octave.height, octave.width, generator).to(self.device)
        own = torch.Generator(self.device).manual_seed(generator.initial_seed())
        size = (min(side, ascent.NOISE_SIDE) for side in (octave.height, octave.width))
        return torch.randn(1, 3, *size, generator=own, device=self.device)

    def _after_step(self, number: int, step: int, value: Tensor, state: ascent.OctaveState) -> None:
        self.report.step(number, step, value, lambda: self.subject.shown(state.picture))
        if self.on_growth is None:
            return
        base, detail, full = state.base, state.picture - state.base.float() / 255, self.subject.seen
        if base.shape[2] > full.shape[2]:
            base, detail = full, shrunk_detail(detail, *full.shape[2:], wraps=self.wraps)
        blend, share = self._blend()
        made = self._brought(base, self._coloured(detail), blend=blend, share=share)
        self.on_growth(self.subject.restored(made))

    def _steps_total(self) -> int:
        return sum(octave.steps for octave in self.octaves)

    @property
    def _lengthening(self) -> float:
        """How much longer steps become in the course of an octave; one that stands alone gains nothing by it."""
        return LENGTHENING.get(self.recipe.schedule, 1.0) if len(self.octaves) > 1 else 1.0

    def _step_size(self) -> float:
        """Of an octave's first step. A pull is reckoned for equal steps: then all are as long as the others' mean."""
        mean = math.sqrt(self._lengthening) if self.shaping.pull else 1.0
        return float(mean * STEP_SHARE * self.target / self._steps_total() ** STEP_GROWTH)

    def _planned_change(self) -> list[float]:
        """The change aimed at after each octave."""
        total, so_far, planned = self._steps_total(), 0, []
        for octave in self.octaves:
            so_far += octave.steps
            planned.append(self.target * (so_far / total) ** STEP_GROWTH)
        return planned
