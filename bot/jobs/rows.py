"""Jobs as rows, and back. Every function runs on a connection that is handed in, inside its transaction."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.executor.protocol import Belief, Beliefs
from bot.jobs.estimates import Measured
from bot.jobs.manner import Manner
from bot.jobs.model import Companion, Door, Job, JobPicture, JobState, PictureState, Place, Request, Result
from bot.kinds import Kind, Role
from bot.store.tables import job_companions, job_pictures, jobs, measured

logger = logging.getLogger(__name__)

OPEN_STATES = (JobState.WAITING, JobState.RUNNING)
OPEN = tuple(state.value for state in OPEN_STATES)
ENDED_UNTOLD = (JobState.MADE.value, JobState.FAILED.value, JobState.CANCELLED.value)
_NEW_PICTURE = {**dict.fromkeys(job_pictures.c.keys()), "share": 0.0, "served": 0.0}
CHUNK = 500  #: ids in one query


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A job with its place in the order of acceptance."""

    number: int
    job: Job


async def load(connection: AsyncConnection, id: str) -> Kept | None:
    found = await load_where(connection, select(jobs).where(jobs.c.id == id))
    return found[0] if found else None


async def load_where(connection: AsyncConnection, query: Select[Any]) -> list[Kept]:
    """The jobs that `query` (over the whole table `jobs`) finds, in its order."""
    found = (await connection.execute(query)).mappings().all()
    ids = [row["id"] for row in found]
    pictures = await _by_job(connection, select(job_pictures).order_by(job_pictures.c.ordinal), job_pictures.c.job, ids)
    beside = await _by_job(
        connection, select(job_companions).order_by(job_companions.c.role), job_companions.c.job, ids
    )
    return [kept for row in found if (kept := _kept(row, pictures[row["id"]], beside[row["id"]])) is not None]


async def _by_job(
    connection: AsyncConnection, query: Select[Any], job: ColumnElement[str], ids: Sequence[str]
) -> dict[str, list[Any]]:
    """The rows of these jobs, in the query's order."""
    found: dict[str, list[Any]] = {id_: [] for id_ in ids}
    for start in range(0, len(ids), CHUNK):
        for row in (await connection.execute(query.where(job.in_(ids[start : start + CHUNK])))).mappings():
            found[row["job"]].append(row)
    return found


async def add(
    connection: AsyncConnection,
    request: Request,
    *,
    id: str,
    sources: Sequence[str | None],
    beside: Mapping[Role, str],
    recipe: str,
    now: float,
) -> Kept:
    """A new job. sources: its pictures' hashes, in their order; beside: its companions'."""
    place = request.place
    job = {
        "id": id,
        "kind": request.kind.value,
        "state": JobState.WAITING.value,
        "requester": request.requester,
        "door": request.door.value,
        "guild": place.guild,
        "channel": place.channel,
        "under": place.under,
        "message": place.message,
        "token": place.token,
        "token_expires": place.token_expires,
        "reachable": place.reachable,
        "ephemeral": place.ephemeral,
        "byte_limit": place.byte_limit,
        "recipe": recipe,
        "cause": request.cause,
        "parent": request.parent,
        "manner": request.manner.stored(),
        "created": now,
        "kept": True,
    }
    pictures = [
        {
            "job": id,
            "ordinal": ordinal,
            "state": PictureState.WAITING.value,
            "source": source,
            "filename": picture.filename,
            "author": picture.author,
            "attachment": picture.attachment,
            "spoiler": picture.spoiler,
            "alt": picture.alt,
            "attempt": 0,
            "losses": 0,
            "returns": 0,
            "restarts": 0,
        }
        for ordinal, (picture, source) in enumerate(zip(request.pictures, sources, strict=True))
    ]
    companions = [
        {
            "job": id,
            "role": role.value,
            "source": beside[role],
            "filename": picture.filename,
            "author": picture.author,
            "attachment": picture.attachment,
            "spoiler": picture.spoiler,
        }
        for role, picture in sorted(request.companions.items(), key=lambda item: item[0].value)
    ]
    inserted = await connection.execute(insert(jobs).values(**job))
    await connection.execute(insert(job_pictures), pictures)
    if companions:
        await connection.execute(insert(job_companions), companions)
    number = inserted.inserted_primary_key
    assert number is not None, "the database counts them"
    nothing = dict.fromkeys(jobs.c.keys())
    written = [{**_NEW_PICTURE, **picture} for picture in pictures]
    kept = _kept({**nothing, **job, "number": number[0]}, written, companions)
    assert kept is not None, "what is written can be read"
    return kept


async def change_job(connection: AsyncConnection, id: str, *, only: Iterable[JobState], **values: Any) -> bool:
    """Change a job that is in one of these states; returns whether it is."""
    states = [state.value for state in only]
    changed = await connection.execute(update(jobs).where(jobs.c.id == id, jobs.c.state.in_(states)).values(**values))
    return changed.rowcount == 1


async def change_picture(
    connection: AsyncConnection, job: str, ordinal: int, *, only: PictureState, attempt: int, values: Mapping[str, Any]
) -> bool:
    """Change a picture that is in this state, at this attempt; returns whether it is: the fence."""
    changed = await connection.execute(
        update(job_pictures)
        .where(
            job_pictures.c.job == job,
            job_pictures.c.ordinal == ordinal,
            job_pictures.c.state == only.value,
            job_pictures.c.attempt == attempt,
        )
        .values(**values)
    )
    return changed.rowcount == 1


