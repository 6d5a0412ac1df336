"""How an ended job is told to the person: one answer, by whichever way is open, however long it takes.

An edit of the waiting message where there is one; a reply with a mention after a long wait; the interaction's token
while it lives; a direct message where the channel cannot be written. Only when no way is left, it is undeliverable.
"""

from __future__ import annotations

import asyncio
import enum
import functools
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import discord

from bot.dreaming.attaching import shown_pictures
from bot.dreaming.finding import find, look
from bot.dreaming.fitting import LEAST, STEP, Files, fit, load
from bot.dreaming.mailbox import Compose, Letter, Mailbox, Waits
from bot.dreaming.menus import result_view
from bot.dreaming.messages import LONG_WAIT, answer_text, moved_text, stays_text
from bot.dreaming.pacer import Importance
from bot.dreaming.rest import Refused, Unreachable, Upload
from bot.dreaming.talks import Talk
from bot.dreaming.threads import settle_thread
from bot.executor.protocol import Executor
from bot.jobs.model import Job, JobState
from bot.jobs.queue import JobQueue
from bot.languages import speak

NONCE_LIFE = 100.0  #: seconds that we trust Discord to remember a nonce, from the first send with it
TIDYINGS = 30  #: attempts to take the waiting message away, before the answer counts as given all the same

BAD_FORM = 50035

Offers = Callable[[Job], Awaitable[Sequence[discord.ui.Item[Any]]]]

_log = logging.getLogger(__name__)


class Way(enum.Enum):
    """How the answer goes out."""

    EDIT_ORIGINAL = "the interaction's answer is edited"
    FOLLOW_UP = "a further answer to the interaction"
    EDIT = "the waiting message is edited"
    SEND = "a new message"
    DIRECT = "a direct message"
    NOBODY = "no way is left"


def next_way(talk: Talk, *, now: float, unix: float) -> Way:
    """The best way that is still open."""
    job, routes = talk.job, talk.routes
    assert job is not None
    place = job.home
    tokened = talk.token_alive(now=now, unix=unix)
    direct = Way.NOBODY if routes.direct == 0 else Way.DIRECT
    if place.ephemeral or not place.reachable:
        if tokened:
            return Way.FOLLOW_UP if routes.original_gone else Way.EDIT_ORIGINAL
        return direct
    if routes.channel_gone:
        return Way.NOBODY
    if routes.channel_closed:
        return Way.EDIT_ORIGINAL if tokened and not routes.original_gone else direct
    if not routes.anew:
        if tokened and not routes.original_gone:
            return Way.EDIT_ORIGINAL
        if job.waiting_message is not None and not (routes.message_gone or routes.message_stuck):
            return Way.EDIT
    return Way.SEND


class Forgotten(Exception):
    """It was not sent: Discord may not know the nonce of an earlier attempt any more."""


