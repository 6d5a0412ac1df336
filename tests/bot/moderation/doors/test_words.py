"""What moderators type, read: places, ends, messages; and what is offered while they type. No Discord."""

from __future__ import annotations

import contextlib
import datetime
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Refusal
from bot.moderation.doors import completing, ends, sentences
from bot.moderation.doors.dreamset import addressed
from bot.moderation.doors.ends import end_of
from bot.moderation.doors.fields import groups, pages, stamp
from bot.moderation.doors.handles import Act, Handle, handle, place_of, short
from bot.moderation.doors.places import leading_place, place_named
from bot.moderation.places import SERVER, Level, Scope, Server, channel_scope, role_scope

HERE = Server(
    id=1,
    name="Garden Club",
    roles={1: "@everyone", 5: "Artists", 6: "Old Hands", 7: "garden"},
    channels={10: "garden", 11: "garden-party", 12: "bots", 13: "twins", 14: "twins"},
)
NOW = datetime.datetime(2026, 3, 28, 12, tzinfo=datetime.UTC).timestamp()


@pytest.mark.parametrize(
    ("typed", "scope"),
    [
        ("", SERVER),
        ("server", SERVER),
        ("The Server", SERVER),
        ("#garden", channel_scope(10)),
        ("#garden-party", channel_scope(11)),
        ("bots", channel_scope(12)),
        ("<#12>", channel_scope(12)),
        ("12", channel_scope(12)),
        ("channel:12", channel_scope(12)),
        ("@artists", role_scope(5)),
        ("old hands", role_scope(6)),
        ("@Old Hands", role_scope(6)),
        ("<@&6>", role_scope(6)),
        ("role:6", role_scope(6)),
        ("@everyone", role_scope(1)),
    ],
)
def test_a_place_is_found_as_people_name_it(typed: str, scope: Scope) -> None:
    assert place_named(typed, HERE) == scope


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("#gardn", "no channel and no role “#gardn” on this server. Did you mean garden"),
        ("garden", "the name of more than one"),
        ("#twins", "the name of more than one"),
        ("<#99>", "no channel and no role"),
        ("role:99", "no channel and no role"),
        ("@@everyone", "no channel and no role"),
    ],
)
def test_a_place_that_is_not_there_is_one_sentence(typed: str, words: str) -> None:
    with pytest.raises(Refusal) as caught:
        place_named(typed, HERE)
    assert words in caught.value.sentence
    assert "\n" not in caught.value.sentence


def test_a_place_that_is_gone_is_known_while_it_has_settings() -> None:
    assert place_named("role:99", HERE, [role_scope(99)]) == role_scope(99)


def test_a_text_begins_with_a_place_or_with_none() -> None:
    assert leading_place("#garden-party layer 4c", HERE) == (channel_scope(11), "layer 4c")
    assert leading_place("@Old Hands per-hour 5", HERE) == (role_scope(6), "per-hour 5")
    assert leading_place("server layer 4c", HERE) == (SERVER, "layer 4c")
    assert leading_place("layer 4c", HERE) is None
    assert leading_place("server-per-hour 4", HERE) is None


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("30m", 1800), ("2 hours", 7200), ("1h 30m", 5400), ("1 day and 2 hours", 93_600), ("3 days", 259_200),
        ("for 1 week", 604_800), ("in 1 year", 31_536_000), ("1d", 86_400), ("1h30m", 5400), ("30 Minuten", 1800),
        ("3 Tage", 259_200), ("1 Tag und 2 Std.", 93_600), ("für 2 Wochen", 1_209_600), ("in 1 Jahr", 31_536_000),
    ],
)  # fmt: skip
def test_a_span_ends_that_much_later(typed: str, seconds: int) -> None:
    """Also across the night in which the clocks change."""
    assert end_of(typed, now=NOW, zone="Europe/Vienna") == NOW + seconds


def test_a_date_is_read_in_the_servers_zone() -> None:
    vienna = zoneinfo.ZoneInfo("Europe/Vienna")
    for typed, local in (
        ("2026-03-29", datetime.datetime(2026, 3, 29, tzinfo=vienna)),
        ("2026-03-30 18:00", datetime.datetime(2026, 3, 30, 18, tzinfo=vienna)),
        ("2026-12-24T18:00", datetime.datetime(2026, 12, 24, 18, tzinfo=vienna)),
        ("24.12.2026 18:00", datetime.datetime(2026, 12, 24, 18, tzinfo=vienna)),
        ("bis 24. 12. 2026, 18:00 Uhr", datetime.datetime(2026, 12, 24, 18, tzinfo=vienna)),
        ("1.4.2026", datetime.datetime(2026, 4, 1, tzinfo=vienna)),
        ("2026-03-29 02:30", datetime.datetime(2026, 3, 29, 3, 30, tzinfo=vienna)),  # which the clocks skip
        ("2026-10-25 02:30", datetime.datetime(2026, 10, 25, 2, 30, tzinfo=vienna, fold=0)),  # of two, the first
    ):
        assert end_of(typed, now=NOW, zone="Europe/Vienna") == local.timestamp()
    assert end_of("2026-03-30 18:00", now=NOW, zone="UTC") == end_of("2026-03-30 20:00", now=NOW, zone="Europe/Vienna")


