"""The playground and the real bot in it, each a process of its own: what `make run` does without a token.

It has its own data folder, `playground/` in DREAM_HOME, which begins empty each time, as the world in it does. Only
the weights are shared.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from bot.config import Config
from bot.errors import BotError
from bot.playground.command import Playground, post, serve
from bot.signals import told_to_stop

STOP_SECONDS = 30.0  #: for the bot to end in order

_log = logging.getLogger(__name__)


def home_of(config: Config) -> Path:
    """The playground's data folder."""
    return config.home / "playground"


async def play(config: Config, say: Callable[[str], None], *, port: int = 0) -> int:
    """Run both until SIGINT or SIGTERM, or until the bot ends; the exit code: 0, or the bot's. Raises BotError."""
    home = home_of(config)
    await asyncio.to_thread(_begin_anew, home, config.home / "networks")
    with told_to_stop() as stop:
        async with serve(home, port=port) as playground:
            bot = await _start_bot(playground, home)
            ended = asyncio.create_task(bot.wait())
            stopping = asyncio.create_task(stop.wait())
            greeting = asyncio.create_task(_greet(playground, say))
            try:
                await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                greeting.cancel()
                stopping.cancel()
                await _stop_bot(bot)
                await asyncio.gather(ended, stopping, greeting, return_exceptions=True)
            return 0 if stop.is_set() else ended.result()


async def ask(config: Config, picture: Path, recipe: str, folder: Path, say: Callable[[str], None]) -> int:
    """Post a picture into a running playground and save its dream; the exit code: 1 where there is none."""
    saved = await post(home_of(config), picture, recipe, folder=folder, say=say, prefix=config.prefix)
    for path in saved:
        say(f"The dream is in {path.resolve()}")
    return 0 if saved else 1


def _begin_anew(home: Path, networks: Path) -> None:
    """What an earlier playground's bot remembers happened in a world that is gone."""
    try:
        networks.mkdir(parents=True, exist_ok=True)
        if home.exists():
            shutil.rmtree(home)  # the link to the weights goes, not they
        home.mkdir()
        (home / "networks").symlink_to(networks)
    except OSError as error:
        raise BotError(f"The playground's folder {home} cannot be made: {error.strerror or error}.") from error


async def _start_bot(playground: Playground, home: Path) -> asyncio.subprocess.Process:
    # A group of its own: Ctrl-C reaches us alone, and we stop it in order.
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        env={
            **os.environ,
            "DISCORD_TOKEN": playground.token,
            "DISCORD_API": playground.api,
            "DREAM_HOME": str(home),
            "DATABASE_URL": f"sqlite+aiosqlite:///{home / 'dreambot.sqlite3'}",
        },
        stdin=asyncio.subprocess.DEVNULL,
        process_group=0,
    )


async def _stop_bot(bot: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        bot.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await bot.wait()
        except TimeoutError:
            _log.warning("the bot does not end within %.0f s, so it is killed", STOP_SECONDS)
            bot.kill()
            await bot.wait()


async def _greet(playground: Playground, say: Callable[[str], None]) -> None:
    await playground.standin.ready(timeout=600.0)
    say(
        "\nThe bot is ready, in a playground on this machine: nothing here is on Discord."
        f"\nIn a second terminal: {_shown_python()} -m bot playground post PICTURE style=eyes"
        "\nIt posts the picture as a member would, and saves the dream. Ctrl-C ends the bot.\n"
    )


def _shown_python() -> str:
    """As short as somebody can type it from here."""
    with contextlib.suppress(ValueError):
        return str(Path(sys.executable).relative_to(Path.cwd()))
    return sys.executable
