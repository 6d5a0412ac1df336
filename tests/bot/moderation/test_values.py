"""What moderators may type, and the sentence where it cannot be meant."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from bot.moderation.places import SERVER, channel_scope, role_scope
from tests.bot.jobs.fakes import in_loop
from tests.bot.moderation.desk import OWNER, opened, refused, rows
from tests.bot.moderation.garden import GARDEN


@pytest.mark.parametrize(
    ("scope", "key", "text", "sentence"),
    [
        (SERVER, "laier", "4c", "There is no setting “laier”. Did you mean layer?"),
        (SERVER, "layer", "4cc", "4cc does not work. The network inception_v1 has no layer “4cc”. Did you mean 4c?"),
        (SERVER, "style", "catts", "has no style “catts”. Did you mean cats"),
        (SERVER, "strength", "9", "strength = 9 does not work: it goes from 0 to 4."),
        (SERVER, "strength", "nan", "a number is needed, from 0 to 4"),
        (SERVER, "per-hour", "-1", "it has to be a whole number from 0 to 1000000 (0: no limit)."),
        (SERVER, "per-hour", "1" * 5000, "it has to be a whole number"),
        (SERVER, "spoilers", "allways", "it is one of as-posted, always. Did you mean always?"),
        (
            SERVER,
            "locked",
            "layer stile",
            "“stile” is none of style, network, layer, strength, size. Did you mean style",
        ),
        (SERVER, "network", "inception_v2", "there is no network of that name. Did you mean inception_v"),
        (SERVER, "most-size", "auto", "a whole number is needed, from 64 to 16384"),
        (SERVER, "roles", "Artist", "there is no role “Artist” on this server. Did you mean Artists?"),
        (SERVER, "roles", "<@&99>", "there is no role 99 on this server"),
        (SERVER, "channels", "garden, gardenia", "there is no channel “gardenia” on this server. Did you mean garden?"),
        (SERVER, "log-channel", "garden bots", "it takes one channel, and these are 2"),
        (SERVER, "log-channel", "#", "there is no channel “#” on this server"),
        (SERVER, "prefix", "/", "it has to be 1 to 10 characters without spaces"),
        (SERVER, "prefix", "d d", "it has to be 1 to 10 characters without spaces"),
        (SERVER, "time-zone", "Europe/Viena", "Did you mean Europe/Vienna"),
        (SERVER, "time-zone", "Louisville", "Did you mean America/"),
        (SERVER, "layer", "pattern", "Did you mean patterns"),
        (SERVER, "language", "klingon", "it is one of auto, en"),
        (channel_scope(10), "prefix", "?", "prefix cannot be set for a channel: it is set for the server."),
        (role_scope(5), "buttons", "off", "buttons cannot be set for a role: it is set for the server or a channel."),
        (channel_scope(99), "style", "cats", "There is no such channel on this server."),
    ],
)
def test_what_cannot_be_meant_is_one_sentence_and_changes_nothing(
    tmp_path: Path, scope: object, key: str, text: str, sentence: str
) -> None:
    @in_loop
    async def test() -> None:
        async with opened(tmp_path) as settings:
            said = await refused(settings.set(GARDEN, scope, key, text, by=OWNER))  # type: ignore[arg-type]
            assert sentence in said
            assert "\n" not in said
            assert len(said) < 600
        assert rows(tmp_path, "settings") == rows(tmp_path, "setting_changes") == []

    test()


@pytest.mark.parametrize(
    ("key", "text", "stored"),
    [
        ("per-hour", "none", "0"),
        ("buttons", "No", "off"),
        ("locked", "size,style", "style, size"),
        ("time-zone", "europe/vienna", "Europe/Vienna"),
        ("time-zone", "Vienna", "Europe/Vienna"),
        ("time-zone", "new york", "America/New_York"),
        ("network", "VGG16", "vgg16"),
        ("roles", "@Artists Mods", "5,6"),
        ("roles", "everyone", "1"),
        ("roles", "5, 5 <@&6>", "5,6"),
        ("channels", "#garden <#11>", "10,11"),
        ("channels", "a thread, bots", "12,11"),
        ("log-channel", "Garden", "10"),
        ("style", "DOGS", "dogs"),
    ],
)
def test_values_are_kept_in_one_spelling(tmp_path: Path, key: str, text: str, stored: str) -> None:
    @in_loop
    async def test() -> None:
        async with opened(tmp_path) as settings:
            await settings.set(GARDEN, SERVER, key, text, by=OWNER)
            assert settings.stored(GARDEN.id) == {SERVER: {key: stored}}

    test()


def test_of_two_roles_with_one_name_none_is_guessed(tmp_path: Path) -> None:
    twins = dataclasses.replace(GARDEN, roles={1: "@everyone", 5: "Artists", 8: "Artists", 9: "Art", 10: "Art House"})

    @in_loop
    async def test() -> None:
        async with opened(tmp_path) as settings:
            assert "more than one role" in await refused(settings.set(twins, SERVER, "roles", "Artists", by=OWNER))
            await settings.set(twins, SERVER, "roles", "art house, Art, 8", by=OWNER)
            assert settings.stored(GARDEN.id) == {SERVER: {"roles": "10,9,8"}}

    test()
