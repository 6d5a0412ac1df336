"""What is known of an order on its way, and when its silence has lasted too long. No Dask here."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from typing import Any

from bot.executor.protocol import Event, Lost, Order, Outcome, Progressed, Started, Stopped

STEPS_OF_SILENCE = 10  #: of the longest step so far: after that the worker hangs
OTHER_WORK_SECONDS = (
    900.0  #: the longest that anything but a step may take: weights are fetched, a huge file is written
)


class Tracked:
    """An order from `dream` being called to its outcome."""

    def __init__(self, order: Order, on_event: Callable[[Event], None], *, hung_after: float) -> None:
        self.order = order
        self.started = False  # its dream has begun, and `on_event` knows
        self.at_work = False  # what goes wrong now is its own doing: it is decoded, dreamt or written, not waiting
        self.worker: str | None = None
        self.stopping = False
        self.handed_over = False
        self.hung = False  # noticed: its worker is being ended
        #: Set where the end is not the worker's to tell: it hangs, is gone, or never had the order.
        self.verdict: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._on_event = on_event
        self._hung_after = hung_after
        self._deadline = math.inf

    def heard(self, report: Mapping[str, Any], now: float) -> None:
        """A worker's report about this order."""
        if report["phase"] == "decoding" and self.at_work:
            # A scheduler that is set up so begins an order again by itself when its worker has died.
            self.lose(f"worker {self.worker} died")
        self.worker = report["worker"]
        self._deadline = now + self._patience(report)
        if self.verdict.done():
            return
        self.at_work = report["phase"] != "waiting"
        if not self.started and report["phase"] not in ("decoding", "waiting"):
            self.started = True
            self._on_event(Started(job=self.order.job, ordinal=self.order.ordinal, attempt=self.order.attempt))
        if "share" in report:
            self._on_event(
                Progressed(
                    job=self.order.job,
                    ordinal=self.order.ordinal,
                    attempt=self.order.attempt,
                    share=report["share"],
                    preview=report.get("preview"),
                )
            )

    def hangs(self, now: float) -> bool:
        """Whether nothing was heard of it for too long."""
        return not self.verdict.done() and not self.hung and now > self._deadline

    def end(self, outcome: Outcome) -> None:
        if not self.verdict.done():
            self.verdict.set_result(outcome)

    def lose(self, log: str) -> None:
        """Its worker is gone. Somebody who said stop wants to hear nothing else."""
        self.end(self.lost(log))

    def lost(self, log: str) -> Outcome:
        if self.stopping:
            return Stopped()
        return Lost(started=self.at_work, log=f"worker {self.worker} hung and was ended" if self.hung else log)

    def _patience(self, report: Mapping[str, Any]) -> float:
        match report["phase"]:
            case "preparing":
                return max(self._hung_after, float(report["step"]))
            case "dreaming":
                return max(self._hung_after, STEPS_OF_SILENCE * float(report["step"]))
        return max(self._hung_after, OTHER_WORK_SECONDS)
