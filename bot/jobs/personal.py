"""Everything that is kept about one member, as a document that they can read: each part says what it is for."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.languages import mark, tr
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
)

ABOUT = mark(
    "Everything that Dreambot keeps about you. Ids are Discord's own numbers; times are UTC. "
    "/forgetme deletes all of it, save what moderation needs, which then carries no id any more."
)

#: What each part is for. In the order shown.
PURPOSE: Mapping[str, str] = {
    "dreams": mark(
        "What you have asked for: so that it is answered whatever happens, so that the buttons under it work, "
        "and so that limits can be counted. The token, which leads back to your command, is not shown; it opens "
        "nothing after 15 minutes."
    ),
    "pictures": mark(
        "The pictures you have posted that are still kept, by the number that their content gives: so that "
        "the buttons can dream them again. They are deleted some days after their dream was delivered. Dreams "
        "that you have entered in a challenge are among them."
    ),
    "pictures of yours that others had dreamt": mark("So that you are named under them, and may delete them."),
    "wishes": mark("Whether others may have your pictures and your avatar dreamt: /optout."),
    "blocks": mark("That moderators keep you from dreaming: until they end."),
    "broken pictures": mark(
        "Pictures of yours that could not be read at all: three within an hour are followed by a break."
    ),
    "challenges": mark(
        "Dreams you have entered in a server's challenges, with their votes and places once these are "
        "counted: so that they can be voted for and shown. A copy of the picture is kept until 30 days after "
        "the results."
    ),
    "votes": mark(
        "What you have voted for in challenges: so that it counts once. Kept until 30 days after the results."
    ),
    "what you did as a moderator": mark(
        "Settings you have changed, blocks and pauses you have made, dreams you have "
        "cancelled, challenges you have made and decided on: so that other moderators see who did what."
    ),
    "under an alias": mark(
        "What is left from before you were forgotten: blocks, how much you had asked for within the "
        "last 24 hours, votes and disqualifications in challenges that are not over. It carries a number that is made "
        "of your id with a secret key."
    ),
}

_TIMES = {
    "created",
    "finished",
    "delivered",
    "token_expires",
    "at",
    "since",
    "until",
    "opted_out",
    "started",
    "begun",
    "submitted",
}
_LEFT_OUT = {"number", "token", "kept"}


@dataclass(frozen=True, kw_only=True)
class Personal:
    """What was found."""

    person: int
    parts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    sources: frozenset[str] = frozenset()

    def document(self, sizes: Mapping[str, int], *, now: float) -> dict[str, Any]:
        """In the reader's language. sizes: in bytes, of those of the sources that are kept."""
        pictures = [{"content": source, "bytes": size} for source, size in sorted(sizes.items())]
        parts = {**self.parts, "pictures": pictures}
        return {
            "about": tr(ABOUT),
            "you": str(self.person),
            "written": _time(now),
            **{name: {"for": tr(purpose), "kept": parts.get(name, [])} for name, purpose in PURPOSE.items()},
        }


