"""Servers on which dreaming is paused: nothing new is taken, and what waits there goes on waiting.

The queue reads the same table when it accepts; `is_paused` keeps its board from handing out what waits. Each pause and
its end stands among the server's changes, and is undone like them.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs import people
from bot.jobs.people import Pause
from bot.moderation import edits
from bot.moderation.edits import DREAMING, PAUSED, Change, Edit, EditKind
from bot.moderation.places import SERVER, Server
from bot.store.database import Database

__all__ = ["Pause", "Pausing"]


class Pausing:
    """Pauses and resumes."""

    def __init__(self, *, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.on_change: Callable[[], None] = _nothing  #: told after every commit: the queue has to look again
        self.on_edit: Callable[[Edit, str | None], None] = _unread  #: told what was noted, and a pause's reason
        self._database = database
        self._clock = clock
        self._paused: dict[int, Pause] = {}

    async def open(self) -> None:
        """Read which servers are paused."""
        async with self._database.reading() as connection:
            self._paused = {pause.guild: pause for pause in await people.all_pauses(connection)}

    def forget(self, guild: int) -> None:
        """Everything of that server has been deleted from the table."""
        self._paused.pop(guild, None)

    def is_paused(self, guild: int) -> bool:
        return guild in self._paused

    async def of(self, guild: int) -> Pause | None:
        """The pause of a server; None where it dreams."""
        async with self._database.reading() as connection:
            return await people.pause_of(connection, guild)

    async def pause(self, guild: int, *, by: int, reason: str | None = None) -> Pause | None:
        """Take nothing new there. Returns None where it is paused already, which is left as it is."""
        pause = Pause(guild=guild, since=self._clock(), by=by, reason=reason)

        async def change(connection: AsyncConnection) -> Edit | None:
            return await self._paused_by(connection, pause, EditKind.PAUSE)

        def then(edit: Edit | None) -> None:
            self._told(edit, pause)

        edit: Edit | None = await self._database.write(change, then=then)
        return pause if edit else None

    async def resume(self, guild: int, *, by: int) -> bool:
        """Dream there again; returns whether it was paused."""

        async def change(connection: AsyncConnection) -> Edit | None:
            return await self._resumed_by(connection, guild, by, EditKind.RESUME)

        def then(edit: Edit | None) -> None:
            self._told(edit, None)

        edit: Edit | None = await self._database.write(change, then=then)
        return bool(edit)

    async def undo(self, server: Server, number: int, *, by: int) -> Edit:
        """Take a pause back, or its end. Raises Refusal where dreaming was paused or resumed again since."""
        pause = Pause(guild=server.id, since=self._clock(), by=by, reason=None)

        async def change(connection: AsyncConnection) -> Edit:
            now = PAUSED if await people.pause_of(connection, server.id) else None
            (undone,) = (await edits.to_undo(connection, server, number, lambda _: now)).changes
            if undone.before is None:
                edit = await self._resumed_by(connection, server.id, by, EditKind.UNDO, undoes=number)
            else:
                edit = await self._paused_by(connection, pause, EditKind.UNDO, undoes=number)
            return edit or self._edit(EditKind.UNDO, server.id, by, ())

        def then(edit: Edit) -> None:
            self._told(edit, pause if edit and edit.changes[0].after is not None else None)

        return await self._database.write(change, then=then)

    async def _paused_by(
        self, connection: AsyncConnection, pause: Pause, kind: EditKind, *, undoes: int | None = None
    ) -> Edit | None:
        if not await people.pause(connection, pause):
            return None
        made = Change(scope=SERVER, key=DREAMING, before=None, after=PAUSED)
        return await edits.note(connection, self._edit(kind, pause.guild, pause.by, (made,), undoes))

    async def _resumed_by(
        self, connection: AsyncConnection, guild: int, by: int, kind: EditKind, *, undoes: int | None = None
    ) -> Edit | None:
        if not await people.resume(connection, guild):
            return None
        made = Change(scope=SERVER, key=DREAMING, before=PAUSED, after=None)
        return await edits.note(connection, self._edit(kind, guild, by, (made,), undoes))

    def _edit(
        self, kind: EditKind, guild: int, by: int | None, changes: tuple[Change, ...], undoes: int | None = None
    ) -> Edit:
        return Edit(number=0, kind=kind, guild=guild, by=by, at=self._clock(), changes=changes, undoes=undoes)

    def _told(self, edit: Edit | None, pause: Pause | None) -> None:
        """After the commit: pause is what holds from now on."""
        if not edit:
            return
        if pause is not None:
            self._paused[edit.guild] = pause
        else:
            self._paused.pop(edit.guild, None)
        self.on_change()
        self.on_edit(edit, pause.reason if pause is not None else None)


def _nothing() -> None:
    pass


def _unread(_edit: Edit, _reason: str | None) -> None:
    pass
