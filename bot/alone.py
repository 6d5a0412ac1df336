"""One process at a time in a folder: a lock that goes with the process, however it ends."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import BotError

_PATIENCE = 2.0  #: seconds; the one before may just be ending


@contextmanager
def alone_in(folder: Path, *, unwritable: str, taken: str) -> Iterator[None]:
    """Makes the folder where it is not there yet. Raises BotError: with `unwritable` and the system's reason after a
    colon, or with the sentence `taken`."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # others on the machine have no business in it
        file = (folder / "lock").open("a")  # what is in it says who else is at work
    except OSError as error:
        raise BotError(f"{unwritable}: {error.strerror}.") from error
    with file:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if time.monotonic() > deadline:
                    raise BotError(taken) from error
                time.sleep(0.1)
        yield
