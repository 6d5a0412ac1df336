"""Who may write to Discord next: a budget for each lane and one for all, and the more important goes first.

A *lane* is what Discord counts together: sends to one channel, edits in one channel, one interaction's token.
discord.py's own limiter is first in, first out, so a dream would queue up behind previews; here previews and places
wait until the lane has budget to spare, and what has become outdated meanwhile is dropped and never sent.
"""

from __future__ import annotations

import asyncio
import enum
import heapq
import itertools
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field

Lane = Hashable


class Importance(enum.IntEnum):
    """What goes first."""

    ANSWER = 0
    ANNOUNCEMENT = 1
    PREVIEW = 2
    PLACE = 3


@dataclass(frozen=True)
class Rate:
    """So many in so many seconds, at any moment."""

    count: int
    seconds: float


LANE_RATE = Rate(5, 5.0)
TOTAL_RATE = Rate(50, 1.0)
LANE_SPARE = 2  #: of a lane's budget, never spent on previews and places: a dream finds it free
TOTAL_SPARE = 10
FIRST_HOLD, LONGEST_HOLD = 0.25, 30.0  #: seconds, at the least, after a 429, and after many in a row


@dataclass(eq=False)
class Turn:
    """One write that waits to be let through."""

    lane: Lane
    importance: Importance
    number: int
    then: Callable[[], None]
    open: bool = True  # neither granted nor dropped

    @property
    def dispensable(self) -> bool:
        return self.importance >= Importance.PREVIEW


@dataclass(eq=False)
class _Window:
    """When something was let through lately."""

    rate: Rate
    spent: deque[float] = field(default_factory=deque)

    def free_at(self, now: float, spare: int) -> float:
        """The first moment from `now` on at which one more fits and `spare` remain."""
        while self.spent and self.spent[0] <= now - self.rate.seconds:
            self.spent.popleft()
        usable = max(1, self.rate.count - spare)
        return now if len(self.spent) < usable else self.spent[-usable] + self.rate.seconds


@dataclass(eq=False)
class _LaneState:
    window: _Window
    waiting: list[tuple[int, int, Turn]] = field(default_factory=list)
    held_until: float = float("-inf")
    spared_until: float = float("-inf")  # what remains until then is kept for what is important
    refusals: int = 0  # in a row

    def head(self) -> Turn | None:
        while self.waiting and not self.waiting[0][2].open:
            heapq.heappop(self.waiting)
        return self.waiting[0][2] if self.waiting else None

    def free_at(self, turn: Turn, now: float) -> float:
        at = max(self.window.free_at(now, LANE_SPARE if turn.dispensable else 0), self.held_until)
        return max(at, self.spared_until) if turn.dispensable else at


