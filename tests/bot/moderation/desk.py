"""Settings on a real SQLite file, and those who change them."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.errors import Refusal
from bot.moderation.places import Server
from bot.moderation.settings import Editor, Settings
from bot.store.database import Database
from tests.bot.jobs.fakes import Clock
from tests.bot.moderation.garden import NETWORKS

OWNER = Editor(id=70, manage_server=True)
MOD = Editor(id=71, roles=(6, 1))
MEMBER = Editor(id=72, roles=(5, 1))
ELSEWHERE = Server(id=2, name="Elsewhere", roles={2: "@everyone", 5: "Artists"}, channels={20: "lobby"})


@asynccontextmanager
async def opened(home: Path, *, operator: dict[str, str] | None = None) -> AsyncIterator[Settings]:
    """Settings, as one life of the bot has them."""
    database = await Database.open(f"sqlite:///{home}/bot.sqlite")
    try:
        settings = Settings(database=database, networks=lambda: NETWORKS, operator=operator, clock=Clock())
        await settings.open()
        yield settings
    finally:
        await database.close()


async def refused(doing: Awaitable[object]) -> str:
    with pytest.raises(Refusal) as caught:
        await doing
    return caught.value.sentence


def rows(home: Path, table: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(home / "bot.sqlite") as connection:
        found = connection.execute(f"SELECT * FROM {table}").fetchall()
    connection.close()
    return found
