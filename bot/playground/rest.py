"""Discord's REST side: from a request to a route's function and back, with limits, faults and the record in between.

A route's function is plain and does not wait: what one request changes, no other sees half of.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import BodyPartReader, web

from bot.playground import errors, limits
from bot.playground.commands import Commands
from bot.playground.drafts import File
from bot.playground.errors import ApiError, Problems
from bot.playground.faults import Faults
from bot.playground.gateway import Gateway
from bot.playground.interactions import Interactions
from bot.playground.limits import Bucket, RateLimits, Taken
from bot.playground.message_payloads import MessagePayloads
from bot.playground.posting import Posting
from bot.playground.recording import Exchange, Part, Record
from bot.playground.times import Times
from bot.playground.world import World

_log = logging.getLogger(__name__)
PREFIX = "/api/v10"
_READ_AT_MOST = 256 << 20


@dataclass(frozen=True, kw_only=True)
class House:
    """Everything that a route may need."""

    world: World
    posting: Posting
    payloads: MessagePayloads
    interactions: Interactions
    commands: Commands
    gateway: Gateway
    limits: RateLimits
    record: Record
    times: Times
    clock: Callable[[], float]
    faults: Callable[[], Faults]
    closing: asyncio.Event


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request that has been read."""

    house: House
    parameters: dict[str, str]
    query: dict[str, str]
    payload: Any = None  # JSON
    files: dict[int, File] = field(default_factory=dict)
    size: int = 0  # of the whole body

    def id(self, name: str) -> int:
        """A number from the path."""
        return number(self.parameters[name], name)

    @property
    def fields(self) -> dict[str, Any]:
        """The payload of a request that has to be an object."""
        if not isinstance(self.payload, dict):
            raise errors.not_json()
        return self.payload

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() in ("1", "true")


