"""What a server's settings make of films, pictures out of noise, explanations and grids."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kinds import Kind
from bot.moderation.layers import Overrides
from bot.moderation.places import SERVER
from bot.recipes import kind_of, network_of, read_recipe
from dreamcore.errors import RecipeError
from dreamcore.films.recipe import FilmRecipe
from dreamcore.imagining.recipe import ImagineRecipe
from dreamcore.series import Series
from tests.bot.moderation.garden import operators, overrides, resolved

ASKED = {
    Kind.FILM: (
        "",
        "strength=0.5..3",
        "strength=2 zoom=1.3 style=dogs",
        "journey=edges,dogs strength=0.2..4..1",
        "size=2048 layer=4d network=vgg16",
        "film=growing strength=3 format=gif",
    ),
    Kind.IMAGINE: ("", "dumbbell strength=3", "4d:144 size=1024", "goose:1, fountain network=googlenet", "layer=parts"),
    Kind.EXPLAIN: ("", "strength=3 network=vgg16", "size=900 objective=mean"),
    Kind.GRID: (
        "layer=4c,4d strength=1,3",
        "style=dogs,cats size=128,900",
        "strength=2,3,4",
        "network=vgg16,googlenet seed=1..3",
        "size=64..512..64 layer=4c",
    ),
}
EVERYTHING = [(kind, text) for kind, texts in ASKED.items() for text in texts]


def applied(kind: Kind, asked: str, **settings: str) -> tuple[str, tuple[str, ...]]:
    stored = {key.replace("_", "-"): value for key, value in settings.items()}
    result = resolved({SERVER: stored}).apply(read_recipe(kind, asked))
    return result.recipe.text, result.notes


@pytest.mark.parametrize(("kind", "asked"), EVERYTHING)
def test_without_settings_a_recipe_stays_as_it_is(kind: Kind, asked: str) -> None:
    recipe = read_recipe(kind, asked)
    assert applied(kind, asked) == (recipe.text, ())


@pytest.mark.parametrize(
    ("kind", "asked", "settings", "recipe", "words"),
    [
        (Kind.FILM, "strength=0.5..3", {"most_strength": "2"}, "strength=0.5..2", "Strength goes up to 2 here, so 3"),
        (Kind.FILM, "strength=1..3", {"strength": "2", "locked": "strength"}, "strength=2", "Strength cannot"),
        (Kind.FILM, "journey=edges,parts", {"layer": "4c", "locked": "layer"}, "layer=4c", "Journey cannot be chosen"),
        (Kind.FILM, "journey=edges,dogs", {"style": "cats", "locked": "style"}, "style=cats", "Journey cannot"),
        (Kind.FILM, "journey=edges,parts", {"style": "dogs", "layer": "4c"}, "journey=edges,parts", None),
        (Kind.FILM, "", {"style": "dogs", "size": "2048"}, "style=dogs size=512", None),
        (Kind.FILM, "", {"size": "2048", "locked": "size"}, "size=2048", None),
        (Kind.FILM, "format=gif", {"most_size": "300"}, "format=gif size=300", None),
        (Kind.FILM, "", {"most_size": "4096"}, "", None),
        (Kind.IMAGINE, "dumbbell", {"layer": "4c", "locked": "layer"}, "layer=4c", "Layer cannot be chosen here"),
        (Kind.IMAGINE, "dumbbell", {"style": "dogs", "layer": "4c"}, "classes=dumbbell", None),
        (Kind.IMAGINE, "dumbbell strength=3", {"most_strength": "2"}, "classes=dumbbell strength=2", "so 3 became 2"),
        (Kind.IMAGINE, "dumbbell", {"size": "2048"}, "classes=dumbbell size=384", None),
        (Kind.IMAGINE, "dumbbell network=vgg16", {"locked": "network"}, "classes=dumbbell", "Network cannot"),
        (Kind.IMAGINE, "dumbbell size=512", {"most_size": "256"}, "classes=dumbbell size=256", "so 512 became 256"),
        (Kind.IMAGINE, "dumbbell", {"most_size": "256"}, "classes=dumbbell size=256", None),
        (Kind.EXPLAIN, "", {"style": "dogs", "layer": "4c", "locked": "layer, style"}, "", None),
        (Kind.EXPLAIN, "strength=3", {"most_strength": "1.5"}, "strength=1.5", "so 3 became 1.5"),
        (Kind.GRID, "strength=1,2,3", {"most_strength": "2"}, "strength=1,2", "so 3 became 2"),
        (Kind.GRID, "layer=4c,4d strength=1,2", {"locked": "layer", "layer": "3b"}, "layer=3b strength=1,2", "Layer"),
        (Kind.GRID, "layer=4c,4d", {"style": "dogs"}, "layer=4c,4d", None),
        (Kind.GRID, "strength=1,2", {"style": "dogs"}, "style=dogs strength=1,2", None),
        (Kind.GRID, "strength=1,2", {"size": "4000"}, "strength=1,2 size=1024", None),
        (Kind.GRID, "style=classic,eyes", {"most_strength": "1.1"}, "style=classic,eyes strength=1.1", None),
    ],
)
def test_settings_hold_and_one_sentence_says_so(
    kind: Kind, asked: str, settings: dict[str, str], recipe: str, words: str | None
) -> None:
    text, notes = applied(kind, asked, **settings)
    assert text == recipe
    assert len(notes) == (words is not None)
    assert words is None or notes[0].startswith(words) or words in notes[0]


@pytest.mark.parametrize(
    ("asked", "settings"),
    [("layer=4c,4d", {"locked": "layer"}), ("strength=3,4", {"most_strength": "2"})],
)
def test_a_grid_of_which_one_dream_is_left_is_refused(asked: str, settings: dict[str, str]) -> None:
    with pytest.raises(RecipeError, match="a series needs a setting with several"):
        applied(Kind.GRID, asked, **settings)


@given(st.sampled_from(EVERYTHING), overrides(without=("network",)), operators(without=("network",)))
def test_no_ceiling_and_no_lock_is_ever_passed(
    asked: tuple[Kind, str], stored: Overrides, operator: dict[str, str]
) -> None:
    effective = resolved(stored, operator=operator)
    given_ = read_recipe(*asked)
    try:
        recipe = effective.apply(given_).recipe
    except RecipeError:
        assert asked[0] is Kind.GRID  # which is told, see above
        return
    assert kind_of(recipe) is asked[0]
    assert read_recipe(asked[0], recipe.text) == recipe
    if "network" in effective["locked"]:
        assert network_of(recipe) in (None, "inception_v1")
    strengths, sizes = _strengths(recipe), _sizes(recipe)
    if (most := effective["most-strength"]) is not None:
        assert all(strength <= max(most, 0.25) for strength in strengths)
    if (most := effective["most-size"]) is not None:
        assert all(size <= most for size in sizes)
    assert effective.apply(recipe).recipe == recipe, "once is enough"


def _strengths(recipe: object) -> list[float]:
    if isinstance(recipe, FilmRecipe):
        return [*recipe.values_of("strength")] if recipe.dream.strength is not None else []
    if isinstance(recipe, Series):
        return [cell.recipe.strength for cell in recipe.cells if cell.recipe.strength is not None]
    strength = recipe.strength if isinstance(recipe, ImagineRecipe) else recipe.base.strength  # type: ignore[attr-defined]
    return [] if strength is None else [strength]


def _sizes(recipe: object) -> list[int]:
    if isinstance(recipe, Series):
        return [int(cell.dreamt.size or 0) for cell in recipe.cells]
    holder = recipe.dream if isinstance(recipe, FilmRecipe) else getattr(recipe, "base", recipe)
    return [holder.size] if isinstance(holder.size, int) else []
