"""Moments as people type them, in English and in German, whoever types: spans, dates, days of the week. Pure.

What the clocks skip in the spring night, and what they have twice in the autumn one, is told apart by `local`.
"""

from __future__ import annotations

import datetime
import re
import zoneinfo
from dataclasses import dataclass

MINUTE = datetime.timedelta(minutes=1)

_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400, "mo": 30 * 86_400, "y": 365 * 86_400}
_UNITS = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minuten"), "m"),
    **dict.fromkeys(("h", "hour", "hours", "std", "stunde", "stunden"), "h"),
    **dict.fromkeys(("d", "day", "days", "tag", "tage", "tagen"), "d"),
    **dict.fromkeys(("w", "week", "weeks", "woche", "wochen"), "w"),
    **dict.fromkeys(("mo", "month", "months", "monat", "monate", "monaten"), "mo"),
    **dict.fromkeys(("y", "year", "years", "j", "jahr", "jahre", "jahren"), "y"),
}
_PART = re.compile(r"([0-9]{1,6})\s*([a-z]+)(?:\.(?=\s|$))?[\s,]*(?:(?:and|und)\s+)?")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\.(?: ?([0-9]{4}))?")
_BETWEEN = re.compile(r"(?:,? (?:um |at )?|, ?|t)")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?: ?(am|pm)| uhr)?")
_HOUR = re.compile(r"([0-9]{1,2})(?: ?(am|pm)| uhr)")
_DAYS = {
    **dict.fromkeys(("today", "heute"), 0),
    **dict.fromkeys(("tomorrow", "morgen"), 1),
}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            ("monday", "mon", "montag"),
            ("tuesday", "tue", "tues", "dienstag"),
            ("wednesday", "wed", "mittwoch"),
            ("thursday", "thu", "thur", "thurs", "donnerstag"),
            ("friday", "fri", "freitag"),
            ("saturday", "sat", "samstag", "sonnabend"),
            ("sunday", "sun", "sonntag"),
        )
    )
    for name in names
}


@dataclass(frozen=True, kw_only=True)
class Date:
    """A date that was typed, which need not exist. year None: the next one that there is."""

    year: int | None
    month: int
    day: int
    hour: int = 0
    minute: int = 0
    timed: bool = False  # the time of the day was typed too


@dataclass(frozen=True, kw_only=True)
class Local:
    """What the clocks of a zone make of a time."""

    at: float | None  # None: they skip it
    twice: bool = False  # there are two such times that night; `at` is the first
    before: datetime.datetime | None = None  # of a time that is skipped: the last one before
    after: datetime.datetime | None = None  # and the first one after the gap


def tidy(typed: str) -> str:
    """In lower case, with single spaces, and without a word that says that a moment follows."""
    return re.sub(r"^(?:in|for|für|until|bis|on|am) ", "", " ".join(typed.lower().split()))


def span(text: str) -> float | None:
    """Seconds of `3 days`, `2 weeks 4 hours`; None for anything else.

    A day has 24 hours, whatever the clocks do, and a month 30 days, whatever the calendar says.

    >>> span("1 day and 2 hours"), span("soon"), span("")
    (93600, None, None)
    """
    seconds, rest = 0, text
    while rest:
        match = _PART.match(rest)
        if match is None or match[2] not in _UNITS:
            return None
        seconds += int(match[1]) * _SECONDS[_UNITS[match[2]]]
        rest = rest[match.end() :]
    return seconds if text else None


def date(text: str) -> Date | None:
    """`2026-12-24 18:00` or `24.12.2026, 18:00`, with or without a time, the latter without a year as well."""
    if match := _YEAR_FIRST.match(text):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    elif match := _DAY_FIRST.match(text):
        day, month, year = int(match[1]), int(match[2]), int(match[3] or 0)
    else:
        return None
    time = _after(text[match.end() :])
    if time is None:
        return None
    hour, minute, timed = time
    return Date(year=year or None, month=month, day=day, hour=hour, minute=minute, timed=timed)


def named_day(text: str, today: datetime.date) -> list[Date] | None:
    """`friday 18:00`, `tomorrow at 9 am`, `18:00`: the days that can be meant, the nearest first; None for others."""
    word, _, rest = text.partition(" ")
    word = word.rstrip(",")
    ahead: tuple[int, ...]
    if word in _DAYS:
        ahead, time = (_DAYS[word],), _after(f" {rest}" if rest else "")
    elif word in _WEEKDAYS:
        first = (_WEEKDAYS[word] - today.weekday()) % 7
        ahead, time = (first, first + 7), _after(f" {rest}" if rest else "")
    else:
        ahead, time = (0, 1), _clock(text)
    if time is None:
        return None
    hour, minute, timed = time
    days = [today + datetime.timedelta(days=one) for one in ahead]
    return [Date(year=day.year, month=day.month, day=day.day, hour=hour, minute=minute, timed=timed) for day in days]


def unix(of: Date, zone: str) -> float | None:
    """The first such moment, after the gap where the clocks skip it; None for a date that does not exist."""
    try:
        naive = _naive(of)
    except ValueError:
        return None
    try:
        return naive.replace(tzinfo=zoneinfo.ZoneInfo(zone)).timestamp()
    except OverflowError:
        return None


def local(of: Date, zone: str) -> Local | None:
    """What the clocks make of it; None for a date that does not exist."""
    try:
        naive = _naive(of)
        known = zoneinfo.ZoneInfo(zone)
        first, second = (naive.replace(tzinfo=known, fold=fold).timestamp() for fold in (0, 1))
        if _shown(first, known) == naive:
            return Local(at=first, twice=first != second)
        before = after = naive
        while _shown(before.replace(tzinfo=known).timestamp(), known) != before:
            before -= MINUTE
        while _shown(after.replace(tzinfo=known).timestamp(), known) != after:
            after += MINUTE
    except (ValueError, OverflowError):
        return None
    return Local(at=None, before=before, after=after)


def _naive(of: Date) -> datetime.datetime:
    return datetime.datetime(of.year or 1, of.month, of.day, of.hour, of.minute)  # noqa: DTZ001  # the zone comes next


def _shown(at: float, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(at, zone).replace(tzinfo=None)


def _after(rest: str) -> tuple[int, int, bool] | None:
    """The time that follows a day: hour, minute, and whether there is one at all."""
    if not rest:
        return 0, 0, False
    between = _BETWEEN.match(rest)
    return None if between is None else _clock(rest[between.end() :])


def _clock(text: str) -> tuple[int, int, bool] | None:
    if match := _CLOCK.fullmatch(text):
        hour, minute, half = int(match[1]), int(match[2]), match[3]
    elif match := _HOUR.fullmatch(text):
        hour, minute, half = int(match[1]), 0, match[2]
    else:
        return None
    if half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return hour, minute, True
