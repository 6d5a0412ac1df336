"""What a server has set holds at every door: message, slash command, menu and button, over the stand-in's sockets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.dreaming.commands import MENU_NAME
from bot.moderation.places import channel_scope, role_scope
from bot.playground.drafts import File
from bot.playground.model import Message
from bot.playground.permissions import Permission
from tests.bot.dreaming.doors.asking import DOG, first, refused_at_every_door, set_here
from tests.bot.dreaming.doors.house import PICTURE, House, living
from tests.bot.engine import png

DAY = 86400.0


def test_a_server_has_its_own_prefix(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        await set_here(house, "prefix", ">")
        dream = await first(house, ">dream seed=5")
        shown = await house.told(await house.standin.press(house.alice, dream, "Recipe"))
        assert ">dream network=inception_v1" in shown.text
        await house.post("!dream", PICTURE)
        await house.silent()
        await house.post(">dream help")
        assert "`>dream`" in (await house.said("I dream your pictures")).text
        told = await house.told(await house.standin.command(house.alice, house.channel, "help"))
        assert "`>dream`" in told.text
        direct = house.world.direct(house.alice)
        await house.post("!dream", PICTURE, channel=direct)
        await house.dream(2)

    living(tmp_path, test)


def test_dreams_are_made_in_the_allowed_channels_and_their_threads(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        other = house.world.add_channel(house.guild, "talk")
        dream = await first(house)
        await set_here(house, "channels", f"<#{other.id}>")
        async with refused_at_every_door(house, f"On this server dreams are made in <#{other.id}>.", dream=dream):
            pass
        thread = house.world.add_thread(other, "a thread", house.alice)
        await house.post("!dream", PICTURE, channel=other)
        await house.post("!dream", PICTURE, channel=thread)
        await house.dream(3)
        house.world.delete_channel(other)
        async with refused_at_every_door(house, "There is no channel for dreams on this server just now", dream=dream):
            await house.until(lambda: house.client.get_channel(other.id) is None)

    living(tmp_path, test)


def test_dreams_are_for_the_allowed_roles(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        dream = await first(house)
        role = house.world.add_role(house.guild, "Artists")
        house.world.add_member(house.guild, artist := house.world.add_user("artist"), roles=[role])
        await house.until(lambda: house.client.get_guild(house.guild.id).get_role(role.id))  # type: ignore[union-attr]
        await set_here(house, "roles", f"<@&{role.id}>")
        async with refused_at_every_door(house, f"only members with the role <@&{role.id}> may dream", dream=dream):
            pass
        await house.post("!dream", PICTURE, user=artist)
        await house.standin.command(artist, house.channel, "dream", {"picture": PICTURE})
        await house.standin.press(artist, dream, "Again")
        await house.dream(4)

    living(tmp_path, test)


def test_members_dream_once_they_have_been_there_for_a_while(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        dream = await first(house)
        await set_here(house, "member-age", "3")
        words = "Here members may dream once they have been on the server for 3 days: you may <t:"
        async with refused_at_every_door(house, words, dream=dream):
            pass
        house.guild.members[house.bob.id].joined -= 3 * DAY + 60
        await house.post("!dream", PICTURE, user=house.bob)
        await house.standin.press(house.bob, dream, "Again")
        await house.dream(3)

    living(tmp_path, test)


def test_where_everybody_dreams_their_own_pictures_nobody_dreams_anothers(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        his = await house.post("look", PICTURE, user=house.bob)
        await house.post("!dream", DOG, user=house.bob)
        dream = await house.dream()
        await set_here(house, "own-pictures", "on")
        words = "Here everybody may have only their own pictures dreamt."
        fetched = len(house.fetched)
        for text, reply in (
            ("!dream", his),
            (f"!dream {house.bob.mention}", None),
            ("!dream", dream),
            ("!dream", None),
        ):
            asked = await house.post(text, reference=reply)
            told = await house.standin.message(lambda one, asked=asked: one.reply_to == asked.id)
            assert told.text == words
        for asked_by in (
            await house.standin.command(house.alice, house.channel, "dream", {"member": house.bob}),
            await house.standin.menu(house.alice, house.channel, MENU_NAME, his),
            await house.standin.menu(house.alice, house.channel, MENU_NAME, dream),
            await house.standin.press(house.alice, dream, "Again"),
        ):
            await house.told(asked_by, words)
        assert len(house.fetched) == fetched
        await house.standin.press(house.bob, dream, "Again")
        await house.post("!dream", PICTURE)
        await house.dream(3)

    living(tmp_path, test)


def test_a_paused_server_says_so_at_every_door(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        dream = await first(house)
        await house.client.doors._dreaming.pausing.pause(house.guild.id, by=house.mod.id, reason="back at noon")
        async with refused_at_every_door(house, "Dreaming is paused on this server: back at noon", dream=dream):
            pass
        await house.client.doors._dreaming.pausing.resume(house.guild.id, by=house.mod.id)
        await house.standin.press(house.bob, dream, "Again")
        await house.dream(2)

    living(tmp_path, test)


def test_defaults_are_dreamt_where_nothing_is_said_at_every_door(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        await set_here(house, "network", "daydream")
        await set_here(house, "style", "owls")
        await set_here(house, "strength", "1.5", channel_scope(house.channel.id))
        await house.post("!dream", PICTURE)
        await house.dream(1)
        await house.standin.command(house.alice, house.channel, "dream", {"picture": PICTURE})
        await house.dream(2)
        posted = await house.post("look", PICTURE)
        await house.standin.menu(house.alice, house.channel, MENU_NAME, posted)
        await house.dream(3)
        for recipe in house.recipes:
            assert recipe.but(seed=None).text == "style=owls network=daydream strength=1.5"
        await house.post("!dream style=eyes network=inception_v1 strength=0.5", PICTURE)
        await house.dream(4)
        assert house.recipes[-1].but(seed=None).text == "style=eyes network=inception_v1 strength=0.5"

    living(tmp_path, test)


def test_locks_and_ceilings_hold_and_the_answer_says_so(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        dream = await first(house, "!dream layer=objects strength=2.9 seed=5")
        await set_here(house, "layer", "textures")
        await set_here(house, "locked", "layer")
        await set_here(house, "most-strength", "2")
        asked = await house.post("!dream layer=objects strength=3", PICTURE)
        made = await house.standin.message(lambda one: one.reply_to == asked.id and one.attachments)
        assert "Layer cannot be chosen here, so the usual one was used." in made.text
        assert "Strength goes up to 2 here, so 3 became 2." in made.text
        await house.standin.press(house.bob, dream, "Again")
        again = await house.dream(3)
        assert "Strength goes up to 2 here, so 2.9 became 2." in again.text
        for recipe in house.recipes[1:]:
            assert recipe.strength == 2
            assert [term.name for term in recipe.layer or ()] == ["textures"]
        await house.told(
            await house.standin.press(house.bob, again, "Stronger"), "would make no other dream here", "goes up to 2"
        )
        await house.told(
            await house.standin.press(house.bob, again, "Deeper"), "would make no other dream here", "cannot be chosen"
        )
        await house.standin.press(house.bob, again, "Calmer")
        await house.dream(4)
        assert house.recipes[-1].strength == pytest.approx(2 / 1.4, abs=0.01)
        assert len(house.recipes) == 4

    living(tmp_path, test)


def test_a_role_has_defaults_and_limits_of_its_own(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        role = house.world.add_role(house.guild, "Patrons")
        house.world.add_member(house.guild, patron := house.world.add_user("patron"), roles=[role])
        await house.until(lambda: house.client.get_guild(house.guild.id).get_role(role.id))  # type: ignore[union-attr]
        await set_here(house, "style", "eyes", role_scope(role.id))
        await set_here(house, "per-hour", "1")
        await set_here(house, "exempt-roles", f"<@&{role.id}>")
        for _ in range(2):
            await house.post("!dream", PICTURE, user=patron)
        await house.dream(2)
        assert [recipe.style for recipe in house.recipes] == ["eyes", "eyes"]
        dream = await house.post("!dream", PICTURE) and await house.dream(3)
        assert house.recipes[-1].style is None
        async with refused_at_every_door(house, "may have 1 picture dreamt in an hour", dream=dream):
            pass

    living(tmp_path, test)


def test_two_presses_at_the_same_instant_never_pass_a_limit_together(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        dream = await first(house)
        house.engine.gate.clear()
        for key, most in (("per-hour", "3"), ("server-waiting", "2")):
            await set_here(house, key, most)
        people = house.standin.people
        begun = [people.press(house.bob, dream, "Again") for _ in range(6)]
        begun += [people.command(house.bob, house.channel, "dream", {"picture": PICTURE}) for _ in range(3)]
        answers = [await house.standin.answered(one) for one in begun]
        await house.until(
            lambda: sum(any(m.ephemeral and m.text for m in one.messages) for one in answers) == len(begun) - 2
        )
        assert len(await house.queue.open_jobs()) == 2

    living(tmp_path, test)


def test_what_is_typed_is_completed_by_what_is_set_here(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        async def offered(focused: str, typed: str = "", **options: Any) -> list[dict[str, Any]]:
            return await house.standin.autocomplete(house.alice, house.channel, "dream", focused, typed, options)

        await set_here(house, "network", "daydream")
        await set_here(house, "style", "owls")
        assert (await offered("style"))[0] == {"name": "owls · usual here", "value": "owls"}
        assert "owls" in [one["value"] for one in await offered("style", "ow")]
        assert (await offered("network"))[0]["value"] == "daydream"
        assert (await offered("layer", "mixed4"))[0]["value"] == "mixed4a"
        await set_here(house, "locked", "style network")
        assert [one["name"] for one in await offered("style", "ey")] == ["owls · fixed here"]
        assert [one["value"] for one in await offered("network", "vgg")] == ["daydream"]
        assert (await offered("layer", "mixed4", network="inception_v1"))[0]["value"] == "mixed4a"
        told = await house.told(await house.standin.command(house.alice, house.channel, "help"))
        assert "Fixed: `style=owls` `network=daydream`" in told.text
        told = await house.told(await house.standin.command(house.alice, house.channel, "layers"))
        assert "What daydream can dream" in told.text

    living(tmp_path, test)


# --- age-restricted channels


def test_a_picture_from_an_age_restricted_channel_never_lands_in_another(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        adults = house.world.add_channel(house.guild, "adults", nsfw=True)
        await house.until(lambda: house.client.get_channel(adults.id))
        posted = await house.post("look", PICTURE, channel=adults)
        link = house.standin.cdn.link(posted.attachments[0])
        words = "from an age-restricted channel, and its dreams stay there"
        others = (house.channel, house.world.add_channel(house.guild, "other adults", nsfw=True))
        await house.until(lambda: house.client.get_channel(others[1].id))
        for channel in (*others, house.world.direct(house.alice)):
            asked = await house.post(f"!dream {link}", channel=channel)
            told = await house.standin.message(lambda one, asked=asked: one.reply_to == asked.id)
            assert words in told.text
        assert house.fetched == []

        await house.post(f"!dream {link}", channel=adults)
        dream = await house.dream()
        assert dream.channel_id == adults.id
        thread = house.world.add_thread(adults, "a thread", house.alice)
        await house.until(lambda: house.client.get_channel(thread.id))
        await house.post(f"!dream {link}", channel=thread)
        await house.dream(2)
        await house.standin.command(house.alice, adults, "dream", {"picture": PICTURE})
        dream = await house.dream(3)

        # A press elsewhere: Discord never offers it, so the press is made by hand.
        moved = copied_to(house, dream, house.channel)
        await house.told(await house.standin.press(house.alice, moved, "Again"), words)
        await house.standin.press(house.alice, dream, "Again")
        await house.dream(4 + 1)

    living(tmp_path, test)


def test_a_channel_that_has_become_age_restricted_keeps_its_dreams(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        dream = await first(house)
        await house.post(f"!dream {house.bob.mention}")
        avatar = await house.dream(2)
        other = house.world.add_channel(house.guild, "talk")
        copies = [copied_to(house, one, other) for one in (dream, avatar)]
        house.channel.nsfw = True
        house.world.channel_changed(house.channel)
        await house.until(lambda: house.client.get_channel(house.channel.id).is_nsfw())  # type: ignore[union-attr]
        words = "its dreams stay there"
        await house.told(await house.standin.press(house.alice, copies[0], "Again"), words)
        await house.standin.press(house.alice, copies[1], "Again")  # anybody's avatar is seen everywhere
        await house.dream(2 + 2 + 1)

    living(tmp_path, test)


def test_pictures_from_age_restricted_channels_can_be_refused_but_avatars_are_not(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        adults = house.world.add_channel(house.guild, "adults", nsfw=True)
        await house.until(lambda: house.client.get_channel(adults.id))
        dream = await first(house, channel=adults)
        await set_here(house, "age-restricted", "refuse")
        words = "Pictures from age-restricted channels are not dreamt on this server."
        async with refused_at_every_door(house, words, dream=dream, channel=adults):
            pass
        await house.standin.command(house.alice, adults, "dream", {"member": house.bob})
        await house.dream(2)
        await house.post("!dream", PICTURE)
        await house.dream(3)

    living(tmp_path, test)


def copied_to(house: House, message: Message, channel: Any) -> Message:
    """The bot's message once more, somewhere else."""
    file = message.attachments[0]
    payload = {
        "content": message.content,
        "components": message.components,
        "attachments": [{"id": "0", "filename": file.filename}],
    }
    return house.standin.posting.create(
        channel, house.bot, payload, {0: File(filename=file.filename, data=png(shade=1))}
    )


