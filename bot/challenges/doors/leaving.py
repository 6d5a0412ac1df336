"""Who has left a server: asked when the votes are counted.

Discord tells without a privileged intent which of up to 100 given members are there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import discord

AT_ONCE = 100
SECONDS_FOR_EACH = 0.6  #: of these questions; Discord takes 120 in a minute of everything that we send


class CannotTell(Exception):
    """Discord does not answer just now."""


async def who_has_left(guild: discord.Guild, members: Collection[int]) -> set[int]:
    """Those of them who are not there. Raises CannotTell."""
    asked = sorted(members)
    left: set[int] = set()
    for start in range(0, len(asked), AT_ONCE):
        if start:
            await asyncio.sleep(SECONDS_FOR_EACH)
        part = asked[start : start + AT_ONCE]
        try:
            there = await guild.query_members(user_ids=part, limit=AT_ONCE, cache=False)
        except Exception as error:  # no connection just now, or no answer
            raise CannotTell(f"who has left cannot be asked: {error!r}") from error
        left |= set(part) - {one.id for one in there}
    return left