async def data(connection: AsyncConnection, person: int, alias: int | None) -> Personal:
    """alias: under which something may be left from before they were forgotten."""
    own = await _rows(connection, jobs, jobs.c.requester == person)
    pictures = await _pictures(connection, jobs.c.requester == person)
    elsewhere = await _pictures(connection, (jobs.c.requester != person) & (job_pictures.c.author == person))
    beside = await _pictures(connection, jobs.c.requester == person, job_companions)
    theirs = (jobs.c.requester != person) & (job_companions.c.author == person)
    elsewhere += await _pictures(connection, theirs, job_companions)
    for job in own:
        job["pictures"] = [one for one in pictures if one["job"] == job["id"]]
        if companions := [one for one in beside if one["job"] == job["id"]]:
            job["companions"] = companions
    hidden_now = await _hidden_challenges(connection)
    secret = {str(job["id"]) for job in own if (job.get("manner") or {}).get("secret") in hidden_now}
    for one in (*own, *pictures):
        _without_recipe(one, str(one.get("job", one.get("id"))) in secret)
    posted = [one for one in (*pictures, *beside, *elsewhere) if str(one["author"]) == str(person)]
    sources = [one["source"] for one in posted if "source" in one]
    entered = await _rows(connection, challenge_entries, challenge_entries.c.member == person)
    for one in entered:
        _without_recipe(one, str(one.get("job")) in secret)
    sources += [one["picture"] for one in entered if "picture" in one]
    hidden = () if alias is None else (alias,)
    parts = {
        "dreams": own,
        "pictures of yours that others had dreamt": elsewhere,
        "wishes": await _rows(connection, people, people.c.id == person),
        "blocks": await _rows(connection, blocks, blocks.c.person == person),
        "broken pictures": await _rows(connection, decoder_deaths, decoder_deaths.c.person == person),
        "challenges": entered,
        "votes": await _rows(connection, challenge_votes, challenge_votes.c.voter == person),
        "what you did as a moderator": [
            *await _rows(connection, setting_changes, setting_changes.c.by == person),
            *await _rows(connection, blocks, blocks.c.by == person),
            *await _rows(connection, pauses, pauses.c.by == person),
            *await _rows(connection, challenges, challenges.c.creator == person),
            *await _rows(connection, challenge_changes, challenge_changes.c.by == person),
            *[
                {"decided on entry": entry["id"], "challenge": entry["challenge"], "state": entry["state"]}
                for entry in await _rows(connection, challenge_entries, challenge_entries.c.decided_by == person)
            ],
            *[
                {"cancelled": job["id"], "created": job["created"]}
                for job in await _rows(connection, jobs, (jobs.c.cancelled_by == person) & (jobs.c.requester != person))
            ],
        ],
        "under an alias": [
            *await _rows(connection, blocks, blocks.c.person.in_(hidden)),
            *await _rows(connection, decoder_deaths, decoder_deaths.c.person.in_(hidden)),
            *await _rows(connection, challenge_votes, challenge_votes.c.voter.in_(hidden)),
            *await _rows(connection, challenge_entries, challenge_entries.c.member.in_(hidden)),
            *[
                {"asked for": job["created"], "server": job.get("guild"), "channel": job["channel"]}
                for job in await _rows(connection, jobs, jobs.c.requester.in_(hidden))
            ],
        ],
    }
    return Personal(person=person, parts=parts, sources=frozenset(sources))


async def _hidden_challenges(connection: AsyncConnection) -> set[int]:
    """Those whose results are not there yet: what was dreamt for them stays a secret, also to who asked for it.

    A cancelled one may be reopened, until it is cleared.
    """
    query = select(challenges.c.id).where(challenges.c.state != "finished", challenges.c.cleared.is_(False))
    return set((await connection.execute(query)).scalars())


def _without_recipe(row: dict[str, Any], secret: bool) -> None:
    if secret:
        for name in ("recipe", "network", "result_recipe", "result_network", "result_notes", "error"):
            row.pop(name, None)


async def _rows(connection: AsyncConnection, table: Table, which: ColumnElement[bool]) -> list[dict[str, Any]]:
    found = await connection.execute(select(table).where(which))
    return [_readable(row) for row in found.mappings()]


async def _pictures(
    connection: AsyncConnection, which: ColumnElement[bool], table: Table = job_pictures
) -> list[dict[str, Any]]:
    query = select(table).join(jobs, jobs.c.id == table.c.job).where(which)
    return [_readable(row) for row in (await connection.execute(query)).mappings()]


def _readable(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Without what is empty. Ids as text: as numbers, many programs would round them."""
    return {
        str(name): _value(str(name), value)
        for name, value in row.items()
        if value is not None and str(name) not in _LEFT_OUT
    }


def _value(name: str, value: Any) -> Any:
    if name in _TIMES and isinstance(value, int | float) and not isinstance(value, bool):
        return _time(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 1 << 40 else value


def _time(unix: float) -> str:
    try:
        return datetime.datetime.fromtimestamp(unix, datetime.UTC).isoformat(timespec="seconds")
    except (OverflowError, ValueError, OSError):
        return str(unix)
