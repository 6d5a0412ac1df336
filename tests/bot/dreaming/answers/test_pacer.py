from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dreaming.pacer import Importance, Pacer, Rate, Turn, Turnstile

A, B = ("send", 1), ("send", 2)


def nothing() -> None:
    pass


def run_out(pacer: Pacer, now: float, until: float = 1e9) -> list[tuple[float, Turn]]:
    """Everything that is let through, and when, from now on."""
    passed = []
    at: float | None = now
    while at is not None and at <= until:
        passed += [(at, turn) for turn in pacer.due(at)]
        at = pacer.next_look(at)
    return passed


def within_rate(moments: list[float], rate: Rate) -> bool:
    return all(
        later - earlier >= rate.seconds - 1e-9 for earlier, later in zip(moments, moments[rate.count :], strict=False)
    )


def test_five_writes_go_at_once_and_the_sixth_waits_for_the_first_to_be_five_seconds_old() -> None:
    pacer = Pacer()
    for _ in range(6):
        pacer.ask(A, Importance.ANNOUNCEMENT, nothing)
    assert [at for at, _ in run_out(pacer, 100.0)] == [100.0] * 5 + [105.0]


def test_one_request_a_second_never_waits() -> None:
    pacer = Pacer()
    for second in range(100):
        pacer.ask(A, Importance.ANNOUNCEMENT, nothing)
        assert len(pacer.due(float(second))) == 1


def test_previews_leave_room_so_that_a_dream_goes_at_once() -> None:
    pacer = Pacer()
    for _ in range(20):
        pacer.ask(A, Importance.PREVIEW, nothing)
    previews = len(pacer.due(0.0))
    pacer.ask(A, Importance.ANSWER, nothing)
    assert previews < 5
    assert [turn.importance for turn in pacer.due(0.1)] == [Importance.ANSWER]


def test_a_full_channel_does_not_hold_up_another() -> None:
    pacer = Pacer()
    for _ in range(50):
        pacer.ask(A, Importance.ANSWER, nothing)
    pacer.due(0.0)
    pacer.ask(B, Importance.PLACE, nothing)
    assert [turn.lane for turn in pacer.due(0.1)] == [B]


def test_results_go_before_announcements_before_previews_before_places() -> None:
    pacer = Pacer(lane=Rate(1, 1.0))
    for importance in reversed(Importance):
        pacer.ask(A, importance, nothing)
    assert [turn.importance for _, turn in run_out(pacer, 0.0)] == list(Importance)


def test_what_is_dropped_costs_nothing() -> None:
    pacer = Pacer()
    turns = [pacer.ask(A, Importance.ANSWER, nothing) for _ in range(10)]
    for turn in turns[:8]:
        pacer.drop(turn)
    assert [turn for _, turn in run_out(pacer, 0.0)] == turns[8:]


def test_after_a_429_the_lane_rests_and_others_go_on() -> None:
    pacer = Pacer()
    pacer.hold(A, 0.0, 7.0)
    pacer.ask(A, Importance.ANSWER, nothing)
    pacer.ask(B, Importance.PLACE, nothing)
    assert [(at, turn.lane) for at, turn in run_out(pacer, 0.0)] == [(0.0, B), (7.0, A)]


def test_after_a_global_429_everything_rests() -> None:
    pacer = Pacer()
    pacer.hold(None, 0.0, 3.0)
    pacer.ask(A, Importance.ANSWER, nothing)
    assert [at for at, _ in run_out(pacer, 0.0)] == [3.0]


@pytest.mark.parametrize("lane", [A, None])
def test_who_is_refused_again_and_again_asks_less_and_less(lane: tuple[str, int] | None) -> None:
    """Though Discord says each time that it need not wait."""
    pacer, now, asked = Pacer(), 0.0, 0
    while now < 600.0:
        pacer.ask(A, Importance.ANSWER, nothing)
        (now, _), *_ = run_out(pacer, now)
        asked += 1
        for _ in range(20):  # so many were on their way
            pacer.hold(lane, now, 0.0)
    assert 15 < asked < 40
    pacer.observe(A, remaining=4, until=now)
    pacer.hold(lane, now + 60, 1.0)
    pacer.ask(A, Importance.ANSWER, nothing)
    assert [at for at, _ in run_out(pacer, now + 60)] == [now + 61], "and it is forgotten when one gets through"


