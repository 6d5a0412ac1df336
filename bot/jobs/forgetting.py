"""What is left of somebody who was forgotten: nothing, but what moderation needs, under an alias (`bot.jobs.aliases`).

That is: their blocks, and how much they have had lately, until the limits' windows are over; and what they have voted
for in challenges that are not over. Rows of others that name them stay, without the name.

Functions on a connection that is handed in, inside its transaction.
"""

from __future__ import annotations

import base64
import dataclasses
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, func, insert, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.challenges import erasing
from bot.jobs import rows
from bot.jobs.aliases import Aliases, Tombstone
from bot.jobs.allowance import Span
from bot.jobs.manner import Manner
from bot.jobs.model import JOB_ID_LENGTH, NOBODY, PictureState
from bot.jobs.rows import CHUNK, Kept
from bot.jobs.rules import HOUR, SECONDS, costs
from bot.languages import mark, speaking, tr
from bot.store.tables import (
    blocks,
    challenge_changes,
    challenge_entries,
    challenge_votes,
    challenges,
    decoder_deaths,
    job_companions,
    job_pictures,
    jobs,
    pauses,
    people,
    setting_changes,
    tombstones,
)

NO_SOURCE = "forgotten"  #: in place of a picture's hash
WINDOW = SECONDS[Span.DAY]  #: the longest of a limit
UNWANTED = mark("Whoever posted this picture no longer wants it to be kept, so it is not dreamt.")


@dataclass(frozen=True, kw_only=True)
class Forgotten:
    """What was deleted from the tables, and what is to go from memory and disk after it."""

    jobs: tuple[str, ...] = ()
    changed: dict[str, Kept] = field(default_factory=dict)  # others' jobs, as they are now
    files: Files = field(default_factory=lambda: Files())


@dataclass(frozen=True, kw_only=True)
class Files:
    """On the shelf."""

    sources: set[str] = field(default_factory=set)
    results: set[str] = field(default_factory=set)
    checkpoints: set[str] = field(default_factory=set)

    async def add(self, connection: AsyncConnection, pictures: ColumnElement[bool]) -> None:
        """Those of these pictures of jobs."""
        columns = (job_pictures.c.source, job_pictures.c.result_path, job_pictures.c.checkpoint)
        for row in await connection.execute(select(*columns).where(pictures)):
            for found, path in zip((self.sources, self.results, self.checkpoints), row, strict=True):
                found.update([] if path is None else [path])

    async def add_beside(self, connection: AsyncConnection, companions: ColumnElement[bool]) -> None:
        """Those of these companions."""
        self.sources.update((await connection.execute(select(job_companions.c.source).where(companions))).scalars())


async def forget(
    connection: AsyncConnection, person: int, tombstone: Tombstone, *, before: float, now: float
) -> Forgotten:
    """Everything of theirs that is older than `before`."""
    of_challenges = await erasing.forget(connection, person, tombstone.alias, before=before)
    files = Files(sources=set(of_challenges))
    own = await _own_jobs(connection, person, before)
    for part in _parts([job["id"] for job in own]):
        await files.add(connection, job_pictures.c.job.in_(part))
        await files.add_beside(connection, job_companions.c.job.in_(part))
    await _delete_jobs(connection, own, tombstone.alias, now)
    others = await _pictures_elsewhere(connection, person, before, now, files)
    await connection.execute(
        update(jobs).where(jobs.c.cancelled_by == person, jobs.c.created <= before).values(cancelled_by=NOBODY)
    )
    await connection.execute(
        delete(people).where(people.c.id == person, or_(people.c.opted_out.is_(None), people.c.opted_out <= before))
    )
    await _blocks(connection, person, tombstone.alias, before)
    await connection.execute(
        update(decoder_deaths)
        .where(decoder_deaths.c.person == person, decoder_deaths.c.at <= before)
        .values(person=tombstone.alias)
    )
    for table, at in ((setting_changes, setting_changes.c.at), (pauses, pauses.c.since)):
        await connection.execute(update(table).where(table.c.by == person, at <= before).values(by=None))
    await note(connection, tombstone)
    await sweep(connection, now)
    return Forgotten(
        jobs=tuple(job["id"] for job in own),
        changed={id_: kept for id_ in others if (kept := await rows.load(connection, id_)) is not None},
        files=dataclasses.replace(files, sources=files.sources - {NO_SOURCE}),
    )


