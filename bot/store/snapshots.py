"""Whole copies of SQLite's file, made while others write to it: by SQLite's own online backup. All of it blocks."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from bot.files import sync_folder

BUSY_SECONDS = 30.0  #: that somebody else may hold the database


def snapshot(source: Path, target: Path) -> None:
    """One state of the database, as a file of its own. Raises sqlite3.Error, OSError."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(_open(source)) as there, closing(_open(target)) as here:
            there.backup(here)  # in one step, so of one moment
            here.execute("PRAGMA journal_mode = DELETE")
        with target.open("rb") as file:
            os.fsync(file.fileno())
        sync_folder(target.parent)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def damage(path: Path) -> str | None:
    """What is wrong with a database that nobody uses; None where it is sound."""
    try:
        with closing(_open(path)) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                return str(found)
            astray = connection.execute("PRAGMA foreign_key_check").fetchone()
            return None if astray is None else f"a row of {astray[0]} refers to nothing"
    except sqlite3.Error as error:
        return str(error)


def revision(path: Path) -> str | None:
    """Up to which migration its tables are; None for a file without any."""
    try:
        with closing(_open(path)) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        return None
    return None if row is None else str(row[0])


def _open(path: Path) -> sqlite3.Connection:
    """Only what is there: by default SQLite would make an empty one."""
    address = f"file:{quote(str(path.absolute()))}?mode=rw"
    return sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
