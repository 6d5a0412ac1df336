"""Discord's deadlines. They stand in one place so that a test, or a demonstration, can let them pass faster."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, kw_only=True)
class Times:
    """Seconds."""

    answer: float = 3.0  # for the first answer to an interaction
    token: float = 900.0  # an interaction's token
    link: float = 86400.0  # an attachment's signed link
    nonce: float = 180.0  # how long a nonce is remembered
    old: float = 3600.0  # a message older than this takes few edits
    resume: float = 180.0  # a dropped gateway session can be taken up again
    heartbeat: float = 41.25

    def scaled(self, factor: float) -> Times:
        """All of them, times `factor`: 0.01 lets an interaction's 15 minutes pass in 9 s.

        The heartbeat stays: it is the client that keeps it.

        >>> Times().scaled(0.5).token
        450.0
        """
        scaled = {one.name: getattr(self, one.name) * factor for one in fields(self)}
        return Times(**{**scaled, "heartbeat": self.heartbeat})
