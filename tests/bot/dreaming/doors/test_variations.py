from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dreaming.variations import LEAST, MOST, again, calmer, common_base, deeper, stronger
from dreamcore.catalogue import LEVELS, NetworkInfo, catalogue
from dreamcore.errors import RecipeError
from dreamcore.recipe import Recipe
from dreamcore.resolve import DeviceDefaults, resolve
from dreamcore.styles import level_of, styles_of

NETWORKS = list(catalogue().values())


def resolved(text: str, network: NetworkInfo, side: int = 512) -> Recipe:
    device = DeviceDefaults(size=1024, precision="fp32")
    made = resolve(Recipe.parse(text), network=network, height=side, width=side, device=device, seed=5).recipe
    return Recipe.parse(made.text)


@given(st.floats(0, 4))
def test_stronger_and_calmer_stay_within_the_range(strength: float) -> None:
    recipe = Recipe(strength=strength)
    try:
        assert strength < (stronger(recipe).strength or 0) <= MOST
    except RecipeError:
        assert strength == MOST
    try:
        assert LEAST <= (calmer(recipe).strength or 0) < strength
    except RecipeError:
        assert strength <= LEAST


def test_stronger_ends_with_a_sentence_after_some_presses() -> None:
    recipe, presses = Recipe(), 0
    while recipe.strength != MOST:
        recipe, presses = stronger(recipe), presses + 1
    assert presses == 5
    with pytest.raises(RecipeError, match="as strong as it gets"):
        stronger(recipe)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_deeper_goes_down_every_network_and_ends_with_a_sentence(network: NetworkInfo) -> None:
    recipe = resolved("layer=edges strength=1.3 jitter=9", network)
    for level in range(1, len(LEVELS)):
        recipe = resolved(deeper(recipe, network).text, network)
        assert recipe.layer is not None
        assert level_of(network, recipe.layer[0].name) == level
    assert (recipe.strength, recipe.jitter, recipe.seed) == (1.3, 9, 5)
    with pytest.raises(RecipeError, match=f"as deep as {network.name}"):
        deeper(recipe, network)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_every_style_can_be_varied(network: NetworkInfo) -> None:
    for style in styles_of(network.family):
        recipe = resolved(f"style={style}", network)
        varied = [vary(recipe) for vary in (stronger, calmer)]
        with contextlib.suppress(RecipeError):  # it is the deepest already
            varied.append(deeper(recipe, network))
        assert all(resolved(other.text, network) != recipe for other in varied)


def test_deeper_takes_the_smoothing_that_suits_and_keeps_a_chosen_one() -> None:
    network = catalogue()["inception_v1"]
    assert deeper(resolved("layer=edges", network), network).smoothing is None
    assert deeper(resolved("layer=edges smoothing=laplacian", network), network).smoothing == "laplacian"


def test_again_draws_another_seed_and_changes_nothing_else() -> None:
    recipe = resolved("style=eyes", catalogue()["inception_v1"])
    assert again(recipe) == recipe.but(seed=None)


def test_pictures_of_several_sizes_keep_their_own_octaves() -> None:
    network = catalogue()["inception_v1"]
    asked = Recipe.parse("style=eyes strength=2")
    small, large = resolved(asked.text, network, 200), resolved(asked.text, network, 900)
    assert small.octaves != large.octaves
    base = common_base(asked, [small, large])
    assert base == small.but(octaves=None)
    assert common_base(asked, [small]) == small
    assert common_base(asked, []) == asked
