"""The file of a backup: a tar with a manifest first, which says of every other file how large it is and its SHA-256."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bot.errors import BotError
from bot.files import sync_folder

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "dreambot.sqlite3"
MOST_MANIFEST = 256 << 20  #: bytes; some hundred for each picture
PIECE = 1 << 20

#: What may be in it. Nothing else is ever written anywhere.
_NAME = re.compile(r"dreambot\.sqlite3|forgetting\.key|forgotten\.jsonl|sources/[0-9a-f]{64}|results/[\w.-]{1,200}")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One file."""

    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a backup is and has."""

    version: str  # of the program that has made it
    revision: str  # of the database's tables
    made: str  # when, in ISO 8601
    files: Mapping[str, Entry]  # by name, in their order
    missing: tuple[str, ...] = ()  # pictures that were not there any more when it was made

    @property
    def size(self) -> int:
        return sum(entry.size for entry in self.files.values())

    @property
    def pictures(self) -> int:
        return sum(name.startswith("sources/") for name in self.files)

    def encoded(self) -> bytes:
        files = {name: {"size": entry.size, "sha256": entry.sha256} for name, entry in self.files.items()}
        what = {"version": self.version, "revision": self.revision, "made": self.made, "missing": list(self.missing)}
        return json.dumps({"format": FORMAT, **what, "files": files}, indent=1).encode()


def entry_of(path: Path) -> Entry:
    """Raises OSError."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            size += len(piece)
    return Entry(size=size, sha256=digest.hexdigest())


def write(file: Path, manifest: Manifest, folder: Path) -> None:
    """The manifest's files, from a folder. Nobody but its owner may read it. Raises OSError."""
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:  # noqa: PTH123
        with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
            text = manifest.encoded()
            tar.addfile(_info(MANIFEST, len(text)), io.BytesIO(text))
            for name, entry in manifest.files.items():
                with (folder / name).open("rb") as source:
                    tar.addfile(_info(name, entry.size), source)
        raw.flush()
        os.fsync(raw.fileno())
    sync_folder(file.parent)


def check(file: Path) -> Manifest:
    """Read all of it. Raises BotError for a file that is no backup, or not whole."""
    return _read(file, None)


def unpack(file: Path, folder: Path) -> Manifest:
    """The same, and write what it has into a folder that is empty. Raises BotError, OSError."""
    return _read(file, folder)


def read_manifest(file: Path) -> Manifest:
    """Only that. Raises BotError."""
    with _opened(file) as tar:
        return _manifest(file, tar)


def _read(file: Path, folder: Path | None) -> Manifest:
    with _opened(file) as tar:
        manifest = _manifest(file, tar)
        left = dict(manifest.files)
        for info in _members(file, tar):
            entry = left.pop(info.name, None)
            if entry is None or not info.isreg() or info.size != entry.size:
                raise _damaged(file, f"{info.name[:100]!r} is not what its manifest says")
            if _copy(file, tar, info, folder) != entry.sha256:
                raise _damaged(file, f"{info.name} has other contents than when it was made")
        if left:
            raise _damaged(file, f"{len(left)} files are missing at its end")
    return manifest


def _copy(file: Path, tar: tarfile.TarFile, info: tarfile.TarInfo, folder: Path | None) -> str:
    """The content's SHA-256. What cannot be written raises OSError, what cannot be read BotError."""
    source = tar.extractfile(info)
    assert source is not None, "it is a regular file"
    if folder is None:
        return _digest(file, source, None)
    target = folder / info.name
    target.parent.mkdir(mode=0o700, exist_ok=True)
    with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:  # noqa: PTH123
        digest = _digest(file, source, written)
        written.flush()
        os.fsync(written.fileno())
    return digest


def _digest(file: Path, source: IO[bytes], target: IO[bytes] | None) -> str:
    digest = hashlib.sha256()
    while True:
        try:
            piece = source.read(PIECE)
        except (tarfile.TarError, EOFError, OSError) as error:
            raise _damaged(file, str(error)) from error
        if not piece:
            return digest.hexdigest()
        digest.update(piece)
        if target is not None:
            target.write(piece)


def _opened(file: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(file, mode="r:")
    except OSError as error:
        raise BotError(f"The file {file} cannot be read: {error.strerror or error}.") from error
    except tarfile.TarError as error:
        raise BotError(f"The file {file} is no backup of Dreambot's.", log=str(error)) from error


def _members(file: Path, tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """After the manifest."""
    while True:
        try:
            info = tar.next()
        except (tarfile.TarError, EOFError, OSError) as error:
            raise _damaged(file, str(error)) from error
        if info is None:
            return
        yield info


def _manifest(file: Path, tar: tarfile.TarFile) -> Manifest:
    try:
        info = tar.next()
        if info is None or info.name != MANIFEST or not info.isreg() or info.size > MOST_MANIFEST:
            raise ValueError("it does not begin with a manifest")
        source = tar.extractfile(info)
        assert source is not None
        said = json.loads(source.read())
        if said["format"] > FORMAT:
            raise BotError(f"The backup {file} was made by a newer version of the bot ({said['version']}): update it.")
        files = {
            str(name): Entry(size=int(one["size"]), sha256=str(one["sha256"])) for name, one in said["files"].items()
        }
        if DATABASE not in files or not all(_NAME.fullmatch(name) for name in files):
            raise ValueError("its manifest names other files")
        return Manifest(
            version=str(said["version"]),
            revision=str(said["revision"]),
            made=str(said["made"]),
            files=files,
            missing=tuple(map(str, said["missing"])),
        )
    except (tarfile.TarError, EOFError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BotError(f"The file {file} is no backup of Dreambot's.", log=repr(error)) from error


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


def _damaged(file: Path, why: str) -> BotError:
    return BotError(f"The backup {file} is damaged: {why}. Take another one.")
