"""Answers as the server wants them: in a thread, hidden, with or without buttons; the same after a restart."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.jobs.manner import Manner
from bot.jobs.model import JobState, Place
from bot.playground.model import Channel, Message
from bot.playground.permissions import Permission
from tests.bot.dreaming.answers.house import House, in_house

JPEG = b"\xff\xd8\xff small"
THREAD = Manner(thread=True)


def thread_under(at: House, message: Message) -> Channel:
    assert message.thread is not None, "there is no thread"
    return at.world.channels[message.thread]


async def delivered(at: House, job: Any) -> Message:
    """The message that the queue says is the answer."""
    await at.settled()
    done = await at.queue.job(job.id)
    assert done is not None
    assert done.state is JobState.DELIVERED
    (answer,) = [one for one in at.world.messages() if one.id == done.result_message]
    return answer


def test_an_answer_in_a_thread_hangs_under_the_message_that_asked(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        asking = await at.asked()
        job = await at.accept(asking, manner=THREAD)
        thread = thread_under(at, asking)
        assert (thread.name, thread.parent_id) == ("Dream of cat.jpg", at.channel.id)
        (waiting,) = at.own(thread)
        await at.executor.progress(job, 0.5, JPEG)
        await at.standin.message(lambda m: m is waiting and m.attachments)
        await at.executor.finish(job)
        assert await delivered(at, job) is waiting
        assert waiting.attachments[0].filename == "cat-dream.png"
        assert at.own(at.channel) == []
        assert len(at.own(thread)) == 1

    in_house(body, tmp_path)


def test_an_answer_in_a_thread_to_an_interaction_hangs_under_its_answer(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        begun, place = await at.interaction()
        job = await at.take(at.mila, place, "interaction:1", manner=THREAD)
        assert begun.original.text == f"🌙 What <@{at.mila.id}> asked for is dreamt in the thread below."
        thread = thread_under(at, begun.original)
        await at.executor.finish(job)
        answer = await delivered(at, job)
        assert answer.channel_id == thread.id
        assert at.own(at.channel) == [begun.original]

    in_house(body, tmp_path)


@pytest.mark.parametrize(
    "killed", ["before the thread", "before it was noted", "before the waiting message", "after it"]
)
def test_after_a_restart_the_thread_is_found_again(tmp_path: Path, killed: str) -> None:
    async def body(at: House) -> None:
        asking = await at.asked()
        if killed == "before the thread":
            job = await at.accept(asking, manner=THREAD, announce=False)
        elif killed == "before it was noted":
            job = await at.accept(asking, manner=THREAD, announce=False)
            at.standin.people._world.add_thread(at.channel, "Dream of cat.jpg", at.world.bot, started_by=asking)
            asking.thread = asking.id
        else:
            if killed == "before the waiting message":
                at.standin.faults.answer(f"POST /channels/{asking.id}/messages", 500, times=50)
                at.patience = 0.2
            job = await at.accept(asking, manner=THREAD, announce=killed == "after it")
            if killed == "before the waiting message":
                announcing = asyncio.create_task(at.desk.announce(job))
                await at.standin.request(lambda one: one.path.endswith("/threads"))
                await asyncio.sleep(0.3)
                announcing.cancel()
        await at.restart()
        at.standin.faults.clear()
        await at.executor.finish(job)
        answer = await delivered(at, job)
        assert answer.channel_id == asking.thread
        assert len(at.own(at.world.channels[answer.channel_id])) == 1
        assert at.own(at.channel) == []

    in_house(body, tmp_path)


def test_where_no_thread_can_be_made_the_answer_is_a_reply(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def body(at: House) -> None:
        at.world.set_overwrite(at.channel, at.guild.roles[at.guild.id], deny=int(Permission.CREATE_PUBLIC_THREADS))
        asking = await at.asked()
        job = await at.accept(asking, manner=THREAD)
        (waiting,) = at.own()
        assert waiting.reply_to == asking.id
        await at.restart()
        await at.executor.finish(job)
        assert await delivered(at, job) is waiting
        assert len([one for one in caplog.records if "so it is a reply" in one.message]) == 1

    in_house(body, tmp_path)


def test_a_dream_that_was_made_before_anything_was_said_goes_into_its_thread_too(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        at.executor.at_once = True
        asking = await at.asked()
        job = await at.accept(asking, manner=THREAD, announce=False)
        answer = await delivered(at, job)
        assert answer.channel_id == asking.thread
        assert answer.pinged == {at.mila.id}, "nobody looks into a new thread unasked"

    in_house(body, tmp_path)


def test_after_a_long_wait_the_dream_is_new_in_the_thread_and_calls(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        asking = await at.asked()
        job = await at.accept(asking, manner=THREAD)
        (waiting,) = at.own(thread_under(at, asking))
        at.clock.ahead += 61
        await at.executor.finish(job)
        answer = await delivered(at, job)
        assert waiting.deleted
        assert answer.channel_id == asking.thread
        assert answer.pinged == {at.mila.id}

    in_house(body, tmp_path)


def test_everything_is_hidden_where_the_server_wants_that(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        job = await at.accept(await at.asked(), manner=Manner(spoilers=True))
        await at.restart()
        await at.executor.progress(job, 0.5, JPEG)
        waiting = await at.standin.message(lambda m: m.author is at.world.bot and m.attachments)
        assert waiting.attachments[0].spoiler
        await at.executor.finish(job)
        answer = await delivered(at, job)
        assert answer.attachments[0].spoiler
        assert answer.attachments[0].filename.startswith("SPOILER_")

    in_house(body, tmp_path)


def test_without_buttons_people_can_still_cancel_and_delete(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        job = await at.accept(await at.asked(), manner=Manner(buttons=False))
        (waiting,) = at.own()
        assert [button["label"] for button in waiting.buttons] == ["Cancel"]
        await at.restart()
        await at.executor.finish(job)
        answer = await delivered(at, job)
        assert [button["label"] for button in answer.buttons] == ["Delete"]
        assert "button" not in answer.text

    in_house(body, tmp_path)


def test_an_answer_without_buttons_is_found_again_after_a_kill(tmp_path: Path) -> None:
    """The dream is out, and its id was not heard of: by Delete's id it is known."""

    async def body(at: House) -> None:
        job = await at.accept(await at.asked(), manner=Manner(buttons=False))
        at.clock.ahead += 200

        async def killed(id: str, *, message: int | None) -> None:
            await asyncio.sleep(3600)

        at.queue.delivered = killed  # type: ignore[method-assign]
        await at.executor.finish(job)
        await at.standin.message(lambda m: m.author is at.world.bot and any(b["label"] == "Delete" for b in m.buttons))
        await at.restart()
        await at.settled()
        assert len([m for m in at.own() if m.attachments]) == 1

    in_house(body, tmp_path)


