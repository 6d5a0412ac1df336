"""What the operator has set: the environment and `.env`, read once, checked, frozen. Nothing is read at import.

Every variable stands in `.env.example` with its default. A wrong value ends the start with one sentence that names it.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs
from dotenv import dotenv_values

from bot.errors import ConfigError

DISCORD_PICTURE_HOSTS = ("cdn.discordapp.com", "media.discordapp.net")


@dataclass(frozen=True, kw_only=True)
class LimitsConfig:
    """How much is taken, counted from the job table. 0 means no limit."""

    member_per_hour: int = 10  # pictures
    member_waiting: int = 3  # requests that wait or run
    guild_per_hour: int = 0
    guild_waiting: int = 100
    waiting: int = 1000  # everywhere
    personal_per_hour: int = 5  # pictures, for the bot installed by a person for themselves


@dataclass(frozen=True, kw_only=True)
class ExecutorConfig:
    """Where dreams are made."""

    scheduler: str | None = None  # a Dask scheduler's address; None: workers of our own on this machine
    workers: int = 0  # of our own; 0: one for each GPU, or one on the CPU
    device: str = "auto"
    threads: int = 0  # of one worker; 0: the machine's cores over the workers
    download: bool = True  # weights may be fetched
    hung_after: float = 30.0  # seconds without progress, at the least


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything that an operator decides."""

    token: str | None = field(repr=False)
    home: Path  # data: database, kept pictures, results
    database: str  # SQLAlchemy's address
    api: str | None = None  # another address of Discord's API, loopback only: the playground
    prefix: str = "!"
    keep_days: float = 7.0  # sources, after delivery
    personal_install: bool = False  # people may install the bot for themselves
    picture_bytes: int = 25 << 20
    owner_channel: int | None = None
    log_format: str = "text"
    log_level: str = "INFO"
    limits: LimitsConfig = LimitsConfig()
    executor: ExecutorConfig = ExecutorConfig()

    @property
    def picture_origins(self) -> tuple[str, ...]:
        """From where pictures may be fetched, as scheme://host[:port]; nothing else ever is."""
        if self.api is not None:
            parts = urlsplit(self.api)
            return (f"{parts.scheme}://{parts.netloc}",)
        return tuple(f"https://{host}" for host in DISCORD_PICTURE_HOSTS)
