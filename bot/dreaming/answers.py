"""The answer desk: tells everybody who waits how it stands, live, and brings the dream. Owns its tasks.

One conversation (`Talk`) a job, one thing at a time in each, so that no preview ever lands on top of a dream. What
is to be done next is decided in `talks.next_step`, when it may go out in `pacer`, how an answer gets through in
`delivery`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from collections.abc import Callable, Sequence

import discord

from bot.config import Config
from bot.dreaming.buttons import waiting_buttons
from bot.dreaming.delivery import Delivery
from bot.dreaming.finding import look
from bot.dreaming.mailbox import Compose, Letter, Mailbox, Superseded
from bot.dreaming.messages import restart_text, running_text, waiting_text
from bot.dreaming.pacer import Importance, Turnstile
from bot.dreaming.rest import PATIENCE, Refused, Rest, RestError, Unreachable, Upload
from bot.dreaming.talks import Step, Talk, next_step
from bot.executor.protocol import Executor
from bot.jobs.model import Job
from bot.jobs.queue import JobQueue

REVIEW_AFTER = 1.0  #: seconds that changes of the order are gathered before messages are compared with it

_log = logging.getLogger(__name__)


class AnswerDesk:
    """Implements `bot.jobs.ports.Answers`. `patience`: seconds that Discord has to answer one request."""

    def __init__(
        self,
        *,
        client: discord.Client,
        queue: JobQueue,
        executor: Executor,
        config: Config,
        clock: Callable[[], float] = time.time,
        patience: float = PATIENCE,
    ) -> None:
        self._queue = queue
        self._config = config
        self._clock = clock
        self._born = clock()
        self._rest = Rest(client.http, patience=patience)
        self._turnstile = Turnstile()
        self._mailbox = Mailbox(client=client, rest=self._rest, turnstile=self._turnstile)
        self._delivery = Delivery(mailbox=self._mailbox, queue=queue, executor=executor, clock=clock)
        self._talks: dict[str, Talk] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._review: asyncio.TimerHandle | None = None
        self._open = False
        self._closing = False

    async def start(self) -> None:
        """From now on it writes. What it was told before is said now."""
        self._open = True
        for talk in list(self._talks.values()):
            self._poke(talk)

    async def recover(self) -> None:
        """Once after every start: who was waiting when the bot ended is taken up again."""
        jobs = [*await self._queue.open_jobs(), *await self._queue.unanswered()]
        for job in jobs:
            talk = self._talk(job.id)
            if talk.job is None:
                talk.know(job)
                talk.has_message = job.waiting_message is not None
                talk.standing = self._queue.standing(job.id)
                talk.unsure = talk.unsure_direct = job.created <= self._born
            self._poke(talk)
        if jobs:
            _log.info("%d job(s) of an earlier life are taken up again", len(jobs))

    async def announce(self, job: Job, *, notes: Sequence[str] = ()) -> None:
        """Show the place and the expected time. Returns after the first attempt; further ones go on behind."""
        standing = self._queue.standing(job.id)
        talk = self._talks.get(job.id)
        if talk is None:
            if standing is None:  # over already, and perhaps answered, before it could be announced
                self.ended(job.id)
                return
            talk = self._talk(job.id)
            talk.unsure = talk.unsure_direct = job.created < self._born
        if talk.job is None or notes:
            talk.notes = tuple(notes)
        talk.know(job)
        talk.has_message = talk.has_message or job.waiting_message is not None
        talk.standing = standing
        self._poke(talk)
        if self._open and not self._closing:
            await talk.announced.wait()

    def progressed(self, job: str, ordinal: int, share: float, preview: bytes | None) -> None:
        talk = self._talks.get(job)
        if talk is not None:
            talk.progressed(ordinal, share, preview)
            self._poke(talk)

    def queue_moved(self) -> None:
        if self._review is None and not self._closing:
            self._review = asyncio.get_running_loop().call_later(REVIEW_AFTER, self._compare)

    def ended(self, job: str) -> None:
        talk = self._talk(job)
        talk.end()
        self._poke(talk)

    async def close(self, *, grace: float) -> None:
        """Unfinished ones are told that it goes on afterwards, as many as can be within `grace` seconds."""
        self._closing = True
        if self._review is not None:
            self._review.cancel()
        for talk in list(self._talks.values()):
            talk.announced.set()
            talk.waits.supersede(Importance.ANNOUNCEMENT)
            self._poke(talk)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        self._open = False
        for talk in self._talks.values():
            if talk.timer is not None:
                talk.timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._turnstile.close()
        await self._rest.close()

    def _talk(self, id: str) -> Talk:
        talk = self._talks.get(id)
        if talk is None:
            talk = self._talks[id] = Talk(id=id)
        return talk

    def _compare(self) -> None:
        """The order has changed: whose message says something else by now?"""
        self._review = None
        standings = self._queue.standings()
        for talk in list(self._talks.values()):
            talk.standing = standings.get(talk.id)
            self._poke(talk)

    def _next(self, talk: Talk) -> tuple[Step | None, float | None]:
        now = asyncio.get_running_loop().time()
        return next_step(talk, now=now, unix=self._clock(), closing=self._closing)

    def _poke(self, talk: Talk) -> None:
        """Something has changed: do what is to be done, or set the alarm."""
        if not self._open:
            return
        if talk.task is not None:
            if talk.ended:
                talk.waits.supersede(Importance.ANSWER)
            return
        if talk.timer is not None:
            talk.timer.cancel()
            talk.timer = None
        step, at = self._next(talk)
        if step is not None:
            talk.task = asyncio.create_task(self._converse(talk), name=f"answers {talk.id}")
            self._tasks.add(talk.task)
            talk.task.add_done_callback(self._tasks.discard)
        elif at is not None:
            talk.timer = asyncio.get_running_loop().call_at(at, self._poke, talk)

    async def _converse(self, talk: Talk) -> None:
        """One thing after the other, until there is nothing to be said for now."""
        try:
            while (step := self._next(talk)[0]) is not None:
                try:
                    await self._take(step, talk)
                except Superseded:
                    continue
                except Exception as error:
                    self._failed(talk, step, error)
                else:
                    talk.succeeded()
                if talk.has_message or talk.mute or talk.answered or talk.failures:
                    talk.announced.set()
        finally:
            talk.task = None
        if talk.answered:
            self._talks.pop(talk.id, None)
        else:
            self._poke(talk)

    def _failed(self, talk: Talk, step: Step, error: Exception) -> None:
        now = asyncio.get_running_loop().time()
        talk.edited_at = now  # a preview is not tried again at once either
        if step is Step.ANSWER or (step is Step.ANNOUNCE and not talk.ended):
            talk.failed(now)
        known = isinstance(error, RestError)
        log = _log.warning if known else _log.error
        log("%s failed: %s", step.value, error, exc_info=None if known else error, extra={"job": talk.id})

    async def _take(self, step: Step, talk: Talk) -> None:
        if step is Step.ANSWER:
            await self._delivery.answer(talk)
        elif step is Step.ANNOUNCE:
            await self._announce(talk)
        else:
            await self._show(step, talk)

    async def _announce(self, talk: Talk) -> None:
        """The waiting message: an interaction's deferred answer becomes it, otherwise it is a reply."""
        job = talk.job
        assert job is not None
        place, routes = job.place, talk.routes
        only_token = place.ephemeral or not place.reachable
        compose = self._composer(Step.SHOW_PLACE, talk, first=True)
        try:
            if place.token_alive(self._clock()) and not routes.token_dead:
                assert place.token is not None
                waits = talk.waits
                message = await self._mailbox.edit_original(place.token, compose, Importance.ANNOUNCEMENT, waits)
            elif only_token:
                talk.mute = True
                return
            else:
                if talk.unsure:
                    await look(self._mailbox, self._queue, talk)
                    if talk.has_message or talk.told is not None:
                        return
                message = await self._mailbox.send(place.channel, compose, Importance.ANNOUNCEMENT, talk.waits)
        except Unreachable:
            talk.unsure = True  # it may be out, with an id that we never heard
            raise
        except Refused as error:
            _log.info("no waiting message: %s", error, extra={"job": talk.id})
            if error.channel_gone:
                await self._nobody(talk)
            elif error.token_dead and not only_token:
                routes.token_dead = True
            elif error.no_reply and not talk.loose:
                talk.loose = True
            else:
                talk.mute = True
            return
        talk.unsure = False
        talk.has_message = True
        self._shown(talk)
        talk.know(dataclasses.replace(job, waiting_message=message))
        await self._queue.set_waiting_message(talk.id, message)

    async def _show(self, step: Step, talk: Talk) -> None:
        """Edit the waiting message."""
        if step is Step.SHOW_PROGRESS and talk.job is not None and len(talk.job.pictures) > 1:
            newer = await self._queue.job(talk.id)
            if newer is not None:
                talk.know(newer)
        job = talk.job
        assert job is not None
        importance = _IMPORTANCE[step]
        compose, waits, place = self._composer(step, talk), talk.waits, job.place
        try:
            if place.token_alive(self._clock()) and not talk.routes.token_dead:
                assert place.token is not None
                await self._mailbox.edit_original(place.token, compose, importance, waits)
            elif job.waiting_message is not None and place.reachable and not place.ephemeral:
                await self._mailbox.edit(place.channel, job.waiting_message, compose, importance, waits)
            else:
                talk.frozen = True
        except Refused as error:
            _log.info("%s: %s", step.value, error, extra={"job": talk.id})
            if error.token_dead:
                talk.routes.token_dead = True
                return
            if error.channel_gone:
                await self._nobody(talk)
            talk.frozen = True  # gone, too old, or not ours to write; the answer finds its own way
            talk.routes.message_gone = error.message_gone
        finally:
            talk.edited_at = asyncio.get_running_loop().time()

    async def _nobody(self, talk: Talk) -> None:
        """The channel is gone before the dream is made: it need not be made."""
        await self._queue.undeliverable(talk.id, log="the channel is gone")
        talk.answered = True

    def _composer(self, step: Step, talk: Talk, *, first: bool = False) -> Compose:
        """Says what is true when its turn has come, and notes what was said."""

        async def compose() -> Letter:
            job = talk.job
            assert job is not None
            uploads: tuple[Upload, ...] | None = () if first or step is Step.GOODBYE else None
            now = self._clock()
            if step is Step.GOODBYE:
                talk.goodbye = True
                text = restart_text(job)
            elif step is Step.SHOW_PROGRESS or (talk.standing is not None and talk.standing.running):
                if talk.previews > talk.shown_previews and talk.preview is not None and not first:
                    spoiler = any(p.spoiler or p.filename.startswith("SPOILER_") for p in job.pictures)
                    uploads = (_preview(talk.preview, spoiler),)
                text = running_text(job, share=talk.share(), standing=talk.standing, now=now, notes=talk.notes)
            else:
                text = waiting_text(job, talk.standing, now=now, notes=talk.notes)
            self._shown(talk, with_progress=not first)
            return Letter(
                text=text,
                components=waiting_buttons(job).to_components(),
                uploads=uploads,
                reply_to=job.place.message if first and not talk.loose else None,
                nonce=f"{job.id}-w" if first else None,
            )

        return compose

    def _shown(self, talk: Talk, *, with_progress: bool = False) -> None:
        talk.shown_standing = talk.standing
        talk.edited_at = asyncio.get_running_loop().time()
        if with_progress:
            talk.shown_news, talk.shown_previews = talk.news, talk.previews


_IMPORTANCE = {
    Step.SHOW_PROGRESS: Importance.PREVIEW,
    Step.SHOW_PLACE: Importance.PLACE,
    Step.GOODBYE: Importance.ANNOUNCEMENT,
}


def _preview(data: bytes, spoiler: bool) -> Upload:
    name = "SPOILER_so-far.jpg" if spoiler else "so-far.jpg"
    return Upload(filename=name, data=data, description="The dream so far", spoiler=spoiler)
