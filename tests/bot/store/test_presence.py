"""A database that is gone, or that somebody else holds: nothing is written astray, and nobody waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database
from bot.store.tables import people
from tests.bot.jobs.fakes import in_loop
from tests.databases import FILE, database_in, sqlite_only


def noting(number: int) -> Callable[[AsyncConnection], Awaitable[None]]:
    async def change(connection: AsyncConnection) -> None:
        await connection.execute(insert(people).values(id=number))

    return change


async def noted(database: Database) -> list[int]:
    async with database.reading() as connection:
        return list((await connection.execute(select(people.c.id).order_by(people.c.id))).scalars())


@sqlite_only
@in_loop
async def test_nothing_is_written_to_a_file_that_was_moved_and_no_other_is_made(tmp_path: Path) -> None:
    database = await Database.open(database_in(tmp_path))
    path, away = tmp_path / FILE, tmp_path / "away"
    await database.write(noting(1))
    path.rename(away)
    with pytest.raises(OperationalError, match=r"is gone .*: put it back"):
        await database.write(noting(2))
    async with database.reading() as connection:  # what is open can be read
        await connection.execute(select(people))
        with pytest.raises(OperationalError, match=r"is gone"):
            await noted(database)  # by a second connection
    assert not path.exists()
    away.rename(path)
    await database.write(noting(3))
    assert await noted(database) == [1, 3]
    await database.close()


@sqlite_only
@in_loop
async def test_another_file_in_its_place_is_not_taken_for_it(tmp_path: Path) -> None:
    database = await Database.open(database_in(tmp_path))
    await database.write(noting(1))
    other = await Database.open(f"sqlite:///{tmp_path / 'other'}")
    await other.close()
    (tmp_path / "other").replace(tmp_path / FILE)
    with pytest.raises(OperationalError, match="another file than the one that was opened: start the bot again"):
        await database.write(noting(2))
    await database.close()


@in_loop
async def test_whoever_has_to_be_answered_does_not_stand_in_line_for_ever(tmp_path: Path) -> None:
    database = await Database.open(database_in(tmp_path))
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def change(_: AsyncConnection) -> None:
        inside.set()
        await go_on.wait()

    first = asyncio.create_task(database.write(change))
    await inside.wait()
    patient = asyncio.create_task(database.write(noting(1)))
    with pytest.raises(OperationalError, match="no turn within"):
        await database.write(noting(2), within=0.05)
    go_on.set()
    await asyncio.gather(first, patient)
    await database.write(noting(3), within=60.0)
    assert await noted(database) == [1, 3]
    await database.close()
