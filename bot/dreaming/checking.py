"""Whether what is asked for can be made: asked of each kind's own rules before anybody waits for it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from bot.kinds import Kind
from bot.recipes import AnyRecipe, network_of
from dreamcore.atlas.recipe import AtlasRecipe
from dreamcore.catalogue import NetworkInfo, network_info
from dreamcore.errors import RecipeError
from dreamcore.explaining.recipe import ExplainRecipe
from dreamcore.films.headers import extent_of
from dreamcore.films.lengths import for_moving
from dreamcore.films.recipe import FilmRecipe
from dreamcore.films.resolving import FilmLimits, resolve_film
from dreamcore.imagining.recipe import ImagineRecipe
from dreamcore.imagining.resolving import resolve_imagining
from dreamcore.recipe import Recipe
from dreamcore.resolve import DeviceDefaults, resolve
from dreamcore.series import Series
from dreamcore.settings import AUTO

USUAL_SIDE = 1024  #: pixels, of a picture whose size Discord does not say
MOST_PICTURES = {kind: 10 if kind is Kind.DREAM else 1 for kind in Kind}  #: of one request

_DEVICE = DeviceDefaults(size=USUAL_SIDE, precision="fp32")


def network_names(recipe: AnyRecipe | None, usual: Sequence[str]) -> tuple[str, ...]:
    """Which network a recipe is for: its own, else the usual one. Both candidates while no worker has said which."""
    named = None if recipe is None else network_of(recipe)
    return tuple(usual) if named is None else (named,)


def check_recipe(
    recipe: AnyRecipe, sizes: Collection[tuple[int, int]], *, usual: Sequence[str], films: FilmLimits
) -> None:
    """Raises RecipeError for what the network cannot do, so that nobody waits in a queue for a typing error.

    sizes: (height, width) of the pictures, as far as they are known. films: how long one may be.
    """
    if isinstance(recipe, FilmRecipe):
        films.check(recipe)
    names = network_names(recipe, usual)
    for position, name in enumerate(names):
        network = network_info(name)
        try:
            for height, width in sizes or {(USUAL_SIDE, USUAL_SIDE)}:
                _check(recipe, network, height, width, films)
            return
        except RecipeError:
            if position + 1 == len(names):
                raise


def fitted(recipe: AnyRecipe, pictures: Iterable[bytes | None], *, films: FilmLimits) -> AnyRecipe:
    """The recipe for these files: a film of a moving one says how many frames are dreamt, so that its time is known.

    Looks at headers only, and may take a moment. Raises RecipeError for a moving picture that is longer than a film
    may be.
    """
    if isinstance(recipe, FilmRecipe):
        for extent in (extent_of(data) for data in pictures if data is not None):
            if extent is not None:
                return for_moving(recipe, extent, films)
    return recipe


def _check(recipe: AnyRecipe, network: NetworkInfo, height: int, width: int, films: FilmLimits) -> None:
    if isinstance(recipe, FilmRecipe):
        resolve_film(recipe, network=network, height=height, width=width, device=_DEVICE, seed=0, limits=films)
    elif isinstance(recipe, ImagineRecipe):
        resolve_imagining(recipe, network=network, device=_DEVICE, seed=0)
    elif isinstance(recipe, ExplainRecipe):
        for level in recipe.levels(network.family).values():
            resolve(level, network=network, height=height, width=width, device=_DEVICE, seed=0)
    elif isinstance(recipe, Series):
        recipe.resolved(
            network_of=lambda cell: _network_of_cell(cell, network),
            height=height,
            width=width,
            device=_DEVICE,
            seed=0,
        )
    elif isinstance(recipe, AtlasRecipe):
        recipe.page_of(network)
    else:
        resolve(recipe, network=network, height=height, width=width, device=_DEVICE, seed=0)


def _network_of_cell(recipe: Recipe, usual: NetworkInfo) -> NetworkInfo:
    return usual if recipe.network in (None, AUTO) else network_info(str(recipe.network))
