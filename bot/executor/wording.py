"""Sentences through a pipe that carries JSON: with what they were made of, so that they can be told in any language.

The decoding child speaks through such a pipe, and nothing is believed that comes out of it: a template may fill in what
came with it, and do nothing else that templates can do.
"""

from __future__ import annotations

import string
from typing import Any

from dreamcore.sentences import Sentence

LONGEST = 500  #: characters of a sentence, and of everything in it
_MOST_VALUES = 12
_DEEPEST = 4  #: sentences within sentences


def packed(text: str) -> Any:
    """What JSON can carry; `unpacked` makes the same sentence of it. Other texts, and values, stay as they are."""
    if not isinstance(text, Sentence):
        return text
    values = {name: packed(value) if isinstance(value, str) else value for name, value in text.values.items()}
    return {"template": text.template, "plural": text.plural, "values": values}


def unpacked(value: object, depth: int = 0) -> str:
    """The sentence, or the plain text. Raises ValueError for everything that `packed` does not write."""
    if isinstance(value, str):
        return plain(value)
    if not isinstance(value, dict) or set(value) != {"template", "plural", "values"} or depth >= _DEEPEST:
        raise ValueError("neither a text nor a sentence")
    values = value["values"]
    if not isinstance(values, dict) or len(values) > _MOST_VALUES:
        raise ValueError("values that no sentence of ours has")
    given = {name: one if type(one) is int else unpacked(one, depth + 1) for name, one in values.items()}
    template = _checked(value["template"], given)
    if value["plural"] is None:
        made = Sentence(template, **given)
    else:
        plural, count = _checked(value["plural"], given), given.pop("count", None)
        if not isinstance(count, int):
            raise ValueError("a number is missing")
        made = Sentence.counted(template, plural, count, **given)
    if len(made) > LONGEST:
        raise ValueError("a sentence is too long")
    return made


def plain(value: object, longest: int = LONGEST) -> str:
    """A text on one line. Raises ValueError for one that is too long, or none."""
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError("a text is too long, or none")
    return "".join(letter if letter.isprintable() else " " for letter in value)


def _checked(template: object, values: dict[str, Any]) -> str:
    """A template whose fields are names of values, without attributes, indices, conversions or widths."""
    text = plain(template)
    if values:
        for _, field, width, conversion in string.Formatter().parse(text):
            if field is not None and (field not in values or width or conversion):
                raise ValueError("a template that none of ours is")
    return text
