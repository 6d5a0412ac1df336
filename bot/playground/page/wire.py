"""What went over the wire, as the panel for builders shows it: without the bot's token, others' tokens shortened."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from typing import Any

from bot.playground.recording import Exchange, Frame, Record

KEPT = 200  #: entries
LONGEST = 4096  #: characters of one entry's detail

_OPS = {
    1: "HEARTBEAT",
    2: "IDENTIFY",
    3: "PRESENCE_UPDATE",
    4: "VOICE_STATE_UPDATE",
    6: "RESUME",
    7: "RECONNECT",
    8: "REQUEST_GUILD_MEMBERS",
    9: "INVALID_SESSION",
    10: "HELLO",
    11: "HEARTBEAT_ACK",
}
_TOKENS = ("interaction_token", "webhook_token")


class _Entry:
    """One exchange or frame; written when the first tab wants to see it."""

    def __init__(self, number: int, thing: Exchange | Frame) -> None:
        self.number = number
        self.thing = thing
        self.written: dict[str, Any] | None = None


class Wire:
    """The latest of both kinds, in the order in which they were over. `heard`: there is one more."""

    def __init__(self, record: Record, *, token: str, heard: Callable[[], None]) -> None:
        self._token = token
        self._heard = heard
        self._entries: deque[_Entry] = deque(maxlen=KEPT)
        self.last = 0
        self._record = record
        record.listeners.append(self.add)

    def add(self, thing: Exchange | Frame) -> None:
        self.last += 1
        self._entries.append(_Entry(self.last, thing))
        self._heard()

    def since(self, number: int) -> list[dict[str, Any]]:
        """Those after that running number which are still kept."""
        return [self._written(one) for one in self._entries if one.number > number]

    def close(self) -> None:
        self._record.listeners.remove(self.add)

    def _written(self, entry: _Entry) -> dict[str, Any]:
        if entry.written is None:
            thing = entry.thing
            fields = self._exchange(thing) if isinstance(thing, Exchange) else self._frame(thing)
            detail = json.dumps(_shortened(fields.pop("detail")), ensure_ascii=False, indent=1, default=str)
            # It should stand nowhere; but this is the place where it must not.
            detail = detail.replace(self._token, "…")
            if len(detail) > LONGEST:
                detail = f"{detail[: LONGEST - 1]}…"
            entry.written = {"n": entry.number, **fields, "detail": detail}
        return entry.written

    def _exchange(self, one: Exchange) -> dict[str, Any]:
        path = one.path
        for name in _TOKENS:
            if one.parameters.get(name):
                path = path.replace(one.parameters[name], _short(one.parameters[name]))
        detail: dict[str, Any] = {}
        if one.query:
            detail["query"] = one.query
        if one.payload is not None:
            detail["request"] = one.payload
        if one.parts:
            detail["files"] = [f"{part.filename}, {part.content_type}, {part.size} bytes" for part in one.parts]
        if one.fault is not None:
            detail["fault"] = one.fault
        if one.answer is not None:
            detail["answer"] = one.answer
        finished = one.started if one.finished is None else one.finished
        return {
            "at": one.started,
            "kind": "rest",
            "from": "bot",
            "title": f"{one.method} {path.replace(self._token, '…')}",
            "status": one.status,
            "ms": round((finished - one.started) * 1000, 1),
            "detail": detail,
        }

    def _frame(self, one: Frame) -> dict[str, Any]:
        return {
            "at": one.at,
            "kind": "gateway",
            "from": "bot" if one.incoming else "discord",
            "title": one.name or _OPS.get(one.op, f"op {one.op}"),
            "detail": one.data,
        }


def _shortened(value: Any) -> Any:
    """A copy in which every token is cut."""
    if isinstance(value, dict):
        return {
            key: _short(inner) if key == "token" and isinstance(inner, str) else _shortened(inner)
            for key, inner in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_shortened(one) for one in value]
    return value


def _short(token: str) -> str:
    return token if len(token) <= 8 else f"{token[:6]}…"
