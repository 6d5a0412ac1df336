"""The composition root: builds everything, owns every background task, shuts down in order.

Discord <- AnswerDesk <- Dispatcher -> Executor (worker processes)
Discord -> Doors -> JobQueue (the job table) -> Dispatcher
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import discord

from bot import endpoints, gateway
from bot.allocator import settle_allocator
from bot.challenges.records import Challenges
from bot.config import Config
from bot.dreaming.answers import AnswerDesk
from bot.dreaming.doors import Doors
from bot.dreaming.readers import Names, Tree
from bot.errors import BotError
from bot.executor.dask_executor import DaskExecutor
from bot.executor.protocol import Executor
from bot.jobs.dispatcher import Dispatcher
from bot.jobs.queue import JobQueue
from bot.moderation.pausing import Pausing
from bot.moderation.records import Records
from bot.moderation.settings import Settings
from bot.opening import open_challenges, open_guests, open_pausing, open_settings
from bot.operations.application import Application, application_of
from bot.operations.backups.commands import tidy
from bot.operations.loop import LoopWatch
from bot.operations.rest import WrongToken
from bot.operations.seeing.entry import Seeing
from bot.owner.doorkeeper import Doorkeeper
from bot.owner.guests import Guests
from bot.owner.hand import Hand
from bot.signals import told_to_stop
from bot.standby import end_when_lost, our_turn
from bot.store.database import Database
from bot.store.turns import Turn

GRACE = 8.0  #: seconds that running dreams get to finish when the bot is told to stop
LAST_WORDS = 3.0  #: seconds at the least to tell the others; what the running ones do not need comes on top
GUILD_WAIT = 0.5  #: seconds that discord.py waits for a further guild before it calls itself ready

_log = logging.getLogger(__name__)


class DreamClient(discord.AutoShardedClient):
    """The connection to Discord. Holds the doors; everything else is handed in."""

    def __init__(
        self,
        *,
        config: Config,
        application: Application,
        queue: JobQueue,
        executor: Executor,
        settings: Settings,
        pausing: Pausing,
        records: Records,
        challenges: Challenges,
        guests: Guests,
        clock: Callable[[], float] = time.time,
    ) -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.dm_messages = True
        intents.message_content = application.message_content
        super().__init__(
            intents=intents,
            max_messages=None,  # everything is found again by its id
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            allowed_mentions=discord.AllowedMentions.none(),
            guild_ready_timeout=GUILD_WAIT,
            heartbeat_timeout=gateway.SILENCE,
            activity=discord.CustomActivity(name=f"{config.prefix}dream" if application.message_content else "/dream"),
        )
        self.tree = Tree(self, settings=settings)
        self.answers = AnswerDesk(client=self, queue=queue, executor=executor, config=config)
        self.doors = Doors(
            client=self,
            tree=self.tree,
            queue=queue,
            answers=self.answers,
            executor=executor,
            config=config,
            settings=settings,
            pausing=pausing,
            records=records,
            challenges=challenges,
            mailbox=self.answers.mailbox,
            message_content=application.message_content,
            clock=clock,
        )
        self.answers.offer(self.doors.challenges.members.offers)
        self.doorkeeper = Doorkeeper(
            client=self, guests=guests, settings=settings, mailbox=self.answers.mailbox, clock=clock
        )
        self.tree.welcome = self.doorkeeper.welcome
        self._recovery: asyncio.Task[None] | None = None

    async def setup_hook(self) -> None:
        """Logged in, not yet connected: REST works from here on."""
        self.doors.install()
        await self.tree.set_translator(Names())
        await self.answers.start()
        self._recovery = asyncio.create_task(self.answers.recover(), name="recovery")
        self._recovery.add_done_callback(_log_failure)
        await self.tree.sync()
        await self.doors.start()

    async def on_ready(self) -> None:
        _log.info("ready: %s, in %d server(s)", self.user, len(self.guilds))
        await self.doorkeeper.ready()

    async def on_resumed(self) -> None:
        """Discord is there again: whoever waits for the next attempt has it now."""
        self.answers.hurry()

    on_connect = on_resumed

    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self.doorkeeper.joined(guild)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        await self.doorkeeper.joined(guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self.doorkeeper.removed(guild)

    async def on_message(self, message: discord.Message) -> None:
        await self.doors.on_message(message)

    async def say_goodbye(self, grace: float) -> None:
        """Tell those who wait, and end the own tasks. The connection is closed by `close`."""
        if self._recovery is not None:
            self._recovery.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):  # logged when it failed
                await self._recovery
        await self.doorkeeper.close()
        await self.doors.close()
        await self.answers.close(grace=grace)


async def run(config: Config, *, executor_for: Callable[[Config], Executor] | None = None) -> None:
    """Be the bot until SIGINT or SIGTERM. Raises BotError for what keeps it from starting.

    executor_for: makes the executor; by default Dask's.
    """
    assert config.token is not None
    settle_allocator()
    if config.api is not None:
        endpoints.use_api(config.api)
    gateway.be_patient()
    with told_to_stop() as stop:
        watch = LoopWatch()
        seeing = Seeing(config, watch)
        try:
            async with our_turn(config, stop=stop, on_wait=seeing.stand_by) as turn:
                if turn is not None:
                    await _work(config, turn, seeing, watch, stop, executor_for or _workers)
        finally:
            await seeing.close()


async def _work(
    config: Config,
    turn: Turn,
    seeing: Seeing,
    watch: LoopWatch,
    stop: asyncio.Event,
    executor_for: Callable[[Config], Executor],
) -> None:
    """Be the bot, now that nobody else is."""
    assert config.token is not None
    await asyncio.to_thread(tidy, config)
    async with AsyncExitStack() as stack:
        watch.start()
        stack.push_async_callback(_report, watch)
        stack.push_async_callback(seeing.close)
        await seeing.start()
        executor = executor_for(config)
        stack.push_async_callback(executor.close, 0.0)
        await executor.start()
        application, database = await _both(config)
        database.guard = turn.guard
        losing = asyncio.create_task(end_when_lost(turn), name="turn lost")
        stack.callback(losing.cancel)
        stack.push_async_callback(database.close)
        queue = JobQueue(database=database, folder=config.home, config=config, steady=time.monotonic)
        await queue.open()
        stack.push_async_callback(queue.close)
        settings = await open_settings(config, database, executor)
        pausing = await open_pausing(database, queue)
        guests = await open_guests(config, database, queue, settings, pausing)
        client = DreamClient(
            config=config,
            application=application,
            queue=queue,
            executor=executor,
            settings=settings,
            pausing=pausing,
            records=Records(database=database),
            challenges=open_challenges(database, queue),
            guests=guests,
        )
        hand = Hand(client=client, database=database, doorkeeper=client.doorkeeper, draining=guests.draining)
        seeing.begin(
            client=client,
            application=application,
            queue=queue,
            executor=executor,
            database=database,
            mailbox=client.answers.mailbox,
            hand=hand,
        )
        await _serve(client, config.token, queue, executor, stop, ending=seeing.end)


def _workers(config: Config) -> Executor:
    return DaskExecutor(config=config.executor, environment=config.worker_environment)


async def _both(config: Config) -> tuple[Application, Database]:
    """Discord is asked while the database is migrated."""
    assert config.token is not None
    application = asyncio.create_task(application_of(config.token, config.api))
    try:
        database = await Database.open(config.database, home=config.home)
    except BaseException:
        application.cancel()
        raise
    try:
        return await application, database
    except BaseException:
        await database.close()
        raise


async def _serve(
    client: DreamClient,
    token: str,
    queue: JobQueue,
    executor: Executor,
    stop: asyncio.Event,
    *,
    ending: Callable[[], Awaitable[None]],
) -> None:
    """Runs until `stop` is set or the connection ends for good, then shuts down in order."""
    dispatcher = Dispatcher(queue=queue, executor=executor, answers=client.answers)
    connection = asyncio.create_task(_connect(client, token), name="gateway")
    stopping = asyncio.create_task(stop.wait(), name="stop")
    try:
        await dispatcher.start()
        await asyncio.wait({connection, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        _log.info("stopping: running dreams get %.0f s, all others go on after the next start", GRACE)
        last = time.monotonic() + GRACE + LAST_WORDS
        client.answers.leave()
        await ending()
        await dispatcher.close(grace=GRACE)
        await client.say_goodbye(grace=max(LAST_WORDS, last - time.monotonic()))
        await client.close()
        await asyncio.wait({connection}, timeout=1.0)
        connection.cancel()  # where Discord is gone, it waits until it tries again
        stopping.cancel()
        ended = await asyncio.gather(connection, stopping, return_exceptions=True)
    if isinstance(ended[0], Exception):
        raise ended[0]  # what ended the connection


async def _connect(client: DreamClient, token: str) -> None:
    try:
        await client.start(token)
    except discord.LoginFailure as error:
        raise WrongToken from error
    except discord.PrivilegedIntentsRequired as error:
        raise BotError(
            "Discord refuses the message content intent: switch it on for the application, or start again."
        ) from error


async def _report(watch: LoopWatch) -> None:
    delay = await watch.close()
    _log.info(
        "event loop delay: median %.0f ms, p99.9 %.0f ms, worst %.0f ms over %d looks",
        *(1000 * seconds for seconds in (delay.median, delay.p999, delay.worst)),
        delay.looks,
    )


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("%s failed", task.get_name(), exc_info=error)
