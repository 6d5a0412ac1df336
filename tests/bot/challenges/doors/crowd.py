"""Members who enter and vote by clicking, each with dreams that can be told from the others'."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.challenges.events import Close
from bot.challenges.model import Challenge, Entry, State
from bot.executor.protocol import Event, Made, Order, Outcome
from bot.jobs.shelf import content_hash
from bot.playground.components import walk
from bot.playground.drafts import File
from bot.playground.interactions import Interaction
from bot.playground.model import Channel, Message, User
from bot.store.tables import challenge_entries, challenge_votes
from tests.bot.challenges.doors.stage import Stage, on_stage
from tests.bot.dreaming.doors.house import PICTURE
from tests.bot.engine import png

ENTER = "Enter in the challenge"


class Crowd:
    """`stage`, and what members do there."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.house = stage, stage.house
        self.alice, self.bob, self.mod = self.house.alice, self.house.bob, self.house.mod
        self._shades = itertools.count(1)
        dream = self.house.engine.dream

        async def another(order: Order, on_event: Callable[[Event], None]) -> Outcome:
            made = await dream(order, on_event)
            if isinstance(made, Made):
                data = png(shade=next(self._shades) % 256)
                if not order.bare:  # as the real one writes it
                    data += b"recipe: " + made.recipe.encode()
                made = dataclasses.replace(made, data=data)
            return made

        self.house.engine.dream = another  # type: ignore[method-assign]

    async def dreams(
        self, user: User, *, channel: Channel | None = None, file: File = PICTURE, text: str = ""
    ) -> Message:
        """A dream, as it is delivered."""
        before = len(self.delivered)
        await self.house.post(f"!dream {text}".strip(), file, user=user, channel=channel or self.house.channel)
        await self.house.until(lambda: len(self.delivered) > before and not self.house.client.answers._talks)
        return self.delivered[-1]

    @property
    def delivered(self) -> list[Message]:
        return [
            one
            for one in self.house.world.messages()
            if one.author is self.house.bot
            and one.attachments
            and any(str(b["custom_id"]).startswith("d1:delete:") for b in one.buttons)
        ]

    async def enters(self, user: User) -> Entry:
        """Dreams, and presses the button under it."""
        message = await self.dreams(user)
        done = await self.stage.press(user, message, ENTER)
        assert "✅" in done.text, done.text
        return (await self.entries())[-1]

    async def entries(self, challenge: int = 1) -> list[Entry]:
        return await self.house.challenges.entries.all(challenge, guild=self.house.guild.id)

    async def filled(self, challenge: Challenge, count: int, *, member: int = 1, **more: Any) -> None:
        """Many entries at once, by members whose ids begin with `member`, in no channel."""
        pictures = {content_hash(data): data for data in (picture(number) for number in range(count))}
        self.house.queue.shelf.keep_sources(pictures)
        values = {
            "challenge": challenge.id,
            "ordinal": 0,
            "format": "PNG",
            "width": 8,
            "height": 8,
            "spoiler": False,
            "recipe": "network=inception_v1 layer=inception_4c/output seed=1",
            "network": "inception_v1",
            "state": "approved",
            "submitted": self.house.clock(),
        } | more
        rows = [{**values, "member": member + at, "job": None, "picture": one} for at, one in enumerate(pictures)]

        async def change(connection: AsyncConnection) -> None:
            await connection.execute(insert(challenge_entries), rows)

        await self.house.challenges.entries._database.write(change)

    async def votes(self, challenge: Challenge) -> int:
        """All that were given."""
        async with self.house.challenges.votes._database.reading() as connection:
            query = select(func.count()).where(challenge_votes.c.challenge == challenge.id)
            return (await connection.execute(query)).scalar() or 0

    async def voting(self, challenge: Challenge) -> Challenge:
        return await self.stage.do(challenge, Close(step=State.SUBMITTING))

    async def chooses(self, user: User, message: Message, value: str | None = None) -> Interaction:
        """From the only list of a message."""
        menu = next(one for one in walk(message.components) if one["type"] == 3)
        values = [one["value"] for one in menu["options"]]
        return await self.stage.select(user, message, menu["custom_id"], [value or values[0]])


def picture(number: int) -> bytes:
    """Each is another one."""
    return png(width=8 + number // 250, shade=number % 250)


def file_in(message: Message) -> bytes:
    """The only file of a message."""
    (attachment,) = message.attachments
    return attachment.data


def in_crowd(home: Path, test: Callable[[Crowd], Awaitable[None]], **settings: Any) -> None:
    async def on(stage: Stage) -> None:
        await test(Crowd(stage))

    on_stage(home, on, **settings)


async def both(*work: Awaitable[Any]) -> list[Any]:
    """At once."""
    return list(await asyncio.gather(*work))
