"""What members ask about themselves: /limits, /mydata, /forgetme. Only they see the answers."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import discord
from discord import app_commands

from bot.dreaming import rules
from bot.dreaming.buttons import Action, Press, forget_buttons
from bot.dreaming.conversation import Interaction, answered, defer, say
from bot.dreaming.places import is_personal
from bot.dreaming.scenes import Scene, scene_of_interaction
from bot.dreaming.service import Dreaming
from bot.dreaming.words import moment, sentence_for
from bot.errors import Refusal
from bot.jobs.allowance import Counted, Span
from bot.jobs.limits import Use
from bot.jobs.rules import Ask as Limited
from bot.jobs.saying import Scope
from bot.languages import mark, tr

NO_LIMITS = mark("There are no limits for you here.")
EXEMPT = mark("This server's own limits do not hold for you.")
HERE_IT_IS = mark(
    "This file has everything that I keep about you, and says what each part of it is for. Nobody else sees it."
)
TOO_LARGE = mark(
    "What I keep about you does not fit into a file that may be sent here. Please ask me in a direct message."
)
QUESTION = mark(
    "Shall I forget you? Your dreams, your pictures and your wishes are deleted from my records; dreams that wait are "
    "cancelled, also those that others have asked for of your pictures. The buttons under your dreams stop working, "
    "and others may have your pictures dreamt again, until you say `/optout` anew.\n"
    "What I have posted stays in its channels: press Delete under it first, where you want it gone.\n"
    "Blocks and limits hold on. They are kept without your id. This cannot be undone."
)
FORGOTTEN = mark("I have forgotten you. What you ask me from now on is kept anew.")
NOT_YOURS = mark("Only who asked may answer this.")
KEPT = mark("Nothing was changed.")


_LEFT = {
    Span.HOUR: {
        Scope.MEMBER: mark("{left} of {most} pictures left in an hour"),
        Scope.EVERYONE: mark("{left} of {most} pictures of this server together left in an hour"),
        Scope.SERVER: mark("{left} of {most} pictures on this server left in an hour"),
        Scope.CHANNEL: mark("{left} of {most} pictures in {channel} left in an hour"),
        Scope.ROLE: mark("{left} of {most} pictures on this server, for {role} left in an hour"),
    },
    Span.DAY: {
        Scope.MEMBER: mark("{left} of {most} pictures left in 24 hours"),
        Scope.EVERYONE: mark("{left} of {most} pictures of this server together left in 24 hours"),
        Scope.SERVER: mark("{left} of {most} pictures on this server left in 24 hours"),
        Scope.CHANNEL: mark("{left} of {most} pictures in {channel} left in 24 hours"),
        Scope.ROLE: mark("{left} of {most} pictures on this server, for {role} left in 24 hours"),
    },
    Span.WAITING: {
        Scope.MEMBER: mark("{left} of {most} requests may still wait"),
        Scope.EVERYONE: mark("{left} of {most} requests of this server together may still wait"),
        Scope.SERVER: mark("{left} of {most} requests on this server may still wait"),
        Scope.CHANNEL: mark("{left} of {most} requests in {channel} may still wait"),
        Scope.ROLE: mark("{left} of {most} requests on this server, for {role} may still wait"),
    },
}


class MemberCommands:
    """Registers the commands at the tree, and is what they call."""

    def __init__(self, dreaming: Dreaming) -> None:
        self._dreaming = dreaming

    def install(self, tree: app_commands.CommandTree[Any]) -> None:
        personal = self._dreaming.config.personal_install
        here: dict[str, Any] = {
            "allowed_contexts": app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=personal),
            "allowed_installs": app_commands.AppInstallationType(guild=True, user=personal),
        }

        async def limits(interaction: Interaction) -> None:
            await answered(interaction, self._limits(interaction))

        async def mydata(interaction: Interaction) -> None:
            await answered(interaction, self._data(interaction))

        async def forgetme(interaction: Interaction) -> None:
            await answered(interaction, say(interaction, tr(QUESTION), view=forget_buttons(interaction.user.id)))

        for name, description, callback in (
            ("limits", mark("How much you may have dreamt here, and when more comes"), limits),
            ("mydata", mark("Everything that I keep about you, as a file"), mydata),
            ("forgetme", mark("Delete everything that I keep about you; asks first"), forgetme),
        ):
            tree.add_command(app_commands.Command(name=name, description=description, callback=callback, **here))

    async def answer(self, interaction: Interaction, press: Press) -> None:
        """Yes or No under the question of /forgetme."""
        if press.job != str(interaction.user.id):
            raise Refusal(tr(NOT_YOURS))
        await interaction.response.defer()
        if press.action is Action.KEEP:
            await interaction.edit_original_response(content=tr(KEPT), view=None)
            return
        try:
            await self._dreaming.queue.members.forget(interaction.user.id)
        except Exception as error:
            await interaction.edit_original_response(content=sentence_for(error), view=None)
            return
        await interaction.edit_original_response(content=tr(FORGOTTEN), view=None)

    # --- limits

    async def _limits(self, interaction: Interaction) -> None:
        scene = scene_of_interaction(interaction, self._dreaming.settings)
        personal = is_personal(interaction)
        asked = Limited(
            requester=interaction.user.id,
            guild=interaction.guild_id,
            pictures=1,
            personal=personal,
            allowance=scene.effective.allowance,
        )
        uses = await self._dreaming.queue.uses(asked)
        lines = [*(f"• {line(use)}" for use in uses)] or [tr(NO_LIMITS)]
        if scene.effective.exempt:
            lines.append(tr(EXEMPT))
        refused = await self._refused(scene, asked)
        await say(interaction, "\n".join([*([f"⚠️ {refused}"] if refused else []), *lines]))

    async def _refused(self, scene: Scene, asked: Limited) -> str | None:
        """What would be said if they asked for a dream now."""
        try:
            rules.admit(scene, now=self._dreaming.clock())
            await self._dreaming.queue.check(asked)
        except Refusal as refusal:
            return sentence_for(refusal)
        return None

    # --- data

    async def _data(self, interaction: Interaction) -> None:
        await defer(interaction, ephemeral=True)
        data = await self._dreaming.queue.members.data(interaction.user.id)
        name, content = await asyncio.to_thread(_file, data, interaction.filesize_limit)
        if len(content) > interaction.filesize_limit:
            raise Refusal(tr(TOO_LARGE))
        await say(interaction, tr(HERE_IT_IS), files=[discord.File(io.BytesIO(content), name)])


_LEFT_OF: Mapping[Counted, Mapping[Scope, str]] = {
    Counted.FILMS: {
        Scope.MEMBER: mark("{left} of {most} films left in 24 hours"),
        Scope.SERVER: mark("{left} of {most} films on this server left in 24 hours"),
        Scope.CHANNEL: mark("{left} of {most} films in {channel} left in 24 hours"),
        Scope.ROLE: mark("{left} of {most} films on this server, for {role} left in 24 hours"),
    },
    Counted.GRIDS: {
        Scope.MEMBER: mark("{left} of {most} grids left in 24 hours"),
        Scope.SERVER: mark("{left} of {most} grids on this server left in 24 hours"),
        Scope.CHANNEL: mark("{left} of {most} grids in {channel} left in 24 hours"),
        Scope.ROLE: mark("{left} of {most} grids on this server, for {role} left in 24 hours"),
    },
}  #: there is no other limit of these than of one member in 24 hours


def line(use: Use) -> str:
    """One limit, and what is left of it."""
    limit = use.limit
    left = tr(
        _LEFT_OF.get(limit.of, _LEFT[limit.span])[Scope.of(limit, operators=use.operators)],
        left=use.left,
        most=limit.most,
        channel=f"<#{limit.channel}>",
        role=f"<@&{limit.role}>",
    )
    if use.more_at is None:
        return left
    if limit.span is Span.WAITING:
        # Translators: {requests} is a sentence without its full stop: 2 of 3 requests may still wait
        return tr("{requests}; the next comes back {when}", requests=left, when=moment(use.more_at))
    # Translators: {pictures} is a sentence without its full stop: 2 of 5 pictures left in an hour
    return tr("{pictures}; the next comes back {when}", pictures=left, when=moment(use.more_at))


def _file(data: dict[str, Any], most: int) -> tuple[str, bytes]:
    """As it is, or packed where it is too large for that."""
    text = json.dumps(data, indent=1, ensure_ascii=False).encode()
    if len(text) <= most:
        return "my-data.json", text
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("my-data.json", text)
    return "my-data.zip", packed.getvalue()
