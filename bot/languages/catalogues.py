"""The message catalogues: a `.po` file for each language but English, whose sentences are the message ids.

The files are gettext's, so every translator's tool reads them; Babel reads them here and keeps them up to date
(`python -m bot.languages`). The names of commands and of their options stand in them under the context `name`.
"""

from __future__ import annotations

import gettext
import io
from functools import cache
from importlib import resources

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ENGLISH = "en"
NAME = "name"  #: the context of what commands and options are called


@cache
def languages() -> tuple[str, ...]:
    """The codes of all languages, English first.

    >>> languages()
    ('en', 'de')
    """
    files = (file.name for file in resources.files(__package__).iterdir())
    return (ENGLISH, *sorted(name.removesuffix(".po") for name in files if name.endswith(".po")))


def read(language: str) -> Catalog:
    """All that is in a language's file."""
    data = resources.files(__package__).joinpath(f"{language}.po").read_bytes()
    return read_po(io.BytesIO(data), locale=language)


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Sentences by their English text; those that are missing, or in doubt, stay English."""
    if language == ENGLISH:
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, read(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def name_in(language: str, name: str) -> str | None:
    """What a command or an option is called; None where it keeps its name."""
    called = catalogue(language).pgettext(NAME, name)
    return called if called != name else None
