"""A database is copied before it is brought up to date."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from bot.errors import ConfigError
from bot.store import before_upgrade, snapshots
from bot.store.database import Database
from bot.store.migrating import upgrade
from tests.databases import sqlite_only

pytestmark = sqlite_only
OLD = "0005"


def old_database(folder: Path) -> Path:
    """As an older version has left it, with a row in it that is not written back from the log yet."""
    path = folder / "bot.sqlite"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        upgrade(connection, OLD)
    engine.dispose()
    return path


def opened(path: Path) -> None:
    async def go() -> None:
        await (await Database.open(f"sqlite:///{path}")).close()

    asyncio.run(go())


def copies(folder: Path) -> list[Path]:
    return sorted((folder / before_upgrade.BEFORE_UPGRADE).iterdir())


def test_the_start_after_an_update_keeps_the_database_as_it_was(tmp_path: Path) -> None:
    path = old_database(tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO people (id, opted_out) VALUES (7, 1.0)")
        connection.commit()
    opened(path)
    (kept,) = copies(tmp_path)
    assert snapshots.revision(kept) == OLD != snapshots.revision(path)
    assert kept.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("SELECT id FROM people").fetchall() == [(7,)]
    opened(path)
    assert copies(tmp_path) == [kept], "nothing was to be done at this start"


def test_a_new_database_is_not_copied(tmp_path: Path) -> None:
    opened(tmp_path / "bot.sqlite")
    assert not (tmp_path / before_upgrade.BEFORE_UPGRADE).exists()


def test_of_many_copies_the_newest_stay_and_none_longer_than_a_month(tmp_path: Path) -> None:
    path = old_database(tmp_path)
    folder = tmp_path / before_upgrade.BEFORE_UPGRADE
    folder.mkdir()
    for days in range(1, 9):
        copy = folder / f"bot-{days}.sqlite"
        copy.touch()
        os.utime(copy, (time.time() - days * 86400,) * 2)
    opened(path)
    assert len(copies(tmp_path)) == before_upgrade.KEPT
    assert [one.name for one in copies(tmp_path)][:2] == [f"bot-{OLD}" + copies(tmp_path)[0].name[8:], "bot-1.sqlite"]
    for copy in copies(tmp_path):
        os.utime(copy, (time.time() - before_upgrade.KEPT_SECONDS - 1,) * 2)
    opened(path)
    assert copies(tmp_path) == []


def test_without_room_for_the_copy_nothing_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = old_database(tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(snapshots, "snapshot", full)
    with pytest.raises(ConfigError, match=r"cannot be copied to .* before: .*No space left"):
        opened(path)
    assert snapshots.revision(path) == OLD
