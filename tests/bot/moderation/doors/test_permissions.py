"""Who may use what: every command, for every kind of person, by Discord's own rules and in code besides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.moderation.catalogue import SETTINGS
from bot.playground.drafts import File
from bot.playground.options import CannotDo
from tests.bot.dreaming.doors.house import PICTURE
from tests.bot.moderation.doors.office import Office, in_office

REFUSED = "This is for those with the permission Manage Server"
SETS = ("manager", "Manage Server", "owner")
MODERATES = ("moderator", *SETS)
SEES_SETTINGS, SEES_MOD = ("Manage Server", "owner"), ("moderator", "owner")
EXPORT = File(filename="settings.txt", data=b"server layer = 4c\n")


def commands(office: Office) -> dict[str, tuple[dict[str, Any], tuple[str, ...]]]:
    """Every sub-command for moderators: options that work, and who may."""
    bob = office.house.bob
    return {
        "settings show": ({}, SETS),
        "settings set": ({"key": "layer", "value": "4c"}, SETS),
        "settings reset": ({"key": "layer"}, SETS),
        "settings form": ({}, SETS),
        "settings history": ({}, SETS),
        "settings undo": ({}, SETS),
        "settings export": ({}, SETS),
        "settings import": ({"file": EXPORT}, SETS),
        "mod block": ({"member": bob, "until": "1 day"}, SETS),
        "mod unblock": ({"member": bob}, SETS),
        "mod blocks": ({}, SETS),
        "mod pause": ({}, SETS),
        "mod resume": ({}, SETS),
        "mod queue": ({}, MODERATES),
        "mod cancel": ({"member": bob}, MODERATES),
        "mod delete": ({"dream": "nothing"}, MODERATES),
    }


def leaves(office: Office) -> set[str]:
    """What is registered for moderators alone."""
    found = set()
    for command in office.house.standin.commands.all(None):
        if command.name == "challenge":  # everybody's: see the tests of its doors
            continue
        for inner in command.fields.get("options") or ():
            if inner["type"] == 1:
                found.add(f"{command.name} {inner['name']}")
    return found


def test_in_code_whatever_discord_lets_through(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        await office.appoint()
        office.open_commands()
        table = commands(office)
        assert set(table) == leaves(office), "a command that nobody has decided about"
        for name, (options, allowed) in table.items():
            for kind, user in office.kinds.items():
                await office.appoint()  # somebody before may have undone it
                before = office.house.settings.stored(office.house.guild.id)
                told = (await office.slash(user, name, **options)).text
                assert (REFUSED in told) == (kind not in allowed), f"{kind} /{name}: {told}"
                assert told.endswith("@Keepers.") == (kind not in allowed)
                if kind not in allowed:
                    assert office.house.settings.stored(office.house.guild.id) == before

    in_office(tmp_path, test)


def test_discord_shows_them_only_to_those_with_the_permission(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        await office.appoint()
        for name, (options, _) in commands(office).items():
            sees = SEES_SETTINGS if name.startswith("settings") else SEES_MOD
            for kind, user in office.kinds.items():
                if kind in sees:
                    await office.slash(user, name, **options)
                else:
                    with pytest.raises(CannotDo, match="more permissions"):
                        office.house.standin.people.command(user, office.house.channel, name, options)

    in_office(tmp_path, test)


@pytest.mark.parametrize(
    "text",
    [
        "show", "layer 4c", "set layer 4c", "reset layer", "reset all", "history", "undo", "export", "import", "form",
        "help", "", "nonsense here", "#garden layer 4c", "<@&1> layer 4c",
    ],
)  # fmt: skip
def test_by_prefix(tmp_path: Path, text: str) -> None:
    async def test(office: Office) -> None:
        await office.appoint()
        for kind, user in office.kinds.items():
            before = office.stored()
            told = await office.says(user, f"!dreamset {text}")
            assert (REFUSED in told.text) == (kind not in SETS), f"{kind}: {told.text}"
            assert kind in SETS or (office.stored() == before and not told.embeds and not told.attachments)

    in_office(tmp_path, test)


def test_clicks_are_checked_as_well(tmp_path: Path) -> None:
    """A page that a manager has opened for all to see is for managers all the same."""

    async def test(office: Office) -> None:
        await office.appoint()
        page = await office.says(office.keeper, "!dreamset form")
        shown = await office.says(office.keeper, "!dreamset show")
        people = office.house.standin.people
        for user in (office.house.alice, office.house.mod):
            for label in [one["label"] for one in page.buttons if not one.get("disabled")]:
                refused = await office.house.standin.press(user, page, label)
                assert REFUSED in refused.text
                assert refused.modal is None
            refused = await office.house.standin.press(user, shown, "Change by clicking")
            assert REFUSED in refused.text
            for one in page.walk_components():
                if one["type"] == 3:
                    assert REFUSED in (await office.select(user, page, one["custom_id"], ["limits"])).text
        # A form that was opened while somebody was a manager is refused once they are none.
        opened = await office.house.standin.press(office.keeper, page, "Change style, network, layer, strength, size")
        await office.set("managers", str(office.artists.id))
        handed_in = await office.house.standin.answered(people.submit(opened, {"layer": "4c"}))
        assert REFUSED in handed_in.text
        assert "layer" not in office.stored()

    in_office(tmp_path, test)


def test_nothing_is_offered_to_those_who_may_not(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        office.open_commands()
        office.house.engine.gate.clear()
        await office.house.post("!dream", PICTURE)
        await office.house.until(office.house.queue.standings)
        for name, option, given in (
            ("settings set", "key", {}),
            ("settings set", "value", {"key": "log-channel"}),
            ("settings show", "place", {}),
            ("mod cancel", "dream", {}),
        ):
            offer = office.house.standin.autocomplete
            assert await offer(office.house.alice, office.house.channel, name, option, "", given) == []
            assert await offer(office.boss, office.house.channel, name, option, "", given)

    in_office(tmp_path, test)


def test_nobody_locks_themselves_out(tmp_path: Path) -> None:
    """Manage Server always remains; a manager who would lose their own right is told so."""

    async def test(office: Office) -> None:
        await office.appoint()
        for text in (f"managers {office.artists.name}", "reset managers", "reset all"):
            told = await office.says(office.keeper, f"!dreamset {text}")
            assert "You would lose the permission to change settings" in told.text
            assert office.stored()["managers"] == str(office.keepers.id)
        replaced = File(filename="new.txt", data=b"server layer = 4c\n")
        told = await office.says(office.keeper, "!dreamset import replace", replaced)
        assert "You would lose the permission" in told.text
        assert office.stored() == {"managers": str(office.keepers.id)}
        told = await office.says(office.boss, "!dreamset reset managers")
        assert "no longer set" in told.text
        assert REFUSED in (await office.says(office.keeper, "!dreamset show")).text

    in_office(tmp_path, test)


def test_settings_are_none_of_direct_messages(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        direct = office.house.world.direct(office.boss)
        asked = await office.house.post("!dreamset show", user=office.boss, channel=direct)
        told = await office.house.said("belong to a server", channel=direct)
        assert told.id > asked.id
        for name in ("settings show", "mod queue"):
            with pytest.raises(CannotDo):
                office.house.standin.people.command(office.boss, direct, name, {})

    in_office(tmp_path, test)


def test_every_key_is_known_to_the_sentences() -> None:
    """A key that would read as a word of the command could not be set by message."""
    assert not {"show", "set", "reset", "unset", "export", "import", "history", "undo", "form", "help"} & set(SETTINGS)
