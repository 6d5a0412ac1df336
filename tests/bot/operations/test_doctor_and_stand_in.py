"""The doctor in the stand-in's world: it sees what members see there, and asks only for what Discord describes."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.config import read_config
from bot.operations.application import ask
from bot.operations.findings import Level
from bot.operations.invite import NEEDED, PERMISSIONS
from bot.operations.rest import Rest
from bot.operations.servers import examine_discord, permissions_in
from bot.playground import permissions
from bot.playground.model import Channel
from bot.playground.standin import StandIn
from bot.playground.world import World


def looked_at(furnish: Callable[[World], object]) -> list[tuple[Level, str, str]]:
    """What is found in a world, with every request held against the platform's description where there is one."""

    async def go() -> list[tuple[Level, str, str]]:
        async with StandIn() as discord:
            furnish(discord.world)
            config = read_config({"DISCORD_TOKEN": discord.token, "DISCORD_API": discord.api}, None)
            async with Rest(token=discord.token, api=discord.api) as rest:
                found = [one async for one in examine_discord(config, rest, discord.world.clock)]
            assert [one.path for one in discord.record.exchanges if one.status != 200] == []
            if description := os.environ.get("DISCORD_OPENAPI"):
                assert discord.check_against(Path(description)) == []
            return [(one.level, one.what, one.sentence) for one in found]

    return asyncio.run(go())


def test_a_server_as_it_is_after_the_invitation_is_fine() -> None:
    def furnish(world: World) -> None:
        guild = world.add_guild("Dreamers", with_bot=False)
        world.invite_bot(guild, PERMISSIONS)
        world.add_channel(guild, "general")
        world.add_channel(guild, "staff", hidden=True)

    found = looked_at(furnish)
    assert {level for level, _, _ in found} == {Level.OK}
    assert "all 1 channel(s)" in found[-1][2]


def test_what_a_channel_takes_away_from_the_bots_role_is_named() -> None:
    def furnish(world: World) -> None:
        guild = world.add_guild("Dreamers", with_bot=False)
        world.invite_bot(guild, PERMISSIONS)
        world.add_channel(guild, "general")
        quiet = world.add_channel(guild, "quiet")
        role = next(role for role in guild.roles.values() if role.bot)
        world.set_overwrite(quiet, role, deny=NEEDED["Attach Files"] | NEEDED["Send Messages"])

    level, what, sentence = looked_at(furnish)[-1]
    assert (level, what) == (Level.WARN, "server")
    assert sentence == "“Dreamers”: Send Messages, Attach Files missing in #quiet."


@pytest.mark.parametrize("seed", range(40))
def test_the_doctors_arithmetic_of_permissions_is_the_stand_ins(seed: int) -> None:
    draw = random.Random(seed)
    mask = (1 << 7) - 1
    world = World(clock=lambda: 1_790_000_000.0)
    guild = world.add_guild("Dreamers", with_bot=False)
    world.invite_bot(guild, draw.getrandbits(7) << 10 | NEEDED["View Channels"])
    mine = next(role for role in guild.roles.values() if role.bot)
    other = world.add_role(guild, "other", draw.getrandbits(7) << 10)
    guild.members[world.bot.id].roles.append(other.id)
    channel: Channel = world.add_channel(guild, "general")
    for target in (guild.roles[guild.id], mine, other, world.bot):
        allow = draw.getrandbits(7) << 10
        world.set_overwrite(channel, target, allow=allow, deny=(draw.getrandbits(7) << 10) & ~allow)
    base = int(permissions.in_guild(guild, world.bot.id))
    rules = [{"id": str(o.id), "allow": str(o.allow), "deny": str(o.deny)} for o in channel.overwrites.values()]
    ours = permissions_in(base, rules, mine=(str(guild.id), (str(mine.id), str(other.id)), str(world.bot.id)))
    theirs = int(permissions.in_channel(guild, channel, world.bot.id, world.clock()))
    assert bool(ours & NEEDED["View Channels"]) == bool(theirs & NEEDED["View Channels"])
    if theirs & NEEDED["View Channels"] and theirs & NEEDED["Send Messages"]:
        assert ours & (mask << 10) == theirs & (mask << 10)


def test_the_stand_ins_application_is_understood() -> None:
    async def go() -> None:
        async with StandIn() as discord, Rest(token=discord.token, api=discord.api) as rest:
            application = await ask(rest)
            assert application.id == application.bot == discord.world.bot.id
            assert application.owners == {discord.world.application.owner.id}
            assert application.message_content

    asyncio.run(go())
