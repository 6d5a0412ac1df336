"""The operator's layer: what the environment sets, as the settings see it."""

from __future__ import annotations

from bot.config import Config


def operator_layer(config: Config) -> dict[str, str]:
    """Values by key. The limits among them are counted by the queue itself; here they are only shown."""
    limits = config.limits
    return {
        "prefix": config.prefix,
        "per-hour": str(limits.member_per_hour),
        "per-day": str(limits.member_per_day),
        "waiting": str(limits.member_waiting),
        "server-per-hour": str(limits.guild_per_hour),
        "server-per-day": str(limits.guild_per_day),
        "server-waiting": str(limits.guild_waiting),
    }
