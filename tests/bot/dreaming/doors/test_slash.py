"""Asking by slash command and by a message's menu, through the stand-in's sockets."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.config import LimitsConfig
from bot.dreaming.commands import MENU_NAME
from bot.jobs.rules import Ask
from bot.playground.drafts import File
from bot.playground.options import CannotDo
from bot.playground.permissions import Permission
from tests.bot.dreaming.doors.house import PICTURE, House, living

FILM = File(filename="film.mp4", data=b"\0\0\0\x18ftypmp42" + bytes(100))


def test_a_picture_with_options_is_dreamt(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        asked = await house.standin.command(
            house.alice,
            house.channel,
            "dream",
            {"picture": PICTURE, "style": "eyes", "strength": 1.5, "steps": 20, "recipe": "jitter=3 seed=7"},
        )
        dream = await house.dream()
        assert asked.original is dream, "the answer is the interaction's own"
        assert dream.only_for is None
        (recipe,) = house.recipes
        assert recipe.text == "style=eyes strength=1.5 steps=20 jitter=3 seed=7"
        assert house.engine.orders[0].picture == PICTURE.data

    living(tmp_path, test)


def test_an_avatar_and_ones_own_last_picture_can_be_meant(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        await house.standin.command(house.alice, house.channel, "dream", {"member": house.bob})
        dream = await house.dream()
        assert house.engine.orders[0].picture == house.bob.avatar
        assert house.bob.mention in dream.text
        asked = await house.standin.command(house.alice, house.channel, "dream", {"style": "eyes"})
        await house.told(asked, "no picture of yours", "Dream this")
        await house.post("mine", PICTURE)
        await house.post("his", PICTURE, user=house.bob)
        await house.standin.command(house.alice, house.channel, "dream", {"style": "eyes"})
        await house.dream(2)
        assert house.engine.orders[1].picture == PICTURE.data

    living(tmp_path, test)


def test_refusals_are_seen_by_the_person_only_and_nothing_is_downloaded(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        for options, words in (
            ({"picture": PICTURE, "strength": 1.0, "recipe": "strength=2"}, "strength is given twice"),
            ({"picture": PICTURE, "recipe": "style=eyes please"}, "“please” is not a setting"),
            ({"picture": PICTURE, "layer": "nowhere"}, "has no layer"),
            ({"picture": PICTURE, "network": "/etc/passwd"}, "There is no network"),
            ({"picture": PICTURE, "network": "daydream", "style": "leopards"}, "has no style"),
            ({"picture": PICTURE, "channel": "1;2"}, "channel=1;2 does not work"),
            ({"picture": PICTURE, "objective": "class"}, "objective=class needs classes="),
            ({"picture": PICTURE, "member": house.bob}, "either picture: or member:"),
            ({"picture": FILM}, "is a video"),
        ):
            asked = await house.standin.command(house.alice, house.channel, "dream", options)
            told = await house.told(asked, words)
            assert told.only_for == house.alice.id
            assert asked.messages == [told]
        assert house.fetched == []
        assert house.engine.orders == []
        assert not [one for one in house.world.messages() if one.only_for is None]

    living(tmp_path, test)


def test_options_are_offered_for_the_chosen_network(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        async def offered(focused: str, typed: str, **options: str) -> list[str]:
            choices = await house.standin.autocomplete(
                house.alice, house.channel, "dream", focused, typed, dict(options)
            )
            assert len(choices) <= 25
            return [choice["value"] for choice in choices]

        assert (await offered("style", "ey"))[0] == "eyes"
        assert "owls" in await offered("style", "ow", network="daydream")
        assert "owls" not in await offered("style", "ow")
        assert (await offered("layer", "4c:1,3"))[:2] == ["4c:1,3a", "4c:1,3b"]
        assert (await offered("layer", "mixed4", network="daydream"))[:3] == ["mixed4a", "mixed4b", "mixed4c"]
        assert await offered("classes", "owl", network="daydream") == ["owl"]
        assert "vgg16" in await offered("network", "vgg")
        assert await offered("layer", "4c", network="nonsense")

    living(tmp_path, test)


def test_the_menu_dreams_every_picture_of_a_message(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        his = await house.post("look", PICTURE, FILM, PICTURE, user=house.bob)
        await house.standin.menu(house.alice, house.channel, MENU_NAME, his)
        dream = await house.dream()
        assert len(dream.attachments) == 2
        assert house.bob.mention in dream.text
        assert "film.mp4 is a video" in dream.text
        empty = await house.post("only words", user=house.bob)
        asked = await house.standin.menu(house.alice, house.channel, MENU_NAME, empty)
        await house.told(asked, "There is no picture in this message")
        await house.queue.members.set_opted_out(house.bob.id, True)
        await house.told(await house.standin.menu(house.alice, house.channel, MENU_NAME, his), "does not want")
        await house.told(await house.standin.menu(house.alice, house.channel, MENU_NAME, dream), "does not want")

    living(tmp_path, test)


def test_the_menu_works_without_the_content_intent(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        his = await house.post("look", PICTURE, user=house.bob)
        await house.standin.menu(house.alice, house.channel, MENU_NAME, his)
        await house.dream()
        asked = await house.standin.command(house.alice, house.channel, "dream", {})
        await house.told(asked, "Which picture?")

    living(tmp_path, test, message_content=False)


def test_slow_checks_and_expired_links_are_answered_in_time_and_in_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.dreaming.conversation.QUICK", 0.05)

    async def test(house: House) -> None:
        check, acknowledged = house.queue.check, asyncio.Event()

        async def slow(ask: Ask) -> None:
            await acknowledged.wait()
            await check(ask)

        house.queue.check = slow  # type: ignore[method-assign]
        asked = await house.standin.command(house.alice, house.channel, "dream", {"picture": PICTURE})
        assert asked.original is not None
        assert asked.original.loading, "acknowledged before the checks were through"
        house.standin.faults.expire_links()
        acknowledged.set()
        await house.told(asked, "has expired")
        assert [one.only_for for one in house.world.messages()] == [house.alice.id], "nothing public is left"

    living(tmp_path, test)


def test_limits_are_told_with_the_time_to_try_again(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        house.engine.gate.clear()
        await house.standin.command(house.alice, house.channel, "dream", {"picture": PICTURE})
        await house.standin.request(lambda one: one.method == "PATCH" and "@original" in (one.template or one.path))
        asked = await house.standin.command(house.alice, house.channel, "dream", {"picture": PICTURE})
        await house.told(asked, "You have 1 request waiting", "<t:")
        assert len(house.fetched) == 1

    living(tmp_path, test, limits=LimitsConfig(member_waiting=1))


def test_missing_permissions_are_named(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        house.world.set_overwrite(house.channel, house.bot, deny=Permission.SEND_MESSAGES)
        asked = await house.standin.command(house.alice, house.channel, "dream", {"picture": PICTURE})
        await house.told(asked, "I need the permissions Send Messages, Attach Files and Embed Links")
        assert house.fetched == []

    living(tmp_path, test)


def test_the_queue_is_shown_and_can_be_cancelled_by_its_owners_and_moderators(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        house.engine.gate.clear()
        for number, user in enumerate((house.alice, house.alice, house.bob)):
            options = {"picture": PICTURE, "recipe": f"seed={number}"}
            await house.standin.command(user, house.channel, "dream", options)
            await house.until(lambda: any(one.running for one in house.queue.standings().values()))
        await house.until(lambda: len(house.queue.standings()) == 3)
        shown = await house.told(await house.standin.command(house.alice, house.channel, "queue"))
        assert shown.text.count("•") == 2
        assert "being dreamt" in shown.text
        assert "3 dreams in the queue, 3 of them here" in shown.text
        asked = await house.standin.command(house.alice, house.channel, "cancel")
        await house.told(asked, "You have 2 dreams open")

        async def offered(user: object) -> list[str]:
            choices = await house.standin.autocomplete(user, house.channel, "cancel", "dream", "")  # type: ignore[arg-type]
            return [choice["value"] for choice in choices]

        hers, his = await offered(house.alice), await offered(house.bob)
        assert (len(hers), len(his)) == (2, 1)
        assert set(await offered(house.mod)) == {*hers, *his}
        asked = await house.standin.command(house.alice, house.channel, "cancel", {"dream": his[0]})
        await house.told(asked, "no such dream of yours")
        asked = await house.standin.command(house.mod, house.channel, "cancel", {"dream": his[0]})
        await house.told(asked, "Cancelled.")
        await house.told(
            await house.standin.command(house.alice, house.channel, "cancel", {"dream": hers[1]}), "Cancelled."
        )
        await house.told(await house.standin.command(house.alice, house.channel, "cancel"), "Cancelled.")
        assert await house.queue.open_jobs() == []
        await house.told(await house.standin.command(house.alice, house.channel, "cancel"), "no dream that waits")

    living(tmp_path, test)


def test_help_layers_and_optout(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        async def said(name: str, **options: str) -> str:
            return (await house.told(await house.standin.command(house.alice, house.channel, name, dict(options)))).text

        assert "!dream style=" in await said("help")
        asked = await house.standin.command(house.alice, house.channel, "layers", {"network": "daydream"})
        shown = await house.told(asked, "What daydream can dream")
        assert b"mixed5b.double_b" in shown.attachments[0].data
        assert "There is no network" in await said("layers", network="x")
        assert "It dreams where nothing is said" in await said("layers")
        assert "others can no longer" in await said("optout")
        assert await house.queue.members.opted_out(house.alice.id)
        await house.standin.command(house.alice, house.channel, "dream", {"picture": PICTURE})
        await house.dream()
        assert "dreamt again" in await said("optout")
        assert not await house.queue.members.opted_out(house.alice.id)

    living(tmp_path, test)


def elsewhere(house: House) -> None:
    """A server that the bot is no member of, where Alice has brought it along."""
    guild = house.world.add_guild("Elsewhere", with_bot=False)
    house.world.add_channel(guild, "far away")
    house.world.add_member(guild, house.alice)
    house.world.application.installed_by.add(house.alice.id)


def test_brought_along_by_a_person_it_answers_only_them(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        channel = next(one for one in house.world.channels.values() if one.name == "far away")
        asked = await house.standin.command(house.alice, channel, "dream", {"picture": PICTURE})
        dream = await house.dream()
        assert asked.original is dream
        assert dream.only_for == house.alice.id
        again = await house.standin.press(house.alice, dream, "Again")
        await house.dream(2)
        assert again.original is not None
        assert again.original.only_for == house.alice.id
        asked = await house.standin.command(house.alice, channel, "dream", {"picture": PICTURE})
        await house.told(asked, "2 pictures dreamt in an hour")

    limits = LimitsConfig(personal_per_hour=2)
    living(tmp_path, test, personal_install=True, furnish=elsewhere, limits=limits)


def test_brought_along_it_refuses_what_would_outlive_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.dreaming.service.LONGEST_BY_TOKEN", 5.0)

    async def test(house: House) -> None:
        house.engine.gate.clear()
        channel = next(one for one in house.world.channels.values() if one.name == "far away")
        asked = await house.standin.command(house.alice, channel, "dream", {"picture": PICTURE})
        await house.told(asked, "That would take about", "I can only answer within 5 s")
        assert await house.queue.open_jobs() == []
        await asyncio.sleep(0.2)
        assert len(asked.messages) == 1

    living(tmp_path, test, personal_install=True, furnish=elsewhere)


def test_nobody_brings_it_along_unless_the_operator_allows_it(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        channel = next(one for one in house.world.channels.values() if one.name == "far away")
        with pytest.raises(CannotDo, match="not installed here"):
            await house.standin.command(house.alice, channel, "dream", {"picture": PICTURE})

    living(tmp_path, test, furnish=elsewhere)