class Pacer:
    """The policy. Knows no event loop: it is told the time, and says who may go and when to look again."""

    def __init__(self, *, lane: Rate = LANE_RATE, total: Rate = TOTAL_RATE) -> None:
        self._rate = lane
        self._total = _Window(total)
        self._held_until = float("-inf")
        self._refusals = 0  # of every lane, in a row
        self._lanes: dict[Lane, _LaneState] = {}
        self._numbers = itertools.count()

    def ask(self, lane: Lane, importance: Importance, then: Callable[[], None]) -> Turn:
        """Queue up. `then` is for the caller, see `due`."""
        turn = Turn(lane, importance, next(self._numbers), then)
        heapq.heappush(self._lane(lane).waiting, (importance, turn.number, turn))
        return turn

    def drop(self, turn: Turn) -> None:
        """It is not wanted any more."""
        turn.open = False

    def due(self, now: float) -> list[Turn]:
        """Those that may go now, the most important first; they are counted as spent."""
        granted = []
        while (best := self._best(now)) is not None:
            state = self._lanes[best.lane]
            heapq.heappop(state.waiting)
            best.open = False
            state.window.spent.append(now)
            self._total.spent.append(now)
            granted.append(best)
        return granted

    def next_look(self, now: float) -> float | None:
        """When `due` may give something again; None while nobody waits."""
        moments = [max(state.free_at(turn, now), self._free_at(turn, now)) for state, turn in self._heads()]
        return min(moments, default=None)

    def hold(self, lane: Lane | None, now: float, seconds: float) -> None:
        """Discord said 429: nothing goes through this lane (None: any lane) for so long.

        Longer each time in a row, whatever Discord says: of those answers 10,000 in ten minutes are a ban.
        """
        if lane is None:
            self._refusals += now >= self._held_until  # those on their way at once are told once
            self._held_until = max(self._held_until, now + max(seconds, _least(self._refusals)))
        else:
            state = self._lane(lane)
            state.refusals += now >= state.held_until
            state.held_until = max(state.held_until, now + max(seconds, _least(state.refusals)))

    def observe(self, lane: Lane, *, remaining: int, until: float) -> None:
        """What Discord says is left of the lane's budget until then. Others of our program write there as well."""
        state = self._lane(lane)
        state.refusals = self._refusals = 0
        if remaining <= 0:
            state.held_until = max(state.held_until, until)
        elif remaining <= LANE_SPARE:
            state.spared_until = max(state.spared_until, until)

    def forget_idle(self, now: float) -> None:
        """Lanes that nobody waits for and that owe nothing; there is one for each interaction, so they add up."""
        self._lanes = {
            lane: state
            for lane, state in self._lanes.items()
            if state.head() is not None
            or max(state.held_until, state.spared_until) > now
            or state.window.free_at(now, self._rate.count - 1) > now
        }

    @property
    def lanes(self) -> int:
        """How many are kept in mind."""
        return len(self._lanes)

    def _lane(self, lane: Lane) -> _LaneState:
        state = self._lanes.get(lane)
        if state is None:
            state = self._lanes[lane] = _LaneState(_Window(self._rate))
        return state

    def _heads(self) -> Iterator[tuple[_LaneState, Turn]]:
        for state in self._lanes.values():
            if (turn := state.head()) is not None:
                yield state, turn

    def _best(self, now: float) -> Turn | None:
        ready = [
            turn for state, turn in self._heads() if state.free_at(turn, now) <= now and self._free_at(turn, now) <= now
        ]
        return min(ready, key=lambda turn: (turn.importance, turn.number), default=None)

    def _free_at(self, turn: Turn, now: float) -> float:
        return max(self._total.free_at(now, TOTAL_SPARE if turn.dispensable else 0), self._held_until)


def _least(refusals: int) -> float:
    return min(FIRST_HOLD * 2.0 ** min(refusals - 1, 10), LONGEST_HOLD)


class Turnstile:
    """The pacer in an event loop: `await turn(...)` returns when the write may go. Needs no task of its own."""

    def __init__(self, pacer: Pacer | None = None) -> None:
        self._pacer = pacer or Pacer()
        self._timer: asyncio.TimerHandle | None = None
        self._looks = 0

    def ask(self, lane: Lane, importance: Importance) -> tuple[Turn, asyncio.Future[bool]]:
        """A place in the queue. The future becomes True when it may go, False when it was dropped."""
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def grant() -> None:
            if not answer.done():
                answer.set_result(True)

        turn = self._pacer.ask(lane, importance, grant)
        answer.add_done_callback(lambda _: self._pacer.drop(turn))
        self._look()
        return turn, answer

    def hold(self, lane: Lane | None, seconds: float) -> None:
        self._pacer.hold(lane, asyncio.get_running_loop().time(), seconds)

    def observe(self, lane: Lane, *, remaining: int, seconds: float) -> None:
        self._pacer.observe(lane, remaining=remaining, until=asyncio.get_running_loop().time() + seconds)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for turn in self._pacer.due(now):
            turn.then()
        self._looks += 1
        if self._looks % 256 == 0:
            self._pacer.forget_idle(now)
        self.close()
        at = self._pacer.next_look(now)
        if at is not None:
            self._timer = loop.call_at(max(at, now), self._look)
