"""An event, in the table: the machine's step, its effects and its line in the history, in the caller's transaction."""

from __future__ import annotations

import dataclasses

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.challenges import rows, schedule, states
from bot.challenges.audit import What, what
from bot.challenges.events import Clock, Edit, EffectKind, Event
from bot.challenges.model import Challenge, State


async def move(
    connection: AsyncConnection, challenge: Challenge, event: Event, *, by: int | None, now: float
) -> Challenge:
    """What the event makes of the challenge, written. Raises what `states.step` raises; then nothing is written."""
    done = states.step(challenge, event, now=now, facts=await rows.facts(connection, challenge.id))
    if done.challenge == challenge:
        return challenge
    await rows.save(connection, done.challenge)
    await rows.put_out(connection, challenge.id, done.effects, now)
    detail = None
    if isinstance(event, Edit):
        detail = ", ".join(sorted(event.changes))
    elif done.challenge.state is not challenge.state:
        detail = done.challenge.state.value
    await rows.note(connection, challenge.id, what(event).value, by=by, now=now, detail=detail)
    if any(effect.kind is EffectKind.NEXT for effect in done.effects):
        await _repeat(connection, done.challenge, now)
    return done.challenge


async def current(connection: AsyncConnection, id: int, guild: int | None, now: float) -> Challenge:
    """The challenge as it is now: what is due has happened, and is written. Raises NoChallenge."""
    found = await rows.challenge(connection, id, guild)
    if found.next_at is None or found.next_at > now:
        return found
    return await move(connection, found, Clock(), by=None, now=now)


async def _repeat(connection: AsyncConnection, challenge: Challenge, now: float) -> None:
    following = dataclasses.replace(
        Challenge(
            id=0,
            guild=challenge.guild,
            creator=challenge.creator,
            state=State.SCHEDULED,
            plan=schedule.following(challenge, now=now),
            created=now,
        ),
        series=challenge.series or challenge.id,
    )
    id_ = await rows.add(connection, following)
    await rows.note(connection, id_, What.REPEATED.value, by=None, now=now, detail=str(challenge.id))
