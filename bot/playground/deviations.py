"""Where practice and the published description are known to differ, each with its reason. Nothing else is let pass."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """One difference, as it was found."""

    route: str
    answer: bool  # False: in the request
    path: tuple[str, ...]  # * stands for a place in a list
    keyword: str  # of JSON Schema
    message: str


def known(found: Deviation) -> bool:
    return any(
        re.search(route, found.route)
        and answer == found.answer
        and re.fullmatch(path, "/".join(found.path))
        and re.search(message, found.message)
        for route, answer, path, message, _ in _KNOWN
    )


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

_ATTACHMENT_FIELDS = [
    f"'{name}'"
    for name in ("content_type", "height", "proxy_url", "size", "spoiler", "url", "width", "flags", "ephemeral")
]

_KNOWN: tuple[tuple[str, bool, str, str, str], ...] = (
    # route, in the answer, path, message, why
    (
        r"^PATCH /(channels|webhooks)/|/callback$",
        False,
        r"(data)?",
        r"'tts' (was|were) unexpected",
        "discord.py builds edits with the fields of a new message; Discord ignores tts there",
    ),
    (
        r"",
        False,
        r"(data/)?embeds/\*",
        r"'flags' (was|were) unexpected",
        "discord.py writes an embed's flags back when it came from a message",
    ),
    (
        r"^PATCH |/callback$",
        False,
        r"(data/)?attachments/\*",
        rf"^Additional properties are not allowed \((({'|'.join(_ATTACHMENT_FIELDS)})(, )?)+ (was|were) unexpected\)$",
        "discord.py lists an attachment that stays with all that it knows of it; Discord looks at the id",
    ),
    (
        r"/commands",
        False,
        r"(\*)?",
        r"'nsfw' (was|were) unexpected",
        "documented in prose, missing in the description of requests (answers have it)",
    ),
)
