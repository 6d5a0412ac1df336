"""When something ends, as moderators type it: `3 days`, `2h`, `2026-12-24 18:00`, `never`. Pure.

German's words are understood as well, whoever types them: `3 Tage`, `24.12.2026 18:00`, `nie`.
"""

from __future__ import annotations

import dataclasses
import datetime
import zoneinfo

from bot import moments
from bot.errors import Refusal
from bot.languages import mark
from bot.moderation.doors import sentences

LONGEST_DAYS = 3650
_NEVER = (
    *("", "never", "for good", "forever", "permanent"),
    *("nie", "niemals", "für immer", "dauerhaft", "unbefristet"),
)

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

    zone: of the dates that somebody types. A day lasts 24 hours in `3 days`, whatever the clocks do. Of `friday` and
    `24.12.` it is the next.
    """
    whole = " ".join(typed.lower().split())
    if whole in _NEVER:
        return None
    text = moments.tidy(typed)
    if text in _NEVER:
        return None
    at = _moment(text, now, zone)
    if at is None:
        raise Refusal(sentences.bad_end(typed))
    if at <= now:
        raise Refusal(sentences.END_IS_OVER)
    if at - now > LONGEST_DAYS * 86_400:
        raise Refusal(sentences.end_too_far(LONGEST_DAYS // 365))
    return at


def _moment(text: str, now: float, zone: str) -> float | None:
    today = datetime.datetime.fromtimestamp(now, zoneinfo.ZoneInfo(zone)).date()
    day = moments.date(text)
    days = moments.named_day(text, today) if day is None else [day]
    if days is None:
        span = moments.span(text)
        return None if span is None else now + span
    if day is not None and day.year is None:
        days = [dataclasses.replace(day, year=today.year + more) for more in (0, 1)]
    found = [at for one in days if (at := moments.unix(one, zone)) is not None]
    return next((at for at in found if at > now), found[0] if found else None)
