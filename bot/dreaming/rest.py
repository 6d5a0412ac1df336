"""Discord's REST, as the answers need it: one attempt each, its outcome said exactly, its budget reported.

discord.py's own requests do not fit here: its limiter is first in, first out; it holds back the reply to the request
that empties a bucket until the bucket is full again (up to 5 s), and it repeats after a 5xx for half a minute while it
keeps its place. The address, the token and the proxy are discord.py's.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from discord.http import HTTPClient, Route

PATIENCE = 20.0  #: seconds that Discord has for an answer, besides the time of an upload
TOO_OLD = 30046  #: a message of over an hour has been edited often enough; said with 429, but waiting is no help
CLOUDFLARE = 40333  #: a request that is stopped on its way to Discord
UPLOAD_RATE = 128 << 10  #: bytes a second that are the least we expect


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file of a message."""

    filename: str
    data: bytes
    description: str
    spoiler: bool

    def described(self, number: int) -> dict[str, Any]:
        """Its entry in `attachments`. A spoiler is marked twice: clients look at the name, newer ones at the flag."""
        entry: dict[str, Any] = {"id": number, "filename": self.filename, "description": self.description}
        return {**entry, "is_spoiler": True} if self.spoiler else entry


@dataclass(frozen=True, kw_only=True)
class Quota:
    """What Discord says is left of a budget."""

    remaining: int
    reset_after: float


@dataclass(frozen=True, kw_only=True)
class Reply:
    """It worked."""

    data: Any
    quota: Quota | None


class RestError(Exception):
    """Base class of what one attempt can end in."""


class Unreachable(RestError):
    """No answer, a 5xx, or one that is not Discord's own. It may or may not have happened."""


class Throttled(RestError):
    """429: it has not happened, and may be tried after `retry_after` seconds."""

    def __init__(self, retry_after: float, *, everywhere: bool) -> None:
        super().__init__(f"429, again after {retry_after:g} s")
        self.retry_after = retry_after
        self.everywhere = everywhere


class Refused(RestError):
    """4xx: it has not happened, and would not the next time."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(f"{status} {message} (code {code})")
        self.status = status
        self.code = code

    @property
    def message_gone(self) -> bool:
        return self.code == 10008

    @property
    def channel_gone(self) -> bool:
        return self.code in (10003, 10004)

    @property
    def token_dead(self) -> bool:
        return self.code in (50027, 10015, 10062)

    @property
    def forbidden(self) -> bool:
        return self.status == 403 and self.code not in (40005, 50005)  # 50005: only that message is not ours

    @property
    def too_large(self) -> bool:
        return self.status == 413 or self.code == 40005

    @property
    def no_reply(self) -> bool:
        """A message may be sent, but not as a reply: the bot may not read there, or what it refers to is odd."""
        return self.code in (160002, 50035)


class Rest:
    """Owns a session. One `call`, one request."""

    def __init__(self, http: HTTPClient, *, patience: float = PATIENCE) -> None:
        self._http = http
        self._patience = patience
        self._session: aiohttp.ClientSession | None = None
        self._ended = False

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        uploads: Sequence[Upload] = (),
        query: Mapping[str, Any] | None = None,
    ) -> Reply:
        """One attempt. Raises RestError."""
        if self._ended:  # a session that is made now would be nobody's to close
            raise Unreachable(f"{method} was not tried: the bot ends")
        session = self._session
        if session is None or session.closed:
            trace = self._http.http_trace  # whoever counts discord.py's requests counts these
            session = self._session = aiohttp.ClientSession(trace_configs=[trace] if trace is not None else None)
        seconds = self._patience + sum(len(upload.data) for upload in uploads) / UPLOAD_RATE
        try:
            async with session.request(
                method,
                Route.BASE + path,
                params=query,
                headers=self._headers(json_body=body is not None and not uploads),
                data=_form(body or {}, uploads) if uploads else None if body is None else json.dumps(body).encode(),
                timeout=aiohttp.ClientTimeout(total=seconds),
                proxy=self._http.proxy,
                proxy_auth=self._http.proxy_auth,
            ) as response:
                return _read(response.status, response.headers, await response.read())
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unreachable(f"{method} got no answer: {type(error).__name__}") from error

    def open(self) -> None:
        """After `close`: calls are made again."""
        self._ended = False

    async def close(self) -> None:
        self._ended = True
        if self._session is not None:
            await self._session.close()

    def _headers(self, *, json_body: bool) -> dict[str, str]:
        headers = {"User-Agent": self._http.user_agent, "Authorization": f"Bot {self._http.token}"}
        return {**headers, "Content-Type": "application/json"} if json_body else headers


def _form(body: Mapping[str, Any], uploads: Sequence[Upload]) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)  # Discord does not understand files%5B0%5D
    form.add_field("payload_json", json.dumps(body), content_type="application/json")
    for number, upload in enumerate(uploads):
        # From a file object aiohttp sends in pieces; bytes of this size it would write at once, and block the loop.
        data = io.BytesIO(upload.data)
        form.add_field(f"files[{number}]", data, filename=upload.filename, content_type="application/octet-stream")
    return form


def _read(status: int, headers: Mapping[str, str], raw: bytes) -> Reply:
    try:
        data = json.loads(raw) if raw else None
    except ValueError:
        data = None  # a page in HTML, from something between us and Discord
    said = data if isinstance(data, dict) else {}
    if 200 <= status < 300:
        return Reply(data=data, quota=_quota(headers))
    code = said.get("code")
    if status == 429 and code != TOO_OLD:
        wait = said.get("retry_after", headers.get("Retry-After"))
        everywhere = bool(said.get("global")) or not said
        raise Throttled(_number(wait, 5.0), everywhere=everywhere)
    if status >= 500 or (status == 401 and code != 50027):
        raise Unreachable(f"Discord answered {status}")
    if code == CLOUDFLARE or (not said and status != 413):
        raise Unreachable(f"something before Discord answered {status}")
    raise Refused(status, code if isinstance(code, int) else 0, str(said.get("message", "")))


def _quota(headers: Mapping[str, str]) -> Quota | None:
    remaining = headers.get("X-RateLimit-Remaining")
    if remaining is None:
        return None
    return Quota(remaining=int(_number(remaining, 1)), reset_after=_number(headers.get("X-RateLimit-Reset-After"), 0.0))


def _number(text: object, otherwise: float) -> float:
    try:
        return max(0.0, float(text))  # type: ignore[arg-type]  # anything may have come
    except (TypeError, ValueError):
        return otherwise
