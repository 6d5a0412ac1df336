"""Files that have been sent and wait for the message, or the command, that shows them."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.playground import images
from bot.playground.cdn import tidy_filename
from bot.playground.drafts import File
from bot.playground.page.requests import Refused, tidy

KEPT = 15 * 60.0  #: seconds
MOST = 100  #: files
MOST_BYTES = 256 << 20  #: of all together
_MiB = 1 << 20
_LONGEST_NAME = 60  #: characters, in a sentence


@dataclass(kw_only=True, eq=False)
class _Upload:
    filename: str
    data: bytes
    end: asyncio.TimerHandle


class Uploads:
    """Bounded: each file by `limit`, which is the server's, and all together."""

    def __init__(self, limit: Callable[[], int], *, kept: float = KEPT, most_bytes: int = MOST_BYTES) -> None:
        self._limit = limit
        self._kept = kept
        self._most_bytes = most_bytes
        self._known: dict[str, _Upload] = {}
        self._bytes = 0  # of those, and of those that are being read
        self._coming = 0

    async def take(self, request: web.Request) -> dict[str, Any]:
        """Read one file: the body as it is. Raises HTTPException with one sentence."""
        filename = tidy(request.query.get("filename") or "unknown")
        shown = filename if len(filename) <= _LONGEST_NAME else f"{filename[:_LONGEST_NAME]}…"
        self._check(shown, request.content_length or 0)
        if len(self._known) + self._coming >= MOST:
            raise _full()
        self._coming += 1
        held, parts = 0, []
        try:
            async for part in request.content.iter_chunked(1 << 16):
                held += len(part)
                self._bytes += len(part)
                parts.append(part)
                self._check(shown, held, arrived=True)
            id_ = secrets.token_urlsafe(16)
            end = asyncio.get_running_loop().call_later(self._kept, self.forget, id_)
            upload = self._known[id_] = _Upload(filename=filename, data=b"".join(parts), end=end)
            held = 0  # from here on `forget` gives it back
        finally:
            self._coming -= 1
            self._bytes -= held
        size = images.dimensions(upload.data)
        return {
            "id": id_,
            "filename": tidy_filename(filename),
            "size": len(upload.data),
            "content_type": images.content_type(upload.data, filename),
            "width": None if size is None else size[0],
            "height": None if size is None else size[1],
        }

    def _check(self, filename: str, size: int, *, arrived: bool = False) -> None:
        limit = self._limit()
        if size > limit:
            raise web.HTTPRequestEntityTooLarge(
                limit,
                size,
                text=f"{filename} is too large: a file may have {limit / _MiB:g} MiB here. Make it smaller.",
            )
        if self._bytes + (0 if arrived else size) > self._most_bytes:
            raise _full()

    def file(self, id_: str, *, description: str | None = None, spoiler: bool = False) -> File:
        """Raises Refused when it is not there any more."""
        found = self._known.get(id_)
        if found is None:
            raise Refused("A file is not there any more: files are kept for 15 minutes. Attach it again.")
        return File(filename=found.filename, data=found.data, description=description, spoiler=spoiler)

    def forget(self, id_: str) -> None:
        """It has been used, or nobody wants it."""
        found = self._known.pop(id_, None)
        if found is not None:
            found.end.cancel()
            self._bytes -= len(found.data)

    def close(self) -> None:
        for id_ in tuple(self._known):
            self.forget(id_)


def _full() -> web.HTTPException:
    return web.HTTPInsufficientStorage(
        text="Too many files wait to be sent: send or remove some, then attach this one again."
    )
