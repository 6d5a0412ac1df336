"""Looks by name: each works on its network, differs from the others, and yields to what a person says."""

from __future__ import annotations

import pytest

from dreamcore.catalogue import LEVELS, catalogue, network_info
from dreamcore.errors import RecipeError
from dreamcore.recipe import Recipe
from dreamcore.resolve import DeviceDefaults, resolve
from dreamcore.styles import SURPRISE, default_style, reference_change, style_recipe, styles_of

DEVICE = DeviceDefaults(size=1024, precision="fp32")


def resolved(text: str, network: str = "inception_v1", seed: int = 0) -> str:
    recipe = Recipe.parse(text)
    return resolve(recipe, network=network_info(network), height=600, width=800, device=DEVICE, seed=seed).recipe.text


@pytest.mark.parametrize("network", list(catalogue()))
def test_every_style_of_every_network_can_be_dreamt_and_differs(network: str) -> None:
    info = network_info(network)
    looks = {resolved(f"style={name}", network) for name in styles_of(info.family)}
    assert len(looks) == len(styles_of(info.family))
    assert "classic" in styles_of(info.family)
    assert resolved("", network) == resolved(f"style={default_style(info.family)}", network)
    assert all(style.help for style in styles_of(info.family).values())


def test_the_first_network_has_at_least_ten() -> None:
    assert len(styles_of("inception_v1")) >= 10


def test_what_a_person_says_wins_over_the_style() -> None:
    assert "strength=0.3" in resolved("style=snakes strength=0.3")
    own = resolved("style=snakes layer=3b")
    assert "layer=inception_3b/output" in own
    assert "channel=" not in own
    assert "layer=inception_4d/output channel=5" in resolved("style=snakes channel=5")
    assert "classes=goldfish" in resolved("classes=goldfish")


def test_a_resolved_recipe_resolves_to_itself() -> None:
    """What is stored gives the same dream when defaults, styles and devices have changed."""
    for text in ("style=snakes", "classes=goldfish:2", "objective=seen", "layer=edges,objects:-0.5", "octaves=2"):
        once = resolved(text, seed=7)
        recipe = Recipe.parse(once)
        other = DeviceDefaults(size=300, precision="bf16")
        again = resolve(recipe, network=network_info("inception_v1"), height=600, width=800, device=other, seed=9)
        assert again.recipe.text == once


def test_surprise_is_one_of_the_styles_and_the_same_for_the_same_seed() -> None:
    info = network_info("inception_v1")
    drawn = {style_recipe(SURPRISE, info, seed).text for seed in range(200)}
    assert drawn == {Recipe.parse(style.recipe).text for style in styles_of("inception_v1").values()}
    assert style_recipe(SURPRISE, info, 5) == style_recipe(SURPRISE, info, 5)


def test_a_style_that_is_not_there_names_the_nearest() -> None:
    with pytest.raises(RecipeError, match="Did you mean snakes"):
        resolved("style=snake")


@pytest.mark.parametrize("network", list(catalogue()))
def test_every_level_states_how_strong_it_is(network: str) -> None:
    info = network_info(network)
    for level in LEVELS:
        for layer in info.levels[level]:
            assert 0.02 <= reference_change(info, layer) <= 0.25
