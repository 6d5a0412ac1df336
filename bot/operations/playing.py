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
import webbrowser
from collections.abc import Callable
from pathlib import Path

from bot.config import Config
from bot.errors import BotError
from bot.playground.command import Playground, post, serve
from bot.signals import told_to_stop

STOP_SECONDS = 30.0  #: for the bot to end in order
STEADY_SECONDS = 5.0  #: a bot that has lived that long did start; if it dies then, it is started again
AGAIN_SECONDS = 1.0  #: before a bot that has died is started again

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
        bot = _Bot(home)
        async with serve(
            config.home,
            port=port,
            prefix=config.prefix,
            keep=home / "world" if keep else None,
            restart=bot.restart,
        ) as playground:
            say(f"Playground: {playground.address}")
            if open_browser:
                await asyncio.to_thread(webbrowser.open, playground.address)
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


def _prepare(home: Path, networks: Path, *, anew: bool) -> None:
    """What an earlier playground's bot remembers happened in a world that is gone, unless that is kept."""
    try:
        networks.mkdir(parents=True, exist_ok=True)
        if anew and home.exists():
            shutil.rmtree(home)  # the link to the weights goes, not they
        home.mkdir(exist_ok=True)
        link = home / "networks"
        if not link.is_symlink():
            link.symlink_to(networks)
    except OSError as error:
        raise BotError(f"The playground's folder {home} cannot be made: {error.strerror or error}.") from error


class _Bot:
    """The bot's process. One that has started and then dies is started again: its page stays, and shows it."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._process: asyncio.subprocess.Process | None = None
        self._asked_for = False  # its end

    async def live(self, playground: Playground) -> int:
        """Until it cannot start; its exit code then."""
        clock = asyncio.get_running_loop().time
        while True:
            begun = clock()
            self._process = await self._start(playground)
            status = await self._process.wait()
            if self._asked_for:
                self._asked_for = False
                continue
            if status >= 0 and clock() - begun < STEADY_SECONDS:
                return status  # it has said why it cannot start; what was killed is another matter
            _log.warning("the bot has ended with %d; it is started again", status)
            await asyncio.sleep(AGAIN_SECONDS)

    async def restart(self) -> None:
        """End it in order; `live` starts the next one."""
        self._asked_for = True
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
                "DISCORD_TOKEN": playground.token,
                "DISCORD_API": playground.api,
                "DREAM_HOME": str(self._home),
                "DATABASE_URL": f"sqlite+aiosqlite:///{self._home / 'dreambot.sqlite3'}",
            },
            stdin=asyncio.subprocess.DEVNULL,
            process_group=0,
        )
