"""The small local endpoint of a running playground: post a picture as a member, read the bot's answers.

Whoever wants in needs the secret, which is made at each start and lies in a file that only its owner can read. So
neither another user of the machine nor a page in the browser can post, or read what is there.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.errors import BotError
from bot.files import put
from bot.playground.friendly import Friendly
from bot.playground.model import Message
from bot.playground.standin import CannotDo, File, StandIn

PATH = "/_playground"
_LONGEST_WAIT = 30.0


class NoPlayground(BotError):
    """No playground is running; or it does not let us in."""


@dataclass(frozen=True, kw_only=True)
class Key:
    """Where a running playground is, and what opens it."""

    address: str  # http://127.0.0.1:PORT
    secret: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}


def key_file(home: Path) -> Path:
    return home / "playground.json"


def read_key(home: Path) -> Key:
    """Raises NoPlayground."""
    try:
        found = json.loads(key_file(home).read_text(encoding="utf-8"))
        return Key(address=str(found["address"]), secret=str(found["secret"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoPlayground(
            "The playground is not running: start it with make run, and leave it running.", log=f"no key: {error}"
        ) from None


@contextmanager
def key_kept(home: Path, address: str) -> Iterator[Key]:
    """A new key, in a file (0600) for as long as this lasts."""
    key = Key(address=address, secret=secrets.token_urlsafe(32))
    home.mkdir(parents=True, exist_ok=True)
    path = key_file(home)
    put(path, json.dumps({"address": key.address, "secret": key.secret}).encode())
    try:
        yield key
    finally:
        # Another playground may have started meanwhile; its key is not ours to take away.
        with contextlib.suppress(NoPlayground, OSError):
            if read_key(home).secret == key.secret:
                path.unlink()


class Control:
    """Its routes."""

    def __init__(self, standin: StandIn, friendly: Friendly) -> None:
        self._standin = standin
        self._friendly = friendly
        self.secret: str | None = None  # nobody gets in before there is one

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(f"{PATH}/messages", self._post),
            web.get(PATH + r"/messages/{message:\d+}/answers", self._answers),
        ]

    def _check(self, request: web.Request) -> None:
        given = request.headers.get("Authorization", "")
        if self.secret is None or not hmac.compare_digest(given.encode(), f"Bearer {self.secret}".encode()):
            raise web.HTTPForbidden(text="The playground's secret is needed; it is in its data folder.")

    async def _post(self, request: web.Request) -> web.Response:
        """The body is the file, `text` and `filename` are in the query; nothing in the body: words alone.

        `wait`: seconds in which the bot may come, if it is away.
        """
        self._check(request)
        with contextlib.suppress(TimeoutError):  # what is posted while the bot is away, it never hears
            await self._standin.ready(_wait(request))
        data = await request.read()
        files = [File(filename=request.query.get("filename", "picture.png"), data=data)] if data else []
        try:
            message = await self._standin.post(
                self._friendly.dreams, self._friendly.ada, request.query.get("text", ""), attachments=files
            )
        except CannotDo as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        return web.json_response({"id": str(message.id)})

    async def _answers(self, request: web.Request) -> web.Response:
        """The bot's replies to a message. `seen`: the version that is known; waits for another one."""
        self._check(request)
        asked = int(request.match_info["message"])
        wait = _wait(request)
        if wait and self._state(asked)["version"] == request.query.get("seen"):
            with contextlib.suppress(TimeoutError):
                await self._standin.world.watchers.wait(
                    lambda thing: isinstance(thing, Message) and thing.reply_to == asked, wait, "no change"
                )
        return web.json_response(self._state(asked))

    def _state(self, asked: int) -> dict[str, Any]:
        world, cdn = self._standin.world, self._standin.cdn
        answers = [one for one in world.messages(self._friendly.dreams) if one.reply_to == asked]
        return {
            "version": "-".join(f"{one.id}.{one.edits}" for one in answers),
            "answers": [
                {
                    "id": str(one.id),
                    "text": one.text,
                    "buttons": [str(button.get("label", "")) for button in one.buttons],
                    "files": [{"name": file.filename, "link": cdn.link(file)} for file in one.attachments],
                }
                for one in answers
                if one.author is world.bot
            ],
        }


def _wait(request: web.Request) -> float:
    """Seconds that whoever asks has."""
    return min(_LONGEST_WAIT, float(request.query.get("wait", 0)))
