"""What Discord and people do to an answer on its way, and that it arrives all the same, once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.dreaming import delivery, fitting
from bot.jobs.model import JobState
from bot.playground import limits
from bot.playground.model import MiB
from bot.playground.permissions import Permission
from tests.bot.dreaming.answers.house import House, in_house

SEND, EDIT = "POST /channels/{channel_id}/messages$", "PATCH /channels"
SEND, EDIT = SEND.replace("{", r"\{").replace("}", r"\}"), EDIT


@pytest.mark.parametrize("where", [SEND, EDIT])
@pytest.mark.parametrize("trouble", ["500", "503", "429", "429 everywhere", "hang", "reset", "lose"])
def test_trouble_at_discord_delays_an_answer_and_nothing_else(tmp_path: Path, where: str, trouble: str) -> None:
    async def body(at: House) -> None:
        at.patience = 0.4
        at.desk = at.new_desk()
        await at.restart()
        faults = at.standin.faults
        match trouble:
            case "hang":
                faults.hang(where)
            case "reset":
                faults.reset(where)
            case "lose":
                faults.lose_answer(where)
            case _:
                status, *everywhere = trouble.split()
                faults.answer(where, int(status), times=2, retry_after=0.2, everywhere=bool(everywhere))
        job = await at.accept(await at.asked())
        await at.executor.finish(job)
        answer = await at.answer()
        assert at.own() == [answer]

    in_house(body, tmp_path)


def test_a_limit_that_outlasts_the_nonce_brings_no_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def body(at: House) -> None:
        job = await at.accept(await at.asked())
        at.clock.ahead += 61
        at.standin.faults.lose_answer(SEND)
        at.standin.faults.answer(SEND, 429, retry_after=1.0)
        await at.executor.finish(job)
        await at.standin.request(lambda one: one.status == 429)
        at.clock.ahead += 300  # Discord has forgotten by now, and we know
        monkeypatch.setattr(delivery, "NONCE_LIFE", 0.0)
        answer = await at.answer()
        assert at.own() == [answer]

    in_house(body, tmp_path)


def test_a_waiting_message_that_cannot_be_taken_away_at_first_goes_later(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        job = await at.accept(await at.asked())
        at.clock.ahead += 61
        at.standin.faults.answer("DELETE", 503, times=2)
        await at.executor.finish(job)
        answer = await at.answer()
        await at.settled()
        assert at.own() == [answer]

    in_house(body, tmp_path)


@pytest.mark.parametrize("status", [403, 503])
def test_what_stands_before_discord_refuses_nobody(tmp_path: Path, status: int) -> None:
    async def body(at: House) -> None:
        job = await at.accept(await at.asked())
        at.standin.faults.page(EDIT, status, times=2)
        await at.executor.finish(job)
        answer = await at.answer()
        assert at.own() == [answer]
        assert answer.channel_id == at.channel.id

    in_house(body, tmp_path)


def test_the_others_go_on_while_one_channel_is_in_trouble(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        other = at.world.add_channel(at.guild, "other")
        stuck = await at.accept(await at.asked())
        free = await at.accept(await at.asked(channel=other))
        at.standin.faults.hang(EDIT, times=1)
        await at.executor.finish(stuck)
        while at.standin.faults._planned:  # it has come to it
            await asyncio.sleep(0.01)
        await at.executor.finish(free)
        await at.settled()
        assert len(at.answers()) == 2
        edits = [one for one in at.standin.record.exchanges if one.method == "PATCH" and one.status == 200]
        channels = [one.parameters["channel_id"] for one in sorted(edits, key=lambda one: one.finished)]
        assert channels == [str(other.id), str(at.channel.id)], "the free one did not wait for the other"

    in_house(body, tmp_path)


def test_a_deleted_waiting_message_is_replaced_by_a_reply(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        asking = await at.asked()
        job = await at.accept(asking)
        (waiting,) = at.own()
        at.standin.posting.delete(waiting)
        await at.executor.progress(job, 0.5, b"jpeg")
        await at.executor.finish(job)
        answer = await at.answer()
        assert answer.reply_to == asking.id
        assert answer.pinged == {at.mila.id}

    in_house(body, tmp_path)


def test_when_the_asking_message_is_deleted_the_answer_still_comes(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        asking = await at.asked()
        at.standin.posting.delete(asking)
        job = await at.accept(asking)
        at.clock.ahead += 61
        await at.executor.finish(job)
        answer = await at.answer()
        assert answer.reply_to is None
        assert answer.pinged == {at.mila.id}

    in_house(body, tmp_path)


def test_without_the_right_to_read_it_is_no_reply_but_it_calls(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        at.world.set_overwrite(at.channel, at.world.bot, deny=Permission.READ_MESSAGE_HISTORY)
        job = await at.accept(await at.asked())
        assert len(at.own()) == 1
        at.clock.ahead += 61
        await at.executor.finish(job)
        answer = await at.answer()
        assert answer.pinged == {at.mila.id}

    in_house(body, tmp_path)


def test_where_it_may_not_post_the_dream_comes_by_direct_message(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        job = await at.accept(await at.asked())
        (waiting,) = at.own()
        at.world.set_overwrite(at.channel, at.world.bot, deny=Permission.ATTACH_FILES | Permission.SEND_MESSAGES)
        await at.executor.finish(job)
        answer = await at.answer()
        assert answer.guild_id is None
        assert f"<#{at.channel.id}>" in answer.content
        assert "direct message" in waiting.content
        assert not waiting.buttons

    in_house(body, tmp_path)


def test_a_channel_that_cannot_be_written_from_the_start_is_answered_by_direct_message(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        at.world.set_overwrite(at.channel, at.world.bot, deny=Permission.SEND_MESSAGES)
        job = await at.accept(await at.asked())
        await at.executor.finish(job)
        assert (await at.answer()).guild_id is None

    in_house(body, tmp_path)


def test_who_takes_no_direct_messages_cannot_be_reached_then(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        at.mila.accepts_direct_messages = False
        job = await at.accept(await at.asked())
        at.world.set_overwrite(at.channel, at.world.bot, deny=Permission.VIEW_CHANNEL)
        await at.executor.finish(job)
        await at.settled()
        assert (await at.queue.job(job.id)).state is JobState.UNDELIVERABLE

    in_house(body, tmp_path)


def test_a_deleted_channel_ends_as_undeliverable(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        job = await at.accept(await at.asked())
        at.world.delete_channel(at.channel)
        await at.executor.finish(job)
        await at.settled()
        assert (await at.queue.job(job.id)).state is JobState.UNDELIVERABLE

    in_house(body, tmp_path)


def test_a_job_whose_channel_goes_while_it_waits_is_not_dreamt(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        job = await at.accept(await at.asked())
        at.world.delete_channel(at.channel)
        await at.executor.progress(job, 0.5, b"jpeg")
        await at.settled()
        assert (await at.queue.job(job.id)).state is JobState.UNDELIVERABLE

    in_house(body, tmp_path)


def test_a_kicked_bot_gives_up(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        job = await at.accept(await at.asked())
        at.world.kick_bot(at.guild)
        await at.executor.finish(job)
        await at.settled()
        assert (await at.queue.job(job.id)).state is JobState.UNDELIVERABLE

    in_house(body, tmp_path)


def test_an_expired_interaction_is_answered_in_the_channel(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        begun, place = await at.interaction()
        job = await at.take(at.mila, place, f"interaction:{begun.id}")
        waiting = begun.original
        at.clock.ahead += 20 * 60
        await at.executor.finish(job)
        answer = await at.answer()
        assert answer.pinged == {at.mila.id}
        assert waiting.deleted

    in_house(body, tmp_path)


def test_a_token_that_dies_sooner_than_it_said_is_no_dead_end(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        begun, place = await at.interaction(lives=86400)
        job = await at.take(at.mila, place, f"interaction:{begun.id}", announce=False)
        at.standin.interactions._by_token.pop(begun.token)
        await at.desk.announce(job)
        await at.executor.finish(job)
        await at.answer()

    in_house(body, tmp_path)


def test_a_quick_answer_needs_no_right_to_read_either(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        at.world.set_overwrite(at.channel, at.world.bot, deny=Permission.READ_MESSAGE_HISTORY)
        at.executor.at_once = True
        await at.accept(await at.asked(), announce=False)
        answer = await at.answer()
        assert answer.channel_id == at.channel.id
        assert answer.pinged == {at.mila.id}

    in_house(body, tmp_path)


def test_a_token_that_dies_early_leaves_a_direct_message(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        begun, place = await at.interaction(ephemeral=True)
        job = await at.take(at.mila, place, f"interaction:{begun.id}")
        at.standin.interactions._by_token.pop(begun.token)
        await at.executor.finish(job)
        assert (await at.answer()).guild_id is None

    in_house(body, tmp_path)


def test_an_expired_answer_for_one_pair_of_eyes_comes_by_direct_message(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        begun, place = await at.interaction(ephemeral=True)
        job = await at.take(at.mila, place, f"interaction:{begun.id}")
        at.clock.ahead += 20 * 60
        await at.executor.finish(job)
        answer = await at.answer()
        assert answer.guild_id is None

    in_house(body, tmp_path)


def test_too_large_for_this_server_is_made_smaller_until_it_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "LEAST", 100)
    monkeypatch.setattr(delivery, "LEAST", 100)

    async def body(at: House) -> None:
        at.guild.real_upload_limit = 20_000
        at.executor.size = 50_000
        job = await at.accept(await at.asked())
        await at.executor.finish(job)
        answer = await at.answer()
        (attachment,) = answer.attachments
        assert attachment.size <= 20_000
        assert attachment.filename == "cat-dream.webp"
        assert "as WebP at quality 80" in answer.content
        assert at.executor.refits == [35_000, 24_500, 17_150]

    in_house(body, tmp_path)


def test_what_is_known_to_be_too_large_is_not_even_tried(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        at.executor.size = 11 * MiB
        job = await at.accept(await at.asked())
        await at.executor.finish(job)
        answer = await at.answer()
        assert answer.attachments[0].size <= 10 * MiB
        assert not [e for e in at.standin.record.exchanges if e.status == 413]

    in_house(body, tmp_path)


def test_several_large_dreams_share_what_one_message_takes(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        at.executor.size = 9 * MiB
        job = await at.accept(await at.asked(pictures=4), pictures=4)
        for ordinal in range(4):
            await at.executor.finish(job, ordinal)
        answer = await at.answer()
        assert len(answer.attachments) == 4
        assert sum(a.size for a in answer.attachments) < 25 * MiB
        assert not [e for e in at.standin.record.exchanges if e.status == 413]

    in_house(body, tmp_path)


def test_a_result_whose_file_is_gone_is_said_not_hidden(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        job = await at.accept(await at.asked())
        at.standin.faults.answer(EDIT, 500)
        await at.executor.finish(job)
        await at.standin.request(lambda e: e.status == 500)
        made = await at.queue.job(job.id)
        at.queue.shelf.drop_results([made.pictures[0].result.path])
        await at.settled()
        (answer,) = at.own()
        assert "got lost" in answer.content
        assert not answer.attachments

    in_house(body, tmp_path)


def test_an_old_message_that_takes_no_more_edits_makes_room_for_a_new_one(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        job = await at.accept(await at.asked())
        (waiting,) = at.own()
        at.clock.ahead += 2 * 3600
        for _ in range(3):
            at.standin.rate_limits.count(limits.OLD_EDITS, str(at.channel.id))
        await at.executor.fail(job, "This file is damaged.")
        await at.settled()
        assert waiting.deleted
        (told,) = at.own()
        assert "This file is damaged." in told.content

    in_house(body, tmp_path)
