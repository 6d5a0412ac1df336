"""The bot asks a server's owner for what it needs and nothing more, and every page that says how says the same."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.operations.invite import NEEDED, PERMISSIONS, invite_link, missing, personal_link

ROOT = Path(__file__).parents[3]
OPERATORS = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["README.md", "docs/operators.md"])
def test_every_page_that_names_the_permissions_names_exactly_this_number(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = re.findall(r"permissions=(\d+)", text) + re.findall(r"\*\*(\d{6,})\*\*", text)
    assert set(named) <= {str(PERMISSIONS)}
    if page != "README.md":
        assert named


def test_the_operators_page_explains_each_permission_and_no_other() -> None:
    table = OPERATORS[OPERATORS.index("| permission |") :].split("\n\n")[0]
    assert sorted(re.findall(r"^\| ([A-Z][A-Za-z ]+) \|", table, re.MULTILINE)) == sorted(NEEDED)


def test_the_operators_page_shows_the_very_link() -> None:
    assert invite_link("APPLICATION_ID") in OPERATORS


def test_the_link_asks_for_the_bot_and_its_commands() -> None:
    query = parse_qs(urlsplit(invite_link(7)).query)
    assert query == {"client_id": ["7"], "scope": ["bot applications.commands"], "permissions": [str(PERMISSIONS)]}


def test_a_person_is_asked_for_no_permission() -> None:
    query = parse_qs(urlsplit(personal_link(7)).query)
    assert query == {"client_id": ["7"], "scope": ["applications.commands"], "integration_type": ["1"]}


def test_what_is_missing_has_discords_names() -> None:
    assert missing(PERMISSIONS) == ()
    assert missing(PERMISSIONS & ~(1 << 15) & ~(1 << 38)) == ("Attach Files", "Send Messages in Threads")
