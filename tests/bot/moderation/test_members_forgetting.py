"""To be forgotten: nothing of a member remains in any table and any file, but what moderation needs, under an alias."""

from __future__ import annotations

import asyncio
import dataclasses
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, select

from bot.challenges.events import Close, Schedule
from bot.challenges.model import Plan, State, When
from bot.challenges.records import Challenges
from bot.challenges.views import Submission
from bot.config import LimitsConfig
from bot.errors import ConfigError, Refusal
from bot.executor.protocol import Outcome, Paused
from bot.jobs.aliases import Aliases
from bot.jobs.allowance import Allowance, Limit, Span
from bot.jobs.forgetting import PEOPLE
from bot.jobs.manner import Manner
from bot.jobs.model import AskedPicture, Job, JobState, Request
from bot.jobs.people import Block
from bot.jobs.queue import JobQueue
from bot.jobs.rules import Ask
from bot.jobs.shelf import content_hash
from bot.kinds import Kind, Role
from bot.moderation.pausing import Pausing
from bot.moderation.places import SERVER, Server
from bot.moderation.settings import Editor, Settings
from bot.store.database import Database
from bot.store.tables import metadata
from tests.bot.jobs.fakes import (
    MANY,
    Clock,
    Desk,
    ScriptedExecutor,
    config,
    dispatching,
    failed,
    in_loop,
    made,
    opened,
    request,
)
from tests.bot.moderation.desk import anywhere
from tests.databases import back_up, sqlite_only

ANNA, BEN, CARL = 812_345_678_901_234_567, 823_456_789_012_345_678, 834_567_890_123_456_789
GUILD = 900_000_000_000_000_001
OTHERS = {
    content_hash(b"a cat"),
    content_hash(b"noise"),
    content_hash(b"his dream"),
}  #: pictures that are not hers alone

#: Columns of whole numbers that hold no member's id. A new column has to be put here, or into `forgetting.PEOPLE`.
NOBODYS = {
    "jobs": {"number", "guild", "channel", "message", "byte_limit", "waiting_message", "result_message"}
    | {"under", "thread"},
    "job_pictures": {"attachment"},
    "job_companions": {"attachment"},
    "blocks": {"number", "guild"},
    "decoder_deaths": {"number"},
    "settings": {"guild", "place"},
    "setting_changes": {"number", "edit", "guild", "place", "undoes"},
    "pauses": {"guild"},
    "reports": {"message", "guild"},
    "guild_blocks": {"guild"},
    "departures": {"guild"},
    "tombstones": {"alias"},
    "challenges": {"id", "guild", "series"},
    "challenge_entries": {"id", "challenge"},
    "challenge_votes": {"entry", "challenge"},
    "challenge_outbox": {"challenge", "channel", "message"},
    "challenge_changes": {"number", "challenge", "entry"},
}  # fmt: skip


def test_every_column_that_can_name_a_member_is_known() -> None:
    of_members = {(column.table.name, column.name) for column in PEOPLE}
    for table in metadata.sorted_tables:
        whole = {column.name for column in table.columns if isinstance(column.type, BigInteger)}
        known = {column for name, column in of_members if name == table.name} | NOBODYS.get(table.name, set())
        assert whole == known, f"what do the columns {whole ^ known} of {table.name} hold?"


def asked(*pictures: bytes, requester: int, author: int | None = None, **more: Any) -> Request:
    made_ = request(*pictures, requester=requester, author=author, guild=GUILD, **more)
    named = tuple(
        dataclasses.replace(one, filename=f"of {one.author}.png", alt=f"<@{one.author}> asleep", attachment=7)
        for one in made_.pictures
    )
    return dataclasses.replace(made_, pictures=named, manner=Manner(notes=("A note.",)))


def guided(request_: Request, *, by: int) -> Request:
    """With somebody's picture beside it."""
    guide = AskedPicture(data=b"a guide", filename=f"of {by}.png", author=by, attachment=7)
    return dataclasses.replace(request_, companions={Role.GUIDE: guide})


def files(home: Path) -> set[str]:
    folders = ("sources", "results", "checkpoints")
    return {path.name for folder in folders for path in (home / folder).iterdir()}


