"""Variables and `.env`: text that is looked up, checked, and named when it is wrong. What there is, `bot.config` says.

`.env` has python-dotenv's format; it is read, never put into the process's own environment.
"""

from __future__ import annotations

import difflib
import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from bot.errors import ConfigError
from dreamcore.errors import clip

_YES, _NO = ("yes", "true", "on", "1"), ("no", "false", "off", "0")


class Reader:
    """Values by name, each with its default and its check. Raises ConfigError: one sentence."""

    def __init__(self, given: Mapping[str, str], defaults: Mapping[str, str]) -> None:
        self._given = given
        self._defaults = defaults

    def text(self, name: str) -> str:
        return self._given.get(name, "").strip() or self._defaults[name]

    def whole(self, name: str, lowest: int, highest: int) -> int:
        text = self.text(name)
        if not re.fullmatch(r"[0-9]{1,9}", text) or not lowest <= int(text) <= highest:
            raise self.wrong(name, f"a whole number from {lowest} to {highest}")
        return int(text)

    def number(self, name: str, lowest: float, highest: float) -> float:
        text = self.text(name)
        if not re.fullmatch(r"[0-9]{0,9}\.?[0-9]{1,9}", text) or not lowest <= float(text) <= highest:
            raise self.wrong(name, f"a number from {lowest:g} to {highest:g}")
        return float(text)

    def flag(self, name: str) -> bool:
        text = self.text(name).lower()
        if text not in _YES + _NO:
            raise self.wrong(name, "yes or no")
        return text in _YES

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        by_lower = {choice.lower(): choice for choice in choices}
        text = self.text(name).lower()
        if text not in by_lower:
            raise self.wrong(name, f"{', '.join(choices[:-1])} or {choices[-1]}")
        return by_lower[text]

    def ids(self, name: str) -> frozenset[int]:
        """Of Discord's, with commas or spaces between them. None for `all`."""
        text = self.text(name)
        found = [] if text.lower() == "all" else [part for part in re.split(r"[,\s]+", text) if part]
        if not all(re.fullmatch(r"[0-9]{15,20}", part) for part in found):
            raise self.wrong(name, "ids of servers (15 to 20 digits each), separated by commas")
        return frozenset(map(int, found))

    def wrong(self, name: str, expected: str, *, shown: str | None = None) -> ConfigError:
        value = clip(self.text(name) if shown is None else shown, 100)
        return ConfigError(f"{name}={value} does not work: it has to be {expected}.")


def read_dotenv(path: Path | None) -> dict[str, str]:
    """The file's variables that have a value. Lines that cannot be read end the start: one of them may be the token."""
    try:
        if path is None or not path.exists():
            return {}
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"The file {path} cannot be read: {reason}.") from error
    for line in parse_stream(io.StringIO(text)):
        if line.error:
            raise ConfigError(f"Line {line.original.line} of {path} cannot be read: it has to be NAME=value.")
    return {name: value for name, value in dotenv_values(stream=io.StringIO(text)).items() if value}


def slips(given: Iterable[str], known: Iterable[str]) -> Iterable[str]:
    """A sentence for each variable that is nearly one of ours, and so does nothing."""
    known = tuple(known)
    for name in sorted(set(given) - set(known)):
        if name.upper().startswith(("DREAM_", "DISCORD_", "DATABASE_")) and (
            near := difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.82)
        ):
            yield f"There is no variable {clip(name)}, so it does nothing. Did you mean {near[0]}?"
