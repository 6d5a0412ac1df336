"""A bot in two and a half thousand servers, from where on Discord asks for shards: it is there soon, and small."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import psutil
import pytest

from bot.playground.model import Channel, ChannelKind, Guild, Member, Overwrite, User
from bot.playground.permissions import MODERATOR
from tests.e2e.town import DOT, Seat, Town, in_town

MB = 1e6
SERVERS, MEMBERS = 2_500, 250_000
SHARDS = 3  #: what Discord recommends then: one for each thousand servers
CHANNELS, ROLES, OVERWRITES = 20, 15, 4


def _settle(town: Town, servers: int, members: int) -> list[Seat]:
    """Servers with their channels, roles and members; somebody in each of them."""
    town.standin.record.most = 2_000
    town.standin.world.application.shards = SHARDS
    found = []
    for number in range(servers):
        guild = _server(town, number)
        for member in range(members // servers):
            user = User(id=town.standin.world.ids.next(), name=f"member-{number}-{member}")
            town.standin.world.users[user.id] = user
            guild.members[user.id] = Member(user=user, joined=0.0, roles=[*guild.roles][1 : 1 + member % 4])
        found.append(Seat(user, next(one for one in guild.channels.values() if one.kind is ChannelKind.TEXT)))
    return found


def _server(town: Town, number: int) -> Guild:
    world = town.standin.world
    guild = world.add_guild(f"A server like many others, no. {number}", with_bot=False)
    roles = [world.add_role(guild, f"Role for those who are number {role}") for role in range(ROLES - 2)]
    for room in range(CHANNELS):
        topic = "What this channel is for, what may be posted in it and what not, in one or two sentences."
        channel = world.add_channel(guild, f"a-channel-{room}", topic=topic, nsfw=room == CHANNELS - 1)
        _parted(channel, room)
        if room % 2:
            channel.overwrites |= {
                one.id: Overwrite(id=one.id, member=False, allow=1 << 11) for one in roles[:OVERWRITES]
            }
    world.invite_bot(guild, MODERATOR)
    return guild


def _parted(channel: Channel, room: int) -> None:
    if room % 7 == 0:
        channel.kind = ChannelKind.CATEGORY


def _memory(town: Town) -> tuple[float, float]:
    """RSS now and at its highest, in MB."""
    lines = Path(f"/proc/{town.bot.pid}/status").read_text().splitlines()
    (highest,) = [int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:")]
    return psutil.Process(town.bot.pid).memory_info().rss / MB, highest / MB


@pytest.mark.soak
@pytest.mark.timeout(900)
@in_town(start=False, module="tests.e2e.pretending")
async def test_figure_two_and_a_half_thousand_servers(town: Town) -> None:
    seats = _settle(town, SERVERS, MEMBERS)
    life = await town.start()
    seconds = time.monotonic() - life.started
    asked = len(town.standin.record.exchanges)
    first, last = [await town.ask("!dream", DOT, user=one.user, channel=one.channel) for one in (seats[0], seats[-1])]
    await town.dream(first)
    await town.dream(last)
    answered = time.monotonic() - life.started
    await asyncio.sleep(20.0)  # what it does once it is there
    memory, highest = _memory(town)
    print(
        f"\n{SERVERS} servers with {MEMBERS} members in {SHARDS} shards: ready after {seconds:.1f} s, the first"
        f" requests answered after {answered:.1f} s, {asked} requests to Discord until then; {memory:.0f} MB,"
        f" at most {highest:.0f} MB"
    )
    assert f"in {SERVERS + 1} server(s)" in (await life.said("ready: "))["message"]
    assert len(town.standin.record.of("PUT", "/applications/{application_id}/commands")) == 1
    assert asked < 20
    assert answered < 60
    assert highest < 400
    assert town.troubles() == []
