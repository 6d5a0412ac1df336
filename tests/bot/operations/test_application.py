"""What the start relies on: the bot asks only for what it was granted, and says why it cannot start."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest
from aiohttp import web

from bot.errors import BotError, ConfigError
from bot.operations.application import Application, application_of
from bot.operations.rest import DiscordUnreachable, NotAnswered, WrongToken
from tests.bot.operations.answering import APPLICATION, NOBODY, TOKEN, Answering


class Naps:
    """Waits that take no time and are remembered."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def asked(answering: Answering, *, token: str = TOKEN, naps: Naps | None = None) -> Application:
    async def go() -> Application:
        async with answering.serving():
            return await application_of(token, answering.api, waits=(1.0, 2.0), sleep=naps or Naps())

    return asyncio.run(go())


def with_application(**changed: Any) -> Answering:
    return Answering(**{"/applications/@me": {**APPLICATION, **changed}})


@pytest.mark.parametrize(
    ("flags", "content", "members"),
    [
        (0, False, False),
        (1 << 18, True, False),
        (1 << 19, True, False),
        (1 << 14, False, True),
        (1 << 15, False, True),
        (1 << 12 | 1 << 13 | 1 << 16 | 1 << 17 | 1 << 23, False, False),
    ],
)
def test_an_intent_is_granted_by_review_or_by_switch_and_by_nothing_else(
    flags: int, content: bool, members: bool
) -> None:
    for changed in ({"flags": flags, "flags_new": str(flags)}, {"flags": flags, "flags_new": None}):
        application = asked(with_application(**changed))
        assert (application.message_content, application.server_members) == (content, members)


def test_the_newer_field_for_flags_counts_as_well() -> None:
    assert asked(with_application(flags=0, flags_new=str(1 << 40 | 1 << 19))).message_content


def test_it_says_who_the_bot_is_and_who_owns_it() -> None:
    application = asked(Answering())
    assert (application.id, application.bot, application.name, application.bot_name) == (100, 200, "Dreams", "Dreambot")
    assert application.owners == {300}
    assert application.for_servers
    assert not application.for_persons
    team = {"members": [{"user": {"id": "1"}}, {"user": {"id": "2"}}]}
    assert asked(with_application(team=team, owner={"id": "9"})).owners == {1, 2}
    assert asked(with_application(integration_types_config={"1": {}})).for_persons


def test_discord_is_told_what_kind_of_client_asks() -> None:
    answering = Answering()
    asked(answering)
    assert answering.agent.startswith("DiscordBot (")


def test_a_wrong_token_is_a_setting_to_change_and_is_tried_once() -> None:
    answering, naps = Answering(), Naps()
    with pytest.raises(WrongToken, match="DISCORD_TOKEN") as caught:
        asked(answering, token="wrong", naps=naps)
    assert isinstance(caught.value, ConfigError)
    assert naps.seconds == []


def test_trouble_that_passes_is_waited_for() -> None:
    naps = Naps()
    answering = Answering(**{"/applications/@me": (503, 502, APPLICATION)})
    assert asked(answering, naps=naps).id == 100
    assert naps.seconds == [1.0, 2.0]


def test_a_limit_is_waited_for_as_long_as_discord_says() -> None:
    naps = Naps()
    limited = partial(web.Response, status=429, headers={"Retry-After": "7.5"})
    assert asked(Answering(**{"/users/@me": (limited, {"id": "200", "username": "x"})}), naps=naps).bot == 200
    assert naps.seconds == [7.5]


def test_a_ban_of_an_hour_is_not_waited_for() -> None:
    naps = Naps()
    banned = partial(web.Response, status=429, headers={"Retry-After": "3600"})
    with pytest.raises(DiscordUnreachable, match="how often"):
        asked(Answering(**{"/users/@me": banned}), naps=naps)
    assert naps.seconds == []


def test_trouble_that_stays_is_one_sentence() -> None:
    with pytest.raises(DiscordUnreachable, match="it answers 503"):
        asked(Answering(**{"/users/@me": 503}))


def test_no_network_is_one_sentence() -> None:
    with pytest.raises(DiscordUnreachable, match=r"no connection: .*network"):
        asyncio.run(application_of(TOKEN, NOBODY, waits=(0.0,)))


def test_a_name_that_cannot_be_looked_up_is_one_sentence() -> None:
    with pytest.raises(DiscordUnreachable, match=r"cannot be looked up|no connection"):
        asyncio.run(application_of(TOKEN, "http://discord.invalid/api/v10", waits=()))


@pytest.mark.parametrize("body", ["<html>sign in to the hotel's network</html>", ""])
def test_an_answer_that_is_not_discords_is_one_sentence(body: str) -> None:
    page = partial(web.Response, text=body, content_type="text/html")
    with pytest.raises(DiscordUnreachable, match="not JSON"):
        asked(Answering(**{"/users/@me": page}))


@pytest.mark.parametrize("body", [[], {}, {"id": "x", "name": "y"}, None, "text"])
def test_json_that_is_no_application_is_one_sentence(body: Any) -> None:
    with pytest.raises(BotError, match="does not understand"):
        asked(Answering(**{"/applications/@me": body}))


def test_what_discord_refuses_is_told_with_its_status() -> None:
    with pytest.raises(NotAnswered, match="/users/@me with 403"):
        asked(Answering(**{"/users/@me": 403}))
