"""All of it together: what the composition root starts first and closes last."""

from __future__ import annotations

import contextlib
import logging
from contextlib import AsyncExitStack

import discord

from bot.config import Config
from bot.dreaming.mailbox import Mailbox
from bot.errors import ConfigError
from bot.executor.protocol import Executor
from bot.jobs.queue import JobQueue
from bot.operations.application import Application
from bot.operations.loop import LoopWatch
from bot.operations.seeing import command
from bot.operations.seeing.discord_side import DiscordSide
from bot.operations.seeing.looking import Looking
from bot.operations.seeing.metrics import Counting, Metrics
from bot.operations.seeing.reports import Reports
from bot.operations.seeing.server import Server
from bot.operations.seeing.snapshot import Stage
from bot.owner.hand import Hand
from bot.store.database import Database


class Seeing:
    """Of one bot process."""

    def __init__(self, config: Config, loop: LoopWatch) -> None:
        self.metrics = Metrics()
        self._config = config
        self._discord = DiscordSide(self.metrics)
        self.looking = Looking(home=config.home, loop=loop, metrics=self.metrics, discord_side=self._discord)
        self.server = Server(home=config.home, metrics_at=config.metrics, looking=self.looking, metrics=self.metrics)
        self._counting = Counting(self.metrics)
        self._reports: Reports | None = None
        self._stack = AsyncExitStack()

    async def stand_by(self) -> None:
        """Another process is the bot: where both have a port of their own, this one answers too, and is not ready."""
        self.looking.stage = Stage.STANDING_BY
        self._stack.push_async_callback(self.server.close)
        with contextlib.suppress(ConfigError):  # the other one's, on the same machine
            await self.server.listen()

    async def start(self) -> None:
        """Before anything else: who asks meanwhile hears that the bot is starting. Raises ConfigError."""
        self.looking.stage = Stage.STARTING
        logging.getLogger().addHandler(self._counting)
        self._stack.callback(logging.getLogger().removeHandler, self._counting)
        self._stack.push_async_callback(self.server.close)
        await self.server.listen()
        await self.server.open_socket()

    def begin(
        self,
        *,
        client: discord.AutoShardedClient,
        application: Application,
        queue: JobQueue,
        executor: Executor,
        database: Database,
        mailbox: Mailbox,
        hand: Hand,
    ) -> None:
        """Everything is there, and about to connect."""
        self.looking.begin(client=client, queue=queue, executor=executor, database=database, hand=hand)
        self.server.hand = hand
        tree = getattr(client, "tree")  # noqa: B009 - discord.py's client itself has none
        command.install(tree, looking=self.looking, owners=application.owners)
        if self._config.reports:
            where = None if self._config.reports == "owner" else int(self._config.reports)
            reports = Reports(mailbox=mailbox, where=where, owners=application.owners)
            reports.start()
            self._reports = reports

    async def end(self) -> None:
        """The bot is about to end: nothing of it is asked any more."""
        self.server.hand = None
        self.looking.end()
        await self.looking.close()
        if self._reports is not None:
            await self._reports.end()

    async def close(self) -> None:
        await self._stack.aclose()
