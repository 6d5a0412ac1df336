"""When something ends, as moderators type it: `3 days`, `2h`, `2026-12-24 18:00`, `never`. Pure.

German's words are understood as well, whoever types them: `3 Tage`, `24.12.2026 18:00`, `nie`.
"""

from __future__ import annotations

import datetime
import re
import zoneinfo

from bot.errors import Refusal
from bot.languages import mark
from bot.moderation.doors import sentences

LONGEST_DAYS = 3650
_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400, "y": 365 * 86_400}
_UNITS = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minuten"), "m"),
    **dict.fromkeys(("h", "hour", "hours", "std", "stunde", "stunden"), "h"),
    **dict.fromkeys(("d", "day", "days", "tag", "tage", "tagen"), "d"),
    **dict.fromkeys(("w", "week", "weeks", "woche", "wochen"), "w"),
    **dict.fromkeys(("y", "year", "years", "j", "jahr", "jahre", "jahren"), "y"),
}
_NEVER = (
    *("", "never", "for good", "forever", "permanent"),
    *("nie", "niemals", "für immer", "dauerhaft", "unbefristet"),
)
_PART = re.compile(r"([0-9]{1,6})\s*([a-z]+)(?:\.(?=\s|$))?[\s,]*(?:(?:and|und)\s+)?")
_TIME = r"(?:(?:,? (?:um |at )?|,|t)([0-9]{1,2}):([0-9]{2})(?: uhr)?)?"
_YEAR_FIRST = re.compile(rf"([0-9]{{4}})-([0-9]{{1,2}})-([0-9]{{1,2}}){_TIME}")
_DAY_FIRST = re.compile(rf"([0-9]{{1,2}})\. ?([0-9]{{1,2}})\. ?([0-9]{{4}}){_TIME}")

#: What is offered while somebody types.
USUAL = (
    mark("1 hour"),
    mark("6 hours"),
    mark("1 day"),
    mark("3 days"),
    mark("1 week"),
    mark("30 days"),
    mark("1 year"),
    mark("never"),
)


def end_of(typed: str, *, now: float, zone: str) -> float | None:
    """The moment that was typed, as Unix time; None for never. Raises Refusal.

    zone: of the dates that somebody types. A day lasts 24 hours in `3 days`, whatever the clocks do.
    """
    whole = " ".join(typed.lower().split())
    if whole in _NEVER:
        return None
    text = re.sub(r"^(?:in|for|für|until|bis) ", "", whole)
    if text in _NEVER:
        return None
    day = _day(text)
    at = _after(text, now) if day is None else _moment(day, zone)
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


def _day(text: str) -> tuple[int, int, int, int, int] | None:
    """Year, month, day, hour and minute of a date, which need not be one."""
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day, hour, minute = (int(one or 0) for one in match.groups())
        return year, month, day, hour, minute
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year, hour, minute = (int(one or 0) for one in match.groups())
        return year, month, day, hour, minute
    return None


def _moment(date: tuple[int, int, int, int, int], zone: str) -> float | None:
    year, month, day, hour, minute = date
    try:
        return datetime.datetime(year, month, day, hour, minute, tzinfo=zoneinfo.ZoneInfo(zone)).timestamp()
    except (ValueError, OverflowError):
        return None
