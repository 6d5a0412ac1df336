"""A database that is locked, gone, full or stopped, and comes back: what was accepted is answered, and once; and what
comes meanwhile hears soon that it could not be noted."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.dreaming.words import DATABASE_TROUBLE
from bot.jobs.accepting import NO_ROOM, NOT_NOTED
from bot.playground.model import Message
from tests import disks
from tests.bot.executor.machines.programs import free_port
from tests.e2e.town import DOT, Town, answers, in_town, is_dream, is_final

FILE = "dreambot.sqlite3"
_MANY = {"module": "tests.e2e.pretending", "DREAM_LIMIT_HOUR": "0", "DREAM_LIMIT_WAITING": "0"}


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process writes, as it seems to the bot, and does not come to an end."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=60)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")


@contextmanager
def gone(path: Path) -> Iterator[None]:
    """Moved away, without what SQLite has beside it; nobody may make another in its place."""
    away = path.with_name("away")
    path.rename(away)
    try:
        yield
        assert not path.exists()
    finally:
        away.rename(path)


async def accepted(town: Town, count: int) -> list[Message]:
    """Requests that are answered to be waiting."""
    asked = [await town.ask("!dream", DOT) for _ in range(count)]
    for one in asked:
        await town.says("", which=lambda said, one=one: answers(said, one))
    return asked


async def refused(town: Town, *sentences: str) -> Message:
    """One that hears soon that it is not taken: the request."""
    asked = await town.ask("!dream", DOT)
    said = await town.says("", which=lambda said: answers(said, asked) and is_final(said))
    assert said.text in sentences, said.text
    return asked


async def all_answered_once(town: Town, dreams: list[Message], others: list[Message]) -> None:
    found = await town.settled([*dreams, *others], timeout=300, all_heard=True)
    assert [is_dream(one) for one in found] == [True] * len(dreams) + [False] * len(others), [one.text for one in found]


@in_town(held=True, **_MANY)
async def test_a_database_that_is_locked_and_then_gone_and_comes_back_costs_nobody_an_answer(town: Town) -> None:
    asked = await accepted(town, 2)
    with locked(town.home / FILE):
        town.allow(1)
        asked.append(await town.ask("!dream", DOT))  # as long as nobody is made to wait for long, it only waits
        await asyncio.sleep(1.0)
        assert not town.dreams()
    await town.dream()
    asked += await accepted(town, 2)
    with gone(town.home / FILE):
        town.allow()
        late = [await refused(town, NOT_NOTED) for _ in range(2)]
        assert len(town.dreams()) == 1
    await all_answered_once(town, [*asked, *await accepted(town, 1)], late)


@pytest.mark.soak
@in_town(held=True, **_MANY)
async def test_whoever_asks_while_the_database_is_locked_for_long_hears_so_within_half_a_minute(town: Town) -> None:
    asked = await accepted(town, 3)
    for _ in range(2):
        with locked(town.home / FILE):
            town.allow()
            begun = time.monotonic()
            late = await asyncio.gather(*(refused(town, NOT_NOTED) for _ in range(5)))
            print(f"\n5 refusals of a locked database after {time.monotonic() - begun:.1f} s")
            await asyncio.sleep(20.0)
        asked += await accepted(town, 1)
    await all_answered_once(town, asked, list(late))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with disks.small_disk(tmp_path / "disk", size=4 << 20) as folder:
        yield folder


@pytest.mark.soak  # by default tests/bot/jobs fills a disk with everything on it
def test_a_disk_that_is_full_for_the_database_alone_loses_nothing(small_disk: Path, tmp_path: Path) -> None:
    """Its pages and its log: pictures and results lie elsewhere."""

    @in_town(held=True, **_MANY, DATABASE_URL=f"sqlite:///{small_disk / FILE}")
    async def lived(town: Town) -> None:
        asked = await accepted(town, 3)
        ballast = disks.fill(small_disk)
        late: list[Message] = []
        while not late:  # until SQLite has used the room that its log has already
            one = await town.ask("!dream", DOT)
            said = await town.says("", which=lambda said, one=one: answers(said, one))
            assert said.text in (NOT_NOTED, NO_ROOM) or not is_final(said), said.text
            (late if is_final(said) else asked).append(one)
        town.allow()
        await asyncio.sleep(1.0)
        ballast.unlink()
        await all_answered_once(town, asked, late)
        await town.bot.kill()
        with closing(sqlite3.connect(small_disk / FILE)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        await town.start()
        await all_answered_once(town, [*asked, *await accepted(town, 1)], late)

    lived(tmp_path)


class Postgres:
    """A server of its own, which can be stopped."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._do("initdb", "-D", str(folder / "data"), "-U", "dreambot", "-A", "trust", "-N")

    @property
    def address(self) -> str:
        return f"postgresql://dreambot@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        options = f"-p {self._port} -k {self._folder} -c listen_addresses=127.0.0.1"
        self._do(*("pg_ctl", "-D", str(self._folder / "data"), "-o", options, "-l", str(self._folder / "log")), "start")

    def stop(self, how: str) -> None:
        self._do("pg_ctl", "-D", str(self._folder / "data"), "-m", how, "stop")

    def _do(self, *command: str) -> None:
        before = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
        subprocess.run([*before, *command], check=True, cwd=self._folder, stdout=subprocess.DEVNULL)


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    if shutil.which("initdb") is None or shutil.which("pg_ctl") is None:
        pytest.skip("PostgreSQL's own programs are not here")
    pytest.importorskip("psycopg")
    with tempfile.TemporaryDirectory() as name:  # pytest's own folder is closed to PostgreSQL's user
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        server = Postgres(folder)
        server.start()
        try:
            yield server
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):
                server.stop("immediate")


@pytest.mark.soak
@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_a_postgresql_that_is_stopped_and_comes_back_costs_nobody_an_answer(
    postgres: Postgres, tmp_path: Path, how: str
) -> None:
    @in_town(held=True, **_MANY, DATABASE_URL=postgres.address)
    async def lived(town: Town) -> None:
        asked = await accepted(town, 3)
        late = []
        for _ in range(2):
            await asyncio.to_thread(postgres.stop, how)
            town.allow()
            late += [await refused(town, DATABASE_TROUBLE) for _ in range(2)]
            await asyncio.sleep(3.0)
            await asyncio.to_thread(postgres.start)
            later, more = await accepted_in_the_end(town)
            late += later
            asked += more
        await all_answered_once(town, asked, late)

    lived(tmp_path)


async def accepted_in_the_end(town: Town) -> tuple[list[Message], list[Message]]:
    """As soon as the bot has its database again; first those that were refused before."""
    late = []
    while True:
        one = await town.ask("!dream", DOT)
        said = await town.says("", which=lambda said, one=one: answers(said, one))
        if said.text not in (NOT_NOTED, DATABASE_TROUBLE):
            return late, [one]
        late.append(one)
        await asyncio.sleep(0.5)
