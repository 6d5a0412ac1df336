"""Files behind links: attachments with signed links that expire, and avatars."""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
from collections.abc import Callable

from aiohttp import web

from bot.playground.images import portrait
from bot.playground.model import Attachment, User
from bot.playground.times import Times

_UNUSUAL = re.compile(r"[^0-9A-Za-z._-]")

#: With everything that people have uploaded: whatever is in it, it is no page of ours, and runs nothing.
SAFELY = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


def tidy_filename(name: str) -> str:
    """The name as Discord keeps it: blanks become underscores, what else is unusual goes.

    >>> tidy_filename("../my cat (2).png")
    'my_cat_2.png'
    """
    last = name.replace("\\", "/").rpartition("/")[2].strip().replace(" ", "_")
    return _UNUSUAL.sub("", last).lstrip(".") or "unknown"


class Cdn:
    """Keeps what was uploaded, as long as a message shows it."""

    def __init__(self, *, clock: Callable[[], float], times: Times, person: Callable[[int], User | None]) -> None:
        self.origin = ""  # known when the port is
        self._clock = clock
        self._times = times
        self._person = person
        self._kept: dict[int, Attachment] = {}
        self.secret = secrets.token_bytes(32)  # links are signed with it
        self._default_avatars: dict[int, bytes] = {}

    def keep(self, attachment: Attachment) -> None:
        self._kept[attachment.id] = attachment

    def drop(self, attachment: Attachment) -> None:
        self._kept.pop(attachment.id, None)

    def expire_links(self) -> None:
        """Every link given out so far is dead from now on; new ones work."""
        self.secret = secrets.token_bytes(32)

    def path(self, attachment: Attachment) -> str:
        folder = "ephemeral-attachments" if attachment.ephemeral else "attachments"
        return f"/{folder}/{attachment.channel_id}/{attachment.id}/{attachment.filename}"

    def link(self, attachment: Attachment) -> str:
        """A link that is good for a day."""
        path = self.path(attachment)
        issued = int(self._clock())
        expires = int(self._clock() + self._times.link)
        query = f"ex={expires:x}&is={issued:x}"
        return f"{self.origin}{path}?{query}&hm={self._sign(path, f'{expires:x}', f'{issued:x}')}&"

    def proxy_link(self, attachment: Attachment) -> str:
        return self.link(attachment)

    def _sign(self, path: str, expires: str, issued: str) -> str:
        return hmac.new(self.secret, f"{path}\n{expires}\n{issued}".encode(), "sha256").hexdigest()

    async def serve_attachment(self, request: web.Request) -> web.StreamResponse:
        attachment = self._kept.get(int(request.match_info["attachment"]))
        query = request.query
        expires, issued = query.get("ex", ""), query.get("is", "")
        if attachment is None or request.path != self.path(attachment):
            return _gone()
        if not hmac.compare_digest(query.get("hm", ""), self._sign(request.path, expires, issued)):
            return _gone()
        if int(expires, 16) < self._clock():
            return _gone()
        headers = SAFELY | {"Content-Type": attachment.content_type, "Cache-Control": "private, max-age=86400"}
        if not attachment.content_type.startswith(("image/", "video/")):
            # A browser saves it, and shows nothing. The name has been tidied: no quote is in it.
            headers["Content-Disposition"] = f'attachment; filename="{attachment.filename}"'
        return _part(request, attachment.data, headers | {"Accept-Ranges": "bytes"})

    async def serve_avatar(self, request: web.Request) -> web.StreamResponse:
        name, _, ending = request.match_info["file"].partition(".")
        person = self._person(int(request.match_info["user"]))
        if person is None or person.avatar is None or name != person.avatar_hash:
            return _gone()
        if ending != "png":  # the real one converts; drawing PNGs is all this one can
            return web.Response(status=415, text="Unsupported Media Type")
        return web.Response(body=person.avatar, content_type="image/png", headers=SAFELY)

    async def serve_default_avatar(self, request: web.Request) -> web.StreamResponse:
        index = int(request.match_info["index"])
        if index > 5:
            return _gone()
        if index not in self._default_avatars:
            self._default_avatars[index] = await asyncio.to_thread(portrait, 1000 + index)
        return web.Response(body=self._default_avatars[index], content_type="image/png", headers=SAFELY)

    def routes(self) -> list[web.RouteDef]:
        attachment = r"/{channel:\d+}/{attachment:\d+}/{filename}"
        return [
            web.get("/attachments" + attachment, self.serve_attachment),
            web.get("/ephemeral-attachments" + attachment, self.serve_attachment),
            web.get(r"/avatars/{user:\d+}/{file}", self.serve_avatar),
            web.get(r"/embed/avatars/{index:\d+}.png", self.serve_default_avatar),
        ]


def _part(request: web.Request, data: bytes, headers: dict[str, str]) -> web.Response:
    """The file, or the part of it that a video's player asks for."""
    try:
        asked = request.http_range
    except ValueError:
        asked = slice(None)
    if (asked.start, asked.stop) == (None, None):
        return web.Response(body=data, headers=headers)
    start, stop, _ = asked.indices(len(data))
    if start >= stop:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{len(data)}"})
    headers = headers | {"Content-Range": f"bytes {start}-{stop - 1}/{len(data)}"}
    return web.Response(status=206, body=data[start:stop], headers=headers)


def _gone() -> web.Response:
    return web.Response(status=404, text="This content is no longer available.")
