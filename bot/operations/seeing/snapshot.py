"""How the bot is at one moment: what `/metrics`, `/readyz`, `python -m bot status` and `/status` all say."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from bot.executor.protocol import WorkerState
from bot.operations.loop import LoopDelay
from bot.operations.seeing.discord_side import Shard


class Stage(enum.Enum):
    """Of a process's life."""

    STANDING_BY = "standing by"  #: another one is the bot
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"


class Check(enum.Enum):
    """What has to be so for a bot that can take a request and answer it."""

    DISCORD = "discord"  #: every shard is connected
    DATABASE = "database"  #: it answers
    WORKERS = "workers"  #: one is there that can dream
    DISK = "disk"  #: pictures can be kept


@dataclass(frozen=True, kw_only=True)
class Took:
    """What the dreams of one network have taken in the workers."""

    network: str
    dreams: int
    seconds: tuple[tuple[str, float], ...]  # of each stage, on average


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Values only. Times in seconds, sizes in bytes."""

    stage: Stage
    version: str
    uptime: float
    failing: frozenset[Check]
    draining: bool = False  # nothing new is taken
    guilds: int
    waiting: int
    running: int
    oldest: float | None  # how long the first of the open requests has been there
    slots: int
    network: str | None
    workers: tuple[WorkerState, ...]
    certificate_until: float | None  # Unix seconds; of the one for the scheduler
    shards: tuple[Shard, ...]
    invalid: int  # requests that Discord calls invalid, lately
    loop: LoopDelay
    loop_buckets: tuple[tuple[float, int], ...]
    loop_late: float  # over all looks
    disk_free: int | None
    kept: int | None  # of pictures
    accepted: float
    made: float
    failed: float
    answered: float
    responses: float  # of Discord's REST interface
    bad_responses: float  # of these, 5xx and none
    statuses: tuple[tuple[str, float], ...] = ()  # how many of each there were
    took: tuple[Took, ...] = ()
    reconnects: float
    errors: float  # lines of the log

    @property
    def ready(self) -> bool:
        return self.stage is Stage.RUNNING and not self.failing and not self.draining
