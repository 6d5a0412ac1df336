"""What a server lets somebody have dreamt in a place, besides the operator's own limits. Values only."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from bot.kinds import Kind


class Span(enum.Enum):
    """What is counted."""

    HOUR = "hour"  #: pictures in the last hour
    DAY = "day"  #: pictures in the last 24 hours: no daylight saving and no month's end in it
    WAITING = "waiting"  #: requests that wait or run


class Counted(enum.Enum):
    """Which kinds of work a limit counts."""

    PICTURES = (Kind.DREAM, Kind.IMAGINE, Kind.EXPLAIN, Kind.ATLAS)
    FILMS = (Kind.FILM,)
    GRIDS = (Kind.GRID,)

    @classmethod
    def of(cls, kind: Kind) -> Counted:
        """What work of this kind is counted as.

        >>> Counted.of(Kind.FILM)
        <Counted.FILMS: (<Kind.FILM: 'film'>,)>
        """
        return next(counted for counted in cls if kind in counted.value)


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One limit, counted on the server where it is asked for."""

    span: Span
    most: int  # above 0
    of: Counted = Counted.PICTURES  # of one member; those of all members together, and requests, count every kind
    everyone: bool = False  # of all members together, instead of the one who asks
    channel: int | None = None  # only what was asked for there, and in its threads
    role: int | None = None  # whose members it is for: said in the refusal, not counted


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What one member may, in one place. Every limit has to be met, so the strictest wins."""

    limits: tuple[Limit, ...] = ()


NO_LIMITS = Allowance()
