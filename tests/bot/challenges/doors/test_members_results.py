"""The results: announced with a sheet, the winners' pictures and recipes; and what stays of all challenges."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.challenges import rows
from bot.challenges.constraints import Constraints
from bot.challenges.doors.resulting import place_in_words
from bot.challenges.events import Close
from bot.challenges.model import Challenge, State
from bot.executor.protocol import SheetKind
from bot.playground.model import Message
from dreamcore.errors import DreamError
from tests.bot.challenges.doors.crowd import ENTER, Crowd, in_crowd
from tests.bot.challenges.doors.stage import DAY, labels
from tests.bot.dreaming.doors.house import PICTURE


async def finished(crowd: Crowd, *, votes: bool = True, theme: str = "Night", entries: int = 2) -> Challenge:
    """Alice and Bob have entered, and Bob's dream has won."""
    challenge = await crowd.stage.open(theme=theme, prize="Fame")
    for user in (crowd.alice, crowd.bob)[:entries]:
        await crowd.enters(user)
    if entries > 1:
        await crowd.voting(challenge)
        if votes:
            mine = [one for one in await crowd.entries(challenge.id) if one.member == crowd.bob.id]
            for user in (crowd.alice, crowd.mod):
                await crowd.stage.vote(mine[0], user)
        await crowd.stage.do(challenge, Close(step=State.VOTING))
    else:
        await crowd.stage.do(challenge, Close(step=State.SUBMITTING))
    await crowd.stage.settled()
    return await crowd.stage.get(challenge.id)


def _announced(crowd: Crowd) -> Message:
    return crowd.stage.own[-1]


