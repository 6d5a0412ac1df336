"""What the bot knows of one person who waits, and what it should do next about it: pure, without Discord.

Two clocks: `now` is the event loop's, for how often something is edited and tried; jobs carry Unix time.
"""

from __future__ import annotations

import asyncio
import dataclasses
import enum
from dataclasses import dataclass, field

from bot.dreaming.mailbox import Waits
from bot.dreaming.messages import estimate_moved
from bot.dreaming.places import TOKEN_LIFE
from bot.jobs.model import Job, PictureState, Standing

PREVIEW_EVERY = 3.0  #: seconds between edits of a message that shows a bar
PLACE_EVERY = 10.0  #: seconds between edits of a message that shows a place
OLD_EVERY = 600.0  #: seconds between edits of an old message: Discord takes only a few of those (30046)
OLD_AFTER = 3600.0
FIRST_RETRY = 0.5
LAST_RETRY = 60.0


class Step(enum.Enum):
    """What may be done next."""

    ANSWER = "answer"
    ANNOUNCE = "announce"
    SHOW_PROGRESS = "show progress"
    SHOW_PLACE = "show place"
    GOODBYE = "goodbye"  #: the bot is being stopped


@dataclass(eq=False)
class Routes:
    """Which ways to the person have turned out to be closed, and which was taken."""

    token_dead: bool = False
    original_gone: bool = False  # the interaction's answer was deleted
    message_gone: bool = False  # the waiting message was deleted
    message_stuck: bool = False  # ... is there, but takes no edits any more
    channel_closed: bool = False  # we may not write there
    channel_gone: bool = False
    direct: int | None = None  # the channel of direct messages
    anew: bool | None = None  # decided once: the answer is a new message with a mention, not an edit


@dataclass(eq=False)
class Talk:
    """One job, as seen by the person who waits for it."""

    id: str
    job: Job | None = None
    unsure: bool = True  # an earlier attempt, or life of the bot, may have sent something: look before sending
    unsure_direct: bool = True  # ... by direct message
    since: float | None = None  # by the loop's clock, when this life of the bot accepted the job
    routes: Routes = field(default_factory=Routes)
    waits: Waits = field(default_factory=Waits)
    announced: asyncio.Event = field(default_factory=asyncio.Event)  # or given up, or answered
    has_message: bool = False  # there is a waiting message that can be edited
    mute: bool = False  # no waiting message can be had
    frozen: bool = False  # the waiting message takes no more edits
    ended: bool = False
    told: int | None = None  # the message that carries the answer, when it is out and only the queue is to be told
    answered: bool = False
    loose: bool = False  # it may not refer to the message that asked
    plain: bool = False  # Discord did not take the answer as it was: without frills then
    limit: int | None = None  # of one file, learnt from a refusal
    refused: int | None = None  # the size that was refused last
    goodbye: bool = False
    standing: Standing | None = None
    shown_standing: Standing | None = None
    shares: dict[int, float] = field(default_factory=dict)
    preview: bytes | None = None
    news: int = 0  # goes up with each progress
    previews: int = 0  # ... with each preview
    shown_news: int = 0
    shown_previews: int = 0
    edited_at: float = float("-inf")
    sent_first_at: float | None = None  # when the first send began whose outcome is not known, by the loop's clock
    failures: int = 0
    retry_at: float = float("-inf")
    task: asyncio.Task[None] | None = None
    timer: asyncio.TimerHandle | None = None

    def progressed(self, ordinal: int, share: float, preview: bytes | None) -> None:
        self.shares[ordinal] = share
        self.news += 1
        if preview is not None:
            self.preview = preview
            self.previews += 1

    @property
    def running(self) -> bool:
        return self.standing is not None and self.standing.running

    def share(self) -> float:
        """Of the whole job."""
        if self.job is None:
            return 0.0
        done = (PictureState.MADE, PictureState.FAILED)
        of = [1.0 if p.state in done else self.shares.get(p.ordinal, p.share) for p in self.job.pictures]
        return sum(of) / max(1, len(of))

    def know(self, job: Job) -> None:
        """A newer state of the job; the ids of its waiting message and its thread are never unlearnt by it."""
        if self.job is not None:
            waiting, thread = self.job.waiting_message, self.job.thread
            job = dataclasses.replace(
                job,
                waiting_message=waiting if job.waiting_message is None else job.waiting_message,
                thread=thread if job.thread is None else job.thread,
            )
        self.job = job
        self.ended = self.ended or job.ended

    def accepted(self, *, now: float) -> None:
        """By this life of the bot, just now: nothing was said before, and the token's time has begun."""
        self.unsure = self.unsure_direct = False
        self.since = now

    def waited(self, *, now: float, unix: float) -> float:
        """Seconds since it was accepted."""
        assert self.job is not None
        by_date = unix - self.job.created
        return by_date if self.since is None else max(by_date, now - self.since)

    def token_alive(self, *, now: float, unix: float) -> bool:
        """Whether the interaction's token may still lead back. Somebody may have set the clock that says `unix`."""
        assert self.job is not None
        place = self.job.home
        if self.routes.token_dead or place.token is None:
            return False
        return place.token_alive(unix) if self.since is None else now < self.since + TOKEN_LIFE

    @property
    def promised(self) -> bool:
        """Whether there may be an answer to the interaction whose id nobody knows: that the bot is thinking."""
        return self.job is not None and self.job.home.token is not None and self.job.waiting_message is None

    def end(self) -> None:
        """Whatever was tried so far: the answer is tried at once."""
        if not self.ended:
            self.ended = True
            self.failures, self.retry_at = 0, float("-inf")

    def failed(self, now: float) -> None:
        """An attempt failed: the next comes later, and later each time."""
        self.retry_at = now + min(FIRST_RETRY * 2.0 ** min(self.failures, 20), LAST_RETRY)
        self.failures += 1

    def succeeded(self) -> None:
        self.failures, self.retry_at = 0, float("-inf")


def next_step(
    talk: Talk, *, now: float, unix: float, leaving: bool = False, closing: bool = False
) -> tuple[Step | None, float | None]:
    """What is to be done now; or nothing, and when to ask again (None: after the next event).

    leaving: no further dream will be begun; those that run may still come to their end. closing: those neither.
    """
    if talk.answered:
        return None, None
    if talk.ended:
        return _due(Step.ANSWER, talk.retry_at, now)
    if talk.job is None or talk.mute or talk.frozen:
        return None, None
    if not talk.has_message:
        return (None, None) if closing else _due(Step.ANNOUNCE, talk.retry_at, now)
    if closing or (leaving and not talk.running):
        return (None, None) if talk.goodbye else (Step.GOODBYE, None)
    old = unix - talk.job.created > OLD_AFTER
    if talk.news > talk.shown_news:
        first = talk.previews > 0 and talk.shown_previews == 0 and not old
        at = talk.edited_at if first else talk.edited_at + (OLD_EVERY if old else PREVIEW_EVERY)
        return _due(Step.SHOW_PROGRESS, at, now)
    if talk.standing is None or talk.shown_news > 0:
        return None, None
    if talk.shown_standing is None:
        return _due(Step.SHOW_PLACE, talk.edited_at, now)
    if estimate_moved(talk.shown_standing, talk.standing, now=unix):
        return _due(Step.SHOW_PLACE, talk.edited_at + (OLD_EVERY if old else PLACE_EVERY), now)
    return None, None


def _due(step: Step, at: float, now: float) -> tuple[Step | None, float | None]:
    return (step, None) if at <= now else (None, at)
