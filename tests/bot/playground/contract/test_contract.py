"""The contract covers everything that goes over the gateway, and finds whatever is changed in it."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import discord.asset
import discord.gateway
import discord.http
import pytest

from bot.playground.recording import Frame, Record
from tests.bot.playground.contract import (
    components,
    differences,
    differences_in,
    events,
    interactions,
    messages,
    places,
    sent,
)
from tests.bot.playground.contract.everything import everything


@pytest.fixture(scope="module")
def record() -> Iterator[Record]:
    before = discord.http.Route.BASE, discord.asset.Asset.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    record = asyncio.run(everything())
    # As it is on the wire.
    record.frames = [replace(one, data=json.loads(json.dumps(one.data))) for one in record.frames]
    yield record
    discord.http.Route.BASE, discord.asset.Asset.BASE = before[:2]
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = before[2]


def test_everything_that_goes_over_the_gateway_keeps_the_contract(record: Record) -> None:
    assert differences(record) == []


def test_there_is_no_event_that_is_never_checked(record: Record) -> None:
    told = [one for one in record.frames if not one.incoming]
    assert {one.name for one in told if one.op == events.DISPATCH} == set(events.EVENTS)
    # The stand-in never asks for a heartbeat.
    assert {one.op for one in told} - {events.DISPATCH} == set(events.OPERATIONS) - {events.HEARTBEAT}
    assert {one.op for one in record.frames if one.incoming} == set(sent.OPERATIONS)


def of(record: Record, name: str) -> list[Any]:
    return [one.data for one in record.frames if one.name == name]


def test_each_kind_of_what_events_carry_is_checked(record: Record) -> None:
    made = of(record, "INTERACTION_CREATE")
    assert {one["type"] for one in made} == set(interactions.INTERACTIONS)
    assert {one["data"]["type"] for one in made if one["type"] == 2} == {1, 2, 3}
    assert {one["data"]["component_type"] for one in made if one["type"] == 3} == {2, 3, 5, 6, 7, 8}
    assert {kind for one in made for kind in one["data"].get("resolved", ())} == interactions.RESOLVED.names
    options = [option for one in made for option in walk(one["data"]) if {"name", "type"} <= set(option)]
    assert set(range(1, 12)) <= {one["type"] for one in options}
    assert {one["context"] for one in made} == {0, 1}
    assert {key for one in made for key in one["authorizing_integration_owners"]} == {"0", "1"}
    rows = [row["type"] for one in made if one["type"] == 5 for row in one["data"]["components"]]
    assert sorted(rows) == [1, 10, 18, 18]
    posted = of(record, "MESSAGE_CREATE")
    assert {0, 19, 20, 23} <= {one["type"] for one in posted}
    assert {one["interaction_metadata"]["type"] for one in posted if "interaction_metadata" in one} == {2, 3, 5}
    shown = {one["type"] for message in posted for one in walk(message["components"]) if "type" in one}
    assert set(components.TOP_LEVEL) | {2, 3, 5, 6, 7, 8, 11} <= shown
    assert any(one["flags"] & messages.EPHEMERAL for one in posted)
    assert any(one["flags"] & messages.LOADING for one in posted)
    assert any("thread" in one for one in of(record, "MESSAGE_UPDATE"))
    kinds = {one["type"] for one in of(record, "CHANNEL_CREATE")}
    assert kinds == {places.CATEGORY, places.NEWS}


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a value."""
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from walk(one)
    elif isinstance(value, list):
        for one in value:
            yield from walk(one)


# what is changed is found

WRONG: dict[type, Any] = {
    str: 3.5,
    int: "many",
    bool: "yes",
    list: {"0": 1},
    dict: [1],
    float: "much",
    type(None): object,
}


def places_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of each value, from the outside in."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in items:
        yield from places_in(one, (*path, key))


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def changed(frame: Frame, path: tuple[Any, ...], value: Any) -> Frame:
    if not path:
        return replace(frame, data=value)
    data = copy.deepcopy(frame.data)
    at(data, path[:-1])[path[-1]] = value
    return replace(frame, data=data)


