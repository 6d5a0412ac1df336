"""Which page of an atlas somebody means."""

from __future__ import annotations

import pytest

from dreamcore.atlas.pages import PER_PAGE, atlas_pages
from dreamcore.atlas.recipe import WORK, AtlasRecipe
from dreamcore.catalogue import catalogue, network_info
from dreamcore.errors import RecipeError


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", ""),
        ("daydream", "network=daydream"),
        ("4c", "layer=4c"),
        ("2", "page=2"),
        ("inception_v1 4c 3", "network=inception_v1 layer=4c page=3"),
        ("4c daydream", "network=daydream layer=4c"),
        ("layer = 4c  page=2", "layer=4c page=2"),
        ("network=daydream conv2/3x3", "network=daydream layer=conv2/3x3"),
    ],
)
def test_it_is_read_as_people_type_it(typed: str, meant: str) -> None:
    assert AtlasRecipe.parse(typed).text == meant
    assert AtlasRecipe.parse(meant).text == meant


@pytest.mark.parametrize("typed", ["4c 4d", "page=0", "page=x", "strength=2", "4c layer=4d", "1 2", "page=1 3"])
def test_what_cannot_be_meant_is_a_sentence(typed: str) -> None:
    with pytest.raises(RecipeError):
        AtlasRecipe.parse(typed)


def test_every_page_of_every_network_is_its_own_recipe() -> None:
    for name in catalogue():
        network = network_info(name)
        for page in atlas_pages(network):
            recipe = AtlasRecipe(network=name, page=page.number)
            assert AtlasRecipe.parse(recipe.text) == recipe
            assert recipe.page_of(network) == page
            assert recipe.work == pytest.approx(WORK * len(page.tiles) / PER_PAGE)
        for layer in network.layers:
            recipe = AtlasRecipe(network=name, layer=layer.name, page=1)
            assert AtlasRecipe.parse(recipe.text) == recipe
            assert recipe.page_of(network).layer == layer.name
