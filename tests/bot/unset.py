"""The environment of a process that nobody has set anything for."""

from __future__ import annotations

import os
from collections.abc import Collection


def unset_environment(*, but: Collection[str] = ()) -> dict[str, str]:
    """This process's own, without the bot's variables; `but`: those that stay."""
    ours = ("DREAM_", "DISCORD_", "DATABASE_")
    return {key: value for key, value in os.environ.items() if key in but or not key.startswith(ours)}
