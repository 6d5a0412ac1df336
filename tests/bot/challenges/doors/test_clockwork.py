"""What challenges do by themselves: at their time, once, whatever crashes, and with a word where it cannot be done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.challenges.doors import carrying
from bot.challenges.doors.leaving import CannotTell
from bot.challenges.events import Cancel, Extend, Open, Reopen
from bot.challenges.model import State, When
from bot.playground.permissions import Permission
from bot.store.tables import challenges
from tests.bot.challenges.doors.stage import DAY, HOUR, Stage, on_stage
from tests.bot.fuse import Fuse


def test_a_whole_challenge_runs_by_itself(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        house, guild = stage.house, stage.house.guild
        challenge = await stage.draft(opens=When(at=house.clock() + HOUR), winner_role=stage.prize.id, prize="Fame")
        await house.challenges.do(challenge.id, schedule(), guild=guild.id, by=stage.boss.id)
        await stage.settled()
        assert stage.own == []
        await stage.passes(HOUR)
        assert [one.text.partition("\n")[0] for one in stage.own] == ["🌀 A dream challenge is open: **Night**"]
        entries = {user: await stage.enter(challenge, user) for user in (house.alice, house.bob, house.mod)}
        await stage.passes(3 * DAY)
        assert "Vote for your favourites: **Night**" in stage.own[1].text
        await stage.vote(entries[house.alice], house.bob)
        await stage.vote(entries[house.alice], house.mod)
        await stage.vote(entries[house.bob], house.mod)
        await stage.vote(entries[house.mod], house.bob)
        house.world.remove_member(guild, house.mod)
        await stage.passes(2 * DAY)
        assert (await stage.get()).state is State.FINISHED
        results = stage.own[2].text
        assert "The results are here: **Night**" in results
        assert f"🥇 <@{house.alice.id}> · 1 vote" in results  # who has left does not count
        assert str(house.mod.id) not in results
        assert f"<@{house.bob.id}> · 0 votes" in results
        assert "inception_v1" in results
        assert stage.prize.id in guild.members[house.alice.id].roles
        assert stage.prize.id not in guild.members[house.bob.id].roles
        assert len(stage.own) == 3

    on_stage(tmp_path, test)


def schedule() -> Any:
    from bot.challenges.events import Schedule

    return Schedule()


@pytest.mark.parametrize("down", [HOUR, 30 * DAY])
def test_what_was_due_while_the_bot_was_down_happens_at_its_next_start(tmp_path: Path, down: float) -> None:
    async def test(stage: Stage) -> None:
        house = stage.house
        challenge = await stage.open()
        for user in (house.alice, house.bob):
            await stage.enter(challenge, user)

        def time_passes() -> None:
            house.clock.ahead += 3 * DAY - HOUR / 2 + down

        await house.restart(while_down=time_passes)
        await stage.settled()
        now = await stage.get()
        assert now.state is State.VOTING, "nobody could vote while it was down"
        assert now.voting_ends >= house.clock() + DAY - HOUR
        assert ["Vote for your favourites" in one.text for one in stage.own] == [False, True]

    on_stage(tmp_path, test)


def test_more_time_going_on_and_cancelling_are_announced(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        challenge = await stage.open()
        await stage.do(challenge, Extend(submissions=When(after=DAY)))
        await stage.do(challenge, Cancel())
        await stage.do(challenge, Reopen(submissions=When(after=DAY), voting=When(after=DAY)))
        texts = [one.text for one in stage.own]
        assert "There is more time: **Night**" in texts[1]
        assert "The challenge **Night** was cancelled: nobody wins." in texts[2]
        assert "The challenge goes on: **Night**" in texts[3]
        assert len(texts) == 4

    on_stage(tmp_path, test)


# --- once, whatever crashes


def light(stage: Stage, fuse: Fuse) -> None:
    """Every request to Discord, and everything that is written into the outbox and the results."""
    client = stage.house.client
    rest, outbox, results = client.answers._rest, stage.house.challenges.outbox, stage.house.challenges.results
    for thing, name in ((rest, "call"), (outbox, "done"), (outbox, "take"), (results, "count")):
        setattr(thing, name, fuse.guard(getattr(thing, name)))


CASES: dict[str, Callable[[Stage], Awaitable[None]]] = {}


def case(function: Callable[[Stage], Awaitable[None]]) -> Callable[[Stage], Awaitable[None]]:
    CASES[function.__name__] = function
    return function


@case
async def opening(stage: Stage) -> None:
    challenge = await stage.draft()
    await stage.house.challenges.do(challenge.id, Open(), guild=stage.house.guild.id, by=stage.boss.id)


@case
async def the_end(stage: Stage) -> None:
    """From the end of the submissions of a single entry, which wins, to its role."""
    stage.house.clock.ahead += 3 * DAY
    stage.house.client.doors.challenges.clockwork.look()


@pytest.mark.parametrize(
    ("what", "down"),
    [
        pytest.param("opening", 5.0, id="opening-back at once"),
        pytest.param("opening", 900.0, id="opening-back when no nonce is known any more"),
        pytest.param("the_end", 5.0, id="the end-back at once"),
        pytest.param("the_end", 900.0, id="the end-back when no nonce is known any more", marks=pytest.mark.soak),
    ],
)
def test_killed_at_any_step_everything_is_announced_once(tmp_path: Path, what: str, down: float) -> None:
    async def test(stage: Stage) -> None:
        steps = 0
        while await once(stage, what, steps, down):
            steps += 1
        assert steps >= 4  # it was killed at least that often

    on_stage(tmp_path, test)


async def once(stage: Stage, what: str, steps: int, down: float) -> bool:
    """One story, killed after so many steps. False: it was over before."""
    house = stage.house
    stage.arena = house.world.add_channel(house.guild, f"challenges-{steps}")
    await house.until(lambda: house.client.get_channel(stage.arena.id))
    before = 0
    if what == "the_end":
        challenge = await stage.open(winner_role=stage.prize.id)
        await stage.enter(challenge, house.alice)
        before = 1
    fuse = Fuse(steps)
    light(stage, fuse)
    await CASES[what](stage)
    settled = asyncio.create_task(stage.settled())
    fused = asyncio.create_task(fuse.blown.wait())
    await asyncio.wait({settled, fused}, return_when=asyncio.FIRST_COMPLETED)
    blown = fuse.blown.is_set()
    settled.cancel()
    fused.cancel()
    await asyncio.gather(settled, fused, return_exceptions=True)

    def time_passes() -> None:
        house.clock.ahead += down

    await house.restart(killed=True, while_down=time_passes)
    await stage.settled()
    assert len(stage.own) == before + 1, f"killed after {steps} steps: {[one.text[:60] for one in stage.own]}"
    if what == "the_end":
        assert "The results are here" in stage.own[-1].text
        assert stage.prize.id in house.guild.members[house.alice.id].roles
        house.guild.members[house.alice.id].roles.remove(stage.prize.id)
    return blown


# --- trouble


def test_a_channel_that_is_gone_is_told_and_another_one_gets_the_announcement(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        await stage.set("log-channel", str(stage.log.id))
        challenge = await stage.open()
        stage.house.world.delete_channel(stage.arena)
        await stage.house.until(lambda: stage.house.client.get_channel(stage.arena.id) is None)
        await stage.passes(3 * DAY)  # nobody has entered
        assert (await stage.get()).state is State.FINISHED
        told = await stage.logged("results of the challenge “Night” (#1) could not be announced", "The channel is gone")
        assert "/challenge edit" in told.text
        page = (await stage.slash(stage.boss, "challenge show")).original
        assert page is not None
        await stage.house.client.doors.challenges.organising.edit(
            who(stage), challenge.id, {"channel": stage.garden.id}
        )
        await stage.settled()
        (moved,) = [one for one in stage.house.world.messages(stage.garden) if one.author is stage.house.bot]
        assert "There were no entries, so nobody wins." in moved.text

    on_stage(tmp_path, test)


def who(stage: Stage) -> Any:
    from bot.dreaming.scenes import server_of
    from bot.moderation.doors.who import Who
    from bot.moderation.settings import Editor

    guild = stage.house.client.guilds[0]
    return Who(
        guild=guild,
        member=guild.me,
        server=server_of(guild),
        editor=Editor(id=stage.boss.id, manage_server=True),
        moderates=True,
    )


def test_a_withdrawn_permission_is_told_to_its_maker_where_there_is_no_log_channel(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        house = stage.house
        await stage.open()
        deny(stage, int(Permission.SEND_MESSAGES))
        await stage.passes(3 * DAY)
        told = await house.standin.message(lambda one: one.channel_id == house.world.direct(stage.boss).id)
        assert "could not be announced in" in told.text
        assert "Send Messages" in told.text
        assert (await stage.get()).state is State.FINISHED
        assert len(stage.own) == 1
        deny(stage, 0)
        await stage.passes(HOUR)
        assert "There were no entries" in stage.own[1].text
        directs = house.world.messages(house.world.direct(stage.boss))
        assert len(directs) == 1, "it is told once"

    on_stage(tmp_path, test)


def deny(stage: Stage, permissions: int) -> None:
    world, guild = stage.house.world, stage.house.guild
    everybody = guild.roles[guild.id]
    world.set_overwrite(stage.arena, everybody, deny=permissions)


def test_one_that_cannot_be_announced_holds_up_nobody(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        first = await stage.draft()
        second = await stage.draft(theme="Day", channel=stage.garden.id)
        deny(stage, int(Permission.SEND_MESSAGES))
        for one in (first, second):
            await stage.do(one, Open())
        there = [one for one in stage.house.world.messages(stage.garden) if one.author is stage.house.bot]
        assert ["**Day**" in one.text for one in there] == [True]
        assert stage.own == []

    on_stage(tmp_path, test)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda stage: stage.house.world.remove_role(stage.house.guild, stage.prize), "is not there any more"),
        (lambda stage: stage.house.world.set_role(stage.house.guild, stage.power, 0), "I need the permission"),
        (
            lambda stage: stage.house.world.set_role(stage.house.guild, stage.prize, int(Permission.BAN_MEMBERS)),
            "carries permissions",
        ),
    ],
    ids=["deleted", "may not", "powerful"],
)
def test_a_role_that_cannot_be_given_is_told(tmp_path: Path, spoil: Callable[[Stage], None], words: str) -> None:
    async def test(stage: Stage) -> None:
        await stage.set("log-channel", str(stage.log.id))
        challenge = await stage.open(winner_role=stage.prize.id)
        await stage.enter(challenge, stage.house.alice)
        before = roles(stage)
        spoil(stage)
        await stage.house.until(lambda: roles(stage) != before)
        await stage.passes(3 * DAY)
        told = await stage.logged("did not get their role")
        assert words in told.text
        assert "The results are here" in stage.own[-1].text
        assert stage.prize.id not in stage.house.guild.members[stage.house.alice.id].roles

    on_stage(tmp_path, test)


def roles(stage: Stage) -> set[tuple[int, int]]:
    """As the bot knows them."""
    return {(role.id, role.permissions.value) for role in stage.house.client.guilds[0].roles}


def test_one_that_repeats_goes_on_next_week(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        await stage.open(themes=("Dusk",), repeat=True)
        await stage.passes(3 * DAY)
        following = await stage.get(2)
        assert (following.state, following.plan.theme) == (State.SCHEDULED, "Dusk")
        await stage.passes(4 * DAY)
        assert "A dream challenge is open: **Dusk**" in stage.own[-1].text
        assert len(stage.own) == 3

    on_stage(tmp_path, test)


def test_when_discord_is_in_trouble_it_is_tried_again(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        house = stage.house
        challenge = await stage.draft()
        house.standin.faults.answer(r"POST /channels/\{channel_id\}/messages$", 503, times=3)
        await stage.do(challenge, Open())
        for _ in range(4):
            await stage.passes(HOUR)
        assert len(stage.own) == 1

    on_stage(tmp_path, test)


def test_where_discord_does_not_say_who_has_left_everybody_counts_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(*_: object) -> set[int]:
        raise CannotTell("no answer")

    async def test(stage: Stage) -> None:
        await stage.set("log-channel", str(stage.log.id))
        challenge = await stage.open()
        for user in (stage.house.alice, stage.house.bob):
            await stage.enter(challenge, user)
        monkeypatch.setattr(carrying, "who_has_left", silent)
        await stage.passes(3 * DAY)
        await stage.passes(2 * DAY)
        assert (await stage.get()).state is State.COUNTING, "it is asked again"
        await stage.passes(carrying.COUNT_PATIENCE)
        assert (await stage.get()).state is State.FINISHED
        await stage.logged("Discord did not say who has left", "everybody's votes were counted")
        assert "Nobody has voted" in stage.own[-1].text

    on_stage(tmp_path, test)


def test_one_that_cannot_be_read_holds_up_nobody(tmp_path: Path) -> None:
    """A newer version's, for instance: it is left alone, and the others go on."""

    async def test(stage: Stage) -> None:
        first, second = await stage.open(), await stage.open(theme="Day", channel=stage.garden.id)
        changed = update(challenges).where(challenges.c.id == first.id).values(plan={"zone": "Nowhere/Land"} | TIMELESS)
        await stage.house.challenges._database.write(lambda connection: connection.execute(changed))
        stage.house.clock.ahead += 3 * DAY
        stage.house.client.doors.challenges.clockwork.look()
        there = stage.house.world.messages
        await stage.house.until(lambda: any("There were no entries" in one.text for one in there(stage.garden)))
        assert (await stage.get(second.id)).state is State.FINISHED

    on_stage(tmp_path, test)


TIMELESS = {"channel": 1, "theme": "From the future", "submissions": {"after": 5}, "voting": {"after": 5}}
