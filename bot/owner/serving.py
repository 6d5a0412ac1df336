"""What the running bot hears at the socket in its data folder besides `/status`: the operator's commands.

Only the bot's own user can open that socket. Each answer is JSON: `{"error": "a sentence"}` where it cannot be done.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.errors import BotError
from bot.owner.hand import Hand

NOT_YET = "The bot is just starting or stopping: try again in a moment."

Answer = Callable[[Hand, dict[str, Any]], Awaitable[dict[str, Any]]]


def routes(hand: Callable[[], Hand | None]) -> tuple[web.RouteDef, ...]:
    """hand: None while the bot is not at work."""

    def hearing(answer: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def heard(request: web.Request) -> web.Response:
            at_work = hand()
            if at_work is None:
                return web.json_response({"error": NOT_YET})
            try:
                asked = await request.json() if request.can_read_body else {}
                return web.json_response(await answer(at_work, asked))
            except BotError as error:
                return web.json_response({"error": error.sentence})
            except (json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
                return web.json_response({"error": f"That is not understood: {error!r}"}, status=400)

        return heard

    return (
        web.post("/owner/servers", hearing(_servers)),
        web.post("/owner/look", hearing(_look)),
        web.post("/owner/leave", hearing(_leave)),
        web.post("/owner/drain", hearing(_drain)),
    )


async def _servers(hand: Hand, _: dict[str, Any]) -> dict[str, Any]:
    return {"servers": [dataclasses.asdict(one) for one in await hand.servers()]}


async def _look(hand: Hand, _: dict[str, Any]) -> dict[str, Any]:
    """Blocks have changed."""
    await hand.doorkeeper.look()
    return {}


async def _leave(hand: Hand, asked: dict[str, Any]) -> dict[str, Any]:
    return {"name": await hand.doorkeeper.leave(int(asked["guild"]))}


async def _drain(hand: Hand, asked: dict[str, Any]) -> dict[str, Any]:
    """on: True or False; None only asks how it stands."""
    changed = False
    if asked.get("on") is True:
        changed = not hand.draining.on
        hand.draining.begin()
    elif asked.get("on") is False:
        changed = await hand.draining.undo()
    return {"on": hand.draining.on, "changed": changed, "left": await hand.draining.left()}
