"""The bot's own small web server: `/healthz`, `/readyz`, `/metrics` where the operator wants it, and a socket in the
data folder that `python -m bot status` and the operator's other commands (`bot.owner.serving`) ask. At a port it hears
GET only; it says nothing about members.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from pathlib import Path

from aiohttp import web

from bot.errors import ConfigError
from bot.languages import ENGLISH, speaking
from bot.operations.seeing.exposing import expose
from bot.operations.seeing.looking import Looking
from bot.operations.seeing.metrics import Metrics
from bot.operations.seeing.sockets import SOCKET, socket_in
from bot.operations.seeing.telling import failing, lines
from bot.owner.hand import Hand
from bot.owner.serving import routes

_log = logging.getLogger(__name__)


class Server:
    """metrics_at: host and port; None: the socket only."""

    def __init__(self, *, home: Path, metrics_at: tuple[str, int] | None, looking: Looking, metrics: Metrics) -> None:
        self._home = home
        self._at = metrics_at
        self._looking = looking
        self._metrics = metrics
        self._runners: list[web.AppRunner] = []
        self._exposing = asyncio.Lock()
        self._has_socket = False
        self.hand: Hand | None = None  #: while the bot is at work
        self.port: int | None = None  #: where it really is, when any was asked for

    async def listen(self) -> None:
        """At the operator's port, unless it does already. Raises ConfigError where that cannot be had."""
        if self._at is None or self.port is not None:
            return
        host, port = self._at
        runner = await self._run((web.get("/healthz", self._healthz), web.get("/readyz", self._readyz)))
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise ConfigError(
                f"DREAM_METRICS={host}:{port} cannot be listened at: {error.strerror}. Choose another port."
            ) from error
        self.port = runner.addresses[0][1]
        _log.info("health and metrics: http://%s:%d/metrics", host, self.port)

    async def open_socket(self) -> None:
        """Of the bot that works in this folder. Without it the bot works too."""
        try:
            with socket_in(self._home) as path:
                path.unlink(missing_ok=True)  # of a life that was killed; nobody else is at work in this folder
                listening = socket.socket(socket.AF_UNIX)
                listening.bind(str(path))
                path.chmod(0o600)  # before anybody can connect: it does not listen yet
            runner = await self._run((web.get("/status", self._status), *routes(lambda: self.hand)))
            await web.SockSite(runner, listening).start()
            self._has_socket = True
        except OSError as error:
            _log.warning("python -m bot status will not work: its socket cannot be made: %s", error.strerror)

    async def close(self) -> None:
        """May be called twice."""
        runners, self._runners = self._runners, []
        for runner in runners:
            await runner.cleanup()
        if self._has_socket:
            self._has_socket = False
            with contextlib.suppress(OSError):
                (self._home / SOCKET).unlink(missing_ok=True)

    async def _run(self, known: tuple[web.RouteDef, ...]) -> web.AppRunner:
        app = web.Application()
        app.add_routes([*known, web.get("/metrics", self._exposed)])
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        await runner.setup()
        self._runners.append(runner)
        return runner

    async def _healthz(self, _: web.Request) -> web.Response:
        """That it is answered says all: the event loop goes round."""
        return web.Response(text="ok\n")

    async def _readyz(self, _: web.Request) -> web.Response:
        now = await self._looking.snapshot()
        if now.ready:
            return web.Response(text="ready\n")
        why = failing(now) if now.failing else "draining" if now.draining else now.stage.value
        return web.Response(status=503, text=f"{why}\n")

    async def _exposed(self, request: web.Request) -> web.Response:
        now = await self._looking.snapshot()
        async with self._exposing:  # one thread, however many ask
            kind, body = await asyncio.to_thread(expose, self._metrics, now, request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": kind})

    async def _status(self, _: web.Request) -> web.Response:
        now = await self._looking.snapshot()
        with speaking(ENGLISH):
            return web.json_response({"pid": os.getpid(), "ready": now.ready, "lines": lines(now)})
