"""`/challenge`: one sub-command for each thing that can be done, moderators' and members'."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import discord
from discord import app_commands

from bot.challenges import times
from bot.challenges.doors import which
from bot.challenges.doors.fields import Form
from bot.challenges.doors.members import Members
from bot.challenges.doors.organising import Organising
from bot.challenges.doors.replies import Page, show
from bot.challenges.doors.reviewing import ALL, WAITING
from bot.challenges.events import Close, Open, Schedule
from bot.challenges.model import LONGEST_TEXT, Challenge, State
from bot.dreaming.conversation import Interaction, answered, defer
from bot.errors import Refusal
from bot.languages import mark, tr
from bot.moderation.doors.commands import BY_SERVERS, ON_SERVERS, Choices
from bot.moderation.doors.who import Who

WHICH = mark("Which challenge; without, the only one")
UNTIL = mark("A span such as 3 days, a date such as 2026-12-24 18:00, or friday 18:00")
EVERY = tuple(State)
BEFORE = (State.DRAFT, State.SCHEDULED)
OPEN = (State.SUBMITTING, State.VOTING)
LIVE = (*OPEN, State.COUNTING)

log = logging.getLogger(__name__)

Work = Callable[[Who, Challenge], Awaitable[Page | None]]


class ChallengeCommands:
    """Registers `/challenge`, and is what it calls. Discord shows it to everybody: who may do what is checked here."""

    def __init__(self, organising: Organising, members: Members) -> None:
        self._organising = organising
        self._members = members

    def install(self, tree: app_commands.CommandTree[Any]) -> None:
        group: app_commands.Group = app_commands.Group(
            name="challenge",
            description=mark("A theme, a picture, a week: everybody dreams, everybody votes"),
            allowed_contexts=ON_SERVERS,
            allowed_installs=BY_SERVERS,
        )
        for name, description, callback in (
            ("create", mark("For moderators: make a new challenge"), self._create()),
            ("edit", mark("For moderators: change a challenge"), self._edit()),
            ("show", mark("For moderators: everything about a challenge"), self._show()),
            ("schedule", mark("For moderators: let a draft open by itself"), self._schedule()),
            ("open", mark("For moderators: open it now"), self._open()),
            ("extend", mark("For moderators: give it more time"), self._extend()),
            ("close", mark("For moderators: end the submissions or the voting now"), self._close()),
            ("reopen", mark("For moderators: let it go on"), self._reopen()),
            ("cancel", mark("For moderators: cancel it; asks first"), self._cancel()),
            ("review", mark("For moderators: approve and reject entries"), self._review()),
            ("disqualify", mark("For moderators: take a member out of a challenge"), self._disqualify()),
            ("audit", mark("For moderators: who has done what to it"), self._audit()),
        ):
            group.add_command(app_commands.Command(name=name, description=description, callback=callback))
        self._members.install(group)
        tree.add_command(group)

    # --- one each

    def _create(self) -> Any:
        @app_commands.describe(picture=mark("A picture that everybody dreams; without, each member's own"))
        async def create(interaction: Interaction, picture: discord.Attachment | None = None) -> None:
            async def whole() -> None:
                who = self._organising.who(interaction)
                if picture is None:
                    await self._organising.open_form(interaction, who, Form.CREATE, None)
                    return
                await defer(interaction, ephemeral=True)
                await show(interaction, await self._organising.create_with_picture(who, picture))

            await answered(interaction, whole())

        return create

    def _edit(self) -> Any:
        @app_commands.describe(challenge=WHICH, picture=mark("A picture that everybody dreams"))
        @app_commands.autocomplete(challenge=self._which(EVERY))
        async def edit(
            interaction: Interaction, challenge: str = "", picture: discord.Attachment | None = None
        ) -> None:
            async def work(who: Who, found: Challenge) -> Page:
                if picture is not None:
                    await defer(interaction, ephemeral=True)
                    found = await self._organising.set_picture(who, found, picture)
                return await self._organising.page(who, found)

            await self._do(interaction, challenge, (*BEFORE, *LIVE), work)

        return edit

    def _show(self) -> Any:
        @app_commands.describe(challenge=WHICH)
        @app_commands.autocomplete(challenge=self._which(EVERY))
        async def show_(interaction: Interaction, challenge: str = "") -> None:
            await self._do(interaction, challenge, EVERY, self._organising.page)

        return show_

    def _schedule(self) -> Any:
        @app_commands.describe(challenge=WHICH, opens=mark("When it opens: friday 18:00, 2026-12-24 18:00, 3 days"))
        @app_commands.autocomplete(challenge=self._which((State.DRAFT,)), opens=self._moments)
        async def schedule(interaction: Interaction, challenge: str = "", opens: str = "") -> None:
            async def work(who: Who, found: Challenge) -> Page:
                note = await self._organising.set_opening(who, found, opens) if opens.strip() else None
                done = await self._organising.do(who, found.id, Schedule())
                return await self._organising.page(who, done, self._organising.said(done), note)

            await self._do(interaction, challenge, (State.DRAFT,), work)

        return schedule

    def _open(self) -> Any:
        @app_commands.describe(challenge=WHICH)
        @app_commands.autocomplete(challenge=self._which(BEFORE))
        async def open_(interaction: Interaction, challenge: str = "") -> None:
            async def work(who: Who, found: Challenge) -> Page:
                done = await self._organising.do(who, found.id, Open())
                return await self._organising.page(who, done, self._organising.said(done))

            await self._do(interaction, challenge, BEFORE, work)

        return open_

    def _close(self) -> Any:
        @app_commands.describe(challenge=WHICH)
        @app_commands.autocomplete(challenge=self._which(OPEN))
        async def close(interaction: Interaction, challenge: str = "") -> None:
            async def work(who: Who, found: Challenge) -> Page:
                done = await self._organising.do(who, found.id, Close(step=found.state))
                return await self._organising.page(who, done, self._organising.said(done))

            await self._do(interaction, challenge, OPEN, work)

        return close

    def _extend(self) -> Any:
        return self._prolonging(Form.EXTEND, OPEN)

    def _reopen(self) -> Any:
        return self._prolonging(Form.REOPEN, (State.VOTING, State.COUNTING, State.CANCELLED))

    def _prolonging(self, form: Form, states: Collection[State]) -> Any:
        """With moments at once; without, by a form."""

        @app_commands.describe(challenge=WHICH, submissions=UNTIL, voting=UNTIL)
        @app_commands.autocomplete(challenge=self._which(states), submissions=self._moments, voting=self._moments)
        async def prolong(
            interaction: Interaction, challenge: str = "", submissions: str = "", voting: str = ""
        ) -> None:
            async def work(who: Who, found: Challenge) -> Page | None:
                unseen = form is Form.REOPEN and found.opened is None
                if not (submissions.strip() or voting.strip() or unseen):
                    await self._organising.open_form(interaction, who, form, found)
                    return None
                typed = {"submissions": submissions, "voting": voting}
                done, notes = await self._organising.prolong(who, found, form, typed)
                return await self._organising.page(who, done, *notes)

            await self._do(interaction, challenge, states, work)

        return prolong

    def _cancel(self) -> Any:
        states = (*BEFORE, *LIVE)

        @app_commands.describe(challenge=WHICH)
        @app_commands.autocomplete(challenge=self._which(states))
        async def cancel(interaction: Interaction, challenge: str = "") -> None:
            async def work(_: Who, found: Challenge) -> Page:
                return await self._organising.asking(found)

            await self._do(interaction, challenge, states, work)

        return cancel

    def _review(self) -> Any:
        @app_commands.describe(challenge=WHICH)
        @app_commands.autocomplete(challenge=self._which((*LIVE, State.FINISHED)))
        async def review(interaction: Interaction, challenge: str = "") -> None:
            async def work(_: Who, found: Challenge) -> Page:
                await defer(interaction, ephemeral=True)
                mode = WAITING if (await self._organising.facts(found)).pending or found.plan.review else ALL
                return await self._organising.reviews.page(found, mode, limit=interaction.filesize_limit)

            await self._do(interaction, challenge, LIVE, work)

        return review

    def _disqualify(self) -> Any:
        @app_commands.describe(member=mark("Whom"), reason=mark("Why; the member is told"), challenge=WHICH)
        @app_commands.autocomplete(challenge=self._which(LIVE))
        async def disqualify(
            interaction: Interaction,
            member: discord.User,
            reason: app_commands.Range[str, 1, LONGEST_TEXT],
            challenge: str = "",
        ) -> None:
            async def work(who: Who, found: Challenge) -> Page:
                await defer(interaction, ephemeral=True)
                return Page(text=await self._organising.reviews.disqualify_member(who, found, member.id, reason))

            await self._do(interaction, challenge, LIVE, work)

        return disqualify

    def _audit(self) -> Any:
        @app_commands.describe(challenge=WHICH)
        @app_commands.autocomplete(challenge=self._which(EVERY))
        async def audit(interaction: Interaction, challenge: str = "") -> None:
            await self._do(interaction, challenge, EVERY, self._organising.audit)

        return audit

    # --- all of them

    async def _do(self, interaction: Interaction, typed: str, states: Collection[State], work: Work) -> None:
        async def whole() -> None:
            who = self._organising.who(interaction)
            found = await which.meant(self._organising.challenges, who.server.id, typed, states)
            page = await work(who, found)
            if page is not None:
                await show(interaction, page)

        await answered(interaction, whole())

    def _which(self, states: Collection[State]) -> Any:
        """What is offered for `challenge`: those that are in such a state."""

        async def offer(interaction: Interaction, typed: str) -> Choices:
            try:
                who = self._organising.who(interaction)
                found = await which.offered(self._organising.challenges, who.server.id, typed, states)
                return [app_commands.Choice(name=one.name, value=one.value) for one in found]
            except Refusal:
                return []
            except Exception:
                log.exception("nothing could be offered")
                return []

        return offer

    async def _moments(self, interaction: Interaction, typed: str) -> Choices:
        usual = [(one, tr(one)) for one in times.USUAL]
        fitting = [(value, name) for value, name in usual if name.startswith(typed.strip().lower())]
        if typed.strip() and not any(typed.strip() in pair for pair in fitting):
            fitting.insert(0, (typed.strip(), typed.strip()))
        return [app_commands.Choice(name=name[:100], value=value[:100]) for value, name in fitting]
