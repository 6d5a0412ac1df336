"""Moderators are told of an entry that waits for them: once each, whatever crashes, in the server's language."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.challenges.events import Cancel
from bot.challenges.model import EntryState
from bot.playground.permissions import Permission
from tests.bot.challenges.doors.stage import Stage, labels, on_stage, page_of
from tests.bot.challenges.doors.test_clockwork import Fuse, light


def lines(stage: Stage) -> list[str]:
    return [one for one in stage.entries if "waits for a moderator" in one]


def test_a_line_in_the_log_channel_leads_to_the_entry(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        house = stage.house
        await stage.set("log-channel", str(stage.log.id))
        challenge = await stage.open(review=True, anonymous=False)
        for user in (house.alice, house.bob):
            await stage.enter(challenge, user)
        told = await stage.logged("🌀 **Night** (#1) · Entry #2 waits for a moderator.")
        assert len(lines(stage)) == 2
        assert str(house.bob.id) not in told.text
        assert labels(told) == ["Look at it"]
        refused = await stage.press(house.alice, told, "Look at it")
        await house.told(refused, "Manage Server")
        review = page_of(await stage.press(stage.boss, told, "Look at it"))
        assert review.ephemeral
        assert "Entry #2 (2 of 2)" in review.text
        await stage.turned(review, stage.press(stage.boss, review, "Approve"))
        states = [one.state for one in await house.challenges.entries.all(1, guild=house.guild.id)]
        assert states == [EntryState.PENDING, EntryState.APPROVED]

    on_stage(tmp_path, test)


def test_what_nobody_has_to_look_at_is_not_said(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        house = stage.house
        challenge = await stage.open(review=True)
        await stage.enter(challenge, house.alice)  # there is no log channel yet
        await stage.settled()
        await stage.set("log-channel", str(stage.log.id))
        everybody = house.guild.roles[house.guild.id]
        house.world.set_overwrite(stage.log, everybody, deny=int(Permission.SEND_MESSAGES))
        await stage.enter(challenge, house.bob)
        await stage.settled()
        await stage.do(challenge, Cancel())
        free = await stage.open()
        await stage.enter(free, house.mod)
        house.world.set_overwrite(stage.log, everybody, deny=0)
        await stage.passes(3600)
        assert lines(stage) == []

    on_stage(tmp_path, test)


def test_in_the_servers_language(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        await stage.set("log-channel", str(stage.log.id))
        await stage.set("language", "de")
        await stage.enter(await stage.open(review=True), stage.house.alice)
        told = await stage.logged("Beitrag #1 wartet auf einen Moderator.")
        assert labels(told) == ["Ansehen"]

    on_stage(tmp_path, test)


def test_killed_at_any_step_it_is_said_once(tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        house = stage.house
        await stage.set("log-channel", str(stage.log.id))
        challenge = await stage.open(review=True, entries_each=20)
        killed, blown = 0, True
        while blown:
            job = await stage.dream(house.alice)
            await stage.settled()
            fuse = Fuse(2 * killed + 1)  # after each step; before the next one is the same
            light(stage, fuse)
            await stage.submit(challenge, house.alice, job)
            settled = asyncio.create_task(stage.settled())
            fused = asyncio.create_task(fuse.blown.wait())
            await asyncio.wait({settled, fused}, return_when=asyncio.FIRST_COMPLETED)
            blown = fuse.blown.is_set()
            for task in (settled, fused):
                task.cancel()
            await asyncio.gather(settled, fused, return_exceptions=True)
            await house.restart(killed=True, while_down=lambda: None)
            await stage.settled()
            killed += 1
            assert len(lines(stage)) == killed, f"killed after {2 * killed - 1} steps"
        assert killed > 2

    on_stage(tmp_path, test)
