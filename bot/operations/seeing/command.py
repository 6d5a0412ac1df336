"""The owner's `/status`: the same figures as `python -m bot status`, for the application's owner only."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import discord
from discord import app_commands

from bot.dreaming.conversation import Interaction, answered, defer, say
from bot.errors import Refusal
from bot.languages import mark, tr
from bot.operations.seeing.looking import Looking
from bot.operations.seeing.telling import lines

NOT_YOURS = mark("Only whoever runs this bot may see how it is.")


def install(tree: app_commands.CommandTree[Any], *, looking: Looking, owners: Collection[int]) -> None:
    """Discord shows it to administrators only, and in direct messages; whoever is no owner is refused anyway."""

    async def status(interaction: Interaction) -> None:
        await answered(interaction, _tell(interaction, looking, owners))

    tree.add_command(
        app_commands.Command(
            name="status",
            description=mark("For whoever runs this bot: how it is"),
            callback=status,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        )
    )
    command = tree.get_command("status")
    assert isinstance(command, app_commands.Command)
    command.default_permissions = discord.Permissions.none()


async def _tell(interaction: Interaction, looking: Looking, owners: Collection[int]) -> None:
    if interaction.user.id not in owners:
        raise Refusal(tr(NOT_YOURS))
    await defer(interaction, ephemeral=True)
    await say(interaction, "\n".join(lines(await looking.snapshot())))
