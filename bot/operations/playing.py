"""The playground and the real bot in it, each a process of its own: what `make run` does without a token.

It has its own data folder, `playground/` in DREAM_HOME, which begins empty each time, as the world in it does; what is
to be kept lies in `playground-kept/`. Only the weights are shared.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import sys
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path

from bot.config import Config
from bot.errors import BotError
from bot.files import put
from bot.playground.command import Playground, post, serve
from bot.playground.sessions import Session
from bot.signals import told_to_stop

STOP_SECONDS = 30.0  #: for the bot to end in order
FIRST_PAUSE = 1.0  #: seconds before a bot that has died is started again; twice as many after each that follows soon
LAST_PAUSE = 30.0

_log = logging.getLogger(__name__)


def home_of(config: Config, *, keep: bool = False) -> Path:
    """The playground's data folder."""
    return config.home / ("playground-kept" if keep else "playground")


async def play(
    config: Config, say: Callable[[str], None], *, port: int = 0, keep: bool = False, open_browser: bool = False
) -> int:
    """Run both until SIGINT or SIGTERM; the exit code: 0, or the bot's where it cannot start. Raises BotError.

    port: of the page; another one where it is taken. keep: go on where the last playground with `keep` ended.
    """
    home = home_of(config, keep=keep)
    await asyncio.to_thread(_prepare, home, config.home / "networks", anew=not keep)
    with told_to_stop() as stop:
        bot = _Bot(home, config)
        async with serve(
            config.home,
            port=port,
            prefix=config.prefix,
            keep=home / "world" if keep else None,
            restart=bot.restart,
        ) as playground:
            say(f"Playground: {playground.address}")
            if open_browser:
                await asyncio.to_thread(_open, playground.address, home / "open.html")
            living = asyncio.create_task(bot.live(playground), name="bot")
            stopping = asyncio.create_task(stop.wait(), name="stop")
            try:
                await asyncio.wait({living, stopping}, return_when=asyncio.FIRST_COMPLETED)
                status = living.result() if living.done() else 0
            finally:
                for task in (living, stopping):
                    task.cancel()
                await asyncio.gather(living, stopping, return_exceptions=True)
                await bot.stop()
            return status


async def ask(config: Config, picture: Path, recipe: str, folder: Path, say: Callable[[str], None]) -> int:
    """Post a picture into a running playground and save its dream; the exit code: 1 where there is none."""
    saved = await post(config.home, picture, recipe, folder=folder, say=say, prefix=config.prefix)
    for path in saved:
        say(f"The dream is in {path.resolve()}")
    return 0 if saved else 1


def apart(config: Config, home: Path) -> dict[str, str]:
    """What a bot in the playground has of its own, whatever is set for the one on Discord that may run beside it."""
    variables = {"DREAM_HOME": str(home), "DATABASE_URL": f"sqlite+aiosqlite:///{home / 'dreambot.sqlite3'}"}
    if config.metrics is not None:
        variables["DREAM_METRICS"] = "127.0.0.1:0"
    if config.guilds:
        variables["DREAM_GUILDS"] = "all"  # its server is none of Discord's
    if config.reports:
        variables["DREAM_REPORTS"] = "owner"  # a channel of Discord's is none of the playground's
    if config.log_file is not None:
        variables["DREAM_LOG_FILE"] = str(home / config.log_file.name)
    return variables


def _prepare(home: Path, networks: Path, *, anew: bool) -> None:
    """What an earlier playground's bot remembers happened in a world that is gone, unless that is kept."""
    try:
        networks.mkdir(parents=True, exist_ok=True)
        if anew and home.exists():
            shutil.rmtree(home)  # the link to the weights goes, not they
        home.mkdir(exist_ok=True, mode=0o700)
        link = home / "networks"
        if not link.is_symlink():
            link.symlink_to(networks)
    except OSError as error:
        raise BotError(f"The playground's folder {home} cannot be made: {error.strerror or error}.") from error


def _open(address: str, way: Path) -> None:
    """In the browser, by a file: what programs are started with, everybody on the machine can see."""
    put(way, f'<!doctype html><meta http-equiv="refresh" content="0; url={address}">'.encode())
    if not webbrowser.open(way.as_uri()):
        _log.warning("no browser could be opened: open the address yourself")


class _Bot:
    """The bot's process. One that has worked and then ends is started again: the page stays, and shows it."""

    def __init__(self, home: Path, config: Config) -> None:
        self._home = home
        self._config = config
        self._process: asyncio.subprocess.Process | None = None
        self._again = asyncio.Event()  # somebody has asked for the next one
        self._worked = False

    async def live(self, playground: Playground) -> int:
        """Until the first one ends before it was ever connected; its exit code."""

        def heard(thing: object) -> None:
            self._worked = self._worked or (isinstance(thing, Session) and thing.connected)

        deaf = playground.standin.world.watchers.listen(heard)
        pause = FIRST_PAUSE
        try:
            while True:
                begun = time.monotonic()
                self._process = await self._start(playground)
                status = await self._process.wait()
                if not self._worked and not self._again.is_set():
                    return status  # it has said why
                if time.monotonic() - begun > LAST_PAUSE:
                    pause = FIRST_PAUSE
                if not self._again.is_set():
                    _log.warning("the bot has ended with %d; it is started again in %.0f s", status, pause)
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(pause):
                            await self._again.wait()
                    pause = min(2 * pause, LAST_PAUSE)
                self._again.clear()
        finally:
            deaf()

    async def restart(self) -> None:
        """End it in order, if it has not ended; `live` starts the next one at once."""
        self._again.set()
        await self.stop()

    async def stop(self) -> None:
        bot = self._process
        if bot is None or bot.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            bot.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await bot.wait()
            except TimeoutError:
                _log.warning("the bot does not end within %.0f s, so it is killed", STOP_SECONDS)
                bot.kill()
                await bot.wait()

    async def _start(self, playground: Playground) -> asyncio.subprocess.Process:
        # A group of its own: Ctrl-C reaches us alone, and we stop it in order.
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"),
            env={
                **os.environ,
                **apart(self._config, self._home),
                "DISCORD_TOKEN": playground.token,
                "DISCORD_API": playground.api,
            },
            stdin=asyncio.subprocess.DEVNULL,
            process_group=0,
        )
