"""The copy before a migration: a migration cannot be taken back; the database of before it can."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import ConfigError
from bot.store import copies, snapshots
from bot.store.addresses import reason, shown
from bot.store.migrating import head_revision, known_revisions

BEFORE_UPGRADE = "before-upgrade"  #: the folder with the copies: beside SQLite's file, or in the data folder
KEPT = 3  #: of these
KEPT_SECONDS = 30 * 86400.0  #: after that they go, at the next start

logger = logging.getLogger(__name__)


def keep_before_upgrade(url: URL, home: Path | None) -> Path | None:
    """Copy a database that is about to be migrated; returns where to, or None where nothing is to be done.

    home: for the copy of a database that is no file. Of older copies the newest stay. Blocks. Raises ConfigError.
    """
    if url.get_backend_name() == "sqlite":
        path = Path(str(url.database))
        now = snapshots.revision(path) if path.exists() else None
        return _keep(path.parent, path.stem, path.suffix, now, partial(snapshots.snapshot, path), f"{path}")
    if home is None:
        return None
    with copies.connected(url) as connection:
        copies.check_encoding(connection)
        now = copies.revision(connection)
    return _keep(home, "postgresql", ".sqlite3", now, partial(copies.copy_out, url), shown(url))


def _keep(
    beside: Path, stem: str, suffix: str, now: str | None, take: Callable[[Path], object], what: str
) -> Path | None:
    folder = beside / BEFORE_UPGRADE
    kept = None
    try:
        if now is not None and now != head_revision() and now in known_revisions():
            folder.mkdir(mode=0o700, exist_ok=True)
            kept = folder / f"{stem}-{now}-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}{suffix}"
            kept.unlink(missing_ok=True)
            take(kept)
            logger.info("the database is brought up to date; as it was before it is in %s", kept)
        if folder.is_dir():
            _thin_out(folder)
    except (sqlite3.Error, SQLAlchemyError, OSError) as error:
        raise ConfigError(
            f"The database {what} is to be brought up to date, and cannot be copied to {folder} before:"
            f" {reason(error)}. Make room there, or give this user the folder."
        ) from error
    return kept


def _thin_out(folder: Path) -> None:
    copies = sorted(folder.iterdir(), key=lambda one: one.stat().st_mtime, reverse=True)
    oldest = time.time() - KEPT_SECONDS
    for number, copy in enumerate(copies):
        if number >= KEPT or copy.stat().st_mtime < oldest:
            copy.unlink(missing_ok=True)
