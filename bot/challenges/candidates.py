"""Which of a member's dreams could be entered: what is offered to them while a challenge takes entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from bot.challenges import rows
from bot.challenges.eligible import eligible
from bot.challenges.errors import ChallengeRefusal
from bot.challenges.model import Challenge
from bot.jobs import rows as job_rows
from bot.jobs.manner import Manner
from bot.jobs.model import Job, JobPicture, JobState, Result
from bot.kinds import Kind
from bot.store.database import Database
from bot.store.tables import challenge_entries, jobs

LATEST = 100  #: dreams of a member that are looked through


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One made picture, that counts in a challenge and is not among its entries."""

    challenge: Challenge
    job: Job
    picture: JobPicture
    result: Result


class Candidates:
    """Reads only."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def of(self, challenges: Sequence[Challenge], *, member: int, limit: int = 25) -> list[Candidate]:
        """The latest dreams first. `challenges`: of one server, that take entries."""
        since = min((one.opened for one in challenges if one.opened is not None), default=None)
        if since is None:
            return []
        made = [JobState.MADE.value, JobState.DELIVERED.value]
        query = (
            select(jobs)
            .where(jobs.c.requester == member, jobs.c.guild == challenges[0].guild, jobs.c.created >= since)
            .where(jobs.c.state.in_(made), jobs.c.kind == Kind.DREAM.value)
            .order_by(jobs.c.number.desc())
            .limit(LATEST)
        )
        async with self._database.reading() as connection:
            found = [kept.job for kept in await job_rows.load_where(connection, query)]
            entered = {
                (one.challenge, one.job, one.ordinal)
                for challenge in challenges
                for one in await rows.entries_of(connection, challenge.id, member=member)
                if one.state.takes_part
            }
        offered = [one for job in found for challenge in challenges for one in fitting(challenge, job, member=member)]
        return [one for one in offered if (one.challenge.id, one.job.id, one.picture.ordinal) not in entered][:limit]

    async def any_restricted(self, challenge: int) -> bool:
        """Whether one of the entries was dreamt in an age-restricted channel."""
        query = (
            select(jobs.c.manner)
            .join(challenge_entries, challenge_entries.c.job == jobs.c.id)
            .where(challenge_entries.c.challenge == challenge, jobs.c.manner.is_not(None))
        )
        async with self._database.reading() as connection:
            found = (await connection.execute(query)).scalars()
            return any(Manner.read(manner).age_restricted for manner in found)


def fitting(challenge: Challenge, job: Job, *, member: int) -> list[Candidate]:
    """The pictures of a dream that count in a challenge."""
    candidates = []
    for picture in job.pictures:
        try:
            made, result = eligible(challenge, job, picture.ordinal, member=member)
        except ChallengeRefusal:
            continue
        candidates.append(Candidate(challenge=challenge, job=job, picture=made, result=result))
    return candidates
