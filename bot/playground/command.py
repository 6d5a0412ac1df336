"""The playground from a terminal: run it, post a picture into it, get the dream back as a file."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bot.errors import BotError
from bot.playground.control import PATH, Control, Key, NoPlayground, key_kept, read_key
from bot.playground.friendly import Friendly, furnish
from bot.playground.keeping import Keeping
from bot.playground.page.server import Page
from bot.playground.standin import StandIn

#: As long as a message has this button, it is not the last word.
UNFINISHED = "Cancel"
_POLL = 20.0
_MOMENT = re.compile(r"<t:(\d+)(?::[a-zA-Z])?>")


@dataclass(frozen=True, kw_only=True)
class Playground:
    """A running one."""

    standin: StandIn
    friendly: Friendly
    page: Page

    @property
    def address(self) -> str:
        """Of the page; it carries the secret that lets one in."""
        return self.page.address

    @property
    def api(self) -> str:
        """What DISCORD_API is set to."""
        return self.standin.api

    @property
    def token(self) -> str:
        """What DISCORD_TOKEN is set to."""
        return self.standin.token


@asynccontextmanager
async def serve(
    home: Path,
    *,
    port: int = 0,
    prefix: str = "!",
    keep: Path | None = None,
    restart: Callable[[], Awaitable[None]] | None = None,
) -> AsyncIterator[Playground]:
    """The stand-in with its page, on the loopback address; the terminal's key lies in `home` while it runs.

    port: another one is taken where it is not free. keep: a folder from which the world is taken up and in which it is
    kept; without, it is the friendly one and lives in memory. restart: ends and starts the bot, where somebody can.
    Raises BotError for a kept world that cannot be taken up.
    """
    standin = StandIn(port=port, keep=1000)
    async with AsyncExitStack() as stack:
        keeping = None if keep is None else Keeping(standin, keep)
        kept = None
        if keeping is not None:
            stack.push_async_callback(keeping.close)
            kept = await keeping.load()
        friendly = kept or furnish(standin.world)
        if keeping is not None:
            await keeping.start(friendly)
        control = Control(standin, friendly)
        page = Page(standin, friendly, prefix=prefix, restart=restart)
        stack.push_async_callback(page.close)
        standin.app.add_routes([*control.routes(), *page.routes()])
        try:
            await stack.enter_async_context(standin)
        except OSError as error:
            raise BotError(
                f"The playground cannot listen on port {port}: {error.strerror or error}. Name another one: --port."
            ) from error
        key = stack.enter_context(key_kept(home, standin.origin))
        control.secret = key.secret
        yield Playground(standin=standin, friendly=friendly, page=page)


async def post(
    home: Path,
    picture: Path,
    text: str = "",
    *,
    folder: Path,
    say: Callable[[str], None],
    prefix: str = "!",
    patience: float = 900.0,
) -> list[Path]:
    """Post a picture as a member, with "!dream" and `text`, and wait for the dream.

    say: is called with the answer's text each time it changes. folder: where the answer's pictures are saved; they are
    named after the picture, and never over a file that is there. Returns their paths: none when the answer has no
    picture. Raises NoPlayground.
    """
    key = read_key(home)
    try:
        data = await asyncio.to_thread(picture.read_bytes)
    except OSError as error:
        raise NoPlayground(f"{picture} cannot be read: {error.strerror}.") from None
    words = text if text.startswith(prefix) else f"{prefix}dream {text}".strip()
    try:
        async with aiohttp.ClientSession(key.address, headers=key.headers) as session:
            query = {"text": words, "filename": picture.name, "wait": str(min(_POLL, patience))}
            async with session.post(f"{PATH}/messages", params=query, data=data) as answer:
                asked = str((await _read(answer))["id"])
            async with asyncio.timeout(patience):
                answers = await _follow(session, asked, say)
            return await _save(session, key, answers, folder, picture.stem)
    except aiohttp.ClientError as error:
        raise NoPlayground(
            "The playground does not answer: start it again with make run.", log=f"playground: {error}"
        ) from None
    except TimeoutError:
        raise NoPlayground(f"There is no answer after {patience:.0f} s. Does the bot run?") from None


async def _read(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    if answer.status != 200:
        raise NoPlayground(f"The playground refuses: {(await answer.text()).strip()}")
    found: dict[str, Any] = await answer.json()
    return found


async def _follow(session: aiohttp.ClientSession, asked: str, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """The answers, once they are the last word; what they said on the way is said."""
    seen, said = "", ""
    while True:
        query = {"seen": seen, "wait": str(_POLL)}
        async with session.get(f"{PATH}/messages/{asked}/answers", params=query) as answer:
            state = await _read(answer)
        seen, answers = state["version"], state["answers"]
        text = readable("\n".join(one["text"] for one in answers if one["text"]), time.time())
        if text and text != said:
            said = text
            say(text)
        if answers and not any(UNFINISHED in one["buttons"] for one in answers):
            return list(answers)


async def _save(
    session: aiohttp.ClientSession, key: Key, answers: list[dict[str, Any]], folder: Path, stem: str
) -> list[Path]:
    saved = []
    for file in (file for one in answers for file in one["files"]):
        async with session.get(file["link"].removeprefix(key.address)) as answer:
            data = await answer.read()
        saved.append(await asyncio.to_thread(_write, folder, f"{stem}-dream", Path(file["name"]).suffix, data))
    return saved


def _write(folder: Path, stem: str, ending: str, data: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        path = folder / (f"{stem}{ending}" if number == 1 else f"{stem}-{number}{ending}")
        try:
            with path.open("xb") as file:
                file.write(data)
        except FileExistsError:
            number += 1
        else:
            return path


def readable(text: str, now: float) -> str:
    """Discord's timestamps as a terminal can show them.

    >>> readable("ready <t:1060:R>", 1000.0)
    'ready in 60 s'
    """

    def spoken(match: re.Match[str]) -> str:
        away = int(match[1]) - round(now)
        return f"in {away} s" if away > 0 else f"{-away} s ago" if away < 0 else "now"

    return _MOMENT.sub(spoken, text)
