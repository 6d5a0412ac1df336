"""What became of every request of a long run, noted as it happens: a stand-in that forgot nothing would grow."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.dreaming.buttons import Press
from bot.playground.interactions import Interaction
from bot.playground.model import Attachment, Message
from bot.playground.standin import StandIn
from tests.e2e.town import is_dream, is_final

REMEMBERED = 120.0  #: seconds that a finished request stays in the stand-in's world
RECENT = 100  #: finished requests under which a button may be pressed


@dataclass(eq=False)
class Request:
    """A message with the prefix, a command or a press, and what the bot said to it."""

    cause: Message | Interaction
    asked: float
    first: float | None = None  # seconds until the bot had said something in words
    ended: float | None = None  # ... and until nothing more was to come
    answers: dict[int, Message] = field(default_factory=dict)
    jobs: set[str] = field(default_factory=set)

    @property
    def dream(self) -> Message | None:
        return next((one for one in self.answers.values() if is_dream(one)), None)


class Heard:
    """Listens to a stand-in. `firsts` and `ends`: seconds; `wrong`: what no member should have seen."""

    def __init__(self, standin: StandIn) -> None:
        self._standin = standin
        self._requests: dict[int, Request] = {}  # by the id of the message or interaction
        self._by_job: dict[
            str, Request
        ] = {}  # a command that waited long is answered by a message that refers to nothing
        self._over: deque[Request] = deque()
        self._stop = standin.world.watchers.listen(self._told)
        self.asked = 0
        self.dreams = 0
        self.firsts: list[float] = []
        self.ends: list[float] = []
        self.wrong: list[str] = []

    @property
    def open(self) -> list[Request]:
        return [one for one in self._requests.values() if one.ended is None]

    @property
    def recent(self) -> list[Message]:
        """Dreams that were finished lately."""
        late = [self._over[-number] for number in range(1, min(RECENT, len(self._over)) + 1)]
        return [dream for one in late if (dream := one.dream) is not None and not dream.deleted]

    def add(self, cause: Message | Interaction) -> None:
        """The bot cannot have heard of it yet: it hears in this same event loop."""
        self.asked += 1
        self._requests[cause.id] = Request(cause, time.monotonic())

    def forget(self, now: float) -> None:
        """What ended long ago leaves the stand-in, which says nothing of it to the bot."""
        while self._over and now - self._over[0].asked - (self._over[0].ended or 0.0) > REMEMBERED:
            self._forget(self._over.popleft())

    def close(self) -> None:
        self._stop()
        while self._over:
            self._forget(self._over.popleft())
        self.wrong += [f"never ended: {[one.text for one in request.answers.values()]}" for request in self.open]

    def _told(self, thing: object) -> None:
        if not isinstance(thing, Message) or thing.author is not self._standin.world.bot or thing.deleted:
            return
        cause = int(thing.interaction["id"]) if thing.interaction is not None else thing.reply_to
        jobs = {Press.read(button.get("custom_id", "")).job for button in thing.buttons} - {""}
        request = self._requests.get(cause or 0) or next(
            (self._by_job[job] for job in jobs if job in self._by_job), None
        )
        if request is None:
            self.wrong.append(f"an answer to nothing that is open: {thing.text!r}")
            return
        request.jobs |= jobs
        self._by_job.update(dict.fromkeys(jobs, request))
        request.answers[thing.id] = thing
        since = time.monotonic() - request.asked
        if request.first is None and not thing.loading and thing.text:
            request.first = since
            self.firsts.append(since)
        if request.ended is None and not thing.loading and is_final(thing):
            request.ended = since
            self.ends.append(since)
            self.dreams += is_dream(thing)
            self._over.append(request)

    def _forget(self, request: Request) -> None:
        answers = [one for one in request.answers.values() if not one.deleted]
        if len(answers) != 1 or not is_dream(answers[0]):
            self.wrong.append(f"not one dream: {[one.text for one in answers]}")
        del self._requests[request.cause.id]
        for job in request.jobs:
            del self._by_job[job]
        for message in (*request.answers.values(), *([request.cause] if isinstance(request.cause, Message) else [])):
            self._standin.world.channels[message.channel_id].messages.pop(message.id, None)
            self._drop(message.attachments)
            self._drop(message.given)
        if isinstance(request.cause, Interaction):
            self._drop(request.cause.given)

    def _drop(self, attachments: Iterable[Attachment]) -> None:
        for attachment in attachments:
            self._standin.cdn.drop(attachment)
            attachment.data = b""


def share(values: list[float], part: float) -> float:
    """The value that this part of them does not exceed."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]
