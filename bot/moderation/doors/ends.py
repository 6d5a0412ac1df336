"""When something ends, as moderators type it: `3 days`, `2h`, `2026-12-24 18:00`, `never`. Pure."""

from __future__ import annotations

import datetime
import re
import zoneinfo

from bot.errors import Refusal
from bot.moderation.doors import sentences

LONGEST_DAYS = 3650
_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400, "y": 365 * 86_400}
_UNITS = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hour", "hours"), "h"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("w", "week", "weeks"), "w"),
    **dict.fromkeys(("y", "year", "years"), "y"),
}
_NEVER = ("", "never", "for good", "forever", "permanent")
_PART = re.compile(r"([0-9]{1,6})\s*([a-z]+)[\s,]*(?:and\s+)?")
_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[ t]+([0-9]{1,2}):([0-9]{2}))?")

#: What is offered while somebody types.
USUAL = ("1 hour", "6 hours", "1 day", "3 days", "1 week", "30 days", "1 year", "never")


def end_of(typed: str, *, now: float, zone: str) -> float | None:
    """The moment that was typed, as Unix time; None for never. Raises Refusal.

    zone: of the dates that somebody types. A day lasts 24 hours in `3 days`, whatever the clocks do.
    """
    text = " ".join(typed.strip().lower().removeprefix("in ").removeprefix("for ").split())
    if text in _NEVER or typed.strip().lower() in _NEVER:
        return None
    at = _date(text, zone) if _DATE.fullmatch(text) else _after(text, now)
    if at is None:
        raise Refusal(sentences.bad_end(typed))
    if at <= now:
        raise Refusal(sentences.END_IS_OVER)
    if at - now > LONGEST_DAYS * 86_400:
        raise Refusal(sentences.end_too_far(LONGEST_DAYS // 365))
    return at


def _after(text: str, now: float) -> float | None:
    seconds, rest = 0, text
    while rest:
        match = _PART.match(rest)
        if match is None or match[2] not in _UNITS:
            return None
        seconds += int(match[1]) * _SECONDS[_UNITS[match[2]]]
        rest = rest[match.end() :]
    return now + seconds


def _date(text: str, zone: str) -> float | None:
    match = _DATE.fullmatch(text)
    assert match is not None
    year, month, day, hour, minute = (int(one or 0) for one in match.groups())
    try:
        return datetime.datetime(year, month, day, hour, minute, tzinfo=zoneinfo.ZoneInfo(zone)).timestamp()
    except (ValueError, OverflowError):
        return None
