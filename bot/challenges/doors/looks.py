"""Entries' pictures as the gallery shows them: large files once made smaller, and kept in memory for whoever is next.

Nobody who leafs waits for that: until a smaller file is there, the entry's own goes out.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from bot.challenges.model import Copy
from bot.challenges.records import Challenges
from bot.executor.protocol import Executor
from dreamcore.errors import DreamError

LARGE = 700 << 10  #: bytes, from which a picture is made smaller
SMALL = 400 << 10  #: bytes that it then has at most
KEPT = 64 << 20  #: bytes of all that is kept in memory
AT_ONCE = 2  #: pictures that are made smaller

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Look:
    """A file."""

    data: bytes
    format: str


class Kept:
    """What was used last, of all files that fit."""

    def __init__(self, room: int = KEPT) -> None:
        self._room = room
        self._held = 0
        self._files: OrderedDict[Any, Look] = OrderedDict()

    def get(self, key: Any) -> Look | None:
        look = self._files.get(key)
        if look is not None:
            self._files.move_to_end(key)
        return look

    def put(self, key: Any, look: Look) -> None:
        if (before := self._files.pop(key, None)) is not None:
            self._held -= len(before.data)
        self._files[key] = look
        self._held += len(look.data)
        while self._held > self._room and len(self._files) > 1:
            _, oldest = self._files.popitem(last=False)
            self._held -= len(oldest.data)


class Tasks:
    """Background work that is owned: at most one of a name at a time, all ended by `close`."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._running: dict[Any, asyncio.Task[Any]] = {}
        self._places = asyncio.Semaphore(at_once)
        self._closed = False

    def begin(self, key: Any, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any] | None:
        """Returns what does it, which may have begun before; None once it is closed."""
        if self._closed or key in self._running:
            work.close()
            return self._running.get(key)
        task = asyncio.create_task(self._run(work), name=f"gallery: {key}")
        self._running[key] = task
        task.add_done_callback(lambda _: self._running.pop(key, None))
        return task

    def get(self, key: Any) -> asyncio.Task[Any] | None:
        return self._running.get(key)

    async def _run(self, work: Coroutine[Any, Any, Any]) -> None:
        try:
            async with self._places:
                await work
        except DreamError as error:
            log.info("a picture for the gallery could not be made: %s", error.log)
        except Exception:
            log.exception("a picture for the gallery could not be made")
        finally:
            work.close()

    async def settled(self) -> None:
        """Nothing is being made. For tests."""
        while self._running:
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def close(self) -> None:
        self._closed = True
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Looks:
    """Gives files. Owns its tasks, until `close`."""

    def __init__(self, *, challenges: Challenges, executor: Executor) -> None:
        self._challenges = challenges
        self._executor = executor
        self._kept = Kept()
        self.tasks = Tasks()

    async def of(self, copy: Copy, *, limit: int) -> Look | None:
        """At once. limit: of bytes. None where it is kept no more, or cannot be had so small yet."""
        if copy.picture is None:
            return None
        if (kept := self._kept.get(copy.picture)) is not None:
            return kept if len(kept.data) <= limit else None
        data = await self._challenges.entries.bytes_of(copy)
        if data is None:
            return None
        look = Look(data=data, format=copy.format)
        if len(data) <= LARGE:
            self._kept.put(copy.picture, look)
            return look
        self.tasks.begin(copy.picture, self._smaller(copy.picture, data))
        return look if len(data) <= limit else None

    async def smaller(self, copy: Copy, *, limit: int, patience: float) -> Look | None:
        """Waited for, where its own file is too large to be shown."""
        task = None if copy.picture is None else self.tasks.get(copy.picture)
        if task is not None:
            await asyncio.wait({task}, timeout=patience)
        return await self.of(copy, limit=limit)

    async def soon(self, copy: Copy) -> None:
        """Somebody will look at it next."""
        await self.of(copy, limit=0)

    async def _smaller(self, picture: str, data: bytes) -> None:
        made = await self._executor.refit(data, SMALL)
        self._kept.put(picture, Look(data=made.data, format=made.format))
