"""Many entries: the gallery asks the database as often as with few, and answers as quickly."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.challenges.model import Challenge
from bot.playground.model import Message
from bot.store.tables import challenge_votes
from tests.bot.challenges.doors.crowd import Crowd, in_crowd

ENTRIES, VOTERS, EACH = 500, 500, 10
WITHIN = 0.3  #: seconds


@contextmanager
def statements(crowd: Crowd) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    engine = crowd.house.challenges.entries._database._engine.sync_engine
    asked: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def _opened(crowd: Crowd, count: int) -> Message:
    challenge = await crowd.stage.open(votes_each=EACH)
    await crowd.filled(challenge, count)
    await crowd.voting(challenge)
    page = (await crowd.stage.press(crowd.mod, crowd.stage.own[-1], "Look and vote")).original
    assert page is not None
    return page


@pytest.mark.parametrize("label", ["▶", "Vote", "Overview"])
def test_a_press_asks_the_database_as_often_with_many_entries_as_with_few(tmp_path: Path, label: str) -> None:
    async def test(crowd: Crowd) -> None:
        asked = []
        for count in (4, 60):
            page = await _opened(crowd, count)
            await crowd.house.client.doors.challenges.members.galleries.settled()
            with statements(crowd) as made:
                await crowd.stage.turned(page, crowd.house.standin.press(crowd.mod, page, label))
                await crowd.house.client.doors.challenges.members.galleries.settled()
            asked.append(len(made))
        assert asked[0] == asked[1]
        assert asked[0] <= 12

    in_crowd(tmp_path, test)


async def _voted(crowd: Crowd, challenge: Challenge) -> None:
    entries = [one.id for one in await crowd.entries(challenge.id)]
    rows = [
        {
            "entry": entries[(voter * 7 + step) % len(entries)],
            "voter": 5000 + voter,
            "challenge": challenge.id,
            "at": 1.0,
        }
        for voter in range(VOTERS)
        for step in range(EACH)
    ]

    async def change(connection: AsyncConnection) -> None:
        await connection.execute(insert(challenge_votes), rows)

    await crowd.house.challenges.entries._database.write(change)


@pytest.mark.soak
def test_with_500_entries_and_5000_votes_the_gallery_answers_within_300_ms(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        page = await _opened(crowd, ENTRIES)
        challenge = await crowd.stage.get()
        await _voted(crowd, challenge)
        assert await crowd.votes(challenge) == VOTERS * EACH
        seconds: dict[str, list[float]] = {}
        for _ in range(40):
            voted = any(one["label"] == "Take back" for one in page.buttons)
            for label in ("▶", "Take back" if voted else "Vote", "▶", "Overview"):
                if label not in [one["label"] for one in page.buttons] or (label == "Vote" and "· 0 of" in page.text):
                    continue
                before, started = page.edits, time.perf_counter()
                await crowd.stage.turned(page, crowd.house.standin.press(crowd.mod, page, label))
                assert page.edits == before + 1
                seconds.setdefault(label, []).append(time.perf_counter() - started)
            await crowd.chooses(crowd.mod, page)
            await crowd.house.until(lambda: any(one["label"] == "Overview" for one in page.buttons))
        assert {"▶", "Vote", "Overview"} <= set(seconds)
        for label, measured in seconds.items():
            assert statistics.median(measured) < WITHIN, (label, measured)

    in_crowd(tmp_path, test)
