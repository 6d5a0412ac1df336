"""What is accepted outlives the process, whenever it is killed."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.jobs.model import JobState, PictureState
from bot.store.tables import jobs
from tests.bot.jobs.fakes import Clock, ScriptedExecutor, dispatching, in_loop, made, opened, request
from tests.databases import looking_into

ACCEPTS_FOR_EVER = """
import asyncio, os, sys, time
from pathlib import Path
from bot.jobs.model import JobState
from tests.bot.jobs.fakes import ScriptedExecutor, dispatching, made, request

async def main(home, life):
    executor = ScriptedExecutor(automatic=made)
    async with dispatching(home, executor=executor, clock=time.time) as desk:
        async def tell():
            told = set()
            while True:
                for job in await desk.queue.unanswered():
                    if job.state is not JobState.MADE:
                        print("lost", job.id, flush=True)
                    elif hash(job.id) % 2 and job.id not in told:
                        told.add(job.id)
                        await desk.queue.delivered(job.id, message=1)
                await asyncio.sleep(0.003)
        teller = asyncio.create_task(tell())
        print("ready", flush=True)
        async def member(who):
            for number in range(10**9):
                cause = f"message:{life}-{who}-{number}"
                accepted = await desk.queue.accept(request(cause.encode(), requester=who, cause=cause))
                os.write(1, f"accepted {accepted.job.id} {cause}\\n".encode())
        await asyncio.gather(teller, *(member(who) for who in range(4)))

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


def one_life(home: Path, life: int, *, acceptances: int, seconds: float) -> dict[str, str]:
    """Run it, and kill it so long after it has reported so many acceptances.

    Returns the causes whose acceptance it reported, with the job's id.
    """
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", ACCEPTS_FOR_EVER, str(home), str(life)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    lines: list[str] = []
    while sum(line.startswith("accepted") for line in lines) < acceptances:
        lines.append(process.stdout.readline())
        assert lines[-1], "it ended by itself"
    time.sleep(seconds)
    process.kill()
    lines += process.stdout.read().splitlines(keepends=True)
    process.wait()
    process.stdout.close()
    assert not any(line.startswith("lost") for line in lines), "a job ended without its dream"
    whole = [line.split() for line in lines if line.startswith("accepted") and line.endswith("\n")]
    return {cause: job for _, job, cause in whole}


def killed_and_reopened(home: Path, lives: int, most: int) -> None:
    """Each life ends soon after its first acceptances, or while it takes up what the ones before it left."""
    chance = random.Random(lives)
    reported: dict[str, str] = {}
    for life in range(lives):
        acceptances = chance.randint(0 if life else 1, most)
        reported |= one_life(home, life, acceptances=acceptances, seconds=chance.uniform(0, 0.05))

    async def look() -> None:
        async with opened(home) as queue:
            for cause, accepted in reported.items():
                job = await queue.job(accepted)
                assert job is not None, "an accepted job is gone"
                assert job.cause == cause
                assert await queue.source_bytes(job.pictures[0]) == cause.encode()
                if job.state is JobState.MADE:
                    result = job.pictures[0].result
                    assert result is not None
                    assert await queue.result_bytes(result) == b"dream of " + cause.encode()
                else:
                    assert job.state in (JobState.WAITING, JobState.DELIVERED)
            unread = {path.name for path in (home / "results").iterdir()}
            untold = [job.pictures[0].result for job in await queue.unanswered() if job.state is JobState.MADE]
            assert unread == {result.path for result in untold if result is not None}
            assert not list((home / "sources").rglob("*.part"))
        async with dispatching(home, executor=ScriptedExecutor(automatic=made)) as desk:
            while await desk.queue.open_jobs():
                await asyncio.sleep(0.01)

    asyncio.run(look())
    assert len(set(reported.values())) == len(reported)


def test_killed_at_any_moment_nothing_accepted_is_lost(tmp_path: Path) -> None:
    killed_and_reopened(tmp_path, lives=4, most=12)


