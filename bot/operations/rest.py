"""A few questions to Discord's REST interface before there is a gateway: who am I, what may I, where am I.

discord.py would do the same, and only after its client has been given its intents, which depend on the answers.
"""

from __future__ import annotations

import asyncio
import json
import logging
import platform
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import metadata
from types import TracebackType
from typing import Any, Self

import aiohttp

from bot.config import DISCORD_API
from bot.errors import BotError, ConfigError

WAITS = (1.0, 2.0, 4.0, 8.0, 16.0)  #: seconds before each further try
LONGEST_WAIT = 30.0  #: seconds that a rate limit may ask for

_log = logging.getLogger(__name__)


class WrongToken(ConfigError):
    """Discord does not know the token."""

    def __init__(self) -> None:
        super().__init__(
            "Discord does not know this DISCORD_TOKEN: copy it again from the page “Bot” of your application"
            " (“Reset Token” makes a new one, and the old one ends)."
        )


class DiscordUnreachable(BotError):
    """No answer that could be used came, after several tries."""


class NotAnswered(BotError):
    """Discord has understood and refuses, or does not know what was asked for."""

    def __init__(self, path: str, status: int) -> None:
        super().__init__(f"Discord answers {path} with {status}.")
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    body: Any
    date: str | None  # the server's clock, as HTTP writes it


class Rest:
    """GET requests with the bot's token. What may be over soon is tried again."""

    def __init__(
        self,
        *,
        token: str,
        api: str | None = None,
        waits: tuple[float, ...] = WAITS,
        timeout: float = 10.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._api = api or DISCORD_API
        self._headers = {"Authorization": f"Bot {token}", "User-Agent": _user_agent()}
        self._waits = waits
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._sleep = sleep
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(headers=self._headers, timeout=self._timeout)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(self, path: str) -> Answer:
        """The JSON at `path`. Raises WrongToken, DiscordUnreachable or NotAnswered."""
        for wait in (*self._waits, None):
            try:
                answer, reason, pause = await self._try(path)
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                answer, reason, pause = None, _reason(error), 0.0
            if answer is not None:
                return answer
            if wait is None or pause > LONGEST_WAIT:
                break
            _log.warning("Discord, %s: %s; trying again in %.0f s", path, reason, max(wait, pause))
            await self._sleep(max(wait, pause))
        raise DiscordUnreachable(
            f"Discord cannot be reached at {self._api} ({reason}): check this machine's network,"
            " its proxy and firewall, and Discord's own status page."
        )

    async def _try(self, path: str) -> tuple[Answer | None, str, float]:
        """The answer; or None, why, and the seconds that Discord asks to wait."""
        assert self._session is not None
        async with self._session.get(f"{self._api}{path}", allow_redirects=False) as response:
            if response.status == 200:
                body = json.loads(await response.read())
                return Answer(body=body, date=response.headers.get("Date")), "", 0.0
            if response.status == 401:
                raise WrongToken
            if response.status == 429:
                return None, "it limits how often it may be asked", _seconds(response.headers.get("Retry-After"))
            if response.status >= 500:
                return None, f"it answers {response.status}", 0.0
            raise NotAnswered(path, response.status)


def _seconds(header: str | None) -> float:
    try:
        return max(0.0, float(header or 1))
    except ValueError:
        return 1.0


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "its name cannot be looked up"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"no connection: {error.os_error.strerror or error.os_error}"
    return "its answer is not JSON" if isinstance(error, ValueError) else f"{type(error).__name__}"


def _user_agent() -> str:
    try:
        version = metadata.version("dreambot")
    except metadata.PackageNotFoundError:  # run from a folder that was never installed
        version = "0"
    return f"DiscordBot (dreambot, {version}) Python/{platform.python_version()} aiohttp/{aiohttp.__version__}"