def test_what_discord_says_is_left_counts() -> None:
    pacer = Pacer()
    pacer.observe(A, remaining=1, until=4.0)
    pacer.observe(B, remaining=0, until=6.0)
    for lane in (A, B):
        pacer.ask(lane, Importance.PREVIEW, nothing)
        pacer.ask(lane, Importance.ANSWER, nothing)
    passed = [(at, turn.lane, turn.importance) for at, turn in run_out(pacer, 0.0)]
    assert passed[:2] == [(0.0, A, Importance.ANSWER), (4.0, A, Importance.PREVIEW)]
    assert passed[2][:2] == (6.0, B)


def test_lanes_of_bygone_interactions_are_forgotten() -> None:
    pacer = Pacer()
    for number in range(100):
        pacer.ask(("token", number), Importance.ANSWER, nothing)
    run_out(pacer, 0.0)
    pacer.ask(A, Importance.ANSWER, nothing)
    pacer.forget_idle(100.0)
    assert pacer.lanes == 1


asks = st.lists(
    st.tuples(st.floats(0, 20), st.integers(0, 3), st.sampled_from(Importance)), min_size=1, max_size=120
).map(sorted)


@given(asks)
def test_no_budget_is_ever_exceeded_and_everybody_gets_through(asked: list[tuple[float, int, Importance]]) -> None:
    lane, total = Rate(5, 5.0), Rate(12, 1.0)
    pacer = Pacer(lane=lane, total=total)
    passed: list[tuple[float, Turn]] = []
    now = 0.0
    for at, channel, importance in asked:
        while (look := pacer.next_look(now)) is not None and look <= at:
            now = look
            passed += [(now, turn) for turn in pacer.due(now)]
        now = at
        pacer.ask(("send", channel), importance, nothing)
        passed += [(now, turn) for turn in pacer.due(now)]
    passed += run_out(pacer, now, until=now + 1000)
    assert len(passed) == len(asked)
    assert within_rate([at for at, _ in passed], total)
    for channel in range(4):
        own = [(at, turn) for at, turn in passed if turn.lane == ("send", channel)]
        assert within_rate([at for at, _ in own], lane)
        for importance in Importance:  # first come, first served among equals
            numbers = [turn.number for _, turn in own if turn.importance is importance]
            assert numbers == sorted(numbers)


@given(asks)
def test_nothing_goes_while_something_more_important_of_its_lane_waits(
    asked: list[tuple[float, int, Importance]],
) -> None:
    pacer = Pacer()
    waiting: list[Turn] = [pacer.ask(("send", lane), importance, nothing) for _, lane, importance in asked]
    now: float | None = 0.0
    while now is not None:
        for turn in pacer.due(now):
            waiting.remove(turn)
            assert all(other.importance >= turn.importance for other in waiting if other.lane == turn.lane)
        now = pacer.next_look(now)


def test_in_the_event_loop_turns_come_at_their_time_and_can_be_given_up() -> None:
    let_through: list[Turn] = []

    class Noting(Pacer):
        def due(self, now: float) -> list[Turn]:
            turns = super().due(now)
            let_through.extend(turns)
            return turns

    async def main() -> None:
        turnstile = Turnstile(Noting(lane=Rate(1, 0.05)))
        loop = asyncio.get_running_loop()
        begun = loop.time()
        (_, first), (_, second), (_, third) = (turnstile.ask(A, Importance.ANSWER) for _ in range(3))
        assert await first
        second.set_result(False)
        assert await third
        assert loop.time() - begun > 0.04
        assert len(let_through) == 2, "the second has taken no time"
        turnstile.close()

    asyncio.run(main())
