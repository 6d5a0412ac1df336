"""What a server lets somebody have dreamt in a place, besides the operator's own limits. Values only."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Span(enum.Enum):
    """What is counted."""

    HOUR = "hour"  #: pictures in the last hour
    DAY = "day"  #: pictures in the last 24 hours: no daylight saving and no month's end in it
    WAITING = "waiting"  #: requests that wait or run


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One limit, counted on the server where it is asked for."""

    span: Span
    most: int  # above 0
    everyone: bool = False  # of all members together, instead of the one who asks
    channel: int | None = None  # only what was asked for there, and in its threads
    role: int | None = None  # whose members it is for: said in the refusal, not counted


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What one member may, in one place. Every limit has to be met, so the strictest wins."""

    limits: tuple[Limit, ...] = ()


NO_LIMITS = Allowance()
