"""The check against the platform's published description finds what is wrong, and lets pass what is known."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bot.playground.description import Description
from bot.playground.recording import Exchange, Frame, Part, Record
from tests.bot.playground.conftest import described, place, runs


@pytest.fixture
def description() -> Description:
    found = described()
    if found is None:
        pytest.skip("DISCORD_OPENAPI does not name the platform's description")
    return found


def exchange(**fields: Any) -> Exchange:
    """A request that sends a message and is answered with nothing that fits."""
    return Exchange(**{
        "started": 0.0,
        "finished": 0.0,
        "method": "POST",
        "path": "/channels/1/messages",
        "template": "/channels/{channel_id}/messages",
        "parameters": {"channel_id": "1"},
        "status": 200,
        "payload": {"content": "x"},
        "answer": {},
        **fields,
    })  # fmt: skip


@runs
async def _a_sent_message(found: list[Exchange]) -> None:
    async with place() as here:
        await here.bot.text(here.people.general).send("x")
        found.extend(here.standin.record.of("POST", "/channels/{channel_id}/messages"))


@pytest.fixture
def sent() -> Exchange:
    found: list[Exchange] = []
    _a_sent_message(found)
    return found[0]


def test_a_real_exchange_is_right_and_every_loss_is_found(description: Description, sent: Exchange) -> None:
    assert description.check(Record(exchanges=[sent])) == []
    required = ("id", "author", "attachments", "timestamp", "mention_roles", "pinned", "flags", "components")
    for name in required:
        broken = copy.deepcopy(sent)
        del broken.answer[name]
        assert any(name in one for one in Description.check(description, Record(exchanges=[broken]))), name
    broken = copy.deepcopy(sent)
    del broken.answer["author"]["global_name"]
    assert "author" in description.check(Record(exchanges=[broken]))[0]
    broken = copy.deepcopy(sent)
    del broken.headers["X-RateLimit-Bucket"]
    assert "X-RateLimit-Bucket" in description.check(Record(exchanges=[broken]))[0]


def test_what_is_wrong_with_a_request_is_named(description: Description, sent: Exchange) -> None:
    for payload, word in (
        ({"content": "x", "colour": 1}, "colour"),
        ({"content": 5}, "content"),
        ({"content": "x", "embeds": [{"title": "x" * 300}]}, "embeds/0/title"),
        ({"content": "x", "components": [{"type": 1, "components": [{"type": 2, "style": 1, "lable": "x"}]}]}, "lable"),
        ({"content": "x", "nonce": "x" * 26}, "nonce"),
    ):
        broken = copy.deepcopy(sent)
        broken.payload = payload
        found = description.check(Record(exchanges=[broken]))
        assert len(found) == 1, found
        assert word in found[0]


def test_files_and_attachments_belong_together(description: Description, sent: Exchange) -> None:
    part = Part(name="files[1]", filename="a.png", content_type="image/png", size=3)
    broken = copy.deepcopy(sent)
    broken.parts, broken.payload = (part,), {"attachments": [{"id": 0, "filename": "a.png"}]}
    assert "files[1]" in description.check(Record(exchanges=[broken]))[0]
    broken.payload = {"attachments": [{"id": 1, "filename": "a.png"}]}
    assert description.check(Record(exchanges=[broken])) == []


def test_unknown_routes_queries_and_operations_are_found(description: Description, sent: Exchange) -> None:
    assert "no such route" in description.check(Record(exchanges=[exchange(template=None)]))[0]
    assert "no such operation" in description.check(Record(exchanges=[exchange(template="/nothing")]))[0]
    broken = copy.deepcopy(sent)
    broken.query = {"silent": "1"}
    assert "silent" in description.check(Record(exchanges=[broken]))[0]
    broken = copy.deepcopy(sent)
    broken.status, broken.answer = 204, None
    assert "204" in description.check(Record(exchanges=[broken]))[0]


def test_what_discord_py_is_known_to_send_passes_and_nothing_near_it(description: Description, sent: Exchange) -> None:
    edit = copy.deepcopy(sent)
    edit.method, edit.template = "PATCH", "/channels/{channel_id}/messages/{message_id}"
    edit.payload = {"content": "x", "tts": False, "attachments": [{"id": 1, "url": "x", "size": 3}]}
    assert description.check(Record(exchanges=[edit])) == []
    edit.payload = {"content": "x", "tts": False, "silent": True}
    assert "silent" in description.check(Record(exchanges=[edit]))[0]
    edit.payload = {"attachments": [{"id": 1, "url": "x", "invented": 3}]}
    assert "invented" in description.check(Record(exchanges=[edit]))[0]


def test_answers_that_refuse_are_held_against_it_too(description: Description, sent: Exchange) -> None:
    refused = copy.deepcopy(sent)
    refused.status, refused.answer = 404, {"message": "Unknown Channel", "code": 10003}
    assert description.check(Record(exchanges=[refused])) == []
    refused.answer = {"message": "Unknown Channel", "code": 10003, "invented": 1}
    assert "invented" in description.check(Record(exchanges=[refused]))[0]
    refused.answer = {"message": "Unknown Channel"}
    assert "code" in description.check(Record(exchanges=[refused]))[0]


def test_the_gateways_objects_are_held_against_it_too(description: Description, sent: Exchange) -> None:
    event = {**copy.deepcopy(sent.answer), "guild_id": "1"}
    frame = Frame(at=0.0, session=None, shard=0, incoming=False, op=0, name="MESSAGE_CREATE", data=event)
    assert description.check(Record(frames=[frame])) == []
    del event["mention_roles"]
    assert "mention_roles" in description.check(Record(frames=[frame]))[0]
