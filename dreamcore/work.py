"""What a recipe asks for, compared with the usual one: pixels times steps. Arithmetic only; imports no torch."""

from __future__ import annotations

import functools

from dreamcore.octaves import automatic_octaves, full_size_steps, looked_at_size, most_octaves, pyramid
from dreamcore.recipe import Recipe
from dreamcore.resolve import BUILT_IN, STEPS
from dreamcore.settings import AUTO

USUAL_SIZE = 1024  #: longest side, where a recipe leaves it to the device


def work_of(recipe: Recipe) -> float:
    """How much more a dream of a picture of the usual shape asks for than one of the empty recipe does.

    >>> work_of(Recipe()), round(work_of(Recipe(size=512)), 2)
    (1.0, 0.51)
    """
    return _cost(recipe) / _cost_of_the_usual()


@functools.cache
def _cost_of_the_usual() -> float:
    return _cost(Recipe())


def _cost(recipe: Recipe) -> float:
    """Pixels times steps at full size."""
    asked = recipe.over(BUILT_IN)
    width = USUAL_SIZE if asked.size in (None, AUTO) else int(asked.size or USUAL_SIZE)
    height = max(1, round(width * 0.75))
    scale = asked.octave_scale or 1.4
    schedule = asked.schedule or "rising"
    seen = looked_at_size(height, width, scale, asked.features)
    if asked.octaves in (None, AUTO):
        octaves = automatic_octaves(*seen, scale, asked.features)
    else:
        octaves = int(asked.octaves or 1)
    sizes = pyramid(
        *seen,
        schedule=schedule,
        steps=asked.steps or STEPS[schedule],
        octaves=min(octaves, most_octaves(*seen, scale)),
        scale=scale,
    )
    return full_size_steps(sizes) * seen[0] * seen[1]
