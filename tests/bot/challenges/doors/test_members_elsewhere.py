"""Members where they should not be, who are not there any more, or whose challenge has lost its channel."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.challenges.doors.handles import Act, handle
from bot.challenges.events import Close, Edit
from bot.challenges.model import EntryState, State
from bot.dreaming.mailbox import Letter, Waits
from bot.dreaming.pacer import Importance
from bot.playground.model import Channel, Message
from bot.playground.permissions import Permission
from tests.bot.challenges.doors.crowd import ENTER, Crowd, in_crowd
from tests.bot.engine import png


async def _voting(crowd: Crowd) -> Message:
    """The announcement of the voting, with two entries."""
    challenge = await crowd.stage.open()
    for user in (crowd.alice, crowd.bob):
        await crowd.enters(user)
    await crowd.voting(challenge)
    return crowd.stage.own[-1]


def test_the_buttons_of_another_server_do_nothing(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        message = await _voting(crowd)
        world, house = crowd.house.world, crowd.house
        other = world.add_guild("Elsewhere")
        there = world.add_channel(other, "there")
        world.add_member(other, crowd.alice)
        await house.until(lambda: len(house.client.guilds) == 2)
        for command in ("gallery", "results", "rules", "submit", "withdraw"):
            done = await crowd.stage.slash(crowd.alice, f"challenge {command}", channel=there, challenge="1")
            assert any(words in done.text for words in ("no such challenge", "no challenge", "No challenge")), done.text
        for act in ("look", "vote"):
            wrong = await _forged(crowd, there, handle(*((Act.GALLERY, 1) if act == "look" else (Act.VOTE, 1))))
            pressed = await house.standin.press(crowd.alice, wrong, "Look and vote")
            await house.told(pressed, "no such challenge on this server")
        assert message.buttons

    in_crowd(tmp_path, test)


async def _forged(crowd: Crowd, channel: Channel, custom_id: str) -> Message:
    """A message of the bot's with such a button, as if it had been forwarded there."""

    async def compose() -> Letter:
        button = {"type": 2, "style": 1, "label": "Look and vote", "custom_id": custom_id}
        return Letter(text="Here", components=[{"type": 1, "components": [button]}])

    number = await crowd.house.client.answers.mailbox.send(channel.id, compose, Importance.ANSWER, Waits())
    return next(one for one in crowd.house.world.messages() if one.id == number)