def number(text: str, name: str) -> int:
    """An id. Raises 50035."""
    if not text.isdecimal():
        problems = Problems()
        problems.add(name, "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
        problems.answer()
    return int(text)


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int = 200
    body: Any = None


NOTHING = Answer(status=204)


@dataclass(frozen=True, kw_only=True)
class Route:
    method: str
    template: str
    function: Callable[[Call], Answer]
    bucket: Bucket = limits.OTHER
    by_token: bool = False  # an interaction's token in the path is the authority; free of the global limit

    @property
    def own_bucket(self) -> Bucket:
        """Routes that share no bucket with others have one each."""
        if self.bucket is not limits.OTHER:
            return self.bucket
        return replace(self.bucket, name=f"{self.method} {self.template}")

    def major(self, parameters: dict[str, str]) -> str:
        for name in ("channel_id", "guild_id"):
            if name in parameters:
                return parameters[name]
        for token in ("webhook_token", "interaction_token"):
            if token in parameters:
                return parameters[token]
        return ""


class Rest:
    def __init__(self, house: House, routes: list[Route]) -> None:
        self._house = house
        self._routes = routes

    def routes(self) -> list[web.RouteDef]:
        found = [web.route(one.method, PREFIX + one.template, self._handler(one)) for one in self._routes]
        return [*found, web.route("*", PREFIX + "/{rest:.*}", self._unknown)]

    def _handler(self, route: Route) -> Callable[[web.Request], Any]:
        bucket = route.own_bucket

        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._serve(request, route, bucket)

        return handle

    def _begin(self, request: web.Request, route: Route | None) -> Exchange:
        exchange = Exchange(
            started=self._house.clock(),
            method=request.method,
            path=request.path.removeprefix(PREFIX),
            template=None if route is None else route.template,
            parameters=dict(request.match_info) if route is not None else {},
            query=dict(request.query),
            content_type=request.content_type if request.can_read_body else "",
        )
        self._house.record.add_exchange(exchange)
        return exchange

    def _end(self, exchange: Exchange, status: int, body: Any, taken: Taken | None = None) -> web.Response:
        headers = {"Via": "1.1 stand-in"}  # without it discord.py takes a 429 for a ban
        if taken is not None:
            headers |= taken.headers()
        exchange.status, exchange.answer = status, body
        exchange.headers, exchange.finished = headers, self._house.clock()
        self._house.world.watchers.tell(exchange)
        if body is None:
            return web.Response(status=status, headers=headers)
        data = json.dumps(body, separators=(",", ":")).encode()
        # Exactly this, without a charset: with one discord.py leaves the body a string.
        return web.Response(status=status, body=data, content_type="application/json", headers=headers)

    async def _page(self, request: web.Request, exchange: Exchange, status: int, retry_after: float) -> web.Response:
        """Not Discord's own answer, so neither its headers nor its JSON."""
        await request.read()
        exchange.status, exchange.finished = status, self._house.clock()
        self._house.world.watchers.tell(exchange)
        headers = {"Retry-After": str(retry_after)} if status == 429 else {}
        text = f"<html><body>error {status}</body></html>"
        return web.Response(status=status, headers=headers, text=text, content_type="text/html")

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        exchange = self._begin(request, None)
        _log.warning("there is no route for %s %s", request.method, exchange.path)
        await request.read()
        return self._end(exchange, 404, errors.no_route().body)

    async def _serve(self, request: web.Request, route: Route, bucket: Bucket) -> web.StreamResponse:
        house = self._house
        exchange = self._begin(request, route)
        if house.faults().latency:
            await asyncio.sleep(house.faults().latency)
        planned = house.faults().next_for(exchange.route)
        if planned is not None:
            exchange.fault = planned.kind
            if planned.kind == "hang":
                await house.closing.wait()
            if planned.kind in ("hang", "reset"):
                return cut(request)
            if planned.kind == "page":
                return await self._page(request, exchange, planned.status, planned.retry_after)
        taken: Taken | None = None
        try:
            if planned is not None and planned.kind == "answer":
                await request.read()
                taken = Taken(
                    bucket=bucket,
                    remaining=0,
                    reset=house.clock() + planned.retry_after,
                    reset_after=planned.retry_after,
                    refused=planned.status == 429,
                    scope=planned.scope,
                )
                raise _refusal(planned.status, planned.retry_after, everywhere=taken.everywhere)
            if not route.by_token and request.headers.get("Authorization") != f"Bot {house.world.token}":
                raise errors.unauthorized()
            major = route.major(exchange.parameters)
            taken = house.limits.take(bucket, major, counts_everywhere=not route.by_token)
            call = await self._read(request, exchange)
            if taken.refused:
                raise _refusal(429, taken.reset_after, everywhere=taken.everywhere)
            answer = route.function(call)
        except ApiError as error:
            return self._end(exchange, error.status, error.body, taken)
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception:
            _log.exception("the stand-in failed at %s", exchange.route)
            return self._end(exchange, 500, {"message": "500: Internal Server Error", "code": 0}, taken)
        response = self._end(exchange, answer.status, answer.body, taken)
        return cut(request) if planned is not None and planned.kind == "lose" else response

    async def _read(self, request: web.Request, exchange: Exchange) -> Call:
        payload: Any = None
        files: dict[int, File] = {}
        size = 0
        if request.content_type == "multipart/form-data":
            payload, files, parts = await _read_multipart(request)
            exchange.parts = tuple(parts)
            size = sum(one.size for one in parts)
        elif request.can_read_body:
            data = await request.read()
            size = len(data)
            if data:
                payload = _json(data)
        exchange.payload = payload
        return Call(
            house=self._house,
            parameters=exchange.parameters,
            query=exchange.query,
            payload=payload,
            files=files,
            size=size,
        )


def _refusal(status: int, retry_after: float, *, everywhere: bool) -> ApiError:
    if status == 429:
        more: dict[str, Any] = {"retry_after": round(retry_after, 3), "global": everywhere}
        return ApiError(429, 0, "You are being rate limited.", **more)
    return ApiError(status, 0, f"{status}: asked for")


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        raise errors.not_json() from None


def cut(request: web.Request) -> web.Response:
    """The connection ends without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _read_multipart(request: web.Request) -> tuple[Any, dict[int, File], list[Part]]:
    """payload_json and files[n]."""
    payload: Any = {}
    files: dict[int, File] = {}
    parts: list[Part] = []
    total = 0
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader):
            raise errors.not_json()
        data = bytes(await part.read())
        total += len(data)
        if total > _READ_AT_MOST:
            raise errors.too_large()
        name = part.name or ""
        if name == "payload_json":
            payload = _json(data)
        elif name.startswith("files[") and name[6:-1].isdecimal():
            files[int(name[6:-1])] = File(filename=part.filename or "unknown", data=data)
            parts.append(
                Part(
                    name=name,
                    filename=part.filename or "",
                    content_type=part.headers.get("Content-Type", ""),
                    size=len(data),
                )
            )
        else:
            problems = Problems()
            problems.add(name or "form", "UNKNOWN_FIELD", "There is no such part.")
            problems.answer()
    return payload, files, parts
