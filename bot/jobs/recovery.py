"""What a start finds of the life before it. Functions on a connection that is handed in, inside its transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs import rows
from bot.jobs.fairness import HALF_LIFE, Served
from bot.jobs.manner import Manner
from bot.jobs.model import JobState, PictureState
from bot.jobs.rows import OPEN, Kept
from bot.languages import mark, speaking, tr
from bot.store.tables import job_pictures, jobs

RESTARTS = 20  #: times that the bot may go down while it dreams one picture, before it is suspected of being the cause

RESTARTED = mark("The bot went down again and again while it dreamt this picture, so it is not tried any more.")


async def take_up(connection: AsyncConnection, now: float) -> list[Kept]:
    """After a start: what a previous life was dreaming waits again. Returns all open jobs, oldest first."""
    running = (
        select(job_pictures, jobs.c.manner)
        .join(jobs, jobs.c.id == job_pictures.c.job)
        .where(jobs.c.state.in_(OPEN), job_pictures.c.state == PictureState.RUNNING.value)
    )
    for row in (await connection.execute(running)).mappings().all():
        restarts = row["restarts"] + (row["started"] is not None)
        values: dict[str, Any] = {"state": PictureState.WAITING.value, "started": None, "restarts": restarts}
        if restarts > RESTARTS:
            with speaking(Manner.read(row["manner"]).language):
                values |= {"state": PictureState.FAILED.value, "error": tr(RESTARTED), "finished": now}
        await rows.change_picture(
            connection,
            row["job"],
            row["ordinal"],
            only=PictureState.RUNNING,
            attempt=row["attempt"],
            values=values,
        )
    stopped = await connection.execute(select(jobs.c.id).where(jobs.c.state == JobState.RUNNING.value))
    for job in stopped.scalars().all():
        await rows.settle(connection, job, now)
    return await rows.load_where(connection, select(jobs).where(jobs.c.state.in_(OPEN)).order_by(jobs.c.number))


async def recall_served(connection: AsyncConnection, served: Served, now: float) -> None:
    """What each member was given lately, from the table."""
    at = func.coalesce(job_pictures.c.finished, job_pictures.c.begun)  # long work between two parts has no end yet
    seconds = func.coalesce(job_pictures.c.result_seconds, job_pictures.c.served)
    lately = await connection.execute(
        select(jobs.c.requester, job_pictures.c.begun, at, seconds)
        .join(jobs, jobs.c.id == job_pictures.c.job)
        .where(job_pictures.c.begun.is_not(None))
        .where(or_(job_pictures.c.finished > now - 6 * HALF_LIFE, _between_parts()))
        .order_by(at)
    )
    for requester, begun, ended, worked in lately:
        served.begin(requester, min(begun, now))
        served.add(requester, worked, min(ended, now))


def _between_parts() -> ColumnElement[bool]:
    return and_(jobs.c.state.in_(OPEN), job_pictures.c.finished.is_(None), job_pictures.c.served > 0)
