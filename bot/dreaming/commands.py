"""What the slash commands and the message menu do."""

from __future__ import annotations

import io
from collections.abc import Collection
from typing import Any

import discord
from discord import app_commands

from bot.dreaming import help as help_texts
from bot.dreaming import slash
from bot.dreaming.asks import ask_for
from bot.dreaming.buttons import Action
from bot.dreaming.conversation import Interaction, answered, defer, defer_after, say
from bot.dreaming.parsing import clipped, recipe_from_options
from bot.dreaming.pictures import Found, of_attachment, of_avatar, pictures_only
from bot.dreaming.places import is_personal, place_of_interaction
from bot.dreaming.scenes import Scene, moderates, scene_of_interaction
from bot.dreaming.service import LOOK_BACK, Dreaming
from bot.dreaming.suggestions import LONGEST, MOST
from bot.dreaming.words import moment, recipe_of
from bot.errors import NoPicture, Refusal
from bot.jobs.model import Door, Job, Place, Standing
from bot.languages import mark, tr, tr_count
from bot.moderation.layers import Effective
from dreamcore.catalogue import NetworkInfo, network_info
from dreamcore.recipe import Recipe
from dreamcore.settings import AUTO

MENU_NAME = "Dream this"
MOST_LISTED = 10

_TAKE_THIS = mark(
    "Attach one with picture:, name a member: for an avatar, or use Apps → Dream this in a message's menu."
)


