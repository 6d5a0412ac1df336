"""Whether the event loop is free: a blocked loop misses heartbeats and answers nobody."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import math
import time
from dataclasses import dataclass

PERIOD = 0.01  #: seconds between looks
BLOCKED = 0.25  #: seconds of delay that are worth a line in the log
BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class LoopDelay:
    """How late the loop came back, over all looks. Quantiles are upper ends of `BUCKETS`, in seconds."""

    looks: int
    median: float
    p999: float
    worst: float


class LoopWatch:
    """Looks every PERIOD seconds how late the event loop is."""

    def __init__(self) -> None:
        self._counts = [0] * (len(BUCKETS) + 1)
        self._worst = 0.0
        self.late = 0.0  #: seconds, over all looks
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._look(), name="event loop watch")

    async def close(self) -> LoopDelay:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        return self.delay()

    def delay(self) -> LoopDelay:
        looks = sum(self._counts)
        return LoopDelay(
            looks=looks, median=self._quantile(0.5, looks), p999=self._quantile(0.999, looks), worst=self._worst
        )

    def buckets(self) -> tuple[tuple[float, int], ...]:
        """How many looks were at most so late, for each of `BUCKETS` and for any: cumulative."""
        return tuple(zip((*BUCKETS, math.inf), itertools.accumulate(self._counts), strict=True))

    def _quantile(self, share: float, looks: int) -> float:
        so_far = 0
        for count, bound in zip(self._counts, (*BUCKETS, self._worst), strict=True):
            so_far += count
            if so_far >= share * looks:
                return min(bound, self._worst)
        return self._worst

    async def _look(self) -> None:
        while True:
            due = time.monotonic() + PERIOD
            await asyncio.sleep(PERIOD)
            late = max(0.0, time.monotonic() - due)
            self._counts[next((i for i, bound in enumerate(BUCKETS) if late <= bound), len(BUCKETS))] += 1
            self._worst = max(self._worst, late)
            self.late += late
            if late > BLOCKED:
                _log.warning("the event loop was blocked for %.0f ms", late * 1000)
