"""Every door asked in turn, and a server's settings set: what tests of settings share."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from bot.dreaming.commands import MENU_NAME
from bot.dreaming.scenes import server_of
from bot.moderation.places import SERVER, Scope
from bot.moderation.settings import Editor
from bot.playground.drafts import File
from bot.playground.model import Channel, Message, User
from tests.bot.dreaming.doors.house import PICTURE, House
from tests.bot.engine import png

DOG = File(filename="dog.png", data=png(shade=50))


async def set_here(house: House, key: str, text: str, scope: Scope = SERVER) -> None:
    """As a moderator would."""
    guild = house.client.get_guild(house.guild.id)
    assert guild is not None
    await house.settings.set(server_of(guild), scope, key, text, by=Editor(id=house.mod.id, manage_server=True))


async def first(house: House, text: str = "!dream seed=5", *, channel: Channel | None = None) -> Message:
    """Alice's dream of her own picture."""
    await house.post(text, PICTURE, channel=channel or house.channel)
    return await house.dream()


@contextlib.asynccontextmanager
async def refused_at_every_door(
    house: House, words: str, *, dream: Message | None, user: User | None = None, channel: Channel | None = None
) -> AsyncIterator[None]:
    """Ask by message, slash command, menu and (under `dream`) button: all say these words, and nothing is fetched."""
    user, channel = user or house.alice, channel or house.channel
    orders, fetched = len(house.engine.orders), len(house.fetched)
    yield
    asked = await house.post("!dream", PICTURE, user=user, channel=channel)
    told = await house.standin.message(lambda one: one.reply_to == asked.id and one.author is house.bot)
    assert words in told.text, told.text
    slash = await house.standin.command(user, channel, "dream", {"picture": PICTURE})
    await house.told(slash, words)
    posted = await house.post("look", PICTURE, user=user, channel=channel)
    await house.told(await house.standin.menu(user, channel, MENU_NAME, posted), words)
    if dream is not None:
        await house.told(await house.standin.press(user, dream, "Again"), words)
    assert (len(house.engine.orders), len(house.fetched)) == (orders, fetched), "something was fetched or dreamt"
