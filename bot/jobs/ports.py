"""Whom the queue tells. No Discord here: `bot.dreaming.answers` and `bot.operations.seeing` implement it."""

from __future__ import annotations

from typing import Protocol

from bot.executor.protocol import Outcome
from bot.jobs.model import Job


class Answers(Protocol):
    """Told by the dispatcher, in the event loop. None of these waits or raises: they only note what is to be said."""

    def progressed(self, job: str, ordinal: int, share: float, preview: bytes | None) -> None:
        """A picture's dream goes on. `preview`: a small JPEG."""

    def queue_moved(self) -> None:
        """Something began or ended: standings may have changed (`JobQueue.standings`)."""

    def ended(self, job: str) -> None:
        """The job is MADE, FAILED or CANCELLED, and is to be answered (at least once; `Job.answered` says)."""


class Watch(Protocol):
    """Told of every step of a job, for figures. None of these waits or raises."""

    def accepted(self, job: Job) -> None:
        """It will be answered."""

    def begun(self, job: Job) -> None:
        """A worker has begun with one of its pictures."""

    def came_back(self, outcome: Outcome) -> None:
        """What became of a picture that was handed out."""

    def answered(self, job: Job) -> None:
        """The person was told how it ended, or nobody is left to tell."""


class Nobody:
    """Watches nothing."""

    def accepted(self, job: Job) -> None:
        pass

    def begun(self, job: Job) -> None:
        pass

    def came_back(self, outcome: Outcome) -> None:
        pass

    def answered(self, job: Job) -> None:
        pass
