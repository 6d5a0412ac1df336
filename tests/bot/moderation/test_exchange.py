"""Settings as a file: what is exported can be imported, here and elsewhere, wholly or not at all."""

from __future__ import annotations

import dataclasses
import random
from pathlib import Path

import pytest
from hypothesis import given

from bot.errors import Refusal
from bot.moderation import exchange
from bot.moderation.catalogue import SETTINGS
from bot.moderation.importing import wanted_by
from bot.moderation.places import SERVER, channel_scope, role_scope
from bot.moderation.settings import Settings
from tests.bot.jobs.fakes import in_loop
from tests.bot.moderation.desk import ELSEWHERE, OWNER, opened, refused, rows
from tests.bot.moderation.garden import GARDEN, NETWORKS, PLACES, overrides


@in_loop
async def test_what_is_exported_is_imported_as_it_was(tmp_path: Path) -> None:
    rolling = random.Random(3)
    async with opened(tmp_path) as settings:
        for scope in PLACES:
            keys = [key for key in SETTINGS if scope.level in SETTINGS[key].levels]
            for key in rolling.sample(keys, 6):
                setting = SETTINGS[key]
                texts = [*setting.choices, "2", "4c", "dogs", "d!", "UTC", "Artists", "garden"]
                for text in texts:
                    try:
                        await settings.set(GARDEN, scope, key, text, by=OWNER)
                        break
                    except Refusal:
                        continue
        stored, text = settings.stored(GARDEN.id), settings.export(GARDEN)
        for scope in PLACES:
            await settings.reset(GARDEN, scope, by=OWNER)
        assert settings.stored(GARDEN.id) == {}
        imported = await settings.import_(GARDEN, text.replace("\n", "\r\n"), by=OWNER)
        assert settings.stored(GARDEN.id) == stored
        assert len(imported.edit.changes) == sum(map(len, stored.values()))
        await settings.undo(GARDEN, imported.edit.number, by=OWNER)
        assert settings.stored(GARDEN.id) == {}


@given(overrides())
def test_any_export_reads_back(stored: dict) -> None:  # type: ignore[type-arg]
    text = exchange.write(stored, GARDEN)
    stored = {scope: its for scope, its in stored.items() if its}
    if not stored:
        with pytest.raises(Refusal, match="no setting in that file"):
            wanted_by(text, {}, GARDEN, skip=False, skipped=[], operator={}, networks=NETWORKS)
        return
    wanted = wanted_by(text, {}, GARDEN, skip=False, skipped=[], operator={}, networks=NETWORKS)
    assert wanted == {(scope, key): value for scope, its in stored.items() for key, value in its.items()}


@in_loop
async def test_an_export_is_imported_whatever_has_been_deleted_since(tmp_path: Path) -> None:
    async with opened(tmp_path) as settings:
        await settings.set_all(GARDEN, SERVER, {"channels": "garden bots", "layer": "4c", "roles": "Mods"}, by=OWNER)
        await settings.set(GARDEN, channel_scope(11), "strength", "2", by=OWNER)
        await settings.set(GARDEN, SERVER, "network", "vgg16", by=OWNER)
        poorer = dataclasses.replace(GARDEN, channels={10: "garden"}, roles={1: "@everyone"})
        text = settings.export(poorer)
        assert (
            "# server channels = 10,11 (deleted, or an archived thread: unseen channel 11)\nserver channels = 10\n"
            in text
        )
        assert "# channel:11 strength = 2 (that channel was deleted, or is an archived thread)" in text
        assert "# server layer = 4c (The network vgg16 has no layer" in text
        await settings.import_(poorer, text, by=OWNER, replace=True)
        assert settings.stored(GARDEN.id) == {SERVER: {"network": "vgg16", "channels": "10"}}


FOREIGN = """# from another server
server layer = 4c
server roles = 5, 6
server log-channel = 10
channel:10 strength = 2
role:5 strength = 3
"""


