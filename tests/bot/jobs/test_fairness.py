"""A flood by one delays nobody's first picture; nothing waits for ever; the order is the same every time."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.fairness import LATELY, Pick, Schedule, Served, Turns, Waiting, finishing_times

JOBS = st.lists(
    st.tuples(
        st.integers(0, 6),  # member
        st.integers(0, 3),  # guild
        st.lists(st.floats(0.01, 100, allow_nan=False), min_size=1, max_size=4),  # seconds of its pictures
    ),
    max_size=25,
)


def waiting(jobs: list[tuple[int, int, list[float]]]) -> list[Waiting]:
    return [
        Waiting(job=f"job{number}", number=number, member=member, guild=guild, pictures=tuple(enumerate(seconds)))
        for number, (member, guild, seconds) in enumerate(jobs)
    ]


def order(
    jobs: list[Waiting], *, served: Served | None = None, turns: Turns | None = None, now: float = 0.0
) -> list[Pick]:
    served, turns = served or Served(), turns or Turns()
    turns.present({job.guild for job in jobs})
    schedule = Schedule(
        jobs,
        seconds=lambda member: served.seconds(member, now),
        is_new=lambda member: served.is_new(member, now),
        given=turns.given,
    )
    picks = []
    while (pick := schedule.take()) is not None:
        picks.append(pick)
    return picks


@given(JOBS)
def test_every_picture_has_its_turn_once(jobs: list[tuple[int, int, list[float]]]) -> None:
    picks = order(waiting(jobs))
    everything = {(f"job{number}", n) for number, job in enumerate(jobs) for n in range(len(job[2]))}
    assert len(picks) == len(everything)
    assert {(pick.job, pick.ordinal) for pick in picks} == everything


@given(JOBS, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_how_it_is_stored(
    jobs: list[tuple[int, int, list[float]]], chance: random.Random
) -> None:
    kept = waiting(jobs)
    shuffled = list(kept)
    chance.shuffle(shuffled)
    assert order(kept) == order(shuffled)


@given(JOBS)
def test_a_members_own_pictures_in_one_guild_come_in_the_order_they_were_asked_for(
    jobs: list[tuple[int, int, list[float]]],
) -> None:
    by_member: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for pick in order(waiting(jobs)):
        by_member.setdefault((pick.guild, pick.member), []).append((int(pick.job[3:]), pick.ordinal))
    assert all(pictures == sorted(pictures) for pictures in by_member.values())


@given(JOBS)
def test_first_pictures_come_before_everything_else(jobs: list[tuple[int, int, list[float]]]) -> None:
    members = [pick.member for pick in order(waiting(jobs))]
    first = members[: len(set(members))]
    assert len(set(first)) == len(first)


@given(
    flood=st.lists(st.floats(0.01, 500), min_size=1, max_size=30),
    flood_guild=st.integers(0, 2),
    before=st.integers(0, 40),
    others=JOBS,
)
def test_a_flood_delays_a_first_picture_by_nothing_but_what_runs(
    flood: list[float], flood_guild: int, before: int, others: list[tuple[int, int, list[float]]]
) -> None:
    """Some of the flood is served; then someone new comes. Whatever the guilds had: the flood waits."""
    flooder, stranger = 100, 200
    served, turns = Served(), Turns()
    jobs = [
        Waiting(job=f"flood{n}", number=n, member=flooder, guild=flood_guild, pictures=((0, seconds),))
        for n, seconds in enumerate(flood)
    ]
    for pick in order(jobs)[: max(1, before)]:
        turns.present({flood_guild})
        turns.take(pick.guild, pick.seconds)
        served.begin(flooder, 0.0)
        served.add(flooder, pick.seconds, 0.0)
        jobs = [job for job in jobs if job.job != pick.job]
    newcomer = Waiting(job="first", number=999, member=stranger, guild=1, pictures=((0, 5.0), (1, 5.0)))
    picks = order([*jobs, *waiting(others), newcomer], served=served, turns=turns)
    ahead = [pick.member for pick in picks[: next(n for n, pick in enumerate(picks) if pick.job == "first")]]
    assert flooder not in ahead
    assert len(ahead) == len(set(ahead)), "and everybody else had one picture at the most"


def test_a_small_guild_does_not_wait_for_a_large_one() -> None:
    crowd = [(member, 1, [10.0]) for member in range(50)]
    picks = order(waiting([*crowd, (77, 2, [10.0])]))
    assert [pick.member for pick in picks].index(77) <= 1


def test_guilds_take_turns_by_seconds() -> None:
    """Two guilds, everybody known: the one whose pictures are dear has fewer of them."""
    served = Served()
    for member in range(20):
        served.begin(member, 0.0)
    jobs = [(member, 1, [30.0, 30.0]) for member in range(10)] + [(member, 2, [10.0] * 6) for member in range(10, 20)]
    first = order(waiting(jobs), served=served)[:24]
    seconds = {guild: sum(pick.seconds for pick in first if pick.guild == guild) for guild in (1, 2)}
    assert seconds[1] == pytest.approx(seconds[2], abs=30)


def test_a_guild_that_was_idle_earns_no_credit() -> None:
    turns = Turns()
    turns.present({1})
    for _ in range(100):
        turns.take(1, 10.0)
    turns.present({1, 2})
    assert turns.given(1) - turns.given(2) <= 10.0


def test_a_member_who_had_much_waits_for_one_who_had_little() -> None:
    served = Served()
    for member, seconds in ((1, 100.0), (2, 5.0)):
        served.begin(member, 0.0)
        served.add(member, seconds, 0.0)
    picks = order(waiting([(1, 1, [10.0] * 2), (2, 1, [10.0] * 2)]), served=served)
    assert [pick.member for pick in picks] == [2, 2, 1, 1]


def test_what_was_served_long_ago_is_forgotten() -> None:
    served = Served()
    served.begin(1, 0.0)
    served.add(1, 1000.0, 0.0)
    assert not served.is_new(1, LATELY - 1)
    assert served.is_new(1, LATELY)
    assert served.seconds(1, 0.0) == pytest.approx(1000)
    assert served.seconds(1, 24 * 3600.0) < 0.1
    served.forget(100 * 3600.0)
    assert served.seconds(1, 0.0) == 0.0


def test_nobody_starves_while_strangers_keep_coming() -> None:
    """One worker, a new member with each picture; someone who had one before has the next within LATELY."""
    served, turns, now = Served(), Turns(), 0.0
    regular = Waiting(job="regular", number=0, member=1, guild=1, pictures=((0, 10.0),))
    served.begin(1, now)
    served.add(1, 3000.0, now)
    strangers = 2
    while now < 2 * LATELY:
        jobs = [regular, Waiting(job="new", number=strangers, member=strangers, guild=2, pictures=((0, 10.0),))]
        pick = order(jobs, served=served, turns=turns, now=now)[0]
        if pick.job == "regular":
            break
        turns.take(pick.guild, pick.seconds)
        served.begin(pick.member, now)
        served.add(pick.member, 10.0, now)
        now, strangers = now + 10.0, strangers + 1
    assert now <= LATELY + 10.0


def test_finishing_times_fill_all_workers() -> None:
    jobs = waiting([(1, 1, [10.0, 10.0]), (2, 1, [10.0]), (3, 1, [10.0])])
    schedule = Schedule(jobs, seconds=lambda member: 0.0, is_new=lambda member: True, given=lambda guild: 0.0)
    ends = finishing_times(schedule, now=100.0, running=[("running", 4.0)], slots=2)
    assert ends == {"running": 104.0, "job0": 124.0, "job1": 114.0, "job2": 120.0}
