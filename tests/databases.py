"""Where a test's database is: a SQLite file in its folder, or a database of its own on the server that
TEST_DATABASE_URL names, such as postgresql://dreambot@localhost/postgres."""

from __future__ import annotations

import atexit
import functools
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool

SERVER = os.environ.get("TEST_DATABASE_URL")
FILE = "bot.sqlite"
RUN = os.environ.setdefault("TEST_DATABASE_RUN", str(os.getpid()))  #: the processes that a test starts know it too

sqlite_only = pytest.mark.skipif(SERVER is not None, reason="about SQLite's files")
postgres_only = pytest.mark.skipif(SERVER is None, reason="needs a PostgreSQL server, in TEST_DATABASE_URL")


def database_in(home: Path) -> str:
    """The address of the database that belongs to a folder; it is there, and empty at first."""
    if SERVER is None:
        return f"sqlite:///{home / FILE}"
    _server().make(_name(home))
    return _server().url(_name(home)).render_as_string(hide_password=False)


@contextmanager
def looking_into(home: Path) -> Iterator[Connection]:
    """A second connection to it, beside the bot's."""
    address = make_url(database_in(home))
    if SERVER is not None:
        address = address.set(drivername="postgresql+psycopg")
    engine = create_engine(address, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def back_up(home: Path, folder: Path) -> None:
    """The database as it is now; nobody may have it open."""
    if SERVER is None:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(home / FILE, folder / FILE)
    else:
        _server().copy(_name(home), _name(folder))


def refuse(home: Path, table: str, *, where: str = "") -> None:
    """From now on no row of the table is written, or none of which `where` (a column, =, a value) is true."""
    with looking_into(home) as connection:
        if SERVER is None:
            when = f"WHEN NEW.{where}" if where else ""
            for event in ("INSERT", "UPDATE"):
                body = f"BEFORE {event} ON {table} {when} BEGIN SELECT RAISE(ABORT, 'disk full'); END"
                connection.execute(text(f"CREATE TRIGGER full_{event} {body}"))
        else:
            check = f"CHECK (NOT ({where or 'true'})) NOT VALID"
            connection.execute(text(f'ALTER TABLE {table} ADD CONSTRAINT "disk full" {check}'))


def relent(home: Path, table: str) -> None:
    """The end of `refuse`."""
    with looking_into(home) as connection:
        if SERVER is None:
            for event in ("INSERT", "UPDATE"):
                connection.execute(text(f"DROP TRIGGER full_{event}"))
        else:
            connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "disk full"'))


class _Server:
    """Databases on a PostgreSQL server, each gone when the tests end."""

    def __init__(self, address: str) -> None:
        self._address = make_url(address).set(drivername="postgresql+psycopg")
        self._engine: Engine = create_engine(self._address, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._made: set[str] = set()
        self._known: set[str] = set()
        atexit.register(self._drop_all)

    def url(self, name: str) -> URL:
        return make_url(str(SERVER)).set(database=name)

    def make(self, name: str) -> None:
        """Another process of the same test may have made it."""
        if name not in self._known:
            with self._engine.connect() as connection:
                there = connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name})
                if there.first() is None:
                    self._do(f'CREATE DATABASE "{name}"')
                    self._made.add(name)
            self._known.add(name)

    def copy(self, name: str, to: str) -> None:
        self._do(f'DROP DATABASE IF EXISTS "{to}" WITH (FORCE)', f'CREATE DATABASE "{to}" TEMPLATE "{name}"')
        self._made.add(to)
        self._known.add(to)

    def _drop_all(self) -> None:
        self._do(*(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in self._made))

    def _do(self, *statements: str) -> None:
        with self._engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))


@functools.cache
def _server() -> _Server:
    return _Server(str(SERVER))


def _name(home: Path) -> str:
    return f"dreambot_test_{hashlib.sha256(f'{RUN} {home.resolve()}'.encode()).hexdigest()[:16]}"
