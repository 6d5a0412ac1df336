"""The socket in the data folder by which the operator's own commands reach the running bot."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

SOCKET = "status.sock"
LONGEST = 100  #: bytes of a socket's path; the system takes a few more


@contextlib.contextmanager
def socket_in(folder: Path) -> Iterator[Path]:
    """Its path, short enough for a socket's address where the system knows a way. Raises OSError."""
    path = folder / SOCKET
    if len(os.fsencode(path)) <= LONGEST or not Path("/proc/self/fd").is_dir():
        yield path
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        yield Path(f"/proc/self/fd/{handle}/{SOCKET}")
    finally:
        os.close(handle)
