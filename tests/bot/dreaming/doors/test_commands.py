"""What is registered with Discord, within its limits."""

from __future__ import annotations

import re
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.dreaming.commands import MENUS, Commands
from bot.dreaming.slash import OPTIONS
from bot.dreaming.works import MORE, WHAT, shapes
from bot.kinds import Kind
from dreamcore.films.recipe import FILM_SETTINGS
from dreamcore.imagining.recipe import SETTINGS as IMAGINE_SETTINGS
from dreamcore.recipe import SETTINGS


class Bare:
    """As much of the doors' service as registering needs."""

    def __init__(self, personal: bool) -> None:
        self.config = type("Config", (), {"personal_install": personal})


def registered(*, personal: bool = False) -> dict[str, dict[str, Any]]:
    client = discord.Client(intents=discord.Intents.none())
    tree = app_commands.CommandTree(client)
    Commands(Bare(personal), message_content=True).install(tree)  # type: ignore[arg-type]
    menus = tree.get_commands(type=discord.AppCommandType.message)
    return {command.name: command.to_dict(tree) for command in [*tree.get_commands(), *menus]}


def size(command: dict[str, Any]) -> int:
    """Characters as Discord counts them: names, descriptions and values."""
    own = len(command["name"]) + len(command.get("description", ""))
    choices = sum(len(choice["name"]) + len(str(choice["value"])) for choice in command.get("choices", ()))
    return own + choices + sum(size(option) for option in command.get("options", ()))


@pytest.mark.parametrize("personal", [False, True])
def test_discord_takes_every_command(personal: bool) -> None:
    commands = registered(personal=personal)
    makes = {"dream", "film", "imagine", "explain", "grid"}
    assert set(commands) == {*makes, "layers", "queue", "cancel", "help", "optout", *MENUS.values()}
    for command in commands.values():
        assert size(command) <= 8000
        assert len(command.get("options", ())) <= 25
        for part in (command, *command.get("options", ())):
            assert part["name"] in MENUS.values() or re.fullmatch(r"[-_a-z0-9]{1,32}", part["name"])
            assert part["name"] in MENUS.values() or 1 <= len(part["description"]) <= 100
            assert len(part.get("choices", ())) <= 25
            assert not (part.get("choices") and part.get("autocomplete"))
        assert not any(option["required"] for option in command.get("options", ()))


def test_options_have_the_ranges_and_choices_of_the_recipe() -> None:
    options = {option["name"]: option for option in registered()["dream"]["options"]}
    assert set(OPTIONS) <= set(options)
    for key in OPTIONS:
        setting, option = SETTINGS[key], options[key]
        if setting.choices:
            assert [choice["value"] for choice in option["choices"]] == list(setting.choices)
        elif setting.minimum is not None:
            assert (option["min_value"], option["max_value"]) == (setting.minimum, setting.maximum)
            assert option["type"] == (4 if setting.whole else 10)
        assert option["description"][:20].lower() == setting.help[:20].lower()


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (Kind.DREAM, Kind.ATLAS)])
def test_the_other_kinds_options_are_settings_of_their_recipes(kind: Kind) -> None:
    shape = shapes()[kind]
    beside = {"picture", "member", "guide", "mask", MORE, WHAT}
    known = {Kind.FILM: {*FILM_SETTINGS, *SETTINGS}, Kind.IMAGINE: {*IMAGINE_SETTINGS}}.get(kind, {*SETTINGS})
    assert set(shape.options) - beside <= known
    assert ("picture" in shape.options) is kind.has_source
    options = {option["name"]: option for option in registered()[kind.value]["options"]}
    assert set(options) == set(shape.options)
    assert {name for name, option in options.items() if option.get("autocomplete")} == set(shape.completed)
    for name, choices in shape.choices.items():
        assert [choice["value"] for choice in options[name]["choices"]] == list(choices)


def test_people_bring_the_bot_along_only_where_the_operator_allows_it() -> None:
    assert all(command["integration_types"] == [0] for command in registered().values())
    assert all(command["contexts"] == [0, 1] for command in registered().values())
    assert all(command["integration_types"] == [0, 1] for command in registered(personal=True).values())
    assert all(command["contexts"] == [0, 1, 2] for command in registered(personal=True).values())
