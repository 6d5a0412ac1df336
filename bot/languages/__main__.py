"""Brings the catalogues up to date with the code: `python -m bot.languages`.

New sentences are added untranslated, those that no code says any more are dropped, all others stay. A sentence that was
changed is a new one; its old translation is offered beside it, marked as in doubt, which keeps it from being used.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from bot.languages.catalogues import ENGLISH, NAME, languages, read
from bot.languages.extracting import METHOD

ROOT = Path(__file__).parents[2]
KEYWORDS = {"tr": None, "mark": None, "Sentence": None, "tr_count": (1, 2), "counted": (1, 2)}

HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""  #: of a file; without dates, which would only make changes look larger


def sentences() -> Catalog:
    """Every sentence that the code says, with the places where it does."""
    found = Catalog(fuzzy=False)
    for package in ("bot", "dreamcore"):
        for file, line, message, comments, context in extract_from_dir(
            ROOT / package, method_map=[("**.py", METHOD)], keywords=KEYWORDS, comment_tags=("Translators:",)
        ):
            found.add(message, None, [(f"{package}/{file}", line)], auto_comments=comments, context=context)
    return found


def update(language: str) -> tuple[int, int]:
    """Rewrites one language's file. Returns how many sentences it has, and how many of them lack a translation."""
    template, known = sentences(), read(language)
    names = [message for message in known if message.context == NAME]
    for message in names:
        template.add(message.id, None, context=NAME)
    known.update(template, no_fuzzy_matching=False)
    known.obsolete.clear()
    with (Path(__file__).parent / f"{language}.po").open("wb") as file:
        file.write(HEADER.format(language=known.locale_identifier, plurals=known.plural_forms).encode())
        write_po(file, known, width=120, omit_header=True, include_lineno=False)
    wanted = [message for message in known if message.id]
    return len(wanted), sum(message.fuzzy or not _is_told(message.string) for message in wanted)


def _is_told(string: str | tuple[str, ...] | list[str] | None) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def main() -> int:
    lacking = 0
    for language in languages():
        if language != ENGLISH:
            count, untold = update(language)
            lacking += untold
            print(f"{language}: {count} sentences, {untold} to be translated")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
