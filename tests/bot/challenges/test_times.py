"""Deadlines as people type them."""

from __future__ import annotations

import datetime
import zoneinfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import moments
from bot.challenges.errors import BadTime
from bot.challenges.model import When
from bot.challenges.schedule import DAY, FARTHEST_DAYS, weeks_later
from bot.challenges.times import read

VIENNA = zoneinfo.ZoneInfo("Europe/Vienna")
#: A Wednesday noon in Vienna.
NOW = datetime.datetime(2026, 3, 25, 12, tzinfo=VIENNA).timestamp()


def vienna(*numbers: int, fold: int = 0) -> float:
    year, month, day, hour, minute = (*numbers, 0, 0)[:5]
    return datetime.datetime(year, month, day, hour, minute, tzinfo=VIENNA, fold=fold).timestamp()


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("2026-12-24 18:00", vienna(2026, 12, 24, 18)),
        ("2026-12-24T18:00", vienna(2026, 12, 24, 18)),
        ("2026-12-24 6 pm", vienna(2026, 12, 24, 18)),
        ("24.12. 18:00", vienna(2026, 12, 24, 18)),
        ("24. 12. 18:00", vienna(2026, 12, 24, 18)),
        ("24.12.2026 um 18 Uhr", vienna(2026, 12, 24, 18)),
        ("24.03. 18:00", vienna(2027, 3, 24, 18)),
        ("friday 18:00", vienna(2026, 3, 27, 18)),
        ("Freitag 18:00", vienna(2026, 3, 27, 18)),
        ("on Friday at 6pm", vienna(2026, 3, 27, 18)),
        ("wednesday 18:00", vienna(2026, 3, 25, 18)),
        ("wednesday 12:00", vienna(2026, 4, 1, 12)),
        ("wed 11:00", vienna(2026, 4, 1, 11)),
        ("today 18:00", vienna(2026, 3, 25, 18)),
        ("morgen 9:30", vienna(2026, 3, 26, 9, 30)),
        ("18:00", vienna(2026, 3, 25, 18)),
        ("9:00", vienna(2026, 3, 26, 9)),
        ("until sunday 20:00", vienna(2026, 3, 29, 20)),
        ("2026-03-27 17:00 UTC", vienna(2026, 3, 27, 18)),
        ("2026-03-27T17:00Z", vienna(2026, 3, 27, 18)),
        ("2026-03-27 12:00 -05:00", vienna(2026, 3, 27, 18)),
        ("2026-03-27 18:00+01:00", vienna(2026, 3, 27, 18)),
        ("friday 12:00 -05:00", vienna(2026, 3, 27, 18)),
        ("freitag 17 Uhr UTC", vienna(2026, 3, 27, 18)),
        ("2026-03-27 13:00 America/New_York", vienna(2026, 3, 27, 18)),
    ],
)
def test_a_moment_is_read_in_the_servers_zone(typed: str, at: float) -> None:
    assert read(typed, now=NOW, zone="Europe/Vienna").when == When(at=at)


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [("3 days", 3 * DAY), ("2 weeks 4 hours", 14 * DAY + 14400), ("in 36h", 129_600), ("3 Tage", 3 * DAY)],
)
def test_a_span_is_kept_as_a_span(typed: str, seconds: float) -> None:
    """Of a draft: it counts from when the step before it ends."""
    assert read(typed, now=NOW, zone="Europe/Vienna").when == When(after=seconds)


@pytest.mark.parametrize("typed", ["", "now", " At once ", "sofort"])
def test_at_once_is_no_moment(typed: str) -> None:
    assert read(typed, now=NOW, zone="UTC").when is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2026-03-25 11:59", "is over already"),
        ("2020-01-01", "is over already"),
        ("today 11:00", "is over already"),
        ("2027-12-24 18:00", "400 days at most"),
        ("500 days", "400 days at most"),
        ("0 days", "no time at all"),
        ("2026-02-30 18:00", "no such day"),
        ("2026-05-05 25:00", "no such day"),
        ("30.2. 18:00", "is no moment that I can read"),
        ("soon", "is no moment that I can read"),
        ("friday at noon", "is no moment that I can read"),
        ("2026-05-05 18:00 CET", "several time zones"),
        ("friday 18:00 CET", "“CET” can mean several time zones"),
        ("tomorrow 6 pm EST", "“EST” can mean several time zones"),
        ("freitag 18 uhr MEZ", "“MEZ” can mean several time zones"),
        ("friday -2", "is no moment that I can read"),
        ("2026-05-05 18:00 Mars/Olympus", "no time zone"),
        ("2026-03-29 02:30", "no 02:30: 01:59 is followed by 03:00"),
    ],
)
def test_what_cannot_be_is_one_sentence(typed: str, words: str) -> None:
    with pytest.raises(BadTime, match=words):
        read(typed, now=NOW, zone="Europe/Vienna")


