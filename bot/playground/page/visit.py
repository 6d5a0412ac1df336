"""One tab: who it is, what it has open, and what it is told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Hashable
from typing import Any

from aiohttp import WSMsgType, web

from bot.playground.errors import ApiError
from bot.playground.interactions import Interaction
from bot.playground.model import Channel, Message, User
from bot.playground.options import CannotDo
from bot.playground.page import doing
from bot.playground.page.house import House
from bot.playground.page.messages import gone
from bot.playground.page.outbox import Event, Outbox
from bot.playground.page.pending import Pending
from bot.playground.page.requests import Refused, Request, read
from bot.playground.page.sentences import of_answer, of_cannot

MOST_AT_ONCE = 16  #: requests of one tab that wait for the bot
_RESENT = 50  #: messages that get new links
_OUR_FAULT = "The playground itself failed at that; the terminal in which it runs says more."
_PARTS = ("bot", "people", "channels", "commands", "faults")

_log = logging.getLogger(__name__)


class Visit:
    """From the websocket's opening to its end."""

    def __init__(self, house: House, ws: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self.house = house
        self.person: User | None = None  # nothing is told to nobody
        self.channel: Channel | None = None  # the open one
        self.pending = Pending(house.standin.times, self._interaction)
        self.watching = False
        self._wire_told = 0
        self._wire_timer: asyncio.TimerHandle | None = None
        self._ws = ws
        self._transport = transport
        self._outbox = Outbox(self._too_slow)
        self._told: dict[str, Any] = {}  # part of the state: as it was sent last
        self._tasks: set[asyncio.Task[None]] = set()

    async def stay(self) -> None:
        """Read and answer until the tab goes."""
        writer = asyncio.ensure_future(self._write())
        try:
            async for message in self._ws:
                if message.type is not WSMsgType.TEXT:
                    self._answer(None, Refused("The playground was sent something that is no text: reload the page."))
                else:
                    await self._asked(message.data)
                await self._outbox.room()
                await asyncio.sleep(0)  # a tab that asks without a pause does not hold up the others
        finally:
            self.pending.forget()
            if self._wire_timer is not None:
                self._wire_timer.cancel()
            for task in (writer, *self._tasks):
                task.cancel()
            await asyncio.gather(writer, *self._tasks, return_exceptions=True)

    async def leave(self) -> None:
        """The playground ends."""
        await self._ws.close(code=1001, message=b"The playground has ended.")

    async def _write(self) -> None:
        try:
            while True:
                await self._ws.send_str(await self._outbox.next())
        except ConnectionError:
            pass  # the reading side hears of it too
        except Exception:
            _log.exception("a tab of the page cannot be told what happened")
            self._too_slow()
        finally:
            self._outbox.close()

    def _too_slow(self) -> None:
        """It does not read: it is cut off, and comes back when it can, with a fresh state."""
        if self._transport is not None:
            self._transport.abort()

    # requests

    async def _asked(self, text: str) -> None:
        try:
            request = read(text)
        except Refused as error:
            self._answer(None, error)
            return
        if request.do not in doing.SLOW:
            self._do(request)
        elif len(self._tasks) >= MOST_AT_ONCE:
            self._answer(request, Refused("Too much is asked for at once: wait a moment, then try again."))
        else:
            task = asyncio.create_task(self._do_slowly(request))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _do(self, request: Request) -> None:
        try:
            self._answer(request, doing.do(self, request))
        except Exception as error:
            self._answer(request, error)

    async def _do_slowly(self, request: Request) -> None:
        try:
            self._answer(request, await doing.do_slowly(self, request))
        except Exception as error:
            self._answer(request, error)

    def _answer(self, request: Request | None, result: dict[str, Any] | Exception) -> None:
        answer: Event = {"type": "result", "id": None if request is None else request.number}
        if not isinstance(result, Exception):
            answer["result"] = result
        elif isinstance(result, Refused):
            answer["error"] = str(result)
        elif isinstance(result, CannotDo):
            answer["error"] = of_cannot(result)
        elif isinstance(result, ApiError):
            answer["error"] = of_answer(result)
        else:
            _log.error("the page's request failed: %s", request and request.do, exc_info=result)
            answer["error"] = _OUR_FAULT
        self._outbox.answer(answer)

    # who it is

    def be(self, person: User) -> dict[str, Any]:
        """Somebody else from now on; the whole state as they see it. What the one before was to be told is gone."""
        self.pending.forget()
        self._outbox.forget_events()
        self.person, self.channel = person, None
        house = self.house
        state = house.views.state(
            person,
            self.place(person),
            present=house.present(),
            faults=house.switches.now(),
            supervised=house.supervised,
            prefix=house.prefix,
        )
        self._told = {"bot": state["online"], **{part: state[part] for part in _PARTS[1:]}}
        house.people_changed()
        self.tell_wire(0.0)  # what was not sent yet
        return state

    def look(self, channel: Channel) -> None:
        """That one is open from now on. What can be used there may be something else than before."""
        self.channel = channel
        self.tell_of("commands")

    def place(self, person: User) -> Channel:
        """Where commands are looked up: the open channel, else the server's first."""
        return self.channel or self.house.sight.channels(person)[0]

    # what it is told

    def tell(self, message: Message) -> None:
        """A message is new, has changed, or is gone."""
        self.pending.changed(message)
        self._offer(("message", message.id), lambda person: self.house.messages.event(person, message))

    def forget_message(self, message: Message) -> None:
        """Its reader has sent it away."""
        if message.only_for is not None and self.person is not None and message.only_for == self.person.id:
            self._offer(("gone", message.id), lambda _: gone(message))

    def tell_of(self, part: str) -> None:
        """Something of the state may have changed. It is sent when it has."""
        self._offer(part, lambda person: self._part(person, part))

    def tell_wire(self, after: float) -> None:
        """Something went over the wire; what comes within the next moment is told with it."""
        if self.watching and self._wire_timer is None:
            self._wire_timer = asyncio.get_running_loop().call_later(after, self._offer_wire)

    def refresh_links(self) -> None:
        """The links of the open channel have died."""
        if self.channel is not None and self.person is not None:
            shown = self.house.sight.messages(self.person, self.channel)
            for _, message in zip(range(_RESENT), shown, strict=False):
                if message.attachments or message.embeds:
                    self.tell(message)

    def watch(self, on: bool) -> list[dict[str, Any]]:
        self.watching = on
        self._wire_told = self.house.wire.last
        return self.house.wire.since(0) if on else []

    def _offer(self, key: Hashable, write: Any) -> None:
        # Whoever the tab is when it is sent sees it with their own eyes.
        if self.person is not None:
            self._outbox.offer(key, lambda: None if self.person is None else write(self.person))

    def _part(self, person: User, part: str) -> Event | None:
        house = self.house
        now: Any
        if part == "bot":
            now = house.views.online
        elif part == "people":
            now = house.views.people(house.present())
        elif part == "channels":
            now = house.views.channels(person)
        elif part == "commands":
            now = house.views.commands(person, self.place(person))
        else:
            now = house.switches.now()
        if self._told.get(part) == now:
            return None
        self._told[part] = now
        return {"type": part, "online" if part == "bot" else part: now}

    def _interaction(self, interaction: Interaction, state: str, more: dict[str, Any]) -> None:
        event = {"type": "interaction", "id": str(interaction.id), "state": state, **more}
        key = ("interaction", interaction.id, state)
        self._offer(key, lambda person: event if person is interaction.user else None)

    def _offer_wire(self) -> None:
        self._wire_timer = None
        self._offer("wire", lambda _: self._wire())

    def _wire(self) -> Event | None:
        entries = self.house.wire.since(self._wire_told) if self.watching else []
        self._wire_told = self.house.wire.last
        return {"type": "wire", "entries": entries} if entries else None
