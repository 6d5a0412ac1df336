"""What moderators do with challenges, whichever way they ask: by a sub-command, a button, a menu or a form."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Awaitable, Callable
from typing import Any

import discord

from bot.challenges import times
from bot.challenges.audit import What
from bot.challenges.doors import fields, forms, journal
from bot.challenges.doors.base import Bases
from bot.challenges.doors.fields import BadFields, Form
from bot.challenges.doors.handles import OTHER_VERSION, Act, Handle, handle, view_of
from bot.challenges.doors.journal import Journal
from bot.challenges.doors.page import TOGGLES, embed_of, view
from bot.challenges.doors.places import check_channel
from bot.challenges.doors.replies import Page, show, turn
from bot.challenges.doors.reviewing import Reviews
from bot.challenges.doors.roles import check_role
from bot.challenges.doors.rules import STATES
from bot.challenges.errors import BadPlan, ChallengeRefusal, NotNow
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
from bot.challenges.model import Challenge, EntryState, Plan, State
from bot.challenges.records import Challenges
from bot.dreaming.conversation import Interaction
from bot.dreaming.mailbox import Mailbox
from bot.dreaming.service import Dreaming
from bot.errors import Refusal
from bot.languages import mark, tr
from bot.moderation.doors.handles import chosen
from bot.moderation.doors.logbook import Logbook
from bot.moderation.doors.replies import button
from bot.moderation.doors.sentences import plain
from bot.moderation.doors.who import Who, allow_settings, who_interacts
from bot.moderation.layers import Where

AUDIT_PAGE = 12
CHANGED_MEANWHILE = mark(
    "Somebody else has changed this challenge meanwhile, or it has gone on: look at it again, then change it."
)
_WHATS: dict[type[Event], What] = {
    Schedule: What.SCHEDULED,
    Unschedule: What.UNSCHEDULED,
    Open: What.OPENED,
    Close: What.CLOSED,
    Extend: What.EXTENDED,
    Reopen: What.REOPENED,
    Cancel: What.CANCELLED,
}


class Organising:
    """`acts`: by what their buttons, menus and forms are called. What raises a Refusal has done nothing."""

    def __init__(
        self,
        *,
        client: discord.Client,
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
        self.acts: dict[Act, Callable[[Interaction, Handle], Awaitable[None]]] = {
            Act.PAGE: self._page,
            Act.FORM: self._form,
            Act.FIX: self._fix,
            Act.SAVE: self._save,
            Act.SAVE_AGAIN: self._save,
            Act.TOGGLE: self._toggle,
            Act.PICK_ROLES: self._pick_roles,
            Act.PICK_CHANNEL: self._pick_channel,
            Act.NO_PICTURE: self._no_picture,
            Act.SCHEDULE: self._press(lambda _: Schedule()),
            Act.UNSCHEDULE: self._press(lambda _: Unschedule()),
            Act.OPEN: self._press(lambda _: Open()),
            Act.CLOSE: self._press(lambda read: Close(step=_step(read.text(1)))),
            Act.CANCEL: self._ask_cancel,
            Act.CANCEL_YES: self._press(lambda _: Cancel()),
            Act.AUDIT: self._audit,
            **self.reviews.acts,
        }

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
        embed = discord.Embed(title=tr("History of challenge #{number}", number=challenge.id))
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

    # --- clicks

    async def _page(self, interaction: Interaction, read: Handle) -> None:
        who = self.who(interaction)
        await turn(interaction, await self.page(who, await self._get(who, read)))

    def _press(self, event: Callable[[Handle], Event]) -> Callable[[Interaction, Handle], Awaitable[None]]:
        """A button that does one thing."""

        async def pressed(interaction: Interaction, read: Handle) -> None:
            who = self.who(interaction)
            challenge = await self.do(who, read.number(), event(read))
            await turn(interaction, await self.page(who, challenge, self.said(challenge)))

        return pressed

    async def _toggle(self, interaction: Interaction, read: Handle) -> None:
        who, field, on = self.who(interaction), read.text(1), read.text(2) == "1"
        if field not in TOGGLES:
            raise Refusal(tr(OTHER_VERSION))
        changes: dict[str, Any] = {field: on}
        if field == "secret":
            constraints = (await self._get(who, read)).plan.constraints
            if constraints.style is None:
                raise BadPlan(tr("There is no style that could be secret: choose one first."))
            changes = {"constraints": dataclasses.replace(constraints, secret=on)}
        await turn(interaction, await self.page(who, await self.edit(who, read.number(), changes)))

    async def _pick_roles(self, interaction: Interaction, read: Handle) -> None:
        who = self.who(interaction)
        roles = tuple(int(one) for one in chosen(interaction) if one.isdecimal())
        if who.guild.id in roles:
            roles = ()  # @everyone
        await turn(interaction, await self.page(who, await self.edit(who, read.number(), {"roles": roles})))

    async def _pick_channel(self, interaction: Interaction, read: Handle) -> None:
        who, ids = self.who(interaction), [int(one) for one in chosen(interaction) if one.isdecimal()]
        if not ids:
            raise Refusal(tr(OTHER_VERSION))
        await turn(interaction, await self.page(who, await self.edit(who, read.number(), {"channel": ids[0]})))

    async def _no_picture(self, interaction: Interaction, read: Handle) -> None:
        who = self.who(interaction)
        await turn(interaction, await self.page(who, await self.edit(who, read.number(), {"base": None})))

    async def _ask_cancel(self, interaction: Interaction, read: Handle) -> None:
        who = self.who(interaction)
        await turn(interaction, await self.asking(await self._get(who, read)))

    async def _audit(self, interaction: Interaction, read: Handle) -> None:
        who = self.who(interaction)
        await turn(interaction, await self.audit(who, await self._get(who, read), read.number(1)))

    # --- forms

    async def open_form(self, interaction: Interaction, who: Who, form: Form, challenge: Challenge | None) -> None:
        """With what is set now. challenge: None for one that is yet to be made."""
        plan, state = (self.new_plan(who), State.DRAFT) if challenge is None else (challenge.plan, challenge.state)
        found = fields.fields_of(form, plan, state, zone=self.zone(who))
        which = (0, 0) if challenge is None else (challenge.id, challenge.revision)
        await forms.open_form(interaction, form, found, challenge=which[0], revision=which[1])

    async def _form(self, interaction: Interaction, read: Handle) -> None:
        who, form = self.who(interaction), forms.form_of(read)
        challenge = await self._get(who, read)
        if form is Form.REOPEN and challenge.state is State.CANCELLED and challenge.opened is None:
            again = await self.do(who, challenge.id, Reopen())
            await turn(interaction, await self.page(who, again, self.said(again)))
            return
        await self.open_form(interaction, who, form, challenge)

    async def _fix(self, interaction: Interaction, read: Handle) -> None:
        """The form once more, with what was typed."""
        who, form = self.who(interaction), forms.form_of(read)
        plan, state, revision = self.new_plan(who), State.DRAFT, 0
        if read.number():
            challenge = await self._get(who, read)
            plan, state, revision = challenge.plan, challenge.state, challenge.revision
        found = fields.fields_of(form, plan, state, zone=self.zone(who))
        found = forms.holding_what_was_typed(found, interaction.message)
        await forms.open_form(interaction, form, found, challenge=read.number(), revision=revision, again=True)

    async def _save(self, interaction: Interaction, read: Handle) -> None:
        """A form was handed in: all of it is taken, or none."""
        who, form, typed = self.who(interaction), forms.form_of(read), forms.typed(interaction)
        try:
            challenge, notes = await self._take(who, form, read, typed)
        except (ChallengeRefusal, Refusal) as error:
            problems = error.problems if isinstance(error, BadFields) else [error.sentence]
            wrong = forms.wrong(read, await self._asked(who, form, read), typed, problems)
            again = read.act is Act.SAVE_AGAIN
            await (turn(interaction, wrong) if again else show(interaction, wrong))
            return
        await turn(interaction, await self.page(who, challenge, *notes))

    async def _take(self, who: Who, form: Form, read: Handle, typed: dict[str, str]) -> tuple[Challenge, list[str]]:
        now, zone = self._clock(), self.zone(who)
        if form is Form.CREATE:
            plan = self.new_plan(who)
            found = fields.filled(form, plan, State.DRAFT, typed, now=now, zone=zone)
            challenge = await self.create(who, dataclasses.replace(plan, **found.changes))
            note = tr("This is a draft, which only moderators see. Nothing is announced before it opens.")
            return challenge, [note, *found.notes]
        challenge = await self._get(who, read)
        if form in (Form.EXTEND, Form.REOPEN):
            return await self.prolong(who, challenge, form, typed)
        if challenge.revision != read.number(2):  # it may have other fields now
            raise NotNow(tr(CHANGED_MEANWHILE))
        found = fields.filled(form, challenge.plan, challenge.state, typed, now=now, zone=zone)
        if not found.changes:
            return challenge, [tr("Nothing was changed.")]
        return await self.edit(who, challenge.id, dict(found.changes), revision=read.number(2)), list(found.notes)

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

    async def _asked(self, who: Who, form: Form, read: Handle) -> list[fields.Field]:
        challenge = await self._get(who, read) if read.number() else None
        plan, state = (self.new_plan(who), State.DRAFT) if challenge is None else (challenge.plan, challenge.state)
        return fields.fields_of(form, plan, state, zone=self.zone(who))

    async def _get(self, who: Who, read: Handle) -> Challenge:
        return await self.challenges.get(read.number(), guild=who.server.id)


def _step(text: str) -> State:
    """Which phase a button ends. Raises Refusal for another version's."""
    if text not in (State.SUBMITTING.value, State.VOTING.value):
        raise Refusal(tr(OTHER_VERSION))
    return State(text)
