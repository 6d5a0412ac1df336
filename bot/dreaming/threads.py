"""The thread of its own that an answer is given in, where a server wants that.

It hangs on the message that asked, or on the answer to the interaction that did. Such a thread has its message's id,
so a life that ended before it was noted down leaves nothing that could not be found again.
"""

from __future__ import annotations

import dataclasses
import logging

from bot.dreaming.mailbox import Letter, Mailbox
from bot.dreaming.messages import in_thread_text, thread_name
from bot.dreaming.pacer import Importance
from bot.dreaming.rest import Refused
from bot.dreaming.talks import Talk
from bot.jobs.model import Job
from bot.jobs.queue import JobQueue

THERE_ALREADY = 160004  #: Discord's code: that message has a thread
NONE = 0  #: as a job's thread: it is answered where it was asked

_log = logging.getLogger(__name__)


async def settle_thread(mailbox: Mailbox, queue: JobQueue, talk: Talk) -> None:
    """Before anything is said about a job: make its thread, where it is to have one. Raises RestError."""
    job = talk.job
    if job is None or not job.wants_thread:
        return
    try:
        thread = await _make(mailbox, job, talk)
    except Refused as error:
        _log.warning("no thread, so it is a reply: %s", error, extra={"job": job.id})
        thread = NONE
    await queue.set_thread(job.id, thread)
    talk.know(dataclasses.replace(job, thread=thread))


async def _make(mailbox: Mailbox, job: Job, talk: Talk) -> int:
    place = job.place
    message = place.message
    if message is None:
        assert place.token is not None, "a request is a message or an interaction"

        async def compose() -> Letter:
            return Letter(text=in_thread_text(job), components=[])

        message = await mailbox.edit_original(place.token, compose, Importance.ANNOUNCEMENT, talk.waits)
    try:
        return await mailbox.start_thread(place.channel, message, thread_name(job))
    except Refused as error:
        if error.code == THERE_ALREADY:
            return message
        raise
