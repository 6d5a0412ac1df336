"""Sentences that remember how they were made, so that whoever shows one can say it in another language.

A `Sentence` is its English text, and besides knows its template and the values in it. The engine and its command line
use it like any other text; the bot looks the template up in its catalogues. Values may be sentences themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class Sentence(str):
    """A text made from a template: `str.format` with values by name.

    >>> sentence = Sentence("There is no layer “{name}”.", name="4x")
    >>> sentence, sentence.template
    ('There is no layer “4x”.', 'There is no layer “{name}”.')
    """

    template: str
    plural: str | None  #: the template for all numbers but one
    values: Mapping[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Sentence:
        return cls._made(template, None, values)

    @classmethod
    def counted(cls, one: str, many: str, count: int, /, **values: Any) -> Sentence:
        """The template that fits the number, which stands in it as `{count}`.

        >>> Sentence.counted("{count} step", "{count} steps", 2)
        '2 steps'
        """
        return cls._made(one, many, {"count": count, **values})

    @classmethod
    def _made(cls, template: str, plural: str | None, values: Mapping[str, Any]) -> Sentence:
        used = template if plural is None or values["count"] == 1 else plural
        made = super().__new__(cls, used.format(**values) if values else used)
        made.template, made.plural, made.values = template, plural, values
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """Across processes: worker processes raise errors that the bot tells."""
        return Sentence._made, (self.template, self.plural, dict(self.values))


def alternatives(words: Sequence[str]) -> str:
    """One of several, as a sentence has it; the words themselves are the same in every language.

    >>> alternatives(["a"]), alternatives(["a", "b", "c"])
    ('a', 'a or b or c')
    """
    *others, last = words
    # Translators: two names that somebody may have meant
    return Sentence("{first} or {last}", first=alternatives(others), last=last) if others else last


def decimal(digits: str) -> str:
    """A number that was written with a point.

    >>> decimal("4.57"), decimal("64")
    ('4.57', '64')
    """
    whole, point, fraction = digits.partition(".")
    # Translators: a number with its decimals: 4.57
    return Sentence("{whole}.{fraction}", whole=whole, fraction=fraction) if point else digits


def reason(error: ValueError) -> str:
    """Why a value does not work: the sentence that `error` was raised with, which `str(error)` would flatten."""
    return error.args[0] if error.args and isinstance(error.args[0], str) else str(error)
