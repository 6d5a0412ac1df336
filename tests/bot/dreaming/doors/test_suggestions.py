from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dreaming import suggestions
from bot.dreaming.help import Help, help_embed, layers_embed, layers_text
from dreamcore.catalogue import NetworkInfo, catalogue
from dreamcore.recipe import Recipe
from dreamcore.styles import style_recipe

NETWORKS = list(catalogue().values())
INCEPTION = catalogue()["inception_v1"]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_everything_offered_fits_and_works(network: NetworkInfo) -> None:
    for offer in (
        suggestions.styles,
        suggestions.layers,
        suggestions.classes,
        suggestions.stations,
        suggestions.imaginable,
        suggestions.several_styles,
        suggestions.several_networks,
    ):
        for typed in ("", "a", "e", "4", "ow", "zzzz", "x" * 300, "parts,e", "e:", "3b:1", "4c,3b:1", ":", ","):
            offered = offer(network, typed)
            assert len(offered) <= 25
            assert all(1 <= len(one.name) <= 100 and 1 <= len(one.value) <= 100 for one in offered)
            assert len({one.value for one in offered}) == len(offered)
    for one in suggestions.styles(network, ""):
        style_recipe(one.value, network, seed=1)
    for one in suggestions.layers(network, ""):
        assert network.find_layers(one.value)
    for one in suggestions.classes(network, "o"):
        network.find_class(one.value)


def test_the_nearest_comes_first() -> None:
    assert suggestions.styles(INCEPTION, "ey")[0].value == "eyes"
    assert suggestions.layers(INCEPTION, "4c")[0].value == "4c"
    assert suggestions.networks("vgg")[0].value == "vgg16"
    assert "cats" in [one.value for one in suggestions.styles(INCEPTION, "furry")]
    assert suggestions.styles(INCEPTION, "eyse")[0].value == "eyes"
    assert suggestions.imaginable(INCEPTION, "dumb")[0].value == "dumbbell"
    assert suggestions.imaginable(INCEPTION, "dumbel")[0].value == "dumbbell"
    assert suggestions.imaginable(INCEPTION, "goose:1, fount")[0].value == "goose:1,fountain"
    assert "4c" in [one.value for one in suggestions.imaginable(INCEPTION, "4c")]
    channels = [one.value for one in suggestions.imaginable(INCEPTION, "4d:51")]
    assert channels == ["4d:51", *(f"4d:51{n}" for n in range(10))]
    assert suggestions.stations(INCEPTION, "edges,dog")[0].value == "edges,dogs"


def test_a_list_of_layers_is_completed_at_its_end() -> None:
    offered = [one.value for one in suggestions.layers(INCEPTION, "4c:1,3")]
    assert offered[:2] == ["4c:1,3a", "4c:1,3b"]
    assert suggestions.layers(INCEPTION, "parts:0.5")[0].value == "parts:0.5"


@given(st.text(max_size=120))
def test_no_text_breaks_the_offers(typed: str) -> None:
    for offered in (suggestions.layers(INCEPTION, typed), suggestions.classes(INCEPTION, typed)):
        assert all(1 <= len(one.value) <= 100 and 1 <= len(one.name) <= 100 for one in offered)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_help_fits_into_a_message(network: NetworkInfo) -> None:
    embeds = [layers_embed(network, default=True)]
    for message_content in (True, False):
        about = Help(prefix="!", mention="<@1>", message_content=message_content, keep_days=7, default=network)
        embeds.append(help_embed(about))
    for embed in embeds:
        assert len(embed) <= 6000
        assert len(embed.fields) <= 25
        assert all(0 < len(field.value or "") <= 1024 for field in embed.fields)
    text = layers_text(network)
    assert all(layer.name in text for layer in network.layers)


def test_help_says_nothing_that_is_not_so() -> None:
    about = Help(prefix="?", mention="<@1>", message_content=False, keep_days=0, default=INCEPTION)
    text = str(help_embed(about).to_dict())
    assert "?dream" not in text
    assert "deleted as soon as" in text
    about = Help(prefix="?", mention="<@1>", message_content=True, keep_days=1, default=INCEPTION)
    text = str(help_embed(about).to_dict())
    assert "kept for 1 day." in text
    example = next(
        line for line in (help_embed(about).fields[1].value or "").splitlines() if line.startswith("`?dream")
    )
    Recipe.parse(example.strip("`").removeprefix("?dream "))
