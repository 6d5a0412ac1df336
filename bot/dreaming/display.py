"""The waiting message while there is no answer yet: sent, and edited into a bar with a preview. Best effort throughout:
when it cannot be had, or is gone, the answer finds its own way (`delivery`).
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Callable

from bot.dreaming.attaching import is_spoiler
from bot.dreaming.buttons import waiting_buttons
from bot.dreaming.finding import look
from bot.dreaming.mailbox import Compose, Letter, Mailbox
from bot.dreaming.messages import restart_text, running_text, waiting_text
from bot.dreaming.pacer import Importance
from bot.dreaming.rest import Refused, Unreachable, Upload
from bot.dreaming.talks import Step, Talk
from bot.dreaming.threads import settle_thread
from bot.jobs.queue import JobQueue
from bot.languages import tr

_log = logging.getLogger(__name__)


class Display:
    """Writes waiting messages. Raises RestError when it is worth another try."""

    def __init__(self, *, mailbox: Mailbox, queue: JobQueue, clock: Callable[[], float]) -> None:
        self._mailbox = mailbox
        self._queue = queue
        self._clock = clock

    async def announce(self, talk: Talk) -> None:
        """The waiting message: an interaction's deferred answer becomes it, otherwise it is a reply."""
        await settle_thread(self._mailbox, self._queue, talk)
        job = talk.job
        assert job is not None
        place, routes = job.home, talk.routes
        only_token = place.ephemeral or not place.reachable
        compose = self._composer(Step.SHOW_PLACE, talk, first=True)
        try:
            if self._token_alive(talk):
                assert place.token is not None
                waits = talk.waits
                message = await self._mailbox.edit_original(place.token, compose, Importance.ANNOUNCEMENT, waits)
            elif only_token:
                talk.mute = True
                return
            else:
                if talk.unsure or talk.promised:
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
        if not talk.ended:  # otherwise it becomes the answer now, and after a kill in between it is found by its button
            await self._queue.set_waiting_message(talk.id, message)

    async def show(self, step: Step, talk: Talk) -> None:
        """Edit the waiting message."""
        if step is Step.SHOW_PROGRESS and talk.job is not None and len(talk.job.pictures) > 1:
            newer = await self._queue.job(talk.id)
            if newer is not None:
                talk.know(newer)
        job = talk.job
        assert job is not None
        importance = _IMPORTANCE[step]
        compose, waits, place = self._composer(step, talk), talk.waits, job.home
        try:
            if self._token_alive(talk):
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

    def _token_alive(self, talk: Talk) -> bool:
        return talk.token_alive(now=asyncio.get_running_loop().time(), unix=self._clock())

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
            talk.standing = self._queue.standing(talk.id) or talk.standing
            if step is Step.GOODBYE:
                talk.goodbye = True
                text = restart_text(job)
            elif step is Step.SHOW_PROGRESS or talk.running:
                if talk.previews > talk.shown_previews and talk.preview is not None and not first:
                    spoiler = any(is_spoiler(job, picture) for picture in job.pictures)
                    uploads = (_preview(talk.preview, spoiler),)
                text = running_text(job, share=talk.share(), standing=talk.standing, now=now)
            else:
                text = waiting_text(job, talk.standing, now=now)
            self._shown(talk, with_progress=not first)
            return Letter(
                text=text,
                components=waiting_buttons(job).to_components(),
                uploads=uploads,
                reply_to=job.home.message if first and not talk.loose else None,
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
    return Upload(filename=name, data=data, description=tr("The dream so far"), spoiler=spoiler)
