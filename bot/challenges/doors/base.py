"""The picture that everybody dreams: fetched from a command's attachment, looked at, and kept."""

from __future__ import annotations

import discord

from bot.challenges.errors import NotNow
from bot.challenges.model import Challenge, State
from bot.challenges.records import Challenges
from bot.dreaming.pictures import check_sizes, of_attachment, pictures_only
from bot.dreaming.places import DIRECT_BYTES
from bot.dreaming.service import Dreaming
from bot.errors import Refusal
from bot.jobs.accepting import NO_ROOM
from bot.languages import tr
from bot.moderation.doors.who import Who


class Bases:
    """Reads and gives pictures. Raises DreamError."""

    def __init__(self, *, challenges: Challenges, dreaming: Dreaming) -> None:
        self._challenges = challenges
        self._dreaming = dreaming

    async def read(self, who: Who, attachment: discord.Attachment) -> bytes:
        """The file, when it is a picture that can be dreamt."""
        found, _ = pictures_only([of_attachment(attachment, author=who.editor.id)])
        check_sizes(found, self._dreaming.config.picture_bytes)
        data = await self._dreaming.downloader.fetch(found[0])
        await self._dreaming.executor.compare(data, data, DIRECT_BYTES)  # raises for what no worker can read
        return data

    async def give(self, who: Who, challenge: Challenge, data: bytes, filename: str) -> Challenge:
        """Raises NotNow once members have seen it."""
        if challenge.state not in (State.DRAFT, State.SCHEDULED):
            raise NotNow(tr("Members have seen this challenge already, so its picture stays as it is."))
        try:
            return await self._challenges.set_base(
                challenge.id, guild=who.server.id, by=who.editor.id, data=data, filename=filename
            )
        except OSError as error:
            raise Refusal(tr(NO_ROOM), log=f"a challenge's picture could not be kept: {error}") from error