async def furnish(desk: Desk, home: Path) -> dict[str, Job]:
    """Anna has left traces everywhere; so has Ben, some of them of the same pictures."""
    queue, jobs = desk.queue, {}
    database = queue._database
    for name, wanted in {
        "delivered": asked(b"a garden", requester=ANNA),
        "shared": asked(b"a cat", requester=ANNA),
        "Ben's cat": asked(b"a cat", requester=BEN),
        "hers by Ben": asked(b"her portrait", b"a tree", requester=BEN, author=ANNA),
        "his by Anna": asked(b"his portrait", requester=ANNA, author=BEN),
        "by her guide": guided(asked(b"a cat", requester=BEN), by=ANNA),
    }.items():
        jobs[name] = (await queue.accept(wanted)).job
    await finish(desk)
    cancelled = (await queue.accept(asked(b"noise", requester=CARL))).job
    await queue.cancel(cancelled.id, by=ANNA)
    broken = (await queue.accept(asked(b"a bomb", requester=ANNA))).job
    await finish(desk, failed("It is no picture.", killed_decoder=True))
    for job in (*jobs.values(), cancelled, broken):
        await queue.delivered(job.id, message=5)
    await challenge(queue, jobs["delivered"], jobs["Ben's cat"])
    await queue.members.set_opted_out(ANNA, True)
    await queue.members.block(Block(person=ANNA, guild=GUILD, until=None, reason=f"spam by {ANNA}", by=BEN))
    await queue.members.block(Block(person=CARL, guild=GUILD, until=None, reason="noise", by=ANNA))
    await Pausing(database=database, clock=queue._clock).pause(GUILD, by=ANNA, reason=f"ask {ANNA}")
    settings = Settings(database=database, networks=lambda: ("daydream",), clock=queue._clock)
    await settings.open()
    await settings.set(Server(id=GUILD), SERVER, "per-hour", "9", by=Editor(id=ANNA, manage_server=True))
    return jobs


async def challenge(queue: JobQueue, hers: Job, his: Job) -> None:
    """One that Anna has made, enters and votes in."""
    all_ = Challenges(
        database=queue._database, shelf=queue.shelf, keeping=queue.keeping, aliases=queue.aliases, clock=queue._clock
    )
    after = When(after=86_400.0)
    plan = Plan(channel=5, theme=f"by <@{ANNA}>", submissions=after, voting=after, review=True)
    made_ = await all_.create(GUILD, plan, by=ANNA)
    await all_.do(made_.id, Schedule(), guild=GUILD, by=ANNA)
    here = {"challenge": made_.id, "guild": GUILD, "roles": (), "ordinal": 0}
    own = await all_.entries.submit(Submission(**here, member=ANNA, job=hers.id, data=b"her dream"))
    bens = await all_.entries.submit(Submission(**here, member=BEN, job=his.id, data=b"his dream"))
    for entry in (own.entry, bens.entry):
        await all_.entries.approve(entry.id, guild=GUILD, by=ANNA)
    await all_.do(made_.id, Close(step=State.SUBMITTING), guild=GUILD, by=ANNA)
    await all_.votes.vote(bens.entry.id, guild=GUILD, voter=ANNA, roles=())


async def finish(desk: Desk, outcome: Outcome | None = None) -> None:
    """Everything that waits is dreamt."""
    while await desk.queue.open_jobs():
        for handed in desk.executor.handed:
            if not handed.outcome.done():
                handed.start()
                handed.end(outcome)
        await asyncio.sleep(0.005)


@in_loop
async def test_nothing_of_a_member_remains(tmp_path: Path) -> None:
    async with dispatching(tmp_path) as desk:
        jobs = await furnish(desk, tmp_path)
        async with desk.queue._database.reading() as connection:
            for column in PEOPLE:
                found = await connection.execute(select(column).where(column == ANNA))
                assert found.first(), f"she is in {column}, or this test proves nothing about it"
        await desk.queue.members.forget(ANNA)
        assert anywhere(tmp_path, ANNA) == []
        assert anywhere(tmp_path, BEN), "Ben's own is still there"
        assert files(tmp_path) == OTHERS, "Ben still has the same cat"
        assert await desk.queue.job(jobs["delivered"].id) is None
        hers = await desk.queue.job(jobs["hers by Ben"].id)
        assert hers is not None
        assert [(one.author, one.filename, one.alt, one.attachment) for one in hers.pictures] == [
            (0, "", None, None)
        ] * 2
        assert [one.result is not None for one in hers.pictures] == [True, True], "Ben's recipe is Ben's"
        guided_ = await desk.queue.job(jobs["by her guide"].id)
        assert guided_ is not None
        assert [(one.author, one.filename, one.attachment) for one in guided_.companions] == [(0, "", None)]
        assert [await desk.queue.source_bytes(one) for one in guided_.companions] == [None]
        assert [await desk.queue.source_bytes(one) for one in guided_.pictures] == [b"a cat"]
        assert not await desk.queue.members.opted_out(ANNA)
    assert anywhere(tmp_path, ANNA) == [], "and nothing comes with the end"


