"""Commands as the real bot registers them: under German names for Germans, and called so in the German sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.languages.catalogues import NAME, read
from tests.bot.dreaming.doors.house import House, living

SUB_COMMAND, GROUP = 1, 2
#: A slash and words after it, where a sentence names a command; not in dates, fractions and addresses. Within
#: backticks nothing else follows, so the second word belongs to it as well.
_WORD = r"[a-zäöüß][\wäöüß-]*"
_NAMED = re.compile(rf"(?<![\w/.:<>`*])/({_WORD})|`/({_WORD}(?: {_WORD})?)")


def walk(command: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A command, and all that is inside of it."""
    yield command
    for option in command.get("options", ()):
        yield from walk(option)


def paths(commands: list[dict[str, Any]], name: str) -> set[str]:
    """Every command and sub-command that can be typed; name: what a part says its name is."""

    def called(part: dict[str, Any]) -> str:
        return str((part.get("name_localizations") or {}).get("de", part["name"]) if name == "de" else part["name"])

    found = set()
    for command in commands:
        inner = [one for one in command.get("options", ()) if one["type"] in (SUB_COMMAND, GROUP)]
        found |= {called(command)} | {f"{called(command)} {called(one)}" for one in inner}
    return found


def wrongly_named(text: str, known: set[str]) -> list[str]:
    """What the text calls a command, and is none."""
    return [one for pair in _NAMED.findall(text) if (one := "".join(pair)) not in known]


def test_commands_are_german_for_germans(tmp_path: Path) -> None:
    async def test(house: House) -> None:
        commands = [house.standin.commands.payload(one) for one in house.standin.commands.all()]
        names = {message.id for message in read("de") if message.context == NAME}
        for command in commands:
            for part in walk(command):
                assert part["name"] in names, part["name"]
                if part.get("description"):
                    told = (part.get("description_localizations") or {}).get("de")
                    assert told, part["description"]
                    assert told != part["description"]
                    cut_anyway = part["description"].endswith("…")
                    assert cut_anyway or not told.endswith("…"), f"too long for Discord: {told}"
        slash = [one for one in commands if one["type"] == 1]
        english, german = paths(slash, "en"), paths(slash, "de")
        assert german != english
        for message in read("de"):
            if message.id and message.context != NAME:
                ids, strings = ([one] if isinstance(one, str) else one for one in (message.id, message.string))
                assert [one for text in ids for one in wrongly_named(text, english)] == []
                assert [one for text in strings or () for one in wrongly_named(text or "", german)] == []

    living(tmp_path, test)


def test_what_names_a_command_is_recognised() -> None:
    known = {"settings", "settings undo", "dream"}
    assert wrongly_named("`/settings undo` takes one back, /dream too", known) == []
    assert wrongly_named("`/einstellungen` or /traum, `/settings nothing`", known) == [
        *("einstellungen", "traum", "settings nothing"),
    ]
    assert wrongly_named("24/12/2026, and/or https://x/y", known) == []