@pytest.mark.soak
def test_killed_at_many_moments_nothing_accepted_is_lost(tmp_path: Path) -> None:
    killed_and_reopened(tmp_path, lives=40, most=100)


@in_loop
async def test_work_of_a_previous_life_is_taken_up_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        accepted = await queue.accept(request(b"one", b"two"))
        order = await queue.work.next()
        assert order is not None
        await queue.work.started(order.job, order.ordinal, order.attempt)
    async with dispatching(tmp_path) as desk:
        standing = desk.queue.standing(accepted.job.id)
        assert standing is not None
        handed = await desk.executor.order(0)
        assert (handed.order.ordinal, handed.order.attempt) == (0, 2)
        dream = made(order)
        assert not await desk.queue.work.made(order, dream, await desk.queue.work.keep(order, dream))
        handed.end()
        (await desk.executor.order(1)).end()
        await desk.answers.all_of(accepted.job.id)


@in_loop
async def test_a_restart_is_no_attempt_but_a_picture_that_fells_the_bot_is_given_up(tmp_path: Path) -> None:
    for life in range(21):
        async with opened(tmp_path) as queue:
            if life == 0:
                accepted = await queue.accept(request())
            order = await queue.work.next()
            assert order is not None, f"after {life} restarts"
            await queue.work.started(order.job, order.ordinal, order.attempt)
    async with opened(tmp_path) as queue:
        (job,) = await queue.unanswered()
        assert (job.id, job.state, job.pictures[0].state) == (accepted.job.id, JobState.FAILED, PictureState.FAILED)
        assert "again and again" in (job.pictures[0].error or "")


@in_loop
async def test_a_picture_that_was_only_handed_out_is_not_suspected(tmp_path: Path) -> None:
    for life in range(25):
        async with opened(tmp_path) as queue:
            if life == 0:
                await queue.accept(request())
            assert await queue.work.next() is not None


@in_loop
async def test_who_was_served_before_the_restart_is_remembered(tmp_path: Path) -> None:
    clock = Clock()
    async with dispatching(tmp_path, executor=ScriptedExecutor(automatic=made), clock=clock) as desk:
        for _ in range(3):
            await desk.queue.accept(request(requester=1))
        while len(await desk.queue.unanswered()) < 3:
            await asyncio.sleep(0.01)
    clock.tick(60)
    async with opened(tmp_path, clock=clock) as queue:
        await queue.accept(request(requester=1))
        newcomer = await queue.accept(request(requester=2))
        order = await queue.work.next()
        assert order is not None
        assert order.job == newcomer.job.id


@in_loop
async def test_how_much_each_had_before_the_restart_is_remembered(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        for requester, seconds in ((1, 50.0), (2, 5.0)):
            await queue.accept(request(requester=requester))
            order = await queue.work.next()
            assert order is not None
            dream = made(order, seconds=seconds)
            await queue.work.made(order, dream, await queue.work.keep(order, dream))
    async with opened(tmp_path) as queue:
        for requester in (1, 2):
            await queue.accept(request(requester=requester))
        handed = [await queue.work.next() for _ in range(2)]
        assert [(await queue.job(order.job)).requester for order in handed if order is not None] == [2, 1]


@in_loop
async def test_what_was_measured_before_the_restart_is_remembered(tmp_path: Path) -> None:
    executor = ScriptedExecutor(automatic=lambda order: made(order, seconds=7.0))
    async with dispatching(tmp_path, executor=executor) as desk:
        accepted = await desk.queue.accept(request())
        assert accepted.standing.seconds == 20.0
        await desk.answers.all_of(accepted.job.id)
    async with opened(tmp_path) as queue:
        assert (await queue.accept(request())).standing.seconds == 7.0


@in_loop
async def test_rows_that_cannot_be_read_hold_up_nobody(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        strange = await queue.accept(request())
        other = await queue.accept(request())
    with looking_into(tmp_path) as connection:
        connection.execute(update(jobs).where(jobs.c.id == strange.job.id).values(door="window"))
    async with opened(tmp_path) as queue:
        assert [job.id for job in await queue.open_jobs()] == [other.job.id]
