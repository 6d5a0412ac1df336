"""The operator's layer: what the environment sets, as the settings see it."""

from __future__ import annotations

from bot.config import Config
from bot.errors import ConfigError
from bot.moderation import texts
from bot.moderation.catalogue import SETTINGS, Group, Setting, setting_called
from bot.moderation.listing import Listed
from bot.moderation.places import Context, Server
from dreamcore import text as recipe_text
from dreamcore.catalogue import catalogue
from dreamcore.errors import RecipeError, clip, did_you_mean


def operator_layer(config: Config) -> dict[str, str]:
    """Values by key. Raises ConfigError: a sentence about DREAM_SETTINGS.

    The limits among them are counted by the queue itself; here they are only shown.
    """
    limits = config.limits
    return {
        **_typed(config.settings),
        "prefix": config.prefix,
        "per-hour": str(limits.member_per_hour),
        "per-day": str(limits.member_per_day),
        "films-per-day": str(limits.films_per_day),
        "grids-per-day": str(limits.grids_per_day),
        "waiting": str(limits.member_waiting),
        "server-per-hour": str(limits.guild_per_hour),
        "server-per-day": str(limits.guild_per_day),
        "server-waiting": str(limits.guild_waiting),
    }


def _typed(text: str) -> dict[str, str]:
    """`layer=patterns most-strength=2 locked=network,size`, checked as if a moderator had typed it."""
    try:
        pairs = dict(recipe_text.pairs(text))
    except RecipeError as error:
        raise ConfigError(f"DREAM_SETTINGS cannot be read: {error.sentence}") from None
    values: dict[str, str] = {}
    for key in sorted(pairs, key=lambda key: key != "network"):
        setting = setting_called(key)
        if setting is None or not _is_operators(setting):
            known = [one.key for one in SETTINGS.values() if _is_operators(one)]
            hint = did_you_mean(key.replace("_", "-"), known) or f" It takes {', '.join(known)}."
            raise ConfigError(f"DREAM_SETTINGS does not take {clip(key)}.{hint}")
        network = values.get("network", "auto")
        networks = tuple(catalogue()) if network == "auto" else (network,)
        try:
            value = setting.parse(pairs[key], Context(server=Server(id=0), networks=networks))
        except ValueError as error:
            raise ConfigError(f"DREAM_SETTINGS: {texts.bad_value(setting.key, pairs[key], error)}") from None
        values[setting.key] = setting.write(value)
    return values


def _is_operators(setting: Setting) -> bool:
    """What a server has of its own (its roles, its channels), and what has a variable of its own, is not set here."""
    return (
        not isinstance(setting.kind, Listed)
        and setting.group is not Group.LIMITS
        and (setting.group is not Group.SERVER or setting.key == "time-zone")
    )
