"""`/layers`: what each layer of a network sees, in pages to leaf through; a page that is not there yet is asked for."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import logging
from dataclasses import dataclass
from typing import Any

import discord

from bot.dreaming import help as help_texts
from bot.dreaming import rules
from bot.dreaming.asks import ask_for
from bot.dreaming.attaching import extension
from bot.dreaming.conversation import Interaction, defer, defer_after, reply, say
from bot.dreaming.menus import Handle, atlas_view
from bot.dreaming.phrases import dreamt_by_text
from bot.dreaming.places import place_of_interaction
from bot.dreaming.scenes import Scene, scene_of_interaction
from bot.dreaming.service import Dreaming
from bot.dreaming.words import duration
from bot.errors import Refusal
from bot.executor.protocol import Encoded
from bot.jobs.model import Door
from bot.kinds import Kind
from bot.languages import current, tell, tr
from dreamcore.atlas.pages import AtlasPage, heading_of
from dreamcore.atlas.recipe import AtlasRecipe
from dreamcore.catalogue import NetworkInfo, catalogue, network_info
from dreamcore.errors import DreamError, UnknownLayer, UnknownNetwork, did_you_mean

SHEET_BYTES = 1 << 20
QUICK = 0.8  #: seconds for a page that is there, before the interaction is acknowledged
PATIENCE = 15.0  #: seconds that somebody waits to hear whether a page is there

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A message with a page."""

    embed: discord.Embed
    view: discord.ui.View | None = None
    files: tuple[tuple[str, bytes], ...] = ()  # each with its name

    @property
    def attached(self) -> list[discord.File]:
        return [discord.File(io.BytesIO(data), name) for name, data in self.files]


class Atlas:
    """The pages, at all their doors."""

    def __init__(self, dreaming: Dreaming) -> None:
        self._dreaming = dreaming

    async def by_command(self, interaction: Interaction, recipe: AtlasRecipe) -> None:
        await self._show(interaction, recipe)

    async def by_message(self, message: discord.Message, scene: Scene, typed: str) -> None:
        """`!dream layers …`"""
        leaf = await self._leaf(scene, _read(scene, typed), limit=_most(message.guild))
        await reply(message, "", embed=leaf.embed, view=leaf.view, files=leaf.attached)

    async def turn(self, interaction: Interaction, recipe: AtlasRecipe) -> None:
        """A button or a menu leads to a page."""
        await self._show(interaction, recipe, text=False)

    async def make(self, interaction: Interaction, read: Handle) -> None:
        """Have a page made, for whoever pressed; one that is there by now is shown."""
        scene = scene_of_interaction(interaction, self._dreaming.settings)
        recipe = scene.effective.apply(read.page).recipe
        message = interaction.message
        ephemeral = message is not None and message.flags.ephemeral
        task = asyncio.ensure_future(self._there(recipe, interaction.filesize_limit))
        try:
            await asyncio.wait({task}, timeout=QUICK)
            there = task.done() and task.result().sheet is not None
        finally:
            task.cancel()
        if there:
            await self._show(interaction, recipe, text=False)
            return
        for job in await self._dreaming.queue.open_jobs(requester=interaction.user.id):
            if job.kind is Kind.ATLAS and job.recipe == recipe.text:
                raise Refusal(tr("This page is being drawn for you already."))
        place = place_of_interaction(interaction, personal_install=self._dreaming.config.personal_install)
        place = dataclasses.replace(place, ephemeral=place.ephemeral or ephemeral)
        ask = ask_for(scene, door=Door.BUTTON, place=place, recipe=recipe, cause=f"interaction:{interaction.id}")
        await defer_after(interaction, self._dreaming.check(ask), ephemeral=place.ephemeral)
        await self._dreaming.take(ask)

    def tile_text(self, interaction: Interaction, recipe: AtlasRecipe, at: int) -> str:
        """The recipe that dreams what a tile shows. Raises DreamError."""
        scene = scene_of_interaction(interaction, self._dreaming.settings)
        tiles = _page(recipe).tiles
        if not 0 <= at < len(tiles):
            raise Refusal(tr("There is no such tile any more."))
        return f"{_elsewhere(scene, recipe)}{tiles[at].text}"

    # --- how it goes out

    async def _show(self, interaction: Interaction, recipe: AtlasRecipe, *, text: bool = True) -> None:
        scene = scene_of_interaction(interaction, self._dreaming.settings)
        limit = min(SHEET_BYTES, interaction.filesize_limit)
        task = asyncio.ensure_future(self._leaf(scene, recipe, limit=limit, text=text))
        try:
            done, _ = await asyncio.wait({task}, timeout=QUICK)
            if not done:
                await _acknowledge(interaction)
            leaf = await task
        finally:
            task.cancel()
        message = interaction.message
        if message is None or not message.flags.ephemeral:
            await say(interaction, "", embed=leaf.embed, view=leaf.view, files=leaf.attached)
            return
        response = interaction.response
        edit: Any = interaction.edit_original_response if response.is_done() else response.edit_message
        await edit(content=None, embed=leaf.embed, view=leaf.view, attachments=leaf.attached)

    async def _leaf(self, scene: Scene, recipe: AtlasRecipe, *, limit: int, text: bool = True) -> Leaf:
        """text: with all there is to say about the network, where all of its layers are shown."""
        applied = scene.effective.apply(recipe)
        recipe, network = applied.recipe, network_info(str(applied.recipe.network))
        page = recipe.page_of(network)
        text = text and recipe.layer is None and recipe.page is None
        off = Kind.ATLAS.value in scene.effective["switched-off"]
        if off and not text:
            raise Refusal(tr(rules.SWITCHED_OFF[Kind.ATLAS]))
        embed, files = _about(network, page, scene, text=text)
        if off:
            return Leaf(embed=embed, files=files)
        found = await self._there(recipe, limit)
        lines = [*map(tell, applied.notes), dreamt_by_text(page, scene.effective["prefix"], _elsewhere(scene, recipe))]
        if found.sheet is not None:
            name = f"{_stem(page)}.{extension(found.sheet.format)}"
            embed.set_image(url=f"attachment://{name}")
            files = (*files, (name, found.sheet.data))
        elif found.known:
            seconds = self._dreaming.queue.estimate(Kind.ATLAS, recipe.text)
            lines.append(
                tr(
                    "Nobody has had this page drawn yet: that is about {time} of work, and counts as a dream.",
                    time=duration(seconds),
                )
            )
        else:
            lines.append(tr("The pictures cannot be shown just now. Please try again in a minute."))
        if page.count > 1:
            embed.set_footer(text=tr("Page {number} of {count}", number=page.number, count=page.count))
        if text:
            embed.add_field(name=tr("As pictures"), value="\n".join(lines)[:1024], inline=False)
        else:
            embed.description = "\n".join(lines)
        makes = found.sheet is None and found.known
        return Leaf(embed=embed, view=atlas_view(page, makes=makes), files=files)

    async def _there(self, recipe: AtlasRecipe, limit: int) -> _Found:
        """Whether a page is there. Heeds that the workers may be starting, or busy."""
        try:
            async with asyncio.timeout(PATIENCE):
                sheet = await self._dreaming.executor.atlas(
                    recipe.text, language=current(), byte_limit=min(SHEET_BYTES, limit)
                )
            return _Found(sheet=sheet, known=True)
        except (TimeoutError, DreamError) as error:
            log.info("a page of the atlas cannot be looked up: %r", error)
            return _Found(sheet=None, known=False)


