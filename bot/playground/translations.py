"""What commands and their options are called in other languages, by Discord's rules."""

from __future__ import annotations

import re
from typing import Any

from bot.playground.errors import Problems

# fmt: off
LOCALES = frozenset((
    "ar", "bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "he", "hi", "hr", "hu", "id",
    "it", "ja", "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th", "tr", "uk", "vi", "zh-CN", "zh-TW",
))
# fmt: on
FALLBACKS = {"en-US": "en-GB", "en-GB": "en-US", "es-419": "es-ES"}  #: where a locale has no words of its own
NAME = re.compile(r"^[-_'\w]{1,32}$")


def is_name(name: object) -> bool:
    """Whether a slash command or an option may be called that."""
    return isinstance(name, str) and NAME.match(name) is not None and name == name.lower()


def check_names(path: str, one: dict[str, Any], problems: Problems, *, free: bool = False) -> None:
    """The localisations of one command or option. free: its name may have spaces and capitals, as menus have."""
    for key, value in _localizations(path, one, "name", problems):
        if free:
            problems.longest(key, value, 32, least=1)
        elif not is_name(value):
            problems.add(key, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    for key, value in _localizations(path, one, "description", problems):
        problems.longest(key, value, 100, least=1)


def check_apart(path: str, siblings: list[dict[str, Any]], problems: Problems) -> None:
    """Whether commands or options that stand beside each other can be told apart in every language."""
    for locale in sorted({locale for one in siblings for locale in one.get("name_localizations") or ()}):
        names = [str(said(one, "name", locale)) for one in siblings]
        for index, name in enumerate(names):
            if name in names[:index]:
                here = f"{path}.{index}.name_localizations.{locale}".lstrip(".")
                problems.add(here, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "The name is not unique.")


def longest(one: dict[str, Any], field: str) -> int:
    """Characters of the longest form of a name or a description: that is what counts for a command's size."""
    forms = [one.get(field) or "", *(one.get(f"{field}_localizations") or {}).values()]
    return max(len(str(form)) for form in forms)


def said(one: dict[str, Any], field: str, locale: str) -> Any:
    """A name or a description as a client of that locale shows it."""
    forms = one.get(f"{field}_localizations") or {}
    return forms.get(locale) or forms.get(FALLBACKS.get(locale, "")) or one.get(field)


def localized(one: dict[str, Any], locale: str) -> dict[str, Any]:
    """A command as it is written, with `name_localized` and `description_localized` for it and all inside of it."""
    written = {**one, "name_localized": said(one, "name", locale)}
    if "description" in one:
        written["description_localized"] = said(one, "description", locale)
    if "options" in one:
        written["options"] = [localized(option, locale) for option in one["options"]]
    return written


def _localizations(path: str, one: dict[str, Any], field: str, problems: Problems) -> list[tuple[str, Any]]:
    found = []
    for locale, value in (one.get(f"{field}_localizations") or {}).items():
        key = f"{path}.{field}_localizations.{locale}"
        if locale not in LOCALES:
            problems.add(key, "BASE_TYPE_CHOICES", "This is no locale that Discord has.")
        else:
            found.append((key, value))
    return found
