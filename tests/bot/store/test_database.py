"""The database is migrated when it is opened, and a write that was reported is on the disk."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateIndex, CreateTable

from bot.alone import alone_in
from bot.errors import ConfigError
from bot.store.database import Database
from bot.store.migrating import upgrade
from bot.store.tables import job_pictures, metadata, people
from tests.bot.jobs.fakes import in_loop
from tests.databases import database_in, looking_into, sqlite_only


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))


def test_migrations_and_tables_agree(tmp_path: Path) -> None:
    with looking_into(tmp_path) as connection:
        assert differences(connection), "an empty database differs"
        upgrade(connection)
        assert differences(connection) == []


def test_every_type_exists_on_postgresql() -> None:
    dialect = postgresql.dialect()
    for table in metadata.sorted_tables:
        assert CreateTable(table).compile(dialect=dialect).string
        for index in table.indexes:
            assert len(index.name or "") <= 63
            assert CreateIndex(index).compile(dialect=dialect).string


@sqlite_only
@in_loop
async def test_a_power_cut_loses_no_commit(tmp_path: Path) -> None:
    """What SQLite has to be told, on every connection."""
    database = await Database.open(f"sqlite:///{tmp_path}/deep/er/bot.sqlite")

    async def pragmas() -> list[object]:
        async with database.reading() as connection:
            await asyncio.sleep(0.01)  # so that several connections are open at a time
            names = ("journal_mode", "synchronous", "foreign_keys")
            return [(await connection.exec_driver_sql(f"PRAGMA {name}")).scalar() for name in names]

    assert await asyncio.gather(*(pragmas() for _ in range(4))) == [["wal", 2, 1]] * 4
    await database.close()


@sqlite_only
@in_loop
async def test_a_write_takes_the_lock_when_it_begins(tmp_path: Path) -> None:
    """A transaction that reads first and locks later could be refused in the middle, whatever the busy timeout."""
    database = await Database.open(database_in(tmp_path))
    other = sqlite3.connect(tmp_path / "bot.sqlite", timeout=0, isolation_level=None)
    other.execute("PRAGMA busy_timeout = 0")

    async def change(connection: AsyncConnection) -> None:
        await connection.execute(select(people))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")

    await database.write(change)
    other.execute("BEGIN IMMEDIATE")
    other.rollback()
    other.close()
    await database.close()


@in_loop
async def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    database = await Database.open(database_in(tmp_path))
    seen: list[None] = []

    async def change(connection: AsyncConnection) -> None:
        await connection.execute(insert(people).values(id=1))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.write(change, then=seen.append)
    async with database.reading() as connection:
        assert (await connection.execute(select(people))).all() == []
    assert seen == []
    await database.close()


@in_loop
async def test_a_caller_who_leaves_does_not_interrupt_a_write(tmp_path: Path) -> None:
    database = await Database.open(database_in(tmp_path))
    inside, go_on = asyncio.Event(), asyncio.Event()
    seen: list[str] = []

    async def change(connection: AsyncConnection) -> str:
        inside.set()
        await go_on.wait()
        await connection.execute(insert(people).values(id=1))
        return "written"

    task = asyncio.create_task(database.write(change, then=seen.append))
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    await database.close()
    assert seen == ["written"]
    with looking_into(tmp_path) as connection:
        assert connection.execute(select(people.c.id)).scalars().all() == [1]


@sqlite_only
@in_loop
async def test_the_end_waits_for_who_still_reads(tmp_path: Path) -> None:
    """A connection that came back after it would be left open: a descriptor, a thread, and SQLite's log kept alive."""
    database = await Database.open(database_in(tmp_path))
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def read() -> None:
        async with database.reading() as connection:
            await connection.execute(select(people))
            inside.set()
            await go_on.wait()

    reader = asyncio.create_task(read())
    await inside.wait()
    closing = asyncio.create_task(database.close())
    await asyncio.wait({closing}, timeout=0.05)
    assert not closing.done()
    go_on.set()
    await asyncio.gather(closing, reader)
    assert [path.name for path in tmp_path.iterdir()] == ["bot.sqlite"], "all have let go of it: no log is left"


@in_loop
async def test_a_picture_needs_its_job(tmp_path: Path) -> None:
    database = await Database.open(database_in(tmp_path))
    values = dict.fromkeys(("attempt", "losses", "returns", "restarts", "ordinal", "author"), 0)

    async def change(connection: AsyncConnection) -> None:
        await connection.execute(
            insert(job_pictures).values(**values, job="nobody", state="waiting", source="", filename="", spoiler=False)
        )

    with pytest.raises(IntegrityError):
        await database.write(change)
    await database.close()


@in_loop
async def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    address = database_in(tmp_path)
    database = await Database.open(address)
    await database.write(lambda connection: connection.execute(insert(people).values(id=7)))
    await database.close()
    database = await Database.open(address)
    async with database.reading() as connection:
        assert (await connection.execute(select(people.c.id))).scalars().all() == [7]
    await database.close()


@in_loop
async def test_a_database_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    address = database_in(tmp_path)
    await (await Database.open(address)).close()
    with looking_into(tmp_path) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError, match="newer version"):
        await Database.open(address)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("nonsense", "no database's address"),
        ("sqlite:////dev/null/bot.sqlite", "cannot be made"),
        ("sqlite:////dev/full", "cannot be opened"),
    ],
)
def test_a_wrong_address_is_a_sentence(address: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence) as caught:
        asyncio.run(Database.open(address))
    assert "DATABASE_URL" in caught.value.sentence or "/dev/" in caught.value.sentence


def test_a_password_is_not_shown() -> None:
    with pytest.raises(ConfigError) as caught:
        asyncio.run(Database.open("postgresql+psycopg://bot:geheim@127.0.0.1:1/dreams"))
    assert "geheim" not in str(caught.value) + caught.value.log


@sqlite_only
@in_loop
async def test_other_users_of_the_machine_may_not_read_what_members_have_asked_for(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        fresh = tmp_path / "home" / "bot.sqlite"
        loose = tmp_path / "loose.sqlite"
        loose.touch(mode=0o644)
        for path in (fresh, loose):
            database = await Database.open(f"sqlite:///{path}")
            await database.write(lambda connection: connection.execute(insert(people).values(id=1)))
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) & 0o007 for file in path.parent.glob(f"{path.name}*")}
            assert len(modes) == 3, "the database, its log, and the log's index"
            assert set(modes.values()) == {0}, modes
            await database.close()
        assert stat.S_IMODE(fresh.stat().st_mode) == 0o600
        assert stat.S_IMODE(fresh.parent.stat().st_mode) == 0o700
        with alone_in(tmp_path / "data", unwritable="", taken=""):
            assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    finally:
        os.umask(old)
