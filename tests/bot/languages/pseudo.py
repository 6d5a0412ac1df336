"""A language for tests: each sentence in brackets, so that whatever stands outside of them was never said by `tr`.

The fixture `pseudo` is there for all of the bot's tests. The language is `PSEUDO`; people and servers whose Discord
speaks `LOCALE` read it. What came out is looked through with `unsaid`:

    house.guild.locale = house.alice.locale = LOCALE
    ...
    assert unsaid(message.text) == []
"""

from __future__ import annotations

import gettext
import re
import sys
from dataclasses import dataclass, field
from typing import Any

import pytest
from babel import Locale

from bot import languages as spoken
from bot.languages import catalogues, speech

PSEUDO = "xx"
LOCALE = "fr"  #: one that Discord has, and we do not: read as the pseudo-language

#: What needs no translation: code, mentions, times, links, and other things that Discord writes itself; key=value.
_MARKS = re.compile(r"```.*?```|`[^`]*`|<[^<>\s]*>|https?://\S+|\b[a-z][a-z_-]*=[^\s⟦⟧]*", re.DOTALL)
_SAID = re.compile(r"⟦[^⟦⟧]*⟧")
_LETTERS = re.compile(r"[^\W\d_]+(?:[ ,.;:'’-]+[^\W\d_]+)*")


class _Template(str):
    """Notes which values are put into it."""

    heard: Heard

    def format(self, *args: object, **values: object) -> str:
        self.heard.values += [(str(self), name, value) for name, value in values.items() if isinstance(value, str)]
        return super().format(*args, **values)


@dataclass
class Heard(gettext.NullTranslations):
    """The catalogue, and what it was asked for."""

    templates: set[str] = field(default_factory=set)  #: the English sentences
    values: list[tuple[str, str, str]] = field(default_factory=list)  #: (template, name, text) of what was put in

    def __post_init__(self) -> None:
        gettext.NullTranslations.__init__(self)

    def gettext(self, message: str) -> str:
        self.templates.add(message)
        return self._wrapped(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        self.templates.add(msgid1)
        return self._wrapped(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return message

    def unsaid_values(self, *typed: str) -> list[tuple[str, str, str]]:
        """Values of several words that no `tr` has said: halves of sentences, as a rule. typed: by people."""
        return [
            (template, name, value)
            for template, name, value in self.values
            if any(" " in words for words in unsaid(value, *typed))
        ]

    def _wrapped(self, message: str) -> str:
        made = _Template(f"⟦{message}⟧")
        made.heard = self
        return made


class _Tongue(Locale):
    """Lists without words."""

    @property
    def list_patterns(self) -> Any:
        def joined_by(sign: str) -> dict[str, str]:
            return {"start": "{0}, {1}", "middle": "{0}, {1}", "end": f"{{0}} {sign} {{1}}", "2": f"{{0}} {sign} {{1}}"}

        return {"standard": joined_by("&"), "or": joined_by("|")}


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> Heard:
    """There is a further language, `PSEUDO`, in which each sentence stands in brackets: ⟦There is no layer “4x”.⟧."""
    heard = Heard()
    before, supported, locale = catalogues.languages, spoken.supported, speech._locale
    all_of_them = (*before(), PSEUDO)

    def replace(name: str, old: object, new: object) -> None:
        """Wherever it was imported."""
        for module in list(sys.modules.values()):
            if getattr(module, "__name__", "").startswith(("bot.", "tests.bot.")) and vars(module).get(name) is old:
                monkeypatch.setattr(module, name, new)

    replace("languages", before, lambda: all_of_them)
    replace("supported", supported, lambda it: PSEUDO if (it or "").startswith((LOCALE, PSEUDO)) else supported(it))
    monkeypatch.setattr(speech, "_locale", lambda language: _Tongue("en") if language == PSEUDO else locale(language))
    known = catalogues.catalogue
    replace("catalogue", known, lambda language: heard if language == PSEUDO else known(language))
    return heard


def unsaid(text: str, *typed: str) -> list[str]:
    """The stretches of letters that stand outside of all brackets, and that nobody has typed.

    typed: what people typed: names of files and of members, styles, values of settings.

    >>> unsaid("⟦There is no ⟦layer⟧ “4x”.⟧ Try `style=eyes` again, <@5>. cat.png", "cat.png")
    ['Try', 'again']
    """
    text = _MARKS.sub(" · ", text)
    for value in sorted(typed, key=len, reverse=True):
        text = text.replace(value, " · ")
    while (less := _SAID.sub(" · ", text)) != text:
        text = less
    text = text.partition("⟦")[0]  # what was cut off somewhere
    return _LETTERS.findall(text)
