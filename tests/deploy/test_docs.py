"""What the operator's pages tell somebody to type is there to be typed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.deploy.commands import taken
from tests.deploy.reading import DEPLOY, ROOT

PAGES = (ROOT / "docs" / "operating.md", DEPLOY / "README.md")
_OURS = re.compile(r"(?:python -m bot|sudo dreambot|run --rm certificates)(?P<rest>(?: [^\s#`|…]+)+)")


def typed(page: Path) -> list[list[str]]:
    """Every command of the bot's on a page, as its arguments."""
    found = []
    for match in _OURS.finditer(page.read_text(encoding="utf-8")):
        words = shlex.split(match["rest"])
        found.append(["certificates", *words] if "certificates" in match[0].split(" ")[2:3] else words)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_are_taken(page: Path, tmp_path: Path) -> None:
    commands = [words for words in typed(page) if len(words) > 1 or words[0] in ("doctor", "status", "run")]
    assert commands
    for words in commands:
        if words[:2] == ["certificates", "renew,"] or words == ["certificates", "renew"]:
            continue  # named, not typed
        taken(words, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for name in set(re.findall(r"(?<![\w/])deploy/[\w./-]*\w", text)):
        assert (ROOT / name).exists(), name
    for name in set(re.findall(r"\]\(([\w./-]+\.md)(?:#[\w-]+)?\)", text)):
        assert (page.parent / name).exists(), name


def test_every_unit_and_every_machine_is_named() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    for path in (DEPLOY / "systemd").iterdir():
        assert path.name in text, path.name