@in_loop
async def test_to_be_forgotten_lifts_neither_blocks_nor_limits(tmp_path: Path) -> None:
    clock = Clock()
    limits = dataclasses.replace(MANY, member_per_hour=3)
    async with dispatching(tmp_path, clock=clock, limits=limits) as desk:
        for _ in range(2):
            await desk.queue.accept(asked(b"a garden", requester=ANNA))
        await finish(desk)
        await desk.queue.members.block(Block(person=ANNA, guild=GUILD, until=clock() + 7200, reason="spam", by=BEN))
        await desk.queue.members.forget(ANNA)
        await refused(desk.queue, "You are blocked from dreaming in this server")
        assert await desk.queue.members.unblock(ANNA, guild=GUILD), "moderators find it by her id"
        uses = await desk.queue.uses(Ask(requester=ANNA, guild=GUILD, pictures=1, personal=False))
        assert [use.used for use in uses] == [2]
        await desk.queue.accept(asked(b"one", requester=ANNA))
        await refused(desk.queue, "may have 3 pictures dreamt in an hour")
        others = await desk.queue.uses(Ask(requester=CARL, guild=GUILD, pictures=1, personal=False))
        assert [use.used for use in others] == [0]


@in_loop
async def test_a_servers_own_limits_count_on_too(tmp_path: Path) -> None:
    allowance = Allowance(limits=(Limit(span=Span.DAY, most=2, channel=5), Limit(span=Span.DAY, most=9, everyone=True)))
    clock = Clock()
    async with dispatching(tmp_path, clock=clock) as desk:
        for _ in range(2):
            await desk.queue.accept(asked(b"a garden", requester=ANNA))
        await finish(desk)
        await desk.queue.members.forget(ANNA)
        ask = Ask(requester=ANNA, guild=GUILD, pictures=1, personal=False, allowance=allowance)
        assert [use.used for use in await desk.queue.uses(ask)] == [2, 2]
        clock.tick(86_401)
        assert [use.used for use in await desk.queue.uses(ask)] == [0, 0]
        await desk.queue.forget_sources()
        async with desk.queue._database.reading() as connection:
            count = await connection.exec_driver_sql("SELECT count(*) FROM jobs")
            assert count.scalar() == 0, "windows that are over are swept"


