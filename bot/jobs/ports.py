"""What the queue asks of the side that talks to people. No Discord here: `bot.dreaming.answers` implements it."""

from __future__ import annotations

from typing import Protocol


class Answers(Protocol):
    """Told by the dispatcher, in the event loop. None of these waits or raises: they only note what is to be said."""

    def progressed(self, job: str, ordinal: int, share: float, preview: bytes | None) -> None:
        """A picture's dream goes on. `preview`: a small JPEG."""

    def queue_moved(self) -> None:
        """Something began or ended: standings may have changed (`JobQueue.standings`)."""

    def ended(self, job: str) -> None:
        """The job is MADE, FAILED or CANCELLED, and is to be answered (at least once; `Job.answered` says)."""
