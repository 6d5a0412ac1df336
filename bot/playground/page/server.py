"""The playground's page on the loopback address: its files, uploads, and one websocket for each tab.

Its address carries a secret made at each start, so that other users of the machine stay out; Host and Origin have to be
its own, so that web pages elsewhere stay out; a strict policy keeps everything out of the page that is not its own.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.playground.cdn import Cdn
from bot.playground.friendly import Friendly
from bot.playground.interactions import Interaction
from bot.playground.message_payloads import MessagePayloads
from bot.playground.model import Channel, Guild, Message, User
from bot.playground.page import assets
from bot.playground.page.house import House
from bot.playground.page.messages import MessageViews
from bot.playground.page.requests import LONGEST_TEXT
from bot.playground.page.sight import Sight
from bot.playground.page.switches import Switches
from bot.playground.page.uploads import Uploads
from bot.playground.page.views import Views
from bot.playground.page.visit import Visit
from bot.playground.page.wire import Wire
from bot.playground.recording import Exchange
from bot.playground.sessions import Session
from bot.playground.standin import StandIn

MOST_TABS = 50
_HEARTBEAT = 20.0  #: seconds after which a tab is asked whether it is still there
_WIRE_PAUSE = 0.25  #: seconds: what goes over the wire is told at most four times a second
_LOST = "The playground's page has another address: open the one that the terminal printed."

_log = logging.getLogger(__name__)


class Page:
    """`prefix`: the bot's. `restart`: ends the bot's process and starts it again, where somebody can do that."""

    def __init__(
        self,
        standin: StandIn,
        friendly: Friendly,
        *,
        prefix: str = "!",
        restart: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.secret = secrets.token_urlsafe(32)
        self._standin = standin
        self._restart = restart
        self._restarting: asyncio.Task[None] | None = None
        self._visits: set[Visit] = set()
        world = standin.world
        sight = Sight(world, friendly)
        views = Views(standin, friendly, sight)
        payloads = MessagePayloads(world, standin.cdn)
        self._house = House(
            standin=standin,
            friendly=friendly,
            prefix=prefix,
            sight=sight,
            views=views,
            messages=MessageViews(world, payloads, sight, views),
            uploads=Uploads(lambda: views.upload_limit),
            wire=Wire(standin.record, token=standin.token, heard=self._wire_changed),
            switches=Switches(standin, self._begin_anew),
            supervised=restart is not None,
            present=self._present,
            people_changed=lambda: self._tell_of("people"),
            faults_changed=lambda: self._tell_of("faults"),
            dismiss=self._dismiss,
            begin_anew=self._begin_anew,
        )
        self._deaf = world.watchers.listen(self._heard)
        self._closed = False
        # However the stand-in ends, tabs do not hold it up.
        standin.app.on_shutdown.append(self._shut)

    @property
    def address(self) -> str:
        """What the terminal prints; known once the stand-in listens."""
        return f"{self._standin.origin}/{self.secret}/"

    def routes(self) -> list[web.RouteDef]:
        """To be added to the stand-in's before it starts."""
        own = "/{secret:[^/]+}"
        return [
            web.get("/", self._lost),
            web.get(own, self._lost),
            web.get(own + "/", self._index),
            web.get(own + "/assets/{path:.*}", self._asset),
            web.get(own + "/socket", self._socket),
            web.post(own + "/uploads", self._upload),
        ]

    async def close(self) -> None:
        """End all visits."""
        if self._closed:
            return
        self._closed = True
        self._deaf()
        self._house.wire.close()
        await asyncio.gather(*(one.leave() for one in tuple(self._visits)), return_exceptions=True)
        self._house.uploads.close()
        if self._restarting is not None:
            self._restarting.cancel()
            await asyncio.gather(self._restarting, return_exceptions=True)

    async def _shut(self, _: web.Application) -> None:
        await self.close()

    # requests

    def _check(self, request: web.Request, *, from_page: bool = False) -> None:
        """The secret; `from_page`: and that the page itself asks. The stand-in has looked at Host already."""
        given = request.match_info["secret"]
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self.secret.encode()) or self._closed:
            raise web.HTTPNotFound(text=_LOST, headers=_PLAIN)
        if from_page and request.headers.get("Origin") != f"http://{request.host}":
            raise web.HTTPForbidden(text="Only the playground's own page may do that.", headers=_PLAIN)

    async def _lost(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPNotFound(text=_LOST, headers=_PLAIN)

    async def _index(self, request: web.Request) -> web.StreamResponse:
        self._check(request)
        found = await asyncio.to_thread(assets.find, "index.html")
        if found is None:
            raise web.HTTPNotFound(text="The page's files are not installed: install the project again.")
        data = await asyncio.to_thread(found.read_bytes)
        self._house.views.samples = await asyncio.to_thread(assets.samples)
        headers = self._headers(request) | {"Cache-Control": "no-store", "Content-Type": assets.TYPES[".html"]}
        return web.Response(body=data, headers=headers)

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        self._check(request)
        found = await asyncio.to_thread(assets.find, request.match_info["path"])
        if found is None:
            raise web.HTTPNotFound(text="There is no such file.", headers=_PLAIN)
        # Asked for again each time; answered with 304 as long as nobody has changed it.
        headers = self._headers(request) | {"Cache-Control": "no-cache", "Content-Type": assets.TYPES[found.suffix]}
        return web.FileResponse(found, headers=headers)

    def _headers(self, request: web.Request) -> dict[str, str]:
        own = f"http://{request.host}/{self.secret}/assets/"
        policy = {
            "default-src": "'none'",
            "script-src": own,
            "style-src": own,
            "img-src": "'self' blob:",
            "media-src": "'self' blob:",
            # Not every browser takes 'self' for websockets too.
            "connect-src": f"'self' ws://{request.host}",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "'none'",
            # Where a browser knows this, HTML text that reaches the document is an error, wherever it came from.
            "require-trusted-types-for": "'script'",
            "trusted-types": "'none'",
        }
        return {
            **_PLAIN,
            "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
            "Cross-Origin-Opener-Policy": "same-origin",
        }

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        self._check(request, from_page=True)
        return web.json_response(await self._house.uploads.take(request), headers=_PLAIN)

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        self._check(request, from_page=True)
        if len(self._visits) >= MOST_TABS:
            raise web.HTTPServiceUnavailable(text="Too many tabs are open: close some.", headers=_PLAIN)
        ws = web.WebSocketResponse(heartbeat=_HEARTBEAT, max_msg_size=LONGEST_TEXT, compress=False)
        await ws.prepare(request)
        visit = Visit(self._house, ws, request.transport)
        self._visits.add(visit)
        try:
            await visit.stay()
        finally:
            self._visits.discard(visit)
            self._tell_of("people")
        return ws

    # what happens

    def _heard(self, thing: Any) -> None:
        """Called amid whatever has changed: only notes what is to be told, and to whom."""
        if isinstance(thing, Message):
            for visit in self._visits:
                visit.tell(thing)
        elif isinstance(thing, Interaction):
            for visit in self._visits:
                visit.pending.heard(thing)
        elif isinstance(thing, Exchange):
            self._house.wire.add(thing)
            if thing.fault is not None:
                self._tell_of("faults")
            if thing.method != "GET" and (thing.template or "").startswith("/applications/"):
                self._tell_of("commands")
        elif isinstance(thing, Session):
            self._tell_of("bot", "people")
        elif isinstance(thing, (Guild, Channel, User)):
            self._tell_of("channels", "people", "commands")
        elif isinstance(thing, Cdn):
            for visit in self._visits:
                visit.refresh_links()

    def _tell_of(self, *parts: str) -> None:
        for visit in self._visits:
            for part in parts:
                visit.tell_of(part)

    def _wire_changed(self) -> None:
        for visit in self._visits:
            visit.tell_wire(_WIRE_PAUSE)

    def _present(self) -> set[int]:
        return {visit.person.id for visit in self._visits if visit.person is not None}

    def _dismiss(self, message: Message) -> None:
        self._house.sight.dismiss(message)
        for visit in self._visits:
            visit.forget_message(message)

    # the bot's process

    def _begin_anew(self) -> bool:
        if self._restart is None or (self._restarting is not None and not self._restarting.done()):
            return False
        self._restarting = asyncio.create_task(self._start_again(self._restart))
        return True

    async def _start_again(self, restart: Callable[[], Awaitable[None]]) -> None:
        try:
            await restart()
        except Exception:
            _log.exception("the bot could not be started again")


_PLAIN = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