def sample(record: Record) -> list[Frame]:
    """A few frames of each kind: those with the most in them."""
    kinds: dict[tuple[Any, ...], list[Frame]] = {}
    for frame in record.frames:
        data = frame.data if isinstance(frame.data, dict) else {}
        inner = data.get("data", {}) if frame.name == "INTERACTION_CREATE" else {}
        metadata = data.get("interaction_metadata", {})
        kind = (
            *(frame.incoming, frame.op, frame.name, data.get("type"), metadata.get("type")),
            *(inner.get("type"), inner.get("component_type")),
        )
        kinds.setdefault(kind, []).append(frame)
    return [max(frames, key=lambda one: len(json.dumps(one.data))) for frames in kinds.values()]


def test_a_value_of_another_type_is_found_anywhere(record: Record) -> None:
    tried = 0
    for frame in sample(record):
        for path in places_in(frame.data):
            value = at(frame.data, path)
            wrong = WRONG[type(value)]
            tried += 1
            assert list(differences_in(changed(frame, path, wrong))), (frame.name, path, value)
    assert tried > 1000


def test_an_unknown_field_is_found_anywhere(record: Record) -> None:
    for frame in sample(record):
        for path in places_in(frame.data):
            if isinstance(value := at(frame.data, path), dict):
                more = changed(frame, path, {**value, "invented": 1})
                assert list(differences_in(more)), (frame.name, path)


def test_an_id_that_is_a_number_is_found_anywhere(record: Record) -> None:
    """The commonest dialect of all."""
    for frame in sample(record):
        for path in places_in(frame.data):
            value = at(frame.data, path)
            # discord.py sends numbers itself, and what people type is theirs.
            if not frame.incoming and isinstance(value, str) and value.isdecimal() and len(value) > 15:
                assert list(differences_in(changed(frame, path, int(value)))), (frame.name, path)


#: What may not be missing wherever it stands, or in one place at least.
ALWAYS = set(
    """
    id channel_id author content timestamp edited_timestamp tts mention_everyone mentions mention_roles attachments
    embeds components pinned type flags username discriminator global_name avatar roles joined_at deaf mute
    filename size url proxy_url guild_id user member emoji user_id message_id burst token version data application_id
    channel locale app_permissions entitlements authorizing_integration_owners context attachment_size_limit
    custom_id component_type target_id permissions position permission_overwrites last_message_id parent_id topic
    nsfw rate_limit_per_user owner_id thread_metadata message_count member_count total_message_sent
    color colors hoist managed mentionable primary_color heartbeat_interval session_id resume_gateway_url v guilds
    application members channels threads presences voice_states large chunk_index chunk_count role role_id ids
    interacted_message_id triggering_interaction_metadata style min_values options intents properties seq status
    """.split()  # noqa: SIM905
)


def test_a_missing_field_is_found_anywhere(record: Record) -> None:
    """But for those of which the contract says that they may be missing."""
    found: set[str] = set()
    for frame in sample(record):
        for path in places_in(frame.data):
            if not path or not isinstance(path[-1], str):
                continue
            data = copy.deepcopy(frame.data)
            del at(data, path[:-1])[path[-1]]
            if list(differences_in(replace(frame, data=data))):
                found.add(path[-1])
    assert ALWAYS - found == set()


def test_the_first_event_is_ready_and_none_is_skipped(record: Record) -> None:
    def without(skip: int) -> Record:
        dispatched = [one for one in record.frames if not one.incoming and one.op == events.DISPATCH]
        return Record(frames=[one for one in record.frames if one is not dispatched[skip]])

    assert differences(without(0)) != []
    assert any("after" in one for one in differences(without(5)))
    doubled = Record(frames=[one for frame in record.frames for one in (frame, frame)])
    assert any("begins twice" in one for one in differences(doubled))


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (Frame(at=0, session="a", shard=0, incoming=False, op=0, name="CAT_CREATE", data={}), "no such event"),
        (Frame(at=0, session="a", shard=0, incoming=False, op=5, data=None), "op 5 is not in the contract"),
        (Frame(at=0, session="a", shard=0, incoming=True, op=99, data=None), "the bot sent op 99"),
        (Frame(at=0, session="a", shard=0, incoming=False, op=11, sequence=4, data=None), "only events have"),
        (Frame(at=0, session="a", shard=0, incoming=True, op=1, data="1"), "op 1 of the bot: '1' is no integer"),
        (Frame(at=0, session="a", shard=0, incoming=True, op=1, data=True), "op 1 of the bot: True is no integer"),
    ],
)
def test_what_is_not_in_the_contract_is_named(frame: Frame, sentence: str) -> None:
    assert [sentence in one for one in differences_in(frame)] == [True]
