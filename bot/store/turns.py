"""Whose turn it is: of several bots on one database one works, and the next takes over when that one is gone.

The right goes with the process that has it, however that ends: a lock on a file beside SQLite's, or a lock of one
connection to PostgreSQL. A bot that loses that connection takes the lock again with the next; where another bot was
quicker, its writes are refused from that moment on, and it ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import io
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import BotError, ConfigError
from bot.store.addresses import database_url, unopened
from bot.store.database import database_engine

ACTIVE = 0x447265616D426F74  #: PostgreSQL's advisory lock of the bot that works
LOOK_SECONDS = 1.0  #: between looks whether the other one is gone, and whether the right still holds
ANSWER_SECONDS = 5.0  #: for the database to answer
LOCK = ".active"  #: ends the name of the file beside SQLite's

#: By these PostgreSQL notices within half a minute that the machine at the other end is gone.
_KEEPALIVE = ("tcp_keepalives_idle = 10", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 3")
_HOLDER = """
    SELECT pg_locks.pid, application_name FROM pg_locks JOIN pg_stat_activity ON pg_stat_activity.pid = pg_locks.pid
    WHERE locktype = 'advisory' AND granted AND objsubid = 1
      AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (classid::bigint << 32) | objid::bigint = :key
"""

Guard = Callable[[AsyncConnection], Awaitable[None]]


class Turn(Protocol):
    """The right to be the bot."""

    lost: asyncio.Event  # another one has it now

    @property
    def guard(self) -> Guard | None:
        """Run in each writing transaction: raises where the right is another's. None: it cannot be lost."""

    async def give_back(self) -> None: ...


def this_process() -> str:
    """By which people tell one bot from another."""
    return f"process {os.getpid()} on {socket.gethostname()}"


async def try_turn(address: str) -> Turn | str:
    """Take it, where it is free; else who has it. Raises ConfigError where the database cannot be opened."""
    url = database_url(address)
    if url.get_backend_name() != "sqlite":
        return await PostgresTurn.take(database_engine(url))
    assert url.database is not None
    path = Path(url.database)
    path = path.with_name(path.name + LOCK)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return await asyncio.to_thread(FileTurn.take, path)
    except OSError as error:
        raise ConfigError(f"The file {path} beside the database cannot be written: {error.strerror}.") from error


def take_now(connection: Connection) -> str | None:
    """Take PostgreSQL's lock for as long as this connection lasts; else who has it. Blocks."""
    for setting in _KEEPALIVE:
        connection.execute(text(f"SET {setting}"))
    connection.execute(text("SELECT set_config('application_name', :name, false)"), {"name": _application()})
    taken = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": ACTIVE}).scalar_one()
    holder = None if taken else connection.execute(text(_HOLDER), {"key": ACTIVE}).first()
    connection.commit()
    if taken:
        return None
    return str(holder.application_name or "another process") if holder is not None else "another process"


class FileTurn:
    """A lock on a file, which the system takes back when the process ends."""

    def __init__(self, file: io.TextIOWrapper) -> None:
        self.lost = asyncio.Event()
        self._file = file

    @classmethod
    def take(cls, path: Path) -> FileTurn | str:
        """Raises OSError. Blocks for a moment."""
        file = open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+")  # noqa: PTH123, SIM115
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with file:
                return file.read(200).strip() or "another process"
        except BaseException:
            file.close()
            raise
        file.truncate()
        file.write(f"{this_process()}\n")
        file.flush()
        return cls(file)

    @property
    def guard(self) -> Guard | None:
        return None

    async def give_back(self) -> None:
        self._file.close()


class PostgresTurn:
    """An advisory lock, held by a connection that does nothing else."""

    def __init__(self, engine: AsyncEngine, connection: AsyncConnection, pid: int) -> None:
        self.lost = asyncio.Event()
        self._engine = engine
        self._connection = connection
        self._pid = pid  # of the server's process for that connection
        self._holding = asyncio.create_task(self._hold(), name="turn")

    @classmethod
    async def take(cls, engine: AsyncEngine) -> PostgresTurn | str:
        """Closes the engine where somebody else has it. Raises ConfigError."""
        try:
            got = await _locked(engine)
        except (DBAPIError, OSError, TimeoutError) as error:
            await engine.dispose()
            raise unopened(engine.url, error) from error
        if isinstance(got, str):
            await engine.dispose()
            return got
        return cls(engine, *got)

    @property
    def guard(self) -> Guard | None:
        return self._check

    async def give_back(self) -> None:
        self._holding.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._holding
        await _end(self._connection)
        await self._engine.dispose()

    async def _check(self, connection: AsyncConnection) -> None:
        """In the same transaction as what is written, so that nothing is written by two."""
        holder = (await connection.execute(text(_HOLDER), {"key": ACTIVE})).first()
        if holder is None or holder.pid != self._pid:
            raise OperationalError("write", None, BotError("another bot may be at work with this database"))

    async def _hold(self) -> None:
        while not self.lost.is_set():
            await asyncio.sleep(LOOK_SECONDS)
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._connection.execute(text("SELECT 1"))
            except (DBAPIError, OSError, TimeoutError):
                await self._take_again()

    async def _take_again(self) -> None:
        """Until it is ours again, or somebody else's."""
        await _end(self._connection)
        while True:
            with contextlib.suppress(DBAPIError, OSError, TimeoutError):
                got = await _locked(self._engine, ghost=self._pid)
                if isinstance(got, str):
                    self.lost.set()
                else:
                    self._connection, self._pid = got
                return
            await asyncio.sleep(LOOK_SECONDS)


async def _locked(engine: AsyncEngine, *, ghost: int | None = None) -> tuple[AsyncConnection, int] | str:
    """The connection that has the lock, and its process; or who else has it.

    ghost: our own former process there, which may not know yet that nobody is at its other end: it is ended.
    """
    async with asyncio.timeout(ANSWER_SECONDS):
        connection = await engine.connect()
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
            for setting in _KEEPALIVE:
                await connection.execute(text(f"SET {setting}"))
            await _ask(connection, "SELECT set_config('application_name', :name, false)", name=_application())
            taken = await _ask(connection, "SELECT pg_try_advisory_lock(:key)", key=ACTIVE)
            if not taken:
                holder = (await connection.execute(text(_HOLDER), {"key": ACTIVE})).first()
                if holder is not None and holder.pid == ghost:
                    await _ask(connection, "SELECT pg_terminate_backend(:pid, 3000)", pid=ghost)
                    taken = await _ask(connection, "SELECT pg_try_advisory_lock(:key)", key=ACTIVE)
            if taken:
                return connection, int(await _ask(connection, "SELECT pg_backend_pid()"))
    except BaseException:
        await _end(connection)
        raise
    await _end(connection)
    return str(holder.application_name or "another process") if holder is not None else "another process"


def _application() -> str:
    return f"dreambot, {this_process()}"[:63]


async def _ask(connection: AsyncConnection, question: str, **values: Any) -> Any:
    return (await connection.execute(text(question), values)).scalar_one()


async def _end(connection: AsyncConnection) -> None:
    """Not back into the pool: its session has the lock."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(ANSWER_SECONDS):
            await connection.invalidate()
            await connection.close()
