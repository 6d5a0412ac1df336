"""A server on which dreaming is paused."""

from __future__ import annotations

from pathlib import Path

from bot.jobs.people import Pause
from bot.moderation.pausing import Pausing
from bot.store.database import Database
from tests.bot.jobs.allowing import allowing, ask, sentence_of
from tests.bot.jobs.fakes import NOON, Clock, in_loop, opened, request
from tests.databases import database_in


@in_loop
async def test_a_paused_server_takes_nothing_and_says_why(tmp_path: Path) -> None:
    async with opened(tmp_path) as queue:
        database = await Database.open(database_in(tmp_path))
        pausing = Pausing(database=database, clock=Clock())
        made = await pausing.pause(10, by=7, reason="Spring cleaning.")
        assert made == Pause(guild=10, since=NOON, by=7, reason="Spring cleaning.")
        refusal = await sentence_of(queue, ask(allowance=allowing()))
        assert (refusal.sentence, refusal.retry_at) == ("Dreaming is paused on this server: Spring cleaning.", None)
        await queue.accept(ask(allowance=allowing(), guild=11))
        await pausing.resume(10, by=7)
        await pausing.pause(10, by=7)
        assert (await sentence_of(queue, ask(allowance=allowing()))).sentence == "Dreaming is paused on this server."
        await pausing.resume(10, by=7)
        await queue.accept(ask(allowance=allowing()))
        await database.close()


@in_loop
async def test_what_waits_on_a_paused_server_waits_over_a_restart_until_it_is_resumed(tmp_path: Path) -> None:
    changes: list[str] = []
    for life in ("first", "second"):
        async with opened(tmp_path) as queue:
            database = await Database.open(database_in(tmp_path))
            pausing = Pausing(database=database)
            await pausing.open()
            queue.board.paused = pausing.is_paused
            pausing.on_change = lambda life=life: changes.append(life)  # type: ignore[misc]
            if life == "first":
                waiting = await queue.accept(request())
                elsewhere = await queue.accept(request(guild=11))
                direct = await queue.accept(request(guild=None))
                await pausing.pause(10, by=7)
                orders = [await queue.work.next() for _ in range(3)]
                assert {order.job for order in orders if order} == {elsewhere.job.id, direct.job.id}
                assert queue.standing(waiting.job.id) is not None
                for job in (elsewhere, direct):
                    await queue.cancel(job.job.id, by=1)
            else:
                assert await queue.work.next() is None
                await pausing.resume(10, by=7)
                order = await queue.work.next()
                assert order is not None
                assert order.job == waiting.job.id
            await database.close()
    assert changes == ["first", "second"], "the queue was told to look again"
