"""The bot as its operator starts it: a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from tests.bot.unset import unset_environment

START_SECONDS = 240.0  #: a loaded machine imports slowly


class BotProcess:
    """One life of the bot. Its log lines are read as they come."""

    def __init__(self, *, home: Path, api: str, token: str, module: str = "bot", **variables: str) -> None:
        self.home, self.module = home, module
        self.arguments = ("run",) if module == "bot" else ()
        self.environment = {
            **unset_environment(but=("DREAM_NETWORKS",)),
            "DISCORD_TOKEN": token,
            "DISCORD_API": api,
            "DREAM_HOME": str(home),
            "DREAM_LOG": "json",
            "DREAM_DOWNLOAD": "no",
            "DREAM_THREADS": "1",  # others are at work beside it
            "PYTHONUNBUFFERED": "1",
            **variables,
        }
        self.lines: list[dict[str, Any]] = []
        self.other: list[str] = []
        self.started = 0.0
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._line = asyncio.Condition()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self, *, wait: bool = True) -> None:
        self.started = time.monotonic()
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", self.module, *self.arguments),
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=1 << 22,
        )
        self._reader = asyncio.create_task(self._read())
        if wait:
            await self.said("ready: ", timeout=START_SECONDS)

    async def said(self, words: str, *, timeout: float = 120.0) -> dict[str, Any]:
        """The first line of the log with these words, when it has come."""
        async with self._line:
            try:
                async with asyncio.timeout(timeout):
                    while True:
                        for line in self.lines:
                            if words in line.get("message", ""):
                                return line
                        if self.ended:
                            raise AssertionError(f"the bot ended before it said {words!r}:\n{self.log}")
                        await self._line.wait()
            except TimeoutError:
                raise AssertionError(f"the bot never said {words!r}:\n{self.log}") from None

    @property
    def ended(self) -> bool:
        return self._process is None or self._process.returncode is not None

    @property
    def log(self) -> str:
        return "\n".join([*(f"{line.get('level')} {line.get('message')}" for line in self.lines), *self.other][-200:])

    def troubles(self) -> list[dict[str, Any]]:
        """Log lines of level warning and above."""
        return [line for line in self.lines if line.get("level", "").upper() in ("WARNING", "ERROR", "CRITICAL")]

    async def kill(self) -> None:
        """As a crash would: no goodbye."""
        if not self.ended:
            os.kill(self.pid, signal.SIGKILL)
        await self._over()

    async def stop(self, *, timeout: float = 120.0) -> int:
        """As an operator would."""
        if not self.ended:
            os.kill(self.pid, signal.SIGTERM)
        async with asyncio.timeout(timeout):
            return await self._over()

    async def _over(self) -> int:
        assert self._process is not None
        status = await self._process.wait()
        if self._reader is not None:
            await self._reader
        async with self._line:
            self._line.notify_all()
        return status

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            text = line.decode(errors="replace").rstrip()
            async with self._line:
                try:
                    self.lines.append(json.loads(text))
                except ValueError:
                    self.other.append(text)
                self._line.notify_all()
        async with self._line:
            self._line.notify_all()