async def note(connection: AsyncConnection, tombstone: Tombstone) -> None:
    """The database knows of it."""
    if tombstone not in await known(connection):
        await connection.execute(insert(tombstones).values(alias=tombstone.alias, at=tombstone.at))


async def known(connection: AsyncConnection) -> set[Tombstone]:
    """Those that this database knows of. One that was put back from a backup lacks the latest."""
    found = await connection.execute(select(tombstones.c.alias, tombstones.c.at))
    return {Tombstone(alias=alias, at=at) for alias, at in found}


async def everybody(connection: AsyncConnection, aliases: Aliases) -> dict[int, int]:
    """Whoever is named anywhere, by their alias."""
    named: set[int] = set()
    for column in PEOPLE:
        found = await connection.execute(select(column).where(column > 0).distinct())
        named.update(found.scalars())
    return {alias: person for person in named if (alias := aliases.of(person)) is not None}


async def sweep(connection: AsyncConnection, now: float) -> None:
    """What is needed no more: windows that are over, blocks that have ended, failures that no longer count."""
    await connection.execute(delete(jobs).where(jobs.c.requester < 0, jobs.c.created <= now - WINDOW))
    await connection.execute(delete(blocks).where(blocks.c.until <= now))
    await connection.execute(delete(decoder_deaths).where(decoder_deaths.c.at <= now - HOUR))


#: Every column that holds the id of a member.
PEOPLE = (
    jobs.c.requester,
    jobs.c.cancelled_by,
    job_pictures.c.author,
    job_companions.c.author,
    people.c.id,
    blocks.c.person,
    blocks.c.by,
    decoder_deaths.c.person,
    setting_changes.c.by,
    pauses.c.by,
    challenges.c.creator,
    challenge_entries.c.member,
    challenge_entries.c.decided_by,
    challenge_votes.c.voter,
    challenge_changes.c.by,
)


async def _own_jobs(connection: AsyncConnection, person: int, before: float) -> list[dict[str, Any]]:
    found = await connection.execute(select(jobs).where(jobs.c.requester == person, jobs.c.created <= before))
    return [dict(row) for row in found.mappings()]


async def _delete_jobs(connection: AsyncConnection, own: list[dict[str, Any]], alias: int, now: float) -> None:
    """Of those that limits still count, a row without anything but what limits ask for takes their place."""
    for part in _parts([job["id"] for job in own]):
        counted = await connection.execute(
            select(job_pictures.c.job, job_pictures.c.state, job_pictures.c.begun)
            .join(jobs, jobs.c.id == job_pictures.c.job)
            .where(jobs.c.id.in_(part), jobs.c.created > now - WINDOW, costs())
        )
        costly: dict[str, list[tuple[str, float | None]]] = {}
        for job, state, begun in counted:
            costly.setdefault(job, []).append((state, begun))
        await connection.execute(update(jobs).where(jobs.c.parent.in_(part)).values(parent=None))
        for table in (job_pictures, job_companions):
            await connection.execute(delete(table).where(table.c.job.in_(part)))
        await connection.execute(delete(jobs).where(jobs.c.id.in_(part)))
        for job in own:
            if job["id"] in costly and job["id"] in part:
                await _keep_spent(connection, job, costly[job["id"]], alias, now)


