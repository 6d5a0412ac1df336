"""One bot at a time: for a data folder, and for a database. A second one stands by, and takes over when the first ends.

The first may have been killed, with its machine or without: the right to be the bot goes with the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot.config import Config
from bot.errors import BotError, ConfigError
from bot.store.turns import LOOK_SECONDS, FileTurn, Turn, try_turn

PATIENCE = 2.0  #: seconds; the one before may just be ending

_log = logging.getLogger(__name__)


@asynccontextmanager
async def our_turn(
    config: Config, *, stop: asyncio.Event, on_wait: Callable[[], Awaitable[None]]
) -> AsyncIterator[Turn | None]:
    """Once nobody else is the bot; until then it stands by. None: it was told to stop meanwhile.

    on_wait: called once, when it has to wait for another bot. Raises BotError where the folder cannot be written,
    ConfigError where the database cannot be opened.
    """
    async with AsyncExitStack() as stack:
        waiting = _Waiting(stop, on_wait)
        for what, attempt in (
            (f"the data folder {config.home}", lambda: _try_folder(config.home)),
            ("the database", lambda: try_turn(config.database)),
        ):
            turn = await waiting.take(what, attempt)
            if turn is None:
                yield None
                return
            stack.push_async_callback(turn.give_back)
        if waiting.told:
            _log.info("the other bot has ended: this one takes over")
        yield turn


async def end_when_lost(turn: Turn) -> None:
    """Ends the process, at once, when another bot has the database: whatever this one still did would be done twice.

    To be killed is what it is best at: nothing that was accepted is lost by it.
    """
    await turn.lost.wait()
    _log.critical(
        "the connection to the database was lost, and another bot has taken over: this one ends. Started again, it"
        " stands by"
    )
    logging.shutdown()
    os._exit(1)


class _Waiting:
    def __init__(self, stop: asyncio.Event, on_wait: Callable[[], Awaitable[None]]) -> None:
        self._stop = stop
        self._on_wait = on_wait
        self.told = False

    async def take(self, what: str, attempt: Callable[[], Awaitable[Turn | str]]) -> Turn | None:
        clock = asyncio.get_running_loop().time
        patient_until = clock() + PATIENCE
        while not self._stop.is_set():
            try:
                got = await attempt()
            except ConfigError as error:
                if not self.told:
                    raise
                _log.warning("%s", error.sentence)  # a server that is just away, perhaps with the other bot
                got = ""
            if not isinstance(got, str):
                return got
            if not self.told and clock() > patient_until:
                self.told = True
                _log.info("another bot (%s) is at work with %s: this one stands by", got, what)
                await self._on_wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS if self.told else LOOK_SECONDS / 10):
                    await self._stop.wait()
        return None


async def _try_folder(home: Path) -> Turn | str:
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)  # others on the machine have no business in it
        return await asyncio.to_thread(FileTurn.take, home / "lock")
    except OSError as error:
        raise BotError(f"DREAM_HOME={home} cannot be written: {error.strerror}.") from error
