"""A page of what each layer of a network sees, or each channel of a layer; kept, so that it is made once."""

from __future__ import annotations

from bot.executor.bench import Bench
from bot.executor.fitting import fitted_sheet
from bot.executor.protocol import Encoded, Made, Paused
from bot.languages import speaking, tell
from dreamcore import pausing
from dreamcore.atlas.making import atlas_sheet, sheet_there
from dreamcore.atlas.pages import heading_of, remark_of
from dreamcore.atlas.recipe import AtlasRecipe
from dreamcore.atlas.tiles import LARGEST_SIDE, TOGETHER
from dreamcore.catalogue import NetworkInfo


def make(bench: Bench) -> Made | Paused:
    order = bench.order
    recipe = AtlasRecipe.parse(order.recipe)
    network, notes = bench.network(recipe.network)
    words = _words(recipe, network.info, order.language)
    made = bench.work(
        bench.engine().step_seconds(TOGETHER * LARGEST_SIDE * LARGEST_SIDE, network),
        lambda engine: atlas_sheet(
            network.info,
            recipe.layer,
            recipe.page or 1,
            network=lambda: network,
            device=engine.device,
            heading=words[0],
            remark=words[1],
            **bench.controls,
        ),
    )
    if isinstance(made, pausing.Paused):
        return bench.paused(made)
    text = recipe.but(network=network.info.name).text
    return bench.sheet(made.rgb, word=None, recipe=text, network=network, notes=notes)


def there(
    recipe: AtlasRecipe, network: NetworkInfo, *, weights: str | None, language: str, byte_limit: int
) -> Encoded | None:
    """A page that was made before, at once; None where it was not. Raises RecipeError.

    weights: the sum over the network's, where it is loaded.
    """
    heading, remark = _words(recipe, network, language)
    found = sheet_there(network, recipe.layer, recipe.page or 1, weights=weights, heading=heading, remark=remark)
    return None if found is None else fitted_sheet(found.rgb, byte_limit)


def _words(recipe: AtlasRecipe, network: NetworkInfo, language: str) -> tuple[str, str]:
    """What stands above and below it, in the reader's language."""
    page = recipe.page_of(network)
    with speaking(language):
        return tell(heading_of(page, network)), tell(remark_of(page))
