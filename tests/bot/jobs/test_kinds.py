"""Work of every kind through the queue: what has no picture, and what has pictures beside it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from bot.errors import NoPicture, Refusal
from bot.executor.protocol import Belief, Beliefs, Made
from bot.jobs.keeping import DAY
from bot.jobs.manner import Manner
from bot.jobs.model import AskedPicture, Job, JobState, Request
from bot.jobs.queue import JobQueue
from bot.jobs.rules import Ask
from bot.kinds import Kind, Role
from bot.recipes import read_recipe
from dreamcore.text import pairs
from tests.bot.jobs.fakes import Clock, ScriptedExecutor, dispatching, in_loop, made, opened, request

GUIDED = {Role.GUIDE: b"a guide", Role.MASK: b"a mask"}


def files(home: Path) -> int:
    return sum(path.is_file() for path in (home / "sources").iterdir())


async def dreamt(queue: JobQueue, asked: Request) -> Job:
    """Accepted, made and delivered."""
    accepted = await queue.accept(asked)
    order = await queue.work.next()
    assert order is not None
    assert await queue.work.made(order, made(order), await queue.work.keep(order, made(order)))
    await queue.delivered(accepted.job.id, message=1)
    job = await queue.job(accepted.job.id)
    assert job is not None
    return job


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_comes_back_from_the_table_with_a_seed_of_its_own_if_it_has_one(tmp_path: Path, kind: Kind) -> None:
    @in_loop
    async def test() -> None:
        async with opened(tmp_path) as queue:
            accepted = [(await queue.accept(request(kind=kind))).job for _ in range(2)]
        async with opened(tmp_path) as queue:
            jobs = await queue.open_jobs()
            assert [job.recipe for job in jobs] == [job.recipe for job in accepted]
            assert {job.kind for job in jobs} == {kind}
            seeds = [dict(pairs(job.recipe)).get("seed") for job in jobs]
            assert kind.value == "atlas" or (None not in seeds and len(set(seeds)) == 2)
            assert all(read_recipe(kind, job.recipe) for job in jobs)
            assert jobs[0].pictures[0].attempt == 0

    test()


@in_loop
async def test_a_picture_out_of_noise_is_one_picture_without_a_source(tmp_path: Path) -> None:
    executor = ScriptedExecutor(automatic=made)
    async with dispatching(tmp_path, executor=executor) as desk:
        asked = request(kind=Kind.IMAGINE, requester=7)
        accepted = (await desk.queue.accept(asked)).job
        await desk.answers.all_of(accepted.id)
        assert executor.handed[0].order.picture is None
        job = await desk.queue.job(accepted.id)
        assert job is not None
        assert job.state is JobState.MADE
        (picture,) = job.pictures
        assert (picture.source, picture.author) == (None, 7)
        assert await desk.queue.source_bytes(picture) is None
        assert files(tmp_path) == 0
        await desk.queue.delivered(job.id, message=1)
        data = await desk.queue.members.data(7)
        assert data["pictures"]["kept"] == []
        json.dumps(data)
        await desk.queue.members.forget(7)
        assert await desk.queue.job(job.id) is None


@in_loop
async def test_only_what_is_made_of_noise_may_come_without_a_picture(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        nothing = AskedPicture(data=None, filename="nothing.png", author=1)
        with pytest.raises(NoPicture):
            await queue.accept(dataclasses.replace(request(), pictures=(nothing,)))
        with pytest.raises(NoPicture):
            await queue.accept(dataclasses.replace(request(b"cat"), kind=Kind.IMAGINE))
        assert await queue.open_jobs() == []


@in_loop
async def test_a_film_and_an_explanation_say_what_they_are(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        for kind in (Kind.FILM, Kind.EXPLAIN):
            await queue.accept(request(kind=kind))
        said = Beliefs(before=(Belief(name="tabby", share=0.3),), after=(Belief(name="quail", share=0.9),))
        orders = [await queue.work.next() for _ in range(2)]
        results: list[Made] = []
        for order, more in zip(
            orders,
            ({"format": "MP4", "frames": 120, "lasts": 5.0}, {"beliefs": said}),
            strict=True,
        ):
            assert order is not None
            results.append(dataclasses.replace(made(order), **more))  # type: ignore[arg-type]
            assert await queue.work.made(order, results[-1], await queue.work.keep(order, results[-1]))
    async with opened(tmp_path) as queue:
        film, explanation = [job.pictures[0].result for job in await queue.unanswered()]
        assert film is not None
        assert explanation is not None
        assert (film.format, film.frames, film.lasts, film.beliefs) == ("MP4", 120, 5.0, None)
        assert (explanation.frames, explanation.lasts, explanation.beliefs) == (1, None, said)


@in_loop
async def test_a_worker_is_told_the_jobs_language(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        await queue.accept(dataclasses.replace(request(kind=Kind.EXPLAIN), manner=Manner(language="de")))
        order = await queue.work.next()
        assert order is not None
        assert order.language == "de"


# --- companions


@in_loop
async def test_companions_go_with_every_picture_and_are_no_pictures_themselves(tmp_path: Path) -> None:
    executor = ScriptedExecutor(automatic=made)
    async with dispatching(tmp_path, executor=executor) as desk:
        job = (await desk.queue.accept(request(b"cat", b"dog", companions=GUIDED))).job
        await desk.answers.all_of(job.id)
        assert [handed.order.companions for handed in executor.handed] == [GUIDED] * 2
        assert len(job.pictures) == 2
        assert files(tmp_path) == 4
    async with opened(tmp_path) as queue:
        again = await queue.job(job.id)
        assert again is not None
        assert again.companions == job.companions
        assert {one.role: await queue.source_bytes(one) for one in again.companions} == GUIDED


@in_loop
async def test_companions_are_kept_as_long_as_the_picture_for_the_buttons(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock=clock, keep_days=7) as queue:
        job = await dreamt(queue, request(b"cat", companions=GUIDED))
        clock.tick(3 * DAY)
        other = await dreamt(queue, request(b"a guide"))  # the same picture, dreamt itself
        clock.tick(4 * DAY)
        assert await queue.forget_sources() == 2, "the cat and the mask; the guide is needed"
        assert [await queue.source_bytes(one) for one in job.companions] == [b"a guide", None]
        assert await queue.source_bytes(other.pictures[0]) == b"a guide"
        clock.tick(3 * DAY)
        assert await queue.forget_sources() == 1
        assert files(tmp_path) == 0


@in_loop
async def test_a_restart_keeps_companions(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        await queue.accept(request(b"cat", companions=GUIDED))
    async with opened(tmp_path):
        assert files(tmp_path) == 3


@in_loop
async def test_a_guide_of_somebody_who_opted_out_is_refused(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        await queue.members.set_opted_out(5, True)
        asked = request(b"cat", companions=GUIDED)
        theirs = dataclasses.replace(asked.companions[Role.GUIDE], author=5)
        with pytest.raises(Refusal, match="<@5>"):
            await queue.accept(dataclasses.replace(asked, companions={Role.GUIDE: theirs}))
        with pytest.raises(Refusal, match="<@5>"):
            await queue.check(Ask(requester=1, guild=10, pictures=1, personal=False, authors=(1, 5)))
        assert files(tmp_path) == 0


@in_loop
async def test_a_guide_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    async with dispatching(tmp_path, executor=ScriptedExecutor(slots=0)) as desk:
        await desk.queue.accept(request(b"waits", requester=2))  # takes the only place
        await desk.executor.order(0)
        job = (await desk.queue.accept(request(b"cat", companions=GUIDED))).job
        desk.queue.shelf.drop_sources([job.companions[0].source])
        (await desk.executor.order(0)).end()
        await desk.answers.all_of(job.id)
        ended = await desk.queue.job(job.id)
        assert ended is not None
        assert "no longer kept" in (ended.pictures[0].error or "")


@in_loop
async def test_members_see_their_pictures_beside_others(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        asked = request(b"cat", requester=1, companions=GUIDED)
        hers = dataclasses.replace(asked.companions[Role.GUIDE], author=812_345_678_901_234_567)
        await queue.accept(dataclasses.replace(asked, companions={Role.GUIDE: hers}))
        data = await queue.members.data(812_345_678_901_234_567)
        (elsewhere,) = data["pictures of yours that others had dreamt"]["kept"]
        assert elsewhere["role"] == "guide"
        assert [one["bytes"] for one in data["pictures"]["kept"]] == [len(b"a guide")]
        own = await queue.members.data(1)
        assert own["dreams"]["kept"][0]["companions"][0]["role"] == "guide"
        assert [one["bytes"] for one in own["pictures"]["kept"]] == [len(b"cat")], "not hers"
