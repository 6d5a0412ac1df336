"""Sessions: identify, shards, drops, resumes, intents."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp
import discord
import pytest

from bot.endpoints import use_api
from bot.playground.friendly import furnish
from bot.playground.standin import StandIn
from bot.playground.times import Times
from tests.bot.playground.conftest import Bot, connected, place, runs


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.01)


@runs
async def test_a_dropped_bot_resumes_and_misses_nothing() -> None:
    async with place() as here:
        await here.standin.post(here.people.general, here.people.ada, "before")
        await until(lambda: here.bot.heard)
        assert here.standin.faults.drop_gateway(4000) == 1
        await here.standin.post(here.people.general, here.people.ada, "meanwhile")
        await until(lambda: here.bot.resumed)
        await here.standin.post(here.people.general, here.people.ada, "after")
        await until(lambda: len(here.bot.heard) == 3)
        assert [one.content for one in here.bot.heard] == ["before", "meanwhile", "after"]
        assert here.bot.identified == 1


@runs
async def test_a_refused_resume_makes_the_bot_identify_again() -> None:
    async with place() as here:
        here.standin.faults.refuse_resume = 1
        here.standin.faults.drop_gateway(4000)
        await until(lambda: here.bot.identified == 2 and here.standin.gateway.sessions)
        assert here.bot.resumed == 0
        await here.standin.post(here.people.general, here.people.ada, "after")
        await until(lambda: here.bot.heard)


@runs
async def test_a_gateway_that_is_away_for_a_while_is_tried_again() -> None:
    async with place() as here:
        here.standin.faults.refuse_gateway = 1
        here.standin.faults.drop_gateway(4000)
        await until(lambda: here.bot.identified == 2)
        assert here.standin.faults.refuse_gateway == 0


@runs
async def test_asked_to_reconnect_it_does() -> None:
    async with place() as here:
        here.standin.gateway.reconnect()
        await until(lambda: here.bot.resumed)


@runs
async def test_a_wrong_token_is_refused() -> None:
    async with StandIn() as standin:
        use_api(standin.api)
        async with Bot() as bot:
            with pytest.raises(discord.LoginFailure):
                await bot.login("wrong")
            assert standin.record.exchanges[-1].status == 401
        assert standin.token not in repr(standin.record.frames)


@runs
async def test_privileged_intents_have_to_be_switched_on() -> None:
    for refuse in ("application", "fault"):
        standin = StandIn()
        furnish(standin.world)
        async with standin:
            use_api(standin.api)
            standin.world.application.message_content = refuse != "application"
            standin.faults.refuse_content_intent = refuse == "fault"
            with pytest.raises(discord.PrivilegedIntentsRequired):
                async with connected(standin, Bot()):
                    pass
            standin.world.application.message_content = False
            async with connected(standin, Bot(content=False)) as bot:
                assert (await bot.application_info()).flags.gateway_message_content_limited is False


@runs
async def test_each_shard_hears_of_its_own_servers() -> None:
    standin = StandIn()
    friendly = furnish(standin.world)
    standin.world.application.shards = 2
    places = [(friendly.guild, friendly.general)]
    now = [1.8e9]
    standin.world.clock = lambda: now[0]
    standin.world.ids._clock = lambda: now[0]
    while len({(guild.id >> 22) % 2 for guild, _ in places}) < 2:
        now[0] += 0.001
        guild = standin.world.add_guild("Another")
        standin.world.add_member(guild, friendly.ada)
        places.append((guild, standin.world.add_channel(guild, "general")))
    async with standin:
        use_api(standin.api)
        async with connected(standin, Bot()) as bot:
            assert bot.shard_count == 2
            assert {one.shard for one in standin.gateway.sessions} == {0, 1}
            for _, channel in places:
                await standin.post(channel, friendly.ada, "hello")
            await until(lambda: len(bot.heard) == len(places))
            assert {one.guild.shard_id for one in bot.heard if one.guild} == {0, 1}
            await standin.post(standin.world.direct(friendly.ada), friendly.ada, "direct")
            await until(lambda: len(bot.heard) == len(places) + 1)


@runs
async def test_servers_come_and_go() -> None:
    async with place() as here:
        joined: list[str] = []
        left: list[str] = []

        async def on_guild_join(guild: discord.Guild) -> None:
            joined.append(guild.name)

        async def on_guild_remove(guild: discord.Guild) -> None:
            left.append(guild.name)

        here.bot.event(on_guild_join)
        here.bot.event(on_guild_remove)
        guild = here.world.add_guild("New", premium_tier=2)
        await until(lambda: joined == ["New"])
        found = here.bot.get_guild(guild.id)
        assert found is not None
        assert found.filesize_limit == 50 << 20
        channel = here.world.add_channel(guild, "talk", nsfw=True)
        await until(lambda: here.bot.get_channel(channel.id))
        assert here.bot.text(channel).is_nsfw()
        here.world.delete_channel(channel)
        await until(lambda: here.bot.get_channel(channel.id) is None)
        here.world.kick_bot(guild)
        await until(lambda: left == ["New"])


@runs
async def test_members_are_known_by_asking() -> None:
    async with place() as here:
        guild = here.bot.get_guild(here.people.guild.id)
        assert guild is not None
        assert [one.name for one in guild.members] == ["Dreambot"]
        member = await guild.fetch_member(here.people.mo.id)
        assert [role.name for role in member.roles] == ["@everyone", "Moderator"]
        assert guild.get_channel(here.people.moderators.id) is not None
        assert [one.name for one in await guild.query_members("a")] == ["ada"]
        with pytest.raises(discord.NotFound) as caught:
            await guild.fetch_member(here.world.add_user("stranger").id)
        assert caught.value.code == 10007


@runs
async def test_only_its_own_address_is_answered() -> None:
    async with StandIn() as standin, aiohttp.ClientSession() as session:
        url = f"{standin.api}/gateway"
        assert (await session.get(url, headers={"Host": "evil.example"})).status == 403
        assert (await session.get(url, headers={"Origin": "https://evil.example"})).status == 403
        assert (await session.get(url)).status == 401
        assert (await session.get(url, headers={"Authorization": f"Bot {standin.token}"})).status == 200


@runs
async def test_what_is_not_there_is_a_recorded_fault() -> None:
    async with StandIn() as standin, aiohttp.ClientSession() as session:
        answer = await session.get(f"{standin.api}/nothing/of/that/kind")
        assert answer.status == 404
        assert standin.record.unknown_routes == ["GET /nothing/of/that/kind"]


@runs
async def test_who_sends_no_heartbeat_is_dropped() -> None:
    async with (
        StandIn(times=Times(heartbeat=0.05)) as standin,
        aiohttp.ClientSession() as session,
        session.ws_connect(standin.gateway.url) as socket,
    ):
        assert (await socket.receive_json())["op"] == 10
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 4009


@pytest.mark.usefixtures("nonsense_is_sent")
@runs
async def test_nonsense_on_the_gateway_has_its_close_codes() -> None:
    async with StandIn() as standin, aiohttp.ClientSession() as session:
        identify = {"op": 2, "d": {"token": standin.token, "intents": 1, "shard": [0, 1]}}
        for sent, code in (
            (["nonsense"], 4002),
            ({"op": 99}, 4001),
            ({"op": 3, "d": {}}, 4003),
            ({"op": 2, "d": {"token": "wrong", "intents": 1}}, 4004),
            ({"op": 6, "d": {"token": "wrong", "session_id": "x", "seq": 1}}, 4004),
            ({"op": 2, "d": {**identify["d"], "shard": [1, 1]}}, 4010),  # type: ignore[dict-item]
            ({"op": 2, "d": {**identify["d"], "intents": "all"}}, 4013),  # type: ignore[dict-item]
        ):
            async with session.ws_connect(standin.gateway.url) as socket:
                await socket.receive_json()
                await socket.send_json(sent)
                assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
                assert socket.close_code == code, sent
        async with session.ws_connect(standin.gateway.url) as socket:
            await socket.receive_json()
            await socket.send_json(identify)
            assert (await socket.receive_json())["t"] == "READY"
            await socket.send_json(identify)
            assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
            assert socket.close_code == 4005


@runs
async def test_a_silent_gateway_leaves_heartbeats_unanswered() -> None:
    async with (
        StandIn() as standin,
        aiohttp.ClientSession() as session,
        session.ws_connect(standin.gateway.url) as socket,
    ):
        await socket.receive_json()
        await socket.send_json({"op": 1, "d": None})
        assert (await socket.receive_json())["op"] == 11
        standin.faults.silent_gateway = True
        await socket.send_json({"op": 1, "d": None})
        with pytest.raises(TimeoutError):
            await socket.receive(timeout=0.2)


@runs
async def test_a_record_can_be_kept_small() -> None:
    async with place(keep=5) as here:
        for number in range(30):
            await here.bot.text(here.people.general).send(str(number))
        assert 5 <= len(here.standin.record.exchanges) <= 10
        assert here.standin.record.exchanges[-1].payload["content"] == "29"
