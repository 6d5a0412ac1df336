"""A disk of a few megabytes, really full: new requests are refused with a sentence, accepted ones are dreamt."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.errors import Refusal
from bot.jobs import accepting, shelf
from bot.jobs.model import JobState
from bot.jobs.queue import JobQueue
from tests import disks
from tests.bot.jobs.fakes import Clock, ScriptedExecutor, dispatching, in_loop, made, opened, request, until
from tests.databases import sqlite_only


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with disks.small_disk(tmp_path / "disk", size=6 << 20) as folder:
        yield folder


def noise(number: int, size: int = 300_000) -> bytes:
    return number.to_bytes(8) * (size // 8)


@sqlite_only
@in_loop
async def test_a_full_disk_refuses_what_is_new_and_loses_nothing_of_what_was_accepted(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "RESERVE", 0)  # so that really nothing can be written
    executor = ScriptedExecutor()
    async with dispatching(small_disk / "home", executor=executor, clock=Clock()) as desk:
        accepted = [(await desk.queue.accept(request(noise(n)))).job.id for n in range(5)]
        first = await executor.order(0)
        first.start()
        ballast = disks.fill(small_disk)
        for number in range(100, 110):
            with pytest.raises(Refusal) as told:
                await desk.queue.accept(request(noise(number)))
            assert told.value.sentence in (accepting.NO_ROOM, accepting.NOT_NOTED)
        first.end(made(first.order))  # what was dreamt meanwhile cannot be written yet
        await asyncio.sleep(0.3)
        assert not desk.answers.ends
        parts = [path for path in (small_disk / "home").rglob("*") if path.name.endswith(shelf.PART)]
        assert not parts, "nothing half written is left"
        assert shelf.Shelf(small_disk / "home").sizes({shelf.content_hash(noise(100))}) == {}

        ballast.unlink()
        await desk.answers.all_of(accepted[0])
        fresh = await desk.queue.accept(request(noise(200)))
        for number in range(1, 6):
            handed = await executor.order(number)
            handed.end(made(handed.order))
        await desk.answers.all_of(*accepted, fresh.job.id)
        for job_id in accepted:
            job = await desk.queue.job(job_id)
            assert job is not None
            assert job.state is JobState.MADE


async def delivered(queue: JobQueue, clock: Clock, number: int) -> str:
    accepted = await queue.accept(request(noise(number, 1 << 20)))
    order = await queue.work.next()
    assert order is not None
    assert await queue.work.made(order, made(order), await queue.work.keep(order, made(order)))
    clock.tick(10)
    await queue.delivered(accepted.job.id, message=number)
    return accepted.job.id


async def kept(queue: JobQueue, ids: list[str]) -> list[bool]:
    jobs = [await queue.job(id_) for id_ in ids]
    return [job is not None and await queue.source_bytes(job.pictures[0]) is not None for job in jobs]


@in_loop
async def test_kept_pictures_stay_below_their_size_and_the_oldest_go_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.jobs.keeping.AT_A_TIME", 1)
    clock = Clock()
    async with opened(tmp_path, clock=clock, keep_bytes=4 << 20) as queue:
        ids = [await delivered(queue, clock, number) for number in range(4)]
        waiting = await queue.accept(request(noise(9, 1 << 20)))
        assert await queue.keeping.make_room() == 1
        assert await kept(queue, ids) == [False, True, True, True]
        assert await queue.keeping.make_room() == 0
        big = await queue.accept(request(noise(10, 8 << 20)))
        assert await queue.keeping.make_room() == 3
        assert await kept(queue, [*ids, waiting.job.id, big.job.id]) == [False] * 4 + [True] * 2, "what waits stays"


@in_loop
async def test_without_room_old_pictures_make_place_for_a_new_one(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "RESERVE", 1 << 20)
    monkeypatch.setattr("bot.jobs.keeping.AT_A_TIME", 1)
    clock = Clock()
    home = small_disk / "home"
    async with opened(home, clock=clock) as queue:
        ids = [await delivered(queue, clock, number) for number in range(3)]
        with (small_disk / "ballast").open("wb") as file:  # somebody else's
            free = os.statvfs(small_disk)
            file.write(bytes(free.f_bavail * free.f_frsize - (900 << 10)))
        await queue.accept(request(noise(9, 64 << 10)))
        assert await kept(queue, ids) in ([False, False, True], [False, False, False])


@in_loop
async def test_the_dispatcher_looks_for_room(tmp_path: Path) -> None:
    async with opened(tmp_path / "first") as queue:
        assert queue.keeping._most == 0
    async with dispatching(tmp_path, executor=ScriptedExecutor(automatic=made), clock=Clock()) as desk:
        asked: list[int] = []
        crowded = desk.queue.shelf.crowded
        desk.queue.shelf.crowded = lambda most: (asked.append(most), crowded(most))[1]  # type: ignore[method-assign]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("bot.jobs.dispatcher.ROOM_SECONDS", 0.01)
            for task in desk.dispatcher._loops[1:]:
                task.cancel()
            sweep = asyncio.create_task(desk.dispatcher._sweep())
            await until(lambda: len(asked) > 2)
            sweep.cancel()
            await asyncio.gather(sweep, return_exceptions=True)
