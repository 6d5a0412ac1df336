"""What an operator sets for every server."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import Config
from bot.errors import ConfigError
from bot.moderation.operator import operator_layer
from bot.moderation.places import OPERATOR, SERVER
from tests.bot.moderation.garden import resolved


def layer(settings: str) -> dict[str, str]:
    return operator_layer(Config(token=None, home=Path(), database="", settings=settings))


def test_an_operators_defaults_give_way_and_their_locks_and_ceilings_do_not() -> None:
    operator = layer("layer=patterns most_strength=2 locked=network,size own-pictures=yes network=inception_v1")
    stored = {SERVER: {"layer": "4c", "most-strength": "4", "own-pictures": "off", "locked": "style"}}
    effective = resolved(stored, operator=operator)
    assert effective.ignored == ()
    assert effective.of("layer").scope == SERVER
    assert effective.of("network").scope == OPERATOR
    assert (effective["most-strength"], effective["own-pictures"]) == (2, True)
    assert effective["locked"] == ("style", "network", "size")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ("layer", "DREAM_SETTINGS cannot be read: “layer” is not a setting"),
        ("laier=4c", "DREAM_SETTINGS does not take laier. Did you mean layer?"),
        ("managers=5", "DREAM_SETTINGS does not take managers."),
        ("per-hour=5", "DREAM_SETTINGS does not take per_hour."),
        ("strength=9", "DREAM_SETTINGS: strength = 9 does not work: it goes from 0 to 4."),
        ("layer=4c network=vgg16", "DREAM_SETTINGS: layer = 4c does not work. The network vgg16 has no layer"),
    ],
)
def test_a_slip_of_the_operators_is_one_sentence(settings: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        layer(settings)
    assert caught.value.sentence.startswith(sentence)
