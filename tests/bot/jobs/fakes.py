"""A queue on a real SQLite file, an executor that does as it is told, and answers that remember what they were told."""

from __future__ import annotations

import asyncio
import functools
import itertools
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.config import Config, LimitsConfig
from bot.executor.protocol import (
    Encoded,
    Event,
    Failed,
    Lost,
    Made,
    Order,
    Outcome,
    Paused,
    Progressed,
    SheetOrder,
    Started,
    Stopped,
)
from bot.jobs.dispatcher import Dispatcher
from bot.jobs.model import AskedPicture, Door, Place, Request
from bot.jobs.queue import JobQueue
from bot.kinds import Kind, Role
from bot.recipes import read_recipe
from bot.store.database import Database
from tests.databases import database_in

MANY = LimitsConfig(
    member_per_hour=0,
    member_waiting=0,
    films_per_day=0,
    grids_per_day=0,
    guild_waiting=0,
    waiting=0,
    personal_per_hour=0,
)
NOON = 1_800_000_000.0


def in_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """A test written as a coroutine."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), 120))

    return run


async def until(true: Callable[[], object]) -> None:
    """Wait for it, however slow the machine is; `in_loop` ends what never comes."""
    while not true():
        await asyncio.sleep(0.005)


class Clock:
    """Says what it is told."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def tick(self, seconds: float) -> None:
        self.now += seconds


def config(home: Path, *, limits: LimitsConfig = MANY, keep_days: float = 7.0, keep_bytes: int = 0) -> Config:
    database = database_in(home)
    return Config(token=None, home=home, database=database, limits=limits, keep_days=keep_days, keep_bytes=keep_bytes)


@asynccontextmanager
async def opened(
    home: Path,
    *,
    limits: LimitsConfig = MANY,
    keep_days: float = 7.0,
    keep_bytes: int = 0,
    clock: Callable[[], float] | None = None,
    steady: Callable[[], float] | None = None,
) -> AsyncIterator[JobQueue]:
    """A queue, as one life of the bot has it."""
    settings = config(home, limits=limits, keep_days=keep_days, keep_bytes=keep_bytes)
    database = await Database.open(settings.database)
    try:
        queue = JobQueue(database=database, folder=home, config=settings, clock=clock or Clock(), steady=steady)
        await queue.open()
        yield queue
        await queue.close()
    finally:
        await database.close()


_causes = itertools.count(1)
USUAL = {Kind.IMAGINE: "classes=dumbbell", Kind.GRID: "strength=1,2"}  #: of the kinds that need something


def request(
    *pictures: bytes,
    requester: int = 1,
    guild: int | None = 10,
    recipe: str = "",
    cause: str | None = None,
    reachable: bool = True,
    author: int | None = None,
    kind: Kind = Kind.DREAM,
    companions: Mapping[Role, bytes] | None = None,
) -> Request:
    """Of the kinds that begin with no picture there is one unit of work all the same."""
    data: tuple[bytes | None, ...] = (pictures or (b"a picture",)) if kind.has_source else (None,)
    by = author or requester
    return Request(
        kind=kind,
        requester=requester,
        door=Door.PREFIX,
        place=Place(guild=guild, channel=5, message=6, reachable=reachable),
        recipe=read_recipe(kind, recipe or USUAL.get(kind, "")),
        pictures=tuple(AskedPicture(data=one, filename=f"{n}.png", author=by) for n, one in enumerate(data)),
        companions={
            role: AskedPicture(data=one, filename=f"{role.value}.png", author=by)
            for role, one in (companions or {}).items()
        },
        cause=cause or f"message:{next(_causes)}",
    )


def made(order: Order, *, seconds: float = 2.0) -> Made:
    return Made(
        data=b"dream of " + (order.picture or b"nothing"),
        format="PNG",
        note="",
        width=8,
        height=6,
        recipe=order.recipe,
        network="daydream",
        seconds=seconds,
        notes=("A note.",),
    )


