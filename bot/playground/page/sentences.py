"""What keeps somebody from doing something, in one sentence for them."""

from __future__ import annotations

from typing import Any

from bot.playground.errors import ApiError
from bot.playground.options import CannotDo

_LACKS = {
    "SEND_MESSAGES": "You may not write in this channel.",
    "SEND_MESSAGES_IN_THREADS": "You may not write in this thread.",
    "ATTACH_FILES": "You may not attach files in this channel.",
    "VIEW_CHANNEL": "You cannot see this channel any more.",
    "READ_MESSAGE_HISTORY": "You may not read what was written here before.",
    "ADD_REACTIONS": "You may not add a new reaction here; press one that is there.",
    "USE_APPLICATION_COMMANDS": "You may not use commands in this channel.",
    "MANAGE_MESSAGES": "Only its author or a moderator can delete it.",
}


def of_cannot(error: CannotDo) -> str:
    """The stand-in speaks of a person by name, and of permissions as Discord's documentation does."""
    if isinstance(error.__cause__, ApiError):
        return of_answer(error.__cause__)
    text = str(error)
    if " lacks the permission " in text:
        name = text.partition(" lacks the permission ")[2].partition(" ")[0]
        return _LACKS.get(name, "You may not do that here.")
    return text


def of_answer(error: ApiError) -> str:
    """An error answer of Discord's: the first thing that is wrong with a field, else the answer's own message."""
    where, what = _first(error.body.get("errors") or {}, ())
    if what:
        return f"Discord does not take that: {'.'.join(where)}: {what}"
    return f"Discord does not take that: {error.body['message']}."


def _first(errors: dict[str, Any], where: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    for key, inner in errors.items():
        if key == "_errors":
            return where, str(inner[0]["message"])
        found = _first(inner, (*where, key))
        if found[1]:
            return found
    return where, ""