class Delivery:
    """Answers. Raises RestError or whatever else is temporary: then it is called again, later, with the same talk."""

    def __init__(self, *, mailbox: Mailbox, queue: JobQueue, executor: Executor, clock: Callable[[], float]) -> None:
        self.offers: Offers = _nothing  #: further buttons under a dream
        self._mailbox = mailbox
        self._queue = queue
        self._executor = executor
        self._clock = clock

    async def answer(self, talk: Talk) -> None:
        """Until the person knows how the job ended, and the queue knows that they know."""
        job = await self._queue.job(talk.id)
        if job is None or job.answered:
            talk.answered = True
            return
        if talk.job is None and not self._queue.inherited(job.id):
            talk.accepted(now=asyncio.get_running_loop().time())  # nobody has tried to tell anything yet
        talk.know(job)
        speak(job.manner.language)  # it may not have been known before
        if not job.ended:
            talk.ended = False  # told too early; it will be told again
            return
        await settle_thread(self._mailbox, self._queue, talk)
        if talk.routes.anew is None:
            waited = talk.waited(now=asyncio.get_running_loop().time(), unix=self._clock())
            set_back = job.finished is not None and self._clock() < job.finished  # who knows how long they waited
            talk.routes.anew = job.state is JobState.MADE and (waited > LONG_WAIT or (set_back and talk.unsure))
        if talk.promised and not self._token_alive(talk):
            talk.unsure = True  # what was promised is still to be found
        while talk.told is None:
            way = next_way(talk, now=asyncio.get_running_loop().time(), unix=self._clock())
            if way is Way.NOBODY:
                await self._give_up(talk)
                return
            if not await self._looked(talk, way):
                await self._try(talk, way)
        await self._tidy(talk)
        await self._queue.delivered(talk.id, message=talk.told)
        talk.answered = True
        _log.info("answered: %s", job.state.value, extra={"job": talk.id})

    async def _looked(self, talk: Talk, way: Way) -> bool:
        """Before something is sent a second time: is it out already? True when the look was needed."""
        job = talk.job
        assert job is not None
        if _nonce_forgotten(talk):
            talk.unsure = talk.unsure_direct = True
        if way is Way.SEND and talk.unsure:
            await look(self._mailbox, self._queue, talk)
        elif way is Way.DIRECT and talk.unsure_direct:
            channel = await self._direct_channel(talk)
            if channel:
                talk.told = (await find(self._mailbox, job, channel)).answer
            talk.unsure_direct = False
        else:
            return False
        talk.sent_first_at = None
        return True

    async def _try(self, talk: Talk, way: Way) -> None:
        """One way, once. A closed one is noted, so that the next is tried; too large a file is made smaller."""
        largest = 0
        anew = way in (Way.SEND, Way.DIRECT)
        began: float | None = None

        async def compose() -> Letter:
            nonlocal largest, began
            if anew and _nonce_forgotten(talk):  # its turn has come late
                raise Forgotten
            began = asyncio.get_running_loop().time()
            files = await self._files(talk, way)
            largest = files.largest
            return self._letter(talk, way, files, await self.offers(files.job))

        try:
            talk.told = await self._send(talk, way, compose)
        except Forgotten:
            return  # the next look finds what is out
        except Refused as error:
            if error.too_large and largest > LEAST and (talk.refused is None or largest < talk.refused):
                talk.refused, talk.limit = largest, max(LEAST, int(largest * STEP))
                return
            self._close(talk, way, error)
        except Unreachable:
            if anew and talk.sent_first_at is None:
                talk.sent_first_at = began
            raise

    async def _files(self, talk: Talk, way: Way) -> Files:
        """The pictures' files, as large as may be."""
        assert talk.job is not None
        if way is Way.DIRECT and talk.job.manner.age_restricted:
            return Files(job=talk.job, data={})
        limit = talk.job.place.byte_limit if talk.limit is None else min(talk.limit, talk.job.place.byte_limit)
        files = await fit(self._queue, self._executor, await load(self._queue, talk.job), limit)
        talk.know(files.job)
        return files

    def _letter(self, talk: Talk, way: Way, files: Files, more: Sequence[discord.ui.Item[Any]]) -> Letter:
        job, made = files.job, files.job.state is JobState.MADE
        if made and way is Way.DIRECT and job.manner.age_restricted:
            return Letter(text=stays_text(job), components=[], nonce=f"{job.id}-r")
        place = job.home
        waited = talk.routes.anew or talk.has_message or talk.loose or place.message is None
        call = made and way is Way.SEND and waited
        shown = [picture for picture in shown_pictures(job) if picture.ordinal in files.data]
        lost = made and len(shown) < sum(picture.result is not None for picture in job.pictures)
        return Letter(
            text=answer_text(job, mention=call, by_direct_message=way is Way.DIRECT, lost=lost),
            components=result_view(job, more).to_components() if made and not talk.plain else [],
            uploads=tuple(
                Upload(
                    filename=picture.filename,
                    data=files.data[picture.ordinal],
                    description="" if talk.plain else picture.alt,
                    spoiler=picture.spoiler,
                )
                for picture in shown
            ),
            mention=job.requester if call else None,
            reply_to=place.message if way is Way.SEND and not talk.loose else None,
            nonce=f"{job.id}-r" if way in (Way.SEND, Way.DIRECT) else None,
        )

    async def _send(self, talk: Talk, way: Way, compose: Compose) -> int:
        job = talk.job
        assert job is not None
        place, mailbox, waits = job.home, self._mailbox, talk.waits
        if way is Way.EDIT_ORIGINAL:
            assert place.token is not None
            return await mailbox.edit_original(place.token, compose, Importance.ANSWER, waits)
        if way is Way.FOLLOW_UP:
            assert place.token is not None
            return await mailbox.follow_up(place.token, compose, waits)
        if way is Way.EDIT:
            assert job.waiting_message is not None
            return await mailbox.edit(place.channel, job.waiting_message, compose, Importance.ANSWER, waits)
        channel = await self._direct_channel(talk) if way is Way.DIRECT else place.channel
        return await mailbox.send(channel, compose, Importance.ANSWER, waits)

    async def _direct_channel(self, talk: Talk) -> int:
        assert talk.job is not None
        if not talk.routes.direct:
            talk.routes.direct = await self._mailbox.direct_channel(talk.job.requester)
        return talk.routes.direct

    def _close(self, talk: Talk, way: Way, error: Refused) -> None:
        """This way is not open: what that says about the others."""
        routes = talk.routes
        if error.no_reply and way is Way.SEND and not talk.loose:
            talk.loose = True
            return
        if error.code == BAD_FORM and not talk.plain:
            _log.error("%s: Discord does not take it, %s", way.value, error, extra={"job": talk.id})
            talk.plain = True
            return
        _log.info("%s: refused, %s", way.value, error, extra={"job": talk.id})
        if error.channel_gone:
            routes.channel_gone = True
        if way is Way.DIRECT:
            routes.direct = 0
        elif way in (Way.EDIT_ORIGINAL, Way.FOLLOW_UP):
            if error.message_gone and way is Way.EDIT_ORIGINAL:
                routes.original_gone = True
            else:
                routes.token_dead = True
        elif way is Way.EDIT and not error.forbidden:
            routes.message_gone, routes.message_stuck = error.message_gone, not error.message_gone
        elif not error.channel_gone:
            routes.channel_closed = True

    async def _tidy(self, talk: Talk) -> None:
        """The waiting message goes when the answer is another one. Raises Unreachable; what is refused stays as it is.

        Until it has gone, the answer does not count as given: two messages would say different things for ever.
        """
        job = talk.job
        assert job is not None
        place, waiting = job.home, job.waiting_message
        routes = talk.routes
        try:
            if waiting is None:
                if talk.told is not None and self._token_alive(talk) and self._thinking(talk):
                    assert place.token is not None
                    await self._mailbox.delete_original(place.token)
            elif waiting == talk.told or routes.message_gone or routes.channel_gone:
                return
            elif routes.direct:
                await self._mailbox.edit(
                    place.channel, waiting, functools.partial(_moved, job), Importance.ANNOUNCEMENT, Waits()
                )
            else:
                await self._mailbox.delete(place.channel, waiting)
        except (Refused, Unreachable) as error:
            if isinstance(error, Unreachable) and talk.failures < TIDYINGS:
                raise
            _log.info("the waiting message could not be tidied up: %s", error, extra={"job": job.id})

    def _token_alive(self, talk: Talk) -> bool:
        return talk.token_alive(now=asyncio.get_running_loop().time(), unix=self._clock())

    def _thinking(self, talk: Talk) -> bool:
        """Whether the interaction still shows that the bot is thinking, because the answer went another way."""
        return bool(talk.routes.anew) and not (talk.routes.token_dead or talk.routes.original_gone)

    async def _give_up(self, talk: Talk) -> None:
        routes = talk.routes
        why = "the channel is gone" if routes.channel_gone else "neither the channel nor a direct message is open"
        await self._queue.undeliverable(talk.id, log=why)
        talk.answered = True
        _log.warning("undeliverable: %s", why, extra={"job": talk.id})


def _nonce_forgotten(talk: Talk) -> bool:
    return talk.sent_first_at is not None and asyncio.get_running_loop().time() - talk.sent_first_at > NONCE_LIFE


async def _nothing(_: Job) -> Sequence[discord.ui.Item[Any]]:
    return ()


async def _moved(job: Job) -> Letter:
    return Letter(text=moved_text(job), components=[])
