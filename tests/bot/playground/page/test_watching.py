"""The bot's coming and going, faults to be watched, and what went over the wire."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import discord
import pytest

from bot.endpoints import use_api
from tests.bot.playground.conftest import Bot, connected, runs
from tests.bot.playground.page.town import Answering, Town, town, where


@runs
async def test_the_page_shows_the_bot_offline_and_back() -> None:
    async with town() as here:
        tab = await here.tab()
        use_api(here.standin.api)
        for _ in range(2):
            async with connected(here.standin, Bot()):
                await tab.event("bot", lambda one: one["online"])
                await tab.event("people", lambda one: one["people"][2]["online"])
                late = await (await here.tab(be=False)).ask("be")
                assert late["online"]
                tab.events.clear()
            await tab.event("bot", lambda one: not one["online"])
            await tab.event("people", lambda one: not one["people"][2]["online"])
            tab.events.clear()


@runs
async def test_a_dropped_gateway_is_seen_and_taken_up_again() -> None:
    async with town(bot=True) as here:
        tab = await here.tab()
        await tab.ask("fault", name="drop_gateway")
        await tab.event("bot", lambda one: not one["online"])
        await tab.event("bot", lambda one: one["online"])
        entries = (await tab.ask("watch", on=True))["entries"]
        assert "RESUME" in [one["title"] for one in entries]


@runs
async def test_refused_requests_are_counted_down_where_everybody_sees_it() -> None:
    async with town(bot=True) as here:
        tab, other = await here.tab(), await here.tab(here.people.ben)
        set_ = (await tab.ask("fault", name="answer_500", count=2))["faults"]
        assert set_ == {"answer_429": 0, "answer_500": 2, "refuse_content_intent": False, "slow_network": 0.0}
        assert (await other.event("faults"))["faults"] == set_
        await tab.ask("post", channel=where(here.people.general), text="!buttons")
        await other.event("faults", lambda one: one["faults"]["answer_500"] == 1)
        assert [one.status for one in here.standin.record.exchanges if one.fault] == [500]
        assert (await tab.ask("fault", name="answer_500", count=0))["faults"]["answer_500"] == 0
        await tab.message("Press one.")  # discord.py has asked again
        await tab.ask("fault", name="answer_429", count=5)
        assert (await tab.ask("fault", name="answer_429", count=1))["faults"]["answer_429"] == 1
        await tab.ask("post", channel=where(here.people.general), text="!buttons")
        await other.event("faults", lambda one: one["faults"]["answer_429"] == 1)


@runs
async def test_expired_links_are_dead_for_the_bot_and_new_for_the_page() -> None:
    async with town() as here:
        tab = await here.tab()
        general = where(here.people.general)
        await tab.ask("open", channel=general)
        upload = await here.upload()
        sent = (await tab.ask("post", channel=general, text="look", uploads=[{"id": upload["id"]}]))["message"]
        old = sent["attachments"][0]["url"]
        await tab.quiet()
        tab.events.clear()
        await tab.ask("fault", name="expire_links")
        new = (await tab.message("look"))["attachments"][0]["url"]
        assert new != old
        for url, status in ((old, 404), (new, 200)):
            async with here.session.get(url) as answer:
                assert answer.status == status


@runs
async def test_a_slow_network_is_slow_until_it_is_cleared() -> None:
    async with town(bot=True) as here:
        tab = await here.tab()
        await tab.ask("fault", name="slow_network", seconds=0.5)
        begun = asyncio.get_running_loop().time()
        await tab.ask("post", channel=where(here.people.general), text="!buttons")
        await tab.message("Press one.")
        assert asyncio.get_running_loop().time() - begun > 0.5
        cleared = (await tab.ask("fault", name="clear"))["faults"]
        assert cleared == {"answer_429": 0, "answer_500": 0, "refuse_content_intent": False, "slow_network": 0.0}


async def refused_then_granted(here: Town, tab: Any, back: dict[str, Any]) -> None:
    """With discord.py: it is thrown out, cannot come back, can without the intent, and with it after `back`."""
    application = here.world.application
    bot = Answering()
    task = asyncio.create_task(bot.start(here.standin.token))
    await tab.event("bot", lambda one: one["online"])
    tab.events.clear()
    await tab.ask("fault", name="refuse_content_intent", on=True)
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await asyncio.wait_for(task, 60)
    await bot.close()
    await tab.event("bot", lambda one: not one["online"])
    assert not application.flags & 1 << 19
    tab.events.clear()
    async with connected(here.standin, Bot(content=False)):
        await tab.event("bot", lambda one: one["online"])
    tab.events.clear()
    faults = (await tab.ask("fault", **back))["faults"]
    assert not faults["refuse_content_intent"]
    assert application.flags & 1 << 19
    async with connected(here.standin, Bot()):
        await tab.event("bot", lambda one: one["online"])


@runs
async def test_the_content_intent_can_be_refused_and_granted_again() -> None:
    async with town() as here:
        use_api(here.standin.api)
        tab = await here.tab()
        await refused_then_granted(here, tab, {"name": "refuse_content_intent", "on": False})


@runs
async def test_clearing_all_faults_grants_the_content_intent_again() -> None:
    async with town() as here:
        use_api(here.standin.api)
        tab = await here.tab()
        await refused_then_granted(here, tab, {"name": "clear"})


@runs
async def test_the_bot_is_started_again_once_at_a_time() -> None:
    going, starts = asyncio.Event(), []

    async def restart() -> None:
        starts.append(len(starts))
        await going.wait()
        if len(starts) == 2:
            raise RuntimeError("it does not start")

    async def again() -> None:
        while "already" in (await tab.try_to("restart")).get("error", ""):
            await asyncio.sleep(0.005)

    async with town(restart=restart) as here:
        tab = await here.tab(be=False)
        assert (await tab.ask("be"))["supervised"]
        await tab.ask("restart")
        assert "already" in await tab.refused("restart")
        going.set()
        await again()
        await again()
        while len(starts) < 3:
            await asyncio.sleep(0.005)
        assert starts == [0, 1, 2]


@runs
async def test_a_page_that_ends_does_not_leave_a_start_behind() -> None:
    ended = asyncio.Event()

    async def restart() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    async with town(restart=restart) as here:
        await (await here.tab()).ask("restart")
        await asyncio.sleep(0.01)
    assert ended.is_set()


@runs
async def test_what_goes_over_the_wire_is_told_in_order_and_in_batches() -> None:
    async with town(bot=True) as here:
        tab, other = await here.tab(), await here.tab(here.people.ben)
        first = (await tab.ask("watch", on=True))["entries"]
        numbers = [one["n"] for one in first]
        assert numbers == sorted(set(numbers))
        assert {"READY", "IDENTIFY", "HELLO"} <= {one["title"] for one in first}
        assert [one["from"] for one in first if one["title"] == "IDENTIFY"] == ["bot"]
        for number in range(30):
            await tab.ask("post", channel=where(here.people.general), text=f"number {number}")
        await tab.ask("post", channel=where(here.people.general), text="!buttons")
        await tab.message("Press one.")
        await tab.event("wire", lambda one: any(e["kind"] == "rest" for e in one["entries"]))
        told = tab.told("wire")
        assert len(told) <= 4
        entries = [entry for one in told for entry in one["entries"]]
        assert [one["n"] for one in entries] == list(range(numbers[-1] + 1, numbers[-1] + 1 + len(entries)))
        assert sum(one["title"] == "MESSAGE_CREATE" for one in entries) >= 31
        rest = next(one for one in entries if one["kind"] == "rest")
        assert rest["title"] == f"POST /channels/{where(here.people.general)}/messages"
        assert (rest["status"], rest["from"]) == (200, "bot")
        assert rest["ms"] >= 0
        assert json.loads(rest["detail"])["request"]["content"] == "Press one."
        assert other.told("wire") == []
        await tab.ask("watch", on=False)
        tab.events.clear()
        await tab.ask("post", channel=where(here.people.general), text="unwatched")
        await asyncio.sleep(0.4)
        assert tab.told("wire") == []


@runs
async def test_no_token_is_ever_shown() -> None:
    async with town(bot=True) as here:
        tab = await here.tab()
        await tab.ask("watch", on=True)
        asked = await tab.ask("command", channel=where(here.people.general), name="think", options={})
        await tab.state(asked, "answered")
        await tab.ask("post", channel=where(here.people.general), text=f"the token is {here.standin.token}, look")
        await asyncio.sleep(0.4)
        entries = (await tab.ask("watch", on=True))["entries"]
        text = json.dumps([entries, [one for one in tab.events if one["type"] == "wire"]])
        tokens = [one.token for one in here.standin.interactions.all.values()]
        assert tokens
        assert not [token for token in (here.standin.token, *tokens) if token in text]
        assert f"/{tokens[0][:6]}…/callback" in " ".join(one["title"] for one in entries)


@runs
async def test_the_wires_entries_are_short_and_few() -> None:
    async with town(bot=True) as here:
        tab = await here.tab()
        for number in range(150):
            await tab.ask("post", channel=where(here.people.general), text="x" * 1900)
            await tab.ask("react", channel=where(here.people.general),
                          message=str(here.world.messages()[number].id), emoji="👍", add=True)  # fmt: skip
        entries = (await tab.ask("watch", on=True))["entries"]
        assert len(entries) == 200
        assert max(len(one["detail"]) for one in entries) <= 4096


@runs
async def test_a_long_detail_is_cut() -> None:
    async with town(bot=True) as here:
        tab = await here.tab()
        uploads = [{"id": (await here.upload())["id"], "description": "t" * 1000} for _ in range(10)]
        await tab.ask("post", channel=where(here.people.general), text="", uploads=uploads)
        entries = (await tab.ask("watch", on=True))["entries"]
        detail = entries[-1]["detail"]
        assert entries[-1]["title"] == "MESSAGE_CREATE"
        assert len(detail) == 4096
        assert detail.endswith("…")
