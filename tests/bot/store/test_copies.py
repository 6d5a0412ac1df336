"""A PostgreSQL database as a file, and back: nothing is lost or changed on the way."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    URL,
    Boolean,
    Column,
    Connection,
    Double,
    Integer,
    Text,
    cast,
    insert,
    literal,
    null,
    select,
    text,
)

from bot.errors import BotError, ConfigError
from bot.store import before_upgrade, copies, snapshots
from bot.store.addresses import database_url
from bot.store.database import Database
from bot.store.migrating import upgrade
from bot.store.tables import blocks, job_pictures, jobs, metadata, people
from tests.databases import database_in, looking_into, postgres_only

pytestmark = postgres_only

LARGE = 2**63 - 1
WORDS = "é “ü” 漢字 \U0001f319 '; DROP TABLE jobs; -- \n\t\\x00 %s %(a)s :b"


def value(column: Column[Any], row: int) -> Any:
    """Something at the edge of what the column takes, another in each row."""
    if column.foreign_keys:
        (key,) = column.foreign_keys
        return value(key.column, row)
    if column.nullable and row == 1:
        return null()
    if isinstance(column.type, JSON):
        return {0: {"a": [1, 2.5, None, WORDS]}, 1: JSON.NULL, 2: JSON.NULL}[row]
    if isinstance(column.type, Boolean):
        return row % 2 == 0
    if isinstance(column.type, Double):
        return [0.1 + 0.2, -1e300, 1_800_000_000.123456][row]
    if isinstance(column.type, Integer):
        return row + 1 if type(column.type) is Integer else LARGE - row
    return WORDS[: column.type.length or 99][:-1] + "abc"[row]  # type: ignore[attr-defined]


def fill(connection: Connection) -> None:
    for table in metadata.sorted_tables:
        for row in range(3):
            connection.execute(insert(table).values({one.name: value(one, row) for one in table.columns}))


def contents(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Of each table; JSON as it is written."""
    found = {}
    for table in metadata.sorted_tables:
        columns = (cast(one, Text) if isinstance(one.type, JSON) else one for one in table.columns)
        found[table.name] = sorted(map(tuple, connection.execute(select(*columns)).all()), key=repr)
    return found