def test_the_results_come_with_a_sheet_and_the_winners_dream_once_more(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        challenge = await finished(crowd)
        assert challenge.state is State.FINISHED
        message = _announced(crowd)
        alice, bob = f"<@{crowd.alice.id}>", f"<@{crowd.bob.id}>"
        assert "🏆 The results are here: **Night**" in message.text
        assert f"Congratulations, {bob}!" in message.text
        assert f"🥇 {bob} · 2 votes" in message.text
        assert f"– {alice} · 0 votes" in message.text
        assert "The winner's recipe" in message.text
        assert "layer=" in message.text
        assert "Fame" in message.text
        assert [one.filename for one in message.attachments] == ["winner-2.png", "results.png"]
        entries = await crowd.entries()
        assert message.attachments[0].data == await crowd.house.challenges.entries.picture(entries[1])
        (sheet,) = crowd.house.engine.sheets
        assert sheet.kind is SheetKind.RESULTS
        assert [(one.mark, one.name, one.votes, one.winner) for one in sheet.entries] == [
            ("1", "bob", "2 votes", True),
            ("–", "alice", "0 votes", False),
        ]
        assert (sheet.heading, sheet.details) == ("Night", "Dreamers · 2 entries · 2 voters")
        assert labels(message) == ["All entries", "Rules"]
        page = (await crowd.stage.press(crowd.alice, message, "All entries")).original
        assert page is not None
        assert "🥇 2 votes" in page.text
        assert f"By {bob}" in page.text

    in_crowd(tmp_path, test)


@pytest.mark.parametrize("how", ["nobody enters", "nobody votes", "one entry"])
def test_each_end_has_its_words(tmp_path: Path, how: str) -> None:
    async def test(crowd: Crowd) -> None:
        entries = {"nobody enters": 0, "nobody votes": 2, "one entry": 1}[how]
        challenge = await finished(crowd, votes=False, entries=entries)
        assert challenge.state is State.FINISHED
        message = _announced(crowd)
        words = {
            "nobody enters": "There were no entries, so nobody wins",
            "nobody votes": "Nobody has voted, so nobody wins",
            "one entry": "There was a single entry, which wins",
        }[how]
        assert words in message.text
        assert ("Congratulations" in message.text) == (how == "one entry")
        done = await crowd.stage.slash(crowd.mod, "challenge results")
        assert words in done.text

    in_crowd(tmp_path, test)


def test_a_secret_style_is_revealed(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        challenge = await crowd.stage.open(constraints=Constraints(style="peacocks", secret=True))
        done = await crowd.house.standin.command(
            crowd.alice, crowd.stage.arena, "challenge dream", {"picture": PICTURE}
        )
        await crowd.house.until(lambda: done.original is not None and ENTER in labels(done.original))
        assert done.original is not None
        await crowd.stage.press(crowd.alice, done.original, ENTER)
        await crowd.stage.do(challenge, Close(step=State.SUBMITTING))
        await crowd.stage.settled()
        assert "the style `peacocks`" in _announced(crowd).text

    in_crowd(tmp_path, test)


def test_without_a_worker_the_results_come_without_a_sheet(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        crowd.house.engine.sheet_fails = DreamError("no worker")
        await finished(crowd)
        assert [one.filename for one in _announced(crowd).attachments] == ["winner-2.png"]

    in_crowd(tmp_path, test)


def test_leaderboard_history_and_results_are_there_for_everybody(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        nothing = await crowd.stage.slash(crowd.alice, "challenge leaderboard")
        assert "No challenge on this server has been finished yet" in nothing.text
        assert "finished yet" in (await crowd.stage.slash(crowd.alice, "challenge results")).text
        for theme in ("Night", "Day"):
            await finished(crowd, theme=theme)
        board = (await crowd.stage.slash(crowd.alice, "challenge leaderboard")).original
        assert board is not None
        assert f"🥇 <@{crowd.bob.id}> · 2 wins · 2 times among the first three · 4 votes" in board.text
        assert f"– <@{crowd.alice.id}> · 0 wins" in board.text, "no medal for what nobody has voted for"
        await crowd.stage.turned(board, crowd.house.standin.press(crowd.alice, board, "All challenges"))
        assert "**Day** · #2" in board.text
        assert f"🏆 <@{crowd.bob.id}> · 2 entries" in board.text
        await crowd.stage.turned(board, crowd.chooses(crowd.alice, board, "1"))
        assert "The results are here: **Night**" in board.text
        assert labels(board) == ["All entries", "Where they were announced"]
        latest = await crowd.stage.slash(crowd.alice, "challenge results")
        assert "**Day**" in latest.text

    in_crowd(tmp_path, test)


def test_who_has_done_as_well_shares_a_place_in_the_leaderboard(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        stage = crowd.stage
        challenge = await stage.open()
        entries = [await crowd.enters(user) for user in (crowd.alice, crowd.bob, crowd.mod)]
        await crowd.voting(challenge)
        await stage.vote(entries[0], crowd.bob)
        await stage.vote(entries[1], crowd.mod)
        await stage.do(challenge, Close(step=State.VOTING))
        lines = (await stage.slash(crowd.alice, "challenge leaderboard")).text
        for user, medal in ((crowd.alice, "🥇"), (crowd.bob, "🥇"), (crowd.mod, "–")):
            assert f"{medal} <@{user.id}>" in lines

    in_crowd(tmp_path, test)


def test_moments_within_sentences_stay_in_their_line(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        await crowd.stage.open()
        entered = await crowd.stage.press(crowd.alice, await crowd.dreams(crowd.alice), ENTER)
        page = await crowd.stage.slash(crowd.alice, "challenge submit")
        for done in (entered, page):
            (line,) = [one for one in done.text.splitlines() if " until <t:" in one]
            assert line.endswith(":R>).")

    in_crowd(tmp_path, test)


def test_many_challenges_are_leafed_through(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        draft = await crowd.stage.draft()
        over = dataclasses.replace(draft, state=State.FINISHED, opened=draft.created, finished=draft.created)

        async def add(connection: AsyncConnection) -> None:
            for number in range(10):
                plan = dataclasses.replace(draft.plan, theme=f"Theme {number}")
                await rows.add(connection, dataclasses.replace(over, plan=plan))

        await crowd.house.challenges.entries._database.write(add)
        page = (await crowd.stage.slash(crowd.alice, "challenge history")).original
        assert page is not None
        assert "Theme 9" in page.text
        assert "Theme 1*" not in page.text
        await crowd.stage.turned(page, crowd.house.standin.press(crowd.alice, page, "Older ones"))
        assert "Theme 1*" in page.text
        assert "Theme 0*" in page.text
        await crowd.stage.turned(page, crowd.house.standin.press(crowd.alice, page, "Latest"))
        assert "Theme 9" in page.text

    in_crowd(tmp_path, test)


def test_what_is_kept_no_more_is_said_and_the_results_stay(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        challenge = await finished(crowd)
        crowd.house.clock.ahead += 31 * DAY
        await crowd.house.challenges.sweep()
        page = (await crowd.stage.slash(crowd.alice, "challenge gallery", challenge=str(challenge.id))).original
        assert page is not None
        assert "Its picture cannot be shown here" in page.text
        assert page.attachments == []
        results = await crowd.stage.slash(crowd.alice, "challenge results")
        assert f"🥇 <@{crowd.bob.id}> · 2 votes" in results.text

    in_crowd(tmp_path, test)


def test_whoever_was_forgotten_stays_without_a_name(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        await finished(crowd)
        await crowd.house.queue.members.forget(crowd.bob.id)
        results = await crowd.stage.slash(crowd.alice, "challenge results")
        assert "somebody who was forgotten" in results.text
        assert str(crowd.bob.id) not in json.dumps([one.embeds for one in results.messages])
        board = await crowd.stage.slash(crowd.alice, "challenge leaderboard")
        assert str(crowd.bob.id) not in board.text

    in_crowd(tmp_path, test)


def test_shared_places_are_not_counted_on_by_the_client() -> None:
    """A line that begins with a number and a dot is a list to Discord, which numbers it anew."""
    assert [place_in_words(place) for place in (1, 4, 4, None)] == ["🥇", "**4.**", "**4.**", "–"]
