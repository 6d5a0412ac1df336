"""Moderators make a challenge, and change it: by commands, by forms, by buttons and menus."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.challenges.model import State, When
from bot.playground.drafts import File
from tests.bot.challenges.doors.stage import DAY, HOUR, Stage, labels, on_stage, page_of
from tests.bot.engine import png

FIVE = {"theme": "Night", "description": "Dream of it", "submissions": "3 days", "voting": "2 days", "prize": "Fame"}


def test_a_short_form_makes_a_draft_and_its_page_opens_it(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        await stage.set("log-channel", str(stage.log.id))
        opened = await stage.slash(stage.boss, "challenge create", channel=stage.arena)
        done = await stage.fill(opened, **FIVE)
        page = page_of(done)
        assert page.ephemeral
        assert "which only moderators see" in page.text
        challenge = await stage.get()
        plan = challenge.plan
        assert challenge.state is State.DRAFT
        assert (plan.theme, plan.description, plan.prize, plan.channel) == (
            "Night", "Dream of it", "Fame", stage.arena.id,
        )  # fmt: skip
        assert (plan.submissions, plan.voting) == (When(after=3 * DAY), When(after=2 * DAY))
        assert "3 days after the opening" in page.text
        assert stage.own == []
        await stage.press(stage.boss, page, "Open now")
        assert "**Night** is taking entries now" in page.text
        await stage.settled()
        (announced,) = stage.own
        assert "A dream challenge is open: **Night**" in announced.text
        assert "Equal votes share a place" in announced.text
        assert labels(announced) == ["Submit a dream", "Rules"]
        assert (await stage.get()).state is State.SUBMITTING
        assert await stage.history() == ["created", "opened"]
        await stage.logged("Night", "made this challenge")
        await stage.logged("Night", "opened it")

    on_stage(tmp_path, test)


def test_everything_is_set_by_clicking_and_shown(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        await stage.draft()
        page = page_of(await stage.slash(stage.owner, "challenge edit"))
        await stage.fill(await stage.press(stage.owner, page, "Times"), opens="2 hours", voting="1 day 6 hours")
        await stage.fill(
            await stage.press(stage.owner, page, "What dreams need"),
            network="inception_v1", strength="0.5-2", seed="7", style="eyes",
        )  # fmt: skip
        await stage.fill(
            await stage.press(stage.owner, page, "Limits, role, series"),
            entries_each="2", votes_each="5", winner_role=str(stage.prize.id), themes="Day\n\nDusk",
        )  # fmt: skip
        for label in ("Anonymous: no", "Voting: secret", "Review: no", "Style: known"):
            await stage.press(stage.owner, page, label)
        await stage.pick(stage.owner, page, 6, [str(stage.artists.id)])
        await stage.pick(stage.owner, page, 8, [str(stage.garden.id)])
        plan = (await stage.get()).plan
        assert plan.opens == When(after=2 * HOUR)
        assert plan.voting == When(after=30 * HOUR)
        assert plan.constraints.text == "network=inception_v1 strength=0.5-2 seed=7 secret_style=eyes"
        assert (plan.entries_each, plan.votes_each, plan.winner_role) == (2, 5, stage.prize.id)
        assert (plan.themes, plan.repeat) == (("Day", "Dusk"), True)
        assert (plan.anonymous, plan.open_voting, plan.review) == (True, True, True)
        assert (plan.roles, plan.channel) == ((stage.artists.id,), stage.garden.id)
        for words in ("2 entries, 5 votes", "the style `eyes`", "2 more themes, next: Day", "moderators see who votes"):
            assert words in page.text
        await stage.press(stage.owner, page, "Schedule")
        assert (await stage.get()).state is State.SCHEDULED
        await stage.press(stage.owner, page, "Back to the draft")
        assert (await stage.get()).state is State.DRAFT

    on_stage(tmp_path, test)


@pytest.mark.parametrize("how", ["create", "edit"])
def test_the_picture_that_everybody_dreams_is_an_option(tmp_path: Path, how: str) -> None:
    async def test(stage: Stage) -> None:
        if how == "edit":
            await stage.draft()
        picture = File(filename="cat.png", data=png(shade=10))
        done = await stage.slash(stage.boss, f"challenge {how}", channel=stage.arena, picture=picture)
        page = page_of(done)
        assert "`cat.png`" in page.text
        challenge = await stage.get()
        assert await stage.house.challenges.base_bytes(challenge) == png(shade=10)
        if how == "create":
            await stage.fill(await stage.press(stage.boss, page, "Texts"), theme="Cats")
            await stage.fill(await stage.press(stage.boss, page, "Times"), submissions="1 day", voting="1 day")
        await stage.press(stage.boss, page, "Open now")
        await stage.settled()
        (announced,) = stage.own
        assert [one.filename for one in announced.attachments] == ["picture.png"]
        assert "Everybody dreams the same picture" in announced.text

    on_stage(tmp_path, test)
