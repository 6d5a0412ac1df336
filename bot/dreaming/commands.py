"""What the slash commands and the message menu do."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import discord
from discord import app_commands

from bot.dreaming import help as help_texts
from bot.dreaming import slash, works
from bot.dreaming.asks import ask_for
from bot.dreaming.atlas import Atlas
from bot.dreaming.conversation import Interaction, answered, defer, defer_after, say
from bot.dreaming.parsing import recipe_from_options, recipe_from_words, recipe_line
from bot.dreaming.pictures import Found, of_attachment, of_avatar, pictures_only
from bot.dreaming.places import place_of_interaction
from bot.dreaming.scenes import Scene, scene_of_interaction
from bot.dreaming.service import LOOK_BACK, Dreaming
from bot.dreaming.waiting import WaitingCommands
from bot.errors import NoPicture, Refusal
from bot.jobs.model import Door, Place
from bot.kinds import Kind, Role
from bot.languages import mark, tr
from bot.moderation.layers import Effective
from bot.recipes import AnyRecipe, kind_of, read_recipe
from dreamcore.atlas.recipe import MOST_PAGES, AtlasRecipe
from dreamcore.catalogue import network_info
from dreamcore.settings import AUTO

MENU_NAME = "Dream this"
MENUS = {Kind.DREAM: MENU_NAME, Kind.FILM: "Film this", Kind.EXPLAIN: "Explain this"}

_TAKE_ONE = mark("Attach one with picture:, or name a member: for an avatar.")
_TAKE_THIS = {
    Kind.DREAM: mark(
        "Attach one with picture:, name a member: for an avatar, or use Apps → Dream this in a message's menu."
    ),
    Kind.FILM: mark(
        "Attach one with picture:, name a member: for an avatar, or use Apps → Film this in a message's menu."
    ),
    Kind.EXPLAIN: mark(
        "Attach one with picture:, name a member: for an avatar, or use Apps → Explain this in a message's menu."
    ),
}
_POST_WITH = mark(
    "I see no picture of yours here. Post one with `{line}`, or give `/dream` a picture and `{recipe}` as recipe:."
)
_WITH_RECIPE = mark("Give `/dream` a picture and `{recipe}` as recipe:.")


class Commands:
    """Registers the commands at the tree, and is what they call."""

    def __init__(self, dreaming: Dreaming, *, message_content: bool) -> None:
        self._dreaming = dreaming
        self._message_content = message_content
        self.waiting = WaitingCommands(dreaming)
        self.atlas = Atlas(dreaming)

    def install(self, tree: app_commands.CommandTree[Any]) -> None:
        personal = self._dreaming.config.personal_install
        contexts = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=personal)
        installs = app_commands.AppInstallationType(guild=True, user=personal)
        for shape in (slash.dream_shape(), *works.shapes().values()):
            making = functools.partial(self._make, shape.kind)
            tree.add_command(
                slash.command_of(shape, making, here=self._effective, contexts=contexts, installs=installs)
            )
        here: dict[str, Any] = {"allowed_contexts": contexts, "allowed_installs": installs}
        for name, description, callback in (
            ("layers", mark("What can be dreamt: levels, layers, styles, classes"), self._layers_command()),
            ("queue", mark("Your dreams, and what waits here"), self.waiting.queue_command()),
            ("cancel", mark("Stop a dream that waits or is being dreamt"), self.waiting.cancel_command()),
            ("help", mark("How to ask for a dream"), self._help_command()),
            ("optout", mark("Nobody else may dream your pictures or avatar; again: they may"), self._optout()),
        ):
            tree.add_command(app_commands.Command(name=name, description=description, callback=callback, **here))

        for kind, name in MENUS.items():
            tree.add_command(app_commands.ContextMenu(name=name, callback=self._menu(kind), **here))

    # --- the doors

    async def _make(self, kind: Kind, interaction: Interaction, options: dict[str, Any]) -> None:
        scene = self.scene(interaction)
        picture, member = options.pop("picture", None), options.pop("member", None)
        posted = {role: options.pop(role.value) for role in Role if role.value in options}
        recipe = _recipe(kind, options)
        if picture is not None and member is not None:
            raise Refusal(tr("Give either picture: or member:, not both."))
        self._dreaming.admit(scene, recipe)
        place = self._place(interaction)
        if picture is not None:
            found: tuple[Found, ...] = (of_attachment(picture, author=interaction.user.id, origin=scene.channel),)
        elif member is not None:
            found = (of_avatar(member),)
        elif kind.has_source:
            found = await self._own_last_picture(interaction, place, kind)
        else:
            found = ()
        beside = {
            role: of_attachment(one, author=interaction.user.id, origin=scene.channel) for role, one in posted.items()
        }
        for one in beside.values():
            pictures_only((one,))
        await self._take(interaction, scene, place, Door.SLASH, recipe, found, beside)

    async def dream_text(self, interaction: Interaction, text: str) -> None:
        """A recipe that was chosen from a menu, on the person's last picture in the channel."""
        try:
            await self._make(Kind.DREAM, interaction, {"recipe": text})
        except NoPicture as error:
            if not self._message_content:
                raise NoPicture(tr(_WITH_RECIPE, recipe=text), log=error.log) from None
            line = recipe_line(text, self._dreaming.settings.prefix(interaction.guild_id))
            raise NoPicture(tr(_POST_WITH, line=line, recipe=text), log=error.log) from None

    def _menu(self, kind: Kind) -> Callable[[Interaction, discord.Message], Coroutine[Any, Any, None]]:
        async def make_of_this(interaction: Interaction, message: discord.Message) -> None:
            await answered(interaction, self._make_of_message(kind, interaction, message))

        return make_of_this

    async def _make_of_message(self, kind: Kind, interaction: Interaction, message: discord.Message) -> None:
        scene, recipe = self.scene(interaction), read_recipe(kind, "")
        self._dreaming.admit(scene, recipe)
        place = self._place(interaction)
        found = await self._dreaming.found_in(message)
        if not found:
            raise NoPicture(
                tr("There is no picture in this message: only what was uploaded to Discord counts, links do not.")
            )
        await self._take(interaction, scene, place, Door.MENU, recipe, found)

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
        recipe: AnyRecipe,
        found: tuple[Found, ...],
        beside: Mapping[Role, Found] | None = None,
    ) -> None:
        usable, notes = pictures_only(found, kind_of(recipe))
        ask = ask_for(
            scene,
            door=door,
            place=place,
            recipe=recipe,
            found=usable,
            seconds=beside,
            cause=f"interaction:{interaction.id}",
            notes=notes,
        )
        await defer_after(interaction, self._dreaming.check(ask), ephemeral=place.ephemeral)
        await self._dreaming.take(ask)

    async def _own_last_picture(self, interaction: Interaction, place: Place, kind: Kind) -> tuple[Found, ...]:
        """What the person posted last in this channel; another's picture must be pointed at."""
        channel, take_this = interaction.channel, tr(_TAKE_THIS.get(kind, _TAKE_ONE))
        if not place.reachable or not self._message_content or not isinstance(channel, discord.abc.Messageable):
            raise NoPicture(f"{tr('Which picture?')} {take_this}")
        await defer(interaction, ephemeral=place.ephemeral)
        last = await self._dreaming.last_in(
            channel, lambda message: message.author.id == interaction.user.id, kind=kind
        )
        if last is None:
            none_seen = tr("I see no picture of yours among the last {count} messages.", count=LOOK_BACK)
            raise NoPicture(f"{none_seen} {take_this}")
        return last[1]

    # --- what one asks about

    def _layers_command(self) -> Any:
        @app_commands.describe(
            network=mark("Of which network; without, of the one that dreams usually"),
            layer=mark("Every channel of this layer, as pictures"),
            page=mark("Which page of the pictures"),
        )
        @app_commands.autocomplete(network=slash.complete_network, layer=slash.complete_layer(self._effective))
        async def layers(
            interaction: Interaction,
            network: str | None = None,
            layer: str | None = None,
            page: app_commands.Range[int, 1, MOST_PAGES] | None = None,
        ) -> None:
            await answered(interaction, self._layers(interaction, network, layer, page))

        return layers

    async def _layers(self, interaction: Interaction, network: str | None, layer: str | None, page: int | None) -> None:
        named, layer = (network or "").strip(), (layer or "").strip()
        if named and named != AUTO:
            network_info(named)
        await self.atlas.by_command(interaction, AtlasRecipe(network=named or None, layer=layer or None, page=page))

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


def _recipe(kind: Kind, options: dict[str, Any]) -> AnyRecipe:
    """What the options of a command say, but for the picture."""
    if kind is Kind.DREAM:
        return recipe_from_options(options, options.pop("recipe", ""))
    more, what = options.pop(works.MORE, ""), options.pop(works.WHAT, "")
    texts = {key: value if isinstance(value, str) else f"{value:.12g}" for key, value in options.items()}
    return recipe_from_words(kind, texts, more, subject=what)
