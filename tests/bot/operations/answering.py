"""A small server that answers a few of Discord's REST paths as it is told to, over real sockets."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDE.abcdefghijklmnopqrstuvwxyz0123456789ab"
NOBODY = "http://127.0.0.1:1/api/v10"  #: the system gives this port to nobody
BOT = "200"
USER = {"id": BOT, "username": "Dreambot", "discriminator": "0", "avatar": None, "bot": True}
APPLICATION = {
    "id": "100",
    "name": "Dreams",
    "flags": 1 << 19,
    "flags_new": str(1 << 19),
    "owner": {"id": "300", "username": "ada"},
    "team": None,
    "bot_public": True,
    "bot_require_code_grant": False,
    "interactions_endpoint_url": None,
    "integration_types_config": {"0": {}},
}


class Answering:
    """`answers[path]`: a body for 200, a status, what makes a response, or a tuple of those for one request each."""

    def __init__(self, **answers: Any) -> None:
        self.api = ""
        self.asked: list[str] = []
        self.headers: dict[str, str] = {}  # of every answer
        self.answers: dict[str, Any] = {"/users/@me": USER, "/applications/@me": APPLICATION, **answers}
        self.agent = ""

    async def _answer(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix("/api/v10")
        self.asked.append(path)
        self.agent = request.headers.get("User-Agent", "")
        if request.headers.get("Authorization") != f"Bot {TOKEN}":
            return web.json_response({"message": "401: Unauthorized", "code": 0}, status=401)
        answer = self.answers.get(path, 404)
        if isinstance(answer, tuple):  # one after the other, the last one for ever
            self.answers[path] = answer[1:] if len(answer) > 2 else answer[-1]
            answer = answer[0]
        if callable(answer):
            made: web.Response = answer()
            return made
        status, body = (answer, {"message": "no", "code": 0}) if isinstance(answer, int) else (200, answer)
        return web.Response(text=json.dumps(body), status=status, content_type="application/json", headers=self.headers)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Answering]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.api = f"http://{host}:{port}/api/v10"
        try:
            yield self
        finally:
            await runner.cleanup()
