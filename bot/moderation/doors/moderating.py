"""What can be done to people and their dreams: block, pause, cancel, delete; each noted in the log channel."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import discord

from bot.dreaming.help import COLOUR
from bot.dreaming.mailbox import Mailbox
from bot.dreaming.parsing import clipped
from bot.dreaming.rest import Refused
from bot.dreaming.words import moment, recipe_of
from bot.errors import Refusal
from bot.jobs.model import Job, Standing
from bot.jobs.people import Block
from bot.jobs.queue import JobQueue
from bot.languages import tr
from bot.moderation.doors import ends, notes, sentences
from bot.moderation.doors.handles import Act, handle
from bot.moderation.doors.logbook import Logbook
from bot.moderation.doors.replies import Reply, view_of
from bot.moderation.doors.who import Who, allow_moderating, allow_settings
from bot.moderation.layers import Where
from bot.moderation.pausing import Pausing
from bot.moderation.records import Records
from bot.moderation.settings import Settings

MOST_LISTED = 25  #: what one of Discord's menus holds
LONGEST_REASON = 200
_LINK = re.compile(r"<?https?://[^\s/]+/channels/([0-9]{1,20})/([0-9]{1,20})/([0-9]{1,20})/?>?")


class Moderating:
    """All methods raise Refusal: one sentence, and nothing was done."""

    def __init__(
        self,
        *,
        client: discord.Client,
        queue: JobQueue,
        settings: Settings,
        pausing: Pausing,
        records: Records,
        logbook: Logbook,
        mailbox: Mailbox,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._queue = queue
        self._settings = settings
        self._pausing = pausing
        self._records = records
        self._logbook = logbook
        self._mailbox = mailbox
        self._clock = clock

    # --- people

    async def block(self, who: Who, person: discord.abc.User, end: str, reason: str) -> Reply:
        """Keep somebody from asking on this server."""
        allow_settings(self._settings, who)
        if self._client.user is not None and person.id == self._client.user.id:
            raise Refusal(sentences.ME)
        if person.id == who.editor.id:
            raise Refusal(sentences.YOURSELF)
        if person.bot:
            raise Refusal(sentences.A_BOT)
        zone = str(self._settings.of(Where(server=who.server))["time-zone"])
        until = ends.end_of(end, now=self._clock(), zone=zone)
        why = clipped(reason, LONGEST_REASON) or None
        await self._queue.members.block(
            Block(person=person.id, guild=who.server.id, until=until, reason=why, by=who.editor.id)
        )
        waiting = len(await self._open(who, person.id))
        shown = None if until is None else _date(until)
        self._logbook.write(who.guild, lambda: notes.blocked(who.editor.id, person.id, shown, why))
        return self._done(who, sentences.blocked(person.id, shown, waiting))

    async def unblock(self, who: Who, person: discord.abc.User) -> Reply:
        allow_settings(self._settings, who)
        if not await self._queue.members.unblock(person.id, guild=who.server.id):
            raise Refusal(sentences.not_blocked(person.id))
        self._logbook.write(who.guild, lambda: notes.unblocked(who.editor.id, person.id))
        return self._done(who, sentences.unblocked(person.id))

    async def blocks(self, who: Who) -> Reply:
        allow_settings(self._settings, who)
        found = await self._records.blocks(who.server.id)
        if not found:
            return Reply(text=sentences.NOBODY_BLOCKED)
        lines = [_block_line(one) for one in found[:MOST_LISTED]]
        if len(found) > MOST_LISTED:
            lines.append(sentences.and_more(len(found) - MOST_LISTED))
        return Reply(embed=discord.Embed(title=tr("Blocked here"), description="\n".join(lines), colour=COLOUR))

    # --- the server

    async def pause(self, who: Who, reason: str) -> Reply:
        """Take nothing new on this server."""
        allow_settings(self._settings, who)
        why = clipped(reason, LONGEST_REASON) or None
        if await self._pausing.pause(who.server.id, by=who.editor.id, reason=why) is None:
            there = await self._pausing.of(who.server.id)
            raise Refusal(sentences.paused_already(moment(there.since) if there else None))
        return self._done(who, sentences.PAUSED)

    async def resume(self, who: Who) -> Reply:
        allow_settings(self._settings, who)
        if not await self._pausing.resume(who.server.id, by=who.editor.id):
            raise Refusal(sentences.NOT_PAUSED)
        return self._done(who, sentences.RESUMED)

    # --- dreams

    async def queue(self, who: Who) -> Reply:
        """What waits on this server, in order, with a menu to cancel one of them."""
        allow_moderating(self._settings, who)
        jobs = self._moderated(who, await self._open(who))
        paused = await self._pausing.of(who.server.id)
        note = sentences.paused_already(moment(paused.since)) if paused is not None else ""
        if not jobs:
            everywhere = self._settings.may_change(who.server, who.editor)
            return Reply(text=sentences.QUEUE_EMPTY if everywhere else sentences.QUEUE_EMPTY_HERE).but_also(note)
        standings = self._queue.standings()
        lines, options = [], []
        for number, job in enumerate(jobs[:MOST_LISTED], 1):
            standing = standings.get(job.id)
            lines.append(_queue_line(number, job, standing))
            options.append(discord.SelectOption(label=f"{number}. {_named(job)}"[:100], value=job.id))
        if len(jobs) > MOST_LISTED:
            lines.append(sentences.and_more(len(jobs) - MOST_LISTED))
        embed = discord.Embed(title=tr("What waits here"), description="\n".join(lines)[:4000], colour=COLOUR)
        menu: Any = discord.ui.Select(
            custom_id=handle(Act.CANCEL), placeholder=tr("Cancel one of them …"), options=options
        )
        return Reply(text=note, embed=embed, view=view_of([[menu]]))

    async def cancel(self, who: Who, dream: str, member: int | None) -> Reply:
        """Stop one dream of this server, or all of somebody's."""
        allow_moderating(self._settings, who)
        if bool(dream) == (member is not None):
            raise Refusal(sentences.CANCEL_WHICH)
        jobs = self._moderated(who, await self._open(who, member))
        jobs = [job for job in jobs if member is not None or job.id == dream.strip()]
        if not jobs:
            raise Refusal(sentences.NOTHING_TO_CANCEL)
        cancelled = [job for job in jobs if await self._queue.cancel(job.id, by=who.editor.id) is not None]
        if not cancelled:
            raise Refusal(sentences.OVER_ALREADY)
        for job in cancelled:
            if job.requester != who.editor.id:
                self.note_cancelled(who.guild, who.editor.id, job)
        return self._done(who, sentences.cancelled(len(cancelled)))

    async def cancellable(self, who: Who) -> list[tuple[str, str]]:
        """What may be cancelled, by id, each in words."""
        return [(job.id, _named(job)) for job in self._moderated(who, await self._open(who))]

    async def delete(self, who: Who, which: str) -> Reply:
        """Delete the message with a dream: by its link, or by the dream's id."""
        allow_moderating(self._settings, who)
        if match := _LINK.fullmatch(which.strip()):
            if int(match[1]) != who.server.id:
                raise Refusal(sentences.OTHER_SERVER)
            return await self.delete_message(who, int(match[2]), int(match[3]))
        job = await self._queue.job(which.strip())
        if job is None or job.place.guild != who.server.id:
            raise Refusal(sentences.DELETE_WHICH)
        if job.result_message is None:
            raise Refusal(sentences.GONE if job.ended else sentences.STILL_MADE)
        return await self.delete_message(who, job.home.channel, job.result_message)

    async def delete_message(self, who: Who, channel: int, message: int) -> Reply:
        """Delete one of the bot's messages that carries a dream."""
        allow_moderating(self._settings, who)
        await self._check_channel(who, channel)
        job = await self._records.answered_by(who.server.id, message)
        if job is not None and not job.ended:
            raise Refusal(sentences.STILL_MADE)
        try:
            found = await self._mailbox.read(channel, message)
            if not self._mailbox.is_own(found) or not (job is not None or found.get("attachments")):
                raise Refusal(sentences.NOT_A_DREAM)
            await self._mailbox.delete(channel, message)
        except Refused as error:
            if error.status == 404 and job is not None:
                await self._queue.answer_deleted(job.id)
            raise Refusal(sentences.GONE if error.status == 404 else sentences.CANNOT_DELETE, log=str(error)) from error
        if job is not None:
            await self._queue.answer_deleted(job.id)
        self.note_deleted(who.guild, who.editor.id, job, channel)
        return self._done(who, sentences.DELETED)

    async def deletable(self, who: Who) -> list[tuple[str, str]]:
        """What was answered here lately, by id, each in words."""
        jobs = self._moderated(who, await self._records.recent(who.server.id, limit=4 * MOST_LISTED))
        return [(job.id, _named(job)) for job in jobs]

    def note_cancelled(self, guild: discord.Guild, by: int, job: Job) -> None:
        """Somebody's dream was cancelled by a moderator."""
        self._logbook.write(guild, lambda: notes.cancelled(by, job))

    def note_deleted(self, guild: discord.Guild, by: int, job: Job | None, channel: int) -> None:
        """Somebody's dream was deleted by a moderator."""
        self._logbook.write(guild, lambda: notes.deleted(by, job, channel))

    async def _check_channel(self, who: Who, channel: int) -> None:
        found = who.guild.get_channel_or_thread(channel) or await self._archived(who, channel)
        if not self._settings.may_change(who.server, who.editor) and not _moderates(who, found):
            raise Refusal(sentences.NO_CHANNEL_ACCESS)

    def _moderated(self, who: Who, jobs: list[Job]) -> list[Job]:
        """Those in channels in which the moderator moderates: Manage Messages may be given for one channel alone."""
        if self._settings.may_change(who.server, who.editor):
            return jobs
        known = who.guild.get_channel_or_thread
        found = [(job, known(job.place.channel) or known(job.place.under or 0)) for job in jobs]
        return [job for job, channel in found if channel is not None and _moderates(who, channel)]

    async def _archived(self, who: Who, channel: int) -> discord.Thread:
        """A thread that Discord does not tell of, unless it is asked."""
        try:
            found = await self._client.fetch_channel(channel)
        except (discord.HTTPException, discord.InvalidData) as error:
            raise Refusal(sentences.GONE, log=repr(error)) from error
        if not isinstance(found, discord.Thread) or found.guild.id != who.guild.id:
            raise Refusal(sentences.GONE)
        return found

    async def _open(self, who: Who, person: int | None = None) -> list[Job]:
        return await self._queue.open_jobs(requester=person, guild=who.server.id)

    def _done(self, who: Who, text: str) -> Reply:
        return Reply(text=text).but_also(self._logbook.trouble(who.guild))


