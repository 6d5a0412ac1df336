"""What happens to a picture between the queue and the executor: handed out, begun, made, failed, lost, returned.

Every step is one transaction, fenced by the attempt's number: what an older attempt brings late changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.executor.protocol import Made, Order
from bot.jobs import rows
from bot.jobs.board import LONGEST_HOLD, Board
from bot.jobs.estimates import Measured, load_of
from bot.jobs.fairness import Pick
from bot.jobs.model import Job, JobState, PictureState
from bot.jobs.rows import Kept
from bot.jobs.shelf import Shelf
from bot.languages import ENGLISH, speaking, tell
from bot.store.database import Database
from bot.store.tables import decoder_deaths, job_pictures, jobs
from dreamcore.sentences import Sentence

logger = logging.getLogger(__name__)

RETRIES = 2  #: of a picture whose worker died
RETURNS = 20  #: times that a picture may come back before a worker has begun it

LOST = Sentence(
    "The machine that dreamt this picture stopped in the middle, three times over: "
    "the picture may be too much for it. A smaller size= may work."
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
        self._moved = moved  # told of every job that has changed, after the commit

    async def next(self) -> Order | None:
        """Hand out the picture whose turn it is, its bytes left out (see `picture`); None when nothing waits."""
        while (pick := self._board.next()) is not None:
            job = self._board.get(pick.job)
            assert job is not None, "what is picked is on the board"
            attempt = await self._hand_out(pick, job.pictures[pick.ordinal].attempt)
            if attempt is not None:
                return Order(
                    job=job.id,
                    ordinal=pick.ordinal,
                    attempt=attempt,
                    picture=b"",
                    recipe=job.recipe,
                    byte_limit=job.place.byte_limit,
                    bare=bool(job.manner.secret),
                )
        return None

    async def picture(self, order: Order) -> bytes | None:
        """The bytes of what was handed out; None where they, or the job, are gone. Raises OSError."""
        job = self._board.get(order.job)
        if job is None:
            return None
        return await asyncio.to_thread(self._shelf.source, job.pictures[order.ordinal].source)

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
            figures.update(self._board.estimates.after(load_of(order.recipe), made.seconds))
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
            "result_seconds": made.seconds,
            "result_notes": [self.told(order.job, note) for note in made.notes],
        }
        stored = await self._end(order.job, order.ordinal, order.attempt, values, worked=made.seconds, besides=besides)
        self._board.estimates.update(figures)
        if not stored:
            async with self._database.reading() as connection:
                row = await rows.picture_row(connection, order.job, order.ordinal)
            if row is not None and row["result_path"] == path:
                return True  # an earlier try was stored, and its caller was told that it was not
            await asyncio.to_thread(self._shelf.drop_results, [path])
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
        return await self._end(job, ordinal, attempt, values, worked=None, besides=besides)

    async def lost(self, job: str, ordinal: int, attempt: int, *, started: bool, log: str) -> None:
        """Its worker is gone: it waits again, or has failed when that happened too often."""
        held: list[float] = []

        async def change(connection: AsyncConnection) -> tuple[bool, Kept | None]:
            row = await rows.picture_row(connection, job, ordinal)
            if row is None:
                return False, None
            counted = started or row["started"] is not None
            losses, returns = row["losses"] + counted, row["returns"] + (not counted)
            values: dict[str, Any] = {"losses": losses, "returns": returns, "log": log}
            if losses > RETRIES or returns > RETURNS:
                values |= {"state": PictureState.FAILED.value, "finished": self._clock()}
                values |= {"error": self.told(job, LOST if losses > RETRIES else NEVER_BEGUN)}
            else:
                values |= {"state": PictureState.WAITING.value, "started": None}
                if not counted:
                    held.append(self._clock() + min(LONGEST_HOLD, 0.25 * 2.0 ** min(returns, 20)))
            return await self._leave_running(connection, job, ordinal, attempt, values)

        def then(changed: tuple[bool, Kept | None]) -> None:
            self._came_back(job, ordinal, attempt, changed[1], worked=0.0)
            if changed[0] and held:
                self._board.hold(job, ordinal, held[0])

        await self._changed(change, then)

    async def returned(self, job: str, ordinal: int, attempt: int) -> None:
        """The executor gives it back as it was: nothing is counted."""
        await self._end(job, ordinal, attempt, {"state": PictureState.WAITING.value, "started": None}, worked=0.0)

    def told(self, job: str, sentence: str) -> str:
        """In the language in which everything about this job is said."""
        waiting = self._board.get(job)
        with speaking(waiting.manner.language if waiting is not None else ENGLISH):
            return tell(sentence)

    async def _end(
        self,
        job: str,
        ordinal: int,
        attempt: int,
        values: dict[str, Any],
        *,
        worked: float | None,
        besides: Callable[[AsyncConnection], Any] | None = None,
    ) -> bool:
        """A running picture runs no more. worked: seconds, for fairness; None: as long as a worker had it."""
        if values["state"] in (PictureState.MADE.value, PictureState.FAILED.value):
            values = values | {"finished": self._clock()}

        async def change(connection: AsyncConnection) -> tuple[bool, Kept | None]:
            changed = await self._leave_running(connection, job, ordinal, attempt, values)
            if changed[0] and besides is not None:
                await besides(connection)
            return changed

        def then(changed: tuple[bool, Kept | None]) -> None:
            self._came_back(job, ordinal, attempt, changed[1], worked=worked)

        return await self._changed(change, then)

    async def _leave_running(
        self, connection: AsyncConnection, job: str, ordinal: int, attempt: int, values: dict[str, Any]
    ) -> tuple[bool, Kept | None]:
        left = await rows.change_picture(
            connection, job, ordinal, only=PictureState.RUNNING, attempt=attempt, values=values
        )
        if left:
            await rows.settle(connection, job, self._clock())
        return left, await rows.load(connection, job)

    def _came_back(self, job: str, ordinal: int, attempt: int, kept: Kept | None, *, worked: float | None) -> None:
        running = self._board.running(job, ordinal, attempt)
        if worked is None:
            begun = running.started if running is not None else None
            worked = 0.0 if begun is None else max(0.0, self._clock() - begun)
        self._board.back(job, ordinal, attempt, worked=worked)
        self._board.put_or_drop(job, kept)

    async def _changed(self, change: Any, then: Any) -> bool:
        changed, kept = await self._database.write(change, then=then)
        if changed and kept is not None:
            self._moved(kept.job)
        return bool(changed)
