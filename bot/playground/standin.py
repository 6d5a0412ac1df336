"""A stand-in for Discord on this machine: discord.py, unmodified, logs in and works.

Speaks the gateway and the REST routes that a bot like this needs, keeps everything in memory, listens on the loopback
address only. What is in it is in `world`; what people do are its methods; what went over the wire is in `record`.
"""

from __future__ import annotations

import asyncio
import errno
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.playground import forms, routes
from bot.playground.cdn import Cdn
from bot.playground.commands import Commands
from bot.playground.drafts import File
from bot.playground.faults import Faults
from bot.playground.gateway import Gateway
from bot.playground.interactions import Interaction, Interactions
from bot.playground.limits import RateLimits
from bot.playground.message_payloads import MessagePayloads
from bot.playground.model import Channel, Message, User
from bot.playground.options import CannotDo, Value
from bot.playground.people import People
from bot.playground.posting import Posting
from bot.playground.recording import Exchange, Record
from bot.playground.rest import PREFIX, House, Rest, cut
from bot.playground.sessions import Session
from bot.playground.times import Times
from bot.playground.world import World

if TYPE_CHECKING:
    from bot.playground.description import Description

__all__ = ["CannotDo", "File", "StandIn"]

HOST = "127.0.0.1"
_DISCORDS = (f"{PREFIX}/", "/gateway", "/attachments/", "/ephemeral-attachments/", "/avatars/", "/embed/")
PATIENCE = 60.0  #: seconds that something is waited for; a busy machine takes its time


