"""Waiting until something has happened in the stand-in's world."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any


class Watchers:
    """Those who wait for a change, and those who are told of every one."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Future[Any], Callable[[Any], Any]] = {}
        self._listeners: list[Callable[[Any], None]] = []

    def tell(self, thing: Any) -> None:
        """Something new or changed: a message, an interaction, an exchange, a gateway session."""
        for listener in tuple(self._listeners):
            listener(thing)
        for future, wanted in tuple(self._waiting.items()):
            if future.done():
                continue
            try:
                if wanted(thing):
                    future.set_result(thing)
            except Exception as error:  # the waiting side's own mistake belongs to it, not to whoever changed something
                future.set_exception(error)

    def listen(self, listener: Callable[[Any], None]) -> Callable[[], None]:
        """Be told of every change, until the returned function is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def wait(self, wanted: Callable[[Any], Any], timeout: float, what: str) -> Any:
        """The first thing from now on for which `wanted` is true. Raises TimeoutError."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[future] = wanted
        try:
            async with asyncio.timeout(timeout):
                return await future
        except TimeoutError:
            raise TimeoutError(f"Nothing within {timeout:g} s: {what}.") from None
        finally:
            del self._waiting[future]
