"""Members leaf through the gallery and vote: each in an order of their own, once for each dream, until the closing."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.challenges.doors.looks import Kept, Look, Looks
from bot.challenges.errors import ChallengeRefusal
from bot.challenges.events import Cancel, Close
from bot.challenges.model import State
from bot.jobs.shelf import content_hash
from bot.playground.drafts import File
from bot.playground.model import Message
from bot.store.tables import challenge_entries
from tests.bot.challenges.doors.crowd import Crowd, both, file_in, in_crowd
from tests.bot.challenges.doors.stage import labels
from tests.bot.dreaming.doors.house import PICTURE
from tests.bot.engine import png


async def _looks(crowd: Crowd, user: object) -> Message:
    """The gallery, opened by the announcement of the voting."""
    page = (await crowd.stage.press(user, crowd.stage.own[-1], "Look and vote")).original  # type: ignore[arg-type]
    assert page is not None
    assert page.ephemeral
    return page


def _entry(page: Message) -> int:
    return int(page.attachments[0].filename.partition("-")[2].partition(".")[0])


def test_three_members_vote_and_change_their_minds(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        challenge = await crowd.stage.open(votes_each=2)
        for user in (crowd.alice, crowd.bob, crowd.mod):
            await crowd.enters(user)
        await crowd.voting(challenge)
        page = await _looks(crowd, crowd.alice)
        seen = {}
        for _ in range(3):
            assert "2 of 2 votes left" in page.text
            seen[_entry(page)] = file_in(page)
            assert page.embeds[0]["image"]["url"]
            if _entry(page) == 1:
                assert "Your own dream" in page.text
                with pytest.raises(Exception, match="cannot be pressed"):
                    await crowd.house.standin.press(crowd.alice, page, "Your own")
            await crowd.stage.turned(page, crowd.house.standin.press(crowd.alice, page, "▶"))
        entries = await crowd.entries()
        assert seen == {one.id: await crowd.house.challenges.entries.picture(one) for one in entries}
        while _entry(page) == 1:
            await crowd.stage.turned(page, crowd.house.standin.press(crowd.alice, page, "▶"))
        picture = page.attachments[0]
        await crowd.stage.turned(page, crowd.house.standin.press(crowd.alice, page, "Vote"))
        assert "You have voted for this one" in page.text
        assert "1 of 2 votes left" in page.text
        assert page.attachments == [picture]
        assert "vote**" not in page.text, "counts are hidden until the results"
        await crowd.stage.turned(page, crowd.house.standin.press(crowd.alice, page, "Take back"))
        assert "2 of 2 votes left" in page.text
        assert await crowd.votes(challenge) == 0
        await crowd.stage.turned(page, crowd.house.standin.press(crowd.alice, page, "Vote"))
        assert await crowd.votes(challenge) == 1

    in_crowd(tmp_path, test)


def test_a_double_press_is_one_vote_and_not_one_and_none(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        challenge = await crowd.stage.open(votes_each=2)
        for user in (crowd.alice, crowd.bob):
            await crowd.enters(user)
        await crowd.voting(challenge)
        page = await _looks(crowd, crowd.mod)
        await both(*(crowd.house.standin.press(crowd.mod, page, "Vote") for _ in range(5)))
        await crowd.house.until(lambda: "Take back" in labels(page))
        assert await crowd.votes(challenge) == 1
        assert "1 of 2 votes left" in page.text

    in_crowd(tmp_path, test)


def test_from_two_open_galleries_nobody_gets_more_votes(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        challenge = await crowd.stage.open(votes_each=1)
        for user in (crowd.alice, crowd.bob):
            await crowd.enters(user)
        await crowd.voting(challenge)
        first, second = await _looks(crowd, crowd.mod), await _looks(crowd, crowd.mod)
        await crowd.stage.turned(second, crowd.house.standin.press(crowd.mod, second, "▶"))
        done = await both(*(crowd.house.standin.press(crowd.mod, page, "Vote") for page in (first, second)))
        await crowd.house.until(lambda: any("given your vote already" in one.text for one in done))
        assert await crowd.votes(challenge) == 1

    in_crowd(tmp_path, test)


def test_what_was_open_when_the_voting_ended_says_so(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        challenge = await crowd.stage.open()
        for user in (crowd.alice, crowd.bob):
            await crowd.enters(user)
        await crowd.voting(challenge)
        page = await _looks(crowd, crowd.mod)
        await crowd.stage.do(challenge, Close(step=State.VOTING))
        done = await crowd.house.standin.press(crowd.mod, page, "Vote")
        await crowd.house.told(done, "its results stand")
        assert await crowd.votes(challenge) == 0
        await crowd.stage.turned(page, crowd.house.standin.press(crowd.mod, page, "▶"))
        assert "0 votes" in page.text
        assert "Vote" not in labels(page)

    in_crowd(tmp_path, test)


def test_a_cancelled_challenge_shows_nothing_more(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        challenge = await crowd.stage.open()
        for user in (crowd.alice, crowd.bob):
            await crowd.enters(user)
        await crowd.voting(challenge)
        page = await _looks(crowd, crowd.mod)
        await crowd.stage.do(challenge, Cancel())
        for label in ("▶", "Vote", "Overview"):
            await crowd.house.told(await crowd.house.standin.press(crowd.mod, page, label), "cancelled")

    in_crowd(tmp_path, test)


def test_each_leafs_in_an_order_of_their_own_that_stays(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        challenge = await crowd.stage.open()
        await crowd.filled(challenge, 5)
        await crowd.voting(challenge)

        async def order(user: object) -> list[int]:
            page = await _looks(crowd, user)
            found = [_entry(page)]
            for _ in range(4):
                await crowd.stage.turned(page, crowd.house.standin.press(user, page, "▶"))  # type: ignore[arg-type]
                found.append(_entry(page))
            return found

        orders = [await order(user) for user in (crowd.bob, crowd.mod, crowd.stage.boss, crowd.stage.owner)]
        assert all(sorted(one) == [1, 2, 3, 4, 5] for one in orders)
        assert len({tuple(one) for one in orders}) > 1
        assert await order(crowd.bob) == orders[0]

    in_crowd(tmp_path, test)


def test_the_overview_shows_all_and_leads_to_each(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        challenge = await crowd.stage.open()
        await crowd.filled(challenge, 11)
        await crowd.voting(challenge)
        page = await _looks(crowd, crowd.bob)
        here = _entry(page)
        await crowd.stage.turned(page, crowd.house.standin.press(crowd.bob, page, "Overview"))
        galleries = crowd.house.client.doors.challenges.members.galleries
        sheets = crowd.house.engine.sheets
        await crowd.house.until(lambda: len(sheets) == 2)
        await galleries.settled()
        assert sorted(len(one.entries) for one in sheets) == [2, 9]
        assert str(here) in {one.mark for one in sheets[0].entries}
        assert {one.mark for sheet in sheets for one in sheet.entries} == {str(number) for number in range(1, 12)}
        assert all(one.picture is not None and not one.name for sheet in sheets for one in sheet.entries)
        await crowd.stage.turned(page, crowd.house.standin.press(crowd.bob, page, "▶"))
        await galleries.settled()
        other = await _looks(crowd, crowd.mod)
        await crowd.stage.turned(other, crowd.house.standin.press(crowd.mod, other, "Overview"))
        await galleries.settled()
        assert len(sheets) == 2, "the same pictures are put together once, whoever looks"
        await crowd.stage.turned(other, crowd.chooses(crowd.mod, other, "7") if _has(other, "7") else _on(crowd, other))
        assert _entry(other) == 7

    in_crowd(tmp_path, test)


def _has(page: Message, value: str) -> bool:
    return any(option["value"] == value for option in page.components[0]["components"][0]["options"])


async def _on(crowd: Crowd, page: Message) -> object:
    await crowd.stage.turned(page, crowd.house.standin.press(crowd.mod, page, "▶"))
    return await crowd.chooses(crowd.mod, page, "7")


def test_the_overview_does_without_pictures_where_no_worker_makes_them(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        challenge = await crowd.stage.open()
        for user in (crowd.alice, crowd.bob):
            await crowd.enters(user)
        await crowd.voting(challenge)
        crowd.house.engine.sheet_fails = ChallengeRefusal("no worker")
        page = await _looks(crowd, crowd.mod)
        await crowd.stage.turned(page, crowd.house.standin.press(crowd.mod, page, "Overview"))
        assert "cannot be shown just now" in page.text
        await crowd.stage.turned(page, crowd.chooses(crowd.mod, page, "2"))
        assert _entry(page) == 2

    in_crowd(tmp_path, test)


def test_who_made_it_shows_where_it_is_not_anonymous_and_recipes_only_with_the_results(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        challenge = await crowd.stage.open()
        await crowd.filled(challenge, 2, member=crowd.alice.id)
        await crowd.voting(challenge)
        page = await _looks(crowd, crowd.mod)
        assert "By <@" in page.text
        assert "network=" not in page.text

    in_crowd(tmp_path, test)


def test_a_spoiler_stays_one(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        challenge = await crowd.stage.open()
        hidden = File(filename="SPOILER_cat.png", data=PICTURE.data, spoiler=True)
        await crowd.stage.press(crowd.alice, await crowd.dreams(crowd.alice, file=hidden), "Enter in the challenge")
        await crowd.enters(crowd.bob)
        await crowd.voting(challenge)
        page = await _looks(crowd, crowd.mod)
        if _entry(page) != 1:
            await crowd.stage.turned(page, crowd.house.standin.press(crowd.mod, page, "▶"))
        assert page.attachments[0].filename == "SPOILER_entry-1.png"
        assert "image" not in page.embeds[0]
        await crowd.stage.turned(page, crowd.house.standin.press(crowd.mod, page, "Overview"))
        await crowd.house.client.doors.challenges.members.galleries.settled()
        shown = {one.mark: one.picture for one in crowd.house.engine.sheets[0].entries}
        assert shown["1"] is None
        assert shown["2"] is not None

    in_crowd(tmp_path, test)


def test_votes_need_the_role_and_no_block(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        artists = crowd.stage.artists.id
        challenge = await crowd.stage.open(roles=(artists,))
        for user in (crowd.alice, crowd.bob):
            crowd.house.guild.members[user.id].roles.append(artists)
            await crowd.enters(user)
        await crowd.voting(challenge)
        page = await _looks(crowd, crowd.mod)
        await crowd.house.told(await crowd.house.standin.press(crowd.mod, page, "Vote"), f"<@&{artists}>")
        assert await crowd.votes(challenge) == 0

    in_crowd(tmp_path, test)


async def _heavy(crowd: Crowd) -> Message:
    """A gallery with a picture of a megabyte in it, opened there."""
    data = png() + bytes(1 << 20)
    crowd.house.queue.shelf.keep_sources({content_hash(data): data})
    challenge = await crowd.stage.open()
    await crowd.filled(challenge, 1)
    await crowd.filled(challenge, 1, member=9)

    async def change(connection: AsyncConnection) -> None:
        await connection.execute(update(challenge_entries).values(picture=content_hash(data)))

    await crowd.house.challenges.entries._database.write(change)
    await crowd.voting(challenge)
    return await _looks(crowd, crowd.mod)


def test_a_large_picture_is_shown_at_once_and_smaller_from_then_on(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        page = await _heavy(crowd)
        assert len(file_in(page)) > 1 << 20
        await crowd.house.client.doors.challenges.members.galleries.settled()
        await crowd.stage.turned(page, crowd.house.standin.press(crowd.mod, page, "▶"))
        assert file_in(page) == png()

    in_crowd(tmp_path, test)


def test_what_is_too_large_for_the_server_is_waited_for(tmp_path: Path) -> None:
    async def test(crowd: Crowd) -> None:
        looks = Looks(challenges=crowd.house.challenges, executor=crowd.house.engine)
        await _heavy(crowd)
        (entry, _) = await crowd.entries()
        assert await looks.of(entry.copy, limit=1 << 20) is None
        made = await looks.smaller(entry.copy, limit=1 << 20, patience=30)
        assert made is not None
        assert made.data == png()
        await looks.tasks.close()
        assert looks.tasks.begin("late", looks.soon(entry.copy)) is None

    in_crowd(tmp_path, test)


def test_only_so_much_is_kept_in_memory_and_what_was_used_last_stays() -> None:
    kept = Kept(room=10)
    for name in "abc":
        kept.put(name, Look(data=bytes(4), format="PNG"))
        kept.get("a")
    assert [name for name in "abc" if kept.get(name)] == ["a", "c"]
    kept.put("a", Look(data=bytes(1), format="PNG"))
    kept.put("d", Look(data=bytes(4), format="PNG"))
    assert [name for name in "acd" if kept.get(name)] == ["a", "c", "d"]