class StandIn:
    """`port` 0: any free one; another one is taken too where the port is not free. `times`: Discord's deadlines.
    `rate_limits` False: never a 429 unless asked for. `keep`: how much of the record is kept; all of it by default,
    which is for tests."""

    def __init__(
        self,
        *,
        port: int = 0,
        clock: Callable[[], float] = time.time,
        times: Times | None = None,
        rate_limits: bool = True,
        keep: int | None = None,
    ) -> None:
        self.times = times = times or Times()
        self._port = port
        self.record = Record(most=keep)
        self.world = World(clock=clock)
        self.cdn = Cdn(clock=clock, times=times, person=self.world.users.get)
        payloads = MessagePayloads(self.world, self.cdn)
        self.posting = Posting(world=self.world, cdn=self.cdn, payloads_=payloads, times=times)
        self.interactions = Interactions(world=self.world, payloads_=payloads, clock=clock, times=times)
        self.commands = Commands(self.world)
        self.gateway = Gateway(
            world=self.world, clock=clock, times=times, record=self.record, faults=lambda: self.faults
        )
        self.faults = Faults(drop_gateway=self.gateway.drop, expire_links=self._expire_links)
        self.rate_limits = RateLimits(clock=clock, on=rate_limits)
        self.people = People(
            world=self.world,
            posting=self.posting,
            payloads=payloads,
            interactions=self.interactions,
            commands=self.commands,
        )
        self._closing = asyncio.Event()
        house = House(
            world=self.world,
            posting=self.posting,
            payloads=payloads,
            interactions=self.interactions,
            commands=self.commands,
            gateway=self.gateway,
            limits=self.rate_limits,
            record=self.record,
            times=times,
            clock=clock,
            faults=lambda: self.faults,
            closing=self._closing,
        )
        self.app = web.Application(middlewares=[self._guard], client_max_size=256 << 20)
        self.app.add_routes(Rest(house, routes.ALL).routes())
        self.app.add_routes(self.cdn.routes())
        self.app.add_routes([web.get(path, self.gateway.serve) for path in ("/gateway", "/gateway/")])
        self._runner: web.AppRunner | None = None

    # its life

    async def start(self) -> None:
        """Listen. `api`, `origin` and the port are known afterwards; world may be furnished before or after."""
        self._runner = web.AppRunner(
            self.app, access_log=None, handler_cancellation=True, shutdown_timeout=1.0, keepalive_timeout=60.0
        )
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, self._port).start()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            await web.TCPSite(self._runner, HOST, 0).start()
        self._port = self._runner.addresses[0][1]
        self.cdn.origin = self.origin
        self.gateway.url = f"ws://{HOST}:{self._port}/gateway/"

    async def close(self) -> None:
        self._closing.set()
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> StandIn:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def port(self) -> int:
        return self._port

    @property
    def origin(self) -> str:
        """Of every picture's link, exactly."""
        return f"http://{HOST}:{self._port}"

    @property
    def api(self) -> str:
        """What DISCORD_API is set to."""
        return f"{self.origin}/api/v10"

    @property
    def token(self) -> str:
        """The bot's, made anew with each stand-in."""
        return self.world.token

    def _expire_links(self) -> None:
        self.cdn.expire_links()
        self.world.watchers.tell(self.cdn)

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """A page elsewhere must not reach it through somebody's browser: by another name, or from another origin."""
        if self.faults.gone and request.path.startswith(_DISCORDS):
            return cut(request)
        own = {f"{HOST}:{self._port}", f"localhost:{self._port}"}
        origin = request.headers.get("Origin")
        if request.host not in own or (origin is not None and origin.partition("://")[2] not in own):
            return web.Response(status=403, text="This stand-in answers to its own address only.")
        response: web.StreamResponse = await handler(request)
        return response

    # what people do

    async def post(
        self,
        channel: Channel,
        user: User,
        text: str = "",
        *,
        attachments: Sequence[File] = (),
        reference: Message | None = None,
        ping: bool = True,
    ) -> Message:
        """A person writes. `reference`: the message it replies to."""
        return self.people.post(channel, user, text, attachments=attachments, reference=reference, ping=ping)

    async def command(
        self,
        user: User,
        channel: Channel,
        name: str,
        options: dict[str, Value] | None = None,
        *,
        timeout: float = PATIENCE,
    ) -> Interaction:
        """A slash command; returns when the bot has answered at first (perhaps only "thinking…")."""
        return await self.answered(self.people.command(user, channel, name, options), timeout)

    async def autocomplete(
        self,
        user: User,
        channel: Channel,
        name: str,
        focused: str,
        typed: str,
        options: dict[str, Value] | None = None,
        *,
        timeout: float = PATIENCE,
    ) -> list[dict[str, Any]]:
        """What is offered while an option is typed: [{"name": …, "value": …}]."""
        begun = self.people.autocomplete(user, channel, name, focused, typed, options)
        return (await self.answered(begun, timeout)).choices or []

    async def menu(
        self,
        user: User,
        channel: Channel,
        name: str,
        target: Message | User,
        *,
        timeout: float = PATIENCE,
    ) -> Interaction:
        """An entry of a message's (or a person's) menu."""
        return await self.answered(self.people.menu(user, channel, name, target), timeout)

    async def press(self, user: User, message: Message, which: str, *, timeout: float = PATIENCE) -> Interaction:
        """A button, by its custom_id or its label."""
        return await self.answered(self.people.press(user, message, which), timeout)

    async def submit(
        self, opened: Interaction, values: Mapping[str, str | list[str]], *, timeout: float = PATIENCE
    ) -> Interaction:
        """The form that an interaction has opened, filled in."""
        return await self.answered(self.people.submit(opened, values), timeout)

    def fields(self, opened: Interaction) -> list[dict[str, Any]]:
        """The text fields of the form that an interaction has opened."""
        return forms.fields(opened.modal or {"components": []})

    # waiting

    async def ready(self, timeout: float = PATIENCE) -> Session:
        """A bot is connected."""
        if self.gateway.sessions:
            return self.gateway.sessions[0]
        found: Session = await self.world.watchers.wait(
            lambda thing: isinstance(thing, Session) and thing.connected, timeout, "no bot has connected"
        )
        return found

    async def message(self, wanted: Callable[[Message], Any], timeout: float = PATIENCE) -> Message:
        """The first message, there or to come, for which `wanted` is true; asked again at every change of one."""
        for one in self.world.messages():
            if wanted(one):
                return one
        found: Message = await self.world.watchers.wait(
            lambda thing: isinstance(thing, Message) and not thing.deleted and wanted(thing),
            timeout,
            "no such message",
        )
        return found

    async def deleted(self, message: Message, timeout: float = PATIENCE) -> None:
        if not message.deleted:
            await self.world.watchers.wait(
                lambda thing: thing is message and message.deleted, timeout, "the message is still there"
            )

    async def answered(self, interaction: Interaction, timeout: float = PATIENCE) -> Interaction:
        """The bot's first answer."""
        if not interaction.answered:
            await self.world.watchers.wait(
                lambda thing: thing is interaction and interaction.answered, timeout, "the interaction has no answer"
            )
        return interaction

    async def fulfilled(self, interaction: Interaction, timeout: float = PATIENCE) -> Message:
        """The answer itself, when it was only promised at first."""

        def there(_: object) -> bool:
            return interaction.original is not None and not interaction.original.loading

        if not there(None):
            await self.world.watchers.wait(there, timeout, "the promised answer has not come")
        assert interaction.original is not None
        return interaction.original

    async def request(self, wanted: Callable[[Exchange], Any], timeout: float = PATIENCE) -> Exchange:
        """The first answered request, past or to come, for which `wanted` is true."""
        for one in self.record.exchanges:
            if one.finished is not None and wanted(one):
                return one
        found: Exchange = await self.world.watchers.wait(
            lambda thing: isinstance(thing, Exchange) and wanted(thing), timeout, "no such request"
        )
        return found

    # checking

    def check_against(self, description: Path | Description) -> list[str]:
        """Where requests and answers differ from the platform's published description; empty: nowhere."""
        from bot.playground.description import Description

        read = Description.read(description) if isinstance(description, Path) else description
        return read.check(self.record)
