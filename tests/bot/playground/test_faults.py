"""Rate limits, and everything that goes wrong on demand."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import discord
import pytest

from tests.bot.playground.conftest import place, runs

SEND = r"POST /channels/\{channel_id\}/messages$"


@runs
async def test_a_channel_takes_five_messages_in_five_seconds() -> None:
    now = [1.7e9]
    async with place(rate_limits=True, clock=lambda: now[0]) as here, aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bot {here.standin.token}"}

        async def send(channel: int) -> aiohttp.ClientResponse:
            url = f"{here.standin.api}/channels/{channel}/messages"
            return await session.post(url, headers=headers, json={"content": "x"})

        answers = [await send(here.people.general.id) for _ in range(6)]
        assert [one.status for one in answers] == [200] * 5 + [429]
        assert [one.headers["X-RateLimit-Remaining"] for one in answers] == ["4", "3", "2", "1", "0", "0"]
        refused = await answers[-1].json()
        assert refused == {"message": "You are being rate limited.", "code": 0, "retry_after": 5.0, "global": False}
        assert answers[-1].headers["Via"]
        assert (await send(here.people.dreams.id)).status == 200  # another channel has its own
        now[0] += 5
        assert (await send(here.people.general.id)).status == 200


@runs
async def test_fifty_requests_in_a_second_are_the_most() -> None:
    now = [1.7e9]
    async with place(rate_limits=True, clock=lambda: now[0]) as here, aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bot {here.standin.token}"}
        now[0] += 1
        statuses = []
        for user in range(55):
            async with session.get(f"{here.standin.api}/channels/{user}", headers=headers) as answer:
                statuses.append(answer.status)
        assert statuses == [404] * 50 + [429] * 5
        assert here.standin.record.exchanges[-1].answer["global"] is True


@runs
async def test_discord_py_waits_before_it_is_refused() -> None:
    async with place(rate_limits=True) as here:
        channel = here.bot.text(here.people.general)
        begun = time.monotonic()
        for number in range(6):
            await channel.send(str(number))
        assert time.monotonic() - begun >= 4.9
        assert [one.status for one in here.standin.record.of("POST", "/channels/{channel_id}/messages")] == [200] * 6


@runs
async def test_a_429_on_demand_is_waited_out() -> None:
    async with place() as here:
        here.standin.faults.answer(SEND, 429, times=2, retry_after=0.1)
        await here.bot.text(here.people.general).send("through")
        statuses = [one.status for one in here.standin.record.of("POST", "/channels/{channel_id}/messages")]
        assert statuses == [429, 429, 200]
        assert len(here.world.messages(here.people.general)) == 1


@runs
async def test_a_500_on_demand_is_tried_again() -> None:
    async with place() as here:
        here.standin.faults.answer(SEND, 502)
        await here.bot.text(here.people.general).send("through")
        assert len(here.world.messages(here.people.general)) == 1
        here.standin.faults.answer(SEND, 503, times=1)
        with pytest.raises(discord.DiscordServerError):
            await here.bot.text(here.people.general).send("not through")


@runs
async def test_a_cut_connection_means_nothing_was_done() -> None:
    async with place() as here:
        here.standin.faults.reset(SEND)
        with pytest.raises((aiohttp.ClientError, OSError)):
            await here.bot.text(here.people.general).send("lost")
        assert here.world.messages(here.people.general) == []
        await here.bot.text(here.people.general).send("through")


@runs
async def test_a_lost_answer_means_it_was_done_and_the_nonce_finds_it() -> None:
    async with place() as here:
        channel = here.bot.text(here.people.general)
        here.standin.faults.lose_answer(SEND)
        with pytest.raises((aiohttp.ClientError, OSError)):
            await channel.send("sent", nonce="n-1")
        again = await channel.send("sent", nonce="n-1")
        assert [one.id for one in here.world.messages(here.people.general)] == [again.id]


@runs
async def test_no_answer_lasts_until_the_client_gives_up() -> None:
    async with place() as here:
        here.standin.faults.hang(SEND)
        sending = asyncio.create_task(here.bot.text(here.people.general).send("lost"))
        while here.standin.faults._planned:  # it has come to it
            await asyncio.sleep(0.005)
        _, still = await asyncio.wait({sending}, timeout=0.2)
        assert still
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        assert here.world.messages(here.people.general) == []
        await here.bot.text(here.people.general).send("through")


@runs
async def test_a_slow_network_delays_everything() -> None:
    async with place() as here:
        here.standin.faults.latency = 0.2
        begun = time.monotonic()
        await here.bot.text(here.people.general).send("slow")
        assert time.monotonic() - begun >= 0.2
        here.standin.faults.clear()
        assert here.standin.faults.latency == 0
        await here.bot.text(here.people.general).send("fast")


@pytest.mark.soak
@runs
async def test_a_message_takes_a_few_milliseconds() -> None:
    async with place() as here:
        channel = here.bot.text(here.people.general)
        await channel.send("warm")
        begun = time.perf_counter()
        for number in range(50):
            await channel.send(str(number))
        # Both sides, discord.py's work included; some 3 ms on one slow core. The bot's whole overhead may be 150.
        assert (time.perf_counter() - begun) / 50 < 0.03