async def _keep_spent(
    connection: AsyncConnection, job: dict[str, Any], pictures: list[tuple[str, float | None]], alias: int, now: float
) -> None:
    id_ = base64.b32encode(secrets.token_bytes(JOB_ID_LENGTH * 5 // 8)).decode().lower()
    limits_ask = ("kind", "door", "guild", "channel", "under", "reachable", "ephemeral", "created")
    same = {name: job[name] for name in limits_ask}
    cancelled_by = None if job["cancelled_by"] is None else NOBODY
    ended = {"state": "delivered", "finished": now, "delivered": now, "kept": False, "cancelled_by": cancelled_by}
    await connection.execute(
        insert(jobs).values(
            **same, **ended, id=id_, requester=alias, recipe="", cause=f"{NO_SOURCE}:{id_}", byte_limit=0
        )
    )
    counts = {"attempt": 0, "losses": 0, "returns": 0, "restarts": 0}
    nothing = {"source": NO_SOURCE, "filename": "", "author": NOBODY, "spoiler": False}
    await connection.execute(
        insert(job_pictures),
        [
            {**counts, **nothing, "job": id_, "ordinal": ordinal, "state": state, "begun": begun}
            for ordinal, (state, begun) in enumerate(pictures)
        ],
    )


async def _pictures_elsewhere(
    connection: AsyncConnection, person: int, before: float, now: float, files: Files
) -> list[str]:
    """Their pictures in others' jobs: not dreamt any more, not delivered any more, and nobody's from now on.

    A picture of theirs beside others takes these with it: what was made of them shows it, too.
    """
    theirs = job_pictures.c.author == person
    dreamt = await _jobs_with(connection, job_pictures, theirs, before)
    beside = await _jobs_with(connection, job_companions, job_companions.c.author == person, before)
    for part in _parts(dreamt):
        await _unwanted(connection, part, theirs, now, files)
        nothing = {"author": NOBODY, "source": NO_SOURCE, "filename": "", "alt": None, "attachment": None}
        which = and_(job_pictures.c.job.in_(part), theirs)
        await files.add(connection, which)
        await connection.execute(update(job_pictures).where(which).values(**nothing))
    for part in _parts(beside):
        await _unwanted(connection, part, true(), now, files)
        unnamed = {"author": NOBODY, "source": NO_SOURCE, "filename": "", "attachment": None}
        companions = and_(job_companions.c.job.in_(part), job_companions.c.author == person)
        await files.add_beside(connection, companions)
        await connection.execute(update(job_companions).where(companions).values(**unnamed))
    changed = list(dict.fromkeys((*dreamt, *beside)))
    for id_ in changed:
        await _settle(connection, id_, now)
    return changed


async def _jobs_with(connection: AsyncConnection, table: Table, which: ColumnElement[bool], before: float) -> list[str]:
    query = select(table.c.job).join(jobs, jobs.c.id == table.c.job).where(which, jobs.c.created <= before).distinct()
    return list((await connection.execute(query)).scalars())


async def _unwanted(
    connection: AsyncConnection, ids: list[str], which: ColumnElement[bool], now: float, files: Files
) -> None:
    """Those of the pictures of these jobs that are not made, or not delivered, never will be."""
    unmade = [PictureState.WAITING.value, PictureState.RUNNING.value]
    untold = select(jobs.c.id).where(jobs.c.id.in_(ids), jobs.c.delivered.is_(None))
    stopped = and_(which, or_(job_pictures.c.state.in_(unmade), job_pictures.c.job.in_(untold)))
    for language, told in (await _by_language(connection, ids)).items():
        with speaking(language):
            unwanted = tr(UNWANTED)
        there = and_(job_pictures.c.job.in_(told), stopped)
        await files.add(connection, there)
        failed = {"state": PictureState.FAILED.value, "error": unwanted, "log": None}
        await connection.execute(
            update(job_pictures)
            .where(there)
            .values(**failed, result_path=None, checkpoint=None, finished=func.coalesce(job_pictures.c.finished, now))
        )


async def _by_language(connection: AsyncConnection, ids: list[str]) -> dict[str, list[str]]:
    """Jobs by the language in which they are told of."""
    found = await connection.execute(select(jobs.c.id, jobs.c.manner).where(jobs.c.id.in_(ids)))
    by_language: dict[str, list[str]] = {}
    for id_, manner in found:
        by_language.setdefault(Manner.read(manner).language, []).append(id_)
    return by_language


async def _settle(connection: AsyncConnection, job: str, now: float) -> None:
    """A job of which all that was made is gone has failed, and its member is told why."""
    await rows.settle(connection, job, now)
    made = select(job_pictures.c.job).where(job_pictures.c.job == job, job_pictures.c.state == PictureState.MADE.value)
    await connection.execute(
        update(jobs)
        .where(jobs.c.id == job, jobs.c.state == "made", jobs.c.delivered.is_(None), jobs.c.id.not_in(made))
        .values(state="failed")
    )


async def _blocks(connection: AsyncConnection, person: int, alias: int, before: float) -> None:
    """They hold on. A reason may have named somebody."""
    old = blocks.c.created <= before
    await connection.execute(update(blocks).where(blocks.c.person == person, old).values(person=alias))
    await connection.execute(update(blocks).where(blocks.c.by == person, old).values(by=None))
    for table in (blocks, pauses):
        unnamed = func.replace(table.c.reason, str(person), "…")
        await connection.execute(update(table).where(table.c.reason.contains(str(person))).values(reason=unnamed))


def _parts(ids: Collection[str] | Iterable[str]) -> list[list[str]]:
    ids = list(ids)
    return [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
