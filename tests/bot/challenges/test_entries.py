"""Entries: what counts, what is refused, and what becomes of the pictures."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.challenges.candidates import Candidates
from bot.challenges.constraints import Constraints
from bot.challenges.errors import ChallengeRefusal, NoChallenge, NoEntry, NotEligible, NotNow, NotTaken
from bot.challenges.events import Cancel, Close, Edit, Schedule
from bot.challenges.model import KEEP_DAYS, EntryState, State, When
from bot.jobs.keeping import DAY
from bot.jobs.manner import Manner
from bot.jobs.people import Block
from bot.jobs.shelf import content_hash
from bot.kinds import Kind
from bot.store.tables import challenges
from tests.bot.challenges.arena import ANNA, BEN, CARL, GUILD, MODERATOR, PLAN, Arena, arena, recipe, submission
from tests.bot.jobs.fakes import Clock, in_loop, made, request


def sources(home: Path) -> set[str]:
    return {path.name for path in (home / "sources").iterdir()}


@in_loop
async def test_only_a_dream_that_counts_is_taken(tmp_path: Path) -> None:
    clock = Clock()
    async with arena(tmp_path, clock=clock) as house:
        old = await house.dream(ANNA)
        clock.tick(1)
        plan = dataclasses.replace(PLAN, constraints=Constraints(most=1.5))
        challenge = await house.open(plan)
        clock.tick(1)
        elsewhere = await house.dream(ANNA, guild=GUILD + 1)
        bens = await house.dream(BEN)
        strong = await house.dream(ANNA, made=recipe(strength=3))
        good = await house.dream(ANNA)
        waiting = (await house.queue.accept(request(b"not yet", requester=ANNA, guild=GUILD))).job
        for job, words in (
            (old, "older than the challenge"),
            (elsewhere, "made elsewhere"),
            (bens, "somebody else's"),
            (strong, "at most 1.5"),
            (waiting, "not made yet"),
            (dataclasses.replace(good, id="nobody"), "only dreams that I have made"),
        ):
            with pytest.raises(NotEligible, match=words):
                await house.challenges.entries.check(submission(challenge, ANNA, job))
            with pytest.raises(NotEligible, match=words):
                await house.enter(challenge, ANNA, job)
            assert sources(tmp_path) == {one.source for job_ in await jobs(house) for one in job_.pictures}
        with pytest.raises(NotEligible, match="not made yet"):
            await house.enter(challenge, ANNA, good, ordinal=1)
        submitted = await house.enter(challenge, ANNA, good)
        assert (submitted.fresh, submitted.left, submitted.entry.state) == (True, 0, EntryState.APPROVED)
        assert submitted.entry.recipe == recipe()


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.DREAM])
def test_only_dreams_of_a_picture_can_be_entered(tmp_path: Path, kind: Kind) -> None:
    """Other kinds' recipes are not what a challenge can look at."""

    @in_loop
    async def test() -> None:
        async with arena(tmp_path) as house:
            challenge = await house.open()
            other = await house.dream(ANNA, kind=kind)
            with pytest.raises(NotEligible, match="Only dreams of a picture"):
                await house.enter(challenge, ANNA, other)
            dream = await house.dream(ANNA)
            offered = await Candidates(database=house.queue._database).of([challenge], member=ANNA)
            assert [one.job.id for one in offered] == [dream.id]

    test()


async def jobs(house: Arena) -> list[Any]:
    async with house.queue._database.reading() as connection:
        rows = await connection.exec_driver_sql("SELECT id FROM jobs")
        return [await house.queue.job(id_) for (id_,) in rows.all()]


