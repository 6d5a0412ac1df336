"""What waits to be sent to one tab. It is bounded, whatever happens and however slowly the tab reads.

What happened is kept under a key and written only when it is sent: a message that changes ten times while a tab does
not read is one entry, and is sent as it is then, to whoever the tab is then.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Hashable
from typing import Any

MOST_EVENTS = 1000  #: then the tab is cut off; it comes back and asks for everything anew
MOST_RESULTS = 16  #: then nothing more is read from it before it has read

Event = dict[str, Any]


class Outbox:
    """One reader (`next`), any number of writers that never wait, but for `room`."""

    def __init__(self, overflow: Callable[[], None]) -> None:
        self._overflow = overflow
        self._events: dict[Hashable, Callable[[], Event | None]] = {}
        self._results: dict[int, Event] = {}
        self._count = 0
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()
        self._closed = False

    def offer(self, key: Hashable, write: Callable[[], Event | None]) -> None:
        """`write` is called when it is sent, once; nothing is sent where it returns None."""
        if key in self._events:
            return
        if len(self._events) >= MOST_EVENTS:
            self._overflow()
            return
        self._events[key] = write
        self._filled.set()

    def answer(self, result: Event) -> None:
        """The answer to a request. It does not change any more, and nothing that happened before is sent after it."""
        self._count += 1
        self._results[self._count] = result
        self._events["result", self._count] = lambda: result
        self._filled.set()

    def forget_events(self) -> None:
        """What is not yet sent is of no interest any more, but for answers."""
        kept = {("result", number) for number in self._results}
        self._events = {key: write for key, write in self._events.items() if key in kept}

    async def room(self) -> None:
        """Until the tab has taken most of its answers."""
        while len(self._results) >= MOST_RESULTS and not self._closed:
            self._emptied.clear()
            await self._emptied.wait()

    def close(self) -> None:
        """Nothing is sent any more: nobody has to wait for room."""
        self._closed = True
        self._emptied.set()

    async def next(self) -> str:
        """The next text to send."""
        while True:
            while not self._events:
                self._filled.clear()
                await self._filled.wait()
            key = next(iter(self._events))
            event = self._events.pop(key)()
            if isinstance(key, tuple) and key[0] == "result":
                del self._results[key[1]]
                self._emptied.set()
            if event is not None:
                return json.dumps(event, separators=(",", ":"))
