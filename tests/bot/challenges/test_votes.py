"""Votes, the gallery, the results: through the store."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from bot.challenges.constraints import Constraints
from bot.challenges.errors import NoEntry, NotNow, NotTaken
from bot.challenges.events import Cancel, Close, EffectKind, Reopen
from bot.challenges.model import Challenge, EntryState, Outcome, Plan, State, When
from bot.challenges.outbox import LEASE
from bot.jobs.people import Block
from bot.store.tables import challenge_entries, challenge_votes
from tests.bot.challenges.arena import ANNA, BEN, CARL, DAY, DORA, GUILD, MODERATOR, PLAN, Arena, arena, recipe
from tests.bot.jobs.fakes import Clock, in_loop

SLOW = 5.0  #: seconds of processor time on the slowest machine; a fiftieth of it on a usual one


async def voting(house: Arena, *members: int, plan: Plan = PLAN) -> tuple[Challenge, dict[int, int]]:
    """A challenge that takes votes, and everybody's entry."""
    challenge = await house.open(plan)
    entries = {member: (await house.enter(challenge, member, roles=plan.roles)).entry.id for member in members}
    challenge = await house.challenges.do(challenge.id, Close(step=State.SUBMITTING), guild=GUILD, by=MODERATOR)
    assert challenge.state is State.VOTING
    return challenge, entries


