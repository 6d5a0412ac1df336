"""A backup is made while the bot works, is whole, and comes back: with everybody's wishes since."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import shutil
import sqlite3
import stat
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.alone import alone_in
from bot.errors import BotError, ConfigError
from bot.jobs.model import JobState
from bot.jobs.people import Block
from bot.jobs.queue import JobQueue
from bot.operations.backups import archive, commands, making, restoring
from bot.operations.backups.places import ASIDE, FORMER, place_of
from bot.operations.backups.restoring import MARK
from bot.store.tables import metadata
from tests.bot.jobs.fakes import Clock, config, in_loop, made, opened, request
from tests.bot.moderation.desk import anywhere
from tests.databases import FILE, SERVER, looking_into, sqlite_only

ANNA, BEN = 700_000_000_000_000_001, 700_000_000_000_000_002


async def furnish(queue: JobQueue) -> dict[str, str]:
    """A dream of Anna's that is delivered, one of Ben's that is made, and one that waits. Their ids by name."""
    ids = {}
    for name, who in (("delivered", ANNA), ("made", BEN), ("waiting", BEN)):
        accepted = await queue.accept(request(name.encode(), requester=who))
        ids[name] = accepted.job.id
        if name != "waiting":
            order = await queue.work.next()
            assert order is not None
            assert await queue.work.made(order, made(order), await queue.work.keep(order, made(order)))
    await queue.delivered(ids["delivered"], message=1)
    return ids


def furnished(home: Path) -> dict[str, str]:
    async def go() -> dict[str, str]:
        async with opened(home, clock=Clock()) as queue:
            return await furnish(queue)

    return asyncio.run(go())


def backup(home: Path, file: Path) -> list[str]:
    said: list[str] = []
    assert commands.backup(config(home), file, said.append) == 0
    return said


def restore(home: Path, file: Path, *, force: bool = False) -> list[str]:
    said: list[str] = []
    assert commands.restore(config(home), file, force=force, say=said.append) == 0
    return said


def lose(home: Path) -> None:
    """The disk, and the server's."""
    shutil.rmtree(home)
    if SERVER is not None:
        with looking_into(home) as connection:
            metadata.drop_all(connection)
            connection.execute(text("DROP TABLE alembic_version"))


def contents(home: Path) -> dict[str, str]:
    """Every file of a data folder but locks, by its hash; and the server's tables."""
    files = {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.rglob("*"))
        if path.is_file() and path.name != "lock"
    }
    if SERVER is not None:
        with looking_into(home) as connection:
            for table in metadata.sorted_tables:
                files[table.name] = str(sorted(map(repr, connection.execute(select(table)).all())))
    return files


def goes_on(home: Path, ids: dict[str, str]) -> None:
    """A bot finds everything as it was."""

    async def go() -> None:
        async with opened(home, clock=Clock()) as queue:
            for name, state in (
                ("delivered", JobState.DELIVERED),
                ("made", JobState.MADE),
                ("waiting", JobState.WAITING),
            ):
                job = await queue.job(ids[name])
                assert job is not None
                assert job.state is state
                assert await queue.source_bytes(job.pictures[0]) == name.encode()
            (unanswered,) = await queue.unanswered()
            result = unanswered.pictures[0].result
            assert result is not None
            assert await queue.result_bytes(result)
            assert [job.id for job in await queue.open_jobs()] == [ids["waiting"]]

    asyncio.run(go())


