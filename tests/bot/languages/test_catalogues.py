"""The message catalogues: complete, and each translation takes the same values as its sentence."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from babel.messages.catalog import Message

from bot.languages.__main__ import sentences
from bot.languages.catalogues import ENGLISH, NAME, languages, read

OTHERS = [language for language in languages() if language != ENGLISH]


def forms(of: str | tuple[str, ...] | list[str] | None) -> list[str]:
    """One, or those for one and for many."""
    return [of or ""] if isinstance(of, str) or of is None else list(of)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def told(language: str) -> list[Message]:
    return [message for message in read(language) if message.id and message.context != NAME]


def test_there_is_german_beside_english() -> None:
    assert set(languages()) >= {"en", "de"}


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_of_the_code_is_translated(language: str) -> None:
    known = {message.id for message in told(language) if all(forms(message.string)) and not message.fuzzy}
    assert [message.id for message in sentences() if message.id and message.id not in known] == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_kept_of_what_nobody_says(language: str) -> None:
    said = {message.id for message in sentences()}
    assert [message.id for message in told(language) if message.id not in said] == []


@pytest.mark.parametrize("language", OTHERS)
def test_placeholders_agree(language: str) -> None:
    for message in told(language):
        wanted = placeholders(forms(message.id)[-1])
        for form in forms(message.string):
            # "One dream waits." may leave the number out.
            assert placeholders(form) | ({"count"} & wanted) == wanted, (message.id, form)


@pytest.mark.parametrize("language", OTHERS)
def test_what_people_type_or_discord_reads_is_the_same(language: str) -> None:
    """Mentions, times, marks at a line's beginning, line ends and code fences."""
    marks = re.compile(r"<[@#:t/][^>]*>|```|^-# |^• |\n|⚠️|🌙|\*\*", re.MULTILINE)
    for message in told(language):
        wanted = sorted(marks.findall(forms(message.id)[-1]))
        for form in forms(message.string):
            assert sorted(marks.findall(form)) == wanted, (message.id, form)


@pytest.mark.parametrize("language", OTHERS)
def test_sentences_begin_and_end_alike(language: str) -> None:
    """A clause stays a clause, and what is put behind another sentence keeps its space."""
    for message in told(language):
        for one, form in zip(forms(message.id)[-1:], forms(message.string)[-1:], strict=True):
            assert (one[:1] == " ", one[-1:] == " ") == (form[:1] == " ", form[-1:] == " "), (one, form)
            assert (one.rstrip()[-1:] in ".!?…") == (form.rstrip()[-1:] in ".!?…"), (one, form)
