"""What waits: `/queue` shows it, `/cancel` stops it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from discord import app_commands

from bot.dreaming.buttons import Action
from bot.dreaming.conversation import Interaction, answered, say
from bot.dreaming.parsing import clipped
from bot.dreaming.places import is_personal
from bot.dreaming.scenes import moderates
from bot.dreaming.service import Dreaming
from bot.dreaming.suggestions import LONGEST, MOST
from bot.dreaming.words import moment, recipe_of
from bot.errors import Refusal
from bot.jobs.model import Job, Standing
from bot.languages import mark, tr, tr_count

MOST_LISTED = 10


class WaitingCommands:
    """What the two commands call."""

    def __init__(self, dreaming: Dreaming) -> None:
        self._dreaming = dreaming

    def queue_command(self) -> Any:
        async def queue(interaction: Interaction) -> None:
            await answered(interaction, self._show_queue(interaction))

        return queue

    async def _show_queue(self, interaction: Interaction) -> None:
        await say(interaction, await self.queue_text(interaction.user.id, interaction.guild_id))

    def cancel_command(self) -> Any:
        async def complete(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
            wanted = typed.casefold()
            jobs = await self._cancellable(interaction)
            named = [app_commands.Choice(name=self._named(job, interaction.user.id), value=job.id) for job in jobs]
            return [one for one in named if wanted in one.name.casefold() or wanted == one.value][:MOST]

        @app_commands.describe(dream=mark("Which; without, your only one"))
        @app_commands.autocomplete(dream=complete)
        async def cancel(interaction: Interaction, dream: str | None = None) -> None:
            await answered(interaction, self._cancel(interaction, dream))

        return cancel

    async def _cancel(self, interaction: Interaction, id: str | None) -> None:
        jobs = await self._cancellable(interaction)
        if id is None:
            jobs = [job for job in jobs if job.requester == interaction.user.id]
            if not jobs:
                raise Refusal(tr("You have no dream that waits or is being dreamt."))
            if len(jobs) > 1:
                raise Refusal(
                    tr("You have {count} dreams open: choose one of them with the option dream:.", count=len(jobs))
                )
        else:
            jobs = [job for job in jobs if job.id == id.strip()]
            if not jobs:
                raise Refusal(
                    tr("There is no such dream of yours any more: choose one from the list that Discord offers.")
                )
        cancelled = await self._dreaming.queue.cancel(jobs[0].id, by=interaction.user.id)
        if cancelled is None:
            raise Refusal(tr("That dream is over already."))
        if cancelled.requester != interaction.user.id:
            self._dreaming.on_moderated(interaction, Action.CANCEL, cancelled)
        await say(interaction, tr("Cancelled."))

    async def _cancellable(self, interaction: Interaction) -> list[Job]:
        """The person's own open jobs; for moderators then the others of this server."""
        queue = self._dreaming.queue
        own = await queue.open_jobs(requester=interaction.user.id)
        if is_personal(interaction) or not moderates(interaction, self._dreaming.settings):
            return own
        here = await queue.open_jobs(guild=interaction.guild_id)
        return [*own, *(job for job in here if job.requester != interaction.user.id)]

    def _named(self, job: Job, asker: int) -> str:
        picture = clipped(job.pictures[0].filename, 30) if job.pictures else ""
        what: dict[str, Any] = {"picture": picture, "recipe": recipe_of(job), "member": job.requester}
        if job.requester == asker:
            named = tr_count(
                "{count} picture, {picture}, {recipe}",
                "{count} pictures, {picture}, {recipe}",
                len(job.pictures),
                **what,
            )
        else:
            named = tr_count(
                "of {member}: {count} picture, {picture}, {recipe}",
                "of {member}: {count} pictures, {picture}, {recipe}",
                len(job.pictures),
                **what,
            )
        return clipped(named, LONGEST)

    async def queue_text(self, user: int, guild: int | None) -> str:
        """Where a person's dreams stand, and how much waits here and everywhere."""
        queue = self._dreaming.queue
        standings = queue.standings()
        if not standings:
            return tr("You have no dream in the queue. It is empty: your next one would begin at once.")
        own = await queue.open_jobs(requester=user)
        known = [(job, standings[job.id]) for job in own[:MOST_LISTED] if job.id in standings]
        lines = [f"• {_stands(job, standing)}" for job, standing in known]
        if (more := len(own) - MOST_LISTED) > 0:
            lines.append(f"• {tr_count('and {count} more', 'and {count} more', more)}")
        head = tr("Your dreams:") if lines else tr("You have no dream in the queue.")
        here = None if guild is None else len(await queue.open_jobs(guild=guild))
        return "\n".join([head, *lines, _waiting(standings.values(), here)])


def _stands(job: Job, standing: Standing) -> str:
    recipe, when = clipped(recipe_of(job), 80), moment(standing.ready_at)
    if standing.running:
        return tr("`{recipe}`: being dreamt, ready {when}", recipe=recipe, when=when)
    if not standing.ahead:
        # Translators: of a dream that waits: it is the next
        return tr("`{recipe}`: next, ready {when}", recipe=recipe, when=when)
    return tr("`{recipe}`: {ahead} before it, ready {when}", recipe=recipe, ahead=standing.ahead, when=when)


def _waiting(standings: Collection[Standing], here: int | None) -> str:
    """How much waits everywhere. here: on this server."""
    count, when = len(standings), moment(max(one.ready_at for one in standings))
    if here is None:
        return tr_count(
            "{count} dream in the queue; the last is ready {when}.",
            "{count} dreams in the queue; the last is ready {when}.",
            count,
            when=when,
        )
    return tr_count(
        "{count} dream in the queue, {here} of them here; the last is ready {when}.",
        "{count} dreams in the queue, {here} of them here; the last is ready {when}.",
        count,
        here=here,
        when=when,
    )
