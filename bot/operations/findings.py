"""What a check found: fine, worth knowing, or in the way; and what to do about it."""

from __future__ import annotations

import enum
import textwrap
from dataclasses import dataclass


class Level(enum.Enum):
    OK = "ok"
    WARN = "warn"  #: it works, but not all of it, or not for long
    FAIL = "FAIL"  #: the bot cannot work like this


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of the doctor's."""

    level: Level
    what: str  # a word or two: token, disk
    sentence: str
    todo: str = ""  # what to do about it

    @property
    def text(self) -> str:
        """For a terminal of any width down to 80 columns; links stay whole."""
        rest = self.sentence + (f" -> {self.todo}" if self.todo else "")
        lines = textwrap.wrap(rest, 100 - _INDENT, break_long_words=False, break_on_hyphens=False)
        head = f"{self.level.value:<5} {self.what:<{_WORD}} "
        return head + f"\n{' ' * _INDENT}".join(lines)


_WORD = 12
_INDENT = 6 + _WORD + 1


def ok(what: str, sentence: str) -> Finding:
    return Finding(level=Level.OK, what=what, sentence=sentence)


def warn(what: str, sentence: str, todo: str = "") -> Finding:
    return Finding(level=Level.WARN, what=what, sentence=sentence, todo=todo)


def fail(what: str, sentence: str, todo: str = "") -> Finding:
    return Finding(level=Level.FAIL, what=what, sentence=sentence, todo=todo)
