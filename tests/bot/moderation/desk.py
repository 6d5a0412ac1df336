"""Settings on a real SQLite file, and those who change them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from bot.errors import Refusal
from bot.moderation.places import Server
from bot.moderation.settings import Editor, Settings
from bot.store.database import Database
from tests.bot.jobs.fakes import Clock
from tests.bot.moderation.garden import NETWORKS
from tests.databases import database_in, looking_into

OWNER = Editor(id=70, manage_server=True)
MOD = Editor(id=71, roles=(6, 1))
MEMBER = Editor(id=72, roles=(5, 1))
ELSEWHERE = Server(id=2, name="Elsewhere", roles={2: "@everyone", 5: "Artists"}, channels={20: "lobby"})


@asynccontextmanager
async def opened(home: Path, *, operator: dict[str, str] | None = None) -> AsyncIterator[Settings]:
    """Settings, as one life of the bot has them."""
    database = await Database.open(database_in(home))
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
    with looking_into(home) as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))]


def anywhere(home: Path, person: int) -> list[str]:
    """Every table's row and every file that has the id, as text or as the bytes in which SQLite writes it."""
    found = []
    with looking_into(home) as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f"SELECT * FROM {table}")):
                if any(value == person or str(person) in str(value) for value in row):
                    found.append(f"{table}: {row}")
    for path in home.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            if str(person).encode() in data or person.to_bytes(8, "big") in data or str(person) in path.name:
                found.append(path.name)
    return found
