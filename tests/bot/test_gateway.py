"""How soon, and how often, the gateway is asked for a connection again."""

from __future__ import annotations

from bot.gateway import FREE, LATELY, LONGEST_PAUSE, LONGEST_WAIT, Identifying, Pauses

SESSIONS_A_DAY = 1000  #: Discord's
DAY = 86400.0


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_after_hours_without_discord_the_next_attempt_is_seconds_away() -> None:
    clock = Clock()
    pauses = Pauses(clock=clock)
    waited = []
    while clock.now < 3 * 3600:
        waited.append(pauses.delay())
        clock.now += waited[-1]
    assert waited[0] <= 2, "the first comes soon"
    assert max(waited) <= LONGEST_PAUSE
    assert sum(waited[10:]) / len(waited[10:]) > LONGEST_PAUSE / 4, "and they are not all at once"


def test_sessions_that_are_ended_at_once_all_day_use_up_less_than_half_of_those_there_are() -> None:
    clock = Clock()
    identifying = Identifying(clock=clock)
    begun = 0
    while clock.now < DAY:
        clock.now += identifying.wait()
        identifying.begun()
        begun += 1
        clock.now += 1.0
    assert begun < SESSIONS_A_DAY / 2


def test_a_session_that_is_lost_now_and_then_is_not_waited_for() -> None:
    clock = Clock()
    identifying = Identifying(clock=clock)
    for _ in range(100):
        assert identifying.wait() == 0
        identifying.begun()
        clock.now += LATELY / FREE
    assert identifying.wait() <= LONGEST_WAIT
