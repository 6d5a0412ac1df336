"""Whether an answer is out already: looks for the job's id among the bot's own messages in the channel.

Discord honours a nonce for a few minutes only. After a longer break, a send whose outcome was never heard of is looked
for before it is tried again: by the buttons' ids, or the reference under an answer that has no buttons.
"""

from __future__ import annotations

import dataclasses
import datetime
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import discord

from bot.dreaming.buttons import Action, Press
from bot.dreaming.mailbox import Mailbox
from bot.dreaming.rest import Refused
from bot.dreaming.talks import Talk
from bot.jobs.model import Job
from bot.jobs.queue import JobQueue

MARGIN = 60.0  #: seconds that our clock and Discord's may differ
LOADING = 1 << 7  #: a message's flag
PAGES = 5  #: of 100 messages, after the moment in question

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Found:
    """The bot's messages about a job."""

    waiting: int | None = None
    answer: int | None = None


async def find(mailbox: Mailbox, job: Job, channel: int) -> Found:
    """Both messages about a job that are in the channel. Raises RestError, save for a channel that cannot be read."""
    found = Found()
    try:
        if job.waiting_message is not None and channel == job.home.channel:
            found = _kind(job, await mailbox.read(channel, job.waiting_message)) or found
            if found.answer is not None:
                return found
    except Refused as error:
        _log.info("the waiting message cannot be read: %s", error, extra={"job": job.id})
    try:
        return await _in_history(mailbox, job, channel, found)
    except Refused as error:
        _log.info("the channel's messages cannot be read: %s", error, extra={"job": job.id})
        return found


async def look(mailbox: Mailbox, queue: JobQueue, talk: Talk) -> None:
    """Learn what is in the channel already: the answer, or a waiting message whose id nobody had time to store."""
    assert talk.job is not None
    found = await find(mailbox, talk.job, talk.job.home.channel)
    if found.waiting is not None and talk.job.waiting_message is None:
        await queue.set_waiting_message(talk.id, found.waiting)
        talk.know(dataclasses.replace(talk.job, waiting_message=found.waiting))
        talk.has_message = True
    talk.told = found.answer
    talk.unsure = False


async def _in_history(mailbox: Mailbox, job: Job, channel: int, found: Found) -> Found:
    """From when it was asked for; in a busy channel also from when it was made, and at last the newest messages."""
    asked = _asked(job)
    starts: list[int | None] = [asked]
    if job.finished is not None:
        took = max(0.0, job.finished - job.created)
        starts.append(_later(asked, took - MARGIN))
    waiting, answer = found.waiting, None
    for start in (*starts, None):
        after = start
        for _ in range(PAGES):
            page = await mailbox.history(channel, after=after)
            for message in page:
                kind = _kind(job, message) if mailbox.is_own(message) else None
                if kind is not None:
                    waiting, answer = waiting or kind.waiting, answer or kind.answer
            if answer is not None or (len(page) < 100 and after is not None):
                return Found(waiting=waiting, answer=answer)
            if after is None:
                break
            after = int(page[-1]["id"])
    return Found(waiting=waiting, answer=answer)


def _asked(job: Job) -> int:
    """A moment before anything was said about it: Discord's own, since our clock may have been wrong."""
    cause = job.cause.rpartition(":")[2]
    return job.home.message or (int(cause) if cause.isdecimal() else _snowflake(job.created - MARGIN))


def _later(snowflake: int, seconds: float) -> int:
    return snowflake + (round(max(0.0, seconds) * 1000) << 22)


def _kind(job: Job, message: dict[str, Any]) -> Found | None:
    """What one of our messages is to this job; None: nothing."""
    number = int(message["id"])
    actions = {press.action for press in _presses(message.get("components", ())) if press.job == job.id}
    if actions:
        return Found(waiting=number) if actions == {Action.CANCEL} else Found(answer=number)
    if _only_promised(job, message):
        return Found(waiting=number)
    return Found(answer=number) if job.id in message.get("content", "") else None


def _only_promised(job: Job, message: dict[str, Any]) -> bool:
    """Whether it is the answer to the job's interaction that says no more than that the bot is thinking."""
    interaction = (message.get("interaction_metadata") or {}).get("id")
    return bool(int(message.get("flags", 0)) & LOADING) and job.cause == f"interaction:{interaction}"


def _presses(components: Any) -> Iterator[Press]:
    for component in components:
        if isinstance(custom_id := component.get("custom_id"), str):
            yield Press.read(custom_id)
        yield from _presses(component.get("components", ()))


def _snowflake(unix: float) -> int:
    return discord.utils.time_snowflake(datetime.datetime.fromtimestamp(unix, datetime.UTC))
