"""Long work is done in parts: others have their turn between them, and nothing but a part is ever lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.executor.protocol import PART_SECONDS, Paused, Stopped
from bot.jobs.model import Job, JobState, PictureState
from bot.jobs.queue import JobQueue
from bot.kinds import Kind
from tests.bot.jobs.fakes import Clock, Desk, ScriptedExecutor, dispatching, in_loop, made, opened, request, until


def checkpoints(home: Path) -> list[bytes]:
    return sorted(path.read_bytes() for path in (home / "checkpoints").iterdir())


async def job_of(queue: JobQueue, id: str) -> Job:
    found = await queue.job(id)
    assert found is not None
    return found


async def settled(desk: Desk) -> None:
    """What came back is stored."""
    await until(lambda: not desk.dispatcher._tasks)


@in_loop
async def test_a_film_is_made_part_by_part_and_its_seconds_add_up(tmp_path: Path) -> None:
    async with dispatching(tmp_path) as desk:
        film = (await desk.queue.accept(request(b"cat", kind=Kind.FILM))).job
        first = await desk.executor.order(0)
        assert (first.order.kind, first.order.picture, first.order.checkpoint) == (Kind.FILM, b"cat", None)
        first.start()
        first.pause(0.4, checkpoint=b"a third", seconds=15.0)
        second = await desk.executor.order(1)
        assert (second.order.attempt, second.order.checkpoint, second.order.share) == (2, b"a third", 0.4)
        assert checkpoints(tmp_path) == [b"a third"]
        room = len(b"cat") + len(b"a third")
        assert [desk.queue.shelf.crowded(most) for most in (room - 1, room)] == [True, False]
        second.start()
        second.pause(0.8, checkpoint=b"two thirds", seconds=16.0)
        third = await desk.executor.order(2)
        assert third.order.checkpoint == b"two thirds"
        await until(lambda: checkpoints(tmp_path) == [b"two thirds"])  # the one before is needed no more
        third.start()
        third.end(made(third.order, seconds=4.0))
        await desk.answers.all_of(film.id)
        job = await job_of(desk.queue, film.id)
        assert job.state is JobState.MADE
        assert job.pictures[0].result is not None
        assert job.pictures[0].result.seconds == 35.0
        await settled(desk)
        assert checkpoints(tmp_path) == []


@in_loop
async def test_a_first_picture_waits_for_no_more_than_the_part_that_runs(tmp_path: Path) -> None:
    """However many films are at work: none is handed out ahead of its time."""
    async with dispatching(tmp_path) as desk:
        films = [(await desk.queue.accept(request(requester=who, kind=Kind.FILM))).job.id for who in (1, 2, 3)]
        for number in range(3):
            part = await desk.executor.order(number)
            part.start()
            part.pause(0.1)
        part = await desk.executor.order(3)
        assert [handed.order.job for handed in desk.executor.handed] == [*films, films[0]]
        part.start()
        newcomer = (await desk.queue.accept(request(requester=4))).job
        dream = await desk.executor.order(4)
        assert dream.order.job == newcomer.id, "it is read while the part runs"
        part.pause(0.2)
        await until(lambda: len(desk.dispatcher._tasks) == 1)
        assert len(desk.executor.handed) == 5, "the worker is the newcomer's now"
        dream.start()
        dream.end()
        await desk.answers.all_of(newcomer.id)
        assert (await desk.executor.order(5)).order.job == films[1]


@in_loop
async def test_films_take_turns_by_the_seconds_they_had(tmp_path: Path) -> None:
    async with dispatching(tmp_path) as desk:
        films = [(await desk.queue.accept(request(requester=who, kind=Kind.FILM))).job.id for who in (1, 2)]
        seconds = {films[0]: 20.0, films[1]: 8.0}
        for number in range(7):
            part = await desk.executor.order(number)
            part.start()
            part.pause(0.01 * (number + 1), seconds=seconds[part.order.job])
        turns = [handed.order.job for handed in desk.executor.handed]
        assert turns[:2] == films
        assert turns[:7].count(films[0]) < turns[:7].count(films[1])


@in_loop
async def test_a_workers_death_repeats_only_the_part(tmp_path: Path) -> None:
    async with dispatching(tmp_path) as desk:
        film = (await desk.queue.accept(request(kind=Kind.FILM))).job
        number = 0
        for share in (0.2, 0.4, 0.6):
            for _ in range(2):  # each part may lose two workers
                part = await desk.executor.order(number)
                part.start()
                part.lose(started=True)
                number += 1
            part = await desk.executor.order(number)
            assert part.order.share == pytest.approx(share - 0.2)
            assert part.order.checkpoint == (f"up to {share - 0.2:.1f}".encode() if share > 0.2 else None)
            part.start()
            part.pause(share, checkpoint=f"up to {share:.1f}".encode())
            number += 1
        last = await desk.executor.order(number)
        last.start()
        last.end()
        await desk.answers.all_of(film.id)
        assert (await job_of(desk.queue, film.id)).state is JobState.MADE


@in_loop
async def test_a_part_that_kills_three_workers_fails_the_film(tmp_path: Path) -> None:
    async with dispatching(tmp_path) as desk:
        film = (await desk.queue.accept(request(kind=Kind.FILM))).job
        part = await desk.executor.order(0)
        part.start()
        part.pause(0.5)
        for number in (1, 2, 3):
            part = await desk.executor.order(number)
            part.start()
            part.lose(started=True)
        await desk.answers.all_of(film.id)
        job = await job_of(desk.queue, film.id)
        assert job.state is JobState.FAILED
        assert "three times over" in (job.pictures[0].error or "")
        await settled(desk)
        assert checkpoints(tmp_path) == []


@in_loop
async def test_parts_that_bring_it_no_further_come_to_an_end(tmp_path: Path) -> None:
    async with dispatching(tmp_path) as desk:
        film = (await desk.queue.accept(request(kind=Kind.FILM))).job
        for number in range(4):
            part = await desk.executor.order(number)
            part.start()
            part.pause(0.3)
        await desk.answers.all_of(film.id)
        job = await job_of(desk.queue, film.id)
        assert job.state is JobState.FAILED
        assert "came no further" in (job.pictures[0].error or "")
        await settled(desk)
        assert checkpoints(tmp_path) == []
        assert len(desk.executor.handed) == 4


@in_loop
async def test_a_part_that_comes_late_changes_nothing_and_leaves_no_file(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        film = (await queue.accept(request(kind=Kind.FILM))).job
        old = await queue.work.next()
        assert old is not None
        await queue.work.lost(film.id, 0, old.attempt, started=True, log="silent")
        new = await queue.work.next()
        assert new is not None
        newer = Paused(checkpoint=b"newer", share=0.5, seconds=15.0)
        assert await queue.work.paused(new, newer, await queue.work.keep_checkpoint(new, newer))
        late = Paused(checkpoint=b"late", share=0.9, seconds=15.0)
        assert not await queue.work.paused(old, late, await queue.work.keep_checkpoint(old, late))
        assert checkpoints(tmp_path) == [b"newer"]
        assert (await job_of(queue, film.id)).pictures[0].share == 0.5
        await queue.cancel(film.id, by=1)
        assert not await queue.work.paused(new, late, await queue.work.keep_checkpoint(new, late))
        assert checkpoints(tmp_path) == []


@in_loop
async def test_a_part_is_stored_once_however_often_it_is_tried(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        film = (await queue.accept(request(kind=Kind.FILM))).job
        order = await queue.work.next()
        assert order is not None
        part = Paused(checkpoint=b"half", share=0.5, seconds=15.0)
        path = await queue.work.keep_checkpoint(order, part)
        assert [await queue.work.paused(order, part, path) for _ in range(2)] == [True, True]
        picture = (await job_of(queue, film.id)).pictures[0]
        assert (picture.share, picture.served, picture.state) == (0.5, 15.0, PictureState.WAITING)
        assert checkpoints(tmp_path) == [b"half"]


@pytest.mark.parametrize("when", ["running", "waiting", "being stored"])
def test_cancelling_takes_the_checkpoint_away(tmp_path: Path, when: str) -> None:
    @in_loop
    async def test() -> None:
        async with dispatching(tmp_path) as desk:
            film = (await desk.queue.accept(request(kind=Kind.FILM))).job
            part = await desk.executor.order(0)
            part.start()
            if when != "running":  # its next part waits behind somebody's dream
                await desk.queue.accept(request(requester=2))
                await desk.executor.order(1)
            part.pause(0.5)
            if when == "running":
                (await desk.executor.order(1)).start()
            if when == "waiting":
                await until(lambda: (open_ := desk.queue.board.get(film.id)) and open_.pictures[0].share == 0.5)
                assert checkpoints(tmp_path)
            await desk.queue.cancel(film.id, by=1)
            await until(lambda: not checkpoints(tmp_path))
            assert (await job_of(desk.queue, film.id)).state is JobState.CANCELLED
            if when != "being stored":
                assert desk.executor.cancelled == ([film.id] if when == "running" else [])
            await until(lambda: part.order.key not in desk.dispatcher._orders)
            assert checkpoints(tmp_path) == []

    test()


@in_loop
async def test_a_restart_goes_on_from_the_checkpoint(tmp_path: Path) -> None:
    async with dispatching(tmp_path) as desk:
        film = (await desk.queue.accept(request(kind=Kind.FILM))).job
        part = await desk.executor.order(0)
        part.start()
        part.pause(0.5, checkpoint=b"half")
        (await desk.executor.order(1)).start()
    async with dispatching(tmp_path) as desk:
        again = await desk.executor.order(0)
        assert (again.order.job, again.order.checkpoint, again.order.share) == (film.id, b"half", 0.5)
        again.end(Stopped())
        await settled(desk)
    for path in (tmp_path / "checkpoints").iterdir():  # as after a backup was put back
        path.unlink()
    async with dispatching(tmp_path) as desk:
        again = await desk.executor.order(0)
        assert (again.order.job, again.order.checkpoint, again.order.share) == (film.id, None, 0.0)
        again.start()
        again.pause(0.1, checkpoint=b"anew")
        following = await desk.executor.order(1)
        assert following.order.checkpoint == b"anew"
        following.end()
        await desk.answers.all_of(film.id)


@in_loop
async def test_checkpoints_of_no_open_film_are_removed_at_the_start(tmp_path: Path) -> None:
    async with opened(tmp_path):
        (tmp_path / "checkpoints" / "abc-0-1-ffff").write_bytes(b"orphan")
    async with opened(tmp_path):
        assert checkpoints(tmp_path) == []


@in_loop
async def test_what_a_film_has_had_before_a_restart_counts(tmp_path: Path) -> None:
    async with dispatching(tmp_path) as desk:
        film = (await desk.queue.accept(request(requester=1, kind=Kind.FILM))).job
        part = await desk.executor.order(0)
        part.start()
        part.pause(0.2)
        await desk.executor.order(1)
    async with opened(tmp_path) as queue:
        newcomer = (await queue.accept(request(requester=2))).job
        orders = [await queue.work.next() for _ in range(2)]
        assert [order.job for order in orders if order is not None] == [newcomer.id, film.id]


@in_loop
async def test_where_a_film_stands_is_told_of_the_whole(tmp_path: Path) -> None:
    clock = Clock()
    async with dispatching(tmp_path, clock=clock) as desk:
        film = (await desk.queue.accept(request(requester=1, kind=Kind.FILM))).job
        expected = desk.queue.standing(film.id)
        assert expected is not None
        assert expected.seconds > 5 * PART_SECONDS
        assert expected.ready_at - clock() == pytest.approx(expected.seconds, abs=0.1)
        part = await desk.executor.order(0)
        part.start()
        clock.tick(15)
        part.progress(0.25)
        assert desk.answers.previews[-1][2] == 0.25
        now = desk.queue.standing(film.id)
        assert now is not None
        assert now.ready_at - clock() == pytest.approx(45, abs=0.1), "a quarter took 15 seconds"
        part.pause(0.25, seconds=15.0)
        following = await desk.executor.order(1)
        now = desk.queue.standing(film.id)
        assert now is not None
        assert now.ready_at - clock() == pytest.approx(45, abs=0.1), "and so it is between two parts"
        following.start()
        clock.tick(3)
        now = desk.queue.standing(film.id)
        assert now is not None
        assert now.running
        dream = (await desk.queue.accept(request(requester=2))).job
        late, behind = desk.queue.standing(film.id), desk.queue.standing(dream.id)
        assert late is not None
        assert behind is not None
        assert behind.ready_at < late.ready_at, "it comes between two parts"
        assert behind.ready_at <= clock() + PART_SECONDS + behind.seconds
        assert behind.ahead == 0


@in_loop
async def test_a_film_that_runs_counts_as_the_part_that_runs(tmp_path: Path) -> None:
    """Else who has a long film at work would have nothing else made meanwhile, however many workers are free."""
    async with opened(tmp_path) as queue:
        for requester, seconds in ((1, 1.0), (2, 60.0)):  # both have had something lately
            await queue.accept(request(requester=requester))
            order = await queue.work.next()
            assert order is not None
            assert await queue.work.made(order, made(order, seconds=seconds), await queue.work.keep(order, made(order)))
        film = (await queue.accept(request(requester=1, kind=Kind.FILM, recipe="seconds=30"))).job
        assert (await queue.work.next() or order).job == film.id
        others = [(await queue.accept(request(requester=requester))).job.id for requester in (2, 1)]
        assert (await queue.work.next() or order).job == others[1], "16 seconds are fewer than 60"


@in_loop
async def test_with_many_workers_a_film_is_not_expected_before_its_parts_can_be_done(tmp_path: Path) -> None:
    clock = Clock()
    async with dispatching(tmp_path, executor=ScriptedExecutor(slots=8), clock=clock) as desk:
        film = await desk.queue.accept(request(kind=Kind.FILM))
        assert film.standing.ready_at >= clock() + film.standing.seconds - 1


@in_loop
async def test_a_full_disk_loses_no_part(tmp_path: Path) -> None:
    async with dispatching(tmp_path) as desk:
        film = (await desk.queue.accept(request(kind=Kind.FILM))).job
        part = await desk.executor.order(0)
        part.start()
        (tmp_path / "checkpoints").rename(tmp_path / "elsewhere")
        part.pause(0.5, checkpoint=b"half")
        await asyncio.sleep(0.3)
        (tmp_path / "elsewhere").rename(tmp_path / "checkpoints")
        again = await desk.executor.order(1)
        assert (again.order.job, again.order.checkpoint) == (film.id, b"half")
