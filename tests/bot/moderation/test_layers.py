"""Which layer wins: properties that hold whatever is stored."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.allowance import Counted, Limit, Span
from bot.moderation.catalogue import SETTINGS, Group, Merge
from bot.moderation.layers import SUBJECT, Overrides, Where, resolve, unfit
from bot.moderation.places import BUILT_IN, OPERATOR, SERVER, Context, channel_scope, role_scope
from tests.bot.moderation.garden import (
    GARDEN,
    NEAREST_FIRST,
    NETWORKS,
    PLACES,
    WHERE,
    operators,
    overrides,
    resolved,
    texts_for,
)

CONTEXT = Context(server=GARDEN, networks=NETWORKS)
NEAREST = [key for key, setting in SETTINGS.items() if setting.merge is Merge.NEAREST and key not in SUBJECT]
STRICTEST = [key for key, setting in SETTINGS.items() if setting.merge is Merge.STRICTEST]
COUNTS = [key for key in STRICTEST if SETTINGS[key].group is Group.LIMITS]
LIFTED = ("exempt-roles",)


def said(stored: Overrides, operator: Mapping[str, str], key: str) -> list[object]:
    """What each layer says, the nearest first."""
    texts = [*(stored.get(scope, {}).get(key) for scope in NEAREST_FIRST), operator.get(key)]
    return [SETTINGS[key].read(text, CONTEXT) for text in texts if text is not None]


@given(overrides(), operators())
def test_for_a_default_the_nearest_layer_wins(stored: Overrides, operator: dict[str, str]) -> None:
    effective = resolved(stored, operator=operator)
    for key in NEAREST:
        assert effective[key] == next(iter(said(stored, operator, key)), SETTINGS[key].built_in)


@given(overrides(), operators())
def test_every_value_says_where_it_comes_from(stored: Overrides, operator: dict[str, str]) -> None:
    effective = resolved(stored, operator=operator)
    for key, value in effective.values.items():
        for scope in value.scopes:
            if scope == BUILT_IN:
                assert value.value == SETTINGS[key].built_in
                continue
            text = operator[key] if scope == OPERATOR else stored[scope][key]
            own = SETTINGS[key].read(text, CONTEXT)
            assert own == value.value or (key in ("locked", "switched-off") and set(own) <= set(value.value))


@given(st.data(), st.sampled_from(NEAREST))
def test_the_highest_role_comes_first(data: st.DataObject, key: str) -> None:
    setting = SETTINGS[key]
    if role_scope(1).level not in setting.levels:
        return
    high, low = data.draw(texts_for(setting)), data.draw(texts_for(setting))
    stored = {role_scope(5): {key: high}, role_scope(6): {key: low}, role_scope(7): {key: low}}
    where = dataclasses.replace(WHERE, roles=(5, 6))
    assert resolved(stored, where)[key] == setting.read(high, CONTEXT)
    assert resolved(stored, where).of(key).scope == role_scope(5)


@given(overrides(without=LIFTED), operators())
def test_of_locks_ceilings_and_limits_the_strictest_wins(stored: Overrides, operator: dict[str, str]) -> None:
    effective = resolved(stored, operator=operator)
    for key in STRICTEST:
        everybody = said(stored, operator, key)
        if key in ("locked", "switched-off"):
            assert set(effective[key]) == {word for words in everybody for word in words}  # type: ignore[attr-defined]
        elif key in COUNTS:
            assert effective[key] == min((one for one in everybody if one), default=0)
        elif key in ("most-strength", "most-size", "most-seconds"):
            assert effective[key] == min(everybody, default=None)  # type: ignore[type-var]
        elif SETTINGS[key].choices[:1] not in ((), ("on",)):
            order = SETTINGS[key].choices
            assert effective[key] == max(everybody, key=order.index, default=SETTINGS[key].built_in)  # type: ignore[arg-type]
        else:
            assert effective[key] == max(everybody, default=SETTINGS[key].built_in)  # type: ignore[type-var]


@given(overrides(without=LIFTED), operators(), st.data())
def test_one_more_lock_or_limit_never_loosens_anything(
    stored: Overrides, operator: dict[str, str], data: st.DataObject
) -> None:
    key = data.draw(st.sampled_from(STRICTEST))
    scope = data.draw(st.sampled_from([place for place in PLACES if place.level in SETTINGS[key].levels]))
    if key in stored.get(scope, {}):
        return
    text = data.draw(texts_for(SETTINGS[key]))
    more = {**stored, scope: {**stored.get(scope, {}), key: text}}
    before, after = resolved(stored, operator=operator)[key], resolved(more, operator=operator)[key]
    assert before is None or SETTINGS[key].stricter(before, after) == after


@given(overrides(without=LIFTED), operators())
def test_an_exemption_lifts_the_servers_limits_and_never_the_operators(
    stored: Overrides, operator: dict[str, str]
) -> None:
    stored = {**stored, SERVER: {**stored.get(SERVER, {}), "exempt-roles": "6,7"}}
    lifted = resolved(stored, operator=operator)
    bound = resolved(stored, dataclasses.replace(WHERE, roles=(5, 1)), operator=operator)
    assert (lifted.exempt, bound.exempt) == (True, False)
    assert lifted.allowance.limits == ()
    for key in COUNTS:
        assert lifted[key] == int(operator.get(key, "0"))
    others = [key for key in STRICTEST if key not in COUNTS]
    unlifted = resolved({**stored, SERVER: {**stored[SERVER], "exempt-roles": "7"}}, operator=operator)
    assert [lifted[key] for key in others] == [unlifted[key] for key in others]


@given(overrides(), operators())
def test_a_style_and_a_layer_come_from_one_layer(stored: Overrides, operator: dict[str, str]) -> None:
    effective = resolved(stored, operator=operator)
    layers = [*(stored.get(scope, {}) for scope in NEAREST_FIRST), operator]
    speaking: Mapping[str, str] = next((layer for layer in layers if set(SUBJECT) & set(layer)), {})
    for key in SUBJECT:
        expected = SETTINGS[key].read(speaking[key], CONTEXT) if key in speaking else None
        assert effective[key] == expected


def test_a_servers_layer_does_not_spoil_a_channels_style_and_that_is_shown() -> None:
    stored = {SERVER: {"layer": "4c"}, channel_scope(10): {"style": "cats"}}
    effective = resolved(stored)
    assert (effective["style"], effective["layer"]) == ("cats", None)
    (ignored,) = effective.of("layer").ignored
    assert (ignored.scope, ignored.stored, ignored.reason) == (SERVER, "4c", "style is set nearer, for #garden")


@given(overrides(), operators(), overrides(places=(role_scope(7), channel_scope(11))))
def test_other_roles_and_channels_change_nothing(
    stored: Overrides, operator: dict[str, str], others: Overrides
) -> None:
    here = {scope: its for scope, its in stored.items() if scope in NEAREST_FIRST}
    before, after = resolved(here, operator=operator), resolved({**here, **others}, operator=operator)
    assert before.values == after.values
    assert before.allowance == after.allowance


@given(overrides(), operators(), st.data())
def test_what_does_not_fit_is_ignored_and_shown_and_nothing_else_changes(
    stored: Overrides, operator: dict[str, str], data: st.DataObject
) -> None:
    broken = {
        "layer": "layer9",
        "style": "no-such-style",
        "strength": "9",
        "size": "1",
        "most-size": "auto",
        "per-hour": "-3",
        "locked": "all",
        "answer": "loudly",
        "buttons": "perhaps",
        "own-pictures": "",
        "prefix": "/",
        "time-zone": "Moon/Base",
        "log-channel": "somewhere",
    }
    key = data.draw(st.sampled_from(sorted(broken)))
    scope = data.draw(st.sampled_from([place for place in NEAREST_FIRST if place.level in SETTINGS[key].levels]))
    clean = {**stored, scope: {k: v for k, v in stored.get(scope, {}).items() if k != key}}
    dirty = {**clean, scope: {**clean[scope], key: broken[key]}}
    before, after = resolved(clean, operator=operator), resolved(dirty, operator=operator)
    assert {key: value.value for key, value in after.values.items()} == {k: v.value for k, v in before.values.items()}
    assert after.allowance == before.allowance
    (ignored,) = set(after.ignored) - set(before.ignored)
    assert (ignored.scope, ignored.key, ignored.stored) == (scope, key, broken[key])
    assert ignored.reason


def test_a_layer_of_another_network_is_kept_and_comes_back_with_its_network() -> None:
    stored = {SERVER: {"layer": "4c", "network": "vgg16"}}
    effective = resolved(stored)
    assert effective["layer"] is None
    assert "vgg16 has no layer “4c”" in effective.of("layer").ignored[0].reason
    back = resolve({SERVER: {"layer": "4c"}}, WHERE, operator={}, networks=NETWORKS)
    assert back.of("layer").scope == SERVER


def test_while_no_worker_has_said_which_network_it_is_a_layer_of_either_will_do() -> None:
    stored = {SERVER: {"layer": "4c"}}
    both = resolve(stored, WHERE, operator={}, networks=("inception_v1", "daydream"))
    assert both["layer"] is not None


def test_when_all_allowed_channels_are_deleted_nobody_has_decided_to_allow_the_others() -> None:
    effective = resolved({SERVER: {"channels": "98,99", "roles": "5,97", "log-channel": "99"}})
    assert effective["channels"] == (98, 99)
    assert effective["roles"] == (5, 97)
    assert effective["log-channel"] == 99  # which may be an archived thread
    assert {one.key for one in effective.ignored} == {"channels", "roles", "log-channel"}
    assert effective.of("roles").ignored[0].reason == "no longer there: deleted role 97"


def test_what_belongs_to_deleted_places_and_to_other_versions_is_shown() -> None:
    stored = {
        channel_scope(99): {"style": "cats"},
        role_scope(98): {"per-hour": "3"},
        SERVER: {"sparkle": "on", "layer": "4c"},
        channel_scope(10): {"prefix": "?", "network": "vgg16", "layer": "4c"},
    }
    found = {(one.scope, one.key): one.reason for one in unfit(stored, GARDEN, operator={}, networks=NETWORKS)}
    assert found.pop((channel_scope(10), "layer")).startswith("The network vgg16 has no layer")
    assert found == {
        (channel_scope(99), "style"): "that channel was deleted, or is an archived thread",
        (role_scope(98), "per-hour"): "that role was deleted",
        (SERVER, "sparkle"): "this version of the bot has no such setting",
        (channel_scope(10), "prefix"): "prefix is not a setting of a channel",
    }


def test_limits_that_count_different_things_all_hold_and_of_the_same_the_strictest() -> None:
    stored = {
        SERVER: {"per-hour": "10", "per-day": "40", "server-waiting": "6", "waiting": "0"},
        channel_scope(10): {"per-hour": "2"},
        role_scope(5): {"per-hour": "4"},
        role_scope(6): {"per-hour": "7"},
    }
    allowance = resolved(stored, operator={"per-hour": "1"}).allowance
    assert set(allowance.limits) == {
        Limit(span=Span.HOUR, most=4, role=5),
        Limit(span=Span.HOUR, most=2, channel=10),
        Limit(span=Span.DAY, most=40),
        Limit(span=Span.WAITING, most=6, everyone=True),
    }


@given(overrides())
def test_limits_are_shown_as_strict_as_they_are(stored: Overrides) -> None:
    effective = resolved(stored)
    for key, span, of in (
        ("per-hour", Span.HOUR, Counted.PICTURES),
        ("per-day", Span.DAY, Counted.PICTURES),
        ("films-per-day", Span.DAY, Counted.FILMS),
        ("grids-per-day", Span.DAY, Counted.GRIDS),
        ("waiting", Span.WAITING, Counted.PICTURES),
    ):
        limits = [limit for limit in effective.allowance.limits if (limit.span, limit.of) == (span, of)]
        assert effective[key] == min((limit.most for limit in limits if not limit.everyone), default=0)


@pytest.mark.parametrize("key", SETTINGS)
def test_each_setting_explains_itself(key: str) -> None:
    setting = SETTINGS[key]
    assert setting.help.endswith(".")
    assert setting.range
    assert setting.show(setting.built_in, GARDEN)
    assert setting.levels >= {SERVER.level}


@given(st.data(), st.sampled_from(sorted(SETTINGS)))
def test_what_is_written_reads_back(data: st.DataObject, key: str) -> None:
    setting = SETTINGS[key]
    value = setting.read(data.draw(texts_for(setting)), CONTEXT)
    assert setting.read(setting.write(value), CONTEXT) == value
    assert setting.parse(setting.write(value), CONTEXT) == value
    assert setting.show(value, GARDEN)


def test_a_place_with_nothing_set_has_what_is_built_in() -> None:
    effective = resolved({}, Where(server=GARDEN))
    assert all(value.scope == BUILT_IN for value in effective.values.values())
    assert effective.ignored == ()
    assert effective.networks == NETWORKS