@dataclass(frozen=True, kw_only=True)
class _Found:
    sheet: Encoded | None
    known: bool  # whether anybody could say


def _read(scene: Scene, typed: str) -> AtlasRecipe:
    """The page that somebody typed. Raises RecipeError: for a single strange word, whichever of two is nearer."""
    recipe = AtlasRecipe.parse(typed)
    applied = scene.effective.apply(recipe).recipe
    network = network_info(str(applied.network))
    try:
        applied.page_of(network)
    except UnknownLayer:
        if recipe.network is not None or "=" in typed:
            raise
        word, layers = typed.strip(), [*network.aliases, *(layer.name for layer in network.layers)]
        if did_you_mean(word, layers) and not did_you_mean(word, catalogue()):
            raise
        raise UnknownNetwork(word, catalogue()) from None
    return recipe


def _page(recipe: AtlasRecipe) -> AtlasPage:
    return recipe.page_of(network_info(str(recipe.network)))


def _about(
    network: NetworkInfo, page: AtlasPage, scene: Scene, *, text: bool
) -> tuple[discord.Embed, tuple[tuple[str, bytes], ...]]:
    if text:
        embed = help_texts.layers_embed(network, default=network.name == scene.effective.networks[0])
        return embed, ((f"{network.name}.txt", help_texts.layers_text(network).encode()),)
    return discord.Embed(title=tell(heading_of(page, network)), colour=help_texts.COLOUR), ()


def _elsewhere(scene: Scene, recipe: AtlasRecipe) -> str:
    """What a recipe has to say besides, where another network dreams usually."""
    return "" if recipe.network == scene.effective.networks[0] else f"network={recipe.network} "


def _stem(page: AtlasPage) -> str:
    layer = "".join(letter if letter.isalnum() else "-" for letter in page.layer or "layers")
    return f"{page.network}-{layer}-{page.number}"


def _most(guild: discord.Guild | None) -> int:
    return SHEET_BYTES if guild is None else min(SHEET_BYTES, guild.filesize_limit)


async def _acknowledge(interaction: Interaction) -> None:
    """What was pressed is replaced in a moment; where it is for all to see, there is an answer of its own."""
    message = interaction.message
    if message is not None and message.flags.ephemeral:
        await interaction.response.defer()
    else:
        await defer(interaction, ephemeral=True)
