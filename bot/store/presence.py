"""Whether SQLite's file is still where it was opened.

A file that is moved or deleted stays open, and takes all that is written to it along; and whoever opens its path makes
an empty one there, into which SQLite puts the log that the first has left behind. So nothing is opened or written
meanwhile, and all goes on when it is back.
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy.exc import OperationalError


class Presence:
    """Of one file. Asking blocks for no longer than the system takes to look a name up."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: tuple[int, int] | None = None  # device and number of the file that was opened

    def check(self) -> None:
        """Raises OperationalError."""
        try:
            found = os.stat(self._path)  # noqa: PTH116 - with every transaction
        except OSError as error:
            raise _gone(f"the file {self._path} is gone ({error.strerror}): put it back") from error
        if self._known is None:
            self._known = found.st_dev, found.st_ino
        elif self._known != (found.st_dev, found.st_ino):
            raise _gone(f"{self._path} is another file than the one that was opened: start the bot again to use it")


def _gone(what: str) -> OperationalError:
    return OperationalError("BEGIN", None, OSError(what))
