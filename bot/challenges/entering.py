"""Entries: submitted, replaced and withdrawn by members, reviewed by moderators."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.challenges import rows
from bot.challenges.eligible import eligible
from bot.challenges.errors import NoEntry, NotTaken
from bot.challenges.guards import admit, drop_votes, names_of
from bot.challenges.model import MOST_ENTRIES, Challenge, Entry, EntryState, State
from bot.challenges.moving import current
from bot.challenges.reviewing import Reviewing
from bot.challenges.states import not_now, waits
from bot.challenges.stripping import without_texts
from bot.challenges.views import Submission, Submitted
from bot.jobs import rows as job_rows
from bot.jobs.accepting import NO_ROOM
from bot.jobs.aliases import Aliases
from bot.jobs.keeping import Keeping
from bot.jobs.model import JobPicture, Result
from bot.jobs.shelf import Shelf, content_hash
from bot.languages import tr
from bot.store.database import Database
from bot.store.tables import challenge_entries

logger = logging.getLogger(__name__)

TAKING_PART = (EntryState.PENDING, EntryState.APPROVED)


class Entries(Reviewing):
    """What members have entered."""

    def __init__(
        self,
        *,
        database: Database,
        shelf: Shelf,
        keeping: Keeping,
        aliases: Aliases,
        clock: Callable[[], float],
        changed: Callable[[], None],
    ) -> None:
        super().__init__(database=database, keeping=keeping, clock=clock)
        self._shelf = shelf
        self._aliases = aliases
        self._changed = changed

    async def check(self, submission: Submission) -> None:
        """Raise what `submit` would raise, before anything is downloaded."""
        now = self._clock()
        async with self._database.reading() as connection:
            challenge = await rows.challenge(connection, submission.challenge, submission.guild)
            await self._admitted(connection, challenge, submission, now)

    async def submit(self, submission: Submission) -> Submitted:
        """Enter a dream, or put it in the place of another. Raises ChallengeRefusal, Refusal when the disk is full."""
        data = await self._picture(submission)
        picture = await asyncio.to_thread(content_hash, data)
        dropped: set[str] = {picture}
        now = self._clock()

        async def change(connection: AsyncConnection) -> Submitted:
            challenge = await current(connection, submission.challenge, submission.guild, now)
            made, result = await self._admitted(connection, challenge, submission, now)
            if (same := await _same(connection, submission)) is not None:
                left = await self._left(connection, challenge, submission.member)
                return Submitted(entry=same, challenge=challenge, fresh=False, left=left)
            if submission.replaces is not None:
                dropped.update(await _replace(connection, challenge, submission))
            await _room(connection, challenge, submission.member)
            id_ = await _add(connection, challenge, submission, picture, made, result, now)
            return Submitted(
                entry=await rows.entry(connection, id_),
                challenge=challenge,
                replaced=submission.replaces,
                left=await self._left(connection, challenge, submission.member),
            )

        try:
            async with self._keeping.expecting({picture}):
                await asyncio.to_thread(self._shelf.keep_sources, {picture: data})
                submitted = await self._database.write(change, then=lambda _: self._changed())
        except OSError as error:
            logger.error("an entry could not be kept: %s", error)
            raise NotTaken(tr(NO_ROOM), log=f"an entry could not be kept: {error}") from error
        finally:
            await self._keeping.drop_unneeded(dropped)
        return submitted

    async def withdraw(self, id: int, *, guild: int, member: int) -> Entry:
        """Take one's own entry back, while submissions are open. Twice is once. Raises NoEntry, NotNow."""
        now = self._clock()
        dropped: set[str] = set()

        async def change(connection: AsyncConnection) -> Entry:
            entry = await rows.entry(connection, id)
            challenge = await current(connection, entry.challenge, guild, now)
            if entry.member != member:
                raise NoEntry(tr("That is somebody else's entry."))
            if entry.state is EntryState.WITHDRAWN:
                return entry
            if challenge.state is not State.SUBMITTING:
                raise not_now(challenge)
            if not entry.state.takes_part:
                raise NotTaken(tr("A moderator has taken this entry out already."))
            dropped.update(await _withdraw(connection, entry))
            return await rows.entry(connection, id)

        withdrawn = await self._database.write(change)
        await self._keeping.drop_unneeded(dropped)
        return withdrawn

    async def of_member(self, challenge: int, *, guild: int, member: int) -> list[Entry]:
        """All of one member's entries, withdrawn and rejected ones too."""
        async with self._database.reading() as connection:
            await rows.challenge(connection, challenge, guild)
            return await rows.entries_of(connection, challenge, member=member)

    async def _picture(self, submission: Submission) -> bytes:
        """The dream's file: as it was delivered, or from the disk while nobody has got it yet.

        Where recipes are hidden, without the one inside.
        """
        now = self._clock()
        async with self._database.reading() as connection:
            challenge = await rows.challenge(connection, submission.challenge, submission.guild)
            _, result = await self._admitted(connection, challenge, submission, now)
        try:
            data = submission.data
            if data is None:
                data = await asyncio.to_thread(self._shelf.result, result.path)
            return await asyncio.to_thread(without_texts, data) if challenge.hidden else data
        except FileNotFoundError as error:
            raise NotTaken(
                tr("I no longer have that dream's file: enter it with the button under the dream.")
            ) from error

    async def _admitted(
        self, connection: AsyncConnection, challenge: Challenge, submission: Submission, now: float
    ) -> tuple[JobPicture, Result]:
        if challenge.state is State.SUBMITTING and now >= challenge.submissions_end:
            raise not_now(dataclasses.replace(challenge, state=State.VOTING))  # nobody has closed it yet
        if challenge.state is not State.SUBMITTING:
            raise not_now(challenge)
        await admit(connection, challenge, names_of(submission.member, self._aliases), submission.roles, now)
        kept = await job_rows.load(connection, submission.job)
        return eligible(challenge, kept.job if kept else None, submission.ordinal, member=submission.member)

    async def _left(self, connection: AsyncConnection, challenge: Challenge, member: int) -> int:
        taken = await rows.entries_of(connection, challenge.id, states=TAKING_PART, member=member)
        return max(0, challenge.plan.entries_each - len(taken))


