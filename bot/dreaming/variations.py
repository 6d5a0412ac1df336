"""What the buttons make of a recipe: another seed, more, less, one level deeper. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from bot.languages import tr
from bot.recipes import RecipeT, unseeded
from dreamcore.catalogue import LEVELS, NetworkInfo
from dreamcore.errors import RecipeError
from dreamcore.imagining.recipe import SETTINGS as IMAGINED
from dreamcore.imagining.recipe import ImagineRecipe
from dreamcore.recipe import READS_CLASSES, SETTINGS, Recipe
from dreamcore.settings import Term
from dreamcore.styles import level_of, usual_smoothing

STEP = 1.4  #: how much stronger Stronger is
LEAST = 0.05  #: of strength: less is not seen
MOST = SETTINGS["strength"].maximum or 4.0


def common_base(asked: Recipe, made: Iterable[Recipe]) -> Recipe:
    """What several pictures' resolved recipes have in common; where they differ, what was asked for.

    Pictures of different sizes are dreamt on different numbers of octaves, which one recipe for all must not fix.
    """
    recipes = [recipe.given() for recipe in made]
    if not recipes:
        return asked
    first = recipes[0]
    same = {key: value for key, value in first.items() if all(other.get(key) == value for other in recipes[1:])}
    left = {
        key: value
        for key, value in asked.given().items()
        if key not in same and (key in first or any(key in other for other in recipes))
    }
    return Recipe(**{**left, **same})


def again(base: RecipeT) -> RecipeT:
    """The same with another seed, which the queue draws."""
    return unseeded(base)


def stronger(base: Recipe | ImagineRecipe) -> Recipe | ImagineRecipe:
    """Raises RecipeError at the ceiling.

    >>> stronger(Recipe.parse("strength=1")).text, stronger(Recipe.parse("strength=3.5")).text
    ('strength=1.4', 'strength=4')
    """
    now = _strength(base)
    if now >= MOST:
        raise RecipeError(
            tr("This is as strong as it gets: strength goes up to {most}. Try Deeper, or Again.", most=f"{MOST:g}")
        )
    return base.but(strength=min(MOST, round(max(now, LEAST) * STEP, 3)))


def calmer(base: Recipe | ImagineRecipe) -> Recipe | ImagineRecipe:
    """Raises RecipeError where less would not be seen.

    >>> calmer(Recipe.parse("strength=1.4")).text
    'strength=1'
    """
    now, least = _strength(base), LEAST
    if isinstance(base, ImagineRecipe):
        least = IMAGINED["strength"].minimum or LEAST
        if now <= least:
            raise RecipeError(tr("This is as calm as it gets: strength goes down to {least}.", least=f"{least:g}"))
    if now <= LEAST:
        raise RecipeError(tr("Calmer than this is the picture itself."))
    return base.but(strength=max(least, round(now / STEP, 3)))


def deeper(base: Recipe, network: NetworkInfo) -> Recipe:
    """The same on the next deeper level of the network. Raises RecipeError where there is none."""
    deepest = RecipeError(
        tr("This is as deep as {network} goes. Another network goes elsewhere: see /layers.", network=network.name)
    )
    if base.objective in READS_CLASSES or (base.classes and base.objective is None):
        raise deepest
    layers = [info.name for term in base.layer or (Term("parts"),) for info in network.find_layers(term.name)]
    level = max(level_of(network, layer) for layer in layers)
    if level + 1 >= len(LEVELS):
        raise deepest
    names = network.levels[LEVELS[level + 1]]
    smoothing = None if base.smoothing == usual_smoothing(network, layers[0], base.schedule) else base.smoothing
    return base.but(layer=tuple(Term(name) for name in names), channel=None, classes=None, smoothing=smoothing)


def _strength(recipe: Recipe | ImagineRecipe) -> float:
    return 1.0 if recipe.strength is None else recipe.strength
