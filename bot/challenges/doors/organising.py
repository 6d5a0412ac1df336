"""What moderators press, choose and fill in: each act of the buttons, menus and forms of a challenge's page."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Awaitable, Callable
from typing import Any

import discord

from bot.challenges.doors import fields, forms
from bot.challenges.doors.desk import Desk
from bot.challenges.doors.fields import BadFields, Form
from bot.challenges.doors.handles import OTHER_VERSION, Act, Handle
from bot.challenges.doors.page import TOGGLES
from bot.challenges.doors.replies import show, turn
from bot.challenges.errors import BadPlan, ChallengeRefusal, NotNow
from bot.challenges.events import (
    Cancel,
    Close,
    Event,
    Open,
    Reopen,
    Schedule,
    Unschedule,
)
from bot.challenges.model import Challenge, State
from bot.challenges.records import Challenges
from bot.dreaming.conversation import Interaction
from bot.dreaming.handles import chosen
from bot.dreaming.mailbox import Mailbox
from bot.dreaming.service import Dreaming
from bot.errors import Refusal
from bot.languages import mark, tr
from bot.moderation.doors.logbook import Logbook
from bot.moderation.doors.who import Who

CHANGED_MEANWHILE = mark(
    "Somebody else has changed this challenge meanwhile, or it has gone on: look at it again, then change it."
)


class Organising(Desk):
    """`acts`: by what their buttons, menus and forms are called."""

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
        super().__init__(challenges=challenges, dreaming=dreaming, mailbox=mailbox, logbook=logbook, clock=clock)
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