async def _same(connection: AsyncConnection, submission: Submission) -> Entry | None:
    """The same dream in the same challenge. One that was withdrawn makes room for itself."""
    query = select(challenge_entries).where(
        challenge_entries.c.challenge == submission.challenge,
        challenge_entries.c.job == submission.job,
        challenge_entries.c.ordinal == submission.ordinal,
    )
    for entry in await rows.entries_where(connection, query):
        if entry.state.takes_part:
            return entry
        if entry.state is not EntryState.WITHDRAWN:
            reason = entry.reason or "…"
            raise NotTaken(tr("A moderator has rejected this dream: {reason}", reason=reason))
        await connection.execute(delete(challenge_entries).where(challenge_entries.c.id == entry.id))
    return None


async def _replace(connection: AsyncConnection, challenge: Challenge, submission: Submission) -> Collection[str]:
    assert submission.replaces is not None
    older = await rows.entry(connection, submission.replaces)
    if (older.challenge, older.member) != (challenge.id, submission.member) or not older.state.takes_part:
        raise NoEntry(tr("The entry that you want to replace is not there any more."))
    return await _withdraw(connection, older)


async def _withdraw(connection: AsyncConnection, entry: Entry) -> Collection[str]:
    """Its picture goes, and votes from before a reopening."""
    await drop_votes(connection, [entry.id])
    await rows.change_entry(connection, entry.id, state=EntryState.WITHDRAWN.value, picture=None)
    return [] if entry.copy.picture is None else [entry.copy.picture]


async def _room(connection: AsyncConnection, challenge: Challenge, member: int) -> None:
    own = await rows.entries_of(connection, challenge.id, states=TAKING_PART, member=member)
    if len(own) >= challenge.plan.entries_each:
        raise NotTaken(
            tr("You have an entry in this challenge already: replace it, or withdraw it first.")
            if challenge.plan.entries_each == 1
            else tr(
                "You have {count} entries in this challenge already, which is all that each member may have: "
                "replace one, or withdraw it first.",
                count=len(own),
            )
        )
    states = [state.value for state in TAKING_PART]
    query = select(func.count()).where(
        challenge_entries.c.challenge == challenge.id, challenge_entries.c.state.in_(states)
    )
    if ((await connection.execute(query)).scalar() or 0) >= MOST_ENTRIES:
        raise NotTaken(tr("This challenge is full: it has {most} entries.", most=MOST_ENTRIES))


async def _add(
    connection: AsyncConnection,
    challenge: Challenge,
    submission: Submission,
    picture: str,
    made: JobPicture,
    result: Result,
    now: float,
) -> int:
    values: dict[str, Any] = {
        "challenge": challenge.id,
        "member": submission.member,
        "job": submission.job,
        "ordinal": submission.ordinal,
        "picture": picture,
        "format": result.format,
        "width": result.width,
        "height": result.height,
        "spoiler": made.spoiler,
        "recipe": result.recipe,
        "network": result.network,
        "state": (EntryState.PENDING if challenge.plan.review else EntryState.APPROVED).value,
        "submitted": now,
    }
    inserted = await connection.execute(insert(challenge_entries).values(**values))
    key = inserted.inserted_primary_key
    assert key is not None, "the database counts them"
    if challenge.plan.review:
        await rows.put_out(connection, challenge.id, [waits(int(key[0]))], now)
    return int(key[0])
