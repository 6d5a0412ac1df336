"""How long a film of a moving picture may be, asked before anything is decoded. Imports no torch."""

from __future__ import annotations

import math

from dreamcore.errors import RecipeError
from dreamcore.films.headers import SECOND, Extent
from dreamcore.films.recipe import FilmRecipe
from dreamcore.films.resolving import FilmLimits
from dreamcore.sentences import Sentence, decimal

_MOVES = ("zoom", "turn", "shift")


def for_moving(recipe: FilmRecipe, extent: Extent, limits: FilmLimits) -> FilmRecipe:
    """The recipe for a moving picture that says it is so long: it names how many frames are dreamt at most.

    Raises RecipeError where that are too many, and for settings that are meant for still pictures.
    """
    check_settings(recipe)
    if not extent.length:  # whatever turns out to be there, no more is dreamt
        return recipe.but(seconds=min(recipe.seconds or limits.seconds, limits.seconds))
    length = extent.length if recipe.seconds is None else min(extent.length, round(recipe.seconds * SECOND))
    frames = math.ceil(extent.frames * length / extent.length)
    if recipe.fps is not None:
        frames = min(frames, math.ceil(length / SECOND * recipe.fps))
    if recipe.frames is not None and recipe.frames < frames:
        frames, length = recipe.frames, length * recipe.frames // frames
    check_length(length, frames, limits)
    return recipe.but(frames=max(2, frames), seconds=None)


def check_settings(recipe: FilmRecipe) -> None:
    """Raises RecipeError for what is meant for pictures that stand still."""
    said = next((f"{key}=" for key in _MOVES if getattr(recipe, key) is not None), None)
    if recipe.film not in (None, "zoom"):
        said = f"film={recipe.film}"
    if recipe.loop == "on":
        said = "loop=on"
    if said is not None:
        raise RecipeError(
            Sentence("This picture moves by itself: {said} is for films of still pictures, leave it out.", said=said)
        )


def check_length(length: int, frames: int, limits: FilmLimits) -> None:
    """Raises RecipeError for a film of `length` microseconds or of as many frames, if that is too much."""
    most = decimal(f"{limits.seconds:g}")
    if length > limits.seconds * SECOND * 1.001:
        raise RecipeError(
            Sentence(
                "It lasts {length}, and a film is at most {most} seconds long: seconds={most} dreams its beginning.",
                length=seconds_of(length),
                most=most,
            )
        )
    if frames > limits.frames:
        raise RecipeError(
            Sentence(
                "It has {count} frames, and a film has at most {most}: ask for fewer with fps= or seconds=.",
                count=frames,
                most=limits.frames,
            )
        )


def seconds_of(microseconds: float) -> str:
    """A span of time as a sentence has it.

    >>> seconds_of(3_600_000_000), seconds_of(4_240_000), seconds_of(61_000_000)
    ('60 minutes', '4.2 seconds', '61 seconds')
    """
    seconds = microseconds / SECOND
    if seconds >= 120:
        return Sentence.counted("{count} minute", "{count} minutes", round(seconds / 60))
    if seconds >= 10 or float(f"{seconds:.1f}").is_integer():
        return Sentence.counted("{count} second", "{count} seconds", round(seconds))
    return Sentence("{number} seconds", number=decimal(f"{seconds:.1f}"))