def test_in_direct_messages_the_buttons_say_where_they_belong(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        await _voting(crowd)
        direct = crowd.house.world.direct(crowd.alice)
        for custom_id in (handle(Act.GALLERY, 1), handle(Act.VOTE, 1), handle(Act.SUBMIT, 1), handle(Act.DREAM, 1)):
            message = await _forged(crowd, direct, custom_id)
            done = await crowd.house.standin.press(crowd.alice, message, "Look and vote")
            await crowd.house.told(done, "Challenges belong to a server")

    in_crowd(tmp_path, test)


@pytest.mark.parametrize(
    "custom_id", ["c1:vote", "c1:vote:x", "c1:leaf:1", "c1:enter:", "c1:gallery:1:of", "c9:vote:1"]
)
def test_what_another_version_has_made_gets_a_sentence(tmp_path: Path, custom_id: str) -> None:
    async def test(crowd: Crowd) -> None:
        await crowd.stage.open()
        message = await _forged(crowd, crowd.stage.arena, custom_id)
        done = await crowd.house.standin.press(crowd.alice, message, "Look and vote")
        told = await crowd.house.told(done)
        assert "went wrong on my side" not in told.text

    in_crowd(tmp_path, test)


def test_members_never_hear_of_drafts(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        await crowd.stage.draft(theme="Surprise")
        for command in ("gallery", "rules", "submit", "withdraw", "results"):
            done = await crowd.stage.slash(crowd.alice, f"challenge {command}", challenge="1")
            assert "Surprise" not in done.text
            assert "There is no challenge" in done.text or "finished yet" in done.text, done.text
            offered = await crowd.house.standin.autocomplete(
                crowd.alice, crowd.stage.arena, f"challenge {command}", "challenge", ""
            )
            assert offered == []

    in_crowd(tmp_path, test)


def test_a_member_who_was_blocked_in_the_middle_votes_no_more(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        message = await _voting(crowd)
        page = (await crowd.stage.press(crowd.mod, message, "Look and vote")).original
        assert page is not None
        crowd.stage.open_commands()
        await crowd.stage.slash(crowd.stage.boss, "mod block", member=crowd.mod)
        done = await crowd.house.standin.press(crowd.mod, page, "Vote")
        await crowd.house.told(done, "You are blocked from dreaming on this server, and so from its challenges")

    in_crowd(tmp_path, test)


def test_a_member_who_was_forgotten_in_the_middle_leaves_their_gallery_usable(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        message = await _voting(crowd)
        page = (await crowd.stage.press(crowd.mod, message, "Look and vote")).original
        assert page is not None
        await crowd.house.queue.members.forget(crowd.alice.id)
        await crowd.stage.turned(page, crowd.house.standin.press(crowd.mod, page, "▶"))
        assert "1 of 1" in page.text
        assert page.attachments[0].filename == "entry-2.png"
        gone = [one for one in await crowd.entries() if one.member == crowd.alice.id]
        assert gone == []

    in_crowd(tmp_path, test)


def test_an_entry_that_is_taken_out_while_somebody_looks_makes_room_for_the_next(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        message = await _voting(crowd)
        page = (await crowd.stage.press(crowd.mod, message, "Look and vote")).original
        assert page is not None
        shown = int(page.attachments[0].filename.partition("-")[2].partition(".")[0])
        await crowd.house.challenges.entries.reject(
            shown, guild=crowd.house.guild.id, by=crowd.stage.boss.id, reason="No"
        )
        done = await crowd.house.standin.press(crowd.mod, page, "Vote")
        await crowd.house.told(done, "does not take part any more")
        await crowd.stage.turned(page, crowd.house.standin.press(crowd.mod, page, "▶"))
        assert f"entry-{3 - shown}.png" == page.attachments[0].filename
        (entry,) = [one for one in await crowd.entries() if one.state is EntryState.APPROVED]
        assert entry.id == 3 - shown

    in_crowd(tmp_path, test)


def test_a_deleted_channel_leaves_the_gallery_to_the_command(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        await _voting(crowd)
        crowd.house.world.delete_channel(crowd.stage.arena)
        page = (await crowd.stage.slash(crowd.mod, "challenge gallery")).original
        assert page is not None
        await crowd.stage.turned(page, crowd.house.standin.press(crowd.mod, page, "Vote"))
        assert "You have voted for this one" in page.text

    in_crowd(tmp_path, test)


def test_a_dream_in_a_channel_that_cannot_be_read_any_more_is_not_copied(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        await crowd.stage.open()
        await crowd.dreams(crowd.alice)
        offered = await crowd.house.standin.autocomplete(
            crowd.alice, crowd.stage.arena, "challenge submit", "dream", ""
        )
        crowd.house.world.delete_channel(crowd.house.channel)
        done = await crowd.stage.slash(
            crowd.alice, "challenge submit", channel=crowd.stage.arena, dream=offered[0]["value"]
        )
        assert "deleted, so I cannot copy its picture" in done.text
        assert await crowd.entries() == []

    in_crowd(tmp_path, test)


def test_where_the_bot_may_read_no_more_the_dream_is_not_copied_and_it_says_so(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        await crowd.stage.open()
        message = await crowd.dreams(crowd.alice)
        offered = await crowd.house.standin.autocomplete(
            crowd.alice, crowd.stage.arena, "challenge submit", "dream", ""
        )
        denied = int(Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)
        crowd.house.world.set_overwrite(crowd.house.channel, crowd.house.bot, deny=denied)
        done = await crowd.stage.slash(
            crowd.alice, "challenge submit", channel=crowd.stage.arena, dream=offered[0]["value"]
        )
        assert f"I may not read <#{crowd.house.channel.id}> any more" in done.text
        under = await crowd.stage.press(crowd.alice, message, ENTER)
        assert "✅" in under.text, "what is pressed carries its picture"

    in_crowd(tmp_path, test)


def test_another_picture_in_the_dreams_place_is_not_copied(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        await crowd.stage.open()
        message = await crowd.dreams(crowd.alice)
        larger = png(width=40, height=40)
        message.attachments[0].data = larger
        message.attachments[0].width = message.attachments[0].height = 40
        done = await crowd.stage.press(crowd.alice, message, ENTER)
        assert "is not the dream that I have made" in done.text
        assert await crowd.entries() == []

    in_crowd(tmp_path, test)


def test_what_is_from_an_age_restricted_channel_is_looked_at_there_only(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        late = crowd.house.world.add_channel(crowd.house.guild, "late", nsfw=True)
        await crowd.house.until(lambda: crowd.house.client.get_channel(late.id))
        challenge = await crowd.stage.open(channel=late.id)
        for user in (crowd.alice, crowd.bob):
            message = await crowd.dreams(user, channel=late)
            assert "✅" in (await crowd.stage.press(user, message, ENTER)).text
        await crowd.voting(challenge)
        done = await crowd.stage.slash(crowd.mod, "challenge gallery", channel=crowd.stage.arena)
        assert f"look at its entries in <#{late.id}>" in done.text
        inside = await crowd.stage.slash(crowd.mod, "challenge gallery", channel=late)
        assert inside.original is not None
        assert inside.original.attachments
        await crowd.house.challenges.do(
            challenge.id,
            Edit(changes={"channel": crowd.stage.arena.id}),
            guild=crowd.house.guild.id,
            by=crowd.stage.boss.id,
        )
        moved = await crowd.stage.slash(crowd.mod, "challenge gallery", channel=crowd.stage.arena)
        assert "Some entries are from an age-restricted channel" in moved.text
        await crowd.stage.do(challenge, Close(step=State.VOTING))
        await crowd.stage.settled()
        assert crowd.stage.own[-1].attachments == [], "and the results come without pictures"
        crowd.house.world.delete_channel(late)
        done = await crowd.stage.slash(crowd.mod, "challenge gallery", channel=crowd.stage.arena)
        assert "age-restricted" in done.text

    in_crowd(tmp_path, test)


def test_who_has_left_does_not_count_in_the_end(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        message = await _voting(crowd)
        page = (await crowd.stage.press(crowd.bob, message, "Look and vote")).original
        assert page is not None
        while "Your own" in page.text:
            await crowd.stage.turned(page, crowd.house.standin.press(crowd.bob, page, "▶"))
        await crowd.stage.turned(page, crowd.house.standin.press(crowd.bob, page, "Vote"))
        crowd.house.world.remove_member(crowd.house.guild, crowd.bob)
        await crowd.stage.do(await crowd.stage.get(), Close(step=State.VOTING))
        await crowd.stage.settled()
        assert (await crowd.stage.get()).state is State.FINISHED
        assert "There was a single entry, which wins" in crowd.stage.own[-1].text

    in_crowd(tmp_path, test)


def test_a_file_without_a_dream_in_it_is_no_entry(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        await crowd.stage.open()
        for typed in ("1", "nonsense", "1.aaaaaaaaaaaaaaaa.0", "999.aaaaaaaaaaaaaaaa.0", "1.aaaaaaaaaaaaaaaa.99"):
            done = await crowd.stage.slash(crowd.alice, "challenge submit", dream=typed)
            assert done.text
            assert "went wrong" not in done.text, done.text
        assert await crowd.entries() == []

    in_crowd(tmp_path, test)
