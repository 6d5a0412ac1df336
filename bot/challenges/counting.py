"""The results of a challenge, and the order in which a gallery is leafed through. Pure.

The rule, stated beforehand: most votes first; equal votes share the place, and the places after it are left out
(1, 1, 3). An entry without votes has no place. Nobody votes: nobody wins. A single entry wins, votes or not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence

from bot.challenges.model import Entry, EntryState, Outcome, Result, Standing, Vote


def tally(entries: Iterable[Entry], votes: Iterable[Vote], gone: Collection[int] = ()) -> Result:
    """gone: members who have left, are blocked or were removed. Neither their entries nor their votes count."""
    taking_part = [one for one in entries if one.state is EntryState.APPROVED and one.member not in gone]
    maker = {one.id: one.member for one in taking_part}
    counted = {
        (vote.entry, vote.voter)
        for vote in votes
        if vote.entry in maker and vote.voter not in gone and maker[vote.entry] != vote.voter
    }
    received = dict.fromkeys(maker, 0)
    for entry, _ in counted:
        received[entry] += 1
    order = sorted(taking_part, key=lambda one: (-received[one.id], one.submitted, one.id))
    standings = tuple(
        Standing(entry=one.id, votes=received[one.id], place=_place(received[one.id], received.values()))
        for one in order
    )
    voters = len({voter for _, voter in counted})
    if not standings:
        return Result(outcome=Outcome.NO_ENTRIES)
    if counted:
        return Result(outcome=Outcome.WON, standings=standings, voters=voters)
    if len(standings) == 1:
        only = Standing(entry=standings[0].entry, votes=0, place=1)
        return Result(outcome=Outcome.ONLY_ONE, standings=(only,))
    return Result(outcome=Outcome.NO_VOTES, standings=standings)


def shuffled(entries: Sequence[Entry], voter: int) -> list[Entry]:
    """Another order for each voter, so that nobody's dream is always first; the same one each time they look."""
    return sorted(entries, key=lambda one: hashlib.sha256(f"{voter}:{one.id}".encode()).digest())


def _place(votes: int, every: Iterable[int]) -> int | None:
    return None if votes == 0 else 1 + sum(other > votes for other in every)
