"""Files that are whole or not there, and outlive a power cut."""

from __future__ import annotations

import os
from pathlib import Path


def put(path: Path, data: bytes, *, part: Path | None = None) -> None:
    """Write a file, or replace it: all of it, or nothing, and never with wider rights than its owner's.

    Its content is on the disk when this returns; its name, once the folder is synced. part: where it is written first;
    beside it, where nobody says. Raises OSError.
    """
    fresh = part or path.with_name(f"{path.name}.new")
    if part is None:
        fresh.unlink(missing_ok=True)
    try:
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """So that the names in it outlive a power cut, not only the contents."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