def test_what_the_door_has_said_is_still_said_after_a_restart(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        job = await at.accept(await at.asked(), manner=Manner(notes=("Strength goes up to 2 here.",)))
        (waiting,) = at.own()
        assert "-# Strength goes up to 2 here." in waiting.text
        await at.restart()
        await at.executor.finish(job)
        assert "-# Strength goes up to 2 here." in (await delivered(at, job)).text

    in_house(body, tmp_path)


def test_what_comes_from_an_age_restricted_channel_is_not_brought_by_direct_message(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        job = await at.accept(await at.asked(), manner=Manner(age_restricted=True))
        at.world.set_overwrite(at.channel, at.guild.roles[at.guild.id], deny=int(Permission.SEND_MESSAGES))
        (waiting,) = at.own(at.channel)
        at.clock.ahead += 100
        await at.executor.finish(job)
        await at.settled()
        (told,) = at.own(at.world.direct(at.mila))
        assert "pictures from an age-restricted channel stay there" in told.text
        assert not told.attachments
        assert not waiting.attachments

    in_house(body, tmp_path)


def test_manners_are_kept_as_they_were(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        manner = Manner(thread=False, spoilers=True, buttons=False, age_restricted=True, notes=("a", "b"))
        job = await at.take(at.mila, Place(guild=1, channel=at.channel.id, under=7), "message:1", manner=manner)
        await at.restart()
        kept = await at.queue.job(job.id)
        assert kept is not None
        assert (kept.manner, kept.thread, kept.place.under) == (manner, None, 7)

    in_house(body, tmp_path)
