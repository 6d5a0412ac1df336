"""Blocks, pauses, cancels, deletes, reports and the log channel, over the stand-in's sockets."""

from __future__ import annotations

import asyncio
import calendar
import time
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.moderation.doors.reports import MENU_NAME
from bot.moderation.places import SERVER, channel_scope
from bot.playground.drafts import File
from bot.playground.model import Channel, Message
from bot.playground.permissions import Permission
from tests.bot.dreaming.doors.house import PICTURE
from tests.bot.moderation.doors.office import Office, in_office


async def dream(office: Office, **which: Any) -> Message:
    """Alice's dream."""
    await office.house.post("!dream seed=5", PICTURE, **which)
    return await office.house.dream()


def link(message: Message) -> str:
    return f"https://discord.com/channels/{message.guild_id}/{message.channel_id}/{message.id}"


# --- people


def test_a_block_holds_until_its_end_and_says_why(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        await office.set("log-channel", str(office.log.id))
        alice = office.house.alice
        told = await office.slash(office.owner, "mod block", member=alice, until="2 days", reason="Too many snakes")
        assert f"<@{alice.id}> can ask for no more dreams here until <t:" in told.text
        entry = await office.logged("blocked", f"<@{alice.id}>", "Too many snakes")
        assert f"<@{office.owner.id}>" in entry.text
        asked = await office.house.post("!dream", PICTURE)
        refused = await office.house.standin.message(lambda one: one.reply_to == asked.id)
        assert "Too many snakes" in refused.text
        listed = (await office.slash(office.owner, "mod blocks")).text
        assert f"<@{alice.id}> until <t:" in listed
        assert f"by <@{office.owner.id}>: Too many snakes" in listed
        assert "may ask for dreams again" in (await office.slash(office.owner, "mod unblock", member=alice)).text
        await office.logged("unblocked", f"<@{alice.id}>")
        assert "is not blocked here" in (await office.slash(office.owner, "mod unblock", member=alice)).text
        assert "Nobody is blocked" in (await office.slash(office.owner, "mod blocks")).text
        await dream(office)

    in_office(tmp_path, test)


def test_blocks_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        house = office.house
        robot = house.world.add_user("robot", bot=True)
        house.world.add_member(house.guild, robot)
        for member, until, words in (
            (office.owner, "1 day", "You would block yourself"),
            (house.bot, "1 day", "That is me"),
            (robot, "1 day", "Bots cannot ask"),
            (house.alice, "a while", "is no end: give a span such as 2 hours"),
            (house.alice, "2001-01-01", "is over already"),
        ):
            told = await office.slash(office.owner, "mod block", member=member, until=until)
            assert words in told.text
        assert "Nobody is blocked" in (await office.slash(office.owner, "mod blocks")).text
        offered = await house.standin.autocomplete(
            office.owner, house.channel, "mod block", "until", "1", {"member": house.alice}
        )
        assert [one["value"] for one in offered] == ["1", "1 hour", "1 day", "1 week", "1 year"]

    in_office(tmp_path, test)


def test_a_date_ends_a_block_in_the_servers_own_time(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        await office.set("time-zone", "Asia/Tokyo")
        year = time.gmtime().tm_year + 1
        await office.slash(office.owner, "mod block", member=office.house.bob, until=f"{year}-07-01 09:00")
        utc = calendar.timegm((year, 7, 1, 0, 0, 0))
        assert f"<t:{utc}:f>" in (await office.slash(office.owner, "mod blocks")).text

    in_office(tmp_path, test)


# --- the server


def test_a_pause_takes_nothing_new_until_it_is_ended(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        await office.set("log-channel", str(office.log.id))
        assert "paused here" in (await office.slash(office.owner, "mod pause", reason="Spring cleaning")).text
        await office.logged("paused dreaming", "Spring cleaning")
        assert "paused here already, since <t:" in (await office.slash(office.owner, "mod pause")).text
        assert "paused here already" in (await office.slash(office.owner, "mod queue")).text
        asked = await office.house.post("!dream", PICTURE)
        refused = await office.house.standin.message(lambda one: one.reply_to == asked.id)
        assert "Spring cleaning" in refused.text
        assert "goes on" in (await office.slash(office.owner, "mod resume")).text
        await office.logged("let dreaming go on")
        assert "is not paused" in (await office.slash(office.owner, "mod resume")).text
        await dream(office)

    in_office(tmp_path, test)


def test_pauses_stand_among_the_changes_and_are_undone_like_them(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        await office.set("log-channel", str(office.log.id))
        standin, paused = office.house.standin, office.house.client.doors._dreaming.pausing.is_paused
        guild = office.house.guild.id
        await office.slash(office.owner, "mod pause", reason="Spring cleaning")
        entry = await office.logged("paused dreaming (#2): Spring cleaning")
        listed = (await office.slash(office.owner, "settings history")).text
        assert f"<@{office.owner.id}> paused dreaming." in listed
        assert "Manage Server" in (await standin.press(office.house.mod, entry, "Undo")).text
        assert paused(guild)
        undone = await standin.press(office.boss, entry, "Undo")
        await office.house.told(undone, "Change #2 is undone:\n• dreaming goes on")
        assert not paused(guild)
        back = await office.logged("took back change #2", "dreaming goes on")
        assert "undone already" in (await office.slash(office.owner, "settings undo", change="2")).text
        await standin.press(office.boss, back, "Undo")
        assert paused(guild)
        await office.slash(office.owner, "mod resume")
        await office.logged("let dreaming go on (#5).")
        for number in ("2", "4"):
            told = await office.slash(office.owner, "settings undo", change=number)
            assert "Dreaming goes on again since" in told.text
        offered = await standin.autocomplete(office.owner, office.house.channel, "settings undo", "change", "")
        assert offered[0] == {"name": "#5 dreaming goes on", "value": "5"}
        assert "dreaming is paused" in (await office.says(office.owner, "!dreamset undo")).text
        assert paused(guild)
        told = await office.slash(office.boss, "settings undo", change="5")
        assert "is undone already" in told.text
        await office.slash(office.owner, "mod resume")
        await office.slash(office.owner, "mod pause")  # another pause than that of #2
        told = await office.slash(office.owner, "settings undo", change="2")
        assert "Dreaming was paused again since" in told.text

    in_office(tmp_path, test)


# --- dreams


def test_the_queue_is_shown_and_any_of_it_cancelled(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        await office.set("log-channel", str(office.log.id))
        house, mod = office.house, office.house.mod
        assert "Nothing waits" in (await office.slash(mod, "mod queue")).text
        house.engine.gate.clear()
        for user in (house.alice, house.alice, house.bob, house.bob):
            asked = await house.post("!dream", PICTURE, user=user)
            await house.standin.message(lambda one, asked=asked: one.reply_to == asked.id)
        shown = (await office.slash(mod, "mod queue")).original
        assert shown is not None
        assert shown.only_for == mod.id
        assert shown.text.count(f"<@{house.alice.id}>") == 2
        jobs = await house.queue.open_jobs()
        await office.select(mod, shown, "s1:cancel", [jobs[0].id])
        await office.logged("cancelled", f"<@{jobs[0].requester}>")
        await house.until(lambda: len(house.queue.standings()) == 3)
        await house.standin.message(lambda one: one is shown and "Cancelled." in one.text)
        assert "There is no such dream" in (await office.slash(mod, "mod cancel", dream=jobs[0].id)).text
        assert "Say which dream" in (await office.slash(mod, "mod cancel")).text
        offered = await house.standin.autocomplete(mod, house.channel, "mod cancel", "dream", "")
        assert {one["value"] for one in offered} == {one.id for one in jobs[1:]}
        told = await office.slash(mod, "mod cancel", member=house.bob)
        assert "2 dreams cancelled." in told.text or "Cancelled." in told.text
        assert all(one.requester == house.alice.id for one in await house.queue.open_jobs())

    in_office(tmp_path, test)


def test_a_moderator_of_one_channel_moderates_there_alone(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        house, carl = office.house, office.house.world.add_user("carl")
        house.world.add_member(house.guild, carl)
        house.world.set_overwrite(office.garden, carl, allow=int(Permission.MANAGE_MESSAGES))
        office.open_commands()
        await dream(office, channel=office.garden)
        await house.post("!dream", PICTURE, channel=office.log)
        hidden = await house.dream(2)
        async with asyncio.timeout(60):
            while len(await office.deletable(office.owner)) < 2:
                await asyncio.sleep(0.01)
        assert len(await office.deletable(carl, office.garden)) == 1
        told = await office.slash(carl, "mod delete", channel=office.garden, dream=link(hidden))
        assert "may not delete messages in that channel" in told.text
        told = await office.slash(carl, "mod queue", channel=office.garden)
        assert "Nothing waits in the channels that you moderate." in told.text
        house.engine.gate.clear()
        for where in (office.garden, office.log):
            asked = await house.post("!dream", PICTURE, channel=where)
            await house.standin.message(lambda one, asked=asked: one.reply_to == asked.id)
        jobs = {job.place.channel: job for job in await house.queue.open_jobs()}
        shown = (await office.slash(carl, "mod queue", channel=office.garden)).text
        assert f"<#{office.garden.id}>" in shown
        assert f"<#{office.log.id}>" not in shown
        offered = await house.standin.autocomplete(carl, office.garden, "mod cancel", "dream", "")
        assert [one["value"] for one in offered] == [jobs[office.garden.id].id]
        told = await office.slash(carl, "mod cancel", channel=office.garden, dream=jobs[office.log.id].id)
        assert "There is no such dream" in told.text
        await office.slash(carl, "mod cancel", channel=office.garden, member=house.alice)
        assert [job.place.channel for job in await house.queue.open_jobs()] == [office.log.id]

    in_office(tmp_path, test)


def test_what_is_elsewhere_is_none_of_this_servers(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        house = office.house
        other = house.world.add_guild("Elsewhere", owner=office.owner)
        there = house.world.add_channel(other, "there")
        house.world.add_member(other, house.bob)
        await house.until(lambda: house.client.get_guild(other.id) is not None)
        house.engine.gate.clear()
        await house.post("!dream", PICTURE, user=house.bob, channel=there)
        await house.until(lambda: house.queue.standings())
        (job,) = await house.queue.open_jobs()
        mine = house.channel
        assert "Nothing waits" in (await office.slash(house.mod, "mod queue", channel=mine)).text
        assert "no such dream" in (await office.slash(house.mod, "mod cancel", dream=job.id)).text
        assert "no such dream" in (await office.slash(house.mod, "mod cancel", member=house.bob)).text
        house.engine.gate.set()
        made = await house.dream()
        assert "not on this server" in (await office.slash(house.mod, "mod delete", dream=link(made))).text
        assert "Give the link" in (await office.slash(house.mod, "mod delete", dream=job.id)).text
        assert not made.deleted
        assert await office.slash(office.owner, "mod delete", dream=link(made), channel=there)
        await house.standin.deleted(made)

    in_office(tmp_path, test)


def test_any_dream_is_deleted_by_its_link_or_from_the_list(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        await office.set("log-channel", str(office.log.id))
        house, mod = office.house, office.house.mod
        first = await dream(office)
        assert "Deleted." in (await office.slash(mod, "mod delete", dream=link(first))).text
        await house.standin.deleted(first)
        await office.logged(f"<@{mod.id}> deleted a dream of <@{house.alice.id}>", f"<#{house.channel.id}>")
        assert "not there any more" in (await office.slash(mod, "mod delete", dream=link(first))).text
        house.channel.messages.pop(first.id, None)
        await office.set("buttons", "off")
        asked = await house.post("!dream", PICTURE)
        second = await house.standin.message(lambda one: one.reply_to == asked.id and one.attachments)
        offered: list[dict[str, Any]] = []
        async with asyncio.timeout(60):
            while not offered:
                found = await house.standin.autocomplete(mod, house.channel, "mod delete", "dream", "cat")
                offered = [one for one in found if "cat.png" in one["name"]]
        assert "Deleted." in (await office.slash(mod, "mod delete", dream=offered[0]["value"])).text
        await house.standin.deleted(second)
        assert await house.standin.autocomplete(mod, house.channel, "mod delete", "dream", "") == []

    in_office(tmp_path, test)


def test_a_dream_that_its_owner_has_deleted_is_not_offered_to_moderators(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        house = office.house
        made = await dream(office)
        async with asyncio.timeout(60):
            while not await office.deletable(house.mod):
                await asyncio.sleep(0.01)
        await house.standin.press(house.alice, made, "Delete")
        await house.standin.deleted(made)
        async with asyncio.timeout(60):
            while await office.deletable(house.mod):
                await asyncio.sleep(0.01)

    in_office(tmp_path, test)


def test_a_thread_that_is_archived_is_not_taken_for_deleted(tmp_path: Path) -> None:
    """Discord tells of an archived thread only those who ask for it."""

    async def test(office: Office) -> None:
        house = office.house
        thread = house.world.add_thread(house.channel, "minutes", house.mod)
        await house.until(lambda: house.client.get_channel(thread.id) is not None)
        made = await dream(office, channel=thread)
        await office.set("log-channel", str(thread.id))
        await office.set("strength", "2", channel_scope(thread.id))
        await house.said("`strength` of #minutes", channel=thread)  # nothing is written any more that would open it
        await archive(office, thread)
        shown = await office.slash(office.owner, "settings show")
        assert f"unseen channel {thread.id}" in shown.text
        told = await office.slash(office.owner, "settings set", key="layer", value="4a")
        assert f"I do not see the log channel ({thread.id}) just now" in told.text
        await house.said("`layer` of the server: not set → `4a`", channel=thread)
        await house.until(lambda: house.client.get_channel(thread.id) is not None)  # it is open again
        assert "unseen" not in (await office.slash(office.owner, "settings show")).text
        await archive(office, thread)
        assert "Deleted." in (await office.slash(house.mod, "mod delete", dream=link(made))).text
        await house.standin.deleted(made)

    in_office(tmp_path, test)


async def archive(office: Office, thread: Channel) -> None:
    thread.archived = True
    office.house.world.channel_changed(thread)
    await office.house.until(lambda: office.house.client.get_channel(thread.id) is None)


def test_only_dreams_are_deleted(tmp_path: Path) -> None:
    """Not the log channel's entries, not what people have written, and nothing where a moderator may not moderate."""

    async def test(office: Office) -> None:
        await office.set("log-channel", str(office.log.id))
        house, mod = office.house, office.house.mod
        await office.slash(office.owner, "settings set", key="layer", value="4c")
        entry = await office.logged("changed settings", "layer")
        posted = await house.post("hello")
        for message in (entry, posted):
            told = await office.slash(mod, "mod delete", dream=link(message))
            assert "is no dream of mine" in told.text
            assert not message.deleted
        house.world.set_overwrite(office.garden, mod, deny=int(Permission.MANAGE_MESSAGES))
        made = await dream(office, channel=office.garden)
        assert (
            "may not delete messages in that channel" in (await office.slash(mod, "mod delete", dream=link(made))).text
        )
        assert not made.deleted
        for nonsense in ("x", "https://example.org/1", link(made).replace(str(made.channel_id), "7")):
            told = await office.slash(office.owner, "mod delete", dream=nonsense)
            assert "Give the link" in told.text or "not there any more" in told.text

    in_office(tmp_path, test)


def test_buttons_that_moderators_press_are_noted_and_ones_own_are_not(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        await office.set("log-channel", str(office.log.id))
        house = office.house
        made = await dream(office)
        await house.standin.press(house.alice, made, "Delete")
        await house.standin.deleted(made)
        house.channel.messages.pop(made.id, None)
        made = await dream(office)
        await house.standin.press(house.mod, made, "Delete")
        await office.logged("deleted a dream", f"<@{house.mod.id}>")
        house.engine.gate.clear()
        for user, canceller in ((house.alice, house.alice), (house.alice, house.mod)):
            asked = await house.post("!dream", PICTURE, user=user)
            waiting = await house.standin.message(lambda one, asked=asked: one.reply_to == asked.id and one.buttons)
            await house.standin.press(canceller, waiting, "Cancel")
        await office.logged("cancelled a dream", f"<@{house.mod.id}>")
        assert sum("dream of" in text for text in office.entries) == 2

    in_office(tmp_path, test)


def test_managers_may_press_what_moderators_may(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        made = await dream(office)
        refused = await office.house.standin.press(office.keeper, made, "Delete")
        assert "or a moderator may delete it" in refused.text
        await office.appoint()
        await office.house.standin.press(office.keeper, made, "Delete")
        await office.house.standin.deleted(made)

    in_office(tmp_path, test)


# --- reports


def test_a_report_reaches_the_moderators_once(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        await office.set("log-channel", str(office.log.id))
        house = office.house
        made = await dream(office)
        told = await house.standin.menu(house.bob, house.channel, MENU_NAME, made)
        assert "Thank you" in (await house.standin.fulfilled(told)).text
        entry = await office.logged("reports a dream", link(made))
        assert f"<@{house.bob.id}>" in entry.text
        assert f"Asked for by <@{house.alice.id}>" in entry.text
        for user in (house.bob, house.mod):
            again = await house.standin.menu(user, house.channel, MENU_NAME, made)
            assert "was reported already" in (await house.standin.fulfilled(again)).text
        assert sum("reports a dream" in text for text in office.entries) == 1
        refused = await house.standin.press(office.keeper, entry, "Delete it")
        assert "Manage Server" in refused.text
        assert not made.deleted
        await house.standin.press(house.mod, entry, "Delete it")
        await house.standin.deleted(made)
        await office.logged("reports a dream", f"Deleted by <@{house.mod.id}>")
        assert not [one for one in entry.buttons if one["label"] == "Delete it"]

    in_office(tmp_path, test)


def may_write(office: Office) -> bool:
    """The bot, into the log channel, as far as it has heard."""
    channel = office.house.client.get_channel(office.log.id)
    assert isinstance(channel, discord.TextChannel)
    return channel.permissions_for(channel.guild.me).send_messages


def test_a_report_that_nobody_would_read_says_so(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        house = office.house
        made = await dream(office)

        async def report(message: Message = made) -> str:
            begun = await house.standin.menu(house.bob, house.channel, MENU_NAME, message)
            return (await house.standin.fulfilled(begun)).text

        assert "named no channel for reports" in await report()
        await office.set("log-channel", str(office.log.id))
        house.world.set_overwrite(office.log, house.bot, deny=int(Permission.SEND_MESSAGES))
        await house.until(lambda: not may_write(office))
        assert "I may not write to the channel for reports" in await report()
        house.world.set_overwrite(office.log, house.bot, allow=int(Permission.SEND_MESSAGES))
        await house.until(lambda: may_write(office))
        posted = await house.post("look", PICTURE)
        assert "is no dream of mine" in await report(posted)
        said = await house.post("!dream help")
        help_ = await house.standin.message(lambda one: one.reply_to == said.id)
        assert "is no dream of mine" in await report(help_)
        house.standin.faults.answer("POST /channels/.*/messages$", 403)
        assert "I may not write to the channel for reports" in await report()
        assert "Thank you" in await report()  # nothing of the failed ones is remembered as a report

    in_office(tmp_path, test)


# --- the log channel


def test_every_change_is_written_down_with_a_way_back(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        await office.slash(office.owner, "settings set", key="log-channel", value=f"<#{office.log.id}>")
        await office.slash(office.owner, "settings set", key="strength", value="2", place="#garden")
        entry = await office.logged("`strength` of #garden: not set → `2`", f"<@{office.owner.id}>")
        assert "Manage Server" in (await office.house.standin.press(office.house.mod, entry, "Undo")).text
        undone = await office.house.standin.press(office.boss, entry, "Undo")
        await office.house.told(undone, "Change #2 is undone")
        assert office.stored(channel_scope(office.garden.id)) == {}
        await office.logged("changed settings", f"Undone by <@{office.boss.id}>")
        assert not entry.buttons
        back = await office.logged("took back change #2", "`2` → not set")
        await office.house.standin.press(office.owner, back, "Undo")
        assert office.stored(channel_scope(office.garden.id)) == {"strength": "2"}

    in_office(tmp_path, test)


def test_an_undo_that_is_too_late_is_one_sentence(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        await office.set("log-channel", str(office.log.id))
        for value in ("4a", "4b"):
            await office.slash(office.owner, "settings set", key="layer", value=value)
        entry = await office.logged("not set → `4a`")
        told = await office.house.standin.press(office.owner, entry, "Undo")
        assert "was changed again since (it is 4b now)" in told.text
        assert office.stored()["layer"] == "4b"
        assert entry.buttons

    in_office(tmp_path, test)


def test_a_log_channel_that_moves_is_told_in_both(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        await office.set("log-channel", str(office.log.id))
        await office.slash(office.owner, "settings set", key="log-channel", value=f"<#{office.garden.id}>")
        await office.logged("`log-channel` of the server: `#mod-log` → `#garden`")
        await office.house.said("`#mod-log` → `#garden`", channel=office.garden)

    in_office(tmp_path, test)


@pytest.mark.parametrize("how", ["deleted", "closed"])
def test_a_log_channel_that_takes_nothing_is_told_once_and_stops_nothing(tmp_path: Path, how: str) -> None:
    async def test(office: Office) -> None:
        house = office.house
        await office.set("log-channel", str(office.log.id))
        if how == "deleted":
            house.world.delete_channel(office.log)
            await house.until(lambda: house.client.get_channel(office.log.id) is None)
            words = "I do not see the log channel"
        else:
            house.world.set_overwrite(office.log, house.bot, deny=int(Permission.SEND_MESSAGES))
            await house.until(lambda: not may_write(office))
            words = "give me the permission Send Messages there"
        first = await office.slash(office.owner, "settings set", key="layer", value="4a")
        assert "`layer` of the server is now `4a`" in first.text
        assert words in first.text
        for number in ("4b", "4c"):
            told = await office.slash(office.owner, "settings set", key="layer", value=number)
            assert words not in told.text
        assert office.stored()["layer"] == "4c"
        assert "paused" in (await office.slash(office.owner, "mod pause")).text

    in_office(tmp_path, test)


def test_discord_in_trouble_is_no_trouble_for_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.moderation.doors.logbook.PAUSE", 0.2)

    async def test(office: Office) -> None:
        await office.set("log-channel", str(office.log.id))
        await office.logged("log-channel")
        office.house.standin.faults.answer("POST /channels/.*/messages$", 500, times=2)
        told = await office.slash(office.owner, "settings set", key="layer", value="4a")
        assert "is now `4a`" in told.text
        await office.logged("`layer` of the server: not set → `4a`")
        office.house.standin.faults.lose_answer("POST /channels/.*/messages$")
        await office.slash(office.owner, "settings set", key="layer", value="4b")
        await office.slash(office.owner, "settings set", key="layer", value="4c")
        await office.logged("`4b` → `4c`")
        # The second attempt has been made, and answered.
        await office.house.standin.request(lambda one: "`4a` → `4b`" in str(one.payload) and one.status == 200)
        assert sum("`4a` → `4b`" in text for text in office.entries) == 1

    in_office(tmp_path, test)


def test_a_huge_change_is_one_message(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        await office.set("log-channel", str(office.log.id))
        house = office.house
        channels = [house.world.add_channel(house.guild, f"room-{number}") for number in range(30)]
        await house.until(lambda: house.client.get_channel(channels[-1].id) is not None)
        text = "".join(f"channel:{one.id} strength = 2\n" for one in channels)
        told = await office.says(office.boss, "!dreamset import", File(filename="settings.txt", data=text.encode()))
        assert "30 settings were changed." in told.text
        entry = await office.logged("and 18 more")
        await house.standin.press(office.boss, entry, "Undo")
        await house.until(lambda: house.settings.stored(house.guild.id).keys() == {SERVER})

    in_office(tmp_path, test)
