"""`python -m bot status`: asks the bot that runs in this data folder, as the operator's other commands do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp

from bot.errors import BotError
from bot.operations.seeing.sockets import socket_in

PATIENCE = 10.0  #: seconds; its event loop may be busy


class NotRunning(BotError):
    """No bot runs in that folder."""


async def ask(home: Path, say: Callable[[str], None]) -> int:
    """Say how it is. The exit code: 0 for a bot that is ready, else 1. Raises BotError where none runs."""
    said = await heard(home, "GET", "/status")
    for line in said["lines"]:
        say(line)
    return 0 if said["ready"] else 1


async def heard(
    home: Path, method: str, path: str, *, asked: dict[str, Any] | None = None, patience: float = PATIENCE
) -> dict[str, Any]:
    """What the bot that runs in this data folder answers at its socket. Raises NotRunning, or another BotError."""
    try:
        with socket_in(home) as socket:
            connector = aiohttp.UnixConnector(str(socket))
            timeout = aiohttp.ClientTimeout(total=patience)
            async with (
                aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
                session.request(method, f"http://bot{path}", json=asked) as response,
            ):
                response.raise_for_status()
                said: dict[str, Any] = await response.json()
                return said
    except TimeoutError as error:
        raise BotError(
            f"The bot with the data folder {home} does not answer within {patience:g} s: its event loop hangs."
            " Look at its log, and start it again."
        ) from error
    except PermissionError as error:
        raise BotError(f"The bot with the data folder {home} belongs to another user: ask as that one.") from error
    except aiohttp.ClientResponseError as error:
        raise BotError(
            f"The bot with the data folder {home} does not understand this: is its version another?"
        ) from error
    except (aiohttp.ClientError, OSError, json.JSONDecodeError) as error:
        raise NotRunning(
            f"No bot runs with the data folder {home}. If it runs with another one, set DREAM_HOME to that."
        ) from error
