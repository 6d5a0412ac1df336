"""The files beside the database: pictures by the hash of their content, results until they are delivered, checkpoints
of long work until it is done.

A file is either there whole or not there: it is written under another name, synced, and renamed. What a crash leaves
between a file and its row is an orphan, which the next start removes. Every function here blocks: call it in a thread.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import secrets
import shutil
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from bot.files import put, sync_folder

logger = logging.getLogger(__name__)

RESERVE = 64 << 20  #: bytes that stay free on the disk: results and the database need room too
PART = ".part"  #: ends the name of a file that is being written


class NoRoom(OSError):
    """The disk is all but full."""


class Shelf:
    """The folders `sources`, `results` and `checkpoints` below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._sources = folder / "sources"
        self._results = folder / "results"
        self._checkpoints = folder / "checkpoints"

    def open(self) -> None:
        """Make the folders. Raises OSError."""
        for folder in (self._sources, self._results, self._checkpoints):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def keep_sources(self, pictures: Mapping[str, bytes]) -> None:
        """Keep these pictures, each under its hash; one that is kept already costs nothing. Raises OSError."""
        if shutil.disk_usage(self._sources).free < RESERVE:
            raise NoRoom(f"less than {RESERVE >> 20} MiB are free")
        for source, picture in pictures.items():
            path = self._source(source)
            if not path.exists():
                _write(path, picture)
        sync_folder(self._sources)  # even if nothing was written: somebody else may be about to

    def source(self, hash: str) -> bytes | None:
        """The picture with this hash, or None when it is no longer kept."""
        try:
            return self._source(hash).read_bytes()
        except FileNotFoundError:
            return None

    def sizes(self, hashes: Iterable[str]) -> dict[str, int]:
        """Bytes of those of these pictures that are kept."""
        paths = {source: self._source(source) for source in hashes}
        return {source: path.stat().st_size for source, path in paths.items() if path.is_file()}

    def crowded(self, most: int) -> bool:
        """Whether all sources, and what long work needs to go on, are together larger than this (0: no limit), or the
        disk will soon take no more."""
        if shutil.disk_usage(self._sources).free < 2 * RESERVE:
            return True
        return most > 0 and _size(self._sources) + _size(self._checkpoints) > most

    def drop_sources(self, hashes: Iterable[str]) -> int:
        """Delete these; returns how many there were."""
        return sum(_unlink(self._source(source)) for source in hashes)

    def keep_result(self, name: str, data: bytes) -> str:
        """Keep a dream; returns where, as `Result.path` has it. Raises OSError."""
        path = f"{name}-{secrets.token_hex(4)}"
        _write(self._results / path, data)
        sync_folder(self._results)
        return path

    def result(self, path: str) -> bytes:
        """Raises FileNotFoundError once it is delivered."""
        return (self._results / Path(path).name).read_bytes()

    def drop_results(self, paths: Iterable[str]) -> int:
        return sum(_unlink(self._results / Path(path).name) for path in paths)

    def keep_checkpoint(self, name: str, data: bytes) -> str:
        """Keep what long work goes on from; returns where, as `JobPicture.checkpoint` has it. Raises OSError."""
        path = f"{name}-{secrets.token_hex(4)}"
        _write(self._checkpoints / path, data)
        sync_folder(self._checkpoints)
        return path

    def checkpoint(self, path: str) -> bytes | None:
        """None where it is not there, as after a backup was put back: then the work begins again."""
        try:
            return (self._checkpoints / Path(path).name).read_bytes()
        except FileNotFoundError:
            return None

    def drop_checkpoints(self, paths: Iterable[str]) -> int:
        return sum(_unlink(self._checkpoints / Path(path).name) for path in paths)

    def drop_orphans(self, *, sources: Collection[str], results: Collection[str], checkpoints: Collection[str]) -> int:
        """Delete every file but these (hashes, and paths); returns how many there were."""
        gone = 0
        wanted = ((self._sources, sources), (self._results, results), (self._checkpoints, checkpoints))
        for folder, kept in ((folder, set(names)) for folder, names in wanted):
            for path in folder.iterdir():
                if path.is_file() and path.name not in kept:
                    gone += _unlink(path)
        return gone

    def _source(self, hash: str) -> Path:
        return self._sources / hash


def content_hash(picture: bytes) -> str:
    return hashlib.sha256(picture).hexdigest()


def _size(folder: Path) -> int:
    total = 0
    for entry in os.scandir(folder):
        with contextlib.suppress(FileNotFoundError):  # deleted meanwhile
            total += entry.stat().st_size
    return total


def _write(path: Path, data: bytes) -> None:
    put(path, data, part=path.with_name(f"{path.name}.{secrets.token_hex(4)}{PART}"))


def _unlink(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        logger.warning("%s cannot be deleted: %s", path, error)
        return False
    return True
