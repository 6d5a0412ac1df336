"""What members do with challenges: enter, look, vote. Each act is a method that a button or a command calls."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

import discord
from discord import app_commands

from bot.challenges.doors import entrypages, which
from bot.challenges.doors.copying import Copying
from bot.challenges.doors.dreaming import DreamingForIt
from bot.challenges.doors.gallery import Galleries
from bot.challenges.doors.handles import Act, Handle
from bot.challenges.doors.honours import Honours
from bot.challenges.doors.replies import show
from bot.challenges.doors.rules import rules_of
from bot.challenges.doors.submitting import Submitting
from bot.challenges.doors.visiting import guild_of, visitor
from bot.challenges.model import Challenge, State
from bot.challenges.records import Challenges
from bot.dreaming.conversation import Interaction, answered, say
from bot.dreaming.mailbox import Mailbox
from bot.dreaming.service import Dreaming
from bot.errors import Refusal
from bot.jobs.model import Job
from bot.languages import mark, tr
from bot.moderation.doors.commands import Choices
from bot.moderation.doors.sentences import plain

MENU_NAME = "Enter in the challenge"
WHICH = mark("Which challenge; without, the only one")
SEEN = (State.SUBMITTING, State.VOTING, State.COUNTING, State.FINISHED)
OVER = (State.FINISHED,)
TAKING = (State.SUBMITTING,)
LOOKED_AT = (State.VOTING, State.SUBMITTING, State.COUNTING)

log = logging.getLogger(__name__)

Work = Callable[[Challenge], Awaitable[None]]


class Members:
    """`acts`: by what their buttons and forms are called; `install` adds the sub-commands of /challenge."""

    def __init__(
        self,
        *,
        client: discord.Client,
        challenges: Challenges,
        dreaming: Dreaming,
        mailbox: Mailbox,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._challenges = challenges
        copying = Copying(dreaming=dreaming, mailbox=mailbox)
        self._submitting = Submitting(challenges=challenges, dreaming=dreaming, copying=copying)
        self.galleries = Galleries(challenges=challenges, executor=dreaming.executor)
        self._dreaming = DreamingForIt(challenges=challenges, dreaming=dreaming)
        dreaming.hides = self._dreaming.hides
        self._honours = Honours(challenges=challenges)
        self.acts: dict[Act, Callable[[Interaction, Handle], Awaitable[None]]] = {
            Act.RULES: self._rules,
            **self._submitting.acts,
            **self._dreaming.acts,
            **self._honours.acts,
            **self.galleries.acts,
        }

    async def offers(self, job: Job) -> Sequence[discord.ui.Item[Any]]:
        """The button under a dream that could be entered in a challenge now. Raises nothing."""
        try:
            return await self._submitting.offers(job)
        except Exception:
            log.exception("whether it could be entered is not known", extra={"job": job.id})
            return ()

    async def close(self) -> None:
        await self.galleries.close()

    def install(self, group: app_commands.Group) -> None:
        """The sub-commands for members."""
        for name, description, callback in (
            ("dream", mark("Dream for a challenge, within what it asks for"), self._dream()),
            ("submit", mark("Enter one of your dreams in a challenge"), self._submit()),
            ("withdraw", mark("Take an entry of yours back"), self._withdraw()),
            ("gallery", mark("Look at the entries of a challenge, and vote"), self._gallery()),
            ("rules", mark("What a challenge asks for"), self._rules_command()),
            ("results", mark("Who has won, and how"), self._results()),
            ("leaderboard", mark("Who has won most on this server"), self._leaderboard()),
            ("history", mark("The challenges that there were"), self._history()),
        ):
            group.add_command(app_commands.Command(name=name, description=description, callback=callback))

    def install_menu(self, tree: app_commands.CommandTree[Any], **where: Any) -> None:
        """In a message's menu."""

        async def enter(interaction: Interaction, message: discord.Message) -> None:
            await answered(interaction, self._submitting.by_message(interaction, message))

        tree.add_command(app_commands.ContextMenu(name=MENU_NAME, callback=enter, **where))

    # --- one each

    def _dream(self) -> Any:
        @app_commands.describe(
            picture=mark("The picture; without, the one that everybody dreams"),
            recipe=mark("How, such as style=eyes strength=1.5"),
            challenge=WHICH,
        )
        @app_commands.autocomplete(challenge=self._which(TAKING))
        async def dream(
            interaction: Interaction,
            picture: discord.Attachment | None = None,
            recipe: str = "",
            challenge: str = "",
        ) -> None:
            async def work(found: Challenge) -> None:
                await self._dreaming.by_command(interaction, found, picture, recipe)

            await self._do(interaction, challenge, TAKING, work)

        return dream

    def _submit(self) -> Any:
        @app_commands.describe(dream=mark("One of your dreams; without, how it is done"), challenge=WHICH)
        @app_commands.autocomplete(dream=self._dreams, challenge=self._which(TAKING))
        async def submit(interaction: Interaction, dream: str = "", challenge: str = "") -> None:
            async def whole() -> None:
                found = await self._meant(interaction, challenge, TAKING) if challenge.strip() else None
                await self._submitting.by_command(interaction, dream, found)

            await answered(interaction, whole())

        return submit

    def _withdraw(self) -> Any:
        @app_commands.describe(challenge=WHICH)
        @app_commands.autocomplete(challenge=self._which(TAKING))
        async def withdraw(interaction: Interaction, challenge: str = "") -> None:
            async def work(found: Challenge) -> None:
                await show(interaction, await self._submitting.withdraw_page(visitor(interaction), found))

            await self._do(interaction, challenge, TAKING, work)

        return withdraw

    def _gallery(self) -> Any:
        @app_commands.describe(challenge=WHICH)
        @app_commands.autocomplete(challenge=self._which(SEEN))
        async def gallery(interaction: Interaction, challenge: str = "") -> None:
            async def whole() -> None:
                guild = guild_of(interaction)
                live = await self._challenges.of(guild, states=LOOKED_AT, limit=1)
                over = None if live else await self._latest(guild, challenge)
                found = over or await self._meant(interaction, challenge, LOOKED_AT)
                await self.galleries.open(interaction, found.id)

            await answered(interaction, whole())

        return gallery

    def _rules_command(self) -> Any:
        @app_commands.describe(challenge=WHICH)
        @app_commands.autocomplete(challenge=self._which(SEEN))
        async def rules(interaction: Interaction, challenge: str = "") -> None:
            async def work(found: Challenge) -> None:
                await self._say_rules(interaction, found)

            await self._do(interaction, challenge, LOOKED_AT, work)

        return rules

    def _results(self) -> Any:
        @app_commands.describe(challenge=mark("Which challenge; without, the latest"))
        @app_commands.autocomplete(challenge=self._which(OVER))
        async def results(interaction: Interaction, challenge: str = "") -> None:
            async def whole() -> None:
                guild = guild_of(interaction)
                found = await self._latest(guild, challenge) or await self._meant(interaction, challenge, OVER)
                await show(interaction, await self._honours.results(guild, found.id))

            await answered(interaction, whole())

        return results

    def _leaderboard(self) -> Any:
        async def leaderboard(interaction: Interaction) -> None:
            async def whole() -> None:
                await show(interaction, await self._honours.leaderboard(guild_of(interaction)))

            await answered(interaction, whole())

        return leaderboard

    def _history(self) -> Any:
        async def history(interaction: Interaction) -> None:
            async def whole() -> None:
                await show(interaction, await self._honours.history(guild_of(interaction)))

            await answered(interaction, whole())

        return history

    async def _rules(self, interaction: Interaction, read: Handle) -> None:
        """What a challenge asks for, as it is now."""
        await self._say_rules(interaction, await self._challenges.get(read.number(), guild=guild_of(interaction)))

    async def _say_rules(self, interaction: Interaction, challenge: Challenge) -> None:
        await say(interaction, "", embed=rules_of(challenge))

    # --- all of them

    async def _do(self, interaction: Interaction, typed: str, states: Collection[State], work: Work) -> None:
        async def whole() -> None:
            await work(await self._meant(interaction, typed, states))

        await answered(interaction, whole())

    async def _latest(self, guild: int, typed: str) -> Challenge | None:
        """The one that was finished last, where none is named."""
        found = [] if typed.strip() else await self._challenges.of(guild, states=OVER, limit=1)
        return found[0] if found else None

    async def _meant(self, interaction: Interaction, typed: str, states: Collection[State]) -> Challenge:
        """Raises Refusal. Members never hear of drafts."""
        guild = guild_of(interaction)
        if not typed.strip() and not await self._challenges.of(guild, states=states, limit=1):
            raise Refusal(
                tr("No challenge on this server has been finished yet.")
                if states == OVER
                else tr("There is no challenge on this server just now.")
            )
        found = await which.meant(self._challenges, guild, typed, states)
        if found.opened is None:
            raise Refusal(tr("There is no challenge “{name}” on this server.", name=plain(typed.strip()[:60])))
        return found

    def _which(self, states: Collection[State]) -> Any:
        """What is offered for `challenge`: those that are in such a state."""

        async def offer(interaction: Interaction, typed: str) -> Choices:
            async def found() -> Choices:
                named = await which.offered(self._challenges, guild_of(interaction), typed, states)
                return [app_commands.Choice(name=one.name, value=one.value) for one in named]

            return await _offered(found())

        return offer

    async def _dreams(self, interaction: Interaction, typed: str) -> Choices:
        """The dreams that could be entered."""

        async def found() -> Choices:
            candidates = await self._submitting.candidates(visitor(interaction))
            wanted = typed.strip().casefold()
            named = [(entrypages.named(one), entrypages.choice(one)) for one in candidates]
            return [app_commands.Choice(name=name, value=value) for name, value in named if wanted in name.casefold()][
                : which.MOST
            ]

        return await _offered(found())


async def _offered(work: Awaitable[Choices]) -> Choices:
    try:
        return await work
    except Refusal:
        return []
    except Exception:
        log.exception("nothing could be offered")
        return []
