"""A server with members, dreams of theirs that are made, and challenges on a real SQLite file."""

from __future__ import annotations

import dataclasses
import itertools
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.challenges.events import Schedule
from bot.challenges.model import Challenge, Plan, When
from bot.challenges.records import Challenges
from bot.challenges.views import Submission, Submitted
from bot.executor.protocol import Made
from bot.jobs.manner import Manner
from bot.jobs.model import Job
from bot.jobs.queue import JobQueue
from tests.bot.jobs.fakes import Clock, opened, request

GUILD, CHANNEL = 900_000_000_000_000_001, 900_000_000_000_000_005
ANNA, BEN, CARL, DORA = (810_000_000_000_000_000 + number for number in (1, 2, 3, 4))
MODERATOR = 810_000_000_000_000_099
HOUR, DAY = 3600.0, 86_400.0

RECIPE = (
    "network=inception_v1 layer=inception_4c/output objective=energy strength={strength} schedule=coarse steps=14 "
    "octaves=4 octave_scale=1.4 jitter=16 normalisation=mean smoothing=laplacian size=512 colours=dream "
    "precision=fp32 seed={seed} engine=1"
)

PLAN = Plan(channel=CHANNEL, theme="Night", submissions=When(after=3 * DAY), voting=When(after=2 * DAY))


def recipe(*, strength: float = 1, seed: int = 7) -> str:
    return RECIPE.format(strength=strength, seed=seed)


@dataclass
class Arena:
    queue: JobQueue
    challenges: Challenges
    clock: Callable[[], float]
    home: Path
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def dream(self, member: int, *, made: str | None = None, guild: int | None = GUILD, **more: Any) -> Job:
        """A dream of a picture of its own (or of `picture`), made and delivered."""
        secret = more.pop("secret", 0)
        picture = more.pop("picture", f"picture {next(self.numbers)}".encode())
        named = {"cause": f"message:{secrets.randbits(60)}"}  # no other life has had it
        wanted = request(picture, requester=member, guild=guild, **named, **more)
        if secret:  # made for a challenge that hides recipes
            wanted = dataclasses.replace(wanted, manner=Manner.read({"secret": secret}))
        accepted = await self.queue.accept(wanted)
        order = await self.queue.work.next()
        while order is not None and order.job != accepted.job.id:  # a previous life has left it
            order = await self.queue.work.next()
        assert order is not None
        result = Made(
            data=b"dream of " + (order.picture or b"nothing"),
            format="PNG",
            note="",
            width=8,
            height=6,
            recipe=made or recipe(),
            network="inception_v1",
            seconds=1.0,
            notes=(),
        )
        assert await self.queue.work.made(order, result, await self.queue.work.keep(order, result))
        await self.queue.delivered(accepted.job.id, message=5)
        job = await self.queue.job(accepted.job.id)
        assert job is not None
        return job

    async def open(self, plan: Plan = PLAN) -> Challenge:
        """A challenge that takes entries."""
        draft = await self.challenges.create(GUILD, plan, by=MODERATOR)
        return await self.challenges.do(draft.id, Schedule(), guild=GUILD, by=MODERATOR)

    async def enter(self, challenge: Challenge, member: int, job: Job | None = None, **more: Any) -> Submitted:
        job = job or await self.dream(member, secret=challenge.id if challenge.hidden else 0)
        return await self.challenges.entries.submit(submission(challenge, member, job, **more))


def submission(challenge: Challenge, member: int, job: Job, **more: Any) -> Submission:
    values: dict[str, Any] = {"roles": (), "ordinal": 0, "data": f"dream {job.id}".encode(), "guild": GUILD} | more
    return Submission(challenge=challenge.id, member=member, job=job.id, **values)


@asynccontextmanager
async def arena(home: Path, *, clock: Callable[[], float] | None = None) -> AsyncIterator[Arena]:
    """One life of the bot."""
    clock = clock or Clock()
    async with opened(home, clock=clock) as queue:
        challenges = Challenges(
            database=queue._database, shelf=queue.shelf, keeping=queue.keeping, aliases=queue.aliases, clock=clock
        )
        await challenges.outbox.open()
        yield Arena(queue=queue, challenges=challenges, clock=clock, home=home)