@dataclass
class Handed:
    """An order the executor has, waiting to be told what becomes of it."""

    order: Order
    on_event: Callable[[Event], None]
    outcome: asyncio.Future[Outcome]

    @property
    def fence(self) -> dict[str, Any]:
        return {"job": self.order.job, "ordinal": self.order.ordinal, "attempt": self.order.attempt}

    def start(self) -> None:
        self.on_event(Started(**self.fence))

    def progress(self, share: float, preview: bytes | None = None) -> None:
        self.on_event(Progressed(**self.fence, share=share, preview=preview))

    def end(self, outcome: Outcome | None = None) -> None:
        self.outcome.set_result(outcome or made(self.order))

    def pause(self, share: float, *, checkpoint: bytes = b"so far", seconds: float = 15.0) -> None:
        """A part of it is done."""
        self.end(Paused(checkpoint=checkpoint, share=share, seconds=seconds))

    def lose(self, *, started: bool) -> None:
        self.end(Lost(started=started, log="the worker died"))


class ScriptedExecutor:
    """Does nothing of itself: a test says what becomes of each order. With `automatic`, every dream is made at once."""

    def __init__(self, *, slots: int = 1, automatic: Callable[[Order], Outcome] | None = None) -> None:
        self.slots = slots
        self.network: str | None = None
        self.handed: list[Handed] = []
        self.cancelled: list[str] = []
        self._automatic = automatic
        self._arrived = asyncio.Condition()

    async def start(self) -> None: ...

    async def dream(self, order: Order, on_event: Callable[[Event], None]) -> Outcome:
        handed = Handed(order, on_event, asyncio.get_running_loop().create_future())
        self.handed.append(handed)
        async with self._arrived:
            self._arrived.notify_all()
        if self._automatic is not None:
            handed.start()
            await asyncio.sleep(0)
            return self._automatic(order)
        return await handed.outcome

    async def order(self, number: int) -> Handed:
        """The order that was handed out as this one, from 0."""
        async with self._arrived:
            await asyncio.wait_for(self._arrived.wait_for(lambda: len(self.handed) > number), 60)
        return self.handed[number]

    def cancel(self, job: str) -> None:
        self.cancelled.append(job)
        for handed in self.handed:
            if handed.order.job == job and not handed.outcome.done():
                handed.end(Stopped())

    async def refit(self, picture: bytes, byte_limit: int) -> Encoded:
        raise NotImplementedError

    async def compare(self, before: bytes, after: bytes, byte_limit: int) -> Encoded:
        raise NotImplementedError

    async def sheet(self, order: SheetOrder) -> Encoded:
        raise NotImplementedError

    async def atlas(self, recipe: str, *, language: str, byte_limit: int) -> Encoded | None:
        raise NotImplementedError

    async def close(self, grace: float) -> None: ...


@dataclass
class RememberingAnswers:
    """What the answers' side was told."""

    previews: list[tuple[str, int, float, bytes | None]] = field(default_factory=list)
    moves: int = 0
    ends: list[str] = field(default_factory=list)

    def progressed(self, job: str, ordinal: int, share: float, preview: bytes | None) -> None:
        self.previews.append((job, ordinal, share, preview))

    def queue_moved(self) -> None:
        self.moves += 1

    def ended(self, job: str) -> None:
        self.ends.append(job)

    async def all_of(self, *jobs: str) -> None:
        """Wait until these have ended."""
        await until(lambda: set(jobs) <= set(self.ends))


@dataclass
class Desk:
    """A queue with a dispatcher at work."""

    queue: JobQueue
    executor: ScriptedExecutor
    answers: RememberingAnswers
    dispatcher: Dispatcher


@asynccontextmanager
async def dispatching(
    home: Path,
    *,
    executor: ScriptedExecutor | None = None,
    limits: LimitsConfig = MANY,
    keep_days: float = 7.0,
    clock: Callable[[], float] | None = None,
) -> AsyncIterator[Desk]:
    clock = clock or Clock()
    async with opened(home, limits=limits, keep_days=keep_days, clock=clock) as queue:
        executor = executor or ScriptedExecutor()
        answers = RememberingAnswers()
        dispatcher = Dispatcher(queue=queue, executor=executor, answers=answers, clock=clock)
        await dispatcher.start()
        try:
            yield Desk(queue, executor, answers, dispatcher)
        finally:
            await dispatcher.close(grace=0)


def failed(sentence: str = "It is no picture.", *, killed_decoder: bool = False) -> Failed:
    return Failed(sentence=sentence, log="broken", killed_decoder=killed_decoder)
