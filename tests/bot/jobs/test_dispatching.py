"""Pictures go to the executor and come back, whatever becomes of them."""

from __future__ import annotations

from pathlib import Path

from bot.jobs.model import JobState, PictureState
from tests.bot.jobs.fakes import ScriptedExecutor, dispatching, failed, in_loop, made, request


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
        assert (await desk.queue.job(accepted.job.id)).state is JobState.RUNNING
        handed.start()
        handed.progress(0.5, b"small")
        handed.end()
        await desk.answers.all_of(accepted.job.id)
        assert desk.answers.previews == [(accepted.job.id, 0, 0.5, b"small")]
        job = await desk.queue.job(accepted.job.id)
        assert job.state is JobState.MADE
        result = job.pictures[0].result
        assert await desk.queue.result_bytes(result) == b"dream of cat"
        assert [job.id for job in await desk.queue.unanswered()] == [job.id]
        await desk.queue.delivered(job.id, message=77)
        job = await desk.queue.job(job.id)
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
        job = await desk.queue.job(accepted.job.id)
        assert job.state is JobState.MADE
        assert [picture.state for picture in job.pictures] == [PictureState.FAILED, PictureState.MADE]
        assert job.pictures[0].error == "It is no picture."