def test_everything_comes_back_after_the_disk_is_lost(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "backup.tar"
    ids = furnished(home)
    said = backup(home, file)
    assert "3 pictures" in said[0]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lose(home)
    restore(home, file)
    goes_on(home, ids)
    files = {path.name for path in home.iterdir()} - {FILE}
    assert files == {"checkpoints", "lock", "results", "sources"}


@in_loop
async def test_it_is_made_while_the_bot_writes(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "backup.tar"
    async with opened(home, clock=Clock()) as queue:
        ids = await furnish(queue)
        done = asyncio.create_task(asyncio.to_thread(backup, home, file))
        count = 0
        while not done.done():
            await queue.accept(request(b"another %d" % count, requester=BEN))
            count += 1
        await done
    manifest = archive.check(file)
    assert not manifest.missing
    await asyncio.to_thread(lose, home)
    await asyncio.to_thread(restore, home, file)
    await asyncio.to_thread(goes_on_with, home, ids)


def goes_on_with(home: Path, ids: dict[str, str]) -> None:
    """Every job of the backup has its picture."""
    with looking_into(home) as connection:
        rows = connection.execute(text("SELECT job, source FROM job_pictures")).all()
    assert set(ids.values()) <= {job for job, _ in rows}
    for _, source in rows:
        assert hashlib.sha256((home / "sources" / source).read_bytes()).hexdigest() == source


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_the_bot_deletes_or_keeps_meanwhile_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Deleted right after the database was copied; or kept right before, after the pictures were linked."""
    home, file = tmp_path / "home", tmp_path / "backup.tar"
    ids = furnished(home)
    kind = type(place_of(config(home)))
    taken = kind.copy
    times = 0

    def busy(place: Any, target: Path) -> None:
        nonlocal times
        times += 1
        if when == "before" and times == 1:
            ids.update({f"late {name}": one for name, one in furnished_late(home).items()})
        taken(place, target)
        if when == "after":
            shutil.rmtree(home / "sources")
            shutil.rmtree(home / "results")

    monkeypatch.setattr(kind, "copy", busy)
    backup(home, file)
    assert times == 1, "it was right at once"
    monkeypatch.setattr(kind, "copy", taken)
    lose(home)
    restore(home, file)
    goes_on_with(home, ids)


def furnished_late(home: Path) -> dict[str, str]:
    async def go() -> dict[str, str]:
        async with opened(home, clock=Clock()) as queue:
            return {"waiting": (await queue.accept(request(b"late", requester=BEN))).job.id}

    return asyncio.run(go())


def test_whoever_was_forgotten_since_is_forgotten_in_what_comes_back(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "backup.tar"
    clock = Clock()

    async def before() -> None:
        async with opened(home, clock=clock) as queue:
            await furnish(queue)
            await queue.members.block(
                Block(person=ANNA, guild=10, until=None, reason="a reason", by=BEN),
            )

    async def after() -> None:
        async with opened(home, clock=clock) as queue:
            clock.tick(60)
            await queue.members.forget(ANNA)

    asyncio.run(before())
    backup(home, file)
    asyncio.run(after())
    said = restore(home, file, force=True)
    assert any("forgotten again: 1" in line for line in said)
    for path in home.iterdir():  # what is put aside is of after they were forgotten
        assert not path.is_file() or str(ANNA).encode() not in path.read_bytes()
    assert anywhere(home, ANNA) == []
    assert hashlib.sha256(b"delivered").hexdigest() not in contents(home).values()

    async def still_blocked() -> None:
        async with opened(home, clock=clock) as queue:
            assert await queue.members.unblock(ANNA, guild=10)
            assert queue.members.forgotten_again == 0

    asyncio.run(still_blocked())


def test_on_a_new_machine_blocks_of_forgotten_members_hold_on(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "backup.tar"

    async def go() -> None:
        async with opened(home, clock=Clock()) as queue:
            await queue.members.block(Block(person=ANNA, guild=10, until=None, reason=None, by=BEN))
            await queue.members.forget(ANNA)

    async def lifted() -> bool:
        async with opened(home, clock=Clock()) as queue:
            return await queue.members.unblock(ANNA, guild=10)

    asyncio.run(go())
    backup(home, file)
    lose(home)
    restore(home, file)
    assert asyncio.run(lifted())


def test_with_another_key_the_one_that_is_here_stays_and_it_is_said(tmp_path: Path) -> None:
    homes = [tmp_path / "one", tmp_path / "two"]

    async def go(home: Path) -> None:
        async with opened(home, clock=Clock()) as queue:
            await queue.members.forget(ANNA)

    for home in homes:
        asyncio.run(go(home))
    backup(homes[0], tmp_path / "backup.tar")
    key = (homes[1] / "forgetting.key").read_bytes()
    lines = (homes[1] / "forgotten.jsonl").read_bytes()
    said = restore(homes[1], tmp_path / "backup.tar", force=True)
    assert any("another forgetting.key" in line for line in said)
    assert (homes[1] / "forgetting.key").read_bytes() == key
    assert (homes[1] / "forgotten.jsonl").read_bytes() == lines


def test_a_running_bot_and_a_full_home_are_left_alone(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "backup.tar"
    ids = furnished(home)
    backup(home, file)
    before = contents(home)
    with pytest.raises(BotError, match="--force"):
        restore(home, file)
    with alone_in(home, unwritable="", taken=""), pytest.raises(BotError, match=r"A bot is at work .* stop it"):
        restore(home, file, force=True)
    assert contents(home) == before
    said = restore(home, file, force=True)
    assert any(f"{FILE if SERVER is None else FORMER}{ASIDE}" in line for line in said)
    goes_on(home, ids)
    assert {path.name for path in (home / f"sources{ASIDE}").iterdir()} == {
        path.name for path in (home / "sources").iterdir()
    }
    restore(home, file, force=True)
    goes_on(home, ids)


def damaged(file: Path, how: Callable[[bytes], bytes]) -> Path:
    other = file.with_name("damaged.tar")
    other.write_bytes(how(file.read_bytes()))
    return other


def flipped(at: float) -> Callable[[bytes], bytes]:
    def flip(data: bytes) -> bytes:
        place = int(at * len(data))
        return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]

    return flip


def test_one_wrong_bit_anywhere_or_a_missing_end_is_noticed_before_anything_is_changed(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "backup.tar"
    furnished(home)
    backup(home, file)
    with tarfile.open(file) as tar:  # in the middle of each file's contents: between them is padding
        size = file.stat().st_size
        middles = [(info.offset_data + info.size / 2) / size for info in tar if info.name != archive.MANIFEST]
    before = contents(home)
    ways = [*map(flipped, middles), lambda data: data[: len(data) // 2], lambda data: data[:600], lambda _: b""]
    ways += [lambda _: b"no tar at all" * 100]
    for way in ways:
        with pytest.raises(BotError, match=r"damaged|is no backup"):
            restore(home, damaged(file, way), force=True)
        assert contents(home) == before
    with pytest.raises(BotError, match="cannot be read"):
        restore(home, tmp_path / "nowhere.tar", force=True)


def tar_of(
    file: Path,
    members: dict[str, bytes],
    *,
    named: dict[str, bytes] | None = None,
    format: int = archive.FORMAT,
    link: str | None = None,
) -> Path:
    """named: what its manifest says that it has, besides what it has."""
    said_to_be = {**members, **(named or {})}
    files = {name: {"size": len(one), "sha256": hashlib.sha256(one).hexdigest()} for name, one in said_to_be.items()}
    said = {"format": format, "version": "9", "revision": "x", "made": "now", "missing": [], "files": files}
    with tarfile.open(file, "w") as tar:
        for name, data in {archive.MANIFEST: json.dumps(said).encode(), **members}.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            if name == link:
                info.type, info.linkname, info.size = tarfile.SYMTYPE, "/etc/passwd", 0
            tar.addfile(info, io.BytesIO(data))
    return file


def test_a_file_that_was_made_up_writes_nothing_outside_of_the_home(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "evil.tar"
    database = {archive.DATABASE: b"x"}
    for name in ("../evil", "/evil", "sources/../../evil", "sources/" + "g" * 64, "results/../lock", "networks/evil"):
        with pytest.raises(BotError, match="is no backup"):
            restore(home, tar_of(file, {**database, name: b"evil"}))
    with pytest.raises(BotError, match="damaged"):
        restore(home, tar_of(file, {**database, "sources/" + "a" * 64: b""}, link="sources/" + "a" * 64))
    short = tar_of(file, database, named={"sources/" + "a" * 64: b"not in it"})
    with pytest.raises(BotError, match="1 files are missing at its end"):
        restore(home, short)
    with pytest.raises(BotError, match="newer version"):
        restore(home, tar_of(file, database, format=2))
    with pytest.raises(BotError, match=r"The database in the backup .* is damaged"):
        restore(home, tar_of(file, database))
    assert [path.name for path in home.iterdir()] == ["lock"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evil.tar", "home"]


class Killed(BaseException):
    pass


def test_killed_at_any_step_of_putting_it_in_place_it_is_done_again_or_never_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, file = tmp_path / "home", tmp_path / "backup.tar"
    ids = furnished(home)
    backup(home, file)
    steps = 0
    whole = Path.replace
    while True:
        left = steps

        def replace(path: Path, target: Any) -> Path:
            nonlocal left
            if left == 0:
                raise Killed
            left -= 1
            return whole(path, target)

        monkeypatch.setattr(Path, "replace", replace)
        try:
            restore(home, file, force=True)
        except Killed:
            monkeypatch.setattr(Path, "replace", whole)
            if (home / MARK).exists():
                with pytest.raises(ConfigError, match="broken off"):
                    commands.tidy(config(home))
                restore(home, file)  # it asks for no --force: what is there is neither the old nor the new
            commands.tidy(config(home))
            goes_on(home, ids)
            steps += 1
            continue
        break
    assert steps > 5
    goes_on(home, ids)


def test_a_backup_that_was_killed_leaves_nothing_after_the_next_start(tmp_path: Path) -> None:
    home = tmp_path / "home"
    furnished(home)
    left = home / f"{making.PREFIX}left"
    (left / "sources").mkdir(parents=True)
    (left / "sources" / "x").touch()
    with making._staging(home) as at_work:
        commands.tidy(config(home))
        assert not left.exists()
        assert at_work.exists(), "one that is being made is left alone"


def test_a_backup_overwrites_nothing_and_needs_a_database(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "backup.tar"
    home.mkdir()
    with pytest.raises(BotError, match="There is no database" if SERVER is None else "has no tables of the bot's"):
        backup(home, file)
    furnished(home)
    file.write_text("mine")
    with pytest.raises(BotError, match="is there already"):
        backup(home, file)
    assert file.read_text() == "mine"
    with pytest.raises(BotError, match="could not be made"):
        backup(home, tmp_path / "no" / "folder.tar")
    assert not [path for path in home.iterdir() if path.name.startswith(making.PREFIX)]


@sqlite_only
def test_a_damaged_database_is_not_taken_for_a_backup(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "backup.tar"
    furnished(home)
    with closing(sqlite3.connect(home / FILE)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("UPDATE job_pictures SET job = 'nobody' WHERE ordinal = 0 AND state = 'waiting'")
        connection.commit()
    with pytest.raises(BotError, match="damaged"):
        backup(home, file)
    assert not file.exists()
    assert restoring.STAGE not in {path.name for path in home.iterdir()}
