"""What happens to a picture between the queue and the executor: handed out, begun, made, failed, lost, returned; of
long work, a part done.

Every step is one transaction, fenced by the attempt's number: what an older attempt brings late changes nothing.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.executor.protocol import Made, Order, Paused
from bot.jobs import rows
from bot.jobs.board import LONGEST_HOLD, Board
from bot.jobs.estimates import Measured, load_of
from bot.jobs.fairness import Pick
from bot.jobs.leaving import Leaving, Row
from bot.jobs.model import Job, JobState, PictureState
from bot.jobs.rows import Kept
from bot.jobs.shelf import Shelf
from bot.languages import ENGLISH, speaking, tell
from bot.store.database import Database
from bot.store.tables import decoder_deaths, job_pictures, jobs
from dreamcore.sentences import Sentence

logger = logging.getLogger(__name__)

RETRIES = 2  #: of a picture whose worker died; of long work, between two parts that bring it further
RETURNS = 20  #: times that a picture may come back before a worker has begun it

LOST = Sentence(
    "The machine that dreamt this picture stopped in the middle, three times over: "
    "the picture may be too much for it. A smaller size= may work."
)
STUCK = Sentence(
    "This is too much for the machine: three times over it worked for a while and came no further. "
    "A smaller size= may work."
)
NEVER_BEGUN = Sentence("No machine could begin with this picture, though it was tried for a while. Try again later.")


class Work:
    """The dispatcher's side of the queue."""

    def __init__(
        self,
        *,
        database: Database,
        shelf: Shelf,
        board: Board,
        clock: Callable[[], float],
        moved: Callable[[Job], None],
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._board = board
        self._clock = clock
        self._leaving = Leaving(database=database, shelf=shelf, board=board, clock=clock, moved=moved)

    async def next(self, *, ahead: bool = False) -> Order | None:
        """Hand out the picture whose turn it is, its bytes left out (see `filled`); None when nothing waits.

        ahead: a worker is to have it ready beside the one that it works on. Long work is not handed out then: by the
        time the worker is free, somebody may have come for whom it has to wait.
        """
        while (pick := self._board.next(ahead=ahead)) is not None:
            job = self._board.get(pick.job)
            assert job is not None, "what is picked is on the board"
            picture = job.pictures[pick.ordinal]
            attempt = await self._hand_out(pick, picture.attempt)
            if attempt is not None:
                return Order(
                    job=job.id,
                    ordinal=pick.ordinal,
                    attempt=attempt,
                    kind=job.kind,
                    picture=b"" if job.kind.has_source else None,
                    recipe=job.recipe,
                    share=picture.share,
                    byte_limit=job.place.byte_limit,
                    language=job.manner.language,
                    bare=bool(job.manner.secret),
                )
        return None

    async def filled(self, order: Order) -> Order | None:
        """What was handed out, with all bytes that it needs; None where some, or the job, are gone. Raises OSError."""
        job = self._board.get(order.job)
        if job is None:
            return None
        picture = job.pictures[order.ordinal]
        source = None if picture.source is None else await asyncio.to_thread(self._shelf.source, picture.source)
        beside = {one.role: await asyncio.to_thread(self._shelf.source, one.source) for one in job.companions}
        companions = {role: data for role, data in beside.items() if data is not None}
        if (source is None) is job.kind.has_source or len(companions) < len(beside):
            return None
        checkpoint = None
        if picture.checkpoint is not None:
            checkpoint = await asyncio.to_thread(self._shelf.checkpoint, picture.checkpoint)
            if checkpoint is None:
                logger.warning("its checkpoint is gone, it begins again", extra={"job": order.job})
        share = 0.0 if checkpoint is None else order.share
        return dataclasses.replace(order, picture=source, companions=companions, checkpoint=checkpoint, share=share)

    async def _hand_out(self, pick: Pick, attempt: int) -> int | None:
        async def change(connection: AsyncConnection) -> tuple[bool, Kept | None]:
            handed = await rows.change_job(connection, pick.job, only=rows.OPEN_STATES, state=JobState.RUNNING.value)
            handed = handed and await rows.change_picture(
                connection,
                pick.job,
                pick.ordinal,
                only=PictureState.WAITING,
                attempt=attempt,
                values={"state": PictureState.RUNNING.value, "attempt": attempt + 1, "started": None},
            )
            return handed, await rows.load(connection, pick.job)

        def then(changed: tuple[bool, Kept | None]) -> None:
            handed, kept = changed
            if handed:
                self._board.handed(pick, attempt + 1)
            self._board.put_or_drop(pick.job, kept)

        handed, _ = await self._database.write(change, then=then)
        return attempt + 1 if handed else None

    def begun(self, job: str, ordinal: int, attempt: int) -> None:
        """A worker has begun: for the estimates, at once; `started` makes it last."""
        self._board.begun(job, ordinal, attempt)

    def progressed(self, job: str, ordinal: int, attempt: int, share: float) -> bool:
        """How far the dream is. Returns whether anybody still waits for it."""
        running = self._board.running(job, ordinal, attempt)
        if running is None or self._board.get(job) is None:
            return False
        running.share = share
        return True

    async def started(self, job: str, ordinal: int, attempt: int) -> None:
        """A worker has begun; from now on its death counts."""
        now = self._clock()

        async def change(connection: AsyncConnection) -> None:
            await rows.change_picture(
                connection,
                job,
                ordinal,
                only=PictureState.RUNNING,
                attempt=attempt,
                values={"started": now, "begun": func.coalesce(job_pictures.c.begun, now)},
            )

        await self._database.write(change)

    async def keep(self, order: Order, made: Made) -> str:
        """Write the dream's file; returns its path, for `made`. Raises OSError, for instance on a full disk."""
        return await asyncio.to_thread(self._shelf.keep_result, f"{order.key}.{made.format.lower()}", made.data)

    async def made(self, order: Order, made: Made, path: str) -> bool:
        """Store a dream. Returns False where nobody waits for this attempt any more. May be tried again."""
        figures: dict[str, Measured] = {}

        async def besides(connection: AsyncConnection) -> None:
            row = await rows.picture_row(connection, order.job, order.ordinal)
            seconds = made.seconds if row is None else row["result_seconds"]  # of all parts
            figures.update(self._board.estimates.after(load_of(order.kind, order.recipe), seconds))
            await rows.store_measured(connection, figures)

        values = {
            "state": PictureState.MADE.value,
            "begun": func.coalesce(job_pictures.c.begun, self._clock()),
            "result_path": path,
            "result_format": made.format,
            "result_note": self.told(order.job, made.note),
            "result_width": made.width,
            "result_height": made.height,
            "result_recipe": made.recipe,
            "result_network": made.network,
            "result_seconds": job_pictures.c.served + made.seconds,
            "result_notes": [self.told(order.job, note) for note in made.notes],
            "result_frames": made.frames,
            "result_lasts": made.lasts,
            "result_beliefs": rows.beliefs_stored(made.beliefs),
        }
        stored = await self._leaving.leave(
            order.job, order.ordinal, order.attempt, lambda row: values, worked=made.seconds, besides=besides
        )
        self._board.estimates.update(figures)
        if not stored:
            row = await self._row(order)
            if row is not None and row["result_path"] == path:
                return True  # an earlier try was stored, and its caller was told that it was not
            await asyncio.to_thread(self._shelf.drop_results, [path])
        return stored

    async def keep_checkpoint(self, order: Order, paused: Paused) -> str:
        """Write the file from which the next part goes on; returns its path, for `paused`. Raises OSError."""
        return await asyncio.to_thread(self._shelf.keep_checkpoint, order.key, paused.checkpoint)

    async def paused(self, order: Order, paused: Paused, path: str) -> bool:
        """A part is done: it waits again. Returns False where nobody waits for this attempt any more.

        May be tried again. Three parts in a row that bring it no further are as bad as three deaths.
        """

        def decide(row: Row) -> dict[str, Any]:
            further = paused.share > row["share"]
            begun = func.coalesce(job_pictures.c.begun, self._clock())
            values = {"served": row["served"] + paused.seconds, "begun": begun}
            if not further and row["losses"] >= RETRIES:
                log = f"no further than {paused.share:.0%}"
                return values | {"state": PictureState.FAILED.value, "error": self.told(order.job, STUCK), "log": log}
            values |= {"state": PictureState.WAITING.value, "started": None, "checkpoint": path, "share": paused.share}
            if further:
                return values | {"losses": 0, "returns": 0, "restarts": 0}
            return values | {"losses": row["losses"] + 1}

        stored = await self._leaving.leave(order.job, order.ordinal, order.attempt, decide, worked=paused.seconds)
        row = await self._row(order)
        if row is not None and row["checkpoint"] == path:
            return True  # also where an earlier try was stored, and its caller was told that it was not
        await asyncio.to_thread(self._shelf.drop_checkpoints, [path])
        return stored

    async def failed(
        self, job: str, ordinal: int, attempt: int, *, sentence: str, log: str, killed_decoder: bool = False
    ) -> bool:
        """It cannot be made. `sentence` is for the person, and is stored as it is told to them."""

        async def besides(connection: AsyncConnection) -> None:
            if killed_decoder:
                requester = (await connection.execute(select(jobs.c.requester).where(jobs.c.id == job))).scalar_one()
                await connection.execute(
                    insert(decoder_deaths).values(person=requester, at=self._clock(), job=job, ordinal=ordinal)
                )

        values = {"state": PictureState.FAILED.value, "error": self.told(job, sentence), "log": log}
        return await self._leaving.leave(job, ordinal, attempt, lambda row: values, worked=None, besides=besides)

    async def lost(self, job: str, ordinal: int, attempt: int, *, started: bool, log: str) -> None:
        """Its worker is gone: it waits again, or has failed when that happened too often."""
        held: list[float] = []

        def decide(row: Row) -> dict[str, Any]:
            held.clear()
            counted = started or row["started"] is not None
            losses, returns = row["losses"] + counted, row["returns"] + (not counted)
            values: dict[str, Any] = {"losses": losses, "returns": returns, "log": log}
            if losses > RETRIES or returns > RETURNS:
                why = LOST if losses > RETRIES else NEVER_BEGUN
                return values | {"state": PictureState.FAILED.value, "error": self.told(job, why)}
            if not counted:
                held.append(self._clock() + min(LONGEST_HOLD, 0.25 * 2.0 ** min(returns, 20)))
            return values | {"state": PictureState.WAITING.value, "started": None}

        def then() -> None:
            if held:
                self._board.hold(job, ordinal, held[0])

        await self._leaving.leave(job, ordinal, attempt, decide, worked=0.0, then=then)

    async def returned(self, job: str, ordinal: int, attempt: int) -> None:
        """The executor gives it back as it was: nothing is counted."""
        values = {"state": PictureState.WAITING.value, "started": None}
        await self._leaving.leave(job, ordinal, attempt, lambda row: values, worked=0.0)

    def told(self, job: str, sentence: str) -> str:
        """In the language in which everything about this job is said."""
        waiting = self._board.get(job)
        with speaking(waiting.manner.language if waiting is not None else ENGLISH):
            return tell(sentence)

    async def _row(self, order: Order) -> Row | None:
        async with self._database.reading() as connection:
            return await rows.picture_row(connection, order.job, order.ordinal)
