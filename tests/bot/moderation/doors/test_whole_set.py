"""Every setting can be made and taken back by slash, by prefix and by form, and all three come to the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.moderation.catalogue import SETTINGS, Group
from bot.moderation.doors.fields import pages
from bot.moderation.places import SERVER, Level, Scope, channel_scope, role_scope
from tests.bot.moderation.doors.office import Office, held, in_office


def values(office: Office) -> dict[str, tuple[str, str]]:
    """For each setting: what a person types, and what is stored of it."""
    garden, log = str(office.garden.id), str(office.log.id)
    artists, keepers = str(office.artists.id), str(office.keepers.id)
    return {
        "style": ("eyes", "eyes"),
        "network": ("inception_v1", "inception_v1"),
        "layer": ("patterns", "patterns"),
        "strength": ("1.5", "1.5"),
        "size": ("768", "768"),
        "locked": ("style,layer", "style, layer"),
        "most-strength": ("2", "2"),
        "most-size": ("1024", "1024"),
        "most-seconds": ("10", "10"),
        "switched-off": ("film,grid", "film, grid"),
        "channels": (f"{garden},{log}", f"{garden},{log}"),
        "roles": (artists, artists),
        "exempt-roles": (artists, artists),
        "managers": (keepers, keepers),
        "member-age": ("3", "3"),
        "own-pictures": ("on", "on"),
        "per-hour": ("5", "5"),
        "per-day": ("20", "20"),
        "films-per-day": ("3", "3"),
        "grids-per-day": ("4", "4"),
        "waiting": ("2", "2"),
        "server-per-hour": ("50", "50"),
        "server-per-day": ("200", "200"),
        "server-waiting": ("30", "30"),
        "answer": ("thread", "thread"),
        "spoilers": ("always", "always"),
        "buttons": ("off", "off"),
        "age-restricted": ("refuse", "refuse"),
        "language": ("en", "en"),
        "prefix": ("?", "?"),
        "log-channel": (log, log),
        "time-zone": ("Europe/Vienna", "Europe/Vienna"),
    }


def places(office: Office) -> list[Scope]:
    return [SERVER, channel_scope(office.garden.id), role_scope(office.artists.id)]


def typed(office: Office, scope: Scope) -> str:
    if scope.level is Level.SERVER:
        return "server"
    return f"<#{scope.id}>" if scope.level is Level.CHANNEL else f"<@&{scope.id}>"


def test_by_slash(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        for scope in places(office):
            for key, (text, stored) in values(office).items():
                told = await office.slash(office.boss, "settings set", key=key, value=text, place=typed(office, scope))
                if scope.level in SETTINGS[key].levels:
                    assert office.stored(scope)[key] == stored, told.text
                    assert f"`{key}` of " in told.text
                    await office.slash(office.boss, "settings reset", key=key, place=typed(office, scope))
                else:
                    assert f"{key} cannot be set for a {scope.level.value}" in told.text
                assert key not in office.stored(scope)

    in_office(tmp_path, test)


def test_by_prefix(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        for scope in places(office):
            for key, (text, stored) in values(office).items():
                mark = office.house.settings.prefix(office.house.guild.id)
                told = await office.says(office.boss, f"{mark}dreamset {typed(office, scope)} {key} {text}")
                if scope.level in SETTINGS[key].levels:
                    assert office.stored(scope)[key] == stored, told.text
                    mark = office.house.settings.prefix(office.house.guild.id)
                    await office.says(office.boss, f"{mark}dreamset {typed(office, scope)} reset {key}")
                else:
                    assert f"{key} cannot be set for a {scope.level.value}" in told.text
                assert key not in office.stored(scope)

    in_office(tmp_path, test)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_by_form(tmp_path: Path, which: int) -> None:
    """A whole form at a time."""

    async def test(office: Office) -> None:
        scope, all_values = places(office)[which], values(office)
        for page in (page for group in Group for page in pages(group, scope.level)):
            its = {one.key: all_values[one.key] for one in page}
            opened = await office.form(office.boss, scope, page[0].key)
            done = await office.house.standin.submit(
                opened, held(opened, **{key: text for key, (text, _) in its.items()})
            )
            assert office.stored(scope) == {key: stored for key, (_, stored) in its.items()}, done.text
            opened = await office.form(office.boss, scope, page[-1].key)
            await office.house.standin.submit(opened, held(opened, **dict.fromkeys(its, "")))
            assert office.stored(scope) == {}

    in_office(tmp_path, test)


@pytest.mark.soak
@pytest.mark.parametrize("which", [0, 1, 2])
def test_by_form_one_at_a_time(tmp_path: Path, which: int) -> None:
    async def test(office: Office) -> None:
        scope = places(office)[which]
        for key, (text, stored) in values(office).items():
            if scope.level not in SETTINGS[key].levels:
                continue
            done = await office.by_form(office.boss, scope, key, text)
            assert office.stored(scope) == {key: stored}, done.text
            await office.by_form(office.boss, scope, key, "")
            assert office.stored(scope) == {}

    in_office(tmp_path, test)
