"""Which pictures a message carries, read from messages as Discord sends them."""

from __future__ import annotations

import asyncio
from typing import Any

import discord

from bot.dreaming.pictures import in_message, of_link

ORIGINS = ("https://cdn.discordapp.com", "https://media.discordapp.net")
OWN = "https://cdn.discordapp.com/attachments/1/2/a.png?ex=1&is=2&hm=3"


def attachment(**changes: Any) -> dict[str, Any]:
    return {"id": "2", "filename": "a.png", "size": 10, "url": OWN, "proxy_url": OWN, **changes}


def message(**changes: Any) -> discord.Message:
    payload = {
        "id": "7",
        "channel_id": "9",
        "author": {"id": "5", "username": "bob", "discriminator": "0", "avatar": None, "global_name": None},
        "content": "",
        "timestamp": "2026-01-01T00:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "type": 0,
        **changes,
    }

    async def made() -> discord.Message:
        client = discord.Client(intents=discord.Intents.none())
        channel: Any = client.get_partial_messageable(9)
        return discord.Message(state=client._connection, channel=channel, data=payload)  # type: ignore[arg-type]

    return asyncio.run(made())


def test_an_attachment_keeps_all_that_is_said_of_it() -> None:
    (found,) = in_message(
        message(attachments=[attachment(flags=8, description="A cat", width=3, height=4, content_type="image/png")]),
        origins=ORIGINS,
    )
    assert (found.url, found.filename, found.author, found.attachment) == (OWN, "a.png", 5, 2)
    assert (found.spoiler, found.alt, found.width, found.height) == (True, "A cat", 3, 4)
    assert found.message == (9, 7)


def test_a_spoiler_is_known_by_its_name_too() -> None:
    (found,) = in_message(message(attachments=[attachment(filename="SPOILER_a.png")]), origins=ORIGINS)
    assert found.spoiler


def test_a_forwarded_message_brings_its_pictures() -> None:
    inner = {
        "type": 0,
        "content": "",
        "embeds": [],
        "attachments": [attachment()],
        "timestamp": "2026-01-01T00:00:00+00:00",
        "edited_timestamp": None,
    }
    (found,) = in_message(message(message_snapshots=[{"message": inner}]), origins=ORIGINS)
    assert (found.url, found.author) == (OWN, 5)
    assert found.origin == 1, "the channel that its link names"
    reference = {"type": 1, "message_id": "3", "channel_id": "4", "guild_id": "8"}
    (found,) = in_message(message(message_snapshots=[{"message": inner}], message_reference=reference), origins=ORIGINS)
    assert found.origin == 4, "where it was forwarded from"


def test_a_picture_is_from_the_channel_that_it_was_posted_in() -> None:
    (found,) = in_message(message(attachments=[attachment()]), origins=ORIGINS)
    assert found.origin == 9
    assert of_link(OWN, author=5, origins=ORIGINS).origin == 1
    avatar = "https://cdn.discordapp.com/avatars/1/2.png"
    assert of_link(avatar, author=5, origins=ORIGINS).origin is None


def test_embeds_count_only_from_discords_own_origins() -> None:
    media = "https://media.discordapp.net/attachments/1/3/b.png?ex=1"
    embeds = [
        {"type": "image", "url": "https://example.org/x.png", "thumbnail": {"url": "https://example.org/x.png"}},
        {"type": "image", "url": media, "thumbnail": {"url": media}},
        {"type": "rich", "image": {"url": "https://cdn.discordapp.com.example.org/y.png"}},
        {"type": "rich", "image": {"url": "attachment://a.png"}},
        {"type": "rich", "image": {"url": OWN}},
        {"type": "rich", "title": "no picture"},
    ]
    found = in_message(message(attachments=[attachment()], embeds=embeds), origins=ORIGINS)
    assert [one.url for one in found] == [OWN, media], "and the attachment that an embed shows only once"
