"""Moderators approve, reject and disqualify; members are told, and all of it is written down."""

from __future__ import annotations

from pathlib import Path

from bot.challenges.events import Close
from bot.challenges.model import EntryState, State
from bot.playground.model import User
from tests.bot.challenges.doors.stage import DAY, Stage, labels, on_stage, page_of


async def states(stage: Stage) -> list[EntryState]:
    return [one.state for one in await stage.house.challenges.entries.all(1, guild=stage.house.guild.id)]


def told_directly(stage: Stage, user: User) -> list[str]:
    return [one.text for one in stage.house.world.messages(stage.house.world.direct(user))]


def test_entries_wait_until_a_moderator_has_looked_at_them(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        house = stage.house
        await stage.set("log-channel", str(stage.log.id))
        challenge = await stage.open(review=True)
        for user in (house.alice, house.bob, house.mod):
            await stage.enter(challenge, user)
        page = page_of(await stage.slash(stage.boss, "challenge show"))
        assert "Review 3 entries" in labels(page)
        await stage.turned(page, stage.press(stage.boss, page, "Review 3 entries"))
        review = page
        assert f"<@{house.alice.id}>" in review.text
        assert "Entry #1 (1 of 3)" in review.text
        assert [one.filename for one in review.attachments] == ["entry-1.png"]
        await stage.turned(review, stage.press(stage.boss, review, "Approve"))
        assert "Entry #1 takes part" in review.text
        assert "Entry #2 (1 of 2)" in review.text
        await stage.turned(review, stage.press(stage.boss, review, "▶"))
        assert "Entry #3 (2 of 2)" in review.text
        await stage.turned(review, stage.press(stage.boss, review, "◀"))
        reason = await stage.press(stage.boss, review, "Reject")
        await stage.turned(review, stage.fill(reason, reason="No gardens, please"))
        assert "Entry #2 is rejected" in review.text
        assert await states(stage) == [EntryState.APPROVED, EntryState.REJECTED, EntryState.PENDING]
        (told,) = told_directly(stage, house.bob)
        assert "Your entry in the challenge “Night” on Dreamers was rejected by a moderator: No gardens, please" in told
        await stage.logged("rejected entry #2: No gardens, please")
        await stage.turned(review, stage.press(stage.boss, review, "Approve"))
        assert "No entry waits for a moderator." in review.text
        await stage.turned(review, stage.press(stage.boss, review, "All entries"))
        assert "Entry #1 (1 of 3)" in review.text
        await stage.turned(review, stage.press(stage.boss, review, "▶"))
        assert "Reason: No gardens, please" in review.text
        await stage.turned(review, stage.press(stage.boss, review, "Approve"))
        assert await states(stage) == [EntryState.APPROVED] * 3
        await stage.press(stage.boss, review, "Back")
        assert "3 take part" in review.text

    on_stage(tmp_path, test)


def test_somebody_is_disqualified_with_a_reason(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        house = stage.house
        challenge = await stage.open(open_voting=True)
        entries = {user: await stage.enter(challenge, user) for user in (house.alice, house.bob, house.mod)}
        await stage.do(challenge, Close(step=State.SUBMITTING))
        await stage.vote(entries[house.alice], house.bob)
        await stage.vote(entries[house.mod], house.bob)
        await stage.vote(entries[house.mod], house.alice)
        review = page_of(await stage.slash(stage.boss, "challenge review"))
        assert f"<@{house.bob.id}>" in review.text.partition("Votes: 1")[2]
        house.bob.accepts_direct_messages = False
        told = await stage.slash(stage.boss, "challenge disqualify", member=house.bob, reason="Two accounts")
        assert f"<@{house.bob.id}> is out of this challenge, with all entries and votes" in told.text
        assert "they take no direct messages from me" in told.text
        again = await stage.slash(stage.boss, "challenge disqualify", member=house.bob, reason="Two accounts")
        assert "is out of this challenge" in again.text
        assert (await stage.history()).count("disqualified") == 1
        await stage.passes(2 * DAY)
        results = stage.own[-1].text
        assert str(house.bob.id) not in results
        assert f"🥇 <@{house.mod.id}> · 1 vote" in results
        assert f"<@{house.alice.id}> · 0 votes" in results

    on_stage(tmp_path, test)


def test_two_moderators_may_decide_on_the_same_entry(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        await stage.appoint()
        challenge = await stage.open(review=True)
        await stage.enter(challenge, stage.house.alice)
        first = page_of(await stage.slash(stage.boss, "challenge review"))
        second = page_of(await stage.slash(stage.keeper, "challenge review"))
        form = await stage.press(stage.keeper, second, "Disqualify")
        await stage.turned(first, stage.press(stage.boss, first, "Approve"))
        await stage.turned(second, stage.fill(form, reason="Stolen"))
        assert await states(stage) == [EntryState.DISQUALIFIED]
        assert (await stage.history())[-2:] == ["approved", "disqualified"]

    on_stage(tmp_path, test)


def test_secret_voting_is_secret_to_moderators_too(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        challenge = await stage.open()
        entry = await stage.enter(challenge, stage.house.alice)
        await stage.enter(challenge, stage.house.bob)
        await stage.do(challenge, Close(step=State.SUBMITTING))
        await stage.vote(entry, stage.house.bob)
        review = page_of(await stage.slash(stage.boss, "challenge review"))
        assert "Votes" not in review.text
        assert str(stage.house.bob.id) not in review.text

    on_stage(tmp_path, test)