class Commands:
    """Registers the commands at the tree, and is what they call."""

    def __init__(self, dreaming: Dreaming, *, message_content: bool) -> None:
        self._dreaming = dreaming
        self._message_content = message_content

    def install(self, tree: app_commands.CommandTree[Any]) -> None:
        personal = self._dreaming.config.personal_install
        contexts = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=personal)
        installs = app_commands.AppInstallationType(guild=True, user=personal)
        tree.add_command(slash.dream_command(self._dream, here=self._effective, contexts=contexts, installs=installs))
        here: dict[str, Any] = {"allowed_contexts": contexts, "allowed_installs": installs}
        for name, description, callback in (
            ("layers", mark("What can be dreamt: levels, layers, styles, classes"), self._layers_command()),
            ("queue", mark("Your dreams, and what waits here"), self._queue_command()),
            ("cancel", mark("Stop a dream that waits or is being dreamt"), self._cancel_command()),
            ("help", mark("How to ask for a dream"), self._help_command()),
            ("optout", mark("Nobody else may dream your pictures or avatar; again: they may"), self._optout()),
        ):
            tree.add_command(app_commands.Command(name=name, description=description, callback=callback, **here))

        async def dream_this(interaction: Interaction, message: discord.Message) -> None:
            await answered(interaction, self._dream_message(interaction, message))

        tree.add_command(app_commands.ContextMenu(name=MENU_NAME, callback=dream_this, **here))

    # --- the doors

    async def _dream(self, interaction: Interaction, options: dict[str, Any]) -> None:
        scene = self.scene(interaction)
        picture, member = options.pop("picture", None), options.pop("member", None)
        recipe = recipe_from_options(options, options.pop("recipe", ""))
        if picture is not None and member is not None:
            raise Refusal(tr("Give either picture: or member:, not both."))
        self._dreaming.admit(scene, recipe)
        place = self._place(interaction)
        if picture is not None:
            posted = of_attachment(picture, author=interaction.user.id, origin=scene.channel)
            found: tuple[Found, ...] = (posted,)
        elif member is not None:
            found = (of_avatar(member),)
        else:
            found = await self._own_last_picture(interaction, place)
        await self._take(interaction, scene, place, Door.SLASH, recipe, found)

    async def _dream_message(self, interaction: Interaction, message: discord.Message) -> None:
        scene = self.scene(interaction)
        self._dreaming.admit(scene, Recipe())
        place = self._place(interaction)
        found = await self._dreaming.found_in(message)
        if not found:
            raise NoPicture(
                tr("There is no picture in this message: only what was uploaded to Discord counts, links do not.")
            )
        await self._take(interaction, scene, place, Door.MENU, Recipe(), found)

    def scene(self, interaction: Interaction) -> Scene:
        return scene_of_interaction(interaction, self._dreaming.settings)

    def _effective(self, interaction: Interaction) -> Effective:
        return self.scene(interaction).effective

    def _place(self, interaction: Interaction) -> Place:
        return place_of_interaction(interaction, personal_install=self._dreaming.config.personal_install)

    async def _take(
        self,
        interaction: Interaction,
        scene: Scene,
        place: Place,
        door: Door,
        recipe: Recipe,
        found: tuple[Found, ...],
    ) -> None:
        usable, notes = pictures_only(found)
        ask = ask_for(
            scene,
            door=door,
            place=place,
            recipe=recipe,
            found=usable,
            cause=f"interaction:{interaction.id}",
            notes=notes,
        )
        await defer_after(interaction, self._dreaming.check(ask), ephemeral=place.ephemeral)
        await self._dreaming.take(ask)

    async def _own_last_picture(self, interaction: Interaction, place: Place) -> tuple[Found, ...]:
        """What the person posted last in this channel; another's picture must be pointed at."""
        channel = interaction.channel
        if not place.reachable or not self._message_content or not isinstance(channel, discord.abc.Messageable):
            raise NoPicture(f"{tr('Which picture?')} {tr(_TAKE_THIS)}")
        await defer(interaction, ephemeral=place.ephemeral)
        last = await self._dreaming.last_in(channel, lambda message: message.author.id == interaction.user.id)
        if last is None:
            none_seen = tr("I see no picture of yours among the last {count} messages.", count=LOOK_BACK)
            raise NoPicture(f"{none_seen} {tr(_TAKE_THIS)}")
        return last[1]

    # --- what one asks about

    def _layers_command(self) -> Any:
        @app_commands.describe(network=mark("Of which network; without, of the one that dreams usually"))
        @app_commands.autocomplete(network=slash.complete_network)
        async def layers(interaction: Interaction, network: str | None = None) -> None:
            await answered(interaction, self._layers(interaction, network))

        return layers

    async def _layers(self, interaction: Interaction, network: str | None) -> None:
        scene = self.scene(interaction)
        info = self.network(network, scene)
        file = discord.File(io.BytesIO(help_texts.layers_text(info).encode()), f"{info.name}.txt")
        await say(interaction, "", embed=self.layers_embed(info, scene), files=[file])

    def _help_command(self) -> Any:
        async def help_(interaction: Interaction) -> None:
            await answered(interaction, say(interaction, "", embed=self.help_embed(self.scene(interaction))))

        return help_

    def _optout(self) -> Any:
        async def optout(interaction: Interaction) -> None:
            await answered(interaction, self._toggle(interaction))

        return optout

    async def _toggle(self, interaction: Interaction) -> None:
        queue, user = self._dreaming.queue, interaction.user.id
        out = not await queue.members.opted_out(user)
        await queue.members.set_opted_out(user, out)
        await say(
            interaction,
            tr(
                "Done: others can no longer have your pictures or your avatar dreamt. You still can. "
                "`/optout` once more takes it back."
            )
            if out
            else tr(
                "Done: others may have your pictures and your avatar dreamt again. You are named in the "
                "answer, and may delete it."
            ),
        )

    def _queue_command(self) -> Any:
        async def queue(interaction: Interaction) -> None:
            await answered(interaction, self._show_queue(interaction))

        return queue

    async def _show_queue(self, interaction: Interaction) -> None:
        await say(interaction, await self.queue_text(interaction.user.id, interaction.guild_id))

    def _cancel_command(self) -> Any:
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

    def help_embed(self, scene: Scene) -> discord.Embed:
        user, effective = self._dreaming.client.user, scene.effective
        return help_texts.help_embed(
            help_texts.Help(
                prefix=effective["prefix"],
                # Translators: instead of the bot's own name: @Dreambot
                mention=user.mention if user is not None else tr("a mention of me"),
                message_content=self._message_content,
                keep_days=self._dreaming.config.keep_days,
                default=network_info(effective.networks[0]),
                here=tuple(help_texts.here(effective)),
            )
        )

    def layers_embed(self, network: NetworkInfo, scene: Scene) -> discord.Embed:
        return help_texts.layers_embed(network, default=network.name == scene.effective.networks[0])

    def network(self, name: str | None, scene: Scene) -> NetworkInfo:
        """The network of this name, or the one that dreams usually there. Raises UnknownNetwork."""
        wanted = (name or "").strip()
        return network_info(wanted if wanted and wanted != AUTO else scene.effective.networks[0])


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
