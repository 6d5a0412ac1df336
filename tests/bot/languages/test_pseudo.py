"""The pseudo-language shows what was not said by `tr`, and only that."""

from __future__ import annotations

import io

import babel.messages.extract

from bot.languages import either, languages, listed, number, speaking, supported, tell, tr, tr_count
from bot.languages.__main__ import KEYWORDS
from bot.languages.extracting import METHOD
from dreamcore.sentences import Sentence
from tests.bot.languages.pseudo import LOCALE, PSEUDO, Heard, unsaid


def test_what_is_said_stands_in_brackets(pseudo: Heard) -> None:
    with speaking(PSEUDO):
        assert tr("There is no layer “{name}”.", name="4x") == "⟦There is no layer “4x”.⟧"
        assert tr_count("{count} dream waits.", "{count} dreams wait.", 2) == "⟦2 dreams wait.⟧"
        assert tell(Sentence("It is {what}.", what=Sentence("too large"))) == "⟦It is ⟦too large⟧.⟧"
        assert unsaid(listed(["⟦a⟧", "⟦b⟧", "⟦c⟧"])) == unsaid(either(["⟦a⟧", "⟦b⟧"])) == unsaid(number(1.5, 1)) == []
    assert tr("There is no layer “{name}”.", name="4x") == "There is no layer “4x”."
    assert (PSEUDO in languages(), supported(LOCALE), supported("de")) == (True, PSEUDO, "de")
    assert "It is {what}." in pseudo.templates


def test_what_is_not_said_is_found(pseudo: Heard) -> None:
    assert unsaid("⟦one ⟦two⟧ three⟧ four, five ⟦six⟧ · 7") == ["four, five"]
    assert unsaid("```\nstyle=eyes\n``` `a b` <@5> <t:1:R> **⟦x⟧** 🌙 -# cat.png https://a.example/b c", "cat.png") == [
        "c"
    ]
    assert unsaid("⟦cut off …") == []
    with speaking(PSEUDO):
        tr("It is {what}, {layer} and {who}.", what="one of many", layer="inception_4c", who="Ann Lee")
    assert [name for _, name, _ in pseudo.unsaid_values("Ann Lee")] == ["what"]


def test_the_pseudo_language_goes_with_its_test() -> None:
    assert PSEUDO not in languages()
    assert supported(LOCALE) is None


def test_sentences_are_found_inside_of_f_strings_too() -> None:
    source = b"""
a = f"{tr('One.')} {tr_count('{count} two.', '{count} twos.', 2, of=tr('three'))} {other('four')}"
b = tr("Five."), f"{tr(SIX)} {languages.tr('Seven ' 'eight.')}"
"""
    found = {message for _, message, *_ in babel.messages.extract.extract(METHOD, io.BytesIO(source), KEYWORDS)}
    assert found == {"One.", ("{count} two.", "{count} twos."), "three", "Five.", "Seven eight."}
