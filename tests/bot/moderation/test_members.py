"""/limits, /mydata and /forgetme, through the stand-in's sockets."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bot.config import LimitsConfig
from bot.dreaming import members
from bot.jobs.people import Block
from bot.moderation.places import channel_scope, role_scope
from bot.playground.model import Message
from tests.bot.dreaming.doors.asking import DOG, first, set_here
from tests.bot.dreaming.doors.house import PICTURE, House, at_home, living
from tests.bot.jobs.fakes import MANY
from tests.bot.moderation.desk import anywhere


async def told(house: House, name: str, **more: Any) -> Message:
    channel, user = more.get("channel", house.channel), more.get("user", house.alice)
    asked = await house.standin.command(user, channel, name)
    message = await house.told(asked)
    assert message.only_for == user.id
    return message


# --- /limits


def test_limits_say_what_is_left_and_when_more_comes(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        await set_here(house, "per-day", "5")
        await set_here(house, "per-hour", "2", channel_scope(house.channel.id))
        await set_here(house, "server-per-day", "50")
        lines = (await told(house, "limits")).text.splitlines()
        assert sorted(lines) == sorted(
            [
                "• 10 of 10 pictures left in an hour",
                "• 2 of 2 films left in 24 hours",
                "• 10 of 10 grids left in 24 hours",
                "• 5 of 5 pictures on this server left in 24 hours",
                f"• 2 of 2 pictures in <#{house.channel.id}> left in an hour",
                "• 50 of 50 pictures of this server together left in 24 hours",
                "• 3 of 3 requests may still wait",
            ]
        )
        await first(house)
        house.engine.gate.clear()
        await house.post("!dream", PICTURE)
        await house.until(lambda: len(house.engine.orders) == 2)
        text = (await told(house, "limits")).text
        time = r"<t:\d+:R>"
        for pattern in (
            rf"• 8 of 10 pictures left in an hour; the next comes back {time}",
            rf"• 3 of 5 pictures on this server left in 24 hours; the next comes back {time}",
            rf"• 0 of 2 pictures in <#{house.channel.id}> left in an hour; the next comes back {time}",
            rf"• 48 of 50 pictures of this server together left in 24 hours; the next comes back {time}",
            rf"• 2 of 3 requests may still wait; the next comes back {time}",
            rf"⚠️ In <#{house.channel.id}> you may have 2 pictures dreamt in an hour: the next is possible {time}",
        ):
            assert re.search(pattern, text), f"{pattern} is not in\n{text}"
        direct = (await told(house, "limits", channel=house.world.direct(house.alice))).text
        assert "on this server" not in direct
        assert "8 of 10 pictures left in an hour" in direct

    living(tmp_path, test, limits=LimitsConfig(guild_waiting=0))


def test_limits_say_who_may_not_dream_at_all_and_for_whom_they_do_not_hold(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        assert (await told(house, "limits")).text == "There are no limits for you here."
        role = house.world.add_role(house.guild, "Patrons")
        house.world.add_member(house.guild, patron := house.world.add_user("patron"), roles=[role])
        await house.until(lambda: house.client.get_guild(house.guild.id).get_role(role.id))  # type: ignore[union-attr]
        await set_here(house, "per-hour", "4", role_scope(role.id))
        text = (await told(house, "limits", user=patron)).text
        assert f"4 of 4 pictures on this server, for <@&{role.id}> left in an hour" in text
        await set_here(house, "exempt-roles", f"<@&{role.id}>")
        text = (await told(house, "limits", user=patron)).text
        assert text == "There are no limits for you here.\nThis server's own limits do not hold for you."
        await house.queue.members.block(
            Block(person=house.alice.id, guild=house.guild.id, until=None, reason="spam", by=1)
        )
        assert "⚠️ You are blocked from dreaming in this server: spam" in (await told(house, "limits")).text
        await set_here(house, "roles", f"<@&{role.id}>")
        assert "only members with the role" in (await told(house, "limits", user=house.bob)).text

    living(tmp_path, test, limits=dataclasses.replace(MANY, waiting=1000))


# --- /mydata


def read(message: Message) -> dict[str, Any]:
    (file,) = message.attachments
    data = file.data
    if file.filename.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            data = packed.read("my-data.json")
    found: dict[str, Any] = json.loads(data)
    return found


def test_a_member_gets_all_that_is_kept_about_them_and_nothing_of_others(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        await first(house, "!dream style=eyes seed=5")
        hers = await house.post("look", DOG)
        await house.post("!dream", reference=hers, user=house.bob)
        await house.dream(2)
        await house.post("!dream secret=no", user=house.bob)
        await house.queue.members.set_opted_out(house.alice.id, True)
        await house.queue.members.block(
            Block(person=house.bob.id, guild=house.guild.id, until=None, reason="x", by=house.alice.id)
        )
        asked = await house.standin.command(house.alice, house.channel, "mydata")
        message = await house.told(asked, "says what each part of it is for")
        data = read(message)
        assert message.only_for == house.alice.id
        assert data["you"] == str(house.alice.id)
        assert all(part["for"] for name, part in data.items() if isinstance(part, dict))
        (dream,) = data["dreams"]["kept"]
        assert dream["recipe"] == "style=eyes seed=5"
        assert dream["pictures"][0]["filename"] == "cat.png"
        assert dream["created"].startswith("20")
        (elsewhere,) = data["pictures of yours that others had dreamt"]["kept"]
        assert elsewhere["filename"] == "dog.png"
        assert sorted(one["bytes"] for one in data["pictures"]["kept"]) == sorted(map(len, (PICTURE.data, DOG.data)))
        assert [one["opted_out"] for one in data["wishes"]["kept"]]
        assert [one["reason"] for one in data["what you did as a moderator"]["kept"]] == ["x"]
        assert data["blocks"]["kept"] == []
        assert "token" not in json.dumps(data["dreams"]["kept"])
        nobody = read(await house.told(await house.standin.command(house.mod, house.channel, "mydata")))
        assert [part["kept"] for part in nobody.values() if isinstance(part, dict) and part["kept"]] == []

    living(tmp_path, test)


def test_much_data_is_packed_and_too_much_is_a_sentence(tmp_path: Path) -> None:
    data = {"dreams": [{"recipe": "style=eyes", "created": "2026"}] * 500}
    name, content = members._file(data, 1000)
    assert name == "my-data.zip"
    assert len(content) < 1000
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert json.loads(packed.read("my-data.json")) == data
    assert members._file(data, 1 << 20)[0] == "my-data.json"


# --- /forgetme


def test_to_be_forgotten_is_asked_first_and_only_by_oneself(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        dream = await first(house)
        question = await told(house, "forgetme")
        assert "Shall I forget you?" in question.text
        assert [button["label"] for button in question.buttons] == ["Yes, forget me", "No"]
        kept = await house.standin.press(house.alice, question, "No")
        await house.until(lambda: question.text == "Nothing was changed.")
        assert kept.user is house.alice
        assert await house.queue.job(house.engine.orders[0].job)
        await house.standin.press(house.bob, dream, "Again")
        await house.dream(2)

        question = await told(house, "forgetme")
        await house.standin.press(house.alice, question, "Yes, forget me")
        await house.until(lambda: "I have forgotten you." in question.text)
        assert not question.buttons
        assert await house.queue.job(house.engine.orders[0].job) is None
        await house.told(await house.standin.press(house.bob, dream, "Again"), "I no longer know this dream")
        bobs = await house.dream(2)
        pressed = await house.standin.press(house.mod, bobs, "Again")
        await house.told(pressed, "is no longer kept", "dream on from the dream itself?")
        data = read(await house.told(await house.standin.command(house.alice, house.channel, "mydata")))
        assert {
            name: part["kept"] for name, part in data.items() if isinstance(part, dict) and part["kept"]
        }.keys() == {"under an alias"}

    living(tmp_path, test)


def test_nobody_forgets_somebody_else(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        row = {"type": 2, "style": 4, "label": "?", "custom_id": f"d1:forget:{house.alice.id}"}
        forged = house.standin.posting.create(
            house.channel, house.bot, {"content": "x", "components": [{"type": 1, "components": [row]}]}, {}
        )
        await first(house)
        await house.told(await house.standin.press(house.bob, forged, "?"), "Only who asked may answer this.")
        assert await house.queue.job(house.engine.orders[0].job)

    living(tmp_path, test)


def test_dreams_that_wait_are_cancelled_and_say_so(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        house.engine.gate.clear()
        await house.post("!dream", PICTURE)
        await house.until(lambda: house.engine.orders)
        waiting = await house.said("It should be ready")
        question = await told(house, "forgetme")
        await house.standin.press(house.alice, question, "Yes, forget me")
        await house.until(lambda: "I have forgotten you." in question.text)
        assert "This dream was cancelled." in waiting.text
        assert await house.queue.open_jobs() == []
        assert list((tmp_path / "sources").iterdir()) == []

    living(tmp_path, test)


def test_whoever_was_forgotten_can_still_delete_what_they_asked_for(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        replied = await first(house)
        await house.standin.command(house.alice, house.channel, "dream", {"picture": PICTURE})
        slashed = await house.dream(2)
        await house.queue.members.forget(house.alice.id)
        for dream in (replied, slashed):
            await house.told(await house.standin.press(house.bob, dream, "Delete"), "may delete it")
            await house.standin.press(house.alice, dream, "Delete")
            await house.standin.deleted(dream)

    living(tmp_path, test)


def test_limits_hold_on_for_whoever_was_forgotten(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        await set_here(house, "per-day", "1")
        await first(house)
        await house.queue.members.forget(house.alice.id)
        assert "0 of 1 pictures on this server left in 24 hours" in (await told(house, "limits")).text
        await house.post("!dream", PICTURE)
        await house.said("you may have 1 picture dreamt in 24 hours")

    living(tmp_path, test)


def test_nothing_of_a_member_remains_after_all_that_the_bot_has_done(tmp_path: Path) -> None:
    """The whole bot, every door, a restart; then every table and every file is looked through."""

    async def test() -> None:
        async with at_home(tmp_path) as house:
            dream = await first(house)
            await house.standin.command(house.alice, house.channel, "dream", {"picture": PICTURE})
            await house.dream(2)
            await house.standin.press(house.alice, dream, "Again")
            await house.dream(3)
            await house.post(f"!dream {house.alice.mention}", user=house.bob)
            await house.dream(4)
            await house.standin.command(house.alice, house.channel, "optout")
            await set_here(house, "per-day", "9")
            alice = house.alice.id
        assert anywhere(tmp_path, alice)
        async with at_home(tmp_path) as house:
            await house.queue.members.forget(alice)
        assert anywhere(tmp_path, alice) == []

    asyncio.run(test())


@pytest.mark.parametrize("name", ["limits", "mydata", "forgetme"])
def test_they_are_there_in_direct_messages_too(tmp_path: Path, name: str) -> None:
    async def test(house: House) -> None:
        assert (await told(house, name, channel=house.world.direct(house.alice))).text

    living(tmp_path, test)