def test_settings_that_change_while_a_question_is_open_hold_for_its_answer(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        await set_here(house, "prefix", ">")
        await house.post("look", PICTURE, user=house.bob)
        await house.post(">dream")
        question = await house.said("Do you mean the picture by")
        await set_here(house, "style", "eyes")
        await set_here(house, "per-hour", "1")
        await house.standin.press(house.alice, question, "Yes, dream it")
        dream = await house.dream()
        assert house.recipes[0].style == "eyes"
        (job,) = [await house.queue.job(order.job) for order in house.engine.orders]
        assert job is not None
        assert job.place.guild == house.guild.id, "the yes counts on this server"
        assert dream.reply_to == job.place.message
        await house.told(await house.standin.press(house.alice, dream, "Again"), "may have 1 picture dreamt in an hour")

    living(tmp_path, test)


def test_nothing_of_a_server_holds_in_direct_messages(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        for key, text in (("style", "eyes"), ("per-hour", "1"), ("own-pictures", "on"), ("member-age", "30")):
            await set_here(house, key, text)
        direct = house.world.direct(house.alice)
        for _ in range(2):
            await house.post("!dream", PICTURE, channel=direct)
        await house.dream(2)
        assert [recipe.style for recipe in house.recipes] == [None, None]

    living(tmp_path, test)


def test_settings_are_read_from_memory(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        await set_here(house, "style", "eyes")
        asked: list[str] = []

        class Watched:
            """The settings' own way to the database; others read there, too."""

            def __getattr__(self, name: str) -> Any:
                asked.append(name)
                return getattr(house.queue._database, name)

        house.settings._database = Watched()  # type: ignore[assignment]
        for text in ("good morning", "!dreamer", "> dream"):
            await house.post(text)
        await house.standin.autocomplete(house.alice, house.channel, "dream", "style", "ey")
        await house.standin.command(house.alice, house.channel, "help")
        assert asked == []

    living(tmp_path, test)


def test_answers_are_given_as_the_server_wants_them(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        for key, text in (("answer", "thread"), ("spoilers", "always"), ("buttons", "off")):
            await set_here(house, key, text)
        asked = await house.post("!dream", PICTURE)
        made = await house.standin.message(lambda one: bool(asked.thread) and one.channel_id == asked.thread)
        made = await house.standin.message(lambda one: one is made and any(b["label"] == "Delete" for b in one.buttons))
        assert [button["label"] for button in made.buttons] == ["Delete"]
        assert [one.spoiler for one in made.attachments] == [True]
        await house.queue.members.set_opted_out(house.alice.id, True)
        of_hers = await house.standin.menu(house.bob, house.world.channels[made.channel_id], MENU_NAME, made)
        await house.told(of_hers, "does not want their pictures to be dreamt")
        await set_here(house, "buttons", "on")
        slash = await house.standin.command(house.alice, house.channel, "dream", {"picture": PICTURE})
        dream = await house.dream()
        assert slash.original is not None
        assert dream.channel_id == slash.original.thread
        await house.standin.press(house.alice, dream, "Again")
        again = await house.dream(2)
        assert again.channel_id == dream.channel_id, "what is asked in a thread is answered in there"
        await house.standin.menu(house.alice, house.world.channels[made.channel_id], MENU_NAME, made)
        await house.dream(3)
        assert [one.author.id for one in house.world.messages() if one.id == asked.id] == [house.alice.id]

    living(tmp_path, test)


def test_without_the_permission_for_threads_the_door_knows_at_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def test(house: House) -> None:
        await set_here(house, "answer", "thread")
        everyone = house.guild.roles[house.guild.id]
        house.world.set_overwrite(house.channel, everyone, deny=int(Permission.CREATE_PUBLIC_THREADS))
        await house.until(
            lambda: (
                not house.client.get_channel(house.channel.id)
                .permissions_for(  # type: ignore[union-attr]
                    house.client.get_guild(house.guild.id).me
                )
                .create_public_threads
            )
        )  # type: ignore[union-attr]
        caplog.set_level("INFO")
        dream = await first(house)
        assert dream.channel_id == house.channel.id
        assert not [one for one in house.standin.record.exchanges if one.path.endswith("/threads")]
        assert len([one for one in caplog.records if "Create Public Threads is missing" in one.message]) == 1

    living(tmp_path, test)
