"""Waiting message, progress, dream: real discord.py against the stand-in, with the real queue and dispatcher."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest

from bot.dreaming import talks
from bot.jobs.model import JobState
from bot.playground.model import Channel
from tests.bot.dreaming.answers.house import RECIPE, House, in_house

JPEG = b"\xff\xd8\xff small"


def test_one_message_waits_shows_progress_and_becomes_the_dream(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        asking = await at.asked()
        job = await at.accept(asking)
        (waiting,) = at.own()
        assert waiting.reply_to == asking.id
        assert not waiting.pinged
        assert [button["label"] for button in waiting.buttons] == ["Cancel"]
        assert (await at.queue.job(job.id)).waiting_message == waiting.id

        await at.executor.progress(job, 0.5, JPEG)
        await at.standin.message(lambda m: m is waiting and m.attachments)
        assert "▰▰▰▰▰▰▱▱▱▱▱▱ 50%" in waiting.content
        assert waiting.attachments[0].data == JPEG

        await at.executor.finish(job)
        answer = await at.answer()
        assert answer is waiting
        assert len(at.own()) == 1
        assert [a.filename for a in answer.attachments] == ["cat-dream.png"]
        assert RECIPE in answer.content
        assert RECIPE in answer.attachments[0].description
        assert "Stronger" in [button["label"] for button in answer.buttons]
        done = await at.queue.job(job.id)
        assert done.state is JobState.DELIVERED
        assert done.result_message == answer.id

    in_house(body, tmp_path)


def test_a_dream_that_is_made_before_it_could_be_announced_needs_no_waiting_message(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        at.executor.at_once = True
        asking = await at.asked()
        job = await at.accept(asking, announce=False)
        answer = await at.answer()
        await at.desk.announce(job)  # the door was slower
        assert answer.reply_to == asking.id
        assert answer.edits == 0
        assert len(at.own()) == 1

    in_house(body, tmp_path)


def test_announcing_twice_changes_nothing(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        job = await at.accept(await at.asked())
        await asyncio.gather(*(at.desk.announce(job) for _ in range(5)))
        assert len(at.own()) == 1
        await at.executor.finish(job)
        await at.settled()
        await at.desk.announce(job)
        at.desk.ended(job.id)
        await asyncio.sleep(0.1)
        assert len(at.own()) == 1

    in_house(body, tmp_path)


def test_after_a_minute_the_dream_is_a_reply_with_a_mention_and_the_waiting_message_goes(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        asking = await at.asked()
        job = await at.accept(asking)
        (waiting,) = at.own()
        at.clock.ahead += 61
        await at.executor.finish(job)
        answer = await at.answer()
        assert answer is not waiting
        assert waiting.deleted
        assert answer.reply_to == asking.id
        assert answer.pinged == {at.mila.id}
        assert len(at.own()) == 1

    in_house(body, tmp_path)


def test_a_failed_job_turns_its_waiting_message_into_the_sentence(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        job = await at.accept(await at.asked())
        (waiting,) = at.own()
        await at.executor.progress(job, 0.1, JPEG)
        await at.standin.message(lambda m: m is waiting and m.attachments)
        await at.executor.fail(job, "This file is not a picture.")
        await at.settled()
        assert "This file is not a picture." in waiting.content
        assert not waiting.attachments
        assert not waiting.buttons
        assert at.own() == [waiting]

    in_house(body, tmp_path)


def test_a_cancelled_job_says_so_and_by_whom(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        job = await at.accept(await at.asked())
        (waiting,) = at.own()
        await at.queue.cancel(job.id, by=at.noor.id)
        await at.settled()
        assert f"cancelled by <@{at.noor.id}>" in waiting.content
        assert not waiting.buttons

    in_house(body, tmp_path)


def test_several_pictures_come_in_one_answer_and_a_bad_one_does_not_spoil_it(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        job = await at.accept(await at.asked(pictures=3), pictures=3)
        await at.executor.finish(job, 0)
        await at.executor.fail(job, "This file is damaged.", 1)
        await at.executor.finish(job, 2)
        answer = await at.answer()
        assert [a.filename for a in answer.attachments] == ["cat-dream.png", "cat2-dream.png"]
        assert "`cat1.jpg`: This file is damaged." in answer.content

    in_house(body, tmp_path)


def test_spoilers_stay_spoilers_in_previews_and_dreams(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        job = await at.accept(await at.asked(), spoiler=True, alt="A cat asleep")
        await at.executor.progress(job, 0.5, JPEG)
        waiting = await at.standin.message(lambda m: m.author is at.world.bot and m.attachments)
        assert waiting.attachments[0].spoiler
        await at.executor.finish(job)
        answer = await at.answer()
        assert answer.attachments[0].spoiler
        assert answer.attachments[0].filename == "SPOILER_cat-dream.png"
        uploads = [e.payload["attachments"][0] for e in at.standin.record.exchanges if e.parts]
        assert [upload["is_spoiler"] for upload in uploads] == [True, True]
        assert answer.attachments[0].description.startswith("A cat asleep. Dreamt with ")

    in_house(body, tmp_path)


def test_the_author_of_anothers_picture_is_named_but_not_pinged(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        job = await at.accept(await at.asked(), author=at.noor.id)
        await at.executor.finish(job)
        answer = await at.answer()
        assert f"<@{at.noor.id}>, who may delete this" in answer.content
        assert not answer.pinged

    in_house(body, tmp_path)


def test_previews_are_shown_every_three_seconds_at_the_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert talks.PREVIEW_EVERY == 3.0
    monkeypatch.setattr(talks, "PREVIEW_EVERY", 0.5)

    async def body(at: House) -> None:
        job = await at.accept(await at.asked())
        (waiting,) = at.own()
        for step in itertools.count(1):
            await at.executor.progress(job, min(0.99, step / 1000), JPEG + step.to_bytes(4, "big"))
            await asyncio.sleep(0.02)
            if waiting.edits == 3:
                break
        shown = [one for one in at.standin.record.exchanges if one.method == "PATCH" and one.finished is not None]
        pauses = [later.started - earlier.started for earlier, later in itertools.pairwise(shown)]
        assert all(pause > 0.4 for pause in pauses), pauses
        await at.executor.finish(job)
        assert await at.answer() is waiting

    in_house(body, tmp_path)


async def three_shown(at: House) -> None:
    while sum(bool(m.attachments) for m in at.own()) < 3:
        await asyncio.sleep(0.01)


def test_a_dream_overtakes_the_previews_that_wait_in_its_channel(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        jobs = [await at.accept(await at.asked()) for _ in range(4)]
        for job in jobs:
            await at.executor.progress(job, 0.5, JPEG)
        await three_shown(at)  # the last preview waits for budget to spare
        last = next(m for m in at.own() if not m.attachments)
        await at.executor.finish(jobs[3])
        await at.standin.message(lambda m: m.attachments and m.attachments[0].filename == "cat-dream.png")
        assert last.edits == 1

    in_house(body, tmp_path)


def test_previews_that_wait_do_not_keep_the_bot_from_saying_goodbye(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        jobs = [await at.accept(await at.asked()) for _ in range(4)]
        for job in jobs:
            await at.executor.progress(job, 0.5, JPEG)
        await three_shown(at)
        for other in jobs[:3]:  # only the one whose preview waits is left
            at.desk._talks.pop(other.id)
        await at.desk.close(grace=3.0)
        assert len([m for m in at.own() if "restarted" in m.content]) == 1

    in_house(body, tmp_path)


def test_an_interactions_deferred_answer_becomes_the_dream(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        begun, place = await at.interaction()
        job = await at.take(at.mila, place, f"interaction:{begun.id}")
        assert not begun.original.loading
        assert (await at.queue.job(job.id)).waiting_message == begun.original.id
        await at.executor.progress(job, 0.5, JPEG)
        await at.standin.message(lambda m: m is begun.original and m.attachments)
        await at.executor.finish(job)
        assert await at.answer() is begun.original

    in_house(body, tmp_path)


def test_an_interactions_long_wait_ends_in_a_message_that_calls(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        begun, place = await at.interaction()
        job = await at.take(at.mila, place, f"interaction:{begun.id}")
        at.clock.ahead += 61
        await at.executor.finish(job)
        answer = await at.answer()
        assert answer.pinged == {at.mila.id}
        assert begun.original.deleted

    in_house(body, tmp_path)


def test_what_only_the_person_sees_stays_so(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        begun, place = await at.interaction(ephemeral=True)
        job = await at.take(at.mila, place, f"interaction:{begun.id}")
        at.clock.ahead += 61
        await at.executor.finish(job)
        answer = await at.answer()
        assert answer is begun.original
        assert answer.only_for == at.mila.id

    in_house(body, tmp_path)


def test_places_are_brought_up_to_date_when_the_order_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talks, "PLACE_EVERY", 0.2)

    async def body(at: House) -> None:
        at.executor.slots = 1
        jobs = [await at.accept(await at.asked(user)) for user in (at.mila, at.noor, at.mila, at.noor)]
        last = next(m for m in at.own() if m.id == (at.queue.board.get(jobs[3].id)).waiting_message)
        before = last.content
        for job in jobs[:2]:
            await at.queue.cancel(job.id, by=1)
        at.desk.queue_moved()
        async with asyncio.timeout(60):
            while last.content == before:
                await asyncio.sleep(0.05)
        await at.queue.cancel(jobs[2].id, by=1)
        await at.queue.cancel(jobs[3].id, by=1)
        await at.settled()

    in_house(body, tmp_path)


def test_while_the_last_dreams_are_finished_those_behind_them_know_already(tmp_path: Path) -> None:
    def told(at: House) -> int:
        return sum("restarted" in message.content for message in at.own())

    async def body(at: House) -> None:
        at.executor.slots = 1
        jobs = [await at.accept(await at.asked()) for _ in range(5)]
        begun = jobs[:2]  # one that runs, and one that is laid ready for its place
        for job in begun:
            await at.executor.ordered(job)
        at.desk.leave()
        closing = asyncio.create_task(at.dispatcher.close(grace=60))
        async with asyncio.timeout(60):
            while told(at) < 3:
                await asyncio.sleep(0.02)
        assert not closing.done()
        for job in begun:
            await at.executor.finish(job)
        await closing
        assert told(at) == 3

    in_house(body, tmp_path)


def test_when_the_bot_stops_waiting_messages_say_that_it_goes_on(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        job = await at.accept(await at.asked())
        (waiting,) = at.own()
        await at.dispatcher.close(grace=0)
        await at.desk.close(grace=30)
        assert "restarted" in waiting.content
        await at.client.close()
        await at.queue.close()
        await at.database.close()
        at.executor = type(at.executor)()
        await at.live()
        async with asyncio.timeout(60):
            while "restarted" in waiting.content:
                await asyncio.sleep(0.02)
        await at.executor.finish(job)
        assert await at.answer() is waiting

    in_house(body, tmp_path)


def test_what_is_sent_carries_a_nonce_that_discord_enforces(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        job = await at.accept(await at.asked())
        at.clock.ahead += 61
        await at.executor.finish(job)
        await at.settled()
        sends = [e.payload for e in at.standin.record.of("POST", "/channels/{channel_id}/messages")]
        assert [payload["enforce_nonce"] for payload in sends] == [True, True]
        assert len({payload["nonce"] for payload in sends}) == 2
        assert all(job.id in payload["nonce"] and len(payload["nonce"]) <= 25 for payload in sends)

    in_house(body, tmp_path)


@pytest.mark.soak
def test_the_first_answer_is_quick_while_two_hundred_wait(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        loop = asyncio.get_running_loop()
        at.executor.slots = 1
        channels = [at.world.add_channel(at.guild, f"dreams-{n}") for n in range(40)]
        for _ in range(5):
            await asyncio.gather(*[at.accept(await at.asked(channel=channel)) for channel in channels])
        await asyncio.sleep(5.0)  # the budgets are free again
        before = len(at.standin.record.exchanges)
        delays: list[float] = []

        async def ask(number: int, channel: Channel) -> None:
            await asyncio.sleep(number / 10)
            for _ in range(4):
                begun = loop.time()
                asking = await at.asked(channel=channel)
                task = asyncio.create_task(at.accept(asking))
                await at.standin.message(lambda m, to=asking.id: m.reply_to == to)
                delays.append(loop.time() - begun)
                await task
                await asyncio.sleep(max(0.0, begun + 1 - loop.time()))

        await asyncio.gather(*(ask(number, channel) for number, channel in enumerate(channels[:10])))
        assert sorted(delays)[int(len(delays) * 0.95)] < 0.5
        edits = [e for e in at.standin.record.exchanges[before:] if e.method == "PATCH"]
        assert len(edits) < 200  # nothing near to every message every few seconds

    in_house(body, tmp_path)