def test_an_hour_that_comes_twice_is_the_first_one_and_says_so() -> None:
    typed = read("2026-10-25 02:30", now=NOW, zone="Europe/Vienna")
    assert typed.when == When(at=vienna(2026, 10, 25, 2, 30))
    assert vienna(2026, 10, 25, 2, 30, fold=1) - vienna(2026, 10, 25, 2, 30) == 3600
    assert "comes twice" in (typed.note or "")
    assert read("2026-10-25 03:30", now=NOW, zone="Europe/Vienna").note is None


def test_a_day_without_a_time_begins_at_midnight_and_says_so() -> None:
    typed = read("2026-12-24", now=NOW, zone="Europe/Vienna")
    assert typed.when == When(at=vienna(2026, 12, 24))
    assert "00:00" in (typed.note or "")


def test_a_day_that_was_skipped_altogether_is_said_too() -> None:
    """Samoa had no 30 December 2011."""
    before = datetime.datetime(2011, 12, 1, tzinfo=datetime.UTC).timestamp()
    with pytest.raises(BadTime, match="2011-12-29 23:59 is followed by 2011-12-31 00:00"):
        read("2011-12-30 18:00", now=before, zone="Pacific/Apia")


day = datetime.datetime.fromisoformat
ZONES = ("UTC", "Europe/Vienna", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns")


@given(st.datetimes(day("2026-01-01"), day("2027-12-31")), st.sampled_from(ZONES))
@example(day("2026-10-04T02:15"), "Australia/Lord_Howe")
def test_what_is_typed_is_what_the_clock_shows(local: datetime.datetime, zone: str) -> None:
    """Or there is no such time, and the two that are named instead exist."""
    local = local.replace(second=0, microsecond=0)
    date = moments.Date(
        year=local.year, month=local.month, day=local.day, hour=local.hour, minute=local.minute, timed=True
    )
    found = moments.local(date, zone)
    assert found is not None
    if found.at is not None:
        assert datetime.datetime.fromtimestamp(found.at, zoneinfo.ZoneInfo(zone)).replace(tzinfo=None) == local
    else:
        assert found.before is not None
        assert found.after is not None
        assert found.before < local < found.after
        for one in (found.before, found.after):
            at = one.replace(tzinfo=zoneinfo.ZoneInfo(zone)).timestamp()
            assert datetime.datetime.fromtimestamp(at, zoneinfo.ZoneInfo(zone)).replace(tzinfo=None) == one


@given(st.floats(1.7e9, 1.9e9), st.integers(1, 60), st.sampled_from(ZONES))
def test_weeks_later_it_is_the_same_time_of_the_day(at: float, weeks: int, zone: str) -> None:
    known = zoneinfo.ZoneInfo(zone)
    before, after = (
        datetime.datetime.fromtimestamp(one, known).replace(tzinfo=None) for one in (at, weeks_later(at, weeks, zone))
    )
    assert abs((after - before) - datetime.timedelta(weeks=weeks)) <= datetime.timedelta(hours=1, seconds=1)
    assert weeks_later(at, weeks, zone) > at


@given(
    st.text(max_size=40)
    | st.from_regex(r"(2026-1?[0-9]-[0-3]?[0-9]|fri|[0-3]?[0-9]\.1?[0-9]\.)[ T,]?[0-9:apm +\-/A-Z]{0,14}")
)
def test_no_text_breaks_reading(typed: str) -> None:
    try:
        read_ = read(typed, now=NOW, zone="America/New_York")
    except BadTime:
        return
    if read_.when is not None and read_.when.at is not None:
        assert NOW < read_.when.at <= NOW + FARTHEST_DAYS * DAY
