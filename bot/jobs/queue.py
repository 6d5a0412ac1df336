"""The queue: what is accepted is never lost. The job table is the authority; this is its only writer.

A request is accepted once its pictures are on the disk and its rows are committed, in one transaction with every
check. From then on it ends MADE, FAILED or CANCELLED and is answered, whatever dies in between.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.config import Config
from bot.errors import BotError, ConfigError, NoPicture
from bot.executor.protocol import Encoded
from bot.jobs import rows
from bot.jobs.accepting import Acceptance, Entered
from bot.jobs.aliases import Aliases
from bot.jobs.board import Board
from bot.jobs.endings import Endings
from bot.jobs.estimates import Estimates, load_of
from bot.jobs.keeping import Keeping
from bot.jobs.limits import Use
from bot.jobs.members import Members
from bot.jobs.model import Companion, Job, JobPicture, JobState, Request, Result, Standing
from bot.jobs.ports import Nobody, Watch
from bot.jobs.recovery import recall_served, take_up
from bot.jobs.rules import Ask
from bot.jobs.shelf import Shelf
from bot.jobs.work import Work
from bot.kinds import Kind
from bot.languages import tr
from bot.store.database import Database
from bot.store.tables import jobs

logger = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A request that will be answered."""

    job: Job
    standing: Standing
    fresh: bool  # False: this cause was accepted before, and this is that job


