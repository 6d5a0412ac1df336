"""Files stay as long as somebody can use them, and no longer."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BotError
from bot.executor.protocol import Encoded
from bot.jobs import keeping
from bot.jobs.keeping import DAY
from bot.jobs.model import Job, JobState
from bot.jobs.queue import JobQueue
from tests.bot.jobs.fakes import Clock, ScriptedExecutor, dispatching, in_loop, made, opened, request


def files(home: Path, folder: str) -> int:
    return sum(path.is_file() for path in (home / folder).rglob("*"))


async def dreamt(queue: JobQueue, *pictures: bytes) -> Job:
    """A job whose dreams are made."""
    accepted = await queue.accept(request(*pictures))
    for _ in accepted.job.pictures:
        order = await queue.work.next()
        assert order is not None
        assert await queue.work.made(order, made(order), await queue.work.keep(order, made(order)))
    job = await queue.job(accepted.job.id)
    assert job is not None
    assert job.state is JobState.MADE
    return job


@in_loop
async def test_a_source_stays_for_days_after_delivery(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock=clock, keep_days=7) as queue:
        job = await dreamt(queue, b"cat")
        clock.tick(30 * DAY)
        assert await queue.forget_sources() == 0, "not delivered yet"
        await queue.delivered(job.id, message=1)
        clock.tick(7 * DAY - 1)
        assert await queue.forget_sources() == 0
        assert await queue.source_bytes(job.pictures[0]) == b"cat"
        clock.tick(1)
        assert await queue.forget_sources() == 1
        assert await queue.source_bytes(job.pictures[0]) is None
        assert await queue.forget_sources() == 0
        assert files(tmp_path, "sources") == 0


@in_loop
async def test_a_source_stays_for_the_last_job_that_needs_it(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock=clock) as queue:
        first, second = await dreamt(queue, b"cat", b"dog"), await dreamt(queue, b"cat")
        await queue.delivered(first.id, message=1)
        clock.tick(7 * DAY)
        assert await queue.forget_sources() == 1
        assert await queue.source_bytes(second.pictures[0]) == b"cat"
        await queue.delivered(second.id, message=2)
        clock.tick(7 * DAY)
        assert await queue.forget_sources() == 1


@in_loop
async def test_kept_for_no_day_is_deleted_with_the_delivery(tmp_path: Path) -> None:
    async with opened(tmp_path, keep_days=0) as queue:
        job = await dreamt(queue, b"cat")
        await queue.delivered(job.id, message=1)
        assert files(tmp_path, "sources") == files(tmp_path, "results") == 0


@in_loop
async def test_results_go_when_they_are_delivered_or_cannot_be(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        first, second = await dreamt(queue, b"cat"), await dreamt(queue, b"dog")
        assert files(tmp_path, "results") == 2
        await queue.delivered(first.id, message=1)
        await queue.undeliverable(second.id, log="the bot was removed")
        assert files(tmp_path, "results") == 0
        assert await queue.unanswered() == []
        job = await queue.job(second.id)
        assert job is not None
        assert (job.state, job.answered) == (JobState.UNDELIVERABLE, True)
        assert job.pictures[0].result is not None
        with pytest.raises(BotError, match="no longer"):
            await queue.result_bytes(job.pictures[0].result)
        await queue.forget_sources()
        assert files(tmp_path, "sources") == 1, "the delivered one's"


@in_loop
async def test_undeliverable_stops_what_runs(tmp_path: Path) -> None:
    async with dispatching(tmp_path) as desk:
        accepted = await desk.queue.accept(request())
        await desk.executor.order(0)
        await desk.queue.undeliverable(accepted.job.id, log="the channel is gone")
        assert desk.executor.cancelled == [accepted.job.id]
        assert desk.answers.ends == []
        assert desk.queue.standings() == {}


@in_loop
async def test_told_twice_is_told_once(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock=clock) as queue:
        job = await dreamt(queue, b"cat")
        await queue.delivered(job.id, message=1)
        clock.tick(5)
        await queue.delivered(job.id, message=2)
        await queue.undeliverable(job.id, log="late")
        told = await queue.job(job.id)
        assert told is not None
        assert (told.state, told.delivered, told.result_message) == (JobState.DELIVERED, clock.now - 5, 1)


@in_loop
async def test_an_open_job_cannot_be_delivered(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        accepted = await queue.accept(request())
        await queue.delivered(accepted.job.id, message=1)
        assert [job.state for job in await queue.open_jobs()] == [JobState.WAITING]


@in_loop
async def test_a_smaller_file_replaces_a_result(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        job = await dreamt(queue, b"cat")
        await queue.replace_result(job.id, 0, Encoded(data=b"small", format="WEBP", note="as WebP"))
        replaced = await queue.job(job.id)
        assert replaced is not None
        result = replaced.pictures[0].result
        assert result is not None
        assert (result.format, result.note, result.network) == ("WEBP", "as WebP", "daydream")
        assert await queue.result_bytes(result) == b"small"
        assert files(tmp_path, "results") == 1


@in_loop
async def test_files_without_a_row_are_removed_at_the_start(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        made_job = await dreamt(queue, b"cat")
    for path in ("sources/abcd", "sources/abcd.1234.part", "results/nobody.png"):
        (tmp_path / path).write_bytes(b"orphan")
    async with opened(tmp_path) as queue:
        assert files(tmp_path, "sources") == files(tmp_path, "results") == 1
        result = made_job.pictures[0].result
        assert result is not None
        assert await queue.result_bytes(result)
        assert await queue.source_bytes(made_job.pictures[0]) == b"cat"


@in_loop
async def test_accepting_and_forgetting_the_same_picture_at_once_keeps_it(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock=clock, keep_days=1) as queue:
        for _ in range(15):
            job = await dreamt(queue, b"cat")
            await queue.delivered(job.id, message=1)
            clock.tick(2 * DAY)
            accepted, _ = await asyncio.gather(queue.accept(request(b"cat")), queue.forget_sources())
            assert await queue.source_bytes(accepted.job.pictures[0]) == b"cat"
            await queue.undeliverable(accepted.job.id, log="")


@in_loop
async def test_a_picture_whose_request_is_accepted_while_the_database_is_read_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    async with opened(tmp_path, clock=clock, keep_days=1) as queue:
        job = await dreamt(queue, b"cat")
        await queue.delivered(job.id, message=1)
        clock.tick(2 * DAY)
        kept, looked_up = asyncio.Event(), asyncio.Event()
        keep, needed = queue._acceptance._keep, keeping._needed

        async def keep_and_wait(pictures: dict[str, bytes]) -> None:
            await keep(pictures)
            kept.set()
            await looked_up.wait()

        async def look_up_and_wait(*of: Any) -> set[str]:
            found = await needed(*of)
            looked_up.set()
            await accepting
            return found

        monkeypatch.setattr(queue._acceptance, "_keep", keep_and_wait)
        monkeypatch.setattr(keeping, "_needed", look_up_and_wait)
        accepting = asyncio.create_task(queue.accept(request(b"cat")))
        await kept.wait()
        await queue.forget_sources()
        assert await queue.source_bytes((await accepting).job.pictures[0]) == b"cat"


@in_loop
async def test_the_dispatcher_sweeps(tmp_path: Path) -> None:
    clock = Clock()
    async with dispatching(tmp_path, executor=ScriptedExecutor(automatic=made), clock=clock) as desk:
        accepted = await desk.queue.accept(request())
        await desk.answers.all_of(accepted.job.id)
        await desk.queue.delivered(accepted.job.id, message=1)
    clock.tick(8 * DAY)
    async with dispatching(tmp_path, clock=clock):
        while files(tmp_path, "sources"):
            await asyncio.sleep(0.01)
