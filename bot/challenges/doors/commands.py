"""`/challenge`: one sub-command for each thing that can be done, moderators' and members'."""

from __future__ import annotations

from typing import Any

from discord import app_commands

from bot.challenges.doors.members import Members
from bot.challenges.doors.organising import Organising
from bot.dreaming.conversation import Interaction, answered
from bot.languages import mark
from bot.moderation.doors.commands import BY_SERVERS, ON_SERVERS
from bot.moderation.doors.replies import say_to


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
        group.add_command(
            app_commands.Command(
                name="show", description=mark("Everything about a challenge, for moderators"), callback=self._show()
            )
        )
        self._members.install(group)
        tree.add_command(group)

    def _show(self) -> Any:
        @app_commands.describe(challenge=mark("Which"))
        async def show(interaction: Interaction, challenge: int) -> None:
            async def whole() -> None:
                who = self._organising.who(interaction)
                await say_to(interaction, await self._organising.show(who, challenge))

            await answered(interaction, whole())

        return show
