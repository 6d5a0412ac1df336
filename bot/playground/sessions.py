"""A bot's session on the gateway, and the socket that it has at the moment."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque

from aiohttp import web

from bot.playground.events import Event, Intent

_KEPT_EVENTS = 2000  #: of one session, for a resume


class Session:
    """What a bot has identified for. It outlives its socket for a while."""

    def __init__(self, *, shard: int, shards: int, intents: Intent) -> None:
        self.id = secrets.token_hex(16)
        self.shard = shard
        self.shards = shards
        self.intents = intents
        self.sequence = 0
        self.events: deque[tuple[int, str]] = deque(maxlen=_KEPT_EVENTS)  # sequence, frame
        self.socket: Socket | None = None
        self.left: float | None = None  # when it lost its socket

    @property
    def connected(self) -> bool:
        return self.socket is not None

    def hears(self, event: Event) -> bool:
        if event.intent and not self.intents & event.intent:
            return False
        shard = 0 if event.guild is None else (event.guild >> 22) % self.shards
        return shard == self.shard


class Socket:
    """One connection. Frames leave in order through one writer."""

    def __init__(self, ws: web.WebSocketResponse) -> None:
        self.ws = ws
        self.session: Session | None = None
        self._queue: asyncio.Queue[str | int] = asyncio.Queue()

    def send(self, frame: str) -> None:
        self._queue.put_nowait(frame)

    def close(self, code: int) -> None:
        """After what is queued."""
        self._queue.put_nowait(code)

    async def write(self) -> None:
        while True:
            frame = await self._queue.get()
            if isinstance(frame, int):
                await self.ws.close(code=frame)
                return
            try:
                await self.ws.send_str(frame)
            except ConnectionError:
                return
