"""Whatever members and moderators do while the clock jumps: no entry is lost, no vote counts twice."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.challenges.errors import ChallengeRefusal
from bot.challenges.events import Cancel, Close, EffectKind, Event, Extend, Reopen
from bot.challenges.model import Challenge, EntryState, State, When
from bot.jobs.model import Job
from bot.store.tables import challenge_entries, challenge_votes
from tests.bot.challenges.arena import ANNA, BEN, CARL, DAY, DORA, GUILD, HOUR, MODERATOR, PLAN, Arena, arena
from tests.bot.jobs.fakes import NOON, Clock

MEMBERS = (ANNA, BEN, CARL)
LATER = 1000 * DAY  #: when all dreams are made, so that they are younger than every challenge

members, voters = st.sampled_from(MEMBERS), st.sampled_from((*MEMBERS, DORA))
numbers = st.integers(0, 3)
actions = st.one_of(
    st.tuples(st.just("enter"), members, numbers),
    st.tuples(st.just("enter"), members, numbers),
    st.tuples(st.just("replace"), members, numbers),
    st.tuples(st.just("withdraw"), members, numbers),
    st.tuples(st.just("approve"), members, numbers),
    st.tuples(st.just("reject"), members, numbers),
    st.tuples(st.just("disqualify"), members, numbers),
    st.tuples(st.just("vote"), voters, numbers),
    st.tuples(st.just("vote"), voters, numbers),
    st.tuples(st.just("vote"), voters, numbers),
    st.tuples(st.just("unvote"), voters, numbers),
    st.tuples(st.just("close"), members, numbers),
    st.tuples(st.just("reopen"), members, numbers),
    st.tuples(st.just("extend"), members, numbers),
    st.tuples(st.just("cancel"), members, st.just(0)),
    st.tuples(st.just("tick"), members, numbers),
    st.tuples(st.just("forget"), members, numbers),
    st.tuples(st.just("announce"), members, numbers),
)


@dataclass
class Play:
    """One challenge, and what has to be true of it."""

    house: Arena
    clock: Clock
    dreams: dict[int, list[Job]]
    challenge: Challenge
    gone: set[int] = field(default_factory=set)  # entries that somebody has taken out
    out: Counter[str] = field(default_factory=Counter)

    async def entry(self, number: int) -> int:
        """One of those that there are."""
        every = await self.house.challenges.entries.all(self.challenge.id, guild=GUILD)
        return every[number % len(every)].id if every else 0

    async def act(self, what: str, member: int, number: int) -> None:
        doing: Callable[[int, int], Coroutine[Any, Any, None]] = getattr(self, what)
        try:
            await doing(member, number)
        except ChallengeRefusal as refused:
            if not refused.sentence:
                raise
        await self.check()

    async def enter(self, member: int, number: int, **more: Any) -> None:
        await self.house.enter(self.challenge, member, self.dreams[member][number], **more)

    async def replace(self, member: int, number: int) -> None:
        older = await self.entry(number)
        await self.enter(member, number, replaces=older)
        self.gone.add(older)

    async def withdraw(self, member: int, number: int) -> None:
        entry = await self.entry(number)
        await self.house.challenges.entries.withdraw(entry, guild=GUILD, member=member)
        self.gone.add(entry)

    async def approve(self, _: int, number: int) -> None:
        entry = await self.entry(number)
        await self.house.challenges.entries.approve(entry, guild=GUILD, by=MODERATOR)
        self.gone.discard(entry)

    async def reject(self, _: int, number: int) -> None:
        entry = await self.entry(number)
        await self.house.challenges.entries.reject(entry, guild=GUILD, by=MODERATOR, reason="x")
        self.gone.add(entry)

    async def disqualify(self, _: int, number: int) -> None:
        entry = await self.entry(number)
        decided = await self.house.challenges.entries.disqualify(entry, guild=GUILD, by=MODERATOR, reason="x")
        every = await self.house.challenges.entries.all(self.challenge.id, guild=GUILD)
        self.gone |= {one.id for one in every if one.member == decided.entry.member}

    async def vote(self, voter: int, number: int) -> None:
        entry = await self.entry(number)
        await asyncio.gather(
            *(self.house.challenges.votes.vote(entry, guild=GUILD, voter=voter, roles=()) for _ in range(2))
        )

    async def unvote(self, voter: int, number: int) -> None:
        await self.house.challenges.votes.unvote(await self.entry(number), guild=GUILD, voter=voter)

    async def close(self, _: int, number: int) -> None:
        await self.do(Close(step=(State.SUBMITTING, State.VOTING)[number % 2]))

    async def reopen(self, _: int, number: int) -> None:
        await self.do(Reopen(submissions=When(after=DAY) if number else None, voting=When(after=DAY)))

    async def extend(self, _: int, number: int) -> None:
        await self.do(Extend(submissions=When(after=HOUR) if number % 2 else None, voting=When(after=DAY)))

    async def cancel(self, *_: int) -> None:
        await self.do(Cancel())

    async def do(self, event: Event) -> None:
        await self.house.challenges.do(self.challenge.id, event, guild=GUILD, by=MODERATOR)

    async def tick(self, _: int, number: int) -> None:
        self.clock.tick((-HOUR, HOUR, 2 * DAY, 5 * DAY)[number])
        await self.house.challenges.advance()

    async def forget(self, *_: int) -> None:
        await self.house.queue.members.forget(DORA)

    async def announce(self, *_: int) -> None:
        for notice in await self.house.challenges.outbox.take(limit=100):
            if notice.challenge.id == self.challenge.id:
                self.out[notice.key] += 1
            if notice.kind is EffectKind.COUNT:
                await self.house.challenges.results.count(notice.challenge.id, left=())
            await self.house.challenges.outbox.done(notice, channel=1, message=1)

    async def check(self) -> None:
        """What must never be otherwise."""
        id_ = self.challenge.id
        async with self.house.queue._database.reading() as connection:
            entry_rows = select(challenge_entries).where(challenge_entries.c.challenge == id_)
            entries = {row["id"]: row for row in (await connection.execute(entry_rows)).mappings()}
            vote_rows = select(challenge_votes).where(challenge_votes.c.challenge == id_)
            votes = [(row["entry"], row["voter"]) for row in (await connection.execute(vote_rows)).mappings()]
        part = {one for one, row in entries.items() if row["state"] in ("approved", "pending")}
        assert set(entries) - self.gone <= part, "whatever nobody has taken out is in"
        for one in part:
            source = await self.house.challenges.entries.picture(
                await self.house.challenges.entries.get(one, guild=GUILD)
            )
            assert source is not None, "and its picture is there"
        assert all(count <= 2 for count in Counter(entries[one]["member"] for one in part).values())
        assert all(entry in part and entries[entry]["member"] != voter for entry, voter in votes)
        per_voter = Counter(voter for _, voter in votes)
        per_person = Counter(DORA if voter < 0 else voter for _, voter in votes)
        assert all(count <= 2 for count in (*per_voter.values(), *per_person.values()))
        assert all(count == 1 for count in self.out.values()), "nothing is announced twice"
        now = await self.house.challenges.get(id_, guild=GUILD)
        if now.state is State.FINISHED:
            results = await self.house.challenges.results.of(id_, guild=GUILD)
            assert {one.entry.id: one.votes for one in results.placed} == {
                one: sum(entry == one for entry, _ in votes)
                for one in part
                if entries[one]["state"] == EntryState.APPROVED.value
            }


def test_no_sequence_loses_an_entry_counts_a_vote_twice_or_announces_twice(tmp_path: Path) -> None:
    clock = Clock(NOON + LATER)
    with asyncio.Runner() as runner:
        context = arena(tmp_path, clock=clock)
        house = runner.run(context.__aenter__())
        dreams = {member: [runner.run(house.dream(member)) for _ in range(4)] for member in MEMBERS}
        moments = itertools.count()

        @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(actions, min_size=5, max_size=30), st.booleans())
        def play(happenings: list[tuple[str, int, int]], review: bool) -> None:
            runner.run(once(happenings, review))

        async def once(happenings: list[tuple[str, int, int]], review: bool) -> None:
            clock.now = NOON + next(moments) % 900 * DAY
            plan = dataclasses.replace(PLAN, review=review, entries_each=2, votes_each=2)
            challenge = await house.open(plan)
            one = Play(house=house, clock=clock, dreams=dreams, challenge=challenge)
            for what, member, number in happenings:
                await one.act(what, member, number)
            clock.now = max(clock.now, NOON) + 100 * DAY
            for _ in range(4):
                await one.tick(ANNA, 3)
                await one.announce()
                await one.check()
            over = await house.challenges.get(challenge.id, guild=GUILD)
            assert over.state.over, "left alone, it has come to its end"

        try:
            play()
        finally:
            runner.run(context.__aexit__(None, None, None))
