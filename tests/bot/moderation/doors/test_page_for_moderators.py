"""docs/moderators.md says what happens."""

from __future__ import annotations

import re
from pathlib import Path

from bot.config import LimitsConfig
from bot.moderation.catalogue import SETTINGS
from tests.bot.moderation.doors.office import Office, in_office

PAGE = Path(__file__).parents[4] / "docs" / "moderators.md"


def test_it_names_every_setting() -> None:
    table = PAGE.read_text().partition("## Layers")[2].partition("## Changes")[0]
    assert {key for key in SETTINGS if f"`{key}`" not in table} == set()


def test_its_commands_are_there(tmp_path: Path) -> None:
    async def test(office: Office) -> None:
        there = {
            f"{command.name} {inner['name']}"
            for command in office.house.standin.commands.all(None)
            for inner in command.fields.get("options") or ()
            if inner["type"] == 1
        }
        named = set(re.findall(r"/((?:settings|mod) \w+)", PAGE.read_text()))
        assert named <= there
        assert {one for one in there - named if one.startswith("mod")} == set()

    in_office(tmp_path, test)


def test_its_session_goes_like_that(tmp_path: Path) -> None:
    text = PAGE.read_text().partition("## A session")[2]
    said = [" ".join(line.removeprefix(">").split()) for line in text.splitlines() if line.startswith(">")]
    turns = re.findall(r"\*\*Olive\*\* `(.+?)` \*\*Dreambot\*\* (.+?)(?=\*\*Olive|$)", " ".join(said))

    async def test(office: Office) -> None:
        assert len(turns) == 5
        for typed, answer in turns:
            told = await office.says(office.owner, typed)
            assert " ".join(told.text.split()) == answer.strip()

    in_office(tmp_path, test, limits=LimitsConfig())
