"""Saying something in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from babel import Locale
from babel.lists import format_list
from babel.numbers import format_decimal

from bot.languages.catalogues import ENGLISH, catalogue, languages
from dreamcore.sentences import Sentence

_reader: ContextVar[str] = ContextVar("language of the reader", default=ENGLISH)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within it, and in the tasks that are started within it, everything is said in that language.

    language: one of `languages()`; any other is taken for English.
    """
    token = _reader.set(language if language in languages() else ENGLISH)
    try:
        yield
    finally:
        _reader.reset(token)


def speak(language: str) -> None:
    """The same for the rest of the running task, where nothing can be wrapped around it."""
    _reader.set(language if language in languages() else ENGLISH)


def current() -> str:
    """The language of whoever reads what is said now."""
    return _reader.get()


def supported(locale: str | None) -> str | None:
    """The language for somebody whose Discord speaks `locale`; None where there is no catalogue of it.

    >>> supported("en-US"), supported("tlh"), supported(None)
    ('en', None, None)
    """
    language = (locale or "").replace("_", "-").partition("-")[0].lower()
    return language if language in languages() else None


def tr(template: str, /, **values: Any) -> str:
    """The sentence in the reader's language.

    template: the English sentence with `{names}` for the values, or a `Sentence` of the engine's. Values that are
    sentences are told in the same language.

    >>> tr("There is no layer “{name}”.", name="4x")
    'There is no layer “4x”.'
    """
    if isinstance(template, Sentence):
        return tell(template)
    said = catalogue(current()).gettext(template)
    return said.format(**_told(values)) if values else said


def tr_count(one: str, many: str, count: int, /, **values: Any) -> str:
    """The sentence that fits the number, which stands in it as `{count}`.

    >>> tr_count("{count} dream waits.", "{count} dreams wait.", 1)
    '1 dream waits.'
    """
    said = catalogue(current()).ngettext(one, many, count)
    return said.format(**_told({"count": count, **values}))


def tell(text: str) -> str:
    """What the engine says, in the reader's language; any other text as it is."""
    if not isinstance(text, Sentence):
        return text
    values = dict(text.values)
    if text.plural is not None:
        return tr_count(text.template, text.plural, values.pop("count"), **values)
    return tr(text.template, **values)


def mark(template: str) -> str:
    """Marks a constant for the catalogues; `tr` says it where it is used."""
    return template


def listed(words: Sequence[str]) -> str:
    """
    >>> listed(["style"]), listed(["style", "layer", "size"])
    ('style', 'style, layer and size')
    """
    return format_list(list(words), style="standard", locale=_locale(current()))


def either(words: Sequence[str]) -> str:
    """
    >>> either(["a"]), either(["a", "b", "c"])
    ('a', 'a, b or c')
    """
    return format_list(list(words), style="or", locale=_locale(current()))


def number(value: float, decimals: int = 0) -> str:
    """A number as the reader writes it.

    >>> number(1234.56, 1)
    '1,234.6'
    """
    return format_decimal(value, format=f"#,##0{'.' if decimals else ''}{'0' * decimals}", locale=_locale(current()))


def _told(values: dict[str, Any]) -> dict[str, Any]:
    return {name: tell(value) if isinstance(value, str) else value for name, value in values.items()}


@cache
def _locale(language: str) -> Locale:
    return Locale.parse("en_GB" if language == ENGLISH else language)
