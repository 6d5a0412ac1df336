"""How long something takes, and how much memory: in turns with what it is compared with, the best round of each.

On a shared machine nothing else compares. On one thread of a processor the thread's own processor time counts, so that
what others do in between does not; on several threads, and on a GPU, the clock does.
"""

from __future__ import annotations

import ctypes
import gc
import sys
import time
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch

K = TypeVar("K", bound=Hashable)
Work = Callable[[], object]

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass(frozen=True, kw_only=True)
class Stopwatch:
    """Seconds of a piece of work on a device."""

    device: torch.device
    threads: int

    def time(self, work: Work) -> float:
        clock = time.thread_time if self.device.type == "cpu" and self.threads == 1 else time.perf_counter
        self.wait()
        begun = clock()
        work()
        self.wait()
        return clock() - begun

    def wait(self) -> None:
        """Until a GPU has done what it was given."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)


def race(
    works: Mapping[K, Work], stopwatch: Stopwatch, *, rounds: int, seconds: float, warm: bool = True
) -> dict[K, float]:
    """The best round of each in seconds. They take turns, after a first round that only warms up (if `warm`).

    seconds: no further round is begun after so long; but each has one that counts.
    """
    begun = time.perf_counter()
    for work in works.values() if warm else ():
        work()
    best = dict.fromkeys(works, float("inf"))
    for number in range(rounds):
        if number and time.perf_counter() - begun > seconds:
            break
        for key, work in works.items():
            best[key] = min(best[key], stopwatch.time(work))
    return best


def peak_bytes(work: Work, device: torch.device) -> int | None:
    """What `work` takes at its peak: of a GPU all that is reserved, else what the process grows by. None: not known."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)
        work()
        torch.cuda.synchronize(device)
        return torch.cuda.max_memory_reserved(device)
    if sys.platform != "linux":
        return None
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)  # what was freed before would be used again unseen
    before = _resident("VmRSS")
    with suppress(OSError):
        _CLEAR.write_text("5", encoding="ascii")  # the peak begins anew
    work()
    return max(0, _resident("VmHWM") - before)


def _resident(line: str) -> int:
    found = next(row for row in _STATUS.read_text(encoding="ascii").splitlines() if row.startswith(line))
    return int(found.split()[1]) * 1024
