"""An entry waits for a moderator: one line in the log channel, with a button that leads to it."""

from __future__ import annotations

import discord

from bot.challenges.doors import finding
from bot.challenges.doors.handles import Act, Handle, components_of
from bot.challenges.doors.reviewing import WAITING
from bot.challenges.errors import NoEntry
from bot.challenges.model import Challenge, EntryState
from bot.challenges.records import Challenges
from bot.challenges.views import Notice
from bot.dreaming.mailbox import Mailbox
from bot.languages import tr
from bot.moderation.doors.logbook import Logbook
from bot.moderation.doors.replies import button
from bot.moderation.doors.sentences import plain


class Waiting:
    """Tells it once, whatever crashes. Where there is no log channel, nobody is told: the challenge's page counts."""

    def __init__(self, *, challenges: Challenges, mailbox: Mailbox, logbook: Logbook) -> None:
        self._challenges = challenges
        self._mailbox = mailbox
        self._logbook = logbook

    async def tell(self, notice: Notice, guild: discord.Guild) -> bool:
        """Returns whether nothing is left to be said. Raises RestError."""
        challenge, entry = notice.challenge, int(notice.key.rpartition(":")[2])
        channel = self._logbook.channel(guild)
        try:
            found = await self._challenges.entries.get(entry, guild=challenge.guild)
        except NoEntry:  # its member was forgotten
            return True
        if channel is None or found.state is not EntryState.PENDING:
            return True
        look = Handle(act=Act.REVIEW, more=(str(challenge.id), WAITING, str(entry)))
        if notice.first_tried is not None and await finding.carrying(self._mailbox, notice, channel, look) is not None:
            return True
        return await self._logbook.deliver(
            guild,
            lambda: _line(challenge, entry),
            lambda: components_of([[button(tr("Look at it"), look.custom_id, style=discord.ButtonStyle.primary)]]),
        )


def _line(challenge: Challenge, entry: int) -> str:
    """Without a name: more people may read the log channel than may know who has entered what."""
    return tr(
        "🌀 **{theme}** (#{number}) · Entry #{entry} waits for a moderator.",
        theme=plain(challenge.plan.theme),
        number=challenge.id,
        entry=entry,
    )
