"""The recipe of each kind of work: who reads its text, and what all of them can be asked. No torch, no Discord."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from bot.kinds import Kind, Role
from dreamcore.atlas.recipe import AtlasRecipe
from dreamcore.companions import with_companions
from dreamcore.explaining.recipe import ExplainRecipe
from dreamcore.films.recipe import FilmRecipe
from dreamcore.imagining.recipe import ImagineRecipe
from dreamcore.recipe import GUIDE, READS_MASK, Recipe
from dreamcore.series import Series
from dreamcore.settings import AUTO

AnyRecipe = Recipe | FilmRecipe | ImagineRecipe | ExplainRecipe | Series | AtlasRecipe
RecipeT = TypeVar("RecipeT", bound=AnyRecipe)

_READERS: Mapping[Kind, Callable[[str], AnyRecipe]] = {
    Kind.DREAM: Recipe.parse,
    Kind.FILM: FilmRecipe.parse,
    Kind.IMAGINE: ImagineRecipe.parse,
    Kind.EXPLAIN: ExplainRecipe.parse,
    Kind.GRID: Series.parse,
    Kind.ATLAS: AtlasRecipe.parse,
}
_KINDS: Mapping[type, Kind] = {
    Recipe: Kind.DREAM,
    FilmRecipe: Kind.FILM,
    ImagineRecipe: Kind.IMAGINE,
    ExplainRecipe: Kind.EXPLAIN,
    Series: Kind.GRID,
    AtlasRecipe: Kind.ATLAS,
}


def read_recipe(kind: Kind, text: str) -> AnyRecipe:
    """The recipe that a text is for this kind of work. Raises RecipeError.

    >>> read_recipe(Kind.IMAGINE, "dumbbell size=256").text, read_recipe(Kind.GRID, "strength=1,2").text
    ('classes=dumbbell size=256', 'strength=1,2')
    """
    return _READERS[kind](text)


def kind_of(recipe: AnyRecipe) -> Kind:
    """What a recipe makes."""
    return next(kind for type_, kind in _KINDS.items() if isinstance(recipe, type_))


def network_of(recipe: AnyRecipe) -> str | None:
    """The network that it names; None: it leaves that open, or names several."""
    named = _dreamt(recipe).network
    return None if named in (None, AUTO) else named


def roles_of(recipe: AnyRecipe) -> tuple[Role, ...]:
    """The second pictures that it reads, in the order in which they are posted behind the first.

    >>> roles_of(read_recipe(Kind.DREAM, "objective=guide")), roles_of(read_recipe(Kind.GRID, "region=sky,mask"))
    ((<Role.GUIDE: 'guide'>,), (<Role.MASK: 'mask'>,))
    """
    dreams = _dreams(recipe)
    guide = any(one.objective == GUIDE for one in dreams)
    mask = any(one.region in READS_MASK for one in dreams)
    return (*([Role.GUIDE] if guide else []), *([Role.MASK] if mask else []))


def beside(recipe: RecipeT, roles: Collection[Role]) -> tuple[RecipeT, tuple[str, ...]]:
    """The recipe of work that comes with these second pictures, and notes on those that it does not read.

    Raises RecipeError where it reads one that is not there.
    """
    guide, mask = Role.GUIDE in roles, Role.MASK in roles
    fitting = [with_companions(one, guide=guide, mask=mask) for one in _dreams(recipe)]
    if isinstance(recipe, Recipe):
        return fitting[0].recipe, fitting[0].notes  # type: ignore[return-value]
    if isinstance(recipe, FilmRecipe):
        return recipe.but(dream=fitting[0].recipe), fitting[0].notes
    return recipe, ()


def _dreams(recipe: AnyRecipe) -> tuple[Recipe, ...]:
    """The dreams that it is made of."""
    if isinstance(recipe, Series):
        return tuple(cell.dreamt for cell in recipe.cells)
    dreamt = _dreamt(recipe)
    return (dreamt,) if isinstance(dreamt, Recipe) else ()


def unseeded(recipe: RecipeT) -> RecipeT:
    """The same, whose seed is still to be drawn."""
    if isinstance(recipe, ExplainRecipe | Series):
        return dataclasses.replace(recipe, base=recipe.base.but(seed=None))
    if isinstance(recipe, AtlasRecipe):
        return recipe
    return recipe.but(seed=None)  # type: ignore[return-value]


def _dreamt(recipe: AnyRecipe) -> Recipe | ImagineRecipe | AtlasRecipe:
    """The part of it that says how one picture is made."""
    if isinstance(recipe, FilmRecipe):
        return recipe.dream
    return recipe.base if isinstance(recipe, ExplainRecipe | Series) else recipe
