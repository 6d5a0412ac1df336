"""The settings of all servers: kept in the table, mirrored in memory, changed by those who may.

    settings = Settings(database=database, networks=dreaming.network_names, operator=operator_layer(config))
    await settings.open()
    effective = settings.of(Where(server=server, channels=(12,), roles=(5, 3)))     # at once: nothing is read
    edit = await settings.set(server, SERVER, "layer", "4c", by=Editor(id=7, manage_server=True))
    await settings.undo(server, edit.number, by=Editor(id=7, manage_server=True))

Everything that is changed together is one transaction, with its rows in `setting_changes`; what cannot be done raises
Refusal with one sentence, and nothing is changed.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Refusal
from bot.moderation import edits, exchange, texts
from bot.moderation.catalogue import SETTINGS, Setting, setting_called, unknown_setting
from bot.moderation.edits import Change, Edit, EditKind
from bot.moderation.importing import Wanted, after, checked, wanted_by
from bot.moderation.layers import Effective, Ignored, Overrides, Where, resolve, unfit
from bot.moderation.places import SERVER, Context, Scope, Server
from bot.store.database import Database

MOST_STORED = 1000  #: settings of one server


@dataclass(frozen=True, kw_only=True)
class Editor:
    """Who wants to change something."""

    id: int
    manage_server: bool = False  # has Discord's permission
    roles: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What a file has changed."""

    edit: Edit
    skipped: tuple[str, ...]  # sentences about what was left out


Plan = Callable[[AsyncConnection, Overrides], Awaitable[Wanted]]


