"""Entries, as moderators see them: one after the other, to be approved, rejected or disqualified with a reason."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import discord

from bot.challenges.audit import What
from bot.challenges.doors import forms
from bot.challenges.doors.fields import Field, Way
from bot.challenges.doors.handles import Act, Handle, handle, view_of
from bot.challenges.doors.journal import Journal
from bot.challenges.doors.replies import Page, Picture, later, turn
from bot.challenges.errors import BadPlan, NoEntry
from bot.challenges.model import LONGEST_TEXT, Challenge, Entry, EntryState, State
from bot.challenges.records import Challenges
from bot.challenges.views import Decided
from bot.dreaming.conversation import Interaction
from bot.dreaming.help import COLOUR
from bot.dreaming.mailbox import Letter, Mailbox, Waits
from bot.dreaming.pacer import Importance
from bot.dreaming.rest import RestError
from bot.languages import mark, speaking, tr
from bot.moderation.doors.replies import button
from bot.moderation.doors.sentences import plain
from bot.moderation.doors.who import Who, allow_settings, who_interacts
from bot.moderation.layers import Where
from bot.moderation.reading import language_of
from bot.moderation.settings import Settings

WAITING, ALL = "waiting", "all"
MOST_VOTERS = 40  #: that are named under an entry

log = logging.getLogger(__name__)

_STATES = {
    EntryState.PENDING: mark("waits for a moderator"),
    EntryState.APPROVED: mark("takes part"),
    EntryState.REJECTED: mark("rejected"),
    EntryState.WITHDRAWN: mark("withdrawn"),
    EntryState.DISQUALIFIED: mark("disqualified"),
    EntryState.LEFT: mark("its member has left"),
}


class Reviews:
    """`acts`: by what their buttons and forms are called."""

    def __init__(self, *, challenges: Challenges, mailbox: Mailbox, journal: Journal, settings: Settings) -> None:
        self._challenges = challenges
        self._mailbox = mailbox
        self._journal = journal
        self._settings = settings
        self.acts: dict[Act, Callable[[Interaction, Handle], Awaitable[None]]] = {
            Act.REVIEW: self._leaf,
            Act.APPROVE: self._approve,
            Act.REJECT: self._ask_reason,
            Act.DISQUALIFY: self._ask_reason,
            Act.REJECT_SAVE: self._decided,
            Act.DISQUALIFY_SAVE: self._decided,
        }

    async def page(
        self, challenge: Challenge, mode: str = WAITING, entry: int = 0, *, limit: int, note: str | None = None
    ) -> Page:
        """One entry. entry: which, or the first one from there on. limit: bytes of a file."""
        listed = await self._challenges.entries.all(challenge.id, guild=challenge.guild)
        if mode == WAITING:
            listed = [one for one in listed if one.state is EntryState.PENDING]
        else:
            listed = [one for one in listed if one.state is not EntryState.WITHDRAWN]
        if not listed:
            nothing = tr("No entry waits for a moderator.") if mode == WAITING else tr("There are no entries.")
            return Page(text=nothing, view=view_of([self._ways(challenge, mode)])).saying(note)
        position = next((at for at, one in enumerate(listed) if one.id >= entry), len(listed) - 1)
        shown = listed[position]
        embed = await self._embed(challenge, shown, position, len(listed))
        data = await self._challenges.entries.picture(shown)
        pictures: tuple[Picture, ...] = ()
        if data is not None and len(data) <= limit:
            name = f"entry-{shown.id}.{shown.copy.format.lower()}"
            pictures = (Picture(name=name, data=data, spoiler=shown.copy.spoiler),)
            if not shown.copy.spoiler:
                embed.set_image(url=f"attachment://{name}")
        else:
            embed.add_field(name=tr("Picture"), value=tr("Its picture cannot be shown here."), inline=False)
        leaves = [
            button("◀", handle(Act.REVIEW, challenge.id, mode, listed[position - 1].id), disabled=len(listed) == 1),
            button(
                "▶",
                handle(Act.REVIEW, challenge.id, mode, listed[(position + 1) % len(listed)].id, "on"),
                disabled=len(listed) == 1,
            ),
        ]
        rows = [[*leaves, *self._decisions(challenge, shown, mode)], self._ways(challenge, mode)]
        return Page(embed=embed, view=view_of(rows), pictures=pictures).saying(note)

    async def disqualify_member(self, who: Who, challenge: Challenge, member: int, reason: str) -> str:
        """By the command. Raises NoEntry where they have none."""
        entries = await self._challenges.entries.of_member(challenge.id, guild=who.server.id, member=member)
        if not entries:
            person = f"<@{member}>"
            raise NoEntry(tr("{person} has no entry in this challenge.", person=person))
        out = next((one for one in entries if one.state is EntryState.DISQUALIFIED), None)
        best = out or next((one for one in entries if one.state.takes_part), entries[0])
        return await self._decide(who, Act.DISQUALIFY_SAVE, best.id, reason)

    # --- clicks

    async def _leaf(self, interaction: Interaction, read: Handle) -> None:
        who = self._who(interaction)
        challenge = await self._challenges.get(read.number(), guild=who.server.id)
        await later(interaction)
        await self._turn(interaction, challenge, read.text(1, WAITING), read.number(2))

    async def _approve(self, interaction: Interaction, read: Handle) -> None:
        who = self._who(interaction)
        await later(interaction)
        decided = await self._challenges.entries.approve(read.number(), guild=who.server.id, by=who.editor.id)
        note = tr("Entry #{entry} takes part.", entry=decided.entry.id)
        if decided.fresh:
            self._journal.note(who.guild, decided.challenge, What.APPROVED, by=who.editor.id, entry=decided.entry.id)
        mode = read.text(1, WAITING)
        await self._turn(interaction, decided.challenge, mode, decided.entry.id, note=note)

    async def _ask_reason(self, interaction: Interaction, read: Handle) -> None:
        self._who(interaction)
        rejecting = read.act is Act.REJECT
        save = Act.REJECT_SAVE if rejecting else Act.DISQUALIFY_SAVE
        title = tr("Reject entry #{entry}", entry=read.number()) if rejecting else tr("Disqualify a member")
        told = tr("The member is told. They may enter another dream") if rejecting else tr("The member is told")
        reason = Field(key="reason", label=tr("Why"), help=told, way=Way.TEXT, longest=LONGEST_TEXT, required=True)
        await forms.open_modal(interaction, handle(save, *read.more[:2]), title, [reason])

    async def _decided(self, interaction: Interaction, read: Handle) -> None:
        who, reason = self._who(interaction), forms.typed(interaction).get("reason", "")
        await later(interaction)
        assert read.act is not None
        note = await self._decide(who, read.act, read.number(), reason)
        entry = await self._challenges.entries.get(read.number(), guild=who.server.id)
        challenge = await self._challenges.get(entry.challenge, guild=who.server.id)
        await self._turn(interaction, challenge, read.text(1, WAITING), entry.id, note=note)

    # --- deciding

    async def _decide(self, who: Who, act: Act, entry: int, reason: str) -> str:
        """Reject or disqualify; returns what to tell the moderator."""
        if not reason.strip():
            raise BadPlan(tr("Say why: the member is told."))
        entries = self._challenges.entries
        if act is Act.REJECT_SAVE:
            decided = await entries.reject(entry, guild=who.server.id, by=who.editor.id, reason=reason)
            note, what = tr("Entry #{entry} is rejected.", entry=entry), What.REJECTED
        else:
            decided = await entries.disqualify(entry, guild=who.server.id, by=who.editor.id, reason=reason)
            person = f"<@{decided.entry.member}>" if decided.entry.member > 0 else "…"
            note, what = (
                tr("{person} is out of this challenge, with all entries and votes.", person=person),
                (What.DISQUALIFIED),
            )
        if not decided.fresh:
            return note
        self._journal.note(
            who.guild, decided.challenge, what, by=who.editor.id, entry=entry, detail=decided.entry.reason
        )
        if not await self._tell(who, what, decided):
            note = f"{note} {tr('I could not tell them: they take no direct messages from me.')}"
        return note

    async def _tell(self, who: Who, what: What, decided: Decided) -> bool:
        """The member, directly, in the server's language."""
        if decided.entry.member <= 0:
            return True
        values = {
            "theme": plain(decided.challenge.plan.theme),
            "server": plain(who.guild.name),
            "reason": decided.entry.reason or "…",
        }
        with speaking(language_of(self._settings.of(Where(server=who.server)))):
            if what is What.REJECTED:
                text = tr(
                    "Your entry in the challenge “{theme}” on {server} was rejected by a moderator: {reason}", **values
                )
            else:
                text = tr(
                    "You were disqualified from the challenge “{theme}” on {server} by a moderator: {reason}", **values
                )

        async def compose() -> Letter:
            return Letter(text=text, components=[])

        try:
            channel = await self._mailbox.direct_channel(decided.entry.member)
            await self._mailbox.send(channel, compose, Importance.ANNOUNCEMENT, Waits())
        except RestError as error:
            log.info("member %d could not be told of entry %d: %s", decided.entry.member, decided.entry.id, error)
            return False
        return True

    # --- how it looks

    async def _turn(
        self, interaction: Interaction, challenge: Challenge, mode: str, entry: int, *, note: str | None = None
    ) -> None:
        limit = interaction.filesize_limit
        await turn(interaction, await self.page(challenge, mode, entry, limit=limit, note=note))

    async def _embed(self, challenge: Challenge, entry: Entry, position: int, count: int) -> discord.Embed:
        title = tr("Entry #{entry} ({position} of {count})", entry=entry.id, position=position + 1, count=count)
        member = f"<@{entry.member}>" if entry.member > 0 else tr("somebody who was forgotten")
        lines = [
            tr("By {member}, {when}, {state}", member=member, when=f"<t:{round(entry.submitted)}:R>",
               state=tr(_STATES[entry.state])),
            f"```\n{entry.recipe[:600]}\n```" if entry.recipe else "",
            tr("Reason: {reason}", reason=plain(entry.reason)) if entry.reason else "",
        ]  # fmt: skip
        embed = discord.Embed(title=title, description="\n".join(line for line in lines if line), colour=COLOUR)
        if challenge.plan.open_voting and challenge.state in (State.VOTING, State.COUNTING, State.FINISHED):
            voters = (await self._challenges.votes.voters(challenge.id, guild=challenge.guild)).get(entry.id, [])
            names = " ".join(f"<@{one}>" if one > 0 else "…" for one in voters[:MOST_VOTERS])
            more = " …" if len(voters) > MOST_VOTERS else ""
            embed.add_field(name=tr("Votes: {count}", count=len(voters)), value=f"{names}{more}" or "–", inline=False)
        return embed

    def _decisions(self, challenge: Challenge, entry: Entry, mode: str) -> list[discord.ui.Item[Any]]:
        row: list[discord.ui.Item[Any]] = []
        if challenge.state in (State.SUBMITTING, State.VOTING):
            if entry.state in (EntryState.PENDING, EntryState.REJECTED):
                green = discord.ButtonStyle.success
                row.append(button(tr("Approve"), handle(Act.APPROVE, entry.id, mode), style=green))
            if entry.state.takes_part:
                row.append(button(tr("Reject"), handle(Act.REJECT, entry.id, mode)))
        if challenge.state.live and entry.state is not EntryState.DISQUALIFIED:
            red = discord.ButtonStyle.danger
            row.append(button(tr("Disqualify"), handle(Act.DISQUALIFY, entry.id, mode), style=red))
        return row

    def _ways(self, challenge: Challenge, mode: str) -> list[discord.ui.Item[Any]]:
        other = (
            button(tr("All entries"), handle(Act.REVIEW, challenge.id, ALL, 0))
            if mode == WAITING
            else button(tr("Only those that wait"), handle(Act.REVIEW, challenge.id, WAITING, 0))
        )
        return [other, button(tr("Back"), handle(Act.PAGE, challenge.id))]

    def _who(self, interaction: Interaction) -> Who:
        who = who_interacts(interaction)
        allow_settings(self._settings, who)
        return who
