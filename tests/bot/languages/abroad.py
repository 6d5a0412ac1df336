"""People of another language in the house of the doors' tests, and what they read that no catalogue knows.

The other language is the pseudo-language of `tests.bot.languages.pseudo`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from bot.dreaming import suggestions
from bot.languages.__main__ import sentences
from bot.moderation.catalogue import SETTINGS
from bot.playground.drafts import File
from bot.playground.model import Message, User
from dreamcore.catalogue import catalogue, network_info
from dreamcore.styles import SURPRISE, styles_of
from tests.bot.dreaming.doors.house import PICTURE, House, at_home
from tests.bot.languages.pseudo import LOCALE, Heard, unsaid

FILM = File(filename="film.mp4", data=b"\0\0\0\x18ftypmp42" + bytes(100))
NETWORK = network_info("inception_v1")

#: What is the same in every language: settings, styles, layers, networks, and what people have called their things.
TYPED = (
    *(f"{key}=" for key in (*SETTINGS, "recipe", "seed", "engine")),
    *(name for network in catalogue().values() for name in styles_of(network.family)),
    *NETWORK.classes,
    *suggestions.LEVELS_DRAW,
    *catalogue(),
    *(SURPRISE, "cat.png", "dog.png", "film.mp4", "cat.jpg", "MiB", "my-data.json", "Dreamers", "alice", "bob", "mod"),
)


LAYERS = {
    name for network in catalogue().values() for name in (*network.aliases, *(one.name for one in network.layers))
}


def left_english(*texts: str, typed: tuple[str, ...] = ()) -> list[str]:
    return [words for text in texts for words in unsaid(_LAYER.sub(_not_a_layer, text), *TYPED, *typed)]


_LAYER = re.compile(r"[a-zA-Z0-9_./]+")


def _not_a_layer(word: re.Match[str]) -> str:
    return "·" if word[0] in LAYERS else word[0]


def everything_was_said(heard: Heard, *typed: str) -> None:
    """No halves of sentences were put into others, and whatever was said can be translated."""
    assert heard.unsaid_values(*TYPED, *typed) == []
    missing = heard.templates - CATALOGUE
    assert not missing, missing


CATALOGUE = {one.id if isinstance(one.id, str) else one.id[0] for one in sentences() if one.id}


_READ = ("content", "label", "placeholder", "title", "description", "text", "name", "value")


def words_of(sent: Any) -> Iterator[str]:
    """Everything in a request or an answer that people read."""
    if isinstance(sent, dict):
        for key, value in sent.items():
            if key == "choices":
                yield from (choice["name"] for choice in value)
            elif isinstance(value, str) and key in _READ:
                yield value
            else:
                yield from words_of(value)
    elif isinstance(sent, list):
        for one in sent:
            yield from words_of(one)


def sent_by(house: House) -> list[str]:
    """What people have read of the bot's so far: all it has ever sent, commands' registration left out."""
    return [
        words
        for exchange in house.standin.record.exchanges
        if exchange.method in ("POST", "PUT", "PATCH") and not exchange.path.endswith("/commands")
        for words in words_of(exchange.payload)
    ]


def abroad(
    home: Path,
    test: Callable[[House], Awaitable[None]],
    *,
    server: str = LOCALE,
    people: str = LOCALE,
    **settings: Any,
) -> None:
    """In a house on a server of that language, with people of that one."""

    def furnish(house: House) -> None:
        house.guild.locale = server
        for user in (house.alice, house.bob, house.mod):
            user.locale = people

    async def run() -> None:
        async with at_home(home, furnish=furnish, **settings) as house:
            async with asyncio.timeout(120):
                await test(house)

    asyncio.run(run())


async def dream(house: House, text: str = "!dream style=eyes seed=5", *more: File, user: User | None = None) -> Message:
    """A new one, by message."""
    before = {one.id for one in house.world.messages()}
    await house.post(text, PICTURE, *more, user=user)
    return await house.standin.message(
        lambda one: one.author is house.bot and one.id not in before and len(one.buttons) > 1
    )


async def answered(house: House, text: str, **more: Any) -> Message:
    """Post this; the bot's next message, whatever it says."""
    count = len(house.world.messages())
    await house.post(text, **more)
    await house.until(lambda: len(house.world.messages()) > count + 1)
    return house.world.messages()[-1]


async def nothing_english(house: House, *typed: str) -> None:
    await house.until(lambda: not any(one.loading for one in house.world.messages()))
    sent = sent_by(house)
    assert len(sent) > 2
    left = left_english(*sent, typed=typed)
    assert not left, left
