"""The bot's side of the process that holds its own workers: starts it, reads where it listens, ends all of it."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import logging
import os
import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass

from distributed.security import Security

from bot.config import ExecutorConfig
from bot.executor.processes import python_command, without_secrets
from bot.executor.transport import QUIET, security_of

_LINE = re.compile(r"(DEBUG|INFO|WARNING|ERROR|CRITICAL) ([\w.]+): (.*)", re.DOTALL)
_LONGEST_LINE = 1 << 20
_START_SECONDS = 60.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Whereabouts:
    """How to reach a scheduler."""

    address: str
    security: Security
    slots: int = 1  # as far as they are known before a worker has come


class LocalCluster:
    """Scheduler, nannies and workers in processes of their own, which end when this object or the bot does."""

    def __init__(self, process: asyncio.subprocess.Process, whereabouts: Whereabouts) -> None:
        self.whereabouts = whereabouts
        self._process = process
        self._relay = asyncio.create_task(_relay(process), name="workers' log")

    @classmethod
    async def start(cls, config: ExecutorConfig, environment: Mapping[str, str]) -> LocalCluster:
        """Returns once the scheduler listens; workers come later. Raises OSError, TimeoutError, ValueError."""
        process = await asyncio.create_subprocess_exec(
            *python_command("bot.executor.cluster"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**without_secrets(environment), **QUIET},
            start_new_session=True,  # Ctrl+C is for the bot, which then ends this in order
            limit=_LONGEST_LINE,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(dataclasses.asdict(config)).encode() + b"\n")
            async with asyncio.timeout(_START_SECONDS):
                line = await process.stdout.readline()
            said = json.loads(line)
        except BaseException:
            await _end(process)
            raise
        security = security_of(said["authority"], said["certificate"], said["key"])
        return cls(process, Whereabouts(address=said["address"], security=security, slots=said["slots"]))

    async def ended(self) -> int:
        """Waits for the end of the process that holds the workers; its exit code."""
        return await self._process.wait()

    async def close(self) -> None:
        """End every process of it, at once: what they were doing is done again."""
        await _end(self._process)
        await self._relay


async def _end(process: asyncio.subprocess.Process) -> None:
    """The whole process group; also what its leader may have left behind."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.stdin is not None:
        process.stdin.close()
    await process.wait()


async def _relay(process: asyncio.subprocess.Process) -> None:
    """What the workers write goes to the bot's log, line by line."""
    assert process.stderr is not None
    level, name = logging.WARNING, __name__
    while True:
        try:
            line = await process.stderr.readline()
        except ValueError:  # longer than any line of a log
            continue
        if not line:
            return
        text = line.decode(errors="replace").rstrip()
        match = _LINE.fullmatch(text)
        if match:
            level, name, text = logging.getLevelNamesMapping()[match[1]], match[2], match[3]
        if text:
            logging.getLogger(name).log(level, "%s", text)
