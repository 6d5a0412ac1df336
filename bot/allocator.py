"""glibc's allocator, set for a process in which pictures come and go in threads."""

from __future__ import annotations

import contextlib
import ctypes

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  #: of malloc.h
ARENAS = 2
LARGE = 128 << 10  #: bytes


def settle_allocator() -> None:
    """Threads share a few arenas, and a large block goes back to the system when it is freed.

    Left alone, each thread has an arena that never shrinks, and from the first large picture on all large blocks are
    cut from these: the process grows with every burst. Does nothing where the C library is another one.
    """
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_ARENA_MAX, ARENAS)
        mallopt(_M_MMAP_THRESHOLD, LARGE)
