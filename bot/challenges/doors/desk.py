"""What can be done with challenges, whichever way a moderator asks: by a sub-command, a button, a menu or a form."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import discord

from bot.challenges import times
from bot.challenges.audit import What
from bot.challenges.doors import fields, journal
from bot.challenges.doors.base import Bases
from bot.challenges.doors.fields import Form
from bot.challenges.doors.handles import Act, handle, view_of
from bot.challenges.doors.journal import Journal
from bot.challenges.doors.page import embed_of, view
from bot.challenges.doors.places import check_channel
from bot.challenges.doors.replies import Page
from bot.challenges.doors.reviewing import Reviews
from bot.challenges.doors.roles import check_role
from bot.challenges.doors.rules import STATES
from bot.challenges.events import (
    Cancel,
    Close,
    Edit,
    Event,
    Extend,
    Facts,
    Open,
    Reopen,
    Schedule,
    Unschedule,
)
from bot.challenges.model import Challenge, EntryState, Plan
from bot.challenges.records import Challenges
from bot.dreaming.conversation import Interaction
from bot.dreaming.help import COLOUR
from bot.dreaming.mailbox import Mailbox
from bot.dreaming.service import Dreaming
from bot.languages import tr
from bot.moderation.doors.logbook import Logbook
from bot.moderation.doors.replies import button
from bot.moderation.doors.sentences import plain
from bot.moderation.doors.who import Who, allow_settings, who_interacts
from bot.moderation.layers import Where

AUDIT_PAGE = 12
_WHATS: dict[type[Event], What] = {
    Schedule: What.SCHEDULED,
    Unschedule: What.UNSCHEDULED,
    Open: What.OPENED,
    Close: What.CLOSED,
    Extend: What.EXTENDED,
    Reopen: What.REOPENED,
    Cancel: What.CANCELLED,
}


class Desk:
    """What raises a Refusal has done nothing."""

    def __init__(
        self,
        *,
        challenges: Challenges,
        dreaming: Dreaming,
        mailbox: Mailbox,
        logbook: Logbook,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.challenges = challenges
        self._settings = dreaming.settings
        self._clock = clock
        self.journal = Journal(logbook)
        self._bases = Bases(challenges=challenges, dreaming=dreaming)
        self.reviews = Reviews(challenges=challenges, mailbox=mailbox, journal=self.journal, settings=dreaming.settings)

    def who(self, interaction: Interaction) -> Who:
        """Raises Refusal for those who may not organise challenges."""
        who = who_interacts(interaction)
        allow_settings(self._settings, who)
        return who

    def zone(self, who: Who) -> str:
        """The server's time zone, in which dates are typed."""
        return str(self._settings.of(Where(server=who.server))["time-zone"])

    # --- what is shown

    async def page(self, who: Who, challenge: Challenge, *notes: str | None) -> Page:
        facts = await self.facts(challenge)
        embed = embed_of(challenge, facts, who.guild, now=self._clock())
        page = Page(embed=embed, view=view(challenge, facts), pictures=())
        return page.saying(*notes, self.journal.trouble(who.guild))

    async def facts(self, challenge: Challenge) -> Facts:
        entries = await self.challenges.entries.all(challenge.id, guild=challenge.guild)
        states = [one.state for one in entries]
        return Facts(approved=states.count(EntryState.APPROVED), pending=states.count(EntryState.PENDING))

    async def audit(self, who: Who, challenge: Challenge, number: int = 0) -> Page:
        """The latest page of its history, and the earlier ones."""
        changes = (await self.challenges.changes(challenge.id, guild=who.server.id))[::-1]
        page = changes[number * AUDIT_PAGE : (number + 1) * AUDIT_PAGE]
        embed = discord.Embed(title=tr("History of challenge #{number}", number=challenge.id), colour=COLOUR)
        embed.description = "\n".join(journal.line(one)[:330] for one in page)[:4000] or tr("There is nothing more.")
        more = len(changes) > (number + 1) * AUDIT_PAGE
        row: list[discord.ui.Item[Any]] = [
            button(tr("Back"), handle(Act.PAGE, challenge.id)),
            button(tr("Later"), handle(Act.AUDIT, challenge.id, max(0, number - 1)), disabled=number == 0),
            button(tr("Earlier"), handle(Act.AUDIT, challenge.id, number + 1), disabled=not more),
        ]
        if not number and not more:
            row = row[:1]
        return Page(embed=embed, view=view_of([row]))

    # --- what is done

    async def create(self, who: Who, plan: Plan) -> Challenge:
        challenge = await self.challenges.create(who.server.id, plan, by=who.editor.id)
        self.journal.note(who.guild, challenge, What.CREATED, by=who.editor.id)
        return challenge

    def new_plan(self, who: Who) -> Plan:
        return Plan(channel=who.channel or 0, zone=self.zone(who))

    async def create_with_picture(self, who: Who, attachment: discord.Attachment) -> Page:
        data = await self._bases.read(who, attachment)
        challenge = await self.create(who, self.new_plan(who))
        challenge = await self._bases.give(who, challenge, data, attachment.filename)
        self.journal.note(who.guild, challenge, What.EDITED, by=who.editor.id, detail="base")
        note = tr("This is a draft with your picture: `Texts` and `Times` say what it is about, and how long it goes.")
        return await self.page(who, challenge, note)

    async def set_picture(self, who: Who, challenge: Challenge, attachment: discord.Attachment) -> Challenge:
        data = await self._bases.read(who, attachment)
        challenge = await self._bases.give(who, challenge, data, attachment.filename)
        self.journal.note(who.guild, challenge, What.EDITED, by=who.editor.id, detail="base")
        return challenge

    async def edit(self, who: Who, id: int, changes: dict[str, Any], *, revision: int | None = None) -> Challenge:
        """Fields of the plan, checked against the server."""
        before = await self.challenges.get(id, guild=who.server.id)
        role = changes.get("winner_role")
        if role is not None and role != before.plan.winner_role:
            check_role(who.guild, who.member, role)
        if "channel" in changes:
            check_channel(who.guild, changes["channel"])
        edit = Edit(changes=changes, revision=revision)
        challenge = await self.challenges.do(id, edit, guild=who.server.id, by=who.editor.id)
        if "channel" in changes:
            await self.challenges.outbox.hurry(id)
            self.challenges.on_change()
        detail = ", ".join(sorted(changes))
        self.journal.note(who.guild, challenge, What.EDITED, by=who.editor.id, detail=detail)
        return challenge

    async def set_opening(self, who: Who, challenge: Challenge, typed: str) -> str | None:
        """When a draft opens by itself; returns what was taken for granted."""
        read = times.read(typed, now=self._clock(), zone=self.zone(who))
        await self.edit(who, challenge.id, {"opens": read.when, "zone": self.zone(who)})
        return read.note

    async def do(self, who: Who, id: int, event: Event) -> Challenge:
        if isinstance(event, Schedule | Open):
            check_channel(who.guild, (await self.challenges.get(id, guild=who.server.id)).plan.channel)
        challenge = await self.challenges.do(id, event, guild=who.server.id, by=who.editor.id)
        detail = challenge.state.value
        self.journal.note(who.guild, challenge, _WHATS[type(event)], by=who.editor.id, detail=detail)
        return challenge

    def said(self, challenge: Challenge) -> str:
        """Where it stands after something was done."""
        theme = plain(challenge.plan.theme) or "…"
        state = tr(STATES[challenge.state])
        return tr("Done: **{theme}** is {state} now.", theme=theme, state=state)

    async def asking(self, challenge: Challenge) -> Page:
        """Whether it shall really be cancelled."""
        theme = plain(challenge.plan.theme) or "…"
        question = tr("Shall **{theme}** be cancelled? Nobody wins then.", theme=theme)
        if challenge.opened is None:
            question = tr("Shall **{theme}** be cancelled? Members have not seen it yet.", theme=theme)
        yes = button(tr("Yes, cancel it"), handle(Act.CANCEL_YES, challenge.id), style=discord.ButtonStyle.danger)
        return Page(text=question, view=view_of([[yes, button(tr("No"), handle(Act.PAGE, challenge.id))]]))

    async def prolong(
        self, who: Who, challenge: Challenge, form: Form, typed: dict[str, str]
    ) -> tuple[Challenge, list[str]]:
        """More time, or on from where it was over."""
        ends, notes = fields.ends(typed, now=self._clock(), zone=self.zone(who))
        submissions, voting = ends.get("submissions"), ends.get("voting")
        event: Event = Extend(submissions=submissions, voting=voting)
        if form is Form.REOPEN:
            event = Reopen(submissions=submissions, voting=voting)
        challenge = await self.do(who, challenge.id, event)
        return challenge, [self.said(challenge), *notes]
