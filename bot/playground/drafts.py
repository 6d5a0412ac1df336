"""The fields of a message that is to be sent or edited: Discord's limits on them, and how they are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.playground import components
from bot.playground.cdn import tidy_filename
from bot.playground.errors import Problems, empty_message
from bot.playground.model import MessageFlag

CONTENT_LIMIT = 2000
_EMBED_LIMITS = {"title": 256, "description": 4096, "url": 2048}


@dataclass(frozen=True, kw_only=True)
class File:
    """A file to be attached."""

    filename: str
    data: bytes = field(repr=False)
    description: str | None = None
    spoiler: bool = False


@dataclass(frozen=True, kw_only=True)
class Kept:
    """An attachment of the message that is edited, which stays."""

    id: int
    description: str | None = None
    described: bool = False  # whether the request says anything of it


def check_message(payload: dict[str, Any], *, v2: bool) -> None:
    """Raise 50035 with everything that is wrong with content, embeds, components, mentions, flags."""
    problems = Problems()
    problems.longest("content", payload.get("content"), CONTENT_LIMIT)
    embeds = payload.get("embeds") or []
    if v2 and (payload.get("content") or embeds):
        problems.add(
            "content" if payload.get("content") else "embeds",
            "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
            "The field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
        )
    _check_embeds(embeds, problems)
    components.check(payload.get("components") or [], v2=v2, problems=problems)
    nonce = payload.get("nonce")
    if isinstance(nonce, str):
        problems.longest("nonce", nonce, 25)
    attachments = payload.get("attachments") or []
    if len(attachments) > 10:
        problems.add("attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    for index, one in enumerate(attachments):
        problems.longest(f"attachments.{index}.description", one.get("description"), 1024)
    for name in ("poll", "sticker_ids"):
        if payload.get(name):
            problems.add(name, "NOT_IN_THE_STAND_IN", "This stand-in has no such thing.")
    allowed = payload.get("allowed_mentions") or {}
    for kind in ("users", "roles"):
        if kind in (allowed.get("parse") or []) and allowed.get(kind):
            problems.add(
                "allowed_mentions",
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.',
            )
    problems.answer()


def _check_embeds(embeds: list[dict[str, Any]], problems: Problems) -> None:
    if len(embeds) > 10:
        problems.add("embeds", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    total = 0
    for index, embed in enumerate(embeds):
        path = f"embeds.{index}"
        for key, limit in _EMBED_LIMITS.items():
            problems.longest(f"{path}.{key}", embed.get(key), limit)
        color = embed.get("color")
        if color is not None and not 0 <= color <= 0xFFFFFF:
            problems.add(f"{path}.color", "NUMBER_TYPE_MAX", "int value should be less than or equal to 16777215.")
        fields = embed.get("fields") or []
        if len(fields) > 25:
            problems.add(f"{path}.fields", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
        for number, one in enumerate(fields):
            problems.longest(f"{path}.fields.{number}.name", one.get("name"), 256, least=1)
            problems.longest(f"{path}.fields.{number}.value", one.get("value"), 1024, least=1)
            total += len(one.get("name") or "") + len(one.get("value") or "")
        footer, author = embed.get("footer") or {}, embed.get("author") or {}
        problems.longest(f"{path}.footer.text", footer.get("text"), 2048)
        problems.longest(f"{path}.author.name", author.get("name"), 256)
        for holder, name in ((embed, "title"), (embed, "description"), (footer, "text"), (author, "name")):
            total += len(holder.get(name) or "")
    if total > 6000:
        problems.add("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def tidy_embeds(embeds: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As they are kept: known fields, without empty ones."""
    return [_tidy_embed(embed) for embed in embeds]


def _tidy_embed(embed: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {"type": "rich"}
    for key in ("title", "description", "url", "color", "timestamp"):
        if embed.get(key) is not None:
            kept[key] = embed[key]
    for key, inner in (
        ("footer", ("text", "icon_url")),
        ("author", ("name", "url", "icon_url")),
        ("image", ("url",)),
        ("thumbnail", ("url",)),
    ):
        value = embed.get(key)
        if value and value.get(inner[0]):
            kept[key] = {name: value[name] for name in inner if value.get(name) is not None}
    if embed.get("fields"):
        kept["fields"] = [
            {"name": one["name"], "value": one["value"], "inline": bool(one.get("inline"))} for one in embed["fields"]
        ]
    return kept


def sort_attachments(payload: dict[str, Any], files: dict[int, File], present: set[int]) -> list[Kept | File] | None:
    """What the message is to hold, in order: files of its own that stay, and new ones by their number.

    None: the request says nothing of it (then new files are added and the others stay). Raises 50035 for an id that is
    neither, e.g. of an attachment that has been replaced already.
    """
    listed = payload.get("attachments")
    if listed is None:
        return None
    problems = Problems()
    wanted: list[Kept | File] = []
    for index, one in enumerate(listed):
        number = str(one.get("id", ""))
        if number.isdecimal() and int(number) in files:
            file = files[int(number)]
            wanted.append(
                File(
                    filename=one.get("filename") or file.filename,
                    data=file.data,
                    description=one.get("description"),
                    spoiler=bool(one.get("is_spoiler")),
                )
            )
        elif number.isdecimal() and int(number) in present:
            wanted.append(Kept(id=int(number), description=one.get("description"), described="description" in one))
        else:
            problems.add(
                f"attachments.{index}.id", "ATTACHMENT_NOT_FOUND", f"Attachment data for ID {number} not found"
            )
    problems.answer()
    return wanted


def needs_something(*, content: str, embeds: object, components_: object, attachments: object, flags: int) -> None:
    """A message has to have something in it."""
    if not (content.strip() or embeds or components_ or attachments) and not flags & MessageFlag.LOADING:
        raise empty_message()


def is_spoiler(file: File) -> bool:
    return file.spoiler or tidy_filename(file.filename).startswith("SPOILER_")
