"""What was changed, by whom and when: values, and their rows. Functions run on a connection that is handed in."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Refusal
from bot.moderation import texts
from bot.moderation.places import SERVER, Level, Scope, Server
from bot.store.tables import setting_changes, settings

DREAMING = "dreaming"  #: no setting, but noted like one: whether a server dreams
PAUSED = "paused"  #: what it is then; nothing while the server dreams


class EditKind(enum.Enum):
    """How something was changed."""

    SET = "set"
    RESET = "reset"
    IMPORT = "import"
    UNDO = "undo"
    PAUSE = "pause"
    RESUME = "resume"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One setting of one place, as stored; None: nothing was set, or is any more."""

    scope: Scope
    key: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What was changed together, and is undone together."""

    number: int  # 0: nothing was different, so nothing is noted
    kind: EditKind
    guild: int
    by: int | None  # None: forgotten
    at: float
    changes: tuple[Change, ...]
    undoes: int | None = None  # the edit that this one takes back

    def __bool__(self) -> bool:
        """Whether anything was changed."""
        return bool(self.changes)


async def load_all(connection: AsyncConnection) -> dict[int, dict[Scope, dict[str, str]]]:
    """What is stored, for each server."""
    found: dict[int, dict[Scope, dict[str, str]]] = {}
    for row in (await connection.execute(select(settings))).mappings():
        scope = _scope(row["level"], row["place"])
        found.setdefault(row["guild"], {}).setdefault(scope, {})[row["key"]] = row["value"]
    return found


async def store(connection: AsyncConnection, edit: Edit) -> Edit:
    """Make the changes and note them; returns the edit with its number."""
    for change in edit.changes:
        where = and_(settings.c.guild == edit.guild, *_is(settings, change.scope, change.key))
        await connection.execute(delete(settings).where(where))
        if change.after is not None:
            await connection.execute(insert(settings).values(**_cell(edit, change), value=change.after))
    return await note(connection, edit)


async def note(connection: AsyncConnection, edit: Edit) -> Edit:
    """Note what is changed elsewhere; returns the edit with its number."""
    rows = [{**_cell(edit, one), "before": one.before, "after": one.after} for one in edit.changes]
    shared = {"kind": edit.kind.value, "by": edit.by, "at": edit.at, "undoes": edit.undoes}
    first = await connection.execute(insert(setting_changes).values(**rows[0], **shared, edit=0))
    assert first.inserted_primary_key is not None, "the database counts them"
    number = int(first.inserted_primary_key[0])
    await connection.execute(update(setting_changes).where(setting_changes.c.number == number).values(edit=number))
    if rows[1:]:
        await connection.execute(insert(setting_changes), [{**row, **shared, "edit": number} for row in rows[1:]])
    return dataclasses.replace(edit, number=number)


async def load_edits(connection: AsyncConnection, guild: int, *, limit: int, before: int | None = None) -> list[Edit]:
    """A server's latest edits, the latest first. before: only older ones than this."""
    which = setting_changes.c.guild == guild
    if before is not None:
        which &= setting_changes.c.edit < before
    numbers = select(setting_changes.c.edit).where(which).distinct().order_by(setting_changes.c.edit.desc())
    chosen = (await connection.execute(numbers.limit(limit))).scalars().all()
    rows = await connection.execute(
        select(setting_changes)
        .where(setting_changes.c.guild == guild, setting_changes.c.edit.in_(chosen))
        .order_by(setting_changes.c.edit.desc(), setting_changes.c.number)
    )
    return _edits(rows.mappings())


async def load_edit(connection: AsyncConnection, guild: int, number: int) -> Edit | None:
    rows = await connection.execute(
        select(setting_changes)
        .where(setting_changes.c.guild == guild, setting_changes.c.edit == number)
        .order_by(setting_changes.c.number)
    )
    found = _edits(rows.mappings())
    return found[0] if found else None


async def to_undo(
    connection: AsyncConnection, server: Server, number: int, now: Callable[[Change], str | None]
) -> Edit:
    """The edit of that number. Raises Refusal where there is none, or something of it was changed again since.

    now: what is stored in its place.
    """
    edit = await load_edit(connection, server.id, number)
    if edit is None:
        raise Refusal(texts.NOTHING_TO_UNDO)
    for change in edit.changes:
        later = await later_edit(connection, edit, change)
        if later is None:
            continue
        if later.undoes == number:
            raise Refusal(texts.UNDONE_ALREADY)
        if change.key == DREAMING:
            raise Refusal(texts.PAUSED_SINCE if now(change) else texts.RESUMED_SINCE)
        shown = texts.NOT_SET if now(change) is None else now(change)
        raise Refusal(texts.changed_since(change.key, server.call(change.scope), shown or ""))
    return edit


async def later_edit(connection: AsyncConnection, edit: Edit, change: Change) -> Edit | None:
    """The latest edit that has changed the same setting after this one, and has not been taken back itself."""
    query = (
        select(setting_changes.c.edit, setting_changes.c.undoes)
        .where(
            setting_changes.c.guild == edit.guild,
            setting_changes.c.edit > edit.number,
            *_is(setting_changes, change.scope, change.key),
        )
        .order_by(setting_changes.c.edit.desc())
    )
    later = [(row["edit"], row["undoes"]) for row in (await connection.execute(query)).mappings()]
    taken_back: set[int] = set()
    for number, undoes in later:
        if number in taken_back:
            continue
        if undoes is None or undoes <= edit.number:
            return await load_edit(connection, edit.guild, number)
        taken_back.add(undoes)
    return None


def _edits(rows: Iterable[Mapping[Any, Any]]) -> list[Edit]:
    together: dict[int, list[Mapping[Any, Any]]] = {}
    for row in rows:
        together.setdefault(row["edit"], []).append(row)
    return [
        Edit(
            number=number,
            kind=EditKind(its[0]["kind"]),
            guild=its[0]["guild"],
            by=its[0]["by"],
            at=its[0]["at"],
            undoes=its[0]["undoes"],
            changes=tuple(
                Change(
                    scope=_scope(row["level"], row["place"]), key=row["key"], before=row["before"], after=row["after"]
                )
                for row in its
            ),
        )
        for number, its in together.items()
    ]


def _cell(edit: Edit, change: Change) -> dict[str, Any]:
    scope = change.scope
    return {"guild": edit.guild, "level": scope.level.value, "place": scope.id or 0, "key": change.key}


def _is(table: Any, scope: Scope, key: str) -> tuple[ColumnElement[bool], ...]:
    return (table.c.level == scope.level.value, table.c.place == (scope.id or 0), table.c.key == key)


def _scope(level: str, place: int) -> Scope:
    return SERVER if level == Level.SERVER.value else Scope(Level(level), place)
