"""Keeps a stand-in's world in a folder, so that the playground, and the bot's database with it, live on.

`world.json` is the whole state but for the files in messages and people's pictures, which lie beside it, one each. It
is replaced, never changed, and only after every file that it names is on the disk: whenever the process ends, what
lies there is one state. Forgotten are the token, which is new at each start, interactions, whose time is over, and
answers that only one person saw, as Discord's client forgets them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from bot.alone import alone_in
from bot.errors import BotError
from bot.files import put, sync_folder
from bot.playground import kept
from bot.playground.friendly import Friendly
from bot.playground.kept import Document, Kept, TooNew
from bot.playground.recording import Exchange
from bot.playground.sessions import Session
from bot.playground.standin import StandIn

_DELAY = 1.0  #: seconds from a change until it is written, so that a burst is written once

_log = logging.getLogger(__name__)


class Keeping:
    """Keeps one stand-in's world in one folder, and the folder for itself. In this order: `load`, `start`, `close`."""

    def __init__(self, standin: StandIn, folder: Path, *, delay: float = _DELAY) -> None:
        self._standin = standin
        self._shelf = _Shelf(folder)
        self._delay = delay
        self._friendly: Friendly | None = None
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stack = ExitStack()

    async def load(self) -> Friendly | None:
        """Put the kept world into the stand-in, in place of its empty one; None where nothing is kept.

        Raises BotError for a folder that another playground uses, and for a state that cannot be read; such a one is
        left as it is.
        """
        await asyncio.to_thread(self._stack.enter_context, self._shelf.alone())
        try:
            found = await asyncio.to_thread(self._shelf.read, self._standin.world.ids.now())
        except BaseException:
            self._stack.close()
            raise
        return None if found is None else found.put(self._standin)

    async def start(self, friendly: Friendly) -> None:
        """Write the state as it is now, and from now on every change, soon after it. Raises BotError."""
        self._friendly = friendly
        await self._write(ended=False)
        self._stack.callback(self._standin.world.watchers.listen(self._notice))
        self._task = asyncio.create_task(self._keep_writing(), name="keeping")

    async def close(self) -> None:
        """Write what is not written yet, and let go of the folder. Raises BotError where it cannot be written."""
        with self._stack:
            if self._task is None:
                return
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
            await self._write(ended=True)

    def _notice(self, thing: object) -> None:
        if not isinstance(thing, Session) and not (isinstance(thing, Exchange) and thing.method == "GET"):
            self._changed.set()

    async def _keep_writing(self) -> None:
        while True:
            await self._changed.wait()
            await asyncio.sleep(self._delay)
            self._changed.clear()
            try:
                await self._write(ended=False)
            except BotError as error:
                _log.error("%s", error)  # tried again at the next change, and at the end
            except Exception:
                _log.exception("the playground's state could not be written")

    async def _write(self, *, ended: bool) -> None:
        assert self._friendly is not None
        state = kept.take(self._standin, self._friendly, ended=ended)
        writing = asyncio.ensure_future(asyncio.to_thread(self._shelf.write, state))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            await writing  # two must not write at once
            raise


class _Shelf:
    """The folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._state = folder / "world.json"
        self._written: str | None = None
        self._there: set[str] | None = None  # the files beside it

    def alone(self) -> contextlib.AbstractContextManager[None]:
        return alone_in(
            self._folder,
            unwritable=f"The playground cannot be kept in {self._folder}",
            taken=f"Another playground is kept in {self._folder}: stop that one, or start without --keep.",
        )

    def read(self, now: int) -> Kept | None:
        """Raises BotError."""
        try:
            text = self._state.read_text(encoding="ascii")
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise self._unreadable(error) from error
        try:
            content = json.loads(text)
            beside = self._beside(kept.world_of(content))
            found = kept.read(content, lambda name: (beside / name).read_bytes(), now)
        except TooNew:
            raise BotError(
                f"{self._state} is of a newer playground: update this one, start without --keep, or move the file away."
            ) from None
        except (OSError, ValueError) as error:
            raise self._unreadable(error) from error
        return found

    def _unreadable(self, error: Exception) -> BotError:
        reason = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else error
        return BotError(
            f"{self._state} cannot be read ({reason}): start without --keep, or move the file away to begin anew.",
            log=f"{self._state}: {error!r}",
        )

    def _beside(self, world: int) -> Path:
        """The folder of a world's files. Each world has its own: one that was moved away finds them when it is back."""
        return self._folder / f"files-{world}"

    def write(self, document: Document) -> None:
        """Raises BotError; what was there before is whole then."""
        text = document.text()
        if text == self._written:
            return
        try:
            self._write(text, self._beside(document.world), document.files)
        except OSError as error:
            raise BotError(
                f"The playground cannot be kept in {self._folder}: {error.strerror}. Until that is mended, what happens"
                " in it is forgotten at its end.",
                log=f"{self._folder}: {error!r}",
            ) from error
        self._written = text

    def _write(self, text: str, beside: Path, files: Mapping[str, bytes]) -> None:
        if self._there is None:
            beside.mkdir(mode=0o700, exist_ok=True)
            self._there = {one.name for one in beside.iterdir()}
        missing = [name for name in files if name not in self._there]
        for name in missing:
            put(beside / name, files[name])
            self._there.add(name)
        if missing:
            sync_folder(beside)
        put(self._state, text.encode("ascii"))
        sync_folder(self._folder)
        # Only now does no state name these any more.
        for name in self._there - files.keys():
            (beside / name).unlink(missing_ok=True)
        self._there &= files.keys()
