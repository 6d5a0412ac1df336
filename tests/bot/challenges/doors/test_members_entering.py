"""Members enter their dreams: by the button under one, by its menu, by the command, and change their minds."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.challenges.events import Close
from bot.challenges.model import EntryState, State
from bot.playground.drafts import File
from tests.bot.challenges.doors.crowd import ENTER, Crowd, both, file_in, in_crowd
from tests.bot.challenges.doors.stage import HOUR, labels
from tests.bot.engine import png


def test_the_button_under_a_dream_enters_a_copy_of_it(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        before = await crowd.dreams(crowd.alice)
        assert ENTER not in labels(before)
        challenge = await crowd.stage.open()
        message = await crowd.dreams(crowd.alice)
        assert labels(message)[-1] == ENTER
        done = await crowd.stage.press(crowd.alice, message, ENTER)
        assert "✅ Your dream is in the challenge **Night**, as entry #1." in done.text
        assert done.original is not None
        assert done.original.ephemeral
        (entry,) = await crowd.entries()
        assert (entry.member, entry.state, entry.challenge) == (crowd.alice.id, EntryState.APPROVED, challenge.id)
        assert await crowd.house.challenges.entries.picture(entry) == file_in(message)
        again = await crowd.stage.press(crowd.alice, message, ENTER)
        assert "already, as entry #1" in again.text
        other = await crowd.stage.press(crowd.bob, message, ENTER)
        assert "somebody else's" in other.text
        late = await crowd.stage.slash(crowd.alice, "challenge submit", dream=f"1.{entry.job}.0")
        assert "already" in late.text
        assert len(await crowd.entries()) == 1

    in_crowd(tmp_path, test)


def test_a_dream_from_before_the_opening_does_not_count_whatever_is_pressed(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        message = await crowd.dreams(crowd.alice)
        none = await crowd.house.standin.menu(crowd.alice, crowd.house.channel, ENTER, message)
        await crowd.house.told(none, "No challenge on this server takes entries")
        await crowd.stage.open()
        done = await crowd.house.standin.menu(crowd.alice, crowd.house.channel, ENTER, message)
        await crowd.house.told(done, "older than the challenge")
        own = await crowd.house.post("my picture", File(filename="cat.png", data=png()))
        done = await crowd.house.standin.menu(crowd.alice, crowd.house.channel, ENTER, own)
        await crowd.house.told(done, "no dream of mine")
        assert await crowd.entries() == []

    in_crowd(tmp_path, test)


def test_the_menu_and_the_command_enter_too(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        await crowd.stage.open(entries_each=2)
        first, second = await crowd.dreams(crowd.alice), await crowd.dreams(crowd.alice)
        done = await crowd.house.standin.menu(crowd.alice, crowd.house.channel, ENTER, first)
        await crowd.house.standin.fulfilled(done)
        assert "entry #1" in done.text
        assert "You may enter 1 more" in done.text
        offered = await crowd.house.standin.autocomplete(
            crowd.alice, crowd.stage.arena, "challenge submit", "dream", "cat"
        )
        (choice,) = offered
        assert choice["name"].startswith("cat.png · network=")
        done = await crowd.stage.slash(crowd.alice, "challenge submit", dream=choice["value"])
        assert "entry #2" in done.text
        assert [await crowd.house.challenges.entries.picture(one) for one in await crowd.entries()] == [
            file_in(first),
            file_in(second),
        ]
        nobody = await crowd.house.standin.autocomplete(crowd.bob, crowd.stage.arena, "challenge submit", "dream", "")
        assert nobody == []

    in_crowd(tmp_path, test)


def test_the_announcement_explains_how_and_offers_what_there_is(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        await crowd.stage.open()
        (announced,) = crowd.stage.own
        how = (await crowd.stage.press(crowd.bob, announced, "Submit a dream")).original
        assert how is not None
        assert "Under the dream, press **Enter in the challenge**" in how.text
        assert labels(how) == []
        await crowd.dreams(crowd.bob)
        page = (await crowd.stage.press(crowd.bob, announced, "Submit a dream")).original
        assert page is not None
        await crowd.stage.turned(page, crowd.chooses(crowd.bob, page))
        assert "✅" in page.text
        await crowd.stage.turned(page, crowd.house.standin.press(crowd.bob, page, "My entries"))
        assert "Entry #1, which takes part" in page.text
        await crowd.stage.turned(page, crowd.house.standin.press(crowd.bob, page, "Withdraw entry #1"))
        assert "Entry #1 is withdrawn" in page.text
        (entry,) = await crowd.entries()
        assert entry.state is EntryState.WITHDRAWN
        assert await crowd.house.challenges.entries.picture(entry) is None

    in_crowd(tmp_path, test)


def test_an_entry_is_replaced_after_a_question_that_shows_both(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        await crowd.stage.open()
        await crowd.enters(crowd.alice)
        message = await crowd.dreams(crowd.alice)
        page = (await crowd.stage.press(crowd.alice, message, ENTER)).original
        assert page is not None
        assert "Shall this dream take its place?" in page.text
        assert [one.filename for one in page.attachments] == ["cat-dream.png", "entry-1.png"]
        await crowd.stage.turned(page, crowd.house.standin.press(crowd.alice, page, "Replace entry #1"))
        assert "as entry #2, in place of entry #1" in page.text
        assert page.attachments == []
        older, newer = await crowd.entries()
        assert (older.state, newer.state) == (EntryState.WITHDRAWN, EntryState.APPROVED)
        assert await crowd.house.challenges.entries.picture(newer) == file_in(message)
        again = await crowd.stage.press(crowd.alice, message, ENTER)
        assert "already, as entry #2" in again.text

    in_crowd(tmp_path, test)


def test_a_dream_whose_message_is_deleted_cannot_be_copied(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        await crowd.stage.open()
        message = await crowd.dreams(crowd.alice)
        offered = await crowd.house.standin.autocomplete(
            crowd.alice, crowd.stage.arena, "challenge submit", "dream", ""
        )
        crowd.house.standin.people.delete(crowd.mod, message)
        done = await crowd.stage.slash(crowd.alice, "challenge submit", dream=offered[0]["value"])
        assert "is deleted, so I cannot copy its picture" in done.text
        assert await crowd.entries() == []

    in_crowd(tmp_path, test)


def test_twice_at_once_is_once(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        await crowd.stage.open(entries_each=3)
        message = await crowd.dreams(crowd.alice)
        done = await both(*(crowd.stage.press(crowd.alice, message, ENTER) for _ in range(4)))
        assert sum("✅" in one.text for one in done) == 1
        assert sum("already, as entry #" in one.text for one in done) == 3
        assert len(await crowd.entries()) == 1

    in_crowd(tmp_path, test)


def test_two_dreams_at_once_do_not_become_more_entries_than_one_may_have(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        await crowd.stage.open()
        first, second = await crowd.dreams(crowd.alice), await crowd.dreams(crowd.alice)
        await both(*(crowd.stage.press(crowd.alice, one, ENTER) for one in (first, second)))
        assert sum(one.state.takes_part for one in await crowd.entries()) == 1

    in_crowd(tmp_path, test)


def test_after_closing_the_buttons_say_where_the_challenge_stands(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        challenge = await crowd.stage.open()
        (announced,) = crowd.stage.own
        entered = await crowd.stage.press(crowd.alice, await crowd.dreams(crowd.alice), ENTER)
        late = await crowd.dreams(crowd.bob)
        await crowd.enters(crowd.mod)
        await crowd.stage.do(challenge, Close(step=State.SUBMITTING))
        assert "No challenge on this server takes entries" in (await crowd.stage.press(crowd.bob, late, ENTER)).text
        assert "Submissions are over" in (await crowd.stage.press(crowd.bob, announced, "Submit a dream")).text
        assert entered.original is not None
        withdrawn = await crowd.house.standin.press(crowd.alice, entered.original, "Withdraw entry #1")
        await crowd.house.told(withdrawn, "Submissions are over")
        assert sum(one.state.takes_part for one in await crowd.entries()) == 2

    in_crowd(tmp_path, test)


def test_a_deadline_that_has_passed_between_two_presses_counts(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        await crowd.stage.open()
        message = await crowd.dreams(crowd.alice)
        crowd.house.clock.ahead += 3 * 24 * HOUR + 1  # and nobody has looked at the clock
        done = await crowd.stage.press(crowd.alice, message, ENTER)
        assert "✅" not in done.text
        assert await crowd.entries() == []

    in_crowd(tmp_path, test)


def test_only_those_with_the_role_enter(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        await crowd.stage.open(roles=(crowd.stage.artists.id,))
        message = await crowd.dreams(crowd.alice)
        done = await crowd.stage.press(crowd.alice, message, ENTER)
        assert f"<@&{crowd.stage.artists.id}>" in done.text
        crowd.house.guild.members[crowd.alice.id].roles.append(crowd.stage.artists.id)
        done = await crowd.stage.press(crowd.alice, message, ENTER)
        assert "✅" in done.text

    in_crowd(tmp_path, test)


@pytest.mark.parametrize("which", ["picture", "challenge"])
def test_what_fits_several_times_is_asked(tmp_path: Path, which: str) -> None:
    async def test(crowd: Crowd) -> None:
        await crowd.stage.open()
        if which == "challenge":
            await crowd.stage.open(theme="Day")
            message = await crowd.dreams(crowd.alice)
        else:
            files = [File(filename=f"{name}.png", data=png(shade=9)) for name in ("cat", "dog")]
            await crowd.house.post("!dream", *files, user=crowd.alice)
            message = await crowd.house.dream()
            await crowd.house.until(lambda: not crowd.house.client.answers._talks)
        page = (await crowd.stage.press(crowd.alice, message, ENTER)).original
        assert page is not None
        assert await crowd.entries() == []
        value = next(
            option["value"]
            for row in page.components
            for menu in row["components"]
            for option in menu["options"]
            if option["label"].startswith(("Day", "dog"))
        )
        await crowd.stage.turned(page, crowd.chooses(crowd.alice, page, value))
        assert "✅" in page.text
        (entry,) = await crowd.entries(2 if which == "challenge" else 1)
        if which == "picture":
            assert entry.ordinal == 1
            assert await crowd.house.challenges.entries.picture(entry) == message.attachments[1].data

    in_crowd(tmp_path, test)
