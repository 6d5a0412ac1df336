"""What cannot be is one sentence that says what is wrong and what to do, and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.challenges.events import Cancel, Open
from bot.challenges.model import State, When
from bot.playground.drafts import File
from bot.playground.permissions import Permission
from tests.bot.challenges.doors.stage import DAY, HOUR, Stage, labels, on_stage, page_of

FIVE = {"theme": "Night", "description": "", "submissions": "3 days", "voting": "2 days", "prize": ""}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"submissions": "2020-01-01 18:00"}, "is over already: give a later moment"),
        ({"submissions": "2026-02-30"}, "There is no such day or time"),
        ({"voting": "500 days"}, "That is too long: 400 days at most"),
        ({"voting": "tomorrw"}, "“tomorrw” is no moment that I can read"),
        ({"submissions": "2027-03-28 02:30 Europe/Vienna"}, "The clocks go forward that night, so there is no 02:30"),
        ({"submissions": "2026-12-24 18:00 CET"}, "“CET” can mean several time zones"),
        ({"submissions": "now"}, "Submissions and voting need some time"),
    ],
)
def test_a_form_with_something_wrong_keeps_all_that_was_typed(
    tmp_path: Path, typed: dict[str, str], words: str
) -> None:
    async def test(stage: Stage) -> None:
        opened = await stage.slash(stage.boss, "challenge create")
        told = page_of(await stage.fill(opened, **(FIVE | typed)))
        assert words in told.text
        assert "Nothing was changed" in told.text
        assert await stage.house.challenges.of(stage.house.guild.id) == []
        again = await stage.press(stage.boss, told, "Correct it")
        done = await stage.fill(again, submissions="1 day", voting="1 day")
        assert (await stage.get()).plan.theme == "Night"
        assert "This is a draft" in done.text or "This is a draft" in told.text

    on_stage(tmp_path, test)


def test_two_things_that_are_wrong_are_both_said(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        await stage.draft()
        page = page_of(await stage.slash(stage.boss, "challenge edit"))
        form = await stage.press(stage.boss, page, "Limits, role, series")
        told = page_of(await stage.fill(form, entries_each="none", votes_each="5000", themes="x" * 101))
        assert "“none” does not work: give a whole number from 1 to 20" in told.text
        assert "“5000” does not work: give a whole number from 1 to 100" in told.text
        assert "This theme is too long" in told.text
        assert await stage.history() == ["created"]

    on_stage(tmp_path, test)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"layers": "nothing9"}, "nothing9"),
        ({"style": "eyes", "layers": "4c"}, "give either a style or layers"),
        ({"style": "surprise"}, "cannot ask for it"),
        ({"strength": "-5"}, "is no range of strengths"),
        ({"strength": "9"}, "is no range of strengths"),
        ({"seed": "many"}, "seed"),
    ],
)
def test_what_no_dream_could_meet_is_refused(tmp_path: Path, typed: dict[str, str], words: str) -> None:
    async def test(stage: Stage) -> None:
        await stage.draft()
        page = page_of(await stage.slash(stage.boss, "challenge edit"))
        told = page_of(await stage.fill(await stage.press(stage.boss, page, "What dreams need"), **typed))
        assert "Nothing was changed" in told.text
        assert words in told.text
        assert (await stage.get()).plan.constraints.text == ""

    on_stage(tmp_path, test)


def test_a_draft_says_what_it_lacks(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        await stage.draft(theme="", submissions=None)
        page = page_of(await stage.slash(stage.boss, "challenge edit"))
        assert "The challenge has no theme yet" in page.text
        told = await stage.press(stage.boss, page, "Open now")
        assert "The challenge has no theme yet" in told.text
        await stage.fill(await stage.press(stage.boss, page, "Texts"), theme="Night")
        assert "needs an end for submissions" in page.text

    on_stage(tmp_path, test)


def test_a_time_zone_is_the_servers(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        await stage.set("time-zone", "Asia/Tokyo")
        opened = await stage.slash(stage.boss, "challenge create")
        assert "times are in Asia/Tokyo" in page_of(await stage.fill(opened, **FIVE)).text
        at = stage.house.clock() + 3 * DAY
        await stage.slash(stage.boss, "challenge schedule", opens=in_tokyo(at))
        challenge = await stage.get()
        assert challenge.state is State.SCHEDULED
        assert abs(challenge.opens_at - at) < 60

    on_stage(tmp_path, test)


def in_tokyo(at: float) -> str:
    import datetime
    import zoneinfo

    return datetime.datetime.fromtimestamp(at, zoneinfo.ZoneInfo("Asia/Tokyo")).strftime("%Y-%m-%d %H:%M")


def test_a_channel_where_nothing_can_be_announced_is_refused_beforehand(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        house = stage.house
        await stage.draft()
        everybody = house.guild.roles[house.guild.id]
        house.world.set_overwrite(stage.arena, everybody, deny=int(Permission.ATTACH_FILES))
        told = await stage.slash(stage.boss, "challenge open")
        assert "I lack the permission Attach Files" in told.text
        house.world.delete_channel(stage.arena)
        await house.until(lambda: house.client.get_channel(stage.arena.id) is None)
        told = await stage.slash(stage.boss, "challenge open")
        assert "I do not see its channel any more: choose another one" in told.text
        assert (await stage.get()).state is State.DRAFT
        page = page_of(await stage.slash(stage.boss, "challenge edit"))
        assert "I do not see its channel any more" in page.text
        await stage.pick(stage.boss, page, 8, [str(stage.garden.id)])
        await stage.press(stage.boss, page, "Open now")
        assert (await stage.get()).state is State.SUBMITTING

    on_stage(tmp_path, test)


@pytest.mark.parametrize("who", ["boss", "prizegiver", "owner"])
def test_a_prize_role_has_to_be_harmless_and_below_whoever_chooses_it(tmp_path: Path, who: str) -> None:
    async def test(stage: Stage) -> None:
        world, guild = stage.house.world, stage.house.guild
        user = stage.boss if who == "boss" else stage.owner if who == "owner" else world.add_user("prizegiver")
        if who == "prizegiver":
            granted = int(Permission.MANAGE_GUILD) | int(Permission.MANAGE_ROLES)
            world.add_member(guild, user, roles=[world.add_role(guild, "Prizes", granted)])
        above = world.add_role(guild, "Above")
        mighty = world.add_role(guild, "Mighty")
        mighty.position = 1
        world.set_role(guild, mighty, int(Permission.BAN_MEMBERS))
        await stage.house.until(lambda: {"Above", "Mighty"} <= {one.name for one in stage.house.client.guilds[0].roles})
        await stage.draft()
        page = page_of(await stage.slash(user, "challenge edit"))

        async def choose(role: int) -> str:
            opened = await stage.press(user, page, "Limits, role, series")
            done = await stage.fill(opened, winner_role=str(role))
            return done.text if done.original is not None else ""

        assert "carries permissions, and a prize must not" in await choose(mighty.id)
        assert "stands above mine" in await choose(above.id)
        told = await choose(stage.prize.id)
        chosen = (await stage.get()).plan.winner_role
        if who == "boss":
            assert "you need the permission Manage Roles yourself" in told
            assert chosen is None
        else:
            assert chosen == stage.prize.id

    on_stage(tmp_path, test)


def test_a_prize_role_that_stands_above_ones_own_is_refused(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        world, guild = stage.house.world, stage.house.guild
        low = world.add_role(guild, "Low", int(Permission.MANAGE_GUILD) | int(Permission.MANAGE_ROLES))
        low.position = stage.prize.position - 1
        world.set_role(guild, low, low.permissions)
        user = world.add_user("low")
        world.add_member(guild, user, roles=[low])
        known = stage.house.client.guilds[0]
        await stage.house.until(lambda: [one.position for one in known.roles if one.id == low.id] == [low.position])
        await stage.draft()
        page = page_of(await stage.slash(user, "challenge edit"))
        opened = await stage.press(user, page, "Limits, role, series")
        told = await stage.fill(opened, winner_role=str(stage.prize.id))
        assert "You can only choose a role that stands below your own" in told.text

    on_stage(tmp_path, test)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (File(filename="notes.txt", data=b"hello"), "notes.txt is a text"),
        (File(filename="empty.png", data=b""), "empty.png is empty"),
    ],
)
def test_what_is_no_picture_makes_no_draft(tmp_path: Path, file: File, words: str) -> None:
    async def test(stage: Stage) -> None:
        told = await stage.slash(stage.boss, "challenge create", picture=file)
        assert words in told.text
        assert await stage.house.challenges.of(stage.house.guild.id) == []

    on_stage(tmp_path, test)


def test_what_members_have_seen_cannot_be_changed_any_more(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        await stage.draft()
        page = page_of(await stage.slash(stage.boss, "challenge edit"))
        form = await stage.press(stage.boss, page, "Texts")
        await stage.do(await stage.get(), Open())
        told = await stage.fill(form, theme="Day")
        assert "Nothing was changed" in told.text
        assert (await stage.get()).plan.theme == "Night"
        assert "meanwhile, or it has gone on" in told.text
        told = await stage.press(stage.boss, page, "Review: no")
        assert "This cannot be changed any more" in told.text
        now = page_of(await stage.slash(stage.boss, "challenge edit"))
        assert "Texts" in labels(now)
        done = await stage.fill(await stage.press(stage.boss, now, "Texts"), prize="Gold")
        assert done is not None
        assert (await stage.get()).plan.prize == "Gold"

    on_stage(tmp_path, test)


# --- which one


def test_which_challenge_is_meant(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        told = await stage.slash(stage.boss, "challenge show")
        assert "`/challenge create` makes one" in told.text
        await stage.draft()
        assert "Night" in (await stage.slash(stage.boss, "challenge show")).text
        await stage.draft(theme="Day")
        assert "Which challenge do you mean?" in (await stage.slash(stage.boss, "challenge show")).text
        assert "#1 “Night”" in (await stage.slash(stage.boss, "challenge show")).text
        assert "Day" in (await stage.slash(stage.boss, "challenge show", challenge="day")).text
        assert "Challenge #2" in (await stage.slash(stage.boss, "challenge show", challenge="#2")).text
        for typed, words in (("99", "no such challenge"), ("Dusk", "There is no challenge “Dusk”")):
            assert words in (await stage.slash(stage.boss, "challenge show", challenge=typed)).text

    on_stage(tmp_path, test)


def test_what_does_not_fit_where_it_stands_is_said(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        challenge = await stage.draft()
        for command, words in (
            ("extend", "still a draft"),
            ("close", "still a draft"),
            ("reopen", "still a draft"),
        ):
            options = {} if command == "close" else {"voting": "1 day"}
            told = await stage.slash(stage.boss, f"challenge {command}", challenge="1", **options)
            assert words in told.text, command
        await stage.do(challenge, Open())
        for command, words in (("open", "still taking entries"), ("schedule", "still taking entries")):
            assert words in (await stage.slash(stage.boss, f"challenge {command}", challenge="1")).text
        told = await stage.slash(stage.boss, "challenge extend", challenge="1", submissions="2020-01-01")
        assert "is over already" in told.text
        told = await stage.slash(stage.boss, "challenge disqualify", member=stage.house.bob, reason="why")
        assert "has no entry in this challenge" in told.text
        await stage.do(challenge, Cancel())
        assert "was cancelled" in (await stage.slash(stage.boss, "challenge close", challenge="1")).text

    on_stage(tmp_path, test)


def test_a_server_can_have_too_many(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        for _ in range(25):
            await stage.draft()
        opened = await stage.slash(stage.boss, "challenge create")
        told = await stage.fill(opened, **FIVE)
        assert "This server has 25 challenges already" in told.text

    on_stage(tmp_path, test)


# --- two moderators at once


def test_two_moderators_who_close_at_once_close_one_phase(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        await stage.appoint()
        challenge = await stage.open()
        for user in (stage.house.alice, stage.house.bob):
            await stage.enter(challenge, user)
        pages = {user: page_of(await stage.slash(user, "challenge show")) for user in (stage.boss, stage.keeper)}
        for user, page in pages.items():
            await stage.press(user, page, "End the submissions now")
        assert (await stage.get()).state is State.VOTING
        await stage.settled()
        assert ["Vote for your favourites" in one.text for one in stage.own] == [False, True]
        assert (await stage.history()).count("closed") == 1

    on_stage(tmp_path, test)


def test_two_moderators_who_edit_at_once_do_not_undo_each_other(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        await stage.appoint()
        await stage.draft()
        page = page_of(await stage.slash(stage.boss, "challenge edit"))
        other = page_of(await stage.slash(stage.keeper, "challenge edit"))
        first = await stage.press(stage.boss, page, "Texts")
        second = await stage.press(stage.keeper, other, "Texts")
        await stage.fill(first, description="By the boss")
        told = await stage.fill(second, description="By the keeper")
        assert "Somebody else has changed this challenge meanwhile" in told.text
        assert "By the keeper" in told.text, "what was typed is not lost"
        assert (await stage.get()).plan.description == "By the boss"

    on_stage(tmp_path, test)


def test_schedule_and_extend_by_slash(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        await stage.draft()
        told = await stage.slash(stage.boss, "challenge schedule", opens="2 hours")
        assert "**Night** is scheduled now" in told.text
        await stage.passes(2 * HOUR)
        before = await stage.get()
        await stage.slash(stage.boss, "challenge extend", submissions="1 day")
        after = await stage.get()
        assert after.submissions_end == before.submissions_end + DAY
        assert after.voting_ends == before.voting_ends + DAY
        form = await stage.slash(stage.boss, "challenge extend")
        await stage.fill(form, voting="6 hours")
        assert (await stage.get()).voting_ends == after.voting_ends + 6 * HOUR
        asked = await stage.slash(stage.boss, "challenge cancel")
        await stage.press(stage.boss, page_of(asked), "Yes, cancel it")
        assert (await stage.get()).state is State.CANCELLED
        form = await stage.slash(stage.boss, "challenge reopen")
        await stage.fill(form, submissions="1 day", voting="1 day")
        assert (await stage.get()).state is State.SUBMITTING
        history = (await stage.slash(stage.boss, "challenge audit")).text
        for words in ("made this challenge", "scheduled it", "gave it more time", "cancelled it", "reopened it"):
            assert words in history
        assert history.index("reopened it") < history.index("made this challenge")

    on_stage(tmp_path, test)


def test_a_draft_can_be_discarded_and_taken_up_again(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        await stage.draft()
        page = page_of(await stage.slash(stage.boss, "challenge edit"))
        await stage.press(stage.boss, page, "Discard")
        assert "Members have not seen it yet" in page.text
        await stage.press(stage.boss, page, "Yes, cancel it")
        assert (await stage.get()).state is State.CANCELLED
        await stage.settled()
        assert stage.own == []
        await stage.press(stage.boss, page, "Reopen")
        assert (await stage.get()).state is State.DRAFT
        assert (await stage.get()).plan.voting == When(after=2 * DAY)

    on_stage(tmp_path, test)
