"""What a film costs compared with a usual dream, from its recipe alone. Imports no torch."""

from __future__ import annotations

from dreamcore.films.recipe import FilmRecipe
from dreamcore.films.resolving import SIZE_BY_FORMAT, frame_count, largest_side
from dreamcore.films.schedule import frame_octaves
from dreamcore.octaves import full_size_steps
from dreamcore.recipe import Recipe
from dreamcore.resolve import BUILT_IN
from dreamcore.settings import AUTO
from dreamcore.work import USUAL_SIZE
from dreamcore.work import work_of as work_of_dream

USUAL_FILM_SIZE = 512  #: longest side, where a recipe leaves it to the device
FRAME = 0.15  #: of a full-size step: warping, copying and encoding one frame, at the most
USUAL_STEPS = 6.4  #: full-size steps of a usual dream


def work_of(recipe: FilmRecipe) -> float:
    """How much more a film asks for than one dream of the empty recipe does.

    >>> round(work_of(FilmRecipe())), round(work_of(FilmRecipe(film="growing")), 1)
    (9, 1.2)
    """
    size = recipe.dream.size
    if size in (None, AUTO):
        size = min(USUAL_FILM_SIZE, SIZE_BY_FORMAT.get(recipe.format or "mp4", USUAL_FILM_SIZE))
    frames = frame_count(recipe)
    width = min(int(size or 0), largest_side(recipe.format or "mp4", frames, 3, 4))
    height = max(1, round(width * 0.75))
    of_a_step = width * height / (USUAL_SIZE * USUAL_SIZE * 0.75) / USUAL_STEPS
    if recipe.film == "growing":
        return work_of_dream(recipe.dream.over(Recipe(size=width))) + frames * FRAME * of_a_step
    asked = recipe.dream.over(Recipe(steps=1)).over(BUILT_IN)
    scale, octaves = asked.octave_scale or 1.4, asked.octaves
    planned = frame_octaves(
        height, width, None if octaves in (None, AUTO) else int(octaves or 1), scale, asked.steps or 1
    )
    return frames * (full_size_steps(planned) + FRAME) * of_a_step
