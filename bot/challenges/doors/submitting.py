"""Entering dreams: by the button under one, by a message's menu, by `/challenge submit`; replacing and withdrawing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import discord

from bot.challenges.candidates import Candidate, fitting
from bot.challenges.doors import entrypages as pages
from bot.challenges.doors.copying import Copying
from bot.challenges.doors.handles import Act, Handle
from bot.challenges.doors.replies import Page, Picture, later, show, turn
from bot.challenges.doors.visiting import Visitor, visitor, visitor_from_afar
from bot.challenges.eligible import eligible
from bot.challenges.errors import NotEligible, NotTaken
from bot.challenges.model import Challenge, Entry, State
from bot.challenges.records import Challenges
from bot.challenges.views import Submission
from bot.dreaming.attaching import shown_pictures
from bot.dreaming.conversation import Interaction, defer
from bot.dreaming.handles import chosen
from bot.dreaming.service import Dreaming, made_pictures
from bot.errors import Refusal
from bot.jobs.model import Job
from bot.languages import tr


class Submitting:
    """`acts`: by what their buttons and menus are called."""

    def __init__(self, *, challenges: Challenges, dreaming: Dreaming, copying: Copying) -> None:
        self._challenges = challenges
        self._dreaming = dreaming
        self._copying = copying
        self.acts: dict[Act, Callable[[Interaction, Handle], Awaitable[None]]] = {
            Act.SUBMIT: self._page,
            Act.ENTER: self._enter,
            Act.REPLACE: self._replace,
            Act.WITHDRAW: self._withdraw,
        }

    async def taking(self, guild: int) -> list[Challenge]:
        """The challenges of a server that take entries, the one that ends first before the others."""
        found = await self._challenges.of(guild, states=(State.SUBMITTING,))
        return sorted(found, key=lambda one: one.submissions_end)

    # --- ways in

    async def page(self, who: Visitor, challenge: Challenge, *notes: str) -> Page:
        """What a member has entered, what they could enter, and how."""
        if challenge.state is not State.SUBMITTING:
            await self._challenges.entries.check(_nothing(challenge, who))  # says where it stands
        entries = await self._challenges.entries.of_member(challenge.id, guild=who.guild, member=who.member)
        candidates = await self._challenges.candidates.of([challenge], member=who.member)
        return pages.submit_page(challenge, entries, _to_be_had(candidates)).saying(*notes)

    async def candidates(self, who: Visitor) -> list[Candidate]:
        """For all challenges that take entries."""
        challenges = [one for one in await self.taking(who.guild) if not one.hidden]
        return _to_be_had(await self._challenges.candidates.of(challenges, member=who.member)) if challenges else []

    async def offers(self, job: Job) -> Sequence[discord.ui.Item[Any]]:
        """Under a dream that fits a challenge."""
        if job.place.guild is None or not made_pictures(job):
            return ()
        challenges = await self.taking(job.place.guild)
        if not any(fitting(each, job, member=job.requester) for each in challenges):
            return ()
        once_more = job.manner.secret and any(each.plan.constraints.seed is None for each in challenges)
        return (pages.enter_button(job), *([pages.once_more_button(job.manner.secret, job)] if once_more else ()))

    async def by_message(self, interaction: Interaction, message: discord.Message) -> None:
        """From a message's menu."""
        who = visitor(interaction)
        if not self._dreaming.is_me(message.author):
            raise NotEligible(tr("That is no dream of mine: only dreams that I have made can be entered."))
        job = await self._dreaming.job_of(message)
        await self._enter_dream(interaction, who, job, message)

    async def by_command(self, interaction: Interaction, typed: str, challenge: Challenge | None) -> None:
        """typed: what was chosen from the list; nothing: explains how."""
        who = visitor(interaction)
        if not typed.strip():
            if challenge is None:
                challenge = (await self._some(who))[0]
            await show(interaction, await self.page(who, challenge))
            return
        number, job, ordinal = pages.read_choice(typed)
        chosen_one = challenge or await self._challenges.get(number, guild=who.guild)
        await defer(interaction, ephemeral=True)
        found = await self._dreaming.queue.job(job)
        await show(interaction, await self._submitted(who, chosen_one, found, ordinal, None))

    async def _page(self, interaction: Interaction, read: Handle) -> None:
        who = visitor(interaction)
        challenge = await self._challenges.get(read.number(), guild=who.guild)
        await turn(interaction, await self.page(who, challenge))

    async def _enter(self, interaction: Interaction, read: Handle) -> None:
        """Under a dream; or from a list, where it says which dream for which challenge."""
        if not (values := chosen(interaction)):
            job = await self._dreaming.queue.job(read.text(0))
            who = await self._visitor(interaction, job)
            await self._enter_dream(interaction, who, job, interaction.message)
            return
        number, id_, ordinal = pages.read_choice(values[0])
        job = await self._dreaming.queue.job(id_)
        who = await self._visitor(interaction, job)
        challenge = await self._challenges.get(number, guild=who.guild)
        await later(interaction)
        await turn(interaction, await self._submitted(who, challenge, job, ordinal, _carrier(interaction)))

    async def _enter_dream(
        self, interaction: Interaction, who: Visitor, job: Job | None, message: discord.Message | None
    ) -> None:
        """One dream, whatever it fits."""
        challenges = await self._some(who)
        found = [] if job is None else [one for each in challenges for one in fitting(each, job, member=who.member)]
        if not found:
            eligible(challenges[0], job, _first(job), member=who.member)  # says why
            raise Refusal(tr("That dream cannot be entered."))
        if len(found) > 1:
            await defer(interaction, ephemeral=True)
            await show(interaction, await self._which(found, message))
            return
        only = found[0]
        await self._challenges.entries.check(_submission(only.challenge, who, only.job, only.picture.ordinal))
        await defer(interaction, ephemeral=True)
        page = await self._submitted(who, only.challenge, only.job, only.picture.ordinal, message)
        await show(interaction, page)

    # --- what comes of it

    async def _submitted(
        self,
        who: Visitor,
        challenge: Challenge,
        job: Job | None,
        ordinal: int,
        message: discord.Message | None,
        replaces: int | None = None,
    ) -> Page:
        """Entered; or the question which entry it is to replace."""
        eligible(challenge, job, ordinal, member=who.member)
        assert job is not None, "eligible says so"
        submission = _submission(challenge, who, job, ordinal, replaces=replaces)
        await self._challenges.entries.check(submission)
        data = await self._copying.dream(job, ordinal, shown=message)
        if replaces is None:
            entries = await self._challenges.entries.of_member(challenge.id, guild=who.guild, member=who.member)
            own = [one for one in entries if one.state.takes_part]
            same = any((one.job, one.ordinal) == (job.id, ordinal) for one in own)
            if not same and len(own) >= challenge.plan.entries_each:
                return pages.replace_page(challenge, own, job, ordinal, await self._carried(job, ordinal, data, own))
        submission = _submission(challenge, who, job, ordinal, replaces=replaces, data=data)
        submitted = await self._challenges.entries.submit(submission)
        return pages.submitted_page(submitted, afar=who.afar)

    async def _carried(self, job: Job, ordinal: int, data: bytes | None, own: Sequence[Entry]) -> tuple[Picture, ...]:
        """The question carries the new dream, so that whatever is pressed below it can enter it."""
        if data is None:
            return ()
        shown = next(one for one in shown_pictures(job) if one.ordinal == ordinal)
        name = shown.filename.removeprefix("SPOILER_")
        pictures = [Picture(name=name, data=data, spoiler=shown.spoiler)]
        if len(own) == 1 and not own[0].copy.spoiler and not shown.spoiler:
            old = await self._challenges.entries.picture(own[0])
            if old is not None:
                pictures.append(Picture(name=pages.file_of(own[0].copy, own[0].id), data=old))
        return tuple(pictures)

    async def _which(self, found: Sequence[Candidate], message: discord.Message | None) -> Page:
        """Which of several pictures, for which of several challenges."""
        pictures: list[Picture] = []
        if found[0].job.place.ephemeral and message is not None:  # nothing else leads back to them
            for ordinal in dict.fromkeys(one.picture.ordinal for one in found):
                data = await self._copying.dream(found[0].job, ordinal, shown=message)
                pictures += await self._carried(found[0].job, ordinal, data, [])
        return pages.which_page(found, tuple(pictures))

    async def _replace(self, interaction: Interaction, read: Handle) -> None:
        job = await self._dreaming.queue.job(read.text(1))
        who = await self._visitor(interaction, job)
        challenge = await self._challenges.get(read.number(), guild=who.guild)
        values = chosen(interaction)
        replaced = Handle(act=None, more=(values[0],)).number() if values else read.number(3)
        await later(interaction)
        page = await self._submitted(who, challenge, job, read.number(2), _carrier(interaction), replaced)
        await turn(interaction, page)

    async def _withdraw(self, interaction: Interaction, read: Handle) -> None:
        values = chosen(interaction)
        number = Handle(act=None, more=(values[0],)).number() if values else read.number()
        who = visitor(interaction)
        entry = await self._challenges.entries.withdraw(number, guild=who.guild, member=who.member)
        challenge = await self._challenges.get(entry.challenge, guild=who.guild)
        note = tr("Entry #{entry} is withdrawn, and its picture deleted.", entry=entry.id)
        await turn(interaction, await self.page(who, challenge, note))

    async def withdraw_page(self, who: Visitor, challenge: Challenge) -> Page:
        """By the command: what there is to withdraw. Raises NotTaken where there is nothing."""
        entries = await self._challenges.entries.of_member(challenge.id, guild=who.guild, member=who.member)
        if not any(one.state.takes_part for one in entries):
            raise NotTaken(tr("You have no entry in this challenge."))
        return pages.submit_page(challenge, entries, ())

    async def _some(self, who: Visitor) -> list[Challenge]:
        """Raises Refusal where nothing takes entries."""
        challenges = await self.taking(who.guild)
        if not challenges:
            raise Refusal(tr("No challenge on this server takes entries just now."))
        return challenges

    async def _visitor(self, interaction: Interaction, job: Job | None) -> Visitor:
        """A dream that could not be brought to its server may be entered from a direct message."""
        if job is None or job.place.guild is None:
            return visitor(interaction)
        return await visitor_from_afar(interaction, job.place.guild)


def _to_be_had(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those whose files can be got at from afar."""
    return [one for one in candidates if not one.job.place.ephemeral and one.job.place.reachable]


def _carrier(interaction: Interaction) -> discord.Message | None:
    """A message of ours that carries the dream itself, and is not merely about it."""
    message = interaction.message
    return message if message is not None and message.attachments else None


def _first(job: Job | None) -> int:
    made = () if job is None else made_pictures(job)
    return made[0].ordinal if made else 0


def _submission(challenge: Challenge, who: Visitor, job: Job, ordinal: int, **more: Any) -> Submission:
    return Submission(
        challenge=challenge.id,
        guild=who.guild,
        member=who.member,
        roles=who.roles,
        job=job.id,
        ordinal=ordinal,
        **more,
    )


def _nothing(challenge: Challenge, who: Visitor) -> Submission:
    return Submission(challenge=challenge.id, guild=who.guild, member=who.member, roles=who.roles, job="", ordinal=0)