@in_loop
async def test_everybody_dreams_the_same_picture_where_there_is_one(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        all_ = house.challenges
        draft = await all_.create(GUILD, PLAN, by=MODERATOR)
        await all_.set_base(draft.id, guild=GUILD, by=MODERATOR, data=b"first", filename="first.png")
        draft = await all_.set_base(draft.id, guild=GUILD, by=MODERATOR, data=b"the base", filename="base.png")
        assert sources(tmp_path) == {content_hash(b"the base")}
        challenge = await all_.do(draft.id, Schedule(), guild=GUILD, by=MODERATOR)
        assert await all_.base_bytes(challenge) == b"the base"
        with pytest.raises(NotNow, match="base"):
            await all_.set_base(draft.id, guild=GUILD, by=MODERATOR, data=b"another", filename="x.png")
        assert content_hash(b"another") not in sources(tmp_path)
        with pytest.raises(NotEligible, match="same picture"):
            await house.enter(challenge, ANNA)
        await house.enter(challenge, ANNA, await house.dream(ANNA, picture=b"the base"))


@in_loop
async def test_a_dream_of_an_age_restricted_channel_stays_there(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        here, there = await house.open(), await house.open(dataclasses.replace(PLAN, channel=5))
        accepted = await house.queue.accept(
            dataclasses.replace(request(b"x", requester=ANNA, guild=GUILD), manner=Manner(age_restricted=True))
        )
        order = await house.queue.work.next()
        assert order is not None
        result = made(order)
        assert await house.queue.work.made(order, result, await house.queue.work.keep(order, result))
        with pytest.raises(NotEligible, match="age-restricted channel, <#5>"):
            await house.enter(here, ANNA, accepted.job)
        await house.enter(there, ANNA, accepted.job)


@in_loop
async def test_a_dream_that_is_not_delivered_yet_is_entered_from_the_disk(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        challenge = await house.open()
        delivered = await house.dream(BEN)
        with pytest.raises(NotTaken, match="no longer have that dream's file"):
            await house.enter(challenge, BEN, delivered, data=None)
        accepted = await house.queue.accept(request(b"x", requester=ANNA, guild=GUILD))
        order = await house.queue.work.next()
        assert order is not None
        result = made(order)
        assert await house.queue.work.made(order, result, await house.queue.work.keep(order, result))
        submitted = await house.enter(challenge, ANNA, accepted.job, data=None)
        assert await house.challenges.entries.picture(submitted.entry) == result.data


@in_loop
async def test_an_entry_is_replaced_and_withdrawn_until_submissions_end(tmp_path: Path) -> None:
    clock = Clock()
    async with arena(tmp_path, clock=clock) as house:
        entries = house.challenges.entries
        challenge = await house.open()
        first, second = await house.dream(ANNA), await house.dream(ANNA)
        one = (await house.enter(challenge, ANNA, first)).entry
        again = await house.enter(challenge, ANNA, first)
        assert (again.fresh, again.entry.id) == (False, one.id), "a second press enters nothing"
        with pytest.raises(NotTaken, match="replace it, or withdraw it"):
            await house.enter(challenge, ANNA, second)
        with pytest.raises(NoEntry, match="want to replace"):
            await house.enter(challenge, BEN, await house.dream(BEN), replaces=one.id)
        two = await house.enter(challenge, ANNA, second, replaces=one.id)
        assert two.replaced == one.id
        assert one.copy.picture not in sources(tmp_path)
        with pytest.raises(NoEntry, match="somebody else's"):
            await entries.withdraw(two.entry.id, guild=GUILD, member=BEN)
        for _ in range(2):
            assert (await entries.withdraw(two.entry.id, guild=GUILD, member=ANNA)).state is EntryState.WITHDRAWN
        assert two.entry.copy.picture not in sources(tmp_path)
        back = await house.enter(challenge, ANNA, first)
        assert (back.fresh, back.entry.id != one.id) == (True, True)
        states = [entry.state for entry in await entries.of_member(challenge.id, guild=GUILD, member=ANNA)]
        assert sorted(state.value for state in states) == ["approved", "withdrawn"]
        clock.tick(3 * DAY)
        with pytest.raises(NotNow, match="Submissions are over"):  # though nobody has closed them yet
            await entries.check(submission(challenge, ANNA, second))
        for late in (
            entries.withdraw(back.entry.id, guild=GUILD, member=ANNA),
            house.enter(challenge, BEN),
            house.enter(challenge, ANNA, second, replaces=back.entry.id),
        ):
            with pytest.raises(NotNow):
                await late


@in_loop
async def test_two_presses_at_once_are_one_entry(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        challenge = await house.open()
        job, other = await house.dream(ANNA), await house.dream(ANNA)
        both = await asyncio.gather(*(house.enter(challenge, ANNA, job) for _ in range(4)))
        assert len({one.entry.id for one in both}) == 1
        assert sum(one.fresh for one in both) == 1
        bens = [await house.dream(BEN) for _ in range(4)]
        done = await asyncio.gather(
            *(house.enter(challenge, BEN, one) for one in bens),
            house.enter(challenge, ANNA, other),
            return_exceptions=True,
        )
        assert sum(isinstance(one, NotTaken) for one in done) == 4
        assert len(await house.challenges.entries.all(challenge.id, guild=GUILD)) == 2


@in_loop
async def test_who_may_not_take_part_is_told_why(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        challenge = await house.open(dataclasses.replace(PLAN, roles=(7, 8)))
        job = await house.dream(ANNA)
        with pytest.raises(NotTaken, match="<@&7>, <@&8>"):
            await house.enter(challenge, ANNA, job)
        await house.queue.members.block(Block(person=ANNA, guild=GUILD, until=None, reason=None, by=MODERATOR))
        with pytest.raises(NotTaken, match="You are blocked"):
            await house.enter(challenge, ANNA, job, roles=(8,))
        await house.queue.members.unblock(ANNA, guild=GUILD)
        await house.enter(challenge, ANNA, job, roles=(8,))


@in_loop
async def test_moderators_review_and_their_second_press_changes_nothing(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        entries = house.challenges.entries
        challenge = await house.open(dataclasses.replace(PLAN, review=True))
        one = (await house.enter(challenge, ANNA)).entry
        two = (await house.enter(challenge, BEN, job := await house.dream(BEN))).entry
        assert one.state is EntryState.PENDING
        assert (await house.challenges.votes.gallery(challenge.id, guild=GUILD, voter=CARL)).cards == ()
        decided = await asyncio.gather(*(entries.approve(one.id, guild=GUILD, by=MODERATOR + n) for n in range(2)))
        assert sum(one.fresh for one in decided) == 1
        rejected = await entries.reject(two.id, guild=GUILD, by=MODERATOR, reason=" It is a photograph. ")
        assert rejected.entry.reason == "It is a photograph."
        with pytest.raises(NotTaken, match="rejected this dream: It is a photograph"):
            await house.enter(challenge, BEN, job)
        other = (await house.enter(challenge, BEN, await house.dream(BEN))).entry
        with pytest.raises(NotTaken, match="entered another dream meanwhile"):
            await entries.approve(two.id, guild=GUILD, by=MODERATOR)
        with pytest.raises(NoChallenge):
            await entries.approve(other.id, guild=GUILD + 1, by=MODERATOR)
        assert [one.id for one in await entries.waiting(challenge.id, guild=GUILD)] == [other.id]
        changes = await house.challenges.changes(challenge.id, guild=GUILD)
        assert [(one.what, one.by) for one in changes] == [
            ("created", MODERATOR),
            ("scheduled", MODERATOR),
            ("approved", decided[0].entry.decided_by),
            ("rejected", MODERATOR),
        ]


@in_loop
async def test_whoever_is_disqualified_is_out_with_everything(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        all_ = house.challenges
        challenge = await house.open(dataclasses.replace(PLAN, entries_each=2))
        first = (await house.enter(challenge, ANNA)).entry
        second = (await house.enter(challenge, ANNA)).entry
        bens = (await house.enter(challenge, BEN)).entry
        carls = (await house.enter(challenge, CARL)).entry
        await all_.do(challenge.id, Close(step=State.SUBMITTING), guild=GUILD, by=MODERATOR)
        await all_.votes.vote(carls.id, guild=GUILD, voter=ANNA, roles=())
        await all_.votes.vote(first.id, guild=GUILD, voter=BEN, roles=())
        await all_.votes.vote(bens.id, guild=GUILD, voter=CARL, roles=())
        decided = await all_.entries.disqualify(first.id, guild=GUILD, by=MODERATOR, reason="two accounts")
        assert decided.entry.state is EntryState.DISQUALIFIED
        assert (await all_.entries.get(second.id, guild=GUILD)).state is EntryState.DISQUALIFIED
        with pytest.raises(NotTaken, match="disqualified"):
            await all_.votes.vote(bens.id, guild=GUILD, voter=ANNA, roles=())
        gallery = await all_.votes.gallery(challenge.id, guild=GUILD, voter=BEN)
        assert {card.entry for card in gallery.cards} == {bens.id, carls.id}
        assert gallery.left == 3, "his vote came back"
        await all_.entries.approve(second.id, guild=GUILD, by=MODERATOR)
        assert (await all_.entries.get(first.id, guild=GUILD)).state is EntryState.REJECTED
        await all_.votes.vote(carls.id, guild=GUILD, voter=ANNA, roles=())
        await all_.entries.disqualify(second.id, guild=GUILD, by=MODERATOR, reason="two accounts after all")
        await all_.do(challenge.id, Close(step=State.VOTING), guild=GUILD, by=MODERATOR)
        results = await all_.results.count(challenge.id, left=())
        assert [(one.entry.id, one.votes) for one in results.placed] == [(bens.id, 1), (carls.id, 0)]
        with pytest.raises(NotNow, match="results stand"):
            await all_.entries.disqualify(bens.id, guild=GUILD, by=MODERATOR, reason="late")


@in_loop
async def test_what_was_withdrawn_does_not_come_back_without_its_picture(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        entries = house.challenges.entries
        challenge = await house.open()
        entry = (await house.enter(challenge, ANNA)).entry
        await entries.withdraw(entry.id, guild=GUILD, member=ANNA)
        with pytest.raises(NotTaken, match="withdrawn this entry"):
            await entries.approve(entry.id, guild=GUILD, by=MODERATOR)
        await entries.disqualify(entry.id, guild=GUILD, by=MODERATOR, reason="x")
        with pytest.raises(NotTaken, match="not kept any more"):
            await entries.approve(entry.id, guild=GUILD, by=MODERATOR)


@in_loop
async def test_to_be_forgotten_lifts_no_disqualification(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        challenge = await house.open()
        entry = (await house.enter(challenge, ANNA)).entry
        bens = (await house.enter(challenge, BEN, await house.dream(BEN, author=ANNA))).entry
        await house.challenges.entries.disqualify(entry.id, guild=GUILD, by=MODERATOR, reason="two accounts")
        await house.queue.members.forget(ANNA)
        assert await house.challenges.entries.of_member(challenge.id, guild=GUILD, member=ANNA) == []
        with pytest.raises(NoEntry):
            await house.challenges.entries.get(bens.id, guild=GUILD)
        assert sources(tmp_path) == set(), "neither her dream nor his of her picture is kept"
        with pytest.raises(NotTaken, match="disqualified"):
            await house.enter(challenge, ANNA)


@in_loop
async def test_the_drafts_of_whoever_is_forgotten_go_and_what_is_announced_stays_without_them(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        all_ = house.challenges
        draft = await all_.create(GUILD, dataclasses.replace(PLAN, theme="Mine"), by=ANNA)
        await all_.set_base(draft.id, guild=GUILD, by=ANNA, data=b"her base", filename="base.png")
        named = dataclasses.replace(PLAN, prize=f"A portrait by <@{ANNA}>", opens=When(after=DAY))
        coming = await all_.create(GUILD, named, by=ANNA)
        await all_.do(coming.id, Schedule(), guild=GUILD, by=ANNA)
        await house.queue.members.forget(ANNA)
        assert sources(tmp_path) == set()
        with pytest.raises(NoChallenge):
            await all_.get(draft.id, guild=GUILD)
        coming = await all_.get(coming.id, guild=GUILD)
        assert (coming.creator, coming.plan.prize, coming.state) == (0, "A portrait by <@…>", State.SCHEDULED)
        assert {one.by for one in await all_.changes(coming.id, guild=GUILD)} == {None}


@in_loop
async def test_one_that_cannot_be_read_holds_up_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    async with arena(tmp_path, clock=clock) as house:
        broken, whole = await house.open(), await house.open()

        async def damage(connection: AsyncConnection) -> None:
            await connection.execute(
                update(challenges).where(challenges.c.id == broken.id).values(state="of the future")
            )

        await house.queue._database.write(damage)
        clock.tick(3 * DAY)
        assert [one.id for one in await house.challenges.advance()] == [whole.id]
        assert f"challenge {broken.id} cannot be read" in caplog.text
        caplog.clear()
        assert await house.challenges.advance() == []
        assert caplog.text == "", "nor is it looked at again and again"


@in_loop
async def test_pictures_stay_until_thirty_days_after_the_end(tmp_path: Path) -> None:
    clock = Clock()
    async with arena(tmp_path, clock=clock) as house:
        all_ = house.challenges
        challenge = await house.open()
        entry = (await house.enter(challenge, ANNA)).entry
        seen = await all_.create(GUILD, dataclasses.replace(PLAN, opens=When(after=DAY)), by=MODERATOR)
        await all_.do(seen.id, Cancel(), guild=GUILD, by=MODERATOR)
        clock.tick(3 * DAY)
        await all_.advance()
        await all_.results.count(challenge.id, left=())
        clock.tick(KEEP_DAYS * DAY - 60)
        await house.queue.forget_sources()
        await house.queue.keeping.drop_orphans()
        assert sources(tmp_path) == {entry.copy.picture}, "the dream's own picture went after its days"
        clock.tick(60)
        assert await all_.sweep() == 2
        assert sources(tmp_path) == set()
        assert await all_.sweep() == 0
        results = await all_.results.of(challenge.id, guild=GUILD)
        assert [(one.entry.copy.picture, one.place) for one in results.placed] == [(None, 1)]
        with pytest.raises(NoChallenge):
            await all_.get(seen.id, guild=GUILD)


@in_loop
async def test_a_picture_that_a_dream_and_an_entry_share_stays_for_both(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        challenge = await house.open(dataclasses.replace(PLAN, entries_each=2))
        job = await house.dream(ANNA, picture=b"shared")
        entry = (await house.enter(challenge, ANNA, job, data=b"shared")).entry
        await house.challenges.entries.withdraw(entry.id, guild=GUILD, member=ANNA)
        assert sources(tmp_path) == {content_hash(b"shared")}
        await house.enter(challenge, ANNA, job, data=b"shared")
        await house.queue.keeping.drop_unneeded([content_hash(b"shared")])
        assert sources(tmp_path) == {content_hash(b"shared")}


@in_loop
async def test_a_full_disk_takes_no_entry_and_loses_none(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        challenge = await house.open()
        one = (await house.enter(challenge, ANNA)).entry
        job = await house.dream(ANNA)

        def full(_: object) -> None:
            raise OSError(28, "No space left on device")

        house.queue.shelf.keep_sources = full  # type: ignore[method-assign, assignment]
        with pytest.raises(ChallengeRefusal, match="no room on the bot's disk"):
            await house.enter(challenge, ANNA, job, replaces=one.id)
        assert (await house.challenges.entries.get(one.id, guild=GUILD)).state is EntryState.APPROVED


@in_loop
async def test_a_server_has_no_more_challenges_than_a_list_shows(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        for _ in range(25):
            draft = await house.challenges.create(GUILD, PLAN, by=MODERATOR)
        with pytest.raises(NotTaken, match="25 challenges already"):
            await house.challenges.create(GUILD, PLAN, by=MODERATOR)
        await house.challenges.create(GUILD + 1, PLAN, by=MODERATOR)
        await house.challenges.do(draft.id, Cancel(), guild=GUILD, by=MODERATOR)
        await house.challenges.create(GUILD, PLAN, by=MODERATOR)


@in_loop
async def test_two_forms_at_once_are_told_apart_by_the_database(tmp_path: Path) -> None:
    async with arena(tmp_path) as house:
        draft = await house.challenges.create(GUILD, PLAN, by=MODERATOR)
        edits = (
            house.challenges.do(draft.id, Edit(changes={"theme": theme}, revision=0), guild=GUILD, by=MODERATOR)
            for theme in ("Sea", "Sky", "Sun")
        )
        done = await asyncio.gather(*edits, return_exceptions=True)
        assert sum(isinstance(one, NotNow) for one in done) == 2
