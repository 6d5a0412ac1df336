"""What the gateway tells a bot, and which intent it takes to hear it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any


class Intent(enum.IntFlag):
    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    GUILD_MESSAGE_TYPING = 1 << 11
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    DIRECT_MESSAGE_TYPING = 1 << 14
    MESSAGE_CONTENT = 1 << 15


PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT


@dataclass(frozen=True, kw_only=True)
class Event:
    """One dispatch. `blank`: what a session without the message content intent gets in its place."""

    name: str
    guild: int | None
    payload: dict[str, Any]
    intent: Intent  # 0: everybody hears it
    blank: dict[str, Any] | None = None
