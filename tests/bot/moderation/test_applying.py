"""What a server's settings make of what somebody asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.moderation.applying import DREAMS, strengths
from bot.moderation.catalogue import LOCKABLE
from bot.moderation.layers import Where, resolve
from bot.moderation.places import SERVER
from dreamcore.catalogue import network_info
from dreamcore.recipe import Recipe, ResolvedRecipe
from dreamcore.resolve import DeviceDefaults
from dreamcore.resolve import resolve as resolve_recipe
from tests.bot.moderation.garden import GARDEN, NETWORKS, operators, overrides, resolved

DEVICES = [DeviceDefaults(size=size, precision="fp32") for size in (1024, 1280, 2048)]


def applied(asked: str, *, networks: tuple[str, ...] = NETWORKS, **settings: str) -> tuple[str, tuple[str, ...]]:
    stored = {SERVER: {key.replace("_", "-"): text for key, text in settings.items()}}
    effective = resolve(stored, Where(server=GARDEN), operator={}, networks=networks)
    assert effective.ignored == ()
    result = effective.apply(Recipe.parse(asked))
    return result.recipe.text, result.notes


def dreamt(recipe: Recipe, device: DeviceDefaults = DEVICES[0], *, seed: int = 0) -> ResolvedRecipe:
    network = network_info(recipe.network if recipe.network not in (None, "auto") else NETWORKS[0])
    return resolve_recipe(recipe, network=network, height=4000, width=4000, device=device, seed=seed).recipe


ASKED = st.builds(
    lambda *parts: " ".join(filter(None, parts)),
    st.sampled_from(
        ["", "style=dogs", "style=surprise", "layer=4d", "layer=4d channel=3", "classes=tabby objective=seen"]
    ),
    st.sampled_from(["", "strength=0", "strength=1", "strength=4"]),
    st.sampled_from(["", "size=64", "size=auto", "size=5000"]),
    st.sampled_from(["", "network=inception_v1"]),
)


def test_where_nothing_is_set_a_recipe_stays_as_it_is() -> None:
    for asked in ("", "style=dogs strength=3", "layer=4d size=auto network=vgg16"):
        recipe = Recipe.parse(asked)
        result = resolved({}).apply(recipe)
        assert (result.recipe, result.notes) == (recipe, ())


def test_the_command_is_nearer_than_every_default() -> None:
    settings = {"style": "dogs", "strength": "2", "size": "512", "network": "inception_v1"}
    assert applied("", **settings) == ("style=dogs network=inception_v1 strength=2 size=512", ())
    assert applied("strength=1 size=auto", **settings)[0] == "style=dogs network=inception_v1 strength=1 size=auto"
    assert applied("steps=3", **settings)[0] == "style=dogs network=inception_v1 strength=2 steps=3 size=512"


@pytest.mark.parametrize("asked", ["layer=edges", "style=cats", "classes=tabby objective=seen", "objective=seen"])
def test_whoever_names_what_to_make_more_of_gets_nothing_of_the_servers(asked: str) -> None:
    assert applied(asked, style="dogs") == (Recipe.parse(asked).text, ())
    assert applied(asked, layer="4c") == (Recipe.parse(asked).text, ())


def test_how_a_layer_is_dreamt_does_not_name_another() -> None:
    assert applied("objective=mean", layer="4c") == ("layer=4c objective=mean", ())
    assert applied("channel=3", layer="4c") == ("layer=4c channel=3", ())


@pytest.mark.parametrize(
    ("asked", "settings", "recipe", "note"),
    [
        ("layer=4d", {"layer": "4c", "locked": "layer"}, "layer=4c", "Layer cannot be chosen here, so the usual one"),
        ("layer=4d", {"locked": "layer"}, "", "Layer cannot be chosen here"),
        ("style=dogs", {"layer": "4c", "locked": "layer"}, "style=dogs layer=4c", "Layer cannot be chosen here"),
        ("classes=tabby objective=class", {"locked": "layer"}, "", "Layer cannot"),
        (
            "style=cats strength=2",
            {"style": "dogs", "locked": "style strength"},
            "style=dogs",
            "Style and strength can",
        ),
        ("size=4000", {"size": "512", "locked": "size"}, "size=512", "Size cannot be chosen here"),
        ("network=vgg16", {"locked": "network"}, "", "Network cannot be chosen here"),
    ],
)
def test_what_is_locked_is_the_default_and_one_sentence_says_so(
    asked: str, settings: dict[str, str], recipe: str, note: str
) -> None:
    text, notes = applied(asked, **settings)
    assert text == recipe
    assert len(notes) == 1
    assert notes[0].startswith(note)


@pytest.mark.parametrize(
    ("asked", "settings"),
    [
        ("layer=inception_4c/output", {"layer": "4c", "locked": "layer"}),
        ("style=dogs", {"style": "dogs", "locked": "style"}),
        ("style=dogs", {"locked": "layer"}),
        ("network=inception_v1", {"locked": "network"}),
        ("strength=1", {"locked": "strength"}),
        ("layer=4d", {"style": "dogs", "locked": "strength size"}),
    ],
)
def test_nobody_is_told_of_a_lock_that_changed_nothing(asked: str, settings: dict[str, str]) -> None:
    assert applied(asked, **settings)[1] == ()


def test_a_ceiling_holds_for_what_is_asked_and_for_what_a_style_brings() -> None:
    assert applied("strength=3", most_strength="2") == ("strength=2", ("Strength goes up to 2 here, so 3 became 2.",))
    assert applied("strength=1.5", most_strength="2") == ("strength=1.5", ())
    assert applied("style=dogs", most_strength="1") == ("style=dogs strength=1", ())
    assert applied("style=surprise", most_strength="1.1") == ("style=surprise strength=1.1", ())
    assert applied("style=classic", most_strength="1") == ("style=classic", ())
    assert applied("", strength="3", most_strength="0.5") == ("strength=0.5", ())
    assert applied("size=9000", most_size="512") == ("size=512", ("Size goes up to 512 here, so 9000 became 512.",))


def test_a_ceiling_never_makes_a_dream_larger() -> None:
    assert applied("", most_size="4096") == ("", ())
    assert applied("size=auto", most_size="1600") == (f"size={DREAMS.least}", ())
    assert applied("", most_size="300") == ("size=300", ())


def test_a_default_that_the_named_network_does_not_have_is_left_out() -> None:
    recipe, notes = applied("network=vgg16", layer="4c")
    assert recipe == "network=vgg16"
    assert notes == ("The usual layer here, 4c, is nothing that vgg16 has, so it was left out.",)


def test_where_such_a_default_is_locked_the_network_gives_way() -> None:
    recipe, notes = applied("network=vgg16", layer="4c", locked="layer")
    assert recipe == "layer=4c"
    assert notes == ("The layer 4c is fixed here and vgg16 does not have it, so the usual network dreams.",)


def test_a_network_that_there_is_not_is_the_doors_to_name() -> None:
    assert applied("network=vgg99", layer="4c", locked="layer") == ("network=vgg99 layer=4c", ())


def test_while_the_network_is_not_known_a_ceiling_holds_on_either() -> None:
    both = ("inception_v1", "daydream")
    assert applied("style=dogs", most_strength="1", networks=both)[0] == "style=dogs strength=1"


def test_a_surprise_is_as_strong_as_the_strongest_that_it_may_be() -> None:
    assert {1.0, 1.2} <= set(strengths(Recipe(style="surprise"), NETWORKS))


@given(ASKED, overrides(), operators(), st.sampled_from(DEVICES), st.integers(0, 30))
def test_no_ceiling_is_ever_passed(
    asked: str, stored: dict, operator: dict[str, str], device: DeviceDefaults, seed: int
) -> None:
    effective = resolved(stored, operator=operator)
    recipe = effective.apply(Recipe.parse(asked)).recipe
    made = dreamt(recipe, device, seed=seed)
    assert effective["most-strength"] is None or made.strength <= effective["most-strength"]
    assert effective["most-size"] is None or made.size <= effective["most-size"]


@given(ASKED, overrides(), operators())
def test_whatever_is_asked_what_is_locked_looks_the_same(asked: str, stored: dict, operator: dict[str, str]) -> None:
    stored = {**stored, SERVER: {**stored.get(SERVER, {}), "locked": ", ".join(LOCKABLE)}}
    effective = resolved(stored, operator=operator)
    plain, result = effective.apply(Recipe()), effective.apply(Recipe.parse(asked))
    if "objective=seen" not in asked:
        assert dreamt(result.recipe) == dreamt(plain.recipe)
    assert result.recipe.given().keys() - {"objective"} == plain.recipe.given().keys() - {"objective"}


@given(ASKED, overrides(), operators())
def test_what_was_applied_once_is_not_changed_again(asked: str, stored: dict, operator: dict[str, str]) -> None:
    """Buttons give a dream's recipe back to the same server."""
    effective = resolved(stored, operator=operator)
    once = effective.apply(Recipe.parse(asked)).recipe
    assert effective.apply(once).recipe == once
