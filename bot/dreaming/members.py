"""What members ask about themselves: /limits, /mydata, /forgetme. Only they see the answers."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Iterator
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
from bot.jobs.allowance import Span
from bot.jobs.limits import Use
from bot.jobs.rules import WITHIN
from bot.jobs.rules import Ask as Limited

NO_LIMITS = "There are no limits for you here."
EXEMPT = "This server's own limits do not hold for you."
HERE_IT_IS = (
    "This file has everything that I keep about you, and says what each part of it is for. Nobody else sees it."
)
TOO_LARGE = "What I keep about you does not fit into a file that may be sent here. Please ask me in a direct message."
QUESTION = (
    "Shall I forget you? Your dreams, your pictures and your wishes are deleted from my records; dreams that wait are "
    "cancelled, also those that others have asked for of your pictures. The buttons under your dreams stop working, "
    "and others may have your pictures dreamt again, until you say `/optout` anew.\n"
    "What I have posted stays in its channels: press Delete under it first, where you want it gone.\n"
    "Blocks and limits hold on. They are kept without your id. This cannot be undone."
)
FORGOTTEN = "I have forgotten you. What you ask me from now on is kept anew."
NOT_YOURS = "Only who asked may answer this."
KEPT = "Nothing was changed."


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
            await answered(interaction, say(interaction, QUESTION, view=forget_buttons(interaction.user.id)))

        for name, description, callback in (
            ("limits", "How much you may have dreamt here, and when more comes", limits),
            ("mydata", "Everything that I keep about you, as a file", mydata),
            ("forgetme", "Delete everything that I keep about you; asks first", forgetme),
        ):
            tree.add_command(app_commands.Command(name=name, description=description, callback=callback, **here))

    async def answer(self, interaction: Interaction, press: Press) -> None:
        """Yes or No under the question of /forgetme."""
        if press.job != str(interaction.user.id):
            raise Refusal(NOT_YOURS)
        await interaction.response.defer()
        if press.action is Action.KEEP:
            await interaction.edit_original_response(content=KEPT, view=None)
            return
        try:
            await self._dreaming.queue.members.forget(interaction.user.id)
        except Exception as error:
            await interaction.edit_original_response(content=sentence_for(error), view=None)
            return
        await interaction.edit_original_response(content=FORGOTTEN, view=None)

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
        lines = [*(f"• {line(use)}" for use in uses)] or [NO_LIMITS]
        if scene.effective.exempt:
            lines.append(EXEMPT)
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
            raise Refusal(TOO_LARGE)
        await say(interaction, HERE_IT_IS, files=[discord.File(io.BytesIO(content), name)])


def line(use: Use) -> str:
    """One limit, and what is left of it."""
    return "".join(_parts(use))


def _parts(use: Use) -> Iterator[str]:
    limit = use.limit
    where = " of this server together" if limit.everyone else "" if use.operators else " on this server"
    if limit.channel is not None:
        where = f" in <#{limit.channel}>"
    if limit.role is not None:
        where = f" on this server, for <@&{limit.role}>"
    if limit.span is Span.WAITING:
        yield f"{use.left} of {limit.most} requests{where} may still wait"
    else:
        yield f"{use.left} of {limit.most} pictures{where} left {WITHIN[limit.span]}"
    if use.more_at is not None:
        yield f"; the next comes back {moment(use.more_at)}"


def _file(data: dict[str, Any], most: int) -> tuple[str, bytes]:
    """As it is, or packed where it is too large for that."""
    text = json.dumps(data, indent=1, ensure_ascii=False).encode()
    if len(text) <= most:
        return "my-data.json", text
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("my-data.json", text)
    return "my-data.zip", packed.getvalue()
