"""Where the bot may be: it leaves other servers with a sentence, and what is kept of a server goes a month after it."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, select

from bot.challenges.model import Plan, State
from bot.jobs import people, servers
from bot.jobs.people import Block
from bot.jobs.servers import GuildBlock
from bot.moderation.places import SERVER, Server
from bot.moderation.settings import Editor
from bot.owner import doorkeeper
from bot.owner.guests import DAY, KEEP_DAYS
from bot.playground.model import Guild, Message, User
from bot.store.tables import job_pictures, metadata
from tests.bot.dreaming.doors.house import PICTURE, House, living

REASON = "it advertises everywhere"
BOSS = 810_000_000_000_000_001


def allow(house: House, *guilds: Guild) -> None:
    house.config = dataclasses.replace(house.config, guilds=frozenset(one.id for one in guilds))


async def left(house: House, guild: Guild) -> None:
    await house.until(lambda: house.bot.id not in guild.members)


def told(house: House, guild: Guild, owner: User) -> list[Message]:
    """What the bot has said in a server, and to its owner."""
    direct = house.world.direct(owner)
    here = [house.world.messages(channel) for channel in (*guild.channels.values(), direct)]
    return [one for messages in here for one in messages if one.author is house.bot]


def test_a_server_that_is_not_allowed_is_told_why_and_left_at_once(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        world = house.world
        carol = world.add_user("carol")
        before = world.add_guild("Already there", owner=carol)
        before.system_channel = world.add_channel(before, "general").id
        allow(house, house.guild)
        await house.restart()
        await left(house, before)
        (said,) = told(house, before, carol)
        assert said.channel_id == before.system_channel
        assert "has not allowed this server" in said.text
        assert "I leave" in said.text

        new = world.add_guild("New", owner=carol, with_bot=False)
        world.invite_bot(new)
        await left(house, new)
        (said,) = told(house, new, carol)
        assert said.channel_id == world.direct(carol).id, "no channel of the server's own, so to whom it belongs"
        assert house.bot.id in house.guild.members
        await house.post("!dream", PICTURE)
        await house.dream()

    living(tmp_path, test)


def test_where_nobody_can_be_told_it_leaves_all_the_same(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def test(house: House) -> None:
        carol = house.world.add_user("carol")
        allow(house, house.guild)
        await house.restart()
        house.standin.faults.answer(r"POST /users/@me/channels", 403, times=5)
        new = house.world.add_guild("New", owner=carol, with_bot=False)
        house.world.invite_bot(new)
        await left(house, new)
        assert told(house, new, carol) == []
        assert "could not be told why the bot leaves" in caplog.text

    caplog.set_level(logging.INFO)
    living(tmp_path, test)


def test_commands_are_refused_where_it_cannot_leave_yet(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        elsewhere = house.world.add_guild("Elsewhere", with_bot=False)
        allow(house, elsewhere)
        house.standin.faults.answer(r"DELETE /users/@me/guilds/", 403, times=50)
        await house.restart()
        done = await house.standin.command(house.alice, house.channel, "help")
        await house.told(done, "has not allowed this server")
        asked = await house.post("!dream", PICTURE)
        assert "has not allowed this server" in (await house.answer(asked)).text
        assert house.engine.orders == []
        await house.client.doorkeeper.look()
        said = told(house, house.guild, house.world.users[house.guild.owner_id])
        assert len([one for one in said if "I leave" in one.text]) == 1
        house.standin.faults.clear()
        await house.client.doorkeeper.look()
        await left(house, house.guild)

    living(tmp_path, test)


def test_a_blocked_server_is_told_why_and_left_and_kept_out_until_the_block_ends(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        await house.until(lambda: house.client.doorkeeper._sweep_at)  # it has looked by itself, and does not soon again
        block = GuildBlock(guild=house.guild.id, until=house.clock() + 3600, reason=REASON)
        database = house.guests._database
        await database.write(lambda connection: servers.block_guild(connection, block, house.clock()))
        asked = await house.post("!dream", PICTURE)
        refused = (await house.answer(asked)).text
        assert "blocked this server until <t:" in refused, "the queue asks the table, also before anybody has looked"
        assert REASON in refused
        await house.client.doorkeeper.look()
        await left(house, house.guild)
        said = told(house, house.guild, house.world.users[house.guild.owner_id])
        assert REASON in said[-1].text
        house.world.invite_bot(house.guild)
        await left(house, house.guild)
        house.clock.ahead += 3601
        house.world.invite_bot(house.guild)
        await house.until(lambda: house.client.get_guild(house.guild.id))
        await house.post("!dream", PICTURE)
        await house.dream()

    living(tmp_path, test)


def test_a_member_whom_the_operator_has_blocked_is_refused_everywhere_with_the_reason(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        block = Block(person=house.alice.id, guild=None, until=None, reason="threatens others", by=None)
        database = house.guests._database
        await database.write(lambda connection: people.block(connection, block, house.clock()))
        for channel in (house.channel, house.world.direct(house.alice)):
            asked = await house.post("!dream", PICTURE, channel=channel)
            assert "You are blocked from dreaming: threatens others" in (await house.answer(asked)).text
        await house.post("!dream", PICTURE, user=house.bob)
        await house.dream()

    living(tmp_path, test)


# --- what is kept of a server


async def furnish(house: House) -> None:
    """Something in every table that can know of a server, and a dream elsewhere."""
    guild = house.guild.id
    await house.post("!dream strength=1.5", PICTURE)
    await house.dream()
    await house.settings.set(Server(id=guild), SERVER, "layer", "4c", by=Editor(id=BOSS, manage_server=True))
    await house.client.doors._dreaming.pausing.pause(guild, by=BOSS)
    await house.client.doors._moderation.moderating._records.report(guild, 5)
    await house.queue.members.block(Block(person=house.bob.id, guild=guild, until=None, reason=None, by=BOSS))
    await house.queue.members.block(Block(person=house.bob.id, guild=None, until=None, reason=None, by=None))
    challenge = await house.challenges.create(guild, Plan(channel=house.channel.id, theme="Night"), by=BOSS)
    assert challenge.state is State.DRAFT
    await house.challenges.set_base(challenge.id, guild=guild, by=BOSS, data=b"a base", filename="base.png")


async def kept(house: House) -> dict[str, int]:
    """Rows by table, of those that can know of a server."""
    tables = [one for one in metadata.sorted_tables if "guild" in one.c and one.name != "departures"]
    async with house.guests._database.reading() as connection:
        return {
            one.name: (await connection.execute(select(func.count()).where(one.c.guild == house.guild.id))).scalar_one()
            for one in tables
        }


async def departures(house: House) -> dict[int, float]:
    async with house.guests._database.reading() as connection:
        return await servers.departed(connection)


def files(house: House) -> int:
    return len(list((house.config.home / "sources").iterdir()))


async def removed(house: House) -> None:
    house.world.kick_bot(house.guild)
    async with asyncio.timeout(60):
        while house.guild.id not in await departures(house):
            await asyncio.sleep(0.01)


def test_a_month_after_the_removal_everything_of_that_server_is_gone_and_nothing_else(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        await furnish(house)
        other = house.world.add_guild("Another")
        await house.until(lambda: house.client.get_guild(other.id))
        await house.settings.set(Server(id=other.id), SERVER, "layer", "4c", by=Editor(id=BOSS, manage_server=True))
        counted = await kept(house)
        assert {name for name, rows in counted.items() if not rows} == {"guild_blocks"}, "furnished with all else"
        assert files(house) == 2
        before = house.clock()
        await removed(house)
        assert before <= (await departures(house))[house.guild.id] <= house.clock()
        house.clock.ahead += KEEP_DAYS * DAY - 60
        assert await house.client.doorkeeper.sweep() == 0
        assert await kept(house) == counted
        house.clock.ahead += 120
        assert await house.client.doorkeeper.sweep() == 1
        assert set((await kept(house)).values()) == {0}
        assert await departures(house) == {}
        assert files(house) == 0
        assert house.settings.stored(house.guild.id) == {}
        assert not house.client.doors._dreaming.pausing.is_paused(house.guild.id)
        assert house.settings.stored(other.id) != {}
        async with house.guests._database.reading() as connection:
            blocked = await servers.operators_blocks(connection, house.clock())
            nowhere = (await connection.execute(select(func.count()).select_from(job_pictures))).scalar_one()
        assert [one.person for one in blocked] == [house.bob.id], "the operator's own block stays"
        assert nowhere == 0

    living(tmp_path, test)


def test_whoever_invites_it_again_within_the_month_finds_everything_as_it_was(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        await furnish(house)
        counted = await kept(house)
        await removed(house)
        house.clock.ahead += (KEEP_DAYS - 1) * DAY
        house.world.invite_bot(house.guild)
        await house.until(lambda: house.client.get_guild(house.guild.id))
        async with asyncio.timeout(60):
            while await departures(house):
                await asyncio.sleep(0.01)
        house.clock.ahead += 2 * DAY
        assert await house.client.doorkeeper.sweep() == 0
        assert await kept(house) == counted
        assert house.settings.stored(house.guild.id) != {}

    living(tmp_path, test)


def test_an_outage_is_no_removal_however_long_it_lasts(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        await furnish(house)
        counted = await kept(house)
        gone = {"id": str(house.guild.id), "unavailable": True}
        house.world._emit("GUILD_DELETE", house.guild.id, gone)
        await house.until(lambda: house.client.guilds[0].unavailable)
        house.clock.ahead += 2 * KEEP_DAYS * DAY
        await house.client.doorkeeper.ready()
        assert await departures(house) == {}
        assert await house.client.doorkeeper.sweep() == 0
        assert await kept(house) == counted

    living(tmp_path, test)


def test_of_many_servers_that_come_at_once_none_costs_a_look_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorkeeper, "GATHER_SECONDS", 2.0)

    async def test(house: House) -> None:
        looks = []

        def heard(_: object, __: object, statement: str, *___: object) -> None:
            looks.append("FROM guild_blocks" in statement)

        for number in range(60):
            house.world.add_guild(f"Guild {number}")
        await house.until(lambda: len(house.client.guilds) == 61)
        event.listen(Engine, "before_cursor_execute", heard)
        try:
            await house.restart()
            await house.until(lambda: len(house.client.guilds) == 61)
            await house.until(lambda: house.client.doorkeeper._sweep_at)
        finally:
            event.remove(Engine, "before_cursor_execute", heard)
        assert 0 < sum(looks) < 20

    living(tmp_path, test)


def test_a_removal_while_the_bot_was_down_counts_from_its_next_start(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        await furnish(house)
        house.clock.ahead += 100 * DAY
        await house.restart(while_down=lambda: house.world.kick_bot(house.guild))
        async with asyncio.timeout(60):
            while house.guild.id not in await departures(house):
                await asyncio.sleep(0.01)
        first = (await departures(house))[house.guild.id]
        house.clock.ahead += 10 * DAY
        await house.restart()
        await house.client.doorkeeper.ready()
        assert await departures(house) == {house.guild.id: first}, "a further start does not begin it anew"
        assert await house.client.doorkeeper.sweep() == 0
        house.clock.ahead += (KEEP_DAYS - 10) * DAY
        async with asyncio.timeout(60):
            await house.client.doorkeeper.sweep()
        assert await departures(house) == {}

    living(tmp_path, test)