def test_of_a_day_without_a_year_it_is_the_next() -> None:
    """It is Saturday, 28 March 2026, the evening before the clocks go forward."""
    vienna = zoneinfo.ZoneInfo("Europe/Vienna")
    now = datetime.datetime(2026, 3, 28, 18, tzinfo=vienna).timestamp()
    for typed, local in (
        ("tomorrow", datetime.datetime(2026, 3, 29, tzinfo=vienna)),
        ("until Saturday 17:00", datetime.datetime(2026, 4, 4, 17, tzinfo=vienna)),
        ("Montag 9:00", datetime.datetime(2026, 3, 30, 9, tzinfo=vienna)),
        ("17:30", datetime.datetime(2026, 3, 29, 17, 30, tzinfo=vienna)),
        ("24.12.", datetime.datetime(2026, 12, 24, tzinfo=vienna)),
        ("1.3.", datetime.datetime(2027, 3, 1, tzinfo=vienna)),
    ):
        assert end_of(typed, now=now, zone="Europe/Vienna") == local.timestamp()
    assert end_of("1 month", now=now, zone="Europe/Vienna") == now + 30 * 86_400


@pytest.mark.parametrize("typed", ["", "never", "Forever", "for good", "permanent", "nie", "Für immer"])
def test_never_is_no_end(typed: str) -> None:
    assert end_of(typed, now=NOW, zone="UTC") is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("soon", "is no end"),
        ("3 moons", "is no end"),
        ("-3 days", "is no end"),
        ("2026-02-30", "is no end"),
        ("30.02.2026", "is no end"),
        ("2026-12-2418:00", "is no end"),
        ("2026-13-01 99:99", "is no end"),
        ("2020-01-01", "is over already"),
        ("0 days", "is over already"),
        ("999999 years", "too far away"),
        ("9999-12-31", "too far away"),
    ],
)
def test_an_end_that_cannot_be_is_one_sentence(typed: str, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        end_of(typed, now=NOW, zone="Europe/Vienna")


@given(st.text(max_size=40))
def test_no_text_breaks_reading_an_end(typed: str) -> None:
    try:
        end = end_of(typed, now=NOW, zone="America/New_York")
    except Refusal:
        return
    assert end is None or end > NOW


@given(st.text(max_size=40))
def test_no_text_breaks_reading_a_place(typed: str) -> None:
    with contextlib.suppress(Refusal):
        assert isinstance(place_named(typed, HERE), Scope)


def test_messages_for_this_door_and_no_others() -> None:
    assert addressed("!dreamset layer 4c", prefix="!", me=1) == "layer 4c"
    assert addressed("  !DREAMSET", prefix="!", me=1) == ""
    assert addressed("<@!1>, dreamset show", prefix="!", me=1) == "show"
    assert addressed("<@1> !dreamset show", prefix="!", me=1) == "show"
    assert addressed("d.dreamset show", prefix="d.", me=1) == "show"
    for other in ("!dreamsets", "!dream set", "dreamset show", "<@2> dreamset", "?dreamset", "so !dreamset"):
        assert addressed(other, prefix="!", me=1) is None


def test_ids_are_read_back_and_fit() -> None:
    longest = Scope(Level.CHANNEL, 2**64 - 1)
    assert place_of(short(longest)) == longest
    assert place_of(short(SERVER)) == SERVER
    for act in Act:
        read = Handle.read(handle(act, short(longest), "defaults", 1, "a1b2c3"))
        assert read == Handle(act=act, more=(short(longest), "defaults", "1", "a1b2c3"))
    for level in (Level.SERVER, Level.CHANNEL, Level.ROLE):
        for group in groups(level):
            for number, its in enumerate(pages(group, level)):
                assert 1 <= len(its) <= 5
                marks = ".".join(stamp(setting.key) for setting in its)
                assert len(handle(Act.SAVE_AGAIN, short(longest), group.name.lower(), number, marks)) <= 100
    for unreadable in ("s2:show:server:0", "s1:", "s1:nonsense", "x"):
        assert Handle.read(unreadable).act is None


def test_ends_are_offered() -> None:
    assert [one.value for one in completing.moments("")] == list(ends.USUAL)
    assert completing.moments("5 days")[0].value == "5 days"


def test_places_that_have_settings_are_offered_first() -> None:
    stored = {role_scope(6): {"layer": "4c"}, role_scope(99): {"layer": "4c", "size": "512"}}
    found = completing.places(HERE, stored, "", channel_scope(12))
    assert [one.value for one in found][:4] == ["server", "channel:12", "role:6", "role:99"]
    assert found[2].name == "@Old Hands · 1 set"
    assert found[3].name == "deleted role 99 · 2 set"
    assert "channel:11" in [one.value for one in completing.places(HERE, stored, "#garden-p", None)]


@given(st.text(max_size=60))
def test_what_strangers_type_pings_nobody(text: str) -> None:
    assert "@everyone" not in sentences.plain(f"@everyone {text}")
    assert sentences.code(text).count("`") in (0, 2)
