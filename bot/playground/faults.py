"""Faults on demand: what can go wrong between a bot and Discord, made to happen by a test or on the web page."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class _Planned:
    pattern: re.Pattern[str]  # against "METHOD /path/{template}"
    left: int
    kind: str  # answer, page, hang, reset, lose
    status: int = 0
    retry_after: float = 0.0
    scope: str = "user"  # of a 429: user, shared or global


@dataclass(kw_only=True)
class Faults:
    """What is to go wrong next. A route is a regular expression, searched for in e.g.
    "POST /channels/{channel_id}/messages"; the first fault that matches is used up by one request."""

    drop_gateway: Callable[[int], int]  # close code -> how many sockets were closed
    expire_links: Callable[[], None]  # all links given out so far
    latency: float = 0.0  # seconds that every request waits before it is looked at
    refuse_resume: int = 0  # so many attempts to resume are answered with op 9
    refuse_content_intent: bool = False  # identifying with it closes the socket with 4014
    refuse_gateway: int = 0  # so many connections to the gateway are refused with 503
    silent_gateway: bool = False  # no events and no acknowledgements of heartbeats, though sockets stay open
    gone: bool = False  # every connection is cut, and none is taken
    _planned: list[_Planned] = field(default_factory=list)

    def answer(
        self,
        route: str,
        status: int,
        *,
        times: int = 1,
        retry_after: float = 0.1,
        everywhere: bool = False,
        shared: bool = False,
    ) -> None:
        """The next `times` requests get this status.

        429: with `retry_after`; `everywhere`: as the global limit; `shared`: as one that others have used up.
        """
        scope = "global" if everywhere else "shared" if shared else "user"
        self._plan(route, times, "answer", status=status, retry_after=retry_after, scope=scope)

    def page(self, route: str, status: int, *, times: int = 1, retry_after: float = 0.1) -> None:
        """The same, said by what stands between the bot and Discord: a page for people, without any JSON."""
        self._plan(route, times, "page", status=status, retry_after=retry_after)

    def go(self) -> None:
        """Discord is gone, until `gone` is False again."""
        self.gone = True
        self.drop_gateway(1001)

    def answers_left(self, status: int) -> int:
        """How many requests are still to get this status."""
        return sum(one.left for one in self._planned if one.kind == "answer" and one.status == status)

    def forget_answers(self, status: int) -> None:
        """No more requests get this status on purpose."""
        self._planned = [one for one in self._planned if one.kind != "answer" or one.status != status]

    def hang(self, route: str, *, times: int = 1) -> None:
        """They get no answer until the client gives up, and nothing is done."""
        self._plan(route, times, "hang")

    def reset(self, route: str, *, times: int = 1) -> None:
        """The connection is cut before anything is done."""
        self._plan(route, times, "reset")

    def lose_answer(self, route: str, *, times: int = 1) -> None:
        """What was asked for is done, and the connection cut before the answer: the client cannot know."""
        self._plan(route, times, "lose")

    def clear(self) -> None:
        """Nothing more goes wrong on purpose."""
        self._planned.clear()
        self.latency, self.refuse_resume, self.refuse_gateway = 0.0, 0, 0
        self.refuse_content_intent = self.silent_gateway = self.gone = False

    def _plan(
        self, route: str, times: int, kind: str, *, status: int = 0, retry_after: float = 0.0, scope: str = "user"
    ) -> None:
        self._planned.append(
            _Planned(
                pattern=re.compile(route),
                left=times,
                kind=kind,
                status=status,
                retry_after=retry_after,
                scope=scope,
            )
        )

    def next_for(self, route: str) -> _Planned | None:
        """The fault that this request meets, used up by it."""
        for one in self._planned:
            if one.left > 0 and one.pattern.search(route):
                one.left -= 1
                if one.left == 0:
                    self._planned.remove(one)
                return one
        return None
