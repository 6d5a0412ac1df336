"""Commands that have other names in other languages, by Discord's rules."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from discord import app_commands

from bot.playground.translations import localized
from tests.bot.playground.conftest import Bot, place, runs

GERMAN = {"dream": "traum", "picture": "bild", "Dream a picture": "Träume ein Bild"}


class Names(app_commands.Translator):
    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    async def translate(self, string: app_commands.locale_str, locale: discord.Locale, context: Any) -> str | None:
        return self._names.get(string.message) if locale is discord.Locale.german else None


async def bot_with(names: dict[str, str]) -> Bot:
    bot = Bot()

    @bot.tree.command(name="dream", description="Dream a picture")
    async def dream(interaction: discord.Interaction, picture: str, size: int = 1) -> None:
        await interaction.response.send_message(f"{picture} {interaction.locale.value}")

    setup = bot.setup_hook

    async def translated() -> None:
        await bot.tree.set_translator(Names(names))
        await setup()

    bot.setup_hook = translated  # type: ignore[method-assign]
    return bot


@runs
async def test_a_command_has_its_names_in_every_language_and_keeps_its_own() -> None:
    async with place(await bot_with(GERMAN)) as here:
        (command,) = here.standin.commands.all()
        written = here.standin.commands.payload(command)
        assert written["name"] == "dream"
        assert written["name_localizations"] == {"de": "traum"}
        german, french = localized(written, "de"), localized(written, "fr")
        assert (german["name_localized"], german["description_localized"]) == ("traum", "Träume ein Bild")
        assert [one["name_localized"] for one in german["options"]] == ["bild", "size"]
        assert (french["name_localized"], french["options"][0]["name_localized"]) == ("dream", "picture")
        here.people.ada.locale = "de"
        asked = await here.standin.command(here.people.ada, here.people.general, "dream", {"picture": "cat"})
        assert (await here.standin.answered(asked)).text == "cat de"


@pytest.mark.parametrize(
    "names",
    [
        {"dream": "Traum"},
        {"dream": "zwei wörter"},
        {"dream": "x" * 33},
        {"Dream a picture": "x" * 101},
        {"picture": "größe", "size": "größe"},
        {"picture": "size"},
    ],
)
@runs
async def test_names_that_discord_would_not_take_are_refused(names: dict[str, str]) -> None:
    bot = await bot_with(names)
    with pytest.raises((app_commands.CommandSyncFailure, discord.HTTPException)):
        async with place(bot):
            pass