async def settle(connection: AsyncConnection, job: str, now: float) -> None:
    """An open job's state follows from its pictures."""
    found = await connection.execute(select(job_pictures.c.state).where(job_pictures.c.job == job))
    states = {PictureState(state) for state in found.scalars()}
    values: dict[str, Any]
    if PictureState.RUNNING in states:
        values = {"state": JobState.RUNNING.value}
    elif PictureState.WAITING in states:
        values = {"state": JobState.WAITING.value}
    else:
        state = JobState.MADE if PictureState.MADE in states else JobState.FAILED
        values = {"state": state.value, "finished": now}
    await change_job(connection, job, only=OPEN_STATES, **values)


async def picture_row(connection: AsyncConnection, job: str, ordinal: int) -> Mapping[str, Any] | None:
    """All columns of a picture; None where its member was forgotten meanwhile."""
    rows = await connection.execute(
        select(job_pictures).where(job_pictures.c.job == job, job_pictures.c.ordinal == ordinal)
    )
    row = rows.mappings().one_or_none()
    return None if row is None else dict(row)


async def store_measured(connection: AsyncConnection, figures: Mapping[str, Measured]) -> None:
    if figures:
        await connection.execute(delete(measured).where(measured.c.name.in_(list(figures))))
        await connection.execute(
            insert(measured),
            [{"name": name, "seconds": it.seconds, "count": it.count} for name, it in figures.items()],
        )


async def load_measured(connection: AsyncConnection) -> dict[str, Measured]:
    rows = await connection.execute(select(measured))
    return {row["name"]: Measured(row["seconds"], row["count"]) for row in rows.mappings()}


def _kept(row: Any, pictures: list[Any], companions: list[Any]) -> Kept | None:
    """None for rows that cannot be read, by a newer version's for instance: they must not hold up the others."""
    try:
        return Kept(
            number=row["number"], job=_job(row, tuple(map(_picture, pictures)), tuple(map(_beside, companions)))
        )
    except (ValueError, TypeError):
        logger.exception("this job's rows cannot be read", extra={"job": row["id"]})
        return None


def _job(row: Any, pictures: tuple[JobPicture, ...], companions: tuple[Companion, ...]) -> Job:
    return Job(
        id=row["id"],
        kind=Kind(row["kind"]),
        state=JobState(row["state"]),
        requester=row["requester"],
        door=Door(row["door"]),
        place=Place(
            guild=row["guild"],
            channel=row["channel"],
            under=row["under"],
            message=row["message"],
            token=row["token"],
            token_expires=row["token_expires"],
            reachable=row["reachable"],
            ephemeral=row["ephemeral"],
            byte_limit=row["byte_limit"],
        ),
        recipe=row["recipe"],
        pictures=pictures,
        companions=companions,
        cause=row["cause"],
        parent=row["parent"],
        created=row["created"],
        finished=row["finished"],
        delivered=row["delivered"],
        waiting_message=row["waiting_message"],
        result_message=row["result_message"],
        cancelled_by=row["cancelled_by"],
        manner=Manner.read(row["manner"]),
        thread=row["thread"],
    )


def _picture(row: Any) -> JobPicture:
    return JobPicture(
        ordinal=row["ordinal"],
        state=PictureState(row["state"]),
        source=row["source"],
        filename=row["filename"],
        author=row["author"],
        attachment=row["attachment"],
        spoiler=row["spoiler"],
        alt=row["alt"],
        attempt=row["attempt"],
        result=_result(row),
        error=row["error"],
        checkpoint=row["checkpoint"],
        share=row["share"],
        served=row["served"],
    )


def _beside(row: Any) -> Companion:
    return Companion(
        role=Role(row["role"]),
        source=row["source"],
        filename=row["filename"],
        author=row["author"],
        attachment=row["attachment"],
        spoiler=row["spoiler"],
    )


def _result(row: Any) -> Result | None:
    if row["result_path"] is None:
        return None
    return Result(
        path=row["result_path"],
        format=row["result_format"],
        note=row["result_note"],
        width=row["result_width"],
        height=row["result_height"],
        recipe=row["result_recipe"],
        network=row["result_network"],
        seconds=row["result_seconds"],
        notes=tuple(row["result_notes"]),
        frames=row["result_frames"] or 1,
        lasts=row["result_lasts"],
        beliefs=beliefs_read(row["result_beliefs"]),
    )


def beliefs_stored(beliefs: Beliefs | None) -> dict[str, list[list[Any]]] | None:
    """As the picture's row has them."""
    if beliefs is None:
        return None
    return {side: [[one.name, one.share] for one in getattr(beliefs, side)] for side in ("before", "after")}


def beliefs_read(stored: Mapping[str, Any] | None) -> Beliefs | None:
    """What `beliefs_stored` has written."""
    if stored is None:
        return None
    return Beliefs(
        **{side: tuple(Belief(name=name, share=share) for name, share in stored[side]) for side in ("before", "after")}
    )
