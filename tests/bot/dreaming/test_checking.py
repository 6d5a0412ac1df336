"""What is known of a film of a moving picture before anybody waits for it."""

from __future__ import annotations

import pytest

from bot.dreaming.checking import fitted
from bot.jobs.estimates import load_of
from bot.kinds import Kind
from dreamcore.errors import RecipeError
from dreamcore.films.recipe import FilmRecipe
from dreamcore.films.resolving import FilmLimits
from dreamcore.recipe import Recipe
from tests.dreamcore.films.moving_files import animation, greys, video

LIMITS = FilmLimits(seconds=2, frames=48)


def test_a_moving_picture_is_measured_before_it_waits() -> None:
    short, long = (fitted(FilmRecipe(), [video(greys(count))], films=LIMITS) for count in (4, 40))
    assert (short.text, long.text) == ("frames=4", "frames=40")
    assert load_of(Kind.FILM, long.text).work == pytest.approx(10 * load_of(Kind.FILM, short.text).work)


def test_one_that_is_too_long_does_not_wait_at_all() -> None:
    for data in (video(greys(2), times=[0, 3600]), animation(greys(3), duration=1500)):
        with pytest.raises(RecipeError, match="a film is at most 2 seconds long: seconds=2 dreams its beginning"):
            fitted(FilmRecipe(), [data], films=LIMITS)


def test_everything_else_stays_as_it_is() -> None:
    for recipe in (FilmRecipe.parse("seconds=1"), Recipe.parse("layer=edges")):
        assert fitted(recipe, [animation(greys(1)), None, b""], films=LIMITS) is recipe
    assert fitted(Recipe(), [video(greys(3))], films=LIMITS) == Recipe()