class JobQueue:
    """Accepts, keeps, and says where everything stands. `work` is the dispatcher's side of it."""

    def __init__(
        self,
        *,
        database: Database,
        folder: Path,
        config: Config,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] | None = None,
    ) -> None:
        """steady: the clock by which work is measured, see `Board`."""
        self.on_change: Callable[[], None] = _nothing  #: something was accepted, ended, or is no longer wanted
        self.on_ended: Callable[[str], None] = _nothing  #: a job is MADE, FAILED or CANCELLED
        self.admit: Callable[[Ask], None] = lambda _: None  #: raises Refusal, before all other checks: bot.owner
        self.watch: Watch = Nobody()
        self._database = database
        self._folder = folder
        self._config = config
        self._clock = clock
        self.shelf = Shelf(folder)  #: with `keeping`, for those who keep pictures of their own: bot.challenges
        self.keeping = Keeping(database=database, shelf=self.shelf, config=config, clock=clock)
        self._board = Board(clock=clock, steady=steady, estimates=Estimates())
        self.aliases = Aliases(folder)
        self._acceptance = Acceptance(
            database=database,
            shelf=self.shelf,
            keeping=self.keeping,
            board=self._board,
            limits=config.limits,
            aliases=self.aliases,
            admit=lambda ask: self.admit(ask),
            clock=clock,
        )
        self._owned: set[asyncio.Task[Any]] = set()
        self._inherited: frozenset[str] = frozenset()
        self.work = Work(database=database, shelf=self.shelf, board=self._board, clock=clock, moved=self._moved)
        self._endings = Endings(
            database=database,
            shelf=self.shelf,
            board=self._board,
            told=self.work.told,
            answered=self._answered,
            clock=clock,
        )
        self.members = Members(
            database=database,
            shelf=self.shelf,
            keeping=self.keeping,
            board=self._board,
            aliases=self.aliases,
            cancel=self.cancel,
            moved=self._moved,
            gone=self._gone,
            clock=clock,
        )

    @property
    def board(self) -> Board:
        """What is open, in memory."""
        return self._board

    async def open(self) -> None:
        """Take up what a previous life has left. Raises ConfigError when the folder cannot be used."""
        try:
            await asyncio.to_thread(self.shelf.open)
        except OSError as error:
            raise ConfigError(f"The folder {self._folder} cannot be written to: {error.strerror}.") from error
        await self.members.open()
        now = self._clock()
        open_jobs = await self._database.write(lambda connection: take_up(connection, now))
        async with self._database.reading() as connection:
            self._board.estimates.update(await rows.load_measured(connection))
            await recall_served(connection, self._board.served, now)
        for kept in open_jobs:
            self._board.put(kept)
        untold = await self.unanswered()
        self._inherited = frozenset([*(kept.job.id for kept in open_jobs), *(job.id for job in untold)])
        if orphans := await self.keeping.drop_orphans():
            logger.info("removed %d files that belong to no job", orphans)

    async def close(self) -> None:
        """Let what is being accepted come to its end."""
        while self._owned:
            await asyncio.wait(self._owned)

    async def check(self, ask: Ask) -> None:
        """Raise Refusal for what `accept` would not take; asked before anything is downloaded."""
        await self._acceptance.check(ask)

    async def uses(self, ask: Ask) -> list[Use]:
        """Every limit that holds for a member in a place, and how much of it is left."""
        return await self._acceptance.uses(ask)

    async def accept(self, request: Request) -> Accepted:
        """Take a request on: when this returns, it will be answered. Raises Refusal, NoPicture."""
        if not request.pictures or any((one.data is None) is request.kind.has_source for one in request.pictures):
            raise NoPicture(tr("There is no picture to dream."))
        entered = await self._to_its_end(self._enter(request))
        job = entered.kept.job
        return Accepted(job=job, standing=self._standing_of(job), fresh=entered.fresh)

    async def _enter(self, request: Request) -> Entered:
        entered = await self._acceptance.enter(request)
        if entered.fresh:
            self.watch.accepted(entered.kept.job)
            self.on_change()
        return entered

    async def job(self, id: str) -> Job | None:
        if (job := self._board.get(id)) is not None:
            return job
        async with self._database.reading() as connection:
            kept = await rows.load(connection, id)
        return kept.job if kept else None

    def inherited(self, id: str) -> bool:
        """Whether an earlier life of the bot accepted it, and may have said something about it."""
        return id in self._inherited

    async def open_jobs(self, *, requester: int | None = None, guild: int | None = None) -> list[Job]:
        """Waiting or running, in the order in which they are expected to be finished."""
        return [
            job
            for job in self._board.jobs()
            if requester in (None, job.requester) and (guild is None or job.place.guild == guild)
        ]

    async def unanswered(self) -> list[Job]:
        """Ended, and the person has not been told how; the oldest first."""
        query = select(jobs).where(jobs.c.delivered.is_(None), jobs.c.state.in_(rows.ENDED_UNTOLD))
        async with self._database.reading() as connection:
            return [kept.job for kept in await rows.load_where(connection, query.order_by(jobs.c.number))]

    async def source_bytes(self, picture: JobPicture | Companion) -> bytes | None:
        """The picture as it was posted; None when it is no longer kept, or there never was one."""
        return None if picture.source is None else await asyncio.to_thread(self.shelf.source, picture.source)

    async def result_bytes(self, result: Result) -> bytes:
        """A dream that is not delivered yet. Raises BotError when it is no longer there."""
        try:
            return await asyncio.to_thread(self.shelf.result, result.path)
        except OSError as error:
            raise BotError(tr("The dream's file is no longer there."), log=f"{result.path}: {error}") from error

    async def replace_result(self, job: str, ordinal: int, encoded: Encoded) -> None:
        """The same dream in fewer bytes."""
        await self._endings.replace_result(job, ordinal, encoded)

    async def cancel(self, id: str, *, by: int) -> Job | None:
        """Stop a job that waits or runs; None when there is nothing to stop any more."""
        job = await self._endings.give_up(id, state=JobState.CANCELLED.value, cancelled_by=by)
        if job is not None:
            logger.info("cancelled by %d", by, extra={"job": id})
            self._moved(job)
        return job

    async def set_waiting_message(self, id: str, message: int | None) -> None:
        await self._note(id, waiting_message=message)

    async def set_thread(self, id: str, thread: int) -> None:
        """The thread that its answer is given in; 0: none can be had."""
        await self._note(id, thread=thread)

    async def delivered(self, id: str, *, message: int | None) -> None:
        """The person was told how it ended, in this message. The results' files go."""
        await self._endings.delivered(id, message=message)

    async def answer_deleted(self, id: str) -> None:
        """Somebody has deleted the message that carried the answer."""
        await self._note(id, result_message=None)

    async def undeliverable(self, id: str, *, log: str) -> None:
        """Nobody is left to give it to; if it still waits or runs, it is stopped."""
        if await self._endings.undeliverable(id, log=log):
            self.on_change()

    def standing(self, id: str) -> Standing | None:
        """Where a waiting or running job stands."""
        return self._board.standings().get(id)

    def standings(self) -> Mapping[str, Standing]:
        """Of all open jobs; computed once for each change."""
        return self._board.standings()

    def estimate(self, kind: Kind, text: str) -> float:
        """Seconds of work that one such picture takes, by what others took; before anything is asked for."""
        return self._board.estimates.seconds(load_of(kind, text))

    async def forget_sources(self) -> int:
        """Delete the sources whose keeping time is over; returns how many."""
        self._board.served.forget(self._clock())
        await self.members.sweep()
        return await self.keeping.forget()

    def _standing_of(self, job: Job) -> Standing:
        standing = self.standing(job.id)
        if standing is None:  # this cause was accepted before, and has ended meanwhile
            seconds = self._board.estimates.seconds(load_of(job.kind, job.recipe)) * len(job.pictures)
            standing = Standing(ahead=0, ready_at=job.finished or self._clock(), seconds=seconds, running=False)
        return standing

    async def _note(self, id: str, **values: Any) -> None:
        async def change(connection: AsyncConnection) -> None:
            await connection.execute(update(jobs).where(jobs.c.id == id).values(**values))

        await self._endings.change(id, change)

    def _moved(self, job: Job) -> None:
        """The job has changed: tell those who want to know."""
        self.on_change()
        if job.ended:
            logger.info("%s", job.state.value, extra={"job": job.id})
            self.on_ended(job.id)

    def _gone(self, id: str) -> None:
        """An open job is there no more."""
        self.on_change()
        self.on_ended(id)

    async def _answered(self, job: Job) -> None:
        self.watch.answered(job)
        if self._config.keep_days <= 0:
            await self.forget_sources()

    async def _to_its_end(self, doing: Coroutine[Any, Any, T]) -> T:
        """Do it, even if whoever asked stops waiting: a file without its row, or the reverse, helps nobody."""
        task = asyncio.create_task(doing)
        self._owned.add(task)
        task.add_done_callback(self._done)
        return await asyncio.shield(task)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._owned.discard(task)
        if not task.cancelled():
            task.exception()


def _nothing(*_: str) -> None:
    pass
