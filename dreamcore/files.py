"""Where the command line reads pictures and writes dreams: files, folders of them, standard streams."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dreamcore.errors import PictureError
from dreamcore.picture import Limits, format_for

STANDARD_STREAM = "-"
EXTENSIONS = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp"}
PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic", ".heif"}


@dataclass(frozen=True)
class Job:
    """One picture to dream: where it is, where the dream goes, in which format."""

    source: str
    target: str
    format: str

    def written_as(self, format_: str) -> Job:
        """The same, written as this format instead; a file's name follows it."""
        if self.target == STANDARD_STREAM or format_ == self.format:
            return self
        return Job(self.source, str(Path(self.target).with_suffix(EXTENSIONS[format_])), format_)


def jobs(source_name: str, target_name: str, format_: str | None) -> Iterator[Job]:
    """What is to be made of what. All that can be wrong with names is said before the first dream is begun."""
    source, target = Path(source_name), Path(target_name)
    if source_name != STANDARD_STREAM and source.is_dir():
        if target_name == STANDARD_STREAM or target.is_file():
            raise PictureError(f"{source} is a folder, so OUT must be one too.")
        found = sorted(path for path in source.iterdir() if path.suffix.lower() in PICTURES and path.is_file())
        if not found:
            raise PictureError(f"There are no pictures in the folder {source}.")
        target.mkdir(parents=True, exist_ok=True)
        for path in found:
            yield _checked(path, target / (path.stem + EXTENSIONS[format_ or "PNG"]), format_ or "PNG")
        return
    if target_name == STANDARD_STREAM:
        yield Job(source_name, STANDARD_STREAM, format_ or "PNG")
        return
    if target.is_dir():
        stem = "dream" if source_name == STANDARD_STREAM else source.stem
        target = target / (stem + EXTENSIONS[format_ or "PNG"])
    yield _checked(source, target, format_ or format_for(target.name))


def _checked(source: Path, target: Path, format_: str) -> Job:
    if target.exists() and source.exists() and target.samefile(source):
        raise PictureError(f"The dream would overwrite the picture itself ({source}): choose another name for OUT.")
    folder = target.parent
    if not folder.is_dir():
        raise PictureError(f"There is no folder {folder} to write {target.name} into.")
    if not os.access(folder, os.W_OK):
        raise PictureError(f"The folder {folder} cannot be written to.")
    return Job(str(source), str(target), format_)


def read(name: str) -> bytes:
    """The bytes of a picture; at most one more than it may have, so that decoding it says that it is too large."""
    limit = Limits().bytes + 1
    if name == STANDARD_STREAM:
        return sys.stdin.buffer.read(limit)
    path = Path(name)
    if path.is_dir():
        raise PictureError(f"{name} is a folder, not a picture.")
    if not path.exists():
        raise PictureError(f"There is no file {name}.")
    with path.open("rb") as file:
        return file.read(limit)


def write(name: str, data: bytes) -> None:
    """Whole or not at all: a reader never sees half a picture, and a crash leaves the old one."""
    if name == STANDARD_STREAM:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    target = Path(name)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)  # mkstemp makes files that only their owner reads
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
