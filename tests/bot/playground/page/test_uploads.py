"""Files on their way: bounded each and in all, forgotten when used, unwanted or old."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.playground.page import uploads
from bot.playground.page.requests import Refused
from bot.playground.page.uploads import Uploads
from tests.bot.playground.conftest import PICTURE, runs
from tests.bot.playground.page.town import Town, town, where


async def answered(here: Town, data: Any, name: str = "cat.png") -> tuple[int, str]:
    async with here.session.post(f"{here.page.address}uploads", params={"filename": name}, data=data) as answer:
        return answer.status, await answer.text()


@runs
async def test_a_file_over_the_servers_limit_is_refused_in_one_sentence() -> None:
    async with town() as here:
        here.people.guild.real_upload_limit = 1 << 20
        state = await (await here.tab(be=False)).ask("be")
        assert state["limits"]["upload_bytes"] == 1 << 20
        status, _ = await answered(here, io.BytesIO(bytes(1 << 20)))
        assert status == 200
        for data in (io.BytesIO(bytes((1 << 20) + 1)), _unannounced((1 << 20) + 1)):
            status, text = await answered(here, data)
            assert (status, text) == (413, "cat.png is too large: a file may have 1 MiB here. Make it smaller.")


async def _unannounced(size: int) -> Any:
    """A body whose length nobody says beforehand."""
    for _ in range(size // 65536 + 1):
        yield bytes(65536)


@runs
async def test_a_file_without_a_name_or_with_an_odd_one_is_taken() -> None:
    async with town() as here:
        async with here.session.post(f"{here.page.address}uploads", data=PICTURE) as answer:
            assert (await answer.json())["filename"] == "unknown"
        assert (await here.upload(name='../../x "y"\r\n.png'))["filename"] == "x_y.png"
        assert (await here.upload(b"", "empty.png"))["size"] == 0


@runs
async def test_fifty_files_at_once_are_ten_a_message_and_one_clear_sentence() -> None:
    async with town() as here:
        tab = await here.tab()
        taken = await asyncio.gather(*(here.upload(name=f"{number}.png") for number in range(50)))
        given = [{"id": one["id"]} for one in taken]
        sentence = await tab.refused("post", channel=where(here.people.general), text="", uploads=given)
        assert sentence == ("A message holds at most 10 files, and these are 50: send the others in another one.")
        for start in range(0, 50, 10):
            await tab.ask("post", channel=where(here.people.general), text="", uploads=given[start : start + 10])
        assert [len(one.attachments) for one in here.world.messages()] == [10] * 5
        assert here.page._house.uploads._bytes == 0


@runs
async def test_a_file_is_sent_once_and_stays_when_the_message_was_refused() -> None:
    async with town() as here:
        tab = await here.tab()
        given = [{"id": (await here.upload())["id"]}]
        general = where(here.people.general)
        await tab.refused("post", channel=general, text="x" * 2001, uploads=given)
        await tab.ask("post", channel=general, text="x", uploads=given)
        assert "not there any more" in await tab.refused("post", channel=general, text="x", uploads=given)
        unwanted = (await here.upload())["id"]
        await tab.ask("discard", uploads=[unwanted, 5, None])
        assert "not there any more" in await tab.refused("post", channel=general, text="x", uploads=[{"id": unwanted}])
        assert here.page._house.uploads._bytes == 0


@runs
async def test_all_files_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    async with town() as here:
        monkeypatch.setattr(uploads, "MOST", 3)
        kept = [await here.upload() for _ in range(3)]
        status, text = await answered(here, PICTURE)
        assert (status, text.partition(":")[0]) == (507, "Too many files wait to be sent")
        await (await here.tab()).ask("discard", uploads=[kept[0]["id"]])
        assert (await answered(here, PICTURE))[0] == 200


async def serving(files: Uploads) -> tuple[web.AppRunner, str]:
    async def take(request: web.Request) -> web.Response:
        return web.json_response(await files.take(request))

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/"


@runs
async def test_bytes_are_counted_while_they_come_and_given_back_when_they_stop() -> None:
    files = Uploads(lambda: 1 << 20, most_bytes=300_000, kept=0.3)
    runner, url = await serving(files)
    try:
        async with aiohttp.ClientSession() as session:
            assert (await session.post(url, data=bytes(200_000))).status == 200
            assert (await session.post(url, data=bytes(200_000))).status == 507
            assert (await session.post(url, data=_unannounced(200_000))).status == 507
            assert files._bytes == 200_000

            async def endless() -> Any:
                yield bytes(65536)
                await asyncio.sleep(60)

            cut = asyncio.create_task(session.post(url, data=endless()))
            while files._bytes != 265_536:
                await asyncio.sleep(0.01)
            cut.cancel()
            while files._bytes != 200_000:
                await asyncio.sleep(0.01)
            assert files._coming == 0
            while files._bytes:  # nobody has wanted it
                await asyncio.sleep(0.01)
    finally:
        await runner.cleanup()
        files.close()
    with pytest.raises(Refused):
        files.file("gone")


def test_files_wait_a_quarter_of_an_hour() -> None:
    assert uploads.KEPT == 900.0
