"""Making a backup, also while the bot is at work.

Pictures are linked before the database is copied and after it: whatever the copy needs was there at one of the two
moments, whatever the bot deletes meanwhile. What is linked goes into the file only where the copy needs it.
"""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.errors import BotError
from bot.jobs.shelf import PART
from bot.operations.backups import archive
from bot.operations.backups.archive import DATABASE, Manifest
from bot.operations.backups.places import TROUBLES, Place
from bot.store import snapshots
from bot.store.addresses import reason

PREFIX = "backup-"  #: of the folder in DREAM_HOME in which one is put together
TRIES = 3  #: where pictures come and go faster than they are linked
FOLDERS = ("sources", "results")
BESIDES = ("forgetting.key", "forgotten.jsonl")

_NEEDED = (
    "SELECT DISTINCT 'sources/' || job_pictures.source FROM job_pictures JOIN jobs ON jobs.id = job_pictures.job"
    " WHERE jobs.kept AND length(job_pictures.source) = 64",
    "SELECT DISTINCT 'sources/' || job_companions.source FROM job_companions JOIN jobs ON jobs.id = job_companions.job"
    " WHERE jobs.kept AND length(job_companions.source) = 64",
    "SELECT DISTINCT 'sources/' || picture FROM challenge_entries WHERE length(picture) = 64",
    "SELECT DISTINCT 'sources/' || base FROM challenges WHERE length(base) = 64",
    "SELECT DISTINCT 'results/' || job_pictures.result_path FROM job_pictures JOIN jobs ON jobs.id = job_pictures.job"
    " WHERE jobs.delivered IS NULL AND jobs.state != 'undeliverable' AND job_pictures.result_path IS NOT NULL",
)  #: as `bot.jobs.keeping` says, of a file that no bot has open. Without checkpoints: long work begins again then


def make(home: Path, place: Place, file: Path, *, version: str) -> Manifest:
    """A backup in `file`, read again and found whole. Blocks. Raises BotError."""
    if file.exists():
        raise BotError(f"The file {file} is there already: name another one.")
    if not home.is_dir():
        raise BotError(f"There is no folder {home} with the bot's data: set DREAM_HOME.")
    if not place.there():
        raise BotError(f"There is no database {place.name} to back up: set DREAM_HOME to the bot's data folder.")
    sweep(home)
    part = file.with_name(f"{file.name}.part")
    try:
        with _staging(home) as folder:
            manifest = _gathered(home, place, folder, version)
            part.unlink(missing_ok=True)
            archive.write(part, manifest, folder)
        archive.check(part)
        part.replace(file)
    except TROUBLES as error:
        raise BotError(f"The backup could not be made: {reason(error)}.") from error
    finally:
        part.unlink(missing_ok=True)
    return manifest


def sweep(home: Path) -> None:
    """Remove what backups that were killed have left: in it pictures would outlive those they belong to."""
    for folder in home.glob(f"{PREFIX}*/"):
        with contextlib.suppress(OSError), (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _staging(home: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=home))
    try:
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _gathered(home: Path, place: Place, folder: Path, version: str) -> Manifest:
    for name in FOLDERS:
        (folder / name).mkdir()
    for _ in range(TRIES):
        (folder / DATABASE).unlink(missing_ok=True)
        link_all(home, folder)
        place.copy(folder / DATABASE)
        # After the database: whom it still has and these say to forget, is forgotten when it is put back.
        for name in BESIDES:
            with contextlib.suppress(FileNotFoundError):
                shutil.copyfile(home / name, folder / name)
        link_all(home, folder)
        if (trouble := snapshots.damage(folder / DATABASE)) is not None:
            raise BotError(f"The database {place.name} is damaged ({trouble}): put an older backup back.")
        needed = _needed(folder / DATABASE)
        missing = [name for name in needed if not (folder / name).is_file()]
        if not missing:
            break
    names = [DATABASE, *(name for name in BESIDES if (folder / name).is_file())]
    names += [name for name in needed if name not in set(missing)]
    return Manifest(
        version=version,
        revision=snapshots.revision(folder / DATABASE) or "",
        made=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        files={name: archive.entry_of(folder / name) for name in names},
        missing=tuple(missing),
    )


def link_all(home: Path, folder: Path) -> None:
    """Every picture and result of a data folder, in the same folders of another one. Raises OSError."""
    for name in FOLDERS:
        if not (home / name).is_dir():
            continue
        for file in os.scandir(home / name):
            target = folder / name / file.name
            if not file.name.endswith(PART) and not target.exists():
                with contextlib.suppress(FileNotFoundError):  # deleted meanwhile
                    _link(Path(file.path), target)


def _link(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except FileNotFoundError:
        raise
    except OSError:  # a file system without links
        shutil.copyfile(source, target)


def _needed(database: Path) -> list[str]:
    try:
        with closing(sqlite3.connect(database)) as connection:
            return sorted({str(name) for query in _NEEDED for (name,) in connection.execute(query)})
    except sqlite3.OperationalError as error:
        raise BotError(
            "The database is of an older version of the bot: start this one once, then back up.", log=str(error)
        ) from error
