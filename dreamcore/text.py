"""The text form of a recipe, read into (key, value) pairs. Knows nothing of what the keys mean.

    layer=4c strength = 1.5 classes="golden retriever:1, cat:0.5"

Pairs are parted by spaces; a value with spaces stands in quotes (straight or curly: phones write both);
spaces around `=` and after the commas of a list are allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dreamcore.errors import RecipeError, clip
from dreamcore.sentences import Sentence

LONGEST_TEXT = 4000

_ATOM = r"""[^\s,="“”„«»]"""
_TOKEN = re.compile(
    rf"""
    \s+
    | (?P<key>[^\W\d][\w-]*) \s* = \s*
      (?: ["“”„«] (?P<quoted>[^"“”„«»]*) (?P<end>["“”»]?)
        | (?P<plain>{_ATOM}* (?: \s* , \s* (?! {_ATOM}+ \s* = ) {_ATOM}+ )*) )
    | (?P<word>\S+)
    """,
    re.VERBOSE,
)


def pairs(text: str) -> Iterator[tuple[str, str]]:
    """The (key, value) pairs of a recipe's text, in order; keys in lower case, `-` as `_`.

    Raises RecipeError for text that is no list of `key=value`, for an empty value and for a key given twice.

    >>> list(pairs('layer = 4c,3b:-0.3 classes="great grey owl"'))
    [('layer', '4c,3b:-0.3'), ('classes', 'great grey owl')]
    """
    if len(text) > LONGEST_TEXT:
        raise RecipeError(
            Sentence(
                "A recipe is at most {most} characters long; this one has {length}.",
                most=LONGEST_TEXT,
                length=len(text),
            )
        )
    seen: dict[str, str] = {}
    for match in _TOKEN.finditer(text):
        if word := match["word"]:
            raise RecipeError(_loose_word(word))
        if match["key"] is None:
            continue
        if match["quoted"] is not None and not match["end"]:
            raise RecipeError(Sentence("The quotation mark after {key}= is never closed.", key=match["key"]))
        key = match["key"].lower().replace("-", "_")
        value = (match["quoted"] if match["quoted"] is not None else match["plain"]).strip()
        if not value:
            raise RecipeError(Sentence("{key}= has no value: write {key}=something, or leave it out.", key=clip(key)))
        if key in seen:
            raise RecipeError(
                Sentence(
                    "{key} is given twice ({first} and {second}): keep one.",
                    key=clip(key),
                    first=clip(seen[key]),
                    second=clip(value),
                )
            )
        seen[key] = value
        yield key, value


def join(values: Mapping[str, str]) -> str:
    """The text whose `pairs` are `values`."""
    return " ".join(f'{key}="{value}"' if _needs_quotes(value) else f"{key}={value}" for key, value in values.items())


def _needs_quotes(value: str) -> bool:
    return not value or any(c.isspace() or c in "=«»„“”" for c in value)


def _loose_word(word: str) -> Sentence:
    if word.startswith("="):
        return Sentence("There is a “=” with no setting before it: write it as key=value, for example strength=1.5.")
    if word.startswith(","):
        return Sentence(
            "There is a comma too many: commas stand between the values of a list, as in layer=4c,3b, and between "
            "settings there are spaces only."
        )
    return Sentence(
        "“{word}” is not a setting: settings look like key=value, for example style={style}.",
        word=clip(word),
        style=clip(word, 20),
    )
