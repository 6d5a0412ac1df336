"""Where the bot's database is, as far as backups are concerned: a SQLite file, or a PostgreSQL server's.

A backup has it as a SQLite file in either case, so it can be put back into both. All of it blocks.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.config import Config
from bot.errors import BotError
from bot.operations.backups.archive import DATABASE
from bot.store import copies, snapshots
from bot.store.addresses import database_url, shown
from bot.store.turns import LOCK, take_now

ASIDE = ".replaced"  #: ends the name of what was there before
FORMER = "postgresql.sqlite3"  #: what a PostgreSQL database had before, as a file

TROUBLES = (OSError, sqlite3.Error, SQLAlchemyError)  #: what any of this raises, besides BotError


class Place(Protocol):
    """One of the two."""

    name: str  # for sentences

    def there(self) -> bool:
        """Whether there is a database at all."""
        ...

    def filled(self) -> bool:
        """Whether there is anything in it."""
        ...

    def copy(self, target: Path) -> None:
        """One state of it, whoever writes to it meanwhile, as a SQLite file that is not there yet."""
        ...

    def held(self) -> AbstractContextManager[None]:
        """Nobody else is the bot there meanwhile. Raises BotError where somebody is."""
        ...

    def files(self, stage: Path) -> Iterator[tuple[Path, Path]]:
        """What is moved aside, and under which name."""
        ...

    def keep(self, stage: Path) -> None:
        """Make of what it has one of these files, where it has none."""
        ...

    def put(self, database: Path) -> AbstractContextManager[Callable[[], None]]:
        """Make everything ready for this one to take its place, which it does when what is returned is called."""
        ...


def place_of(config: Config) -> Place:
    """Raises ConfigError."""
    url = database_url(config.database)
    if url.get_backend_name() == "sqlite":
        return FilePlace(Path(str(url.database)))
    return ServerPlace(url, config.home)


class FilePlace:
    """A SQLite file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)

    def there(self) -> bool:
        return self.path.is_file()

    def filled(self) -> bool:
        if not self.there():
            return False
        try:
            with copies.connected(URL.create("sqlite", database=str(self.path))) as connection:
                return copies.filled(connection)
        except SQLAlchemyError:  # damaged, or no database at all: something
            return True

    def copy(self, target: Path) -> None:
        snapshots.snapshot(self.path, target)

    @contextmanager
    def held(self) -> Iterator[None]:
        lock = self.path.with_name(self.path.name + LOCK)
        if not lock.exists():  # no bot has ever had it, or none of a version that has this lock
            yield
            return
        with lock.open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise _taken(self.name, file.read(200).strip()) from error
            yield

    def files(self, stage: Path) -> Iterator[tuple[Path, Path]]:
        """The database's log goes with it, named as SQLite looks for it."""
        return _with_log(self.path)

    def keep(self, stage: Path) -> None:
        """The file itself is moved."""

    @contextmanager
    def put(self, database: Path) -> Iterator[Callable[[], None]]:
        beside = self.path.with_name(f"{self.path.name}.restored")
        beside.unlink(missing_ok=True)
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        snapshots.snapshot(database, beside)  # perhaps onto another disk

        def change() -> None:
            beside.replace(self.path)

        yield change


class ServerPlace:
    """A database of a PostgreSQL server, and in the data folder the file of a time before it, if there is one."""

    def __init__(self, url: URL, home: Path) -> None:
        self.name = shown(url)
        self._url = url
        self._home = home
        self._connection: Connection | None = None  # that holds the right to be the bot

    def there(self) -> bool:
        return True  # `copy` says more

    def filled(self) -> bool:
        with copies.connected(self._url) as connection:
            return copies.filled(connection)

    def copy(self, target: Path) -> None:
        copies.copy_out(self._url, target)

    @contextmanager
    def held(self) -> Iterator[None]:
        with copies.connected(self._url) as connection:
            if (other := take_now(connection)) is not None:
                raise _taken(self.name, other)
            self._connection = connection
            try:
                yield
            finally:
                self._connection = None

    def files(self, stage: Path) -> Iterator[tuple[Path, Path]]:
        yield stage / FORMER, self._home / f"{FORMER}{ASIDE}"
        yield from _with_log(self._home / DATABASE)

    def keep(self, stage: Path) -> None:
        if self.filled():
            self.copy(stage / FORMER)

    @contextmanager
    def put(self, database: Path) -> Iterator[Callable[[], None]]:
        """In one transaction of the connection that holds the right: without the one there is not the other."""
        assert self._connection is not None, "within `held`"
        with self._connection.begin() as transaction:
            copies.copy_in(database, self._connection)
            yield transaction.commit


def _with_log(path: Path) -> Iterator[tuple[Path, Path]]:
    for end in ("-wal", "-shm", ""):
        yield path.with_name(path.name + end), path.with_name(f"{path.name}{ASIDE}{end}")


def _taken(what: str, by: str) -> BotError:
    return BotError(f"A bot ({by or 'another process'}) is at work with {what}: stop it, then restore.")
