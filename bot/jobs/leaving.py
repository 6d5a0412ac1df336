"""How a picture stops being worked on: one transaction, fenced by the attempt's number, and what follows from it.

What an older attempt brings late changes nothing. With the end of the work goes the file with which it would go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs import rows
from bot.jobs.board import Board
from bot.jobs.model import Job, PictureState
from bot.jobs.rows import Kept
from bot.jobs.shelf import Shelf
from bot.store.database import Database

Row = Mapping[str, Any]
_OVER = (PictureState.MADE.value, PictureState.FAILED.value)


class Leaving:
    """moved: told of every job that has changed, after the commit."""

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
        self._moved = moved

    async def leave(
        self,
        job: str,
        ordinal: int,
        attempt: int,
        decide: Callable[[Row], dict[str, Any]],
        *,
        worked: float | None,
        besides: Callable[[AsyncConnection], Awaitable[None]] | None = None,
        then: Callable[[], None] | None = None,
    ) -> bool:
        """A running picture runs no more; returns whether it was this attempt that ran.

        decide: the picture's new values, from its row. worked: seconds, for fairness; None: as long as a worker had
        it. besides: more of the same transaction; then: called after the commit. Neither where it was not this attempt.
        """
        unneeded: list[str] = []

        async def change(connection: AsyncConnection) -> tuple[bool, Kept | None]:
            unneeded.clear()
            row = await rows.picture_row(connection, job, ordinal)
            left = row is not None and await self._changed(connection, row, attempt, decide(row), unneeded)
            if left and besides is not None:
                await besides(connection)
            return left, await rows.load(connection, job)

        def after(changed: tuple[bool, Kept | None]) -> None:
            self._came_back(job, ordinal, attempt, changed[1], worked)
            if changed[0] and then is not None:
                then()

        left, kept = await self._database.write(change, then=after)
        if left and kept is not None:
            self._moved(kept.job)
        if unneeded:
            await asyncio.to_thread(self._shelf.drop_checkpoints, unneeded)
        return left

    async def _changed(
        self, connection: AsyncConnection, row: Row, attempt: int, values: dict[str, Any], unneeded: list[str]
    ) -> bool:
        if values["state"] in _OVER:
            values = values | {"finished": self._clock(), "checkpoint": None}
        job, ordinal, before = row["job"], row["ordinal"], row["checkpoint"]
        left = await rows.change_picture(
            connection, job, ordinal, only=PictureState.RUNNING, attempt=attempt, values=values
        )
        if left:
            unneeded.extend([before] if before is not None and values.get("checkpoint", before) != before else [])
            await rows.settle(connection, job, self._clock())
        return left

    def _came_back(self, job: str, ordinal: int, attempt: int, kept: Kept | None, worked: float | None) -> None:
        running = self._board.running(job, ordinal, attempt)
        if worked is None:
            begun = running.started if running is not None else None
            worked = 0.0 if begun is None else max(0.0, self._clock() - begun)
        self._board.back(job, ordinal, attempt, worked=worked)
        self._board.put_or_drop(job, kept)
