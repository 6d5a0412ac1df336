"""A server with moderators, members and a channel for challenges, over the stand-in's sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bot.challenges.events import Event, Open
from bot.challenges.model import Challenge, Entry, Plan, When
from bot.challenges.views import Submission
from bot.dreaming.buttons import Action, Press
from bot.playground.components import walk
from bot.playground.interactions import Interaction
from bot.playground.model import Channel, Message, User
from bot.playground.permissions import Permission
from tests.bot.dreaming.doors.house import PICTURE, House, at_home
from tests.bot.engine import png
from tests.bot.moderation.doors.office import Office, held

HOUR, DAY = 3600.0, 86_400.0


class Stage(Office):
    """The office, and a channel for challenges."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.arena = house.world.add_channel(house.guild, "challenges")
        self.prize = house.world.add_role(house.guild, "Dreamer of the week")
        self.power = house.world.add_role(house.guild, "Power", int(Permission.MANAGE_ROLES))
        house.guild.members[house.bot.id].roles.append(self.power.id)

    @property
    def own(self) -> list[Message]:
        """What the bot has said in the channel."""
        return [
            one for one in self.house.world.messages(self.arena) if one.author is self.house.bot and not one.ephemeral
        ]

    # --- without clicking

    async def draft(self, **plan: Any) -> Challenge:
        values = {"theme": "Night", "submissions": When(after=3 * DAY), "voting": When(after=2 * DAY)} | plan
        values = {"channel": self.arena.id} | values
        return await self.house.challenges.create(self.house.guild.id, Plan(**values), by=self.boss.id)

    async def open(self, **plan: Any) -> Challenge:
        """One that takes entries, and is announced."""
        draft = await self.draft(**plan)
        return await self.do(draft, Open())

    async def do(self, challenge: Challenge, event: Event) -> Challenge:
        done = await self.house.challenges.do(challenge.id, event, guild=self.house.guild.id, by=self.boss.id)
        await self.settled()
        return done

    async def get(self, id: int = 1) -> Challenge:
        return await self.house.challenges.get(id, guild=self.house.guild.id)

    async def passes(self, seconds: float) -> None:
        """Time goes by, and what is due then is done."""
        self.house.clock.ahead += seconds
        self.house.client.doors.challenges.clockwork.look()
        await self.settled()

    async def settled(self) -> None:
        async with asyncio.timeout(120):
            await self.house.client.doors.challenges.clockwork.settled()

    async def history(self, id: int = 1) -> list[str]:
        return [one.what for one in await self.house.challenges.changes(id, guild=self.house.guild.id)]

    async def enter(self, challenge: Challenge, user: User) -> Entry:
        """A dream of theirs, made and delivered, and entered."""
        return await self.submit(challenge, user, await self.dream(user))

    async def dream(self, user: User) -> str:
        """The job, when its dream has been delivered."""
        before = self._dreams()
        await self.house.post("!dream", PICTURE, user=user)
        await self.house.until(lambda: set(self._dreams()) - set(before))
        (job,) = set(self._dreams()) - set(before)
        await self.house.until(lambda: not self.house.client.answers._talks)
        return job

    async def submit(self, challenge: Challenge, user: User, job: str) -> Entry:
        submission = Submission(
            challenge=challenge.id,
            guild=self.house.guild.id,
            member=user.id,
            roles=(),
            job=job,
            ordinal=0,
            data=png(shade=200),
        )
        return (await self.house.challenges.entries.submit(submission)).entry

    def _dreams(self) -> list[str]:
        """The jobs whose dreams have been posted, in whatever language."""
        presses = [Press.read(str(one["custom_id"])) for said in self.house.world.messages() for one in said.buttons]
        return [press.job for press in presses if press.action is Action.AGAIN]

    async def vote(self, entry: Entry, user: User) -> None:
        await self.house.challenges.votes.vote(entry.id, guild=self.house.guild.id, voter=user.id, roles=())

    # --- by clicking

    async def press(self, user: User, message: Message, label: str) -> Interaction:
        done = await self.house.standin.press(user, message, label)
        if done.original is not None and done.original.loading:
            await self.house.standin.fulfilled(done)
        return done

    async def turned(self, message: Message, work: Awaitable[Interaction]) -> None:
        """A press, or a form, that is answered by another page in the same message."""
        before = message.edits
        await work
        await self.house.until(lambda: message.edits > before)

    async def fill(self, opened: Interaction, **typed: str) -> Interaction:
        """A form: what is typed into some of its fields."""
        return await self.house.standin.submit(opened, held(opened, **typed))

    async def pick(self, user: User, message: Message, kind: int, values: list[str]) -> Interaction:
        """From the menu of that kind: 6 for roles, 8 for channels."""
        menu = next(one["custom_id"] for one in walk(message.components) if one["type"] == kind)
        return await self.select(user, message, menu, values)


def page_of(done: Interaction) -> Message:
    """The ephemeral page that a command or a form has shown."""
    assert done.original is not None
    return done.original


def labels(message: Message) -> list[str]:
    return [one["label"] for one in message.buttons]


def on_stage(home: Path, test: Callable[[Stage], Awaitable[None]], **settings: Any) -> None:
    """Run a test on a stage of its own."""

    async def run() -> None:
        made: list[Stage] = []
        async with at_home(home, furnish=lambda house: made.append(Stage(house)), **settings):
            async with asyncio.timeout(120):
                await test(made[0])

    asyncio.run(run())


__all__ = ["DAY", "HOUR", "Channel", "Stage", "labels", "on_stage", "page_of"]