@in_loop
async def test_an_import_from_another_server_is_refused_whole_and_names_what_is_missing(tmp_path: Path) -> None:
    async with opened(tmp_path) as settings:
        sentence = await refused(settings.import_(ELSEWHERE, FOREIGN, by=OWNER))
        assert sentence.splitlines() == [
            "Nothing was changed:",
            "Line 3: roles = 5, 6 names something that this server does not have.",
            "Line 4: log-channel = 10 names something that this server does not have.",
            "Line 5: There is no such channel on this server (10).",
            "Is the file from another server? With skip, what this server does not have is left out.",
        ]
        assert settings.stored(ELSEWHERE.id) == {}
        imported = await settings.import_(ELSEWHERE, FOREIGN, by=OWNER, skip=True)
        assert len(imported.skipped) == 3
        assert settings.stored(ELSEWHERE.id) == {
            SERVER: {"layer": "4c", "roles": "5"},
            role_scope(5): {"strength": "3"},
        }


@in_loop
async def test_every_wrong_line_of_an_import_is_named_and_none_is_applied(tmp_path: Path) -> None:
    async with opened(tmp_path) as settings:
        await settings.set(GARDEN, SERVER, "size", "512", by=OWNER)
        text = (
            "server layer = 4c\nwhat is this\nserver strength = 9\nserver laier = 4c\n"
            "server layer = 4d\nrole:5 prefix = ?\nserver channels =\n"
        )
        sentence = await refused(settings.import_(GARDEN, text, by=OWNER))
        assert [line[:7] for line in sentence.splitlines()[1:]] == [f"Line {n}:" for n in (2, 3, 4, 5, 6, 7)]
        assert settings.stored(GARDEN.id) == {SERVER: {"size": "512"}}
        many = "\n".join(f"nonsense {n}" for n in range(2000))
        assert "… and 1990 more." in await refused(settings.import_(GARDEN, many, by=OWNER))


@in_loop
async def test_an_import_leaves_the_rest_unless_it_is_to_replace_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as settings:
        await settings.set_all(GARDEN, SERVER, {"size": "512", "strength": "2"}, by=OWNER)
        await settings.import_(GARDEN, "server strength = 3", by=OWNER)
        assert settings.stored(GARDEN.id) == {SERVER: {"size": "512", "strength": "3"}}
        replaced = await settings.import_(GARDEN, "server layer = 4c", by=OWNER, replace=True)
        assert settings.stored(GARDEN.id) == {SERVER: {"layer": "4c"}}
        await settings.undo(GARDEN, replaced.edit.number, by=OWNER)
        assert settings.stored(GARDEN.id) == {SERVER: {"size": "512", "strength": "3"}}


@in_loop
async def test_a_network_and_its_layers_are_imported_in_any_order(tmp_path: Path) -> None:
    async with opened(tmp_path) as settings:
        text = "channel:10 layer = features.20\nserver layer = features.10\nserver network = vgg16\n"
        await settings.import_(GARDEN, text, by=OWNER)
        assert settings.unfit(GARDEN) == []


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"x" * (10 << 20), "too long to be settings: at most 64 KiB"),
        (b"\x89PNG\r\n\x1a\n\xff\xff", "That file is no text"),
        (b"\xef\xbb\xbf# only a remark\n\n", "There is no setting in that file"),
        (b"", "There is no setting in that file"),
        (b"server layer = " + b"4c," * 20_000, "layer = 4c,4c"),
    ],
)
def test_a_file_that_is_no_settings_is_one_sentence(tmp_path: Path, data: bytes, sentence: str) -> None:
    @in_loop
    async def test() -> None:
        async def doing(settings: Settings) -> None:
            await settings.import_(GARDEN, exchange.text_of(data), by=OWNER)

        async with opened(tmp_path) as settings:
            assert sentence in await refused(doing(settings))
        assert rows(tmp_path, "settings") == []

    test()