def _moderates(who: Who, channel: Any) -> bool:
    """Whether they may do with others' messages there what they may do with their own."""
    try:
        held = channel.permissions_for(who.member)
    except discord.ClientException:  # a thread whose channel is not known
        return False
    return bool(held.view_channel and held.manage_messages)


def _named(job: Job) -> str:
    """A job where mentions do not work."""
    name = clipped(job.pictures[0].filename, 30) if job.pictures else tr("a picture")
    return clipped(tr("{name}, {recipe}, of {member}", name=name, recipe=recipe_of(job), member=job.requester), 90)


def _queue_line(number: int, job: Job, standing: Standing | None) -> str:
    shared = {
        "number": number,
        "member": f"<@{job.requester}>",
        "channel": f"<#{job.place.channel}>",
        "recipe": f"`{clipped(recipe_of(job), 60)}`",
    }
    if standing is None:
        return tr("{number}. {member} in {channel}: {recipe}", **shared)
    ready = moment(standing.ready_at)
    if standing.running:
        return tr("{number}. {member} in {channel}: {recipe} · being dreamt, ready {when}", when=ready, **shared)
    return tr("{number}. {member} in {channel}: {recipe} · ready {when}", when=ready, **shared)


def _block_line(one: Block) -> str:
    values = {"person": f"<@{one.person}>", "who": f"<@{one.by}>", "until": _date(one.until) if one.until else ""}
    match one.until is None, one.by is None:
        case True, True:
            line = tr("{person} for good", **values)
        case True, False:
            line = tr("{person} for good by {who}", **values)
        case False, True:
            line = tr("{person} until {until}", **values)
        case _:
            line = tr("{person} until {until} by {who}", **values)
    return f"{line}: {one.reason}" if one.reason else line


def _date(at: float) -> str:
    return f"<t:{round(at)}:f>"