@in_loop
async def test_a_double_press_is_one_vote(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        votes = house.challenges.votes
        challenge, entries = await voting(house, ANNA, BEN)
        pressed = await asyncio.gather(*(votes.vote(entries[BEN], guild=GUILD, voter=ANNA, roles=()) for _ in range(5)))
        assert sorted((one.fresh, one.left) for one in pressed) == [(False, 2)] * 4 + [(True, 2)]
        taken = await asyncio.gather(*(votes.unvote(entries[BEN], guild=GUILD, voter=ANNA) for _ in range(3)))
        assert sorted((one.fresh, one.left) for one in taken) == [(False, 3)] * 2 + [(True, 3)]
        assert (await votes.gallery(challenge.id, guild=GUILD, voter=ANNA)).given == 0


@in_loop
async def test_nobody_gives_more_votes_than_there_are_whatever_is_pressed_at_once(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        votes = house.challenges.votes
        members = [ANNA, BEN, CARL, DORA]
        challenge, entries = await voting(house, *members, plan=dataclasses.replace(PLAN, votes_each=2))
        outsider = DORA + 1
        done = await asyncio.gather(
            *(votes.vote(entries[one], guild=GUILD, voter=outsider, roles=()) for one in members),
            return_exceptions=True,
        )
        assert sum(isinstance(one, NotTaken) for one in done) == 2
        assert (await votes.gallery(challenge.id, guild=GUILD, voter=outsider)).given == 2
        _, entries = await voting(house, ANNA, BEN, plan=dataclasses.replace(PLAN, votes_each=1))
        await votes.vote(entries[ANNA], guild=GUILD, voter=outsider, roles=())
        with pytest.raises(NotTaken, match="given your vote already"):
            await votes.vote(entries[BEN], guild=GUILD, voter=outsider, roles=())


@in_loop
async def test_a_vote_is_for_others_here_and_now(tmp_path: Path) -> None:
    clock = Clock()
    async with arena(tmp_path, clock=clock) as house:
        votes = house.challenges.votes
        challenge, entries = await voting(house, ANNA, BEN, CARL, plan=dataclasses.replace(PLAN, roles=(7,)))
        with pytest.raises(NotTaken, match="your own dream"):
            await votes.vote(entries[ANNA], guild=GUILD, voter=ANNA, roles=(7,))
        with pytest.raises(NotTaken, match="<@&7>"):
            await votes.vote(entries[ANNA], guild=GUILD, voter=BEN, roles=(8,))
        with pytest.raises(NoEntry):
            await votes.vote(99, guild=GUILD, voter=BEN, roles=(7,))
        await house.challenges.entries.reject(entries[CARL], guild=GUILD, by=MODERATOR, reason="x")
        with pytest.raises(NotTaken, match="not take part any more"):
            await votes.vote(entries[CARL], guild=GUILD, voter=BEN, roles=(7,))
        await house.queue.members.block(Block(person=BEN, guild=None, until=clock() + DAY, reason=None, by=None))
        with pytest.raises(NotTaken, match="blocked") as refused:
            await votes.vote(entries[ANNA], guild=GUILD, voter=BEN, roles=(7,))
        assert refused.value.retry_at == clock() + DAY
        clock.tick(challenge.voting_ends - clock())
        for late in (
            votes.vote(entries[ANNA], guild=GUILD, voter=CARL, roles=(7,)),
            votes.unvote(entries[ANNA], guild=GUILD, voter=CARL),
        ):
            with pytest.raises(NotNow, match="being counted"):  # though nobody has closed it yet
                await late


@in_loop
async def test_two_moderators_close_one_phase_and_two_counts_give_one_result(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        all_ = house.challenges
        challenge, entries = await voting(house, ANNA, BEN)
        await all_.votes.vote(entries[ANNA], guild=GUILD, voter=BEN, roles=())
        close = Close(step=State.VOTING)
        done = await asyncio.gather(
            *(all_.do(challenge.id, close, guild=GUILD, by=MODERATOR + n) for n in range(3)), return_exceptions=True
        )
        assert sum(isinstance(one, NotNow) for one in done) == 2
        results = await asyncio.gather(*(all_.results.count(challenge.id, left=()) for _ in range(3)))
        assert results[0] == results[1] == results[2]
        kinds = [notice.kind for notice in await all_.outbox.take()]
        assert kinds == [EffectKind.RESULTS]


@in_loop
async def test_whoever_has_left_or_is_blocked_counts_no_more(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        all_ = house.challenges
        challenge, entries = await voting(house, ANNA, BEN, CARL, DORA)
        for voter, entry in ((ANNA, BEN), (CARL, BEN), (DORA, BEN), (BEN, ANNA), (DORA, ANNA), (ANNA, CARL)):
            await all_.votes.vote(entries[entry], guild=GUILD, voter=voter, roles=())
        assert await all_.votes.participants(challenge.id) == {ANNA, BEN, CARL, DORA}
        await all_.do(challenge.id, Close(step=State.VOTING), guild=GUILD, by=MODERATOR)
        await house.queue.members.block(Block(person=CARL, guild=GUILD, until=None, reason=None, by=MODERATOR))
        results = await all_.results.count(challenge.id, left={DORA})
        assert [(one.entry.member, one.votes, one.place) for one in results.placed] == [(ANNA, 1, 1), (BEN, 1, 1)]
        assert results.voters == 2
        assert (await all_.entries.get(entries[DORA], guild=GUILD)).state is EntryState.LEFT


@in_loop
async def test_a_forgotten_voters_votes_count_once_and_without_the_name(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        all_ = house.challenges
        challenge, entries = await voting(house, ANNA, BEN, plan=dataclasses.replace(PLAN, open_voting=True))
        await all_.votes.vote(entries[ANNA], guild=GUILD, voter=CARL, roles=())
        await house.queue.members.forget(CARL)
        again = await all_.votes.vote(entries[ANNA], guild=GUILD, voter=CARL, roles=())
        assert (again.fresh, again.left) == (False, 2)
        (voters,) = (await all_.votes.voters(challenge.id, guild=GUILD)).values()
        assert voters[0] < 0
        await all_.votes.vote(entries[BEN], guild=GUILD, voter=CARL, roles=())
        await house.queue.members.forget(CARL)
        await house.queue.members.forget(BEN)
        await all_.do(challenge.id, Close(step=State.VOTING), guild=GUILD, by=MODERATOR)
        results = await all_.results.count(challenge.id, left=())
        assert [(one.entry.member, one.votes) for one in results.placed] == [(ANNA, 1)]
        await house.queue.members.forget(ANNA)
        results = await all_.results.of(challenge.id, guild=GUILD)
        assert [(one.entry.member, one.votes, one.place) for one in results.placed] == [(0, 1, 1)]
        assert results.placed[0].entry.copy.picture is None
        assert await all_.results.leaderboard(GUILD) == []


@pytest.mark.parametrize(
    ("members", "outcome", "places"),
    [((), Outcome.NO_ENTRIES, []), ((ANNA,), Outcome.ONLY_ONE, [1]), ((ANNA, BEN), Outcome.NO_VOTES, [None, None])],
)
@in_loop
async def test_nobody_enters_one_enters_nobody_votes(
    tmp_path: Path, members: tuple[int, ...], outcome: Outcome, places: list[int | None]
) -> None:
    clock = Clock()
    async with arena(tmp_path, clock=clock) as house:
        challenge = await house.open(dataclasses.replace(PLAN, winner_role=5))
        for member in members:
            await house.enter(challenge, member)
        for _ in range(2):
            clock.tick(3 * DAY)
            await house.challenges.advance()
        results = await house.challenges.results.count(challenge.id, left=())
        assert (results.outcome, [one.place for one in results.placed]) == (outcome, places)
        again = await house.challenges.results.of(challenge.id, guild=GUILD)
        assert again == results
        kinds = {notice.kind for notice in await house.challenges.outbox.take()}
        assert (EffectKind.ROLE in kinds) == (outcome is Outcome.ONLY_ONE)


@in_loop
async def test_what_members_may_not_see_yet_is_not_in_the_gallery(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        all_ = house.challenges
        secret = dataclasses.replace(
            PLAN, anonymous=True, constraints=Constraints(network="inception_v1", seed=7, secret=True)
        )
        challenge, entries = await voting(house, ANNA, BEN, plan=secret)
        await all_.votes.vote(entries[BEN], guild=GUILD, voter=ANNA, roles=())
        with pytest.raises(NotTaken, match="Voting in this challenge is secret"):
            await all_.votes.voters(challenge.id, guild=GUILD)
        with pytest.raises(NotNow, match="members are voting"):
            await all_.results.of(challenge.id, guild=GUILD)
        for card in (await all_.votes.gallery(challenge.id, guild=GUILD, voter=ANNA)).cards:
            assert (card.member, card.recipe, card.votes, card.place) == (None, None, None, None)
            assert (card.own, card.voted) == (card.entry == entries[ANNA], card.entry == entries[BEN])
        await all_.do(challenge.id, Close(step=State.VOTING), guild=GUILD, by=MODERATOR)
        await all_.results.count(challenge.id, left=())
        first, second = (await all_.votes.gallery(challenge.id, guild=GUILD, voter=ANNA)).cards
        assert (first.member, first.recipe, first.votes, first.place) == (BEN, recipe(), 1, 1)
        assert (second.member, second.votes, second.place) == (ANNA, 0, None)


@in_loop
async def test_there_is_nothing_to_see_before_and_after(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        draft = await house.challenges.create(GUILD, PLAN, by=MODERATOR)
        with pytest.raises(NotNow, match="draft"):
            await house.challenges.votes.gallery(draft.id, guild=GUILD, voter=ANNA)
        await house.challenges.do(draft.id, Cancel(), guild=GUILD, by=MODERATOR)
        with pytest.raises(NotNow, match="cancelled"):
            await house.challenges.votes.gallery(draft.id, guild=GUILD, voter=ANNA)


@in_loop
async def test_reopened_for_entries_votes_for_what_is_replaced_are_gone_and_others_stay(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        all_ = house.challenges
        challenge, entries = await voting(house, ANNA, BEN, CARL)
        for entry in (ANNA, BEN):
            await all_.votes.vote(entries[entry], guild=GUILD, voter=CARL, roles=())
        reopen = Reopen(submissions=When(after=DAY), voting=When(after=DAY))
        challenge = await all_.do(challenge.id, reopen, guild=GUILD, by=MODERATOR)
        await house.enter(challenge, ANNA, replaces=entries[ANNA])
        await all_.do(challenge.id, Close(step=State.SUBMITTING), guild=GUILD, by=MODERATOR)
        gallery = await all_.votes.gallery(challenge.id, guild=GUILD, voter=CARL)
        assert (gallery.given, gallery.left, len(gallery.cards)) == (1, 2, 3)


@in_loop
async def test_the_next_of_a_repeating_one_is_there_with_the_results_and_once(tmp_path: Path) -> None:
    clock = Clock()
    async with arena(tmp_path, clock=clock) as house:
        all_ = house.challenges
        challenge = await house.open(dataclasses.replace(PLAN, repeat=True, themes=("Day", "Dusk")))
        clock.tick(3 * DAY)
        await all_.advance()
        for _ in range(2):
            await all_.results.count(challenge.id, left=())
        (following,) = await all_.of(GUILD, states=[State.SCHEDULED])
        assert (following.plan.theme, following.series) == ("Day", challenge.id)
        assert following.opens_at == challenge.opens_at + 7 * DAY
        assert (await all_.next_due() or 0) <= clock(), "the results wait in the outbox"
        while await all_.outbox.take():
            pass
        assert await all_.next_due() == clock() + LEASE, "they are being announced"
        clock.tick(4 * DAY)
        assert [one.id for one in await all_.advance()] == [following.id]
        clock.tick(3 * DAY)
        await all_.advance()
        await all_.results.count(following.id, left=())
        (last,) = await all_.of(GUILD, states=[State.SCHEDULED])
        assert (last.plan.theme, last.plan.repeat, last.series) == ("Dusk", False, challenge.id)


@in_loop
async def test_a_gallery_of_500_entries_and_5000_votes_answers_well_within_its_time(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        all_ = house.challenges
        challenge = await house.open(dataclasses.replace(PLAN, votes_each=10))
        await fill(house, challenge)
        await all_.do(challenge.id, Close(step=State.SUBMITTING), guild=GUILD, by=MODERATOR)
        timed: dict[str, float] = {}
        for name, asked in (
            ("gallery", lambda: all_.votes.gallery(challenge.id, guild=GUILD, voter=ANNA + 7)),
            ("vote", lambda: all_.votes.vote(3, guild=GUILD, voter=DORA + 9000, roles=())),
            ("participants", lambda: all_.votes.participants(challenge.id)),
        ):
            began = time.process_time()
            found: Any = await asked()
            timed[name] = time.process_time() - began
        assert len(found) == 1001, "all who have entered or voted"
        gallery = await all_.votes.gallery(challenge.id, guild=GUILD, voter=ANNA + 7)
        assert (len(gallery.cards), gallery.given) == (500, 10)
        await all_.do(challenge.id, Close(step=State.VOTING), guild=GUILD, by=MODERATOR)
        began = time.process_time()
        results = await all_.results.count(challenge.id, left=())
        timed["count"] = time.process_time() - began
        assert sum(one.votes for one in results.placed) == 5001
        began = time.process_time()
        await all_.results.leaderboard(GUILD)
        timed["leaderboard"] = time.process_time() - began
        assert all(seconds < SLOW for seconds in timed.values()), timed


async def fill(house: Arena, challenge: Challenge) -> None:
    """500 members with an entry each; 500 others with 10 votes each."""

    async def change(connection: Any) -> None:
        await connection.execute(
            insert(challenge_entries),
            [
                {
                    "challenge": challenge.id,
                    "member": ANNA + 100 + number,
                    "job": f"job{number}",
                    "ordinal": 0,
                    "picture": f"{number:064x}",
                    "format": "PNG",
                    "width": 8,
                    "height": 6,
                    "spoiler": False,
                    "recipe": recipe(seed=number),
                    "network": "inception_v1",
                    "state": "approved",
                    "submitted": house.clock() + number,
                }
                for number in range(500)
            ],
        )
        await connection.execute(
            insert(challenge_votes),
            [
                {"entry": 1 + (voter * 10 + one) % 500, "voter": ANNA + voter, "challenge": challenge.id, "at": 0.0}
                for voter in (*range(7, 100), *range(1000, 1407))
                for one in range(10)
            ],
        )

    await house.queue._database.write(change)
