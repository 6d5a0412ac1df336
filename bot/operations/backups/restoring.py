"""Putting a backup back: unpacked and checked beside what is there, brought up to date, erasures done again, and only
then put in its place. What was there before stays under another name.

A restore that is killed while it puts things in their places leaves a mark, and no bot starts before it was done again.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from bot.alone import alone_in
from bot.config import Config
from bot.errors import BotError, ConfigError
from bot.files import put, sync_folder
from bot.jobs.queue import JobQueue
from bot.jobs.shelf import RESERVE
from bot.operations.backups import archive
from bot.operations.backups.archive import DATABASE, Manifest
from bot.operations.backups.making import BESIDES, FOLDERS
from bot.store import snapshots
from bot.store.database import Database

STAGE = "restoring"  #: the folder in DREAM_HOME in which it is unpacked
MARK = "restoring.unfinished"  #: the file in DREAM_HOME that is there while things are put in their places
ASIDE = ".replaced"  #: ends the name of what was there before
KEPT_SECONDS = 30 * 86400.0  #: after that it goes, at the next start


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What came of it."""

    manifest: Manifest
    forgotten: int  # members who were in the backup, and had asked to be forgotten since
    other_key: bool  # the backup's own tombstones cannot be read with the key that is here
    aside: tuple[Path, ...]  # what was there before


def restore(config: Config, database: Path, file: Path, *, force: bool) -> Restored:
    """Blocks. Raises BotError: then nothing was changed, or it says that it has to be done again."""
    home = config.home
    with alone_in(
        home,
        unwritable=f"DREAM_HOME={home} cannot be written",
        taken=f"A bot is at work with {home}: stop it, then restore.",
    ):
        again = (home / MARK).exists()
        if not again and not force and (there := _there(home, database)):
            raise BotError(
                f"{there} is there already. With --force it is moved aside (its name then ends with {ASIDE}),"
                " and the backup takes its place."
            )
        stage = home / STAGE
        try:
            manifest = _unpacked(file, stage)
            other_key = _merge(stage, home)
            forgotten = asyncio.run(_brought_up_to_date(config, stage))
            aside = _put_in_place(stage, home, database, again=again)
        except (OSError, sqlite3.Error) as error:
            raise BotError(f"The backup could not be put back: {getattr(error, 'strerror', None) or error}.") from error
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    return Restored(manifest=manifest, forgotten=forgotten, other_key=other_key, aside=aside)


def refuse_half_done(home: Path) -> None:
    """Raises ConfigError where a restore was killed in the middle of its last step."""
    if (home / MARK).exists():
        raise ConfigError(
            f"A restore was broken off in {home}: run it again (python -m bot restore FILE) before the bot starts."
        )


def sweep(home: Path, database: Path | None) -> None:
    """Remove what older restores have put aside: in it members would outlive their being forgotten."""
    oldest = time.time() - KEPT_SECONDS
    for _, aside in _items(home, database) if database is not None else ():
        try:
            if aside.stat().st_ctime < oldest:
                _remove(aside)
        except FileNotFoundError:
            continue


def _there(home: Path, database: Path) -> Path | None:
    """Something that a backup would take the place of."""
    if database.exists():
        return database
    return next((folder for name in FOLDERS if (folder := home / name).is_dir() and any(folder.iterdir())), None)


def _unpacked(file: Path, stage: Path) -> Manifest:
    needed = archive.read_manifest(file).size
    shutil.rmtree(stage, ignore_errors=True)
    free = shutil.disk_usage(stage.parent).free
    if free < needed + RESERVE:
        raise BotError(
            f"There is no room for it: {needed >> 20} MiB are needed in {stage.parent}, and {free >> 20} MiB are free."
        )
    stage.mkdir(mode=0o700)
    manifest = archive.unpack(file, stage)
    trouble = snapshots.damage(stage / DATABASE)
    if trouble is None and snapshots.revision(stage / DATABASE) != manifest.revision:
        trouble = "it has not the tables that its manifest says"
    if trouble is not None:
        raise BotError(f"The database in the backup {file} is damaged: {trouble}. Take another one.")
    return manifest


def _merge(stage: Path, home: Path) -> bool:
    """The tombstones of both into the stage. Returns whether those of the backup cannot be read here.

    The data folder's key wins: whoever was forgotten since the backup is known by it.
    """
    key, tombstones = BESIDES
    ours, theirs = home / key, stage / key
    if not ours.exists():
        return False
    other = theirs.exists() and theirs.read_bytes() != ours.read_bytes()
    lines = [*(() if other else _lines(stage / tombstones)), *_lines(home / tombstones)]
    shutil.copyfile(ours, theirs)
    put(stage / tombstones, "".join(f"{line}\n" for line in dict.fromkeys(lines)).encode())
    return other


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []


async def _brought_up_to_date(config: Config, stage: Path) -> int:
    """As a start would: migrated, and everybody forgotten whom it still has. Returns how many those were."""
    address = f"sqlite+aiosqlite:///{quote(str(stage / DATABASE))}"
    database = await Database.open(address)
    try:
        queue = JobQueue(database=database, folder=stage, config=replace(config, home=stage, database=address))
        await queue.open()
        await queue.close()
        await database.scrub()
        return queue.members.forgotten_again
    finally:
        await database.close()


def _put_in_place(stage: Path, home: Path, database: Path, *, again: bool) -> tuple[Path, ...]:
    beside = database.with_name(f"{database.name}.restored")
    beside.unlink(missing_ok=True)
    database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    snapshots.snapshot(stage / DATABASE, beside)  # perhaps onto another disk
    if not again:
        for _, aside in _items(home, database):
            _remove(aside)
    put(home / MARK, b"")
    sync_folder(home)
    for name in BESIDES:
        if (stage / name).exists():
            put(home / name, (stage / name).read_bytes())
    for there, aside in _items(home, database):
        if again and aside.exists():
            _remove(there)  # from the try before, which got so far
        elif there.exists():
            there.replace(aside)
    for name in FOLDERS:
        (stage / name).replace(home / name)
    beside.replace(database)
    for folder in {home, database.parent}:
        sync_folder(folder)
    (home / MARK).unlink()
    return tuple(aside for _, aside in _items(home, database) if aside.exists())


def _items(home: Path, database: Path) -> Iterator[tuple[Path, Path]]:
    """What is put aside, and under which name. The database's log goes with it, named as SQLite looks for it."""
    for end in ("-wal", "-shm", ""):
        yield database.with_name(database.name + end), database.with_name(f"{database.name}{ASIDE}{end}")
    for name in FOLDERS:
        yield home / name, home / f"{name}{ASIDE}"


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