class Settings:
    """Everything that servers have set."""

    def __init__(
        self,
        *,
        database: Database,
        networks: Callable[[], tuple[str, ...]],
        operator: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """networks: that would dream where nothing is set."""
        self.on_edit: Callable[[Edit], None] = _nothing  #: told of every edit, after its commit; must not wait
        self._database = database
        self._networks = networks
        self._operator = dict(operator or {})
        self._clock = clock
        self._stored: dict[int, Overrides] = {}

    async def open(self) -> None:
        """Read all that is stored."""
        async with self._database.reading() as connection:
            self._stored = dict(await edits.load_all(connection))

    def of(self, where: Where) -> Effective:
        """What holds for one member in one place."""
        return resolve(self.stored(where.server.id), where, operator=self._operator, networks=self._networks())

    def prefix(self, guild: int | None) -> str:
        """What commands begin with; asked for every message."""
        server = Server(id=guild or 0)
        setting = SETTINGS["prefix"]
        own = self.stored(guild).get(SERVER, {}) if guild is not None else {}
        for stored in (own.get("prefix"), self._operator.get("prefix")):
            if stored is not None:
                try:
                    return str(setting.read(stored, Context(server=server, networks=())))
                except ValueError:
                    continue
        return str(setting.built_in)

    def forget(self, guild: int) -> None:
        """Everything of that server has been deleted from the table."""
        self._stored.pop(guild, None)

    def stored(self, guild: int) -> Overrides:
        """What a server has set, as it is kept."""
        return self._stored.get(guild, {})

    def unfit(self, server: Server) -> list[Ignored]:
        """What a server has set that does not hold (any more)."""
        return unfit(self.stored(server.id), server, operator=self._operator, networks=self._networks())

    def may_change(self, server: Server, editor: Editor) -> bool:
        """Whether somebody may change settings and moderate."""
        return _may_change(self.stored(server.id), editor)

    async def set(self, server: Server, scope: Scope, key: str, text: str, *, by: Editor) -> Edit:
        """Change one setting to what somebody has typed."""
        return await self.set_all(server, scope, {key: text}, by=by)

    async def set_all(self, server: Server, scope: Scope, typed: Mapping[str, str | None], *, by: Editor) -> Edit:
        """Change several of one place, as a form does; None or an empty text resets. All of them, or none."""

        async def plan(_: AsyncConnection, stored: Overrides) -> Wanted:
            _check_place(server, scope)
            given = {(scope, _setting(key).key): (text or "").strip() or None for key, text in typed.items()}
            return checked(given, stored, server, operator=self._operator, networks=self._networks())

        kind = EditKind.SET if any((text or "").strip() for text in typed.values()) else EditKind.RESET
        return await self._edit(server, by, kind, plan)

    async def reset(self, server: Server, scope: Scope, key: str | None = None, *, by: Editor) -> Edit:
        """Take back what is set for one place: one setting, or all of them. The place itself may be gone."""

        async def plan(_: AsyncConnection, stored: Overrides) -> Wanted:
            here = stored.get(scope, {})
            keys = list(here) if key is None else [key if key in here else _setting(key).key]
            return {(scope, one): None for one in keys}

        return await self._edit(server, by, EditKind.RESET, plan)

    def export(self, server: Server) -> str:
        """All that a server has set, as a text that `import_` takes."""
        return exchange.write(self.stored(server.id), server, unfit=self.unfit(server))

    async def import_(
        self, server: Server, text: str, *, by: Editor, skip: bool = False, replace: bool = False
    ) -> Imported:
        """Set all that the text says, or nothing of it.

        skip: leave out what is about roles and channels that this server does not have, instead of refusing.
        replace: reset whatever the text does not name.
        """
        skipped: list[str] = []

        async def plan(_: AsyncConnection, stored: Overrides) -> Wanted:
            skipped.clear()
            wanted = wanted_by(
                text, stored, server, skip=skip, skipped=skipped, operator=self._operator, networks=self._networks()
            )
            if replace:
                all_stored = {(scope, key): None for scope, its in stored.items() for key in its}
                wanted = {**all_stored, **wanted}
            return wanted

        edit = await self._edit(server, by, EditKind.IMPORT, plan)
        return Imported(edit=edit, skipped=tuple(skipped))

    async def edits(self, guild: int, *, limit: int = 10, before: int | None = None) -> list[Edit]:
        """The latest edits, the latest first."""
        async with self._database.reading() as connection:
            return await edits.load_edits(connection, guild, limit=limit, before=before)

    async def edit(self, guild: int, number: int) -> Edit | None:
        """The edit of that number."""
        async with self._database.reading() as connection:
            return await edits.load_edit(connection, guild, number)

    async def undo(self, server: Server, number: int, *, by: Editor) -> Edit:
        """Take an edit of settings back, whole; refused where something of it was changed again since."""

        async def plan(connection: AsyncConnection, stored: Overrides) -> Wanted:
            edit = await edits.to_undo(
                connection, server, number, lambda change: stored.get(change.scope, {}).get(change.key)
            )
            return {(change.scope, change.key): change.before for change in edit.changes}

        return await self._edit(server, by, EditKind.UNDO, plan, undoes=number)

    async def _edit(self, server: Server, by: Editor, kind: EditKind, plan: Plan, *, undoes: int | None = None) -> Edit:
        """One transaction. While it runs nothing else is written, so what is in memory is what is in the table."""

        async def change(connection: AsyncConnection) -> tuple[Edit, Overrides]:
            stored = self.stored(server.id)
            if not _may_change(stored, by):
                raise Refusal(texts.NOT_ALLOWED)
            changes, afterwards = _applied(stored, await plan(connection, stored))
            edit = Edit(
                number=0, kind=kind, guild=server.id, by=by.id, at=self._clock(), changes=changes, undoes=undoes
            )
            if not changes:
                return edit, stored
            if not _may_change(afterwards, by):
                raise Refusal(texts.LOCKED_OUT)
            if sum(map(len, afterwards.values())) > max(MOST_STORED, sum(map(len, stored.values()))):
                raise Refusal(texts.too_many(MOST_STORED))
            return await edits.store(connection, edit), afterwards

        def then(made: tuple[Edit, Overrides]) -> None:
            edit, self._stored[server.id] = made
            if edit:
                self.on_edit(edit)

        edit, _ = await self._database.write(change, then=then)
        return edit


def _may_change(stored: Overrides, editor: Editor) -> bool:
    managers = stored.get(SERVER, {}).get("managers", "")
    named = {int(one) for one in managers.split(",") if one.strip().isdecimal()}
    return editor.manage_server or bool(named & set(editor.roles))


def _applied(stored: Overrides, wanted: Wanted) -> tuple[tuple[Change, ...], Overrides]:
    """What is different, and what is stored afterwards."""
    changes = tuple(
        Change(scope=scope, key=key, before=before, after=text)
        for (scope, key), text in wanted.items()
        if (before := stored.get(scope, {}).get(key)) != text
    )
    return changes, {scope: its for scope, its in after(stored, wanted).items() if its}


def _setting(key: str) -> Setting:
    setting = setting_called(key)
    if setting is None:
        raise Refusal(unknown_setting(key))
    return setting


def _check_place(server: Server, scope: Scope) -> None:
    if not server.has(scope):
        raise Refusal(texts.no_such_place(scope.level))


def _nothing(_edit: Edit) -> None:
    pass
