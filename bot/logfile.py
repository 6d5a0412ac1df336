"""The log in a file of each day: what names members goes after 14 days, as privacy.md promises.

`dreambot.log` is today's; `dreambot.2026-11-21.log` was yesterday's. Days are UTC's. A day that writes too much is cut:
`dreambot.2026-11-21.2.log`.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

DAYS = 14
LARGEST = 64 << 20  #: bytes of one file
MOST = 20  #: files of former days, and pieces


class LogFile:
    """A stream for a `logging.StreamHandler`, which locks around every line. Raises OSError when it is made.

    A file that cannot be written any more (a full disk) goes on at standard error until it can.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock
        self._named = re.compile(rf"{re.escape(path.stem)}\.(\d{{4}}-\d\d-\d\d)(\.\d+)?{re.escape(path.suffix)}")
        self._day = self._today() if not path.exists() else _day(path.stat().st_mtime)
        self._file: TextIO | None = None
        self._roll()

    def write(self, text: str) -> int:
        try:
            self._roll()
            assert self._file is not None
            self._file.write(text)
            self._file.flush()
        except OSError:
            self.close()
            with contextlib.suppress(OSError):
                sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        """Each line is written at once."""

    def _roll(self) -> None:
        """Today's file is open, no larger than it may be, and nothing is older than it may be."""
        today = self._today()
        if today > self._day or (self._file is not None and self._file.tell() >= LARGEST):
            self.close()
            with contextlib.suppress(FileNotFoundError):
                self._path.replace(self._free(self._day))
            self._day = today
        if self._file is None:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            self._file = os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace")
            self._file.seek(0, os.SEEK_END)
            self._thin_out()

    def _thin_out(self) -> None:
        oldest = self._today() - datetime.timedelta(days=DAYS)
        former = [
            (datetime.date.fromisoformat(match[1]), path.stat().st_mtime, path)
            for path in self._path.parent.iterdir()
            if (match := self._named.fullmatch(path.name))
        ]
        for number, (day, _, path) in enumerate(sorted(former, reverse=True)):
            if day < oldest or number >= MOST:
                path.unlink(missing_ok=True)

    def _free(self, day: datetime.date) -> Path:
        for number in range(1, 1000):
            piece = "" if number == 1 else f".{number}"
            path = self._path.with_name(f"{self._path.stem}.{day.isoformat()}{piece}{self._path.suffix}")
            if not path.exists():
                return path
        return path

    def _today(self) -> datetime.date:
        return _day(self._clock())

    def close(self) -> None:
        """Whatever is written after that opens it again."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None


def _day(moment: float) -> datetime.date:
    return datetime.datetime.fromtimestamp(moment, datetime.UTC).date()
