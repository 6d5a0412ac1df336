"""`/dream`, and how a command is made whose options are a recipe's own settings, read from its table."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands

from bot.dreaming import suggestions
from bot.dreaming.conversation import Interaction, answered
from bot.dreaming.readers import SAID_BY
from bot.dreaming.suggestions import MOST, Suggestion
from bot.kinds import Kind
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

PICTURE: tuple[Any, str] = (discord.Attachment, mark("The picture; without one, your last picture in this channel"))
SECONDS: dict[str, tuple[Any, str]] = {
    "guide": (discord.Attachment, mark("A second picture: what it shows is what grows")),
    "mask": (discord.Attachment, mark("A second picture that says where: opaque, or bright, is dreamt")),
}  #: by role
MEMBER: tuple[Any, str] = (discord.User, mark("Instead of a picture: this member's avatar"))

_Choices = list[app_commands.Choice[str]]
_Handler = Callable[[Interaction, dict[str, Any]], Awaitable[None]]
Completing = Callable[[NetworkInfo, Effective, str], list[Suggestion]]


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


def described(setting: Setting) -> app_commands.locale_str:
    """The same, for Discord, in every language."""
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


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A command that has something made. Its options are made from tables: `shapes` has them."""

    kind: Kind
    description: str
    options: Mapping[str, tuple[Any, str | app_commands.locale_str]]  # by name: the annotation, and the help
    choices: Mapping[str, Sequence[str]]
    completed: Mapping[str, Completing]  # what is offered while somebody types the option


def dream_shape() -> Shape:
    return Shape(
        kind=Kind.DREAM,
        description=mark("Dream a picture"),
        options={
            "picture": PICTURE,
            **{key: (option_type(SETTINGS[key]), described(SETTINGS[key])) for key in OPTIONS},
            "recipe": (app_commands.Range[str, 1, LONGEST_TEXT], mark("All other settings as text, or a whole recipe")),
            **SECONDS,
            "member": MEMBER,
        },
        choices={key: SETTINGS[key].choices for key in OPTIONS if SETTINGS[key].choices},
        completed={key: COMPLETED[key] for key in ("style", "layer", "classes", "network")},
    )


def command_of(
    shape: Shape,
    handler: _Handler,
    *,
    here: Callable[[Interaction], Effective],
    contexts: app_commands.AppCommandContext,
    installs: app_commands.AppInstallationType,
) -> app_commands.Command[Any, ..., None]:
    """handler: gets the interaction and all options that were given. here: what is set where it is typed."""

    async def make(interaction: Interaction, **options: Any) -> None:
        await answered(interaction, handler(interaction, {k: v for k, v in options.items() if v is not None}))

    _give_options(make, {name: type_ for name, (type_, _) in shape.options.items()})
    app_commands.describe(**{name: help_text for name, (_, help_text) in shape.options.items()})(make)
    app_commands.choices(
        **{
            key: [app_commands.Choice(name=choice, value=choice) for choice in choices[:MOST]]
            for key, choices in shape.choices.items()
        }
    )(make)
    app_commands.autocomplete(**{key: _completing(suggest, here) for key, suggest in shape.completed.items()})(make)
    return app_commands.Command(
        name=shape.kind.value,
        description=shape.description,
        callback=make,
        allowed_contexts=contexts,
        allowed_installs=installs,
    )


def _completing(suggest: Completing, here: Callable[[Interaction], Effective]) -> Any:
    async def complete(interaction: Interaction, typed: str) -> _Choices:
        effective = here(interaction)
        return _choices(suggest(_chosen(interaction, effective), effective, typed))

    return complete


def complete_layer(here: Callable[[Interaction], Effective]) -> Any:
    """For an option that takes a layer's name."""
    return _completing(COMPLETED["layer"], here)


def _usual(effective: Effective, key: str) -> str | None:
    """What is set there, as it is typed."""
    usual = effective[key]
    return None if usual is None else SETTINGS[key].write(usual)


def offering(key: str, suggest: Callable[[NetworkInfo, str], list[Suggestion]]) -> Completing:
    """Suggestions for a setting that a server may have set or fixed."""

    def offer(network: NetworkInfo, effective: Effective, typed: str) -> list[Suggestion]:
        return suggestions.as_set(suggest(network, typed), effective, key, _usual(effective, key), typed)

    return offer


def _networks(_: NetworkInfo, effective: Effective, typed: str) -> list[Suggestion]:
    offered = suggestions.networks("" if "network" in effective["locked"] else typed)
    return suggestions.as_set(offered, effective, "network", effective.networks[0], typed)


def _classes(network: NetworkInfo, _: Effective, typed: str) -> list[Suggestion]:
    return suggestions.classes(network, typed)


COMPLETED: Mapping[str, Completing] = {
    "style": offering("style", suggestions.styles),
    "layer": offering("layer", suggestions.layers),
    "classes": _classes,
    "network": _networks,
}  #: by the setting that is typed


async def complete_network(_: Interaction, typed: str) -> _Choices:
    """For every option that takes a network's name."""
    return _choices(suggestions.networks(typed))


def _chosen(interaction: Interaction, effective: Effective) -> NetworkInfo:
    """The network that the person has chosen in the same command, so that the others fit it; else the one used here."""
    chosen = str(getattr(interaction.namespace, "network", None) or AUTO)
    free = chosen in catalogue() and "network" not in effective["locked"]
    return network_info(chosen if free else effective.networks[0])


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
