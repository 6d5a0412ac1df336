"""The gateway: sessions, their sequence of events, and what the bot sends over its socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import WSMsgType, web

from bot.playground import payloads
from bot.playground.events import PRIVILEGED, Event, Intent
from bot.playground.faults import Faults
from bot.playground.recording import Frame, Record
from bot.playground.sessions import Session, Socket
from bot.playground.times import Times
from bot.playground.world import World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT = 0, 1, 2, 3, 4, 6, 7
REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 8, 9, 10, 11


class Gateway:
    """`url` is what the bot is told; sockets are taken there and at the root."""

    def __init__(
        self, *, world: World, clock: Callable[[], float], times: Times, record: Record, faults: Callable[[], Faults]
    ) -> None:
        self.url = ""
        self._world = world
        self._clock = clock
        self._times = times
        self._record = record
        self._faults = faults
        self._sessions: dict[str, Session] = {}
        self._sockets: set[Socket] = set()
        world.emit = self.dispatch

    @property
    def sessions(self) -> list[Session]:
        """Those with a socket."""
        return [one for one in self._sessions.values() if one.connected]

    def drop(self, code: int = 4000) -> int:
        """Close every socket with this code; sessions stay for a resume."""
        sockets = [one for one in self._sockets if one.session is not None]
        for socket in sockets:
            socket.close(code)
        return len(sockets)

    def reconnect(self) -> None:
        """Ask every client to connect again (op 7)."""
        for session in self.sessions:
            self._control(session.socket, RECONNECT, None)

    def invalidate(self, *, resumable: bool) -> None:
        """End every session (op 9); or only its connection, where it may be taken up again."""
        for session in self.sessions:
            self._control(session.socket, INVALID_SESSION, resumable)
            if not resumable:
                del self._sessions[session.id]

    def dispatch(self, event: Event) -> None:
        now = self._clock()
        for session in tuple(self._sessions.values()):
            if session.left is not None and now - session.left > self._times.resume:
                del self._sessions[session.id]
            elif session.hears(event):
                blank = event.blank is not None and not session.intents & Intent.MESSAGE_CONTENT
                self._dispatch(session, event.name, event.blank if blank else event.payload)

    def _dispatch(self, session: Session, name: str, data: Any) -> None:
        session.sequence += 1
        frame = _frame(DISPATCH, data, name, session.sequence)
        session.events.append((session.sequence, frame))
        self._note(session, False, DISPATCH, name, data, session.sequence)
        if session.socket is not None and not self._faults().silent_gateway:
            session.socket.send(frame)

    def _control(self, socket: Socket | None, op: int, data: Any) -> None:
        if socket is not None:
            self._note(socket.session, False, op, None, data)
            socket.send(_frame(op, data))

    def _note(
        self,
        session: Session | None,
        incoming: bool,
        op: int,
        name: str | None,
        data: Any,
        sequence: int | None = None,
    ) -> None:
        self._record.add_frame(
            Frame(
                at=self._clock(),
                session=None if session is None else session.id,
                shard=0 if session is None else session.shard,
                incoming=incoming,
                op=op,
                name=name,
                sequence=sequence,
                data=data,
            )
        )

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One socket, from hello to its end."""
        if self._faults().refuse_gateway > 0:
            self._faults().refuse_gateway -= 1
            return web.Response(status=503)
        ws = web.WebSocketResponse(max_msg_size=1 << 20)
        await ws.prepare(request)
        socket = Socket(ws)
        self._sockets.add(socket)
        writer = asyncio.ensure_future(socket.write())
        try:
            self._control(socket, HELLO, {"heartbeat_interval": int(self._times.heartbeat * 1000), "_trace": []})
            await self._listen(socket)
        finally:
            self._sockets.discard(socket)
            session = socket.session
            if session is not None and session.socket is socket:
                session.socket, session.left = None, self._clock()
                self._world.watchers.tell(session)
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            if not ws.closed:
                await ws.close(code=1001)
        return ws

    async def _listen(self, socket: Socket) -> None:
        handlers: dict[int, Callable[[Socket, Any], Awaitable[int | None]]] = {
            HEARTBEAT: self._heartbeat,
            IDENTIFY: self._identify,
            RESUME: self._resume,
            PRESENCE: self._ignored,
            VOICE: self._ignored,
            REQUEST_MEMBERS: self._members,
        }
        while True:
            try:
                # A client that misses two heartbeats is gone, as far as Discord is concerned.
                message = await socket.ws.receive(timeout=self._times.heartbeat * 2)
            except TimeoutError:
                await socket.ws.close(code=4009)
                return
            if message.type is not WSMsgType.TEXT:
                return
            try:
                frame = json.loads(message.data)
                op, data = frame["op"], frame.get("d")
            except (ValueError, KeyError, TypeError):
                socket.close(4002)
                continue
            shown = {**data, "token": "…"} if isinstance(data, dict) and "token" in data else data
            self._note(socket.session, True, op, None, shown)
            handler = handlers.get(op)
            if handler is None:
                code: int | None = 4001
            elif socket.session is None and op not in (HEARTBEAT, IDENTIFY, RESUME):
                code = 4003
            else:
                code = await handler(socket, data)
            if code is not None:
                socket.close(code)

    async def _ignored(self, socket: Socket, data: Any) -> int | None:
        return None

    async def _heartbeat(self, socket: Socket, data: Any) -> int | None:
        if not self._faults().silent_gateway:
            self._control(socket, HEARTBEAT_ACK, None)
        return None

    async def _identify(self, socket: Socket, data: Any) -> int | None:
        if socket.session is not None:
            return 4005
        if data.get("token") != self._world.token:
            return 4004
        shard, shards = data.get("shard") or (0, 1)
        if not 0 <= shard < shards:
            return 4010
        intents = data.get("intents")
        if not isinstance(intents, int) or not 0 <= intents < 1 << 26:
            return 4013
        if intents & PRIVILEGED & ~self._granted():
            return 4014
        session = Session(shard=shard, shards=shards, intents=Intent(intents))
        self._sessions[session.id] = session
        self._attach(socket, session)
        world = self._world
        guilds = [
            one for one in world.guilds.values() if world.bot.id in one.members and (one.id >> 22) % shards == shard
        ]
        ready: dict[str, Any] = {
            "v": 10,
            "user": payloads.own_user(world.bot),
            "guilds": [{"id": str(one.id), "unavailable": True} for one in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "shard": [shard, shards],
            "application": {"id": str(world.application.id), "flags": world.application.flags},
            "_trace": [],
        }
        self._dispatch(session, "READY", ready)
        all_members = bool(session.intents & Intent.GUILD_PRESENCES)
        for guild in guilds:
            if session.intents & Intent.GUILDS:
                whole = payloads.gateway_guild(guild, world.bot, world.clock(), all_members=all_members)
                self._dispatch(session, "GUILD_CREATE", whole)
        world.watchers.tell(session)
        return None

    def _granted(self) -> Intent:
        application = self._world.application
        granted = Intent(0)
        if application.message_content and not self._faults().refuse_content_intent:
            granted |= Intent.MESSAGE_CONTENT
        if application.guild_members:
            granted |= Intent.GUILD_MEMBERS
        if application.presences:
            granted |= Intent.GUILD_PRESENCES
        return granted

    async def _resume(self, socket: Socket, data: Any) -> int | None:
        if data.get("token") != self._world.token:
            return 4004
        session = self._sessions.get(str(data.get("session_id")))
        faults = self._faults()
        if faults.refuse_resume > 0:
            faults.refuse_resume -= 1
            session = None
        after = data.get("seq") or 0
        known = session is not None and (not session.events or session.events[0][0] <= after + 1)
        if session is None or not known:
            self._control(socket, INVALID_SESSION, False)
            return None
        if after > session.sequence:
            return 4007
        if session.socket is not None:
            session.socket.close(4000)
        self._attach(socket, session)
        for sequence, frame in tuple(session.events):
            if sequence > after:
                socket.send(frame)
        self._dispatch(session, "RESUMED", {"_trace": []})
        self._world.watchers.tell(session)
        return None

    def _attach(self, socket: Socket, session: Session) -> None:
        socket.session, session.socket, session.left = session, socket, None

    async def _members(self, socket: Socket, data: Any) -> int | None:
        assert socket.session is not None
        guild = self._world.guilds.get(int(data["guild_id"]))
        if guild is None or self._world.bot.id not in guild.members:
            return None
        wanted = data.get("user_ids")
        if wanted is not None:
            ids = [int(one) for one in (wanted if isinstance(wanted, list) else [wanted])]
            found = [guild.members[one] for one in ids if one in guild.members]
            missing = [str(one) for one in ids if one not in guild.members]
        else:
            query, limit = str(data.get("query", "")).lower(), int(data.get("limit") or 0)
            if not query and not limit and not socket.session.intents & Intent.GUILD_MEMBERS:
                return 4014
            matching = [one for one in guild.members.values() if _called(one, query)]
            found, missing = matching[: limit or None], []
        chunks = [found[start : start + 1000] for start in range(0, len(found), 1000)] or [[]]
        for index, chunk in enumerate(chunks):
            payload: dict[str, Any] = {
                "guild_id": str(guild.id),
                "members": [payloads.member(one) for one in chunk],
                "chunk_index": index,
                "chunk_count": len(chunks),
                "not_found": missing,
            }
            if data.get("nonce"):
                payload["nonce"] = data["nonce"]
            self._dispatch(socket.session, "GUILD_MEMBERS_CHUNK", payload)
        return None

    async def close(self) -> None:
        for socket in tuple(self._sockets):
            await socket.ws.close(code=1001)


def _called(member: Any, query: str) -> bool:
    names = (member.nick, member.user.name, member.user.display_name)
    return any(name is not None and name.lower().startswith(query) for name in names)


def _frame(op: int, data: Any, name: str | None = None, sequence: int | None = None) -> str:
    return json.dumps({"op": op, "d": data, "s": sequence, "t": name}, separators=(",", ":"))
