"""When a challenge opens and closes, as moderators type it: `friday 18:00`, `2026-12-24 18:00`, `3 days`. Pure.

Dates and days are read in the server's time zone, unless another one is written behind them (UTC, +01:00,
Europe/Vienna).
"""

from __future__ import annotations

import datetime
import re
import zoneinfo
from dataclasses import dataclass

from bot import moments
from bot.challenges.errors import BadTime
from bot.challenges.model import When
from bot.challenges.schedule import DAY, FARTHEST_DAYS, stamp
from bot.languages import mark, tr
from bot.moments import Date
from dreamcore.errors import clip

AT_ONCE = ("", "now", "at once", "immediately", "sofort", "jetzt", "gleich")
_OFFSET = re.compile(r"^(.*[0-9a-z.]) ?(?:(?:utc|gmt) ?)?([+-])([0-9]{1,2})(?::?([0-9]{2}))?$")
_ZONE = re.compile(r"^(.*) ([a-z_]+/[a-z_/+-]+[0-9]*)$")
_UTC = re.compile(r"^(.*(?:[0-9]|[0-9 ](?:[ap]m|uhr))) ?(?:z|utc|gmt)$")
_ABBREVIATED = re.compile(r".*(?:[0-9]|\b(?:[ap]m|uhr)) ?([a-z]{2,5})")
_YEARS_AHEAD = 9  #: until there is a 29 February again

#: What is offered while somebody types.
USUAL = (mark("1 day"), mark("3 days"), mark("1 week"), mark("2 weeks"))


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What was meant. note: a sentence about what was taken for granted."""

    when: When | None  # None: at once
    note: str | None = None


def read(typed: str, *, now: float, zone: str) -> Typed:
    """The moment, or the span, that was typed. zone: the server's. Raises BadTime.

    >>> read("2 weeks 4 hours", now=0, zone="UTC").when
    When(at=None, after=1224000.0, planned=None)
    """
    text = moments.tidy(typed)
    if text in AT_ONCE:
        return Typed(when=None)
    seconds = moments.span(text)
    if seconds is not None:
        return Typed(when=When(after=_span(float(seconds))))
    text, zone, offset = _zoned(text, typed, zone)
    date = _date(text, now=now, zone=zone, offset=offset)
    if date is None:
        raise _unread(typed, text, _today(now, zone, offset))
    at, note = _moment(date, typed, zone, offset)
    if at <= now:
        raise BadTime(tr("{moment} is over already: give a later moment, or a span such as 3 days.", moment=stamp(at)))
    if at - now > FARTHEST_DAYS * DAY:
        raise BadTime(tr("{moment} is too far away: {days} days at most.", moment=stamp(at), days=FARTHEST_DAYS))
    if note is None and not date.timed:
        note = tr("No time of the day was given, so it is 00:00, when that day begins.")
    return Typed(when=When(at=at), note=note)


def _span(seconds: float) -> float:
    if seconds <= 0:
        raise BadTime(tr("That is no time at all: give a span such as 3 days."))
    if seconds > FARTHEST_DAYS * DAY:
        raise BadTime(tr("That is too long: {days} days at most.", days=FARTHEST_DAYS))
    return seconds


def _date(text: str, *, now: float, zone: str, offset: float | None) -> Date | None:
    """The date that is meant: the next one, where the year or the week was left open."""
    today = _today(now, zone, offset)
    date = moments.date(text)
    if date is None:
        days = moments.named_day(text, today) or []
        return next((one for one in days if (_first(one, zone, offset) or 0) > now), days[-1] if days else None)
    if date.year is not None:
        return date
    years = (today.year + ahead for ahead in range(_YEARS_AHEAD))
    that_day = [Date(**{**vars(date), "year": year}) for year in years]
    there_is = [one for one in that_day if _first(one, zone, offset) is not None]
    return next((one for one in there_is if (_first(one, zone, offset) or 0) > now), None)


def _today(now: float, zone: str, offset: float | None) -> datetime.date:
    known = zoneinfo.ZoneInfo(zone) if offset is None else datetime.timezone(datetime.timedelta(seconds=offset))
    return datetime.datetime.fromtimestamp(now, known).date()


def _first(date: Date, zone: str, offset: float | None) -> float | None:
    if offset is None:
        return moments.unix(date, zone)
    at = moments.unix(date, "UTC")
    return None if at is None else at - offset


def _moment(date: Date, typed: str, zone: str, offset: float | None) -> tuple[float, str | None]:
    """Where the clocks have it twice, the first one, and a note that says so. Raises BadTime where they skip it."""
    if offset is not None:
        at = _first(date, zone, offset)
        if at is None:
            raise _no_date(typed)
        return at, None
    local = moments.local(date, zone)
    if local is None:
        raise _no_date(typed)
    if local.at is None:
        assert local.before is not None
        assert local.after is not None
        raise BadTime(
            tr(
                "The clocks go forward that night, so there is no {time}: {before} is followed by {after}. Give one "
                "of these two, or another time.",
                time=f"{date.hour:02d}:{date.minute:02d}",
                before=_clock(local.before, date),
                after=_clock(local.after, date),
            )
        )
    if not local.twice:
        return local.at, None
    return local.at, tr(
        "The clocks go back that night, so {time} comes twice: it is the first one, {moment}.",
        time=f"{date.hour:02d}:{date.minute:02d}",
        moment=stamp(local.at),
    )


def _zoned(text: str, typed: str, zone: str) -> tuple[str, str, float | None]:
    """The text without a zone behind it, and the zone, or the seconds by which it is ahead of UTC."""
    if match := _UTC.fullmatch(text):
        return match[1], zone, 0.0
    if (match := _OFFSET.fullmatch(text)) and not re.fullmatch(r"[0-9]{4}(-[0-9]+)?", match[1]):
        hours, minutes = int(match[3]), int(match[4] or 0)
        if _dated(match[1]) and hours < 15 and minutes < 60:
            return match[1], zone, (hours * 3600 + minutes * 60) * (-1 if match[2] == "-" else 1)
    if match := _ZONE.fullmatch(text):
        known = next((name for name in zoneinfo.available_timezones() if name.lower() == match[2]), None)
        if known is None:
            raise BadTime(tr("There is no time zone “{name}”.", name=clip(match[2])))
        return match[1], known, None
    return text, zone, None


def _dated(text: str) -> bool:
    """A date, or a day that has a name together with a time: behind both an offset makes sense."""
    days = moments.named_day(text, datetime.date.min)
    return moments.date(text) is not None or bool(days and days[0].timed)


def _unread(typed: str, text: str, today: datetime.date) -> BadTime:
    match = _ABBREVIATED.fullmatch(text)
    before = "" if match is None else text.removesuffix(match[1]).strip()
    if match is not None and (moments.date(before) or moments.named_day(before, today)):
        return BadTime(
            tr(
                "“{zone}” can mean several time zones: leave it out, and the server's is taken, or write the offset, "
                "such as 18:00 +01:00.",
                zone=clip(match[1].upper()),
            )
        )
    return BadTime(
        tr(
            "“{typed}” is no moment that I can read: write 2026-12-24 18:00, friday 18:00, or a span such as 3 days.",
            typed=clip(typed),
        )
    )


def _no_date(typed: str) -> BadTime:
    return BadTime(tr("There is no such day or time: {typed}.", typed=clip(typed)))


def _clock(moment: datetime.datetime, date: Date) -> str:
    """The time alone, on the same day."""
    same = (moment.year, moment.month, moment.day) == (date.year, date.month, date.day)
    return moment.strftime("%H:%M" if same else "%Y-%m-%d %H:%M")
