"""Where practice and the published description are known to differ, each with its reason. Nothing else is let pass."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

#: Schemas that are used in place of the published ones.
CORRECTIONS: dict[str, Any] = {
    # discord.py sends ids as numbers in places, which Discord takes.
    "SnowflakeType": {"anyOf": [{"type": "string", "pattern": "^(0|[1-9][0-9]*)$"}, {"type": "integer", "minimum": 0}]},
    # The errors within 50035 carry names such as BASE_TYPE_MAX_LENGTH, not numbers.
    "InnerErrors": {
        "type": "object",
        "properties": {
            "_errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
                    "required": ["code", "message"],
                    "additionalProperties": False,
                },
            }
        },
        "required": ["_errors"],
        "additionalProperties": False,
    },
}


@dataclass(frozen=True, kw_only=True)
class Surplus:
    """Fields of a request that the description does not have, and that may be there all the same."""

    route: str  # an expression, searched for in "METHOD /template"
    path: str  # of the object within the request, with * for a place in a list; the whole of it has to match
    fields: frozenset[str]
    why: str


SURPLUS = (
    Surplus(
        route=r"^PATCH /(channels|webhooks)/|/callback$",
        path=r"(data)?",
        fields=frozenset({"tts"}),
        why="discord.py builds edits with the fields of a new message; Discord ignores tts there",
    ),
    Surplus(
        route=r"",
        path=r"(data/)?embeds/\*",
        fields=frozenset({"flags"}),
        why="discord.py writes an embed's flags back when it came from a message",
    ),
    Surplus(
        route=r"^PATCH |/callback$",
        path=r"(data/)?attachments/\*",
        fields=frozenset(
            {"content_type", "ephemeral", "flags", "height", "proxy_url", "size", "spoiler", "url", "width"}
        ),
        why="discord.py lists an attachment that stays with all that it knows of it; Discord looks at the id",
    ),
    Surplus(
        route=r"/commands",
        path=r"(\*)?",
        fields=frozenset({"nsfw"}),
        why="documented in prose, missing in the description of requests (answers have it)",
    ),
)


def surprising(route: str, path: tuple[str, ...], fields: Collection[str]) -> set[str]:
    """Those of a request's surplus fields for which there is no reason.

    >>> surprising("PATCH /channels/{channel_id}/messages/{message_id}", (), ["tts", "silent"])
    {'silent'}
    """
    known: set[str] = set()
    for one in SURPLUS:
        if re.search(one.route, route) and re.fullmatch(one.path, "/".join(path)):
            known |= one.fields
    return set(fields) - known
