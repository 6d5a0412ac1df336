"""Whatever members and moderators do while the clock jumps: no entry is lost, no vote counts twice."""

from __future__ import annotations

import asyncio
import dataclasses
import random
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
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

Action = tuple[str, int, int]
ENTERED: list[Action] = [("enter", member, 0) for member in MEMBERS]
APPROVED: list[Action] = [("approve", ANNA, number) for number in range(3)]
VOTING: list[Action] = [*ENTERED, *APPROVED, ("close", ANNA, 0)]
#: What has happened already: nothing, all have entered, they are voting, everybody has voted for somebody.
BEFORE: list[list[Action]] = [
    [],
    ENTERED,
    VOTING,
    [*VOTING, *[("vote", voter, number) for voter in (*MEMBERS, DORA) for number in range(2)]],
]
#: How often each thing is done.
WEIGHTS = {
    "enter": 8,
    "replace": 4,
    "withdraw": 3,
    "approve": 4,
    "reject": 2,
    "disqualify": 1,
    "vote": 14,
    "unvote": 3,
    "forget": 1,
    "announce": 2,
    "close": 2,
    "reopen": 2,
    "extend": 1,
    "cancel": 0.3,
    "tick": 1,
}


def some(dice: random.Random) -> list[Action]:
    """A beginning, and whatever follows."""
    names = dice.choices(list(WEIGHTS), list(WEIGHTS.values()), k=dice.randint(10, 50))
    who = (*MEMBERS, DORA)
    happenings = [
        (name, dice.choice(who if name in ("vote", "unvote") else MEMBERS), dice.randrange(4)) for name in names
    ]
    return [*dice.choice(BEFORE), *happenings]


@dataclass
class Play:
    """One challenge, and what has to be true of it."""

    house: Arena
    clock: Clock
    dreams: dict[int, list[Job]]
    challenge: Challenge
    gone: set[int] = field(default_factory=set)  # entries that somebody has taken out
    out: Counter[str] = field(default_factory=Counter)
    counted: dict[int, int] = field(default_factory=dict)

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
        now = await self.house.challenges.get(id_, guild=GUILD)
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
        assert all(count <= now.plan.votes_each for count in (*per_voter.values(), *per_person.values()))
        assert all(count == 1 for count in self.out.values()), "nothing is announced twice"
        if now.state is State.FINISHED:
            results = await self.house.challenges.results.of(id_, guild=GUILD)
            if not self.counted:
                approved = [one for one in part if entries[one]["state"] == EntryState.APPROVED.value]
                self.counted = {one: sum(entry == one for entry, _ in votes) for one in approved}
            assert {one.entry.id: one.votes for one in results.placed} == self.counted, "and so they stay"


def test_no_sequence_loses_an_entry_counts_a_vote_twice_or_announces_twice(tmp_path: Path) -> None:
    plays(tmp_path, range(6))


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_of_many_sequences_none_does(tmp_path: Path) -> None:
    plays(tmp_path, range(6, 130))


def plays(home: Path, seeds: Iterable[int]) -> None:
    """One challenge after the other, in one life."""

    async def all_of_them() -> None:
        clock = Clock(NOON + LATER)
        async with arena(home, clock=clock) as house:
            dreams = {member: [await house.dream(member) for _ in range(4)] for member in MEMBERS}
            for seed in seeds:
                dice = random.Random(seed)
                clock.now = NOON + seed * DAY
                plan = dataclasses.replace(
                    PLAN, review=dice.random() < 0.5, entries_each=2, votes_each=dice.choice((1, 2))
                )
                play = Play(house=house, clock=clock, dreams=dreams, challenge=await house.open(plan))
                happenings = some(dice)
                try:
                    await through(play, happenings)
                except AssertionError as error:
                    raise AssertionError(f"sequence {seed}: {happenings}") from error

    asyncio.run(all_of_them())


async def through(play: Play, happenings: list[Action]) -> None:
    for what, member, number in happenings:
        await play.act(what, member, number)
    play.clock.tick(100 * DAY)
    for _ in range(4):
        await play.tick(ANNA, 3)
        await play.announce()
        await play.check()
    over = await play.house.challenges.get(play.challenge.id, guild=GUILD)
    assert over.state.over, "left alone, it has come to its end"
