"""Pictures go to the executor and come back, whatever becomes of them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.executor.protocol import Event, Order, Outcome, Stopped
from bot.jobs import dispatcher as dispatcher_module
from bot.jobs.dispatcher import Dispatcher
from bot.jobs.model import JobState, PictureState
from tests.bot.jobs.fakes import (
    Clock,
    Desk,
    RememberingAnswers,
    ScriptedExecutor,
    dispatching,
    failed,
    in_loop,
    made,
    opened,
    request,
    until,
)
from tests.databases import refuse, relent


async def job_of(desk: Desk, job: str):
    found = await desk.queue.job(job)
    assert found is not None
    return found


@in_loop
async def test_a_dream_is_made_and_delivered(tmp_path: Path) -> None:
    async with dispatching(tmp_path) as desk:
        accepted = await desk.queue.accept(request(b"cat"))
        assert accepted.fresh
        assert accepted.job.state is JobState.WAITING
        assert "seed=" in accepted.job.recipe
        handed = await desk.executor.order(0)
        assert handed.order.picture == b"cat"
        assert handed.order.recipe == accepted.job.recipe
        assert (await job_of(desk, accepted.job.id)).state is JobState.RUNNING
        handed.start()
        handed.progress(0.5, b"small")
        handed.end()
        await desk.answers.all_of(accepted.job.id)
        assert desk.answers.previews == [(accepted.job.id, 0, 0.5, b"small")]
        job = await job_of(desk, accepted.job.id)
        assert job.state is JobState.MADE
        result = job.pictures[0].result
        assert result is not None
        assert (result.seconds, result.notes, result.recipe) == (2.0, ("A note.",), accepted.job.recipe)
        assert await desk.queue.result_bytes(result) == b"dream of cat"
        assert [job.id for job in await desk.queue.unanswered()] == [job.id]
        await desk.queue.delivered(job.id, message=77)
        job = await job_of(desk, job.id)
        assert (job.state, job.result_message, job.answered) == (JobState.DELIVERED, 77, True)
        assert await desk.queue.unanswered() == []
        assert not list((tmp_path / "results").iterdir())
        assert await desk.queue.source_bytes(job.pictures[0]) == b"cat"


@in_loop
async def test_a_job_with_one_good_picture_is_made(tmp_path: Path) -> None:
    executor = ScriptedExecutor(automatic=lambda order: failed() if order.picture == b"bad" else made(order))
    async with dispatching(tmp_path, executor=executor) as desk:
        accepted = await desk.queue.accept(request(b"bad", b"good"))
        await desk.answers.all_of(accepted.job.id)
        job = await job_of(desk, accepted.job.id)
        assert job.state is JobState.MADE
        assert [picture.state for picture in job.pictures] == [PictureState.FAILED, PictureState.MADE]
        assert job.pictures[0].error == "It is no picture."


@in_loop
async def test_no_more_is_handed_out_than_workers_can_take(tmp_path: Path) -> None:
    async with dispatching(tmp_path, executor=ScriptedExecutor(slots=2)) as desk:
        for member in range(6):
            await desk.queue.accept(request(requester=member))
        await desk.executor.order(2)
        await asyncio.sleep(0.05)
        assert len(desk.executor.handed) == 3
        desk.executor.slots = 4
        desk.dispatcher.wake()
        await desk.executor.order(4)


@in_loop
async def test_a_flood_waits_for_a_first_picture(tmp_path: Path) -> None:
    async with dispatching(tmp_path) as desk:
        for _ in range(6):
            await desk.queue.accept(request(requester=1))
        await desk.executor.order(1)
        late = await desk.queue.accept(request(requester=2))
        standing = desk.queue.standing(late.job.id)
        assert standing is not None
        assert standing.ahead == 2
        for handed in desk.executor.handed[:2]:
            handed.start()
            handed.end()
        assert (await desk.executor.order(2)).order.job == late.job.id


@in_loop
async def test_what_runs_counts_as_served(tmp_path: Path) -> None:
    """With many workers a flood must not take them all at once."""
    async with opened(tmp_path) as queue:
        for member in (1, 2):  # both have had something lately, and as much
            await queue.accept(request(requester=member))
            order = await queue.work.next()
            assert order is not None
            await queue.work.made(order, made(order), await queue.work.keep(order, made(order)))
        for _ in range(4):
            await queue.accept(request(requester=1))
        for _ in range(2):
            await queue.accept(request(requester=2))
        handed = [await queue.work.next() for _ in range(4)]
        requesters = [(await queue.job(order.job)).requester for order in handed if order is not None]
        assert requesters == [1, 2, 1, 2]


@in_loop
async def test_guilds_take_turns_also_in_what_runs(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        for member in range(1, 5):
            await queue.accept(request(requester=member, guild=1))
        for member in range(5, 7):
            await queue.accept(request(requester=member, guild=2))
        handed = [await queue.work.next() for _ in range(4)]
        guilds = [(await queue.job(order.job)).place.guild for order in handed if order is not None]
        assert guilds == [1, 2, 1, 2]


@in_loop
async def test_a_picture_is_tried_three_times_and_no_more(tmp_path: Path) -> None:
    async with dispatching(tmp_path) as desk:
        accepted = await desk.queue.accept(request())
        for number in range(3):
            handed = await desk.executor.order(number)
            assert handed.order.attempt == number + 1
            handed.start()
            handed.lose(started=True)
        await desk.answers.all_of(accepted.job.id)
        job = await job_of(desk, accepted.job.id)
        assert job.state is JobState.FAILED
        assert "three times" in (job.pictures[0].error or "")


@in_loop
async def test_a_stored_start_counts_even_if_the_executor_has_forgotten_it(tmp_path: Path) -> None:
    async with dispatching(tmp_path) as desk:
        accepted = await desk.queue.accept(request())
        for number in range(3):
            handed = await desk.executor.order(number)
            handed.start()
            handed.lose(started=False)
        await desk.answers.all_of(accepted.job.id)


@in_loop
async def test_a_loss_before_the_start_is_free_but_does_not_spin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher_module, "FIRST_PAUSE", 0.001)
    clock = Clock()
    async with dispatching(tmp_path, clock=clock) as desk:
        accepted = await desk.queue.accept(request())
        for number in range(5):
            (await desk.executor.order(number)).lose(started=False)
            await until(desk.queue.board.held_until)
            await asyncio.sleep(0.02)
            assert len(desk.executor.handed) == number + 1, "held for a while"
            clock.tick(60)
            desk.dispatcher.wake()
        (await desk.executor.order(5)).end()
        await desk.answers.all_of(accepted.job.id)
        assert (await job_of(desk, accepted.job.id)).state is JobState.MADE


@in_loop
async def test_a_picture_that_never_begins_ends_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.jobs.work.RETURNS", 2)
    monkeypatch.setattr(dispatcher_module, "FIRST_PAUSE", 0.001)
    clock = Clock()
    async with dispatching(tmp_path, clock=clock) as desk:
        accepted = await desk.queue.accept(request())
        for number in range(3):
            (await desk.executor.order(number)).lose(started=False)
            await until(lambda: desk.answers.ends or desk.queue.board.held_until())
            clock.tick(60)
            desk.dispatcher.wake()
        await desk.answers.all_of(accepted.job.id)
        assert "No machine" in ((await job_of(desk, accepted.job.id)).pictures[0].error or "")


@in_loop
async def test_a_late_result_of_an_older_attempt_changes_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        accepted = await queue.accept(request())
        first = await queue.work.next()
        assert first is not None
        await queue.work.lost(first.job, 0, first.attempt, started=True, log="")
        second = await queue.work.next()
        assert second is not None
        assert (first.attempt, second.attempt) == (1, 2)
        dream = made(first)
        assert not await queue.work.made(first, dream, await queue.work.keep(first, dream))
        assert not await queue.work.failed(first.job, 0, first.attempt, sentence="No.", log="")
        assert not list((tmp_path / "results").iterdir())
        job = await queue.job(accepted.job.id)
        assert job is not None
        assert job.state is JobState.RUNNING
        path = await queue.work.keep(second, made(second))
        assert await queue.work.made(second, made(second), path)
        assert await queue.work.made(second, made(second), path), "told again after a doubtful commit: it is stored"
        assert len(list((tmp_path / "results").iterdir())) == 1


@in_loop
async def test_cancelling_stops_what_waits_and_what_runs(tmp_path: Path) -> None:
    async with dispatching(tmp_path) as desk:
        running, waiting = await desk.queue.accept(request(b"a", b"b", b"c")), await desk.queue.accept(request())
        handed = await desk.executor.order(1)
        handed.start()
        for accepted in (running, waiting):
            job = await desk.queue.cancel(accepted.job.id, by=9)
            assert job is not None
            assert (job.state, job.cancelled_by) == (JobState.CANCELLED, 9)
            assert await desk.queue.cancel(accepted.job.id, by=9) is None
        assert desk.answers.ends == [running.job.id, waiting.job.id]
        assert running.job.id in desk.executor.cancelled
        handed.progress(0.9)
        assert desk.answers.previews == [], "nobody looks at it any more"
        assert [job.id for job in await desk.queue.unanswered()] == [running.job.id, waiting.job.id]
        await desk.queue.delivered(running.job.id, message=None)
        job = await job_of(desk, running.job.id)
        assert (job.state, job.answered) == (JobState.CANCELLED, True)
        after = await desk.queue.accept(request())
        await until(lambda: any(order.order.job == after.job.id for order in desk.executor.handed))


@in_loop
async def test_one_bad_job_never_stops_the_rest(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Breaking(ScriptedExecutor):
        async def dream(self, order: Order, on_event: Callable[[Event], None]) -> Outcome:
            if order.picture == b"raises":
                raise ZeroDivisionError
            if order.picture == b"nonsense":
                return None  # type: ignore[return-value]
            return await super().dream(order, on_event)

    executor = Breaking(automatic=made)
    async with dispatching(tmp_path, executor=executor) as desk:
        bad = await desk.queue.accept(request(b"raises"))
        gone = await desk.queue.accept(request(b"gone"))
        for path in (tmp_path / "sources").rglob("*"):
            if path.is_file() and path.read_bytes() == b"gone":
                path.unlink()
        nonsense = await desk.queue.accept(request(b"nonsense"))
        good = [await desk.queue.accept(request(requester=member)) for member in range(2, 6)]
        await desk.answers.all_of(bad.job.id, *(accepted.job.id for accepted in good))
        job = await job_of(desk, bad.job.id)
        assert job.state is JobState.FAILED
        assert bad.job.id in (job.pictures[0].error or "")
        assert any(getattr(record, "job", None) == bad.job.id for record in caplog.records)
        await desk.answers.all_of(gone.job.id, nonsense.job.id)
        assert "post it again" in ((await job_of(desk, gone.job.id)).pictures[0].error or "")


@in_loop
async def test_an_executor_whose_own_work_is_cancelled_gets_the_order_again(tmp_path: Path) -> None:
    """A library's future that is cancelled raises what a task's own cancelling raises."""

    class Cancelling(ScriptedExecutor):
        async def dream(self, order: Order, on_event: Callable[[Event], None]) -> Outcome:
            if order.attempt == 1:
                raise asyncio.CancelledError
            return await super().dream(order, on_event)

    async with dispatching(tmp_path, executor=Cancelling(automatic=made), clock=time.time) as desk:
        accepted = await desk.queue.accept(request())
        await desk.answers.all_of(accepted.job.id)
        assert (await job_of(desk, accepted.job.id)).state is JobState.MADE


@in_loop
async def test_answers_that_raise_stop_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with dispatching(tmp_path, executor=ScriptedExecutor(automatic=made)) as desk:

        def broken(*_: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(desk.answers, "ended", broken)
        monkeypatch.setattr(desk.answers, "queue_moved", broken)
        jobs = [await desk.queue.accept(request()) for _ in range(3)]
        while len(await desk.queue.unanswered()) < len(jobs):
            await asyncio.sleep(0.01)


@in_loop
async def test_a_database_that_fails_for_a_while_loses_no_dream(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(dispatcher_module, "FIRST_PAUSE", 0.01)
    caplog.set_level(logging.CRITICAL, logger="bot.jobs.dispatcher")
    async with dispatching(tmp_path) as desk:
        accepted = await desk.queue.accept(request())
        waiting = await desk.queue.accept(request(requester=2))
        (await desk.executor.order(0)).end()
        await desk.answers.all_of(accepted.job.id)
        await asyncio.to_thread(refuse, tmp_path, "job_pictures")
        handed = await desk.executor.order(1)
        handed.start()
        handed.end()
        await asyncio.sleep(0.1)
        assert (await job_of(desk, waiting.job.id)).state is JobState.RUNNING
        await asyncio.to_thread(relent, tmp_path, "job_pictures")
        await desk.answers.all_of(waiting.job.id)
        assert (await job_of(desk, waiting.job.id)).state is JobState.MADE


@in_loop
async def test_a_disk_that_is_full_for_a_while_loses_no_dream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher_module, "FIRST_PAUSE", 0.01)
    async with dispatching(tmp_path) as desk:
        accepted = await desk.queue.accept(request())
        handed = await desk.executor.order(0)
        (tmp_path / "results").rmdir()
        handed.end()
        await asyncio.sleep(0.05)
        (tmp_path / "results").mkdir()
        await desk.answers.all_of(accepted.job.id)
        assert (await job_of(desk, accepted.job.id)).state is JobState.MADE


@in_loop
async def test_a_stop_lets_dreams_finish_or_puts_them_back(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock=clock) as queue:
        executor = ScriptedExecutor(slots=2)
        answers = RememberingAnswers()
        dispatcher = Dispatcher(queue=queue, executor=executor, answers=answers, clock=clock)
        await dispatcher.start()
        jobs = [(await queue.accept(request(requester=member))).job.id for member in range(5)]
        first, second = await executor.order(0), await executor.order(1)
        await executor.order(2)
        first.start()
        second.start()
        closing = asyncio.create_task(dispatcher.close(grace=0.3))
        await asyncio.sleep(0.05)
        first.end()
        await closing
        states = [(await queue.job(job)).state for job in jobs]
        assert states == [JobState.MADE, *[JobState.WAITING] * 4]
        assert len(executor.handed) == 3, "nothing was handed out while closing"
    async with dispatching(tmp_path, clock=clock) as desk:
        again = await desk.executor.order(0)
        assert again.order.attempt == 2


@in_loop
async def test_an_executor_that_stops_by_itself_is_not_asked_in_a_tight_loop(tmp_path: Path) -> None:
    async with dispatching(tmp_path, executor=ScriptedExecutor(automatic=lambda order: Stopped())) as desk:
        await desk.queue.accept(request())
        await asyncio.sleep(0.3)
        assert len(desk.executor.handed) < 10
