"""Moments and spans as somebody would type them: what a form's field holds. Pure."""

from __future__ import annotations

import datetime
import zoneinfo

from bot.challenges.model import When
from bot.languages import tr, tr_count

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def when_typed(when: When, zone: str) -> str:
    """
    >>> when_typed(When(after=3 * 86400.0), "UTC"), when_typed(When(at=0.0), "UTC")
    ('3 days', '1970-01-01 00:00')
    """
    if when.at is None:
        return span_typed(when.after or 0.0)
    local = datetime.datetime.fromtimestamp(when.at, zoneinfo.ZoneInfo(zone))
    return local.strftime("%Y-%m-%d %H:%M")


def span_typed(seconds: float) -> str:
    """
    >>> span_typed(90000.0)
    '1 day 1 hour'
    """
    rest, parts = round(seconds), []
    for size, said in ((_DAY, _days), (_HOUR, _hours), (_MINUTE, _minutes)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(said(count))
    return " ".join(parts)


def _days(count: int) -> str:
    return tr_count("{count} day", "{count} days", count)


def _hours(count: int) -> str:
    return tr_count("{count} hour", "{count} hours", count)


def _minutes(count: int) -> str:
    return tr_count("{count} minute", "{count} minutes", count)


def after_in_words(when: When | None, *, step: str) -> str:
    """A draft's end. step: `submissions` or `voting`."""
    if when is None:
        return tr("not said yet")
    if when.at is not None:
        return f"<t:{round(when.at)}:f>"
    span = span_typed(when.after or 0.0)
    if step == "submissions":
        return tr("{span} after the opening", span=span)
    return tr("{span} after the submissions", span=span)
