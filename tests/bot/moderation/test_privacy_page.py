"""docs/privacy.md says what the program does."""

from __future__ import annotations

import re
from pathlib import Path

from bot.config import Config
from bot.jobs.aliases import Aliases
from bot.jobs.personal import PURPOSE
from bot.jobs.shelf import Shelf
from bot.moderation.records import LONGEST_KEPT
from bot.store.tables import metadata

PAGE = Path(__file__).parents[3] / "docs" / "privacy.md"


def test_every_table_is_named_and_no_other() -> None:
    named = set(re.findall(r"table `(\w+)`", PAGE.read_text()))
    assert named == set(metadata.tables)


def test_every_kept_file_is_named(tmp_path: Path) -> None:
    Shelf(tmp_path).open()
    Aliases(tmp_path).bury(1, 5.0)
    text = PAGE.read_text()
    for path in tmp_path.iterdir():
        assert f"`{path.name}{'/' * path.is_dir()}`" in text


def test_the_times_are_those_of_the_program() -> None:
    text = PAGE.read_text()
    assert f"{LONGEST_KEPT / 86400:g} days" in text
    assert f"(usually {Config.keep_days:g})" in text


def test_every_part_of_the_members_file_says_what_it_is_for() -> None:
    assert all(sentence.rstrip().endswith((".", "/optout.")) for sentence in PURPOSE.values())
