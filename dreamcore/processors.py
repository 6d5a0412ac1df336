"""How much of the machine is ours: cores, memory, and what is kept of it from one step to the next. Without torch."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

GROUPS = Path("/sys/fs/cgroup")
OWN_GROUPS = Path("/proc/self/cgroup")

#: glibc's `mallopt`: what it is told, and what it is told to do.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -2, -3, -8
_KEPT = 512 << 20  #: bytes freed at the end of the heap that are kept; of a large picture's the rest is given back
_GROWTH = 64 << 20  #: bytes by which the heap grows
_LARGEST_ON_HEAP = 32 << 20  #: bytes, the most that glibc allows


def usable_cores(*, groups: Path = GROUPS, own: Path = OWN_GROUPS) -> int:
    """Cores that this process may keep busy; at least 1.

    The machine's, less those that it is kept off (affinity), and no more than its control group's share of processor
    time: a container that is allowed two of 64 cores sees all 64, and 64 threads would be stopped most of the time.
    Part of a core is no core: a step waits for its slowest thread.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([cores, *(int(share) for share in _limits(groups, own, "cpu", _share, _older_share))]))


def usable_memory(*, groups: Path = GROUPS, own: Path = OWN_GROUPS) -> int:
    """Bytes of memory there are for this process and all others: the machine's, or the control group's."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 1 << 62
    return min([whole, *(int(limit) for limit in _limits(groups, own, "memory", _memory, _older_memory))])


def _limits(
    groups: Path,
    own: Path,
    controller: str,
    newer: Callable[[Path], float | None],
    older: Callable[[Path], float | None],
) -> Iterator[float]:
    """What each of our control groups, and each group around it, allows."""
    with suppress(OSError, ValueError):
        for line in own.read_text(encoding="utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers:
                yield from _along(groups, path, newer)
            elif controller in controllers.split(","):
                yield from _along(groups / controllers, path, older)
                yield from _along(groups / controller, path, older)


def _along(root: Path, path: str, limit: Callable[[Path], float | None]) -> Iterator[float]:
    """Of a group and all around it. In a container the path may be the host's, and the root already our own group."""
    names = PurePosixPath(path.lstrip("/"))
    for folder in (names, *names.parents):
        with suppress(OSError, ValueError, ZeroDivisionError):
            found = limit(root / folder)
            if found is not None:
                yield found


def _share(group: Path) -> float | None:
    """Cores' worth of processor time."""
    quota, period = (group / "cpu.max").read_text(encoding="ascii").split()
    return None if quota == "max" else int(quota) / int(period)


def _older_share(group: Path) -> float | None:
    """As version 1 of control groups writes it: -1 is no limit."""
    quota = int((group / "cpu.cfs_quota_us").read_text(encoding="ascii"))
    return None if quota < 0 else quota / int((group / "cpu.cfs_period_us").read_text(encoding="ascii"))


def _memory(group: Path) -> float | None:
    limit = (group / "memory.max").read_text(encoding="ascii").strip()
    return None if limit == "max" else int(limit)


def _older_memory(group: Path) -> float | None:
    return int((group / "memory.limit_in_bytes").read_text(encoding="ascii"))


def keep_freed_memory() -> bool:
    """Let this process keep what it frees, for the next step; whether the C library is one that can be told so.

    A step frees all that it made and the next makes the same again. By default glibc gives large blocks back to the
    system each time, which has to clear their pages anew: 5 to 8 % of a step in fp32. One heap serves all threads, so
    that what one of them has freed another can use.
    """
    try:
        if not (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc"):
            return False
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, ValueError):  # another system, another library
        return False
    wanted = {_MMAP_THRESHOLD: _LARGEST_ON_HEAP, _TRIM_THRESHOLD: _KEPT, _TOP_PAD: _GROWTH, _ARENA_MAX: 1}
    heard = [mallopt(what, value) == 1 for what, value in wanted.items()]  # each is told, whatever came of the others
    return all(heard)
