"""Settings in use: what is shown, said, offered, imported, undone; over the stand-in's sockets."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.moderation.places import SERVER, channel_scope, role_scope
from bot.playground.drafts import File
from tests.bot.moderation.doors.office import Office, held, in_office


def file(text: str | bytes, name: str = "settings.txt") -> File:
    return File(filename=name, data=text if isinstance(text, bytes) else text.encode())


# --- showing


def test_every_value_is_shown_with_who_says_so(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        await office.set("layer", "patterns")
        await office.set("strength", "2", channel_scope(office.garden.id))
        await office.set("per-hour", "5", role_scope(office.artists.id))
        shown = (await office.slash(office.boss, "settings show")).text
        assert "layer: **patterns** · the server" in shown
        assert "strength: the bot's own choice · built in" in shown
        assert "prefix: `!` · the operator" in shown
        shown = (await office.slash(office.boss, "settings show", place="#garden")).text
        assert "strength: **2** · #garden" in shown
        assert "layer: **patterns** · the server" in shown
        shown = (await office.slash(office.boss, "settings show", place="@Artists")).text
        assert "per-hour: **5** · @Artists" in shown
        assert "prefix" not in shown

    in_office(tmp_path, test)


def test_pages_tell_what_is_set_elsewhere_and_what_is_not_in_force(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        await office.set("strength", "2", channel_scope(office.garden.id))
        await office.set("per-hour", "5", role_scope(office.artists.id))
        house = office.house
        house.world.remove_role(house.guild, office.artists)
        await house.until(lambda: office.artists.id not in {one.id for one in house.client.guilds[0].roles})
        shown = await office.slash(office.boss, "settings show")
        message = shown.original
        assert message is not None
        assert "1 stored value is not in force" in message.text
        pages = []
        for _ in range(2):
            await house.standin.press(office.boss, message, "Next ▶")
            pages.append(message.text)
        assert "**#garden**: strength `2`" in pages[0]
        assert f"`per-hour` of deleted role {office.artists.id} = `5`: that role was deleted" in pages[1]
        assert "It is kept" in pages[1]
        assert "Page 3 of 3" in pages[1]
        with pytest.raises(Exception, match="cannot be pressed"):
            await house.standin.press(office.boss, message, "Next ▶")
        await house.standin.press(office.boss, message, "◀ Back")
        assert "**#garden**" in message.text
        told = await office.slash(office.boss, "settings reset", place=f"role:{office.artists.id}")
        assert "`per-hour` of deleted role" in told.text
        assert office.stored(role_scope(office.artists.id)) == {}

    in_office(tmp_path, test)


def test_a_layer_that_a_new_network_lacks_is_kept_and_shown_as_ignored(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        await office.set("layer", "mixed4c")
        told = await office.slash(office.boss, "settings set", key="network", value="vgg16")
        assert "`network` of the server is now `vgg16`" in told.text
        shown = (await office.slash(office.boss, "settings show")).text
        assert "layer: the bot's own choice · built in ⚠️" in shown
        assert office.stored()["layer"] == "mixed4c"

    in_office(tmp_path, test)


# --- setting


def test_what_cannot_be_is_one_sentence_and_changes_nothing(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        for key, value, place, words in (
            ("layr", "4c", "server", "There is no setting “layr”. Did you mean layer?"),
            ("layer", "conv99", "server", "has no layer “conv99”"),
            ("strength", "100", "server", "strength = 100 does not work"),
            ("strength", "nan", "server", "strength = nan does not work"),
            ("per-hour", "-1", "server", "it has to be a whole number from 0"),
            ("time-zone", "Europe/Wien", "server", "Did you mean"),
            ("managers", "@Artsts", "server", "Did you mean Artists?"),
            ("prefix", "/", "server", "does not work"),
            ("prefix", "!", "#garden", "prefix cannot be set for a channel: it is set for the server."),
            ("layer", "4c", "#gadren", "Did you mean garden?"),
        ):
            by_slash = (await office.slash(office.boss, "settings set", key=key, value=value, place=place)).text
            assert words in by_slash
            assert "\n" not in by_slash
            if place == "server":
                assert (await office.says(office.boss, f"!dreamset {key} {value}")).text == by_slash
        assert office.house.settings.stored(office.house.guild.id) == {}

    in_office(tmp_path, test)


def test_what_a_moderator_should_know_is_said_with_it(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        secret = office.house.world.add_channel(office.house.guild, "secret", hidden=True)
        for key, value, words in (
            ("server-waiting", "500", "There, `100` holds all the same: what the operator says is stricter."),
            ("managers", "@Keepers", "Server Settings → Integrations"),
            ("prefix", "?", "`?dream` and `?dreamset`"),
            ("log-channel", f"<#{secret.id}>", "give me the permissions View Channel and Send Messages there"),
            ("channels", "garden, secret", f"I may not write in <#{secret.id}>: give me"),
        ):
            assert words in (await office.slash(office.boss, "settings set", key=key, value=value)).text
        again = await office.slash(office.boss, "settings set", key="prefix", value="?")
        assert again.text.startswith("Nothing was changed")
        assert "`layer`" in (await office.says(office.boss, "?dreamset help")).text
        assert (
            "`layer` of the server is now"
            in (await office.says(office.boss, f"{office.house.bot.mention} dreamset layer = 4c")).text
        )

    in_office(tmp_path, test)


def test_words_of_the_message_are_read_as_people_write_them(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        for text, scope, key, stored in (
            ("layer patterns", SERVER, "layer", "patterns"),
            ("layer = 4c", SERVER, "layer", "4c"),
            ("layer=3b", SERVER, "layer", "3b"),
            ("set layer 4d", SERVER, "layer", "4d"),
            ("Per Hour 5", SERVER, "per-hour", "5"),
            ("server per-day 9", SERVER, "per-day", "9"),
            ("#garden layer 4c:2,3b", channel_scope(office.garden.id), "layer", "4c:2,3b"),
            ("set #garden style eyes", channel_scope(office.garden.id), "style", "eyes"),
            ("@Artists strength 1.5", role_scope(office.artists.id), "strength", "1.5"),
            ("locked style, layer", SERVER, "locked", "style, layer"),
        ):
            await office.says(office.boss, f"!dreamset {text}")
            assert office.stored(scope)[key] == stored, text
        assert "To what? Type `!dreamset size`" in (await office.says(office.boss, "!dreamset size")).text
        assert "no setting “laier”" in (await office.says(office.boss, "!dreamset laier 4c")).text
        assert "Say what" in (await office.says(office.boss, "!dreamset reset")).text
        told = await office.says(office.boss, "!dreamset #garden reset")
        assert "2 settings were changed." in told.text
        assert office.stored(channel_scope(office.garden.id)) == {}

    in_office(tmp_path, test)


# --- offering


def test_every_option_of_every_command_offers_something(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        standin, here = office.house.standin, office.house.channel

        async def offered(name: str, option: str, typed: str = "", **given: str) -> list[str]:
            found = await standin.autocomplete(office.boss, here, name, option, typed, dict(given))
            return [one["value"] for one in found]

        assert (await offered("settings set", "place"))[:2] == ["server", f"channel:{here.id}"]
        assert await offered("settings set", "place", "gard") == [f"channel:{office.garden.id}"]
        assert "layer" in await offered("settings set", "key")
        assert "prefix" not in await offered("settings set", "key", "pref", place="#garden")
        for key, typed, expected in (
            ("layer", "4", "4c"),
            ("layer", "4c,3", "4c,3b"),
            ("style", "ey", "eyes"),
            ("network", "day", "daydream"),
            ("locked", "style,la", "style,layer"),
            ("answer", "", "thread"),
            ("buttons", "", "off"),
            ("time-zone", "vienna", "Europe/Vienna"),
            ("per-hour", "", "10"),
            ("per-hour", "7", "7"),
            ("strength", "1.2", "1.2"),
            ("channels", "gard", str(office.garden.id)),
            ("channels", f"{office.garden.id}, mod", f"{office.garden.id},{office.log.id}"),
            ("managers", "keep", str(office.keepers.id)),
            ("log-channel", "mod", str(office.log.id)),
            ("most-size", "", "1024"),
            ("prefix", "", "?"),
            ("member-age", "", "7"),
        ):
            assert expected in await offered("settings set", "value", typed, key=key), f"{key} {typed}"
        assert await offered("settings set", "value", "x", key="nonsense") == []
        assert await offered("settings set", "value", "99999999", key="strength") == []
        await office.set("layer", "4c", channel_scope(office.garden.id))
        assert await offered("settings reset", "key", place="#garden") == ["layer"]
        assert await offered("settings reset", "key") == []
        assert (await offered("settings set", "value", "", key="layer", place="#garden"))[0] == "4c"
        assert await offered("settings undo", "change") == ["1"]

    in_office(tmp_path, test)


# --- files


def test_an_export_is_taken_back(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        await office.set("layer", "4c")
        await office.set("channels", f"{office.garden.id}")
        await office.set("strength", "2", channel_scope(office.garden.id))
        before = office.house.settings.stored(office.house.guild.id)
        exported = (await office.slash(office.boss, "settings export")).original
        assert exported is not None
        assert exported.only_for == office.boss.id
        (text,) = exported.attachments
        by_message = await office.says(office.boss, "!dreamset export")
        assert by_message.attachments[0].data == text.data
        await office.slash(office.boss, "settings reset", place="server")
        await office.slash(office.boss, "settings reset", place="#garden")
        assert office.house.settings.stored(office.house.guild.id) == {}
        told = await office.slash(office.boss, "settings import", file=file(text.data))
        assert "3 settings were changed." in told.text
        assert office.house.settings.stored(office.house.guild.id) == before
        told = await office.says(office.boss, "!dreamset import", file(text.data))
        assert "Nothing was changed" in told.text

    in_office(tmp_path, test)


def test_a_file_that_cannot_be_taken_is_a_sentence_and_nothing_is_half_applied(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        for data, words in (
            (b"x" * (10 << 20), "too long to be settings"),
            (b"\xff\xfe\x00\x01", "is no text"),
            (b"", "There is no setting in that file"),
            (b"server layer = 4c\nserver layr = 3\nchannel:99 size = 512\nhello", "Line 2: There is no setting “layr”"),
            (b"server layer = 4c\nchannel:99 size = 512", "There is no such channel on this server (99)"),
            (b"server layer = 4c\nserver managers = 77", "names something that this server does not have"),
        ):
            told = await office.slash(office.boss, "settings import", file=file(data))
            assert words in told.text
            assert words in (await office.says(office.boss, "!dreamset import", file(data))).text
            assert office.house.settings.stored(office.house.guild.id) == {}
        assert "Attach the file" in (await office.says(office.boss, "!dreamset import")).text
        assert (
            "means nothing here"
            in (await office.says(office.boss, "!dreamset import fast", file("server layer = 4c"))).text
        )

    in_office(tmp_path, test)


def test_a_file_of_10_mb_is_not_even_fetched(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        fetched = len(office.house.fetched)
        await office.slash(office.boss, "settings import", file=file(b"x" * (10 << 20)))
        await office.says(office.boss, "!dreamset import", file(b"x" * (10 << 20)))
        assert len(office.house.fetched) == fetched

    in_office(tmp_path, test)


def test_a_file_from_another_server_is_taken_as_far_as_it_fits(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        text = f"server layer = 4c\nrole:99 strength = 2\nserver managers = 98,{office.keepers.id}\n"
        for words in ("", " replace"):
            told = await office.says(office.boss, f"!dreamset import{words}", file(text))
            assert "With skip, what this server does not have is left out." in told.text
        told = await office.slash(office.boss, "settings import", file=file(text), skip=True)
        assert "2 settings were changed." in told.text
        assert "2 left out:" in told.text
        assert office.house.settings.stored(office.house.guild.id) == {
            SERVER: {"layer": "4c", "managers": str(office.keepers.id)}
        }

    in_office(tmp_path, test)


# --- undoing


def test_changes_are_listed_and_taken_back(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        assert "Nothing has been changed" in (await office.slash(office.boss, "settings history")).text
        assert "no change that could be undone" in (await office.slash(office.boss, "settings undo")).text
        for value in ("4a", "4b", "4c"):
            await office.slash(office.boss, "settings set", key="layer", value=value)
        told = await office.slash(office.owner, "settings undo")
        assert "Change #3 is undone:" in told.text
        assert office.stored() == {"layer": "4b"}
        assert "Change #2 is undone:" in (await office.says(office.boss, "!dreamset undo")).text
        shown = (await office.slash(office.boss, "settings history")).text
        assert f"<@{office.boss.id}> set:" in shown
        assert "`4a` → `4b`" in shown
        assert "is undone already" in (await office.slash(office.boss, "settings undo", change="2")).text
        await office.slash(office.boss, "settings set", key="layer", value="4d")
        told = await office.slash(office.boss, "settings undo", change="1")
        assert "was changed again since" in told.text
        assert "is no change's number" in (await office.slash(office.boss, "settings undo", change="first")).text
        assert "no such change" in (await office.says(office.boss, "!dreamset undo 999")).text

    in_office(tmp_path, test)


def test_the_history_has_pages(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        for number in range(1, 20):
            await office.set("per-hour", str(number))
        shown = (await office.slash(office.boss, "settings history")).original
        assert shown is not None
        assert "**#19**" in shown.text
        await office.house.standin.press(office.boss, shown, "Earlier ▶")
        assert "**#11**" in shown.text
        assert "**#19**" not in shown.text
        await office.house.standin.press(office.boss, shown, "◀ Latest")
        assert "**#19**" in shown.text

    in_office(tmp_path, test)


# --- forms


def test_a_form_holds_what_is_set_and_takes_all_of_it_or_nothing(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        await office.set("layer", "4c")
        await office.set("strength", "2")
        opened = await office.form(office.boss, SERVER, "layer")
        fields = {one["custom_id"]: one for one in office.house.standin.fields(opened)}
        assert fields["layer"]["value"] == "4c"
        assert "Now 4c (the server)" in fields["layer"]["placeholder"]
        wrong = await office.house.standin.submit(opened, held(opened, layer="conv99", strength="100", size="640"))
        assert "Nothing was changed" in wrong.text
        assert "has no layer “conv99”" in wrong.text
        assert "strength = 100 does not work" in wrong.text
        assert office.stored() == {"layer": "4c", "strength": "2"}
        # What was typed is still there, and correcting it saves everything.
        assert wrong.original is not None
        again = await office.house.standin.press(office.boss, wrong.original, "Correct it")
        kept = {one["custom_id"]: one.get("value") for one in office.house.standin.fields(again)}
        assert kept == {"layer": "conv99", "strength": "100", "size": "640"}
        still = await office.house.standin.submit(again, held(again, layer="4d"))
        assert "strength = 100" in wrong.original.text
        assert "conv99" not in wrong.original.text
        assert still.text == "" or "Nothing was changed" in still.text
        again = await office.house.standin.press(office.boss, wrong.original, "Correct it")
        await office.house.standin.submit(again, held(again, strength=""))
        assert office.stored() == {"layer": "4d", "size": "640"}
        assert "3 settings were changed." in wrong.original.text

    in_office(tmp_path, test)


def test_what_was_chosen_beside_a_wrong_value_is_named_and_kept(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        opened = await office.form(office.boss, SERVER, "managers")
        roles = f"{office.keepers.id},{office.artists.id}"
        wrong = await office.house.standin.submit(
            opened, held(opened, managers=roles, channels=str(office.garden.id), **{"member-age": "old"})
        )
        assert wrong.original is not None
        assert f"<@&{office.keepers.id}>, <@&{office.artists.id}>" in wrong.original.text
        assert f"<#{office.garden.id}>" in wrong.original.text
        again = await office.house.standin.press(office.boss, wrong.original, "Correct it")
        await office.house.standin.submit(again, held(again, **{"member-age": "3"}))
        assert office.stored() == {"managers": roles, "channels": str(office.garden.id), "member-age": "3"}

    in_office(tmp_path, test)


def test_a_wrong_form_can_be_left_alone(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        opened = await office.form(office.boss, channel_scope(office.garden.id), "layer")
        wrong = await office.house.standin.submit(opened, held(opened, layer="conv99"))
        assert wrong.original is not None
        await office.house.standin.press(office.boss, wrong.original, "Leave it as it was")
        assert "Defaults · #garden" in wrong.original.text
        assert "conv99" not in wrong.original.text
        assert office.stored(channel_scope(office.garden.id)) == {}

    in_office(tmp_path, test)


def test_a_form_overwrites_nothing_that_others_changed_meanwhile(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        await office.set("layer", "4c")
        opened = await office.form(office.boss, SERVER, "layer")
        values = held(opened, size="640")
        await office.set("layer", "5a")
        await office.house.standin.submit(opened, values)
        assert office.stored() == {"layer": "5a", "size": "640"}

    in_office(tmp_path, test)


def test_a_form_outlives_the_bots_memory_of_it(tmp_path: Path) -> None:
    """discord.py knows nothing of a form that another life of the bot has opened; its id says it all."""

    async def test(office: Office) -> None:
        opened = await office.form(office.boss, channel_scope(office.garden.id), "layer")
        await office.house.until(lambda: not office.house.client._connection._view_store._modals)
        await office.house.standin.submit(opened, held(opened, layer="4c"))
        assert office.stored(channel_scope(office.garden.id)) == {"layer": "4c"}

    in_office(tmp_path, test)


def test_lists_that_name_what_is_gone_stay_as_they_are(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        await office.set("channels", f"{office.garden.id},{office.log.id}")
        office.house.world.delete_channel(office.garden)
        await office.house.until(lambda: office.house.client.get_channel(office.garden.id) is None)
        opened = await office.form(office.boss, SERVER, "channels")
        assert held(opened)["channels"] == [str(office.log.id)]
        await office.house.standin.submit(opened, held(opened, **{"member-age": "3"}))
        assert office.stored() == {"channels": f"{office.garden.id},{office.log.id}", "member-age": "3"}

    in_office(tmp_path, test)


def test_what_another_version_has_made_is_one_sentence(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        for custom_id in ("s2:show:server:0", "s1:vanish", "s1:delete:x:y"):
            row = {"type": 1, "components": [{"type": 2, "style": 2, "label": "?", "custom_id": custom_id}]}
            posted = office.house.standin.posting.create(
                office.house.channel, office.house.bot, {"content": "x", "components": [row]}, {}
            )
            told = await office.house.standin.press(office.boss, posted, "?")
            assert "another version of me" in told.text

    in_office(tmp_path, test)
