"""Who reads what is said next, and in which language: chosen where somebody comes in, for all that follows from it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import discord
from discord import app_commands

from bot.dreaming.conversation import Interaction, tell
from bot.dreaming.scenes import scene_of_interaction, scene_of_message
from bot.errors import Refusal
from bot.languages import ENGLISH, languages, speak, speaking, supported, tr
from bot.languages.catalogues import catalogue, name_in
from bot.moderation.reading import language_of
from bot.moderation.settings import Settings
from dreamcore.errors import clip

MOST_DESCRIPTION = 100  #: characters of a command's or an option's
SAID_BY = "said_by"  #: extra of a `locale_str` that is more than a template: a function that says it


def speak_to(interaction: Interaction, settings: Settings) -> None:
    """For the rest of this task: what only this person sees is in their language."""
    own = supported(interaction.locale.value)
    speak(own or language_of(scene_of_interaction(interaction, settings).effective))


def speak_where(message: discord.Message, settings: Settings) -> None:
    """For the rest of this task: what everybody sees is in the server's language."""
    speak(scene_of_message(message, settings).language)


class Tree(app_commands.CommandTree[Any]):
    """The commands. Discord shows them under their names in each member's language, and they are answered in it."""

    def __init__(self, client: discord.AutoShardedClient, *, settings: Settings) -> None:
        super().__init__(client)
        self._settings = settings
        #: raises Refusal on a server where the operator does not want the bot
        self.welcome: Callable[[Interaction], None] = lambda _: None

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Called before every command and every completion, in the same task."""
        speak_to(interaction, self._settings)
        try:
            self.welcome(interaction)
        except Refusal as error:
            if interaction.type is not discord.InteractionType.autocomplete:
                await tell(interaction, error)
            return False
        return True


class Names(app_commands.Translator):
    """What commands, their options and their descriptions are called in the languages that we speak."""

    async def load(self) -> None:
        """Catalogues are read once, beside the event loop: nobody's first answer waits for it."""
        await asyncio.gather(*(asyncio.to_thread(catalogue, language) for language in languages()))

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """None: as it is in English."""
        language = locale.value
        if language == ENGLISH or language not in languages():
            return None
        if isinstance(context.data, app_commands.Choice):
            return None  # values that people type are the same in all languages
        where = app_commands.TranslationContextLocation
        if context.location in (where.command_name, where.group_name, where.parameter_name):
            return name_in(language, string.message)
        with speaking(language):
            say: Callable[[], str] | None = string.extras.get(SAID_BY)
            return clip(say() if say is not None else tr(string.message), MOST_DESCRIPTION)
