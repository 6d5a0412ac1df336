"""Messages by their ids: sent, edited, deleted, looked at, each when its turn comes. Knows nothing of jobs.

Ids, never objects kept from an event: after a restart everything is found again the same way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import discord

from bot.dreaming.pacer import Importance, Lane, Turnstile
from bot.dreaming.rest import Reply, Rest, Throttled, Upload

THREAD_MINUTES = 60  #: without a word, until a thread leaves the list of channels
EPHEMERAL = 1 << 6  #: a message's flag: only the person sees it


class Superseded(Exception):
    """It was not sent: something newer is to be said."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What a message says."""

    text: str
    components: list[dict[str, Any]]
    uploads: tuple[Upload, ...] | None = ()  # None: an edit leaves the files as they are
    mention: int | None = None  # the only one who is pinged
    reply_to: int | None = None
    nonce: str | None = None  # the same within minutes: Discord gives back the first message
    embeds: tuple[dict[str, Any], ...] | None = None  # None: an edit leaves them as they are

    def body(self, *, edit: bool) -> dict[str, Any]:
        users = [] if self.mention is None else [str(self.mention)]
        body: dict[str, Any] = {
            "content": self.text,
            "components": self.components,
            "allowed_mentions": {"parse": [], "users": users, "replied_user": False},
        }
        if self.uploads is not None:
            body["attachments"] = [upload.described(number) for number, upload in enumerate(self.uploads)]
        if self.embeds is not None:
            body["embeds"] = list(self.embeds)
        if edit:
            return body
        if self.nonce is not None:
            body.update(nonce=self.nonce, enforce_nonce=True)
        if self.reply_to is not None:
            body["message_reference"] = {"message_id": str(self.reply_to), "fail_if_not_exists": False}
        return body


Compose = Callable[[], Awaitable[Letter]]  #: called when the turn has come, so that what is sent is the newest


class Waits:
    """One conversation's place in the queue, which it can leave when something more important is to be said."""

    def __init__(self) -> None:
        self._importance = Importance.ANSWER
        self._answer: asyncio.Future[bool] | None = None

    def begin(self, importance: Importance, answer: asyncio.Future[bool]) -> None:
        self._importance, self._answer = importance, answer

    def supersede(self, importance: Importance) -> None:
        """Leave the queue, if what waits there is less important than this."""
        if self._answer is not None and not self._answer.done() and self._importance > importance:
            self._answer.set_result(False)


class Mailbox:
    """All methods raise `bot.dreaming.rest.RestError`, and Superseded where `waits` was told so. 429 is waited for."""

    def __init__(self, *, client: discord.Client, rest: Rest, turnstile: Turnstile) -> None:
        self._client = client
        self._rest = rest
        self._turnstile = turnstile

    async def send(self, channel: int, compose: Compose, importance: Importance, waits: Waits) -> int:
        path = f"/channels/{channel}/messages"
        return await self._write("POST", path, ("send", channel), compose, importance, waits, edit=False)

    async def edit(self, channel: int, message: int, compose: Compose, importance: Importance, waits: Waits) -> int:
        path = f"/channels/{channel}/messages/{message}"
        return await self._write("PATCH", path, ("edit", channel), compose, importance, waits, edit=True)

    async def edit_original(self, token: str, compose: Compose, importance: Importance, waits: Waits) -> int:
        """The answer to an interaction, deferred or given."""
        path = f"{self._webhook(token)}/messages/@original"
        return await self._write("PATCH", path, ("token", token), compose, importance, waits, edit=True)

    async def follow_up(self, token: str, compose: Compose, waits: Waits) -> int:
        """A further answer that only the person sees."""
        path = self._webhook(token)
        lane = ("token", token)
        return await self._write("POST", path, lane, compose, Importance.ANSWER, waits, edit=False, flags=EPHEMERAL)

    async def start_thread(self, channel: int, message: int, name: str) -> int:
        """A thread under a message."""
        path = f"/channels/{channel}/messages/{message}/threads"
        body = {"name": name, "auto_archive_duration": THREAD_MINUTES}
        reply = await self._call("POST", path, ("thread", channel), Importance.ANNOUNCEMENT, body=body)
        return int(reply.data["id"])

    async def delete(self, channel: int, message: int) -> None:
        path = f"/channels/{channel}/messages/{message}"
        await self._call("DELETE", path, ("delete", channel), Importance.ANNOUNCEMENT)

    async def delete_original(self, token: str) -> None:
        path = f"{self._webhook(token)}/messages/@original"
        await self._call("DELETE", path, ("token", token), Importance.ANNOUNCEMENT)

    async def read(self, channel: int, message: int) -> dict[str, Any]:
        path = f"/channels/{channel}/messages/{message}"
        reply = await self._call("GET", path, ("read", channel), Importance.ANSWER)
        return dict(reply.data)

    async def history(self, channel: int, *, after: int | None) -> list[dict[str, Any]]:
        """Up to 100 messages: the first ones after a snowflake, or the latest. Oldest first."""
        query = {"limit": "100"} if after is None else {"limit": "100", "after": str(after)}
        path = f"/channels/{channel}/messages"
        reply = await self._call("GET", path, ("history", channel), Importance.ANSWER, query=query)
        return sorted(reply.data, key=lambda message: int(message["id"]))

    async def direct_channel(self, user: int) -> int:
        reply = await self._call(
            "POST", "/users/@me/channels", ("direct",), Importance.ANSWER, body={"recipient_id": str(user)}
        )
        return int(reply.data["id"])

    async def give_role(self, guild: int, user: int, role: int) -> None:
        """Twice is once."""
        await self._call(
            "PUT", f"/guilds/{guild}/members/{user}/roles/{role}", ("roles", guild), Importance.ANNOUNCEMENT
        )

    def is_own(self, message: dict[str, Any]) -> bool:
        user = self._client.user
        return user is None or int(message["author"]["id"]) in (user.id, self._client.application_id)

    def _webhook(self, token: str) -> str:
        return f"/webhooks/{self._client.application_id}/{token}"

    async def _write(
        self,
        method: str,
        path: str,
        lane: Lane,
        compose: Compose,
        importance: Importance,
        waits: Waits,
        *,
        edit: bool,
        flags: int = 0,
    ) -> int:
        while True:
            await self._turn(lane, importance, waits)
            letter = await compose()
            body = letter.body(edit=edit)
            if flags:
                body["flags"] = flags
            try:
                reply = await self._request(lane, method, path, body=body, uploads=letter.uploads or ())
            except Throttled:
                if importance >= Importance.PREVIEW:
                    raise Superseded from None
                continue
            return int(reply.data["id"])

    async def _call(self, method: str, path: str, lane: Lane, importance: Importance, **more: Any) -> Reply:
        while True:
            await self._turn(lane, importance, Waits())
            try:
                return await self._request(lane, method, path, **more)
            except Throttled:
                continue

    async def _turn(self, lane: Lane, importance: Importance, waits: Waits) -> None:
        _, answer = self._turnstile.ask(lane, importance)
        waits.begin(importance, answer)
        if not await answer:
            raise Superseded

    async def _request(self, lane: Lane, method: str, path: str, **more: Any) -> Reply:
        try:
            reply = await self._rest.call(method, path, **more)
        except Throttled as error:
            self._turnstile.hold(None if error.everywhere else lane, error.retry_after)
            raise
        if reply.quota is not None:
            self._turnstile.observe(lane, remaining=reply.quota.remaining, seconds=reply.quota.reset_after)
        return reply
