"""What is accepted, once, and what is refused with a sentence and a time."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.config import LimitsConfig
from bot.errors import NoPicture, Refusal
from bot.jobs import shelf
from bot.jobs.model import JobState
from bot.jobs.people import Block
from bot.jobs.queue import JobQueue
from bot.jobs.rules import Ask
from bot.store.tables import job_pictures
from dreamcore.recipe import Recipe
from tests.bot.jobs.fakes import (
    MANY,
    NOON,
    Clock,
    Desk,
    ScriptedExecutor,
    dispatching,
    failed,
    in_loop,
    opened,
    request,
)
from tests.databases import refuse


def limits(**changes: int) -> LimitsConfig:
    return LimitsConfig(**dict.fromkeys((field.name for field in dataclasses.fields(LimitsConfig)), 0) | changes)


def files(home: Path, folder: str) -> list[Path]:
    return [path for path in (home / folder).rglob("*") if path.is_file()]


@in_loop
async def test_the_same_cause_is_accepted_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        answers = await asyncio.gather(*(queue.accept(request(b"cat", cause="message:9")) for _ in range(8)))
        assert len({accepted.job.id for accepted in answers}) == 1
        assert sorted(accepted.fresh for accepted in answers) == [False] * 7 + [True]
        assert len(await queue.open_jobs()) == 1
        assert await queue.source_bytes(answers[0].job.pictures[0]) == b"cat"


@in_loop
async def test_the_same_cause_after_it_has_ended_is_the_ended_job(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        first = await queue.accept(request(cause="interaction:1"))
        await queue.cancel(first.job.id, by=1)
        again = await queue.accept(request(cause="interaction:1"))
        assert (again.fresh, again.job.id, again.job.state) == (False, first.job.id, JobState.CANCELLED)


@in_loop
async def test_a_seed_is_drawn_once_and_a_given_one_is_kept(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        drawn = [Recipe.parse((await queue.accept(request(recipe="strength=2"))).job.recipe) for _ in range(3)]
        assert len({recipe.seed for recipe in drawn}) == 3
        assert {recipe.strength for recipe in drawn} == {2.0}
        assert (await queue.accept(request(recipe="seed=7"))).job.recipe == "seed=7"


@in_loop
async def test_everything_that_was_asked_comes_back_from_the_table(tmp_path: Path) -> None:
    asked = request(b"one", b"two", requester=2**63 - 1, guild=None, reachable=False, author=5)
    async with opened(tmp_path) as queue:
        accepted = await queue.accept(asked)
        await queue.set_waiting_message(accepted.job.id, 2**62)
    async with opened(tmp_path) as queue:
        job = await queue.job(accepted.job.id)
        assert job is not None
        assert (job.requester, job.door, job.place, job.cause) == (2**63 - 1, asked.door, asked.place, asked.cause)
        assert job.waiting_message == 2**62
        assert [picture.author for picture in job.pictures] == [5, 5]
        assert [await queue.source_bytes(picture) for picture in job.pictures] == [b"one", b"two"]
        assert re.fullmatch("[a-z2-7]{16}", job.id)


@in_loop
async def test_no_picture_is_no_request(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        nothing = request()
        object.__setattr__(nothing, "pictures", ())
        with pytest.raises(NoPicture):
            await queue.accept(nothing)


@in_loop
async def test_twenty_requests_at_once_get_exactly_the_limit(tmp_path: Path) -> None:
    async with opened(tmp_path, limits=limits(member_waiting=3)) as queue:
        answers = await asyncio.gather(*(queue.accept(request()) for _ in range(20)), return_exceptions=True)
        refused = [answer for answer in answers if isinstance(answer, Refusal)]
        assert len(answers) - len(refused) == 3
        assert len(refused) == 17
        assert len(await queue.open_jobs(requester=1)) == 3
        assert "3 requests" in refused[0].sentence
        assert refused[0].retry_at == pytest.approx(NOON + 20)
        assert f"<t:{int(NOON) + 20}:R>" in refused[0].sentence
        assert await queue.accept(request(requester=2))


@in_loop
async def test_pictures_in_an_hour_are_counted_and_come_back(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, limits=limits(member_per_hour=4), clock=clock) as queue:
        await queue.accept(request(b"1", b"2"))
        clock.tick(600)
        await queue.accept(request(b"3"))
        with pytest.raises(Refusal, match=r"4 pictures.*these 2 are possible <t:\d+:R> \(1 at once\)") as caught:
            await queue.accept(request(b"4", b"5"))
        assert caught.value.retry_at == NOON + 3600
        with pytest.raises(Refusal):
            await queue.check(Ask(requester=1, guild=10, pictures=2, personal=False))
        await queue.check(Ask(requester=1, guild=10, pictures=1, personal=False))
        with pytest.raises(Refusal, match="fewer at a time") as caught:
            await queue.accept(request(*[b"x"] * 5))
        assert caught.value.retry_at is None
        clock.now = NOON + 3600
        await queue.accept(request(b"4", b"5"))


@in_loop
async def test_a_failed_dream_costs_nothing(tmp_path: Path) -> None:
    executor = ScriptedExecutor(automatic=lambda order: failed())
    async with dispatching(tmp_path, executor=executor, limits=limits(member_per_hour=1)) as desk:
        for _ in range(3):
            accepted = await desk.queue.accept(request())
            await desk.answers.all_of(accepted.job.id)
            await desk.queue.undeliverable(accepted.job.id, log="the channel is gone")


@in_loop
async def test_a_cancelled_dream_costs_nothing_before_it_was_begun(tmp_path: Path) -> None:
    async with dispatching(tmp_path, limits=limits(member_per_hour=1)) as desk:
        first = await desk.queue.accept(request())
        await desk.executor.order(0)
        await desk.queue.cancel(first.job.id, by=1)
        second = await desk.queue.accept(request())
        (await desk.executor.order(1)).start()
        while not await stored_as_begun(desk, second.job.id):
            await asyncio.sleep(0.005)
        await desk.queue.cancel(second.job.id, by=1)
        with pytest.raises(Refusal, match="1 picture dreamt"):
            await desk.queue.accept(request())


async def stored_as_begun(desk: Desk, job: str) -> bool:
    async with desk.queue._database.reading() as connection:
        found = await connection.execute(select(job_pictures.c.begun).where(job_pictures.c.job == job))
        return found.scalar_one() is not None


@in_loop
async def test_each_limit_has_its_own_sentence(tmp_path: Path) -> None:
    async def refused(queue: JobQueue, **asked: object) -> str:
        with pytest.raises(Refusal) as caught:
            await queue.accept(request(**asked))
        assert caught.value.retry_at is not None
        return caught.value.sentence

    sentences = set()
    for number, one in enumerate(
        ("member_per_hour", "member_waiting", "guild_per_hour", "guild_waiting", "waiting", "personal_per_hour")
    ):
        async with opened(tmp_path / str(number), limits=limits(**{one: 1})) as queue:
            reachable = one != "personal_per_hour"
            await queue.accept(request(requester=1, reachable=reachable))
            sentences.add(await refused(queue, requester=1, reachable=reachable))
            if one.startswith("guild"):
                await refused(queue, requester=2)
                await queue.accept(request(requester=2, guild=11))
            elif one == "waiting":
                await refused(queue, requester=2, guild=11)
            elif one == "personal_per_hour":
                await queue.accept(request(requester=1))
    assert len(sentences) == 5, "the hour's sentence is the same for both ways of asking"


@in_loop
async def test_what_people_ask_for_by_their_own_installation_is_counted_apart(tmp_path: Path) -> None:
    async with opened(tmp_path, limits=limits(member_per_hour=1, personal_per_hour=2)) as queue:
        await queue.accept(request())
        for _ in range(2):
            await queue.accept(request(guild=None, reachable=False))
        for reachable in (True, False):
            with pytest.raises(Refusal):
                await queue.accept(request(reachable=reachable))


@in_loop
async def test_the_third_picture_that_kills_its_decoder_is_the_last_for_an_hour(tmp_path: Path) -> None:
    clock = Clock()
    executor = ScriptedExecutor(automatic=lambda order: failed(killed_decoder=True))
    async with dispatching(tmp_path, executor=executor, clock=clock) as desk:
        for _ in range(3):
            accepted = await desk.queue.accept(request())
            await desk.answers.all_of(accepted.job.id)
            clock.tick(60)
        with pytest.raises(Refusal, match="damaged") as caught:
            await desk.queue.accept(request())
        assert caught.value.retry_at == NOON + 3600
        assert await desk.queue.accept(request(requester=2))
        clock.now = NOON + 3600
        assert await desk.queue.accept(request())


@in_loop
async def test_someone_blocked_is_told_until_when_and_why(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock=clock) as queue:
        await queue.members.block(Block(person=1, guild=10, until=NOON + 60, reason="Spam.", by=3))
        with pytest.raises(Refusal, match=r"in this server until <t:\d+:f>: Spam\.") as caught:
            await queue.accept(request())
        assert caught.value.retry_at == NOON + 60
        assert await queue.accept(request(guild=11))
        await queue.members.block(Block(person=1, guild=None, until=None, reason=None, by=None))
        with pytest.raises(Refusal, match=r"blocked from dreaming\.") as caught:
            await queue.accept(request())
        assert caught.value.retry_at is None
        assert await queue.members.unblock(1, guild=None)
        clock.tick(60)
        assert await queue.accept(request())


@in_loop
async def test_pictures_of_those_who_opted_out_are_theirs_alone(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        await queue.members.set_opted_out(5, True)
        assert await queue.members.opted_out(5)
        with pytest.raises(Refusal, match="<@5>"):
            await queue.accept(request(author=5))
        assert await queue.accept(request(requester=5))
        await queue.members.set_opted_out(5, False)
        assert await queue.accept(request(author=5))


@in_loop
async def test_a_refused_picture_is_not_kept(tmp_path: Path) -> None:
    async with opened(tmp_path, limits=limits(member_waiting=1)) as queue:
        await queue.accept(request(b"first"))
        for picture in (b"first", b"second"):
            with pytest.raises(Refusal):
                await queue.accept(request(picture))
        assert len(files(tmp_path, "sources")) == 1
        (job,) = await queue.open_jobs()
        assert await queue.source_bytes(job.pictures[0]) == b"first"


@in_loop
async def test_a_full_disk_refuses_instead_of_accepting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path) as queue:
        monkeypatch.setattr(shelf, "RESERVE", 1 << 62)
        with pytest.raises(Refusal, match="no room"):
            await queue.accept(request())
        monkeypatch.undo()
        (tmp_path / "sources").rename(tmp_path / "elsewhere")
        with pytest.raises(Refusal, match="no room"):
            await queue.accept(request())
        assert await queue.open_jobs() == []


@in_loop
async def test_a_database_that_takes_no_writes_refuses_instead_of_accepting(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        refuse(tmp_path, "jobs")
        with pytest.raises(Refusal, match="could not be noted"):
            await queue.accept(request())
        assert await queue.open_jobs() == []
        assert files(tmp_path, "sources") == []


@in_loop
async def test_someone_who_leaves_while_being_accepted_is_accepted_wholly_or_not_at_all(tmp_path: Path) -> None:
    async with opened(tmp_path, limits=MANY) as queue:
        for number in range(30):
            task = asyncio.create_task(queue.accept(request(b"%d" % number)))
            await asyncio.sleep(number * 0.0005)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await queue.close()
        jobs = await queue.open_jobs()
        assert all([await queue.source_bytes(job.pictures[0]) for job in jobs])
        assert len(files(tmp_path, "sources")) == len(jobs)
    async with opened(tmp_path) as queue:
        assert {job.id for job in await queue.open_jobs()} == {job.id for job in jobs}
