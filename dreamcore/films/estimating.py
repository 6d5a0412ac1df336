"""What a film will cost, before it is begun: operations, memory, and seconds on this machine."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from dreamcore.estimating import BUFFERS, FIXED, OVER_THE_LIMIT, duration, estimate, matrix_rate
from dreamcore.films.footage import MovingPicture
from dreamcore.films.planning import film_defaults, film_size
from dreamcore.films.recipe import FilmRecipe
from dreamcore.films.resolving import FilmLimits, FilmPlan, resolve_film
from dreamcore.films.schedule import frame_octaves
from dreamcore.films.timing import resolve_moving
from dreamcore.networks import Network
from dreamcore.picture import Picture
from dreamcore.planning import canvas_of, eye_for, largest_window, memory_budget, step_bytes
from dreamcore.resolve import STEPS

FOLLOWING = 1.1  #: what a moving picture's frame takes over its steps for the optical flow
MOVING_AND_WRITING = 1.1  #: what a frame takes over its steps: measured 1.06 with inception_v1, 1.14 with daydream
BETWEEN_STATES = 2.5e-8  #: seconds a pixel of a making-of's frame, to mix, copy and write it
STEP_SECONDS = 0.004  #: that every step takes beside its operations


@dataclass(frozen=True, kw_only=True)
class FilmEstimate:
    """What one film costs."""

    plan: FilmPlan
    width: int
    height: int
    operations: int  #: multiplications and additions
    bytes: int  #: memory of the whole process at its peak, beside the file
    seconds: float

    @property
    def sentences(self) -> str:
        """The estimate for a person."""
        plan = self.plan
        return (
            f"{plan.frames} frames of {self.width}x{self.height}, {plan.seconds:.3g} s at {plan.fps:.3g} frames a "
            f"second: {self.operations / 1e12:.2f} tera-operations, about {duration(self.seconds)} here, at most about "
            f"{self.bytes / 2**30:.1f} GiB of memory.\n{plan.recipe.text}"
        )


def estimate_film(
    recipe: FilmRecipe,
    network: Network,
    source: Picture | MovingPicture,
    device: torch.device,
    memory: int | None = None,
    limits: FilmLimits | None = None,
) -> FilmEstimate:
    """The cost of a film of this picture; the machine is measured for a tenth of a second.

    Raises RecipeError as `film` does.
    """
    plan = _plan(recipe, network, source, device, limits)
    first = plan.stations[0]
    height, width = film_size(source.height, source.width, first.size)
    if plan.recipe.film == "growing":
        one = estimate(first, network, height, width, device, memory)
        seconds = one.seconds + plan.frames * BETWEEN_STATES * height * width
        return FilmEstimate(
            plan=plan, width=width, height=height, operations=one.operations, bytes=one.bytes, seconds=seconds
        )
    octaves = frame_octaves(height, width, first.octaves, first.octave_scale, first.steps)
    operations, largest = 0, 0
    for station in plan.stations:
        eye = eye_for(network, station, device)
        window = largest_window(eye, memory_budget(device, memory), octaves[-1])
        for octave in octaves:
            windows = [tile.window for tile in canvas_of(octave, eye, station.jitter, window).tiles]
            operations += octave.steps * sum(eye.operations(box.height, box.width) for box in windows)
            largest = max(largest, *(step_bytes(eye, box.height, box.width) for box in windows))
    operations = operations * plan.frames // len(plan.stations)
    steps = plan.frames * sum(octave.steps for octave in octaves)
    working = OVER_THE_LIMIT * operations / matrix_rate(device, first.precision) + STEP_SECONDS * steps
    if isinstance(source, MovingPicture):  # whose first frame is a whole dream
        one = estimate(first.but(steps=STEPS[first.schedule]), network, height, width, device, memory)
        operations, working = operations + one.operations, working * FOLLOWING + one.seconds
    return FilmEstimate(
        plan=plan,
        width=width,
        height=height,
        operations=operations,
        bytes=int(FIXED + largest + 2 * BUFFERS * 12 * height * width),
        seconds=MOVING_AND_WRITING * working,
    )


def _plan(
    recipe: FilmRecipe,
    network: Network,
    source: Picture | MovingPicture,
    device: torch.device,
    limits: FilmLimits | None,
) -> FilmPlan:
    defaults = film_defaults(device)
    if isinstance(source, MovingPicture):
        return resolve_moving(source, recipe, network=network.info, device=defaults, seed=0, limits=limits)[0]
    return resolve_film(
        recipe,
        network=network.info,
        height=source.height,
        width=source.width,
        device=defaults,
        seed=0,
        limits=limits,
    )
