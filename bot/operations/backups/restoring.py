"""Putting a backup back: unpacked and checked beside what is there, brought up to date, erasures done again, and only
then put in its place. What was there before stays under another name.

A restore that is killed while it puts things in their places leaves a mark, and no bot starts before it was done again.
"""

from __future__ import annotations

import asyncio
import datetime
import shutil
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
from bot.operations.backups.making import BESIDES, FOLDERS, link_all
from bot.operations.backups.places import ASIDE, TROUBLES, Place
from bot.store import snapshots
from bot.store.addresses import reason
from bot.store.database import Database

STAGE = "restoring"  #: the folder in DREAM_HOME in which it is unpacked
MARK = "restoring.unfinished"  #: the file in DREAM_HOME that is there while things are put in their places
SQLITE = b"SQLite format 3\0"  #: how such a file begins
KEPT_SECONDS = 30 * 86400.0  #: after that it goes, at the next start


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What came of it."""

    manifest: Manifest
    forgotten: int  # members who were in the backup, and had asked to be forgotten since
    other_key: bool  # the backup's own tombstones cannot be read with the key that is here
    aside: tuple[Path, ...]  # what was there before


def restore(config: Config, place: Place, file: Path, *, force: bool) -> Restored:
    """Blocks. Raises BotError: then nothing was changed, or it says that it has to be done again.

    file: a backup; or a SQLite file with nothing but a database, such as the copies that upgrades leave. The pictures
    that are here stay then.
    """
    home = config.home
    only = alone_in(
        home,
        unwritable=f"DREAM_HOME={home} cannot be written",
        taken=f"A bot is at work with {home}: stop it, then restore.",
    )
    if any(aside == file for _, aside in _items(home, place)):
        raise BotError(f"{file} is what the last restore has put aside, as this one will: move it elsewhere first.")
    with only, place.held():
        again = (home / MARK).exists()
        if not again and not force and (there := _there(home, place)):
            raise BotError(
                f"{there} is there already. With --force it is moved aside (its name then ends with {ASIDE}),"
                " and the backup takes its place."
            )
        stage = home / STAGE
        try:
            manifest = _alone(file, home, stage) if _is_database(file) else _unpacked(file, stage)
            other_key = _merge(stage, home)
            forgotten = asyncio.run(_brought_up_to_date(config, stage))
            aside = _put_in_place(stage, home, place, again=again)
        except TROUBLES as error:
            raise BotError(f"The backup could not be put back: {reason(error)}.{_unfinished(home)}") from error
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    return Restored(manifest=manifest, forgotten=forgotten, other_key=other_key, aside=aside)


def refuse_half_done(home: Path) -> None:
    """Raises ConfigError where a restore was killed in the middle of its last step."""
    if (home / MARK).exists():
        raise ConfigError(
            f"A restore was broken off in {home}: run it again (python -m bot restore FILE) before the bot starts."
        )


def sweep(home: Path, place: Place) -> None:
    """Remove what older restores have put aside, or have left: in it members would outlive their being forgotten."""
    shutil.rmtree(home / STAGE, ignore_errors=True)
    oldest = time.time() - KEPT_SECONDS
    for _, aside in _items(home, place):
        try:
            if aside.stat().st_ctime < oldest:
                _remove(aside)
        except FileNotFoundError:
            continue


def _unfinished(home: Path) -> str:
    return " It was broken off: run it again before the bot starts." if (home / MARK).exists() else ""


def _there(home: Path, place: Place) -> str | None:
    """Something that a backup would take the place of."""
    if place.filled():
        return place.name
    return next((str(home / name) for name in FOLDERS if (home / name).is_dir() and any((home / name).iterdir())), None)


def _is_database(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(len(SQLITE)) == SQLITE
    except OSError:
        return False


def _alone(file: Path, home: Path, stage: Path) -> Manifest:
    """A database that comes without pictures: with those that are here."""
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(mode=0o700)
    for name in FOLDERS:
        (stage / name).mkdir()
    link_all(home, stage)
    snapshots.snapshot(file, stage / DATABASE)
    now = snapshots.revision(stage / DATABASE)
    trouble = snapshots.damage(stage / DATABASE) if now is not None else "it has no tables of the bot's"
    if trouble is not None:
        raise BotError(f"The database {file} is damaged: {trouble}. Take another one.")
    made = datetime.datetime.fromtimestamp(file.stat().st_mtime, datetime.UTC)
    return Manifest(version="", revision=str(now), made=made.isoformat(timespec="seconds"), files={})


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


def _put_in_place(stage: Path, home: Path, place: Place, *, again: bool) -> tuple[Path, ...]:
    if not (again and any(aside.exists() for _, aside in place.files(stage))):
        place.keep(stage)
    with place.put(stage / DATABASE) as change:
        if not again:
            for _, aside in _items(home, place):
                _remove(aside)
        put(home / MARK, b"")
        sync_folder(home)
        for name in BESIDES:
            if (stage / name).exists():
                put(home / name, (stage / name).read_bytes())
        for there, aside in _items(home, place):
            if again and aside.exists():
                _remove(there)  # from the try before, which got so far
            elif there.exists():
                there.replace(aside)
        for name in FOLDERS:
            (stage / name).replace(home / name)
        change()
    for folder in {home, *(aside.parent for _, aside in place.files(stage))}:
        sync_folder(folder)
    (home / MARK).unlink()
    return tuple(aside for _, aside in _items(home, place) if aside.exists())


def _items(home: Path, place: Place) -> Iterator[tuple[Path, Path]]:
    """What is put aside, and under which name."""
    yield from place.files(home / STAGE)
    for name in FOLDERS:
        yield home / name, home / f"{name}{ASIDE}"


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
