"""`python -m bot status`: asks the bot that runs in this data folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import aiohttp

from bot.errors import BotError
from bot.operations.seeing.sockets import socket_in

PATIENCE = 10.0  #: seconds; its event loop may be busy


async def ask(home: Path, say: Callable[[str], None]) -> int:
    """Say how it is. The exit code: 0 for a bot that is ready, else 1. Raises BotError where none runs."""
    try:
        with socket_in(home) as path:
            connector = aiohttp.UnixConnector(str(path))
            timeout = aiohttp.ClientTimeout(total=PATIENCE)
            async with (
                aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
                session.get("http://bot/status") as response,
            ):
                response.raise_for_status()
                said = await response.json()
    except TimeoutError as error:
        raise BotError(
            f"The bot with the data folder {home} does not answer within {PATIENCE:g} s: its event loop hangs."
            " Look at its log, and start it again."
        ) from error
    except PermissionError as error:
        raise BotError(f"The bot with the data folder {home} belongs to another user: ask as that one.") from error
    except (aiohttp.ClientError, OSError, json.JSONDecodeError) as error:
        raise BotError(
            f"No bot runs with the data folder {home}. If it runs with another one, set DREAM_HOME to that."
        ) from error
    for line in said["lines"]:
        say(line)
    return 0 if said["ready"] else 1
