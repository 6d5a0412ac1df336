"""What went over the wire: every request with its answer, every gateway frame. Never the token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Part:
    """One file of a multipart request."""

    name: str  # files[0]
    filename: str
    content_type: str
    size: int


@dataclass(kw_only=True)
class Exchange:
    """A request and its answer. `status` 0: it got none (hung, cut, or the client gave up)."""

    started: float
    method: str
    path: str  # as asked, without the query; an interaction's token stands in it
    template: str | None = None  # /channels/{channel_id}/messages; None: there is no such route
    parameters: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    payload: Any = None  # JSON, or a multipart request's payload_json
    parts: tuple[Part, ...] = ()
    content_type: str = ""
    status: int = 0
    answer: Any = None
    headers: dict[str, str] = field(default_factory=dict)  # of the answer
    finished: float | None = None
    fault: str | None = None  # one that was asked for

    @property
    def route(self) -> str:
        return f"{self.method} {self.template or self.path}"


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One gateway message. `incoming`: from the bot."""

    at: float
    session: str | None
    shard: int
    incoming: bool
    op: int
    name: str | None = None  # of a dispatch
    sequence: int | None = None  # its number within the session
    data: Any = None


@dataclass(kw_only=True)
class Record:
    """Grows for as long as the stand-in runs, unless `most` says how many of each are kept; `forget` empties it."""

    most: int | None = None
    exchanges: list[Exchange] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    listeners: list[Callable[[Frame], None]] = field(default_factory=list)  # are told of every frame

    def add_exchange(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)
        _trim(self.exchanges, self.most)

    def add_frame(self, frame: Frame) -> None:
        self.frames.append(frame)
        _trim(self.frames, self.most)
        for listener in self.listeners:
            listener(frame)

    def of(self, method: str, template: str) -> list[Exchange]:
        """The requests of one route, in order.

        >>> Record().of("GET", "/users/@me")
        []
        """
        return [one for one in self.exchanges if one.method == method and one.template == template]

    @property
    def unknown_routes(self) -> list[str]:
        """Requests for which there is no route: the stand-in is missing something, or the bot asked for nonsense."""
        return [f"{one.method} {one.path}" for one in self.exchanges if one.template is None]

    @property
    def crashes(self) -> list[Exchange]:
        """Where the stand-in itself failed."""
        return [one for one in self.exchanges if one.status == 500 and one.fault is None]

    def forget(self) -> None:
        self.exchanges.clear()
        self.frames.clear()


def _trim(kept: list[Any], most: int | None) -> None:
    # Now and then, many at a time: to take one from a list's front moves all the others.
    if most is not None and len(kept) > 2 * most:
        del kept[:-most]
