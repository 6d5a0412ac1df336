"""What the bot has in its database, taken up when it starts."""

from __future__ import annotations

import time
from collections.abc import Callable

from bot.challenges.records import Challenges
from bot.config import Config
from bot.dreaming.service import usual_networks
from bot.executor.protocol import Executor
from bot.jobs.queue import JobQueue
from bot.moderation.operator import operator_layer
from bot.moderation.pausing import Pausing
from bot.moderation.settings import Settings
from bot.owner.guests import Guests
from bot.store.database import Database


async def open_settings(config: Config, database: Database, executor: Executor) -> Settings:
    """What servers have set, read once."""
    settings = Settings(database=database, networks=lambda: usual_networks(executor), operator=operator_layer(config))
    await settings.open()
    return settings


async def open_pausing(database: Database, queue: JobQueue) -> Pausing:
    """Where dreaming is paused, read once; the queue looks again whenever that changes."""
    pausing = Pausing(database=database)
    await pausing.open()
    queue.board.paused = pausing.is_paused
    pausing.on_change = lambda: queue.on_change()
    return pausing


async def open_guests(
    config: Config,
    database: Database,
    queue: JobQueue,
    settings: Settings,
    pausing: Pausing,
    *,
    clock: Callable[[], float] = time.time,
) -> Guests:
    """Which servers the operator wants; from now on the queue asks there too."""

    def forgotten(guild: int) -> None:
        settings.forget(guild)
        pausing.forget(guild)

    guests = Guests(database=database, queue=queue, config=config, forgotten=forgotten, clock=clock)
    await guests.look()
    return guests


def open_challenges(database: Database, queue: JobQueue, *, clock: Callable[[], float] = time.time) -> Challenges:
    """Their pictures are on the queue's shelf."""
    return Challenges(database=database, shelf=queue.shelf, keeping=queue.keeping, aliases=queue.aliases, clock=clock)
