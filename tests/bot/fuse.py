"""The bot stands still between any two steps, for tests that kill it there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any


class Fuse:
    """Lets so many steps pass; at the next one everything stands still, until the bot is killed."""

    def __init__(self, steps: int) -> None:
        self.left = steps
        self.blown = asyncio.Event()

    async def step(self) -> None:
        if self.left <= 0:
            self.blown.set()
            await asyncio.Event().wait()
        self.left -= 1

    def guard(self, function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """One step before it, one after."""

        async def guarded(*arguments: Any, **named: Any) -> Any:
            await self.step()
            value = await function(*arguments, **named)
            await self.step()
            return value

        return guarded