async def refused(queue: JobQueue, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        await queue.check(Ask(requester=ANNA, guild=GUILD, pictures=1, personal=False))


@in_loop
async def test_running_dreams_stop_at_once(tmp_path: Path) -> None:
    async with dispatching(tmp_path, executor=ScriptedExecutor(slots=3)) as desk:
        own = (await desk.queue.accept(asked(b"a garden", requester=ANNA))).job
        of_her = (await desk.queue.accept(asked(b"her portrait", requester=BEN, author=ANNA))).job
        bens = (await desk.queue.accept(asked(b"a tree", requester=BEN))).job
        for number in range(3):
            (await desk.executor.order(number)).start()
        forgetting = asyncio.create_task(desk.queue.members.forget(ANNA))
        while own.id not in desk.answers.ends:
            await asyncio.sleep(0.005)
        await desk.queue.delivered(own.id, message=9)  # the desk has said so in her waiting message
        await forgetting
        await desk.answers.all_of(of_her.id)
        assert set(desk.executor.cancelled) == {own.id, of_her.id}
        ended = await desk.queue.job(of_her.id)
        assert ended is not None
        assert ended.state is JobState.FAILED
        assert "no longer wants it to be kept" in (ended.pictures[0].error or "")
        await finish_last(desk, bens)
        assert anywhere(tmp_path, ANNA) == []


@in_loop
async def test_what_their_picture_is_the_guide_of_is_not_dreamt(tmp_path: Path) -> None:
    async with dispatching(tmp_path, executor=ScriptedExecutor(slots=2)) as desk:
        running = (await desk.queue.accept(guided(asked(b"a tree", b"a cat", requester=BEN), by=ANNA))).job
        for number in range(2):
            (await desk.executor.order(number)).start()
        await desk.queue.members.forget(ANNA)
        await desk.answers.all_of(running.id)
        assert set(desk.executor.cancelled) == {running.id}
        ended = await desk.queue.job(running.id)
        assert ended is not None
        assert ended.state is JobState.FAILED
        assert [("no longer wants it" in (one.error or ""), one.author) for one in ended.pictures] == [(True, BEN)] * 2
        assert content_hash(b"a guide") not in files(tmp_path)
        assert anywhere(tmp_path, ANNA) == []


@in_loop
async def test_a_checkpoint_goes_with_whose_picture_it_is_of(tmp_path: Path) -> None:
    async with dispatching(tmp_path) as desk:
        film = dataclasses.replace(asked(b"her portrait", requester=BEN, author=ANNA), kind=Kind.FILM)
        job = (await desk.queue.accept(film)).job
        part = await desk.executor.order(0)
        part.start()
        part.end(Paused(checkpoint=b"half of it", share=0.5, seconds=15.0))
        (await desk.executor.order(1)).start()
        assert any(name.startswith(job.id) for name in files(tmp_path))
        await desk.queue.members.forget(ANNA)
        await desk.answers.all_of(job.id)
        assert files(tmp_path) == set()


@in_loop
async def test_of_several_pictures_only_theirs_are_not_dreamt(tmp_path: Path) -> None:
    async with dispatching(tmp_path, executor=ScriptedExecutor(slots=2)) as desk:
        both = asked(b"her portrait", b"a tree", requester=BEN)
        pictures = (dataclasses.replace(both.pictures[0], author=ANNA), both.pictures[1])
        job = (await desk.queue.accept(dataclasses.replace(both, pictures=pictures))).job
        for number in range(2):
            (await desk.executor.order(number)).start()
        await desk.queue.members.forget(ANNA)
        again = await desk.executor.order(2)
        assert again.order.ordinal == 1, "his own is dreamt once more, from its beginning"
        again.start()
        again.end()
        await desk.answers.all_of(job.id)
        ended = await desk.queue.job(job.id)
        assert ended is not None
        assert ended.state is JobState.MADE
        assert [one.error is None for one in ended.pictures] == [False, True]
        assert len(desk.executor.handed) == 3


async def finish_last(desk: Desk, job: Job) -> None:
    next(one for one in desk.executor.handed if one.order.job == job.id).end()
    await desk.answers.all_of(job.id)


@in_loop
async def test_a_dream_that_is_made_but_not_yet_delivered_goes_too(tmp_path: Path) -> None:
    async with dispatching(tmp_path) as desk:
        own = (await desk.queue.accept(asked(b"a garden", requester=ANNA))).job
        of_her = (await desk.queue.accept(asked(b"her portrait", requester=BEN, author=ANNA))).job
        await finish(desk)
        await desk.queue.members.forget(ANNA)
        assert files(tmp_path) == set()
        assert await desk.queue.job(own.id) is None
        (told,) = await desk.queue.unanswered()
        assert (told.id, told.state) == (of_her.id, JobState.FAILED)


@in_loop
async def test_what_is_asked_while_somebody_is_being_forgotten_goes_too(tmp_path: Path) -> None:
    async with dispatching(tmp_path) as desk:
        stop = desk.queue.members._stop

        async def stop_and_ask(person: int) -> None:
            await stop(person)
            await desk.queue.accept(asked(b"a garden", requester=ANNA))
            (await desk.executor.order(0)).start()

        desk.queue.members._stop = stop_and_ask  # type: ignore[method-assign]
        await desk.queue.members.forget(ANNA)
        assert await desk.queue.open_jobs() == []
        while desk.dispatcher._tasks:
            await asyncio.sleep(0.005)
        assert len(desk.executor.cancelled) == 1
        assert anywhere(tmp_path, ANNA) == []


@in_loop
async def test_a_result_that_comes_after_all_changes_nothing(tmp_path: Path) -> None:
    """The worker was quicker than the order to stop."""
    async with dispatching(tmp_path) as desk:
        desk.executor.cancel = lambda job: None  # type: ignore[method-assign]
        await desk.queue.accept(asked(b"a garden", requester=ANNA))
        handed = await desk.executor.order(0)
        handed.start()
        await desk.queue.members.forget(ANNA)
        handed.end(made(handed.order))
        while desk.dispatcher._tasks:
            await asyncio.sleep(0.005)
        assert files(tmp_path) == set()
        assert anywhere(tmp_path, ANNA) == []


@in_loop
async def test_a_backup_that_is_put_back_brings_nobody_back(tmp_path: Path) -> None:
    clock = Clock()
    home, backup = tmp_path / "home", tmp_path / "backup"
    home.mkdir()
    async with dispatching(home, clock=clock) as desk:
        await furnish(desk, home)
        await desk.queue.members.unblock(ANNA, guild=GUILD)
        await Pausing(database=desk.queue._database).resume(GUILD, by=ANNA)
    shutil.copytree(home, backup)
    back_up(home, backup)
    async with opened(home, clock=clock) as queue:
        clock.tick(60)
        await queue.members.forget(ANNA)
        clock.tick(60)
        await queue.accept(asked(b"back again", requester=ANNA))
    back_up(backup, home)
    for source in (backup / "sources").iterdir():
        shutil.copy(source, home / "sources")
    assert anywhere(home, ANNA)
    async with opened(home, clock=clock) as queue:
        assert anywhere(home, ANNA) == []
        assert files(home) == OTHERS
        clock.tick(60)
        await queue.accept(asked(b"back for good", requester=ANNA))
    async with opened(home, clock=clock):
        assert anywhere(home, ANNA), "what came after the tombstone stays, at every start"


@in_loop
async def test_a_kill_between_tombstone_and_table_is_made_good_at_the_next_start(tmp_path: Path) -> None:
    clock = Clock()
    async with dispatching(tmp_path, clock=clock) as desk:
        await furnish(desk, tmp_path)
        clock.tick(1)

        async def killed(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        desk.queue.members._forget = killed  # type: ignore[method-assign]
        with pytest.raises(KeyboardInterrupt):
            await desk.queue.members.forget(ANNA)
    assert anywhere(tmp_path, ANNA)
    async with opened(tmp_path, clock=clock):
        assert anywhere(tmp_path, ANNA) == []


@in_loop
async def test_a_disk_that_takes_no_tombstone_forgets_nobody_by_half(tmp_path: Path) -> None:
    async with dispatching(tmp_path) as desk:
        await furnish(desk, tmp_path)

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        desk.queue.members._aliases.bury = full  # type: ignore[method-assign, assignment]
        before = anywhere(tmp_path, ANNA)
        with pytest.raises(Refusal, match="could not be forgotten just now"):
            await desk.queue.members.forget(ANNA)
        assert anywhere(tmp_path, ANNA) == before


@in_loop
async def test_what_a_clock_that_was_set_back_left_in_the_future_goes_too(tmp_path: Path) -> None:
    clock = Clock()
    async with dispatching(tmp_path, clock=clock) as desk:
        await furnish(desk, tmp_path)
        clock.tick(-86_400)
        await desk.queue.members.forget(ANNA)
        assert anywhere(tmp_path, ANNA) == []


@in_loop
async def test_forgetting_twice_is_no_more_than_once(tmp_path: Path) -> None:
    async with dispatching(tmp_path, limits=LimitsConfig(member_per_hour=9)) as desk:
        await desk.queue.accept(asked(b"a garden", requester=ANNA))
        await finish(desk)
        await asyncio.gather(*(desk.queue.members.forget(ANNA) for _ in range(2)))
        await desk.queue.accept(asked(b"a garden", requester=ANNA))
        await finish(desk)
        await desk.queue.members.forget(ANNA)
        (use,) = [
            use
            for use in await desk.queue.uses(Ask(requester=ANNA, guild=GUILD, pictures=1, personal=False))
            if use.limit.span is Span.HOUR
        ]
        assert use.used == 2


def test_the_key_and_the_tombstones_are_nobody_elses(tmp_path: Path) -> None:
    aliases = Aliases(tmp_path)
    assert aliases.open() == []
    assert aliases.of(ANNA) is None
    tombstone = aliases.bury(ANNA, 5.0)
    assert tombstone.alias < 0
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert str(ANNA) not in path.read_bytes().decode("latin-1")
    again = Aliases(tmp_path)
    assert again.open() == [tombstone]
    assert again.of(ANNA) == tombstone.alias != again.of(BEN)
    other = Aliases(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir()
    assert other.bury(ANNA, 5.0).alias != tombstone.alias, "another key, another alias"


def test_damaged_files_are_a_sentence_or_a_line_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    aliases = Aliases(tmp_path)
    tombstone = aliases.bury(ANNA, 5.0)
    with (tmp_path / "forgotten.jsonl").open("a") as file:
        file.write('{"alias": -5, "a')
    assert Aliases(tmp_path).open() == [tombstone]
    assert "line 2, is no tombstone" in caplog.text
    (tmp_path / "forgetting.key").write_bytes(b"short")
    with pytest.raises(ConfigError, match="is damaged"):
        Aliases(tmp_path).open()


@sqlite_only
@in_loop
async def test_deleted_rows_are_overwritten_in_the_file(tmp_path: Path) -> None:
    database = await Database.open(config(tmp_path).database)
    async with database.reading() as connection:
        assert (await connection.exec_driver_sql("PRAGMA secure_delete")).scalar() == 1
    await database.close()
