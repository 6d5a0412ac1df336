"""A database in which very many jobs have ended, as the product leaves them; and what the database is asked for."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from bot.jobs.queue import JobQueue
from tests.bot.jobs.fakes import NOON, Clock, made, opened, request

DAY = 86_400.0
GUILDS, MEMBERS = 40, 5_000
KEPT_DAYS = 7.0  #: the sources of what was delivered since then are still there
#: Tables that have rows for every job.
GROWING = frozenset({"jobs", "job_pictures", "job_companions"})


async def one_of_each(home: Path, clock: Clock) -> None:
    """A dream with a guide, delivered, and a failed one: what the copies are made of."""
    async with opened(home, clock=clock) as queue:
        for fails in (False, True):
            job = (await queue.accept(request(b"picture", requester=1))).job.id
            order = await queue.work.next()
            assert order is not None
            await queue.work.started(order.job, order.ordinal, order.attempt)
            await _end(queue, order, fails=fails)
            await queue.delivered(job, message=1)


async def _end(queue: JobQueue, order: Any, *, fails: bool) -> None:
    if fails:
        await queue.work.failed(order.job, 0, order.attempt, sentence="It is no picture.", log="broken")
    else:
        dream = made(order)
        assert await queue.work.made(order, dream, await queue.work.keep(order, dream))


def fill(database: Path, shelf: Path, count: int, *, days: float, until: float = NOON) -> None:
    """So many ended jobs over these days, of MEMBERS in GUILDS; a few are much more eager than others."""
    chance = random.Random(7)
    connection = sqlite3.connect(database)
    connection.row_factory = sqlite3.Row
    jobs = [dict(row) for row in connection.execute("SELECT * FROM jobs ORDER BY number")]
    pictures = [dict(row) for row in connection.execute("SELECT p.* FROM job_pictures p JOIN jobs j ON j.id = p.job")]
    by_job = {row["job"]: row for row in pictures}
    new_jobs, new_pictures = [], []
    for number in range(count):
        job = jobs[chance.random() < 0.08]
        member = min(MEMBERS - 1, int(chance.expovariate(5 / MEMBERS)))
        created = until - days * DAY * (1 - number / count)
        kept = created > until - KEPT_DAYS * DAY
        id_, source = f"old{number:013}", f"{chance.getrandbits(256):064x}"
        times = {"created": created, "finished": created + 20, "delivered": created + 21}
        where = {"guild": 10 + member % GUILDS, "channel": 100 + member % 300, "message": 10**18 + number}
        token = {"token": f"{chance.getrandbits(700):x}" if kept and number % 3 == 0 else None}
        recipe = {"recipe": f"style=creatures strength=1.5 size=768 seed={number}"}
        manner = {"manner": json.dumps({"language": "de", "spoilers": True}) if number % 4 == 0 else None}
        new_jobs.append(
            {**job, **times, **where, **token, **recipe, **manner, "id": id_, "requester": 1000 + member,
             "cause": f"message:old{number}", "kept": kept, "result_message": 2 * 10**18 + number,
             "number": None, "parent": f"old{max(0, number - 50):013}" if number % 10 == 0 else None}
        )  # fmt: skip
        ended = {"started": created + 1, "begun": created + 1, "finished": created + 20}
        new_pictures.append(
            {**by_job[job["id"]], **ended, "job": id_, "source": source, "author": 1000 + member,
             "alt": "A cat that sits in a garden and looks at somebody who is not in the picture"}
        )  # fmt: skip
        if kept:
            (shelf / "sources" / source).write_bytes(b"picture")
    _insert(connection, "jobs", new_jobs)
    _insert(connection, "job_pictures", new_pictures)
    connection.executemany(
        "INSERT INTO people (id, opted_out) VALUES (?, ?)", [(1000 + number, until) for number in range(0, 500, 5)]
    )
    connection.executemany(
        "INSERT INTO blocks (person, guild, created) VALUES (?, ?, ?)",
        [(90_000 + number, 10 + number % GUILDS, until) for number in range(200)],
    )
    connection.commit()
    connection.close()


def _insert(connection: sqlite3.Connection, table: str, rows: Sequence[dict[str, Any]]) -> None:
    names, marks = ",".join(rows[0]), ",".join("?" * len(rows[0]))
    connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", [tuple(row.values()) for row in rows])


@dataclass
class Asked:
    """Every statement that was sent to the database, with the parameters of its first execution."""

    statements: dict[str, Any] = field(default_factory=dict)

    def plans(self, database: Path) -> Iterator[tuple[str, list[str]]]:
        """(statement, SQLite's plan)."""
        with sqlite3.connect(database) as connection:
            for statement, parameters in self.statements.items():
                if statement.split()[0] in ("SELECT", "UPDATE", "DELETE"):
                    found = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
                    yield statement, [row[3] for row in found]

    def scans(self, database: Path) -> list[str]:
        """Those that read all of a table that grows, or everything whose sources are kept."""
        return [
            f"{step}: {statement}"
            for statement, plan in self.plans(database)
            for step in plan
            if (step.startswith("SCAN ") and step.split()[1] in GROWING) or step.endswith("(kept=?)")
        ]


@contextmanager
def listening() -> Iterator[Asked]:
    """To all engines of this process."""
    asked = Asked()

    def heard(_: Any, __: Any, statement: str, parameters: Any, ___: Any, many: bool) -> None:
        asked.statements.setdefault(statement, parameters[0] if many else parameters)

    event.listen(Engine, "before_cursor_execute", heard)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", heard)
