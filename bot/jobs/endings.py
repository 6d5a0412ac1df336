"""How a job ends: made or given up, and answered. With it go the files that only it needed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.executor.protocol import Encoded
from bot.jobs import rows
from bot.jobs.board import Board
from bot.jobs.model import Job, JobState, PictureState
from bot.jobs.rows import Kept
from bot.jobs.shelf import Shelf
from bot.store.database import Database
from bot.store.tables import job_pictures, jobs
from dreamcore.errors import Cancelled

logger = logging.getLogger(__name__)

_UNMADE = [PictureState.WAITING.value, PictureState.RUNNING.value]


class Endings:
    """told: a sentence in the language of a job. answered: told of every job whose person has been told."""

    def __init__(
        self,
        *,
        database: Database,
        shelf: Shelf,
        board: Board,
        told: Callable[[str, str], str],
        answered: Callable[[Job], Awaitable[None]],
        clock: Callable[[], float],
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._board = board
        self._told = told
        self._answered = answered
        self._clock = clock

    async def replace_result(self, job: str, ordinal: int, encoded: Encoded) -> None:
        """As `JobQueue.replace_result`."""
        name = f"{job}-{ordinal}.{encoded.format.lower()}"
        path = await asyncio.to_thread(self._shelf.keep_result, name, encoded.data)
        older: list[str] = []

        async def change(connection: AsyncConnection) -> None:
            which = (job_pictures.c.job == job) & (job_pictures.c.ordinal == ordinal)
            which &= job_pictures.c.state == PictureState.MADE.value
            found = await connection.execute(select(job_pictures.c.result_path).where(which))
            older.extend(found.scalars())
            values = {"result_path": path, "result_format": encoded.format, "result_note": encoded.note}
            await connection.execute(update(job_pictures).where(which).values(**values))

        await self.change(job, change)
        await asyncio.to_thread(self._shelf.drop_results, older or [path])

    async def give_up(self, id: str, **values: Any) -> Job | None:
        """End an open job, whatever its pictures are doing; None where it is not open."""
        now = self._clock()
        checkpoints: list[str] = []

        async def change(connection: AsyncConnection) -> Kept | None:
            if not await rows.change_job(connection, id, only=rows.OPEN_STATES, finished=now, **values):
                return None
            unmade = (job_pictures.c.job == id) & job_pictures.c.state.in_(_UNMADE)
            there = select(job_pictures.c.checkpoint).where(unmade, job_pictures.c.checkpoint.is_not(None))
            checkpoints[:] = (await connection.execute(there)).scalars()
            failed = {"state": PictureState.FAILED.value, "error": self._told(id, Cancelled().sentence)}
            await connection.execute(update(job_pictures).where(unmade).values(**failed, finished=now, checkpoint=None))
            return await rows.load(connection, id)

        kept = await self._database.write(change, then=self._put)
        await asyncio.to_thread(self._shelf.drop_checkpoints, checkpoints)
        return kept.job if kept else None

    async def delivered(self, id: str, *, message: int | None) -> None:
        """As `JobQueue.delivered`."""

        async def change(connection: AsyncConnection) -> None:
            told = {"delivered": self._clock(), "result_message": message}
            which = (jobs.c.id == id) & jobs.c.delivered.is_(None)
            await connection.execute(update(jobs).where(which, jobs.c.state.in_(rows.ENDED_UNTOLD)).values(**told))
            await rows.change_job(connection, id, only=[JobState.MADE], state=JobState.DELIVERED.value)

        job = await self.change(id, change)
        if job is not None and job.delivered is None and job.state is not JobState.UNDELIVERABLE:
            logger.warning("cannot be delivered: it has not ended", extra={"job": id})
        elif job is not None:
            await self._let_go(job)

    async def undeliverable(self, id: str, *, log: str) -> bool:
        """As `JobQueue.undeliverable`; returns whether it still waited or ran."""
        values = {"state": JobState.UNDELIVERABLE.value, "log": log}
        stopped = await self.give_up(id, **values)

        async def change(connection: AsyncConnection) -> None:
            which = (jobs.c.id == id) & jobs.c.delivered.is_(None)
            await connection.execute(update(jobs).where(which, jobs.c.state.in_(rows.ENDED_UNTOLD)).values(**values))

        job = stopped or await self.change(id, change)
        logger.info("undeliverable: %s", log, extra={"job": id})
        if job is not None and job.answered:
            await self._let_go(job)
        return stopped is not None

    async def change(self, id: str, change: Callable[[AsyncConnection], Coroutine[Any, Any, None]]) -> Job | None:
        """Something about a job, in one transaction; returns the job as it is after it."""

        async def whole(connection: AsyncConnection) -> Kept | None:
            await change(connection)
            return await rows.load(connection, id)

        kept = await self._database.write(whole, then=self._put)
        return kept.job if kept else None

    def _put(self, kept: Kept | None) -> None:
        if kept is not None:
            self._board.put(kept)

    async def _let_go(self, job: Job) -> None:
        """It is answered: its results are needed no more, and perhaps not its sources."""
        paths = [picture.result.path for picture in job.pictures if picture.result is not None]
        await asyncio.to_thread(self._shelf.drop_results, paths)
        await self._answered(job)
