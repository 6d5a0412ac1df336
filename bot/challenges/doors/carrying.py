"""Carrying out what the outbox holds: announcements, the count, the winners' role. Each once, whatever crashes.

A message that may be out already is looked for before it is sent again. Where it cannot be sent, the moderators are
told in the log channel, or whoever made the challenge directly; it is tried again meanwhile, since they may choose
another channel or give the permission back.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import discord

from bot.challenges.doors import finding, troubles
from bot.challenges.doors.announcing import ANNOUNCED, Announcing
from bot.challenges.doors.leaving import CannotTell, who_has_left
from bot.challenges.doors.resulting import Resulting
from bot.challenges.doors.roles import role_trouble
from bot.challenges.doors.waiting import Waiting
from bot.challenges.errors import NotNow
from bot.challenges.events import EffectKind
from bot.challenges.model import Challenge
from bot.challenges.records import Challenges
from bot.challenges.views import Notice
from bot.dreaming.mailbox import Letter, Mailbox, Waits
from bot.dreaming.pacer import Importance
from bot.dreaming.places import DIRECT_BYTES
from bot.dreaming.rest import Refused, RestError
from bot.dreaming.scenes import server_of
from bot.executor.protocol import Executor
from bot.languages import speaking
from bot.moderation.doors.logbook import Logbook
from bot.moderation.layers import Where
from bot.moderation.reading import language_of
from bot.moderation.settings import Settings

FIRST_PAUSE = 2.0  #: seconds before the second try, doubled for each further one
LONGEST_PAUSE = 300.0
PATIENCE = 3 * 86_400.0  #: seconds for which an announcement is tried
COUNT_PATIENCE = 900.0  #: seconds for which Discord is asked who has left; then nobody is known to have
LEAST_FILE = 64 << 10  #: bytes: where not even such a file is taken, none is

log = logging.getLogger(__name__)


class Carrying:
    """`carry` does one effect, and says so to the outbox."""

    def __init__(
        self,
        *,
        client: discord.Client,
        challenges: Challenges,
        settings: Settings,
        executor: Executor,
        mailbox: Mailbox,
        logbook: Logbook,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._challenges = challenges
        self._settings = settings
        self._mailbox = mailbox
        self._logbook = logbook
        self._clock = clock
        self._announcing = Announcing(
            challenges=challenges, resulting=Resulting(client=client, challenges=challenges, executor=executor)
        )
        self._waiting = Waiting(challenges=challenges, mailbox=mailbox, logbook=logbook)
        self._told: set[tuple[int, str]] = set()  # troubles that moderators know of

    async def carry(self, notice: Notice) -> None:
        """Raises nothing that is foreseen: what fails comes again."""
        try:
            with speaking(self._language(notice.challenge)):
                if notice.kind in ANNOUNCED:
                    await self._announce(notice)
                elif notice.kind is EffectKind.COUNT:
                    await self._count(notice)
                elif notice.kind is EffectKind.ROLE:
                    await self._crown(notice)
                elif notice.kind is EffectKind.WAITS:
                    await self._waits(notice)
                else:
                    await self._challenges.outbox.give_up(notice, log="nothing to do")
        except RestError as error:
            await self._later(notice, str(error))
        except Exception as error:
            log.exception("challenge %d: %s", notice.challenge.id, notice.key)
            await self._later(notice, repr(error))

    # --- announcements

    async def _announce(self, notice: Notice) -> None:
        challenge, channel = notice.challenge, notice.challenge.plan.channel
        message = None
        if notice.first_tried is not None:
            message = await finding.announced(self._mailbox, notice, channel)
        if message is None:
            try:
                message = await self._send(notice, channel)
            except Refused as error:
                await self._refused(notice, error)
                return
        self._told.discard((challenge.id, notice.key))
        await self._challenges.outbox.done(notice, channel=channel, message=message)
        log.info("challenge %d: announced %s", challenge.id, notice.key)

    async def _send(self, notice: Notice, channel: int) -> int:
        """As large as may be."""
        limit = self._byte_limit(notice.challenge)
        while True:
            letter = await self._announcing.letter(notice, byte_limit=limit)

            async def compose(letter: Letter = letter) -> Letter:
                return letter

            try:
                return await self._mailbox.send(channel, compose, Importance.ANNOUNCEMENT, Waits())
            except Refused as error:
                if not (error.too_large and limit):
                    raise
                limit = limit // 2 if limit > LEAST_FILE else 0

    async def _refused(self, notice: Notice, error: Refused) -> None:
        """The channel is gone, or takes nothing from the bot."""
        challenge = notice.challenge
        if (challenge.id, notice.key) not in self._told:
            self._told.add((challenge.id, notice.key))
            guild = self._client.get_guild(challenge.guild)
            await self.tell(challenge, troubles.not_announced(notice, error, guild))
        log.warning("challenge %d: %s is refused, %s", challenge.id, notice.key, error)
        await self._later(notice, str(error), least=LONGEST_PAUSE)

    # --- the count

    async def _count(self, notice: Notice) -> None:
        """Votes and entries of those who have left do not count."""
        challenge = notice.challenge
        guild = self._client.get_guild(challenge.guild)
        left: set[int] = set()
        if guild is not None:
            try:
                left = await who_has_left(guild, await self._challenges.votes.participants(challenge.id))
            except CannotTell as error:
                if self._waited(notice) < COUNT_PATIENCE:
                    await self._later(notice, str(error))
                    return
                await self.tell(challenge, troubles.left_unknown(challenge))
        try:
            await self._challenges.results.count(challenge.id, left=left)
        except NotNow:
            log.info("challenge %d goes on: it is not counted", challenge.id)
        await self._challenges.outbox.done(notice)

    # --- the role

    async def _crown(self, notice: Notice) -> None:
        challenge, role = notice.challenge, notice.challenge.plan.winner_role
        guild = self._client.get_guild(challenge.guild)
        if guild is None or role is None:
            await self._challenges.outbox.give_up(notice, log="no server, or no role any more")
            return
        results = await self._challenges.results.of(challenge.id, guild=challenge.guild)
        if why := role_trouble(guild, role):
            await self._not_given(notice, why)
            return
        for member in dict.fromkeys(one.entry.member for one in results.winners if one.entry.member > 0):
            try:
                await self._mailbox.give_role(guild.id, member, role)
            except Refused as error:
                if error.status == 404 and not troubles.role_gone(error):
                    continue  # they have left since
                await self._not_given(notice, troubles.role_refused(role))
                return
        await self._challenges.outbox.done(notice)

    async def _not_given(self, notice: Notice, why: str) -> None:
        await self.tell(notice.challenge, troubles.not_crowned(notice.challenge, why))
        await self._challenges.outbox.give_up(notice, log=why)

    # --- an entry that waits for a moderator

    async def _waits(self, notice: Notice) -> None:
        guild = self._client.get_guild(notice.challenge.guild)
        if guild is None or await self._waiting.tell(notice, guild):
            await self._challenges.outbox.done(notice)
        else:
            await self._later(notice, "the log channel takes nothing", least=LONGEST_PAUSE)

    # --- telling

    async def tell(self, challenge: Challenge, text: str) -> None:
        """Moderators, in the log channel; where there is none, whoever made the challenge. Best effort."""
        guild = self._client.get_guild(challenge.guild)
        if guild is not None and await self._logbook.deliver(guild, lambda: text):
            return
        if challenge.creator <= 0:
            return

        async def compose() -> Letter:
            return Letter(text=text, components=[])

        try:
            channel = await self._mailbox.direct_channel(challenge.creator)
            await self._mailbox.send(channel, compose, Importance.ANNOUNCEMENT, Waits())
        except RestError as error:
            log.warning("challenge %d: nobody could be told: %s (%s)", challenge.id, text, error)

    # --- trying again

    async def _later(self, notice: Notice, why: str, *, least: float = 0.0) -> None:
        if self._waited(notice) > PATIENCE:
            log.error("challenge %d: %s is given up, %s", notice.challenge.id, notice.key, why)
            await self._challenges.outbox.give_up(notice, log=why)
            return
        pause = max(least, min(FIRST_PAUSE * 2.0 ** min(notice.tries, 20), LONGEST_PAUSE))
        await self._challenges.outbox.later(notice, at=self._clock() + pause, log=why)

    def _waited(self, notice: Notice) -> float:
        return 0.0 if notice.first_tried is None else self._clock() - notice.first_tried

    def _byte_limit(self, challenge: Challenge) -> int:
        guild = self._client.get_guild(challenge.guild)
        return DIRECT_BYTES if guild is None else guild.filesize_limit

    def _language(self, challenge: Challenge) -> str:
        """What everybody in the challenge's channel reads."""
        guild = self._client.get_guild(challenge.guild)
        if guild is None:
            return ""
        where = Where(server=server_of(guild), channels=(challenge.plan.channel,))
        return language_of(self._settings.of(where))
