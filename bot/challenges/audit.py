"""What can stand in the history of a challenge, as `what` of a change."""

from __future__ import annotations

import enum

from bot.challenges.events import Cancel, Clock, Close, Counted, Edit, Event, Extend, Open, Reopen, Schedule, Unschedule


class What(enum.Enum):
    """What somebody has done to it."""

    CREATED = "created"
    REPEATED = "repeated"  #: made by the one before it
    EDITED = "edited"
    SCHEDULED = "scheduled"
    UNSCHEDULED = "unscheduled"
    OPENED = "opened"
    CLOSED = "closed"
    EXTENDED = "extended"
    REOPENED = "reopened"
    CANCELLED = "cancelled"
    COUNTED = "counted"
    PASSED = "passed"  #: the clock
    APPROVED = "approved"
    REJECTED = "rejected"
    DISQUALIFIED = "disqualified"
    LEFT = "left"  #: members who had left, or were blocked, when the votes were counted


_OF: dict[type[Event], What] = {
    Edit: What.EDITED,
    Schedule: What.SCHEDULED,
    Unschedule: What.UNSCHEDULED,
    Open: What.OPENED,
    Close: What.CLOSED,
    Extend: What.EXTENDED,
    Reopen: What.REOPENED,
    Cancel: What.CANCELLED,
    Counted: What.COUNTED,
    Clock: What.PASSED,
}


def what(event: Event) -> What:
    """How an event is called in the history."""
    return _OF[type(event)]
