"""A dream's file, to be copied: from the message that carries it, or from the disk where it is not delivered yet.

The message is the bot's own, and is found by the job table or by what was pressed. What it carries is held against
what was made: the format, the shape and the size.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import discord

from bot.challenges.errors import NotTaken
from bot.dreaming.attaching import shown_pictures
from bot.dreaming.mailbox import Mailbox
from bot.dreaming.pictures import Found
from bot.dreaming.rest import Refused, RestError
from bot.dreaming.service import Dreaming
from bot.errors import BotError
from bot.jobs.model import Job, Result
from bot.languages import mark, tr

DELETED = mark(
    "The message with that dream is deleted, so I cannot copy its picture. Dream it once more, then enter it."
)
NOT_READABLE = mark(
    "I may not read {channel} any more, so I cannot copy the dream from there. Dream it once more where I may."
)
ANOTHER_PICTURE = mark("What is in that message is not the dream that I have made: dream it once more, then enter it.")
UNDER_THE_DREAM = mark("I can copy that dream only from its own message: press “Enter in the challenge” under it.")
#: How files begin that the engine writes.
_BEGINS = {
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "WEBP": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
}
SHAPE = 0.02  #: by which a dream that was made smaller for its place may have another shape

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class _File:
    """An attachment of a message."""

    name: str
    url: str
    size: int
    width: int | None
    height: int | None


class Copying:
    """Fetches made dreams."""

    def __init__(self, *, dreaming: Dreaming, mailbox: Mailbox) -> None:
        self._dreaming = dreaming
        self._mailbox = mailbox

    async def dream(self, job: Job, ordinal: int, *, shown: discord.Message | None) -> bytes | None:
        """The file of one of its pictures; None where it is not delivered yet. `shown`: a message of ours with it.

        Raises DreamError.
        """
        picture = next(one for one in job.pictures if one.ordinal == ordinal)
        assert picture.result is not None, "whoever asks has looked"
        files = (
            [] if shown is None or not self._dreaming.is_me(shown.author) else [_of(one) for one in shown.attachments]
        )
        if not files:
            if job.delivered is None:
                return None
            files = await self._delivered(job)
        file = _wanted(job, ordinal, files)
        if file is None:
            raise NotTaken(tr(DELETED))
        _check_shape(file, picture.result)
        found = Found(url=file.url, filename=file.name, author=job.requester, size=file.size)
        data = await self._dreaming.downloader.fetch(found)
        _check(data, file, picture.result)
        return data

    async def _delivered(self, job: Job) -> list[_File]:
        """From the message that carries the answer, whose links are fresh as it is fetched."""
        if job.place.ephemeral or not job.place.reachable:
            raise NotTaken(tr(UNDER_THE_DREAM))
        if job.result_message is None:
            raise NotTaken(tr(DELETED))
        try:
            message = await self._mailbox.read(job.home.channel, job.result_message)
        except Refused as error:
            log.info("a dream's message cannot be read: %s", error, extra={"job": job.id})
            if error.message_gone or error.channel_gone:
                raise NotTaken(tr(DELETED)) from error
            raise NotTaken(tr(NOT_READABLE, channel=f"<#{job.home.channel}>")) from error
        except RestError as error:
            sentence = tr("Discord does not hand out the dream just now. Please try again in a minute.")
            raise BotError(sentence, log=f"a dream's message was not fetched: {error}") from error
        if not self._mailbox.is_own(message):
            raise NotTaken(tr(ANOTHER_PICTURE))
        return [_read(one) for one in message.get("attachments", ())]


def _of(attachment: discord.Attachment) -> _File:
    return _File(
        name=attachment.filename,
        url=attachment.url,
        size=attachment.size,
        width=attachment.width,
        height=attachment.height,
    )


def _read(attachment: Mapping[str, Any]) -> _File:
    return _File(
        name=str(attachment["filename"]),
        url=str(attachment["url"]),
        size=int(attachment["size"]),
        width=attachment.get("width"),
        height=attachment.get("height"),
    )


def _wanted(job: Job, ordinal: int, files: Iterable[_File]) -> _File | None:
    """By its name; by its place, where Discord has called the files otherwise."""
    there = list(files)
    shown = shown_pictures(job)
    name = next((one.filename for one in shown if one.ordinal == ordinal), None)
    for file in there:
        if file.name == name:
            return file
    if len(there) != len(shown):
        return None
    return next((file for one, file in zip(shown, there, strict=True) if one.ordinal == ordinal), None)


def _check_shape(file: _File, result: Result) -> None:
    """Before it is downloaded. It may be smaller than it was made, never larger, nor of another shape."""
    if file.width is None or file.height is None:
        return
    larger = file.width > result.width or file.height > result.height
    skewed = abs(file.width * result.height - file.height * result.width) > max(
        SHAPE * file.width * result.height, result.width + result.height
    )
    if larger or skewed:
        raise NotTaken(tr(ANOTHER_PICTURE), log=f"{file.width} x {file.height}, made {result.width} x {result.height}")


def _check(data: bytes, file: _File, result: Result) -> None:
    """What is opened is opened in the decoding child; here only its first bytes are looked at."""
    if len(data) != file.size or not _BEGINS[result.format].match(data):
        made = f"{len(data)} bytes beginning {data[:12]!r}, made {result.format}, said to be {file.size} bytes"
        raise NotTaken(tr(ANOTHER_PICTURE), log=made)
