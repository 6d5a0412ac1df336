"""`/dream` and the other slash commands. The options of `/dream` are the recipe's own settings, read from its table."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands

from bot.dreaming import suggestions
from bot.dreaming.conversation import Interaction, answered
from bot.dreaming.readers import SAID_BY
from bot.dreaming.suggestions import MOST, Suggestion
from bot.languages import mark, tell
from bot.moderation.layers import Effective
from dreamcore.catalogue import NetworkInfo, catalogue, network_info
from dreamcore.recipe import SETTINGS
from dreamcore.settings import AUTO, Setting
from dreamcore.text import LONGEST_TEXT

#: The settings that are options of their own; `recipe:` takes all the others.
OPTIONS = (
    *("style", "strength", "layer", "network", "classes", "channel"),
    *("size", "octaves", "steps", "colours", "seed", "objective"),
)
LONGEST_HELP = 100

_Choices = list[app_commands.Choice[str]]
_Handler = Callable[[Interaction, dict[str, Any]], Awaitable[None]]


def option_help(setting: Setting) -> str:
    """A setting's help in the reader's language, as long as Discord shows it.

    >>> option_help(SETTINGS["seed"])
    'The same seed gives the same dream'
    """
    text = tell(setting.help)
    text = text[0].upper() + text[1:]
    if len(text) <= LONGEST_HELP:
        return text
    return text[: LONGEST_HELP - 1].rpartition(" ")[0].rstrip(" ,;:(") + " …"


def _described(setting: Setting) -> app_commands.locale_str:
    return app_commands.locale_str(option_help(setting), **{SAID_BY: functools.partial(option_help, setting)})


def option_type(setting: Setting) -> Any:
    """The annotation from which discord.py makes an option with this setting's range."""
    if setting.choices:
        return str
    if setting.minimum is None or setting.maximum is None:
        return app_commands.Range[str, 1, 1000]
    if setting.whole:
        return app_commands.Range[int, int(setting.minimum), int(setting.maximum)]
    return app_commands.Range[float, float(setting.minimum), float(setting.maximum)]


def dream_command(
    handler: _Handler,
    *,
    here: Callable[[Interaction], Effective],
    contexts: app_commands.AppCommandContext,
    installs: app_commands.AppInstallationType,
) -> app_commands.Command[Any, ..., None]:
    """`/dream`. handler: gets the interaction and all options that were given. here: what is set where it is typed."""

    async def dream(interaction: Interaction, **options: Any) -> None:
        await answered(interaction, handler(interaction, {k: v for k, v in options.items() if v is not None}))

    kinds: dict[str, tuple[Any, str | app_commands.locale_str]] = {
        "picture": (discord.Attachment, mark("The picture; without one, your last picture in this channel")),
        **{key: (option_type(SETTINGS[key]), _described(SETTINGS[key])) for key in OPTIONS},
        "recipe": (app_commands.Range[str, 1, LONGEST_TEXT], mark("All other settings as text, or a whole recipe")),
        "member": (discord.User, mark("Instead of a picture: this member's avatar")),
    }
    _give_options(dream, {name: kind for name, (kind, _) in kinds.items()})
    app_commands.describe(**{name: help_text for name, (_, help_text) in kinds.items()})(dream)
    app_commands.choices(
        **{
            key: [app_commands.Choice(name=choice, value=choice) for choice in SETTINGS[key].choices[:MOST]]
            for key in OPTIONS
            if SETTINGS[key].choices
        }
    )(dream)

    async def complete_style(interaction: Interaction, typed: str) -> _Choices:
        return _offered(here(interaction), "style", interaction, typed, suggestions.styles)

    async def complete_layer(interaction: Interaction, typed: str) -> _Choices:
        return _offered(here(interaction), "layer", interaction, typed, suggestions.layers)

    async def complete_classes(interaction: Interaction, typed: str) -> _Choices:
        return _choices(suggestions.classes(_chosen(interaction, here(interaction)), typed))

    async def complete_network_here(interaction: Interaction, typed: str) -> _Choices:
        effective = here(interaction)
        offered = suggestions.networks("" if "network" in effective["locked"] else typed)
        return _choices(suggestions.as_set(offered, effective, "network", effective.networks[0], typed))

    app_commands.autocomplete(
        style=complete_style, layer=complete_layer, classes=complete_classes, network=complete_network_here
    )(dream)
    return app_commands.Command(
        name="dream",
        description=mark("Dream a picture"),
        callback=dream,
        allowed_contexts=contexts,
        allowed_installs=installs,
    )


async def complete_network(_: Interaction, typed: str) -> _Choices:
    """For every option that takes a network's name."""
    return _choices(suggestions.networks(typed))


def _chosen(interaction: Interaction, effective: Effective) -> NetworkInfo:
    """The network that the person has chosen in the same command, so that the others fit it; else the one used here."""
    chosen = str(getattr(interaction.namespace, "network", None) or AUTO)
    free = chosen in catalogue() and "network" not in effective["locked"]
    return network_info(chosen if free else effective.networks[0])


def _offered(
    effective: Effective,
    key: str,
    interaction: Interaction,
    typed: str,
    suggest: Callable[[NetworkInfo, str], list[Suggestion]],
) -> _Choices:
    network = _chosen(interaction, effective)
    usual = effective[key]
    shown = None if usual is None else SETTINGS[key].write(usual)
    return _choices(suggestions.as_set(suggest(network, typed), effective, key, shown, typed))


def _choices(offered: list[Suggestion]) -> _Choices:
    return [app_commands.Choice(name=one.name, value=one.value) for one in offered]


def _give_options(callback: Any, kinds: dict[str, Any]) -> None:
    """discord.py reads a command's options from its callback's signature; this one is written from a table."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    callback.__signature__ = inspect.Signature(
        [
            inspect.Parameter("interaction", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Interaction),
            *(inspect.Parameter(name, keyword, default=None, annotation=kind) for name, kind in kinds.items()),
        ]
    )
