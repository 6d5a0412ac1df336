"""What Discord's side shows of itself: answers to requests, the budget of invalid ones, shards of the gateway."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord

from bot.operations.seeing.metrics import Metrics

#: Whoever gets more of these answers than this in that time is shut out for a while.
INVALID = frozenset({401, 403, 429})
INVALID_LIMIT, INVALID_SECONDS = 10_000, 600.0


@dataclass(frozen=True, kw_only=True)
class Shard:
    """One connection to the gateway."""

    id: int
    connected: bool
    latency: float | None  # seconds between a heartbeat and its answer; None before the first


class DiscordSide:
    """Listens to every request that discord.py or the bot makes, and to the gateway."""

    def __init__(self, metrics: Metrics, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._metrics = metrics
        self._clock = clock
        self._invalid: deque[float] = deque(maxlen=INVALID_LIMIT)
        self._client: discord.AutoShardedClient | None = None
        self._down: set[int] = set()
        trace = aiohttp.TraceConfig()
        trace.on_request_start.append(self._started)
        trace.on_request_end.append(self._ended)
        trace.on_request_exception.append(self._failed)
        self.trace = trace

    def attach(self, client: discord.AutoShardedClient) -> None:
        """Before it logs in."""
        self._client = client
        client.http.http_trace = self.trace
        for name, listener in (
            ("on_shard_connect", self._connected),
            ("on_shard_resumed", self._resumed),
            ("on_shard_disconnect", self._disconnected),
        ):
            setattr(client, name, listener)  # discord.py looks for the name

    def invalid(self) -> int:
        """Invalid requests lately, as Discord counts them: not those whose limit others share."""
        now = self._clock()
        while self._invalid and self._invalid[0] <= now - INVALID_SECONDS:
            self._invalid.popleft()
        return len(self._invalid)

    def shards(self) -> tuple[Shard, ...]:
        client = self._client
        if client is None or client.is_closed():
            return ()
        return tuple(
            Shard(id=id_, connected=id_ not in self._down, latency=latency if math.isfinite(latency) else None)
            for id_, latency in client.latencies
        )

    @property
    def ready(self) -> bool:
        """Whether every shard is connected."""
        client = self._client
        return client is not None and client.is_ready() and not client.is_closed() and not self._down

    @property
    def guilds(self) -> int:
        return 0 if self._client is None else len(self._client.guilds)

    async def _connected(self, shard: int) -> None:
        self._down.discard(shard)
        self._metrics.sessions.labels("connected").inc()

    async def _resumed(self, shard: int) -> None:
        self._down.discard(shard)
        self._metrics.sessions.labels("resumed").inc()

    async def _disconnected(self, shard: int) -> None:
        if shard not in self._down:  # discord.py says it twice for some ends
            self._down.add(shard)
            self._metrics.sessions.labels("disconnected").inc()

    async def _started(self, _: aiohttp.ClientSession, context: SimpleNamespace, __: Any) -> None:
        context.begun = self._clock()

    async def _ended(
        self, _: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        response = params.response
        if response.status == 101:  # the gateway's own connection
            return
        self._metrics.responded(response.status, self._clock() - context.begun)
        if response.status in INVALID and response.headers.get("X-RateLimit-Scope") != "shared":
            self._invalid.append(self._clock())

    async def _failed(self, *_: Any) -> None:
        self._metrics.unanswered()
