"""One database: its connections, its transactions, and its migrations, which run when it is opened.

Writes are transactions that know from the start that they write (`BEGIN IMMEDIATE`), one at a time in this process,
and they are on the disk when `write` returns (`synchronous=FULL`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import stat
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

from alembic.util.exc import CommandError
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import ConfigError
from bot.store.addresses import database_url, undriven, unopened
from bot.store.before_upgrade import keep_before_upgrade
from bot.store.migrating import upgrade
from bot.store.presence import Presence

logger = logging.getLogger(__name__)

T = TypeVar("T")

BUSY_SECONDS = 10.0  #: how long SQLite waits for another process (a backup, an operator's shell) before it gives up
WRITERS_LOCK = 0x447265616D  #: PostgreSQL's advisory lock that stands for SQLite's one writer
_TAKE_TURN = "SELECT set_config('lock_timeout', :most, true), pg_advisory_xact_lock(:key)"
#: By these a connection to PostgreSQL notices that nobody is at the other end, where DATABASE_URL does not say
#: otherwise; in seconds, the last in milliseconds.
_PATIENCE: Mapping[str, int] = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


class Database:
    """An open database. `open` is the way to get one."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._writing = asyncio.Lock()  # in turn, instead of polling each other's file lock
        self._writes: set[asyncio.Task[Any]] = set()
        self._readings = 0
        self._unread = asyncio.Event()  # nobody holds a connection to read
        self._unread.set()
        #: Asked in each writing transaction whether this bot may still write. It raises where it may not.
        self.guard: Callable[[AsyncConnection], Awaitable[None]] | None = None

    @classmethod
    async def open(cls, address: str, *, home: Path | None = None) -> Self:
        """Migrate the database at SQLAlchemy's `address` forward and connect to it. Raises ConfigError.

        home: where it is copied to before, if it is no file that has a folder of its own. None: it is not copied then.
        """
        url = database_url(address)
        if url.database and url.get_backend_name() == "sqlite":
            await asyncio.to_thread(_make_ready, Path(url.database))
        await asyncio.to_thread(keep_before_upgrade, url, home)
        await _migrate(url)
        return cls(database_engine(url))

    async def close(self) -> None:
        """Let what has begun come to its end, and disconnect.

        A connection that somebody still held would stay open: nobody closes what comes back to a pool that is gone.
        """
        while self._writes or self._readings:
            if self._writes:
                await asyncio.wait(self._writes)
            await self._unread.wait()
        await self._engine.dispose()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one state of the database for as long as it is held."""
        with self._held():
            async with self._engine.begin() as connection:
                yield connection

    async def write(
        self,
        change: Callable[[AsyncConnection], Awaitable[T]],
        *,
        then: Callable[[T], None] | None = None,
        within: float | None = None,
    ) -> T:
        """Run `change` in one transaction; `then` gets its value after the commit, before the next write begins.

        within: seconds in which its turn has to come; then OperationalError, since somebody waits for an answer.
        A caller who is cancelled meanwhile does not interrupt it: what is in memory and what is on the disk would
        not be the same.
        """
        task = asyncio.create_task(self._write(change, then, within))
        self._writes.add(task)
        task.add_done_callback(self._wrote)
        return await asyncio.shield(task)

    async def scrub(self) -> None:
        """What was deleted is in no file any more: SQLite's log is written back and emptied. Best effort."""
        if self._engine.dialect.name != "sqlite":
            return
        with self._held():
            async with self._writing, self._engine.connect() as connection:
                raw = await connection.get_raw_connection()
                driver: Any = raw.driver_connection
                cursor = await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                (busy, *_) = await cursor.fetchone()
                await cursor.close()
        if busy:
            logger.info("somebody reads the database, so its log keeps what was deleted until it is written over")

    @contextmanager
    def _held(self) -> Iterator[None]:
        self._readings += 1
        self._unread.clear()
        try:
            yield
        finally:
            self._readings -= 1
            if not self._readings:
                self._unread.set()

    async def _write(
        self,
        change: Callable[[AsyncConnection], Awaitable[T]],
        then: Callable[[T], None] | None,
        within: float | None,
    ) -> T:
        async with self._my_turn(within):
            async with self._writer.begin() as connection:
                if connection.dialect.name == "postgresql":
                    await connection.execute(text(_TAKE_TURN), {"key": WRITERS_LOCK, "most": f"{BUSY_SECONDS}s"})
                if self.guard is not None:
                    await self.guard(connection)
                value = await change(connection)
            if then is not None:
                then(value)
            return value

    @asynccontextmanager
    async def _my_turn(self, within: float | None) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(within):
                await self._writing.acquire()
        except TimeoutError as error:
            raise OperationalError("BEGIN", None, TimeoutError(f"no turn within {within:.0f} s")) from error
        try:
            yield
        finally:
            self._writing.release()

    def _wrote(self, task: asyncio.Task[Any]) -> None:
        self._writes.discard(task)
        if not task.cancelled():
            task.exception()  # read here too: whoever asked for it may have been cancelled meanwhile


def _make_ready(path: Path) -> None:
    """Its folder is there, and others on the machine may not read what members have asked for.

    SQLite gives the files beside it the rights that it has itself.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError(f"The folder {path.parent} for the database cannot be made: {error.strerror}.") from error
    with contextlib.suppress(OSError):  # somebody else's file, perhaps: whether it can be opened, the next step says
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        for file in (path, *(path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm"))):
            if file.exists():
                file.chmod(stat.S_IMODE(file.stat().st_mode) & ~stat.S_IRWXO)


def database_engine(url: URL, *, migrating: bool = False) -> AsyncEngine:
    """Connections to it, as all of the bot's have to be. Raises ConfigError where its driver is not there."""
    sqlite = url.get_backend_name() == "sqlite"
    try:
        engine = create_async_engine(
            url,
            pool_pre_ping=not sqlite,
            pool_use_lifo=True,  # the connection that was used last knows the pages best, and the others stay small
            connect_args={} if sqlite else {name: it for name, it in _PATIENCE.items() if name not in url.query},
        )
    except ImportError as error:
        raise undriven(error) from error
    if sqlite:
        presence = Presence(Path(str(url.database)))

        @event.listens_for(engine.sync_engine, "do_connect")
        def connecting(*_: object) -> None:
            presence.check()

        @event.listens_for(engine.sync_engine, "connect")
        def connected(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # the driver begins no transactions of its own: `began` does
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = FULL")
            cursor.execute("PRAGMA secure_delete = ON")  # what somebody wants forgotten is overwritten
            # A migration that rebuilds a table drops the old one, which would delete what refers to it.
            cursor.execute(f"PRAGMA foreign_keys = {'OFF' if migrating else 'ON'}")
            cursor.close()

        @event.listens_for(engine.sync_engine, "begin")
        def began(connection: Connection) -> None:
            writes = connection.get_execution_options().get("writes", False)
            if writes:
                presence.check()
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


async def _migrate(url: URL) -> None:
    engine = database_engine(url, migrating=True)
    shown = url.render_as_string(hide_password=True)
    try:
        async with engine.execution_options(writes=True).begin() as connection:
            await connection.run_sync(upgrade)
    except CommandError as error:
        raise ConfigError(
            f"The database {shown} was made by a newer version of the bot: update the bot.", log=str(error)
        ) from error
    except (DBAPIError, OSError) as error:
        raise unopened(url, error) from error
    finally:
        await engine.dispose()
