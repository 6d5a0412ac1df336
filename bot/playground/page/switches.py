"""The panel's switches: faults to be watched, set and told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.playground.page.requests import Refused, Request
from bot.playground.standin import StandIn

MOST_REFUSED = 1000  #: requests
SLOWEST = 30.0  #: seconds
RETRY_AFTER = 1.0  #: seconds, of a 429: long enough to be seen


class Switches:
    """`begin_anew`: has the bot started again where somebody can do that; it returns False where nobody can."""

    def __init__(self, standin: StandIn, begin_anew: Callable[[], bool]) -> None:
        self._standin = standin
        self._begin_anew = begin_anew

    def now(self) -> dict[str, Any]:
        """What is still to go wrong."""
        faults = self._standin.faults
        return {
            "answer_429": faults.answers_left(429),
            "answer_500": faults.answers_left(500),
            "refuse_content_intent": faults.refuse_content_intent,
            "slow_network": faults.latency,
        }

    def set(self, request: Request) -> dict[str, Any]:
        """Raises Refused."""
        faults = self._standin.faults
        name = request.text("name")
        if name == "drop_gateway":
            faults.drop_gateway(4000)
        elif name in ("answer_429", "answer_500"):
            count = request.number_of("count", most=MOST_REFUSED, default=1)
            if not isinstance(count, int):
                raise Refused("Count has to be a whole number.")
            status = int(name[-3:])
            faults.forget_answers(status)
            if count:
                faults.answer("", status, times=count, retry_after=RETRY_AFTER)
        elif name == "expire_links":
            faults.expire_links()
        elif name == "refuse_content_intent":
            self._refuse_content(request.flag("on", True))
        elif name == "slow_network":
            faults.latency = float(request.number_of("seconds", most=SLOWEST))
        elif name == "clear":
            refused = faults.refuse_content_intent
            faults.clear()
            if refused:
                self._refuse_content(False, was=True)
        else:
            raise Refused(f"There is no fault {name!r}.")
        return self.now()

    def _refuse_content(self, on: bool, *, was: bool | None = None) -> None:
        """As if the operator had switched it off, or on again, in the developer portal, and Discord had then cut the
        connection: the bot has to identify anew, and is refused if it asks for more than there is."""
        faults, application = self._standin.faults, self._standin.world.application
        changed = on is not (faults.refuse_content_intent if was is None else was)
        faults.refuse_content_intent, application.message_content = on, not on
        if not changed:
            return
        if on or not self._begin_anew():
            # The session is forgotten: a resume would go on with the old intents.
            faults.refuse_resume += len(self._standin.gateway.sessions)
            faults.drop_gateway(4000)