def file_contents(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    with copies.connected(URL.create("sqlite", database=str(file))) as connection:
        return contents(connection)


def copy_in(file: Path, home: Path) -> None:
    with looking_into(home) as connection:
        copies.copy_in(file, connection)


def url(home: Path) -> URL:
    return database_url(database_in(home))


def test_every_row_of_every_table_goes_there_and_back_as_it_is(tmp_path: Path) -> None:
    there, back, again = tmp_path / "there", tmp_path / "back", tmp_path / "again.sqlite"
    with looking_into(there) as connection:
        upgrade(connection)
        fill(connection)
        before = contents(connection)
    assert all(before.values())
    file = tmp_path / "file.sqlite"
    copies.copy_out(url(there), file)
    assert snapshots.damage(file) is None
    assert file.stat().st_mode & 0o777 == 0o600
    assert file_contents(file) == before
    copy_in(file, back)
    copy_in(file, back)  # in the place of what is there
    with looking_into(back) as connection:
        assert contents(connection) == before
    copies.copy_out(url(back), again)
    assert file_contents(again) == before


def test_a_number_that_was_given_is_not_given_again(tmp_path: Path) -> None:
    """Of a row that is gone there may be buttons on Discord."""
    there, back, file = tmp_path / "there", tmp_path / "back", tmp_path / "file.sqlite"
    row = {"person": 1, "created": 1.0}
    with looking_into(there) as connection:
        upgrade(connection)
        for _ in range(3):
            connection.execute(insert(blocks).values(row))
        connection.execute(blocks.delete().where(blocks.c.number > 1))
    copies.copy_out(url(there), file)
    copy_in(file, back)
    engine = URL.create("sqlite", database=str(file))
    with looking_into(back) as server, copies.connected(engine) as local, local.begin():
        for connection in (server, local):
            connection.execute(insert(blocks).values(row))
            assert connection.execute(select(blocks.c.number).order_by(blocks.c.number)).scalars().all() == [1, 4]
            connection.execute(insert(jobs).values(whole_job("first")))
            assert connection.execute(select(jobs.c.number)).scalars().all() == [1], "of a table that was empty"


def whole_job(id: str) -> dict[str, Any]:
    values: dict[str, Any] = {one.name: value(one, 0) for one in jobs.columns if not one.nullable}
    del values["number"]
    return {**values, "id": id, "cause": id}


def test_a_copy_is_of_one_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job and its picture that come while it is made are both in it, or neither is."""
    file = tmp_path / "file.sqlite"
    with looking_into(tmp_path) as connection:
        upgrade(connection)
        connection.execute(insert(people).values(id=1))
    pour = copies._pour
    done = []

    def busy(whole: Any, source: Connection, target: Connection) -> None:
        pour(whole, source, target)
        if whole.name == "jobs":
            with looking_into(tmp_path) as other:
                other.execute(insert(jobs).values(whole_job("late")))
                values = {one.name: value(one, 0) for one in job_pictures.columns if not one.nullable}
                other.execute(insert(job_pictures).values({**values, "job": "late"}))
            done.append(whole.name)

    monkeypatch.setattr(copies, "_pour", busy)
    copies.copy_out(url(tmp_path), file)
    assert done
    assert snapshots.damage(file) is None
    assert file_contents(file)["job_pictures"] == []
    with looking_into(tmp_path) as connection:
        assert len(connection.execute(select(job_pictures)).all()) == 1


def test_a_text_that_only_sqlite_takes_is_put_back_all_the_same(tmp_path: Path) -> None:
    there, file = tmp_path / "there", tmp_path / "file.sqlite"
    with looking_into(there) as connection:
        upgrade(connection)
        connection.execute(insert(blocks).values(person=1, created=1.0, reason="a reason"))
    copies.copy_out(url(there), file)
    with copies.connected(URL.create("sqlite", database=str(file))) as local, local.begin():
        local.execute(blocks.update().values(reason="a\0reason"))
    copy_in(file, there)
    with looking_into(there) as connection:
        assert connection.execute(select(blocks.c.reason)).scalar() == "a\N{REPLACEMENT CHARACTER}reason"


def test_what_does_not_fit_changes_nothing(tmp_path: Path) -> None:
    there, back, file = tmp_path / "there", tmp_path / "back", tmp_path / "file.sqlite"
    for home in (there, back):
        with looking_into(home) as connection:
            upgrade(connection)
            fill(connection)
            before = contents(connection)
    copies.copy_out(url(there), file)
    with copies.connected(URL.create("sqlite", database=str(file))) as local, local.begin():
        local.execute(text("UPDATE jobs SET door = :long"), {"long": "far too long for its column"})
    with pytest.raises(Exception, match="too long"):
        copy_in(file, back)
    with looking_into(back) as connection:
        assert contents(connection) == before
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for act in (lambda: copies.copy_out(url(back), tmp_path / "none"), lambda: copy_in(file, back)):
        with pytest.raises(BotError, match="newer version of the bot: update the bot, or name an empty database"):
            act()
    with pytest.raises(BotError, match="has no tables of the bot's"):
        copies.copy_out(url(tmp_path), tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_database_that_cannot_keep_every_text_is_refused_with_what_to_type(tmp_path: Path) -> None:
    name = f"{url(tmp_path).database}_ascii"
    poor = url(tmp_path).set(database=name)
    create = "CREATE DATABASE {} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    with copies.connected(url(tmp_path), isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(create.format(name)))
        try:
            with pytest.raises(ConfigError, match="keeps its texts in SQL_ASCII: make one in UTF8, createdb"):
                asyncio.run(Database.open(poor.render_as_string(hide_password=False), home=tmp_path))
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


OLD = "0005"


def test_before_an_upgrade_it_is_copied_to_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with looking_into(tmp_path) as connection:
        upgrade(connection, OLD)
        connection.execute(text("INSERT INTO people (id, opted_out) VALUES (7, 1.0)"))

    def opened() -> None:
        async def go() -> None:
            await (await Database.open(database_in(tmp_path), home=tmp_path)).close()

        asyncio.run(go())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(copies, "sync_folder", full)
        with pytest.raises(ConfigError, match=r"cannot be copied to .* before: No space left"):
            opened()
    with looking_into(tmp_path) as connection:
        assert copies.revision(connection) == OLD
    opened()
    opened()
    (kept,) = (tmp_path / before_upgrade.BEFORE_UPGRADE).iterdir()
    assert kept.name.startswith(f"postgresql-{OLD}-")
    assert snapshots.revision(kept) == OLD
    with copies.connected(URL.create("sqlite", database=str(kept))) as local:
        assert local.execute(select(people.c.id, people.c.opted_out)).all() == [(7, 1.0)]
        assert local.execute(select(literal(1)).select_from(people)).scalar() == 1
    with looking_into(tmp_path) as connection:
        assert copies.revision(connection) != OLD
        assert copies.filled(connection)
