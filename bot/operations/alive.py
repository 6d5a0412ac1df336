"""`/healthz` and `/readyz` of the programs that are not the bot: whether it lives, and whether it is of use."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.errors import ConfigError


class Alive:
    """Where `at` (host, port) says; nowhere for None."""

    def __init__(self, at: tuple[str, int] | None, *, ready: Callable[[], bool]) -> None:
        self._at = at
        self._ready = ready
        self._runner: web.AppRunner | None = None
        self.port: int | None = None  #: where it really is, when any was asked for

    async def __aenter__(self) -> Self:
        """Raises ConfigError where the port cannot be had."""
        if self._at is None:
            return self
        app = web.Application()
        app.add_routes([web.get("/healthz", self._healthz), web.get("/readyz", self._readyz)])
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        await self._runner.setup()
        host, port = self._at
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise ConfigError(
                f"--health {host}:{port} cannot be listened at: {error.strerror}. Choose another port."
            ) from error
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _healthz(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _readyz(self, _: web.Request) -> web.Response:
        return web.Response(text="ready\n") if self._ready() else web.Response(status=503, text="not ready\n")
