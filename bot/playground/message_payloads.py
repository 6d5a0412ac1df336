"""Messages as Discord writes them, whole, or without the content that takes an intent."""

from __future__ import annotations

from typing import Any

from bot.playground import payloads
from bot.playground.cdn import Cdn
from bot.playground.components import FILE, GALLERY, THUMBNAIL
from bot.playground.model import SPOILER, Attachment, Message, MessageKind
from bot.playground.payloads import moment, moment_or_none
from bot.playground.world import World


class MessagePayloads:
    """Writes messages; links are signed anew each time."""

    def __init__(self, world: World, cdn: Cdn) -> None:
        self._world = world
        self._cdn = cdn

    def readable(self, message: Message) -> bool:
        """Whether the bot may read it without the intent: direct messages, its own, and those that mention it."""
        bot = self._world.bot
        return message.guild_id is None or message.author is bot or bot in message.mentions

    def attachment(self, one: Attachment) -> dict[str, Any]:
        payload: dict[str, Any] = {
            "id": str(one.id),
            "filename": one.filename,
            "size": one.size,
            "url": self._cdn.link(one),
            "proxy_url": self._cdn.proxy_link(one),
            "content_type": one.content_type,
        }
        if one.width is not None and one.height is not None:
            payload |= {"width": one.width, "height": one.height}
        if one.description is not None:
            payload["description"] = one.description
        if one.ephemeral:
            payload["ephemeral"] = True
        if one.spoiler:
            payload["flags"] = SPOILER
        return payload

    def message(self, one: Message, *, content: bool = True, reactions: bool = True) -> dict[str, Any]:
        """`content`: whether whoever reads it has the intent."""
        payload = self._bare(one, content=content)
        if one.kind is MessageKind.REPLY or (one.kind is MessageKind.MENU and one.reply_to is not None):
            payload["referenced_message"] = None
            original = self._find(one.channel_id, one.reply_to)
            if original is not None:
                payload["referenced_message"] = self._bare(original, content=content)
        if one.reactions and reactions:
            payload["reactions"] = [self._reaction(name, users) for name, users in one.reactions.items()]
        return payload

    def _find(self, channel: int, message: int | None) -> Message | None:
        place = self._world.channels.get(channel)
        return None if place is None or message is None else place.messages.get(message)

    def _bare(self, one: Message, *, content: bool) -> dict[str, Any]:
        shown = content or self.readable(one)
        payload: dict[str, Any] = {
            "id": str(one.id),
            "channel_id": str(one.channel_id),
            "type": int(one.kind),
            "content": one.content if shown else "",
            "mentions": [payloads.user(each) for each in one.mentions],
            "mention_roles": [str(each) for each in one.mention_roles],
            "mention_everyone": one.mention_everyone,
            "attachments": [self.attachment(each) for each in one.attachments] if shown else [],
            "embeds": [self._embed(each, one) for each in one.embeds] if shown else [],
            "components": [self._component(each, one) for each in one.components] if shown else [],
            "timestamp": moment(one.created),
            "edited_timestamp": moment_or_none(one.edited),
            "flags": one.flags,
            "author": payloads.user(one.author),
            "pinned": one.pinned is not None,
            "tts": one.tts,
        }
        if one.nonce is not None:
            payload["nonce"] = one.nonce
        if one.reply_to is not None:
            payload["message_reference"] = {
                "type": 0,
                "channel_id": str(one.channel_id),
                "message_id": str(one.reply_to),
            }
            if one.guild_id is not None:
                payload["message_reference"]["guild_id"] = str(one.guild_id)
        if one.author is self._world.bot:
            payload["application_id"] = str(self._world.application.id)
        if one.from_application:
            payload["webhook_id"] = str(self._world.application.id)
        if one.interaction is not None:
            payload["interaction_metadata"] = one.interaction
            if one.interaction_name is not None:
                payload["interaction"] = {
                    "id": one.interaction["id"],
                    "type": one.interaction["type"],
                    "name": one.interaction_name,
                    "user": one.interaction["user"],
                }
        if one.thread is not None and one.thread in self._world.channels:
            payload["thread"] = payloads.channel(self._world.channels[one.thread])
        return payload

    def event(self, one: Message, *, content: bool = True, edited: bool = False) -> dict[str, Any]:
        """As the gateway sends it: with the server and the author's membership, unless only one person sees it."""
        payload = self.message(one, content=content, reactions=False)
        if edited:
            payload["tts"] = False  # whatever it was
        if one.guild_id is not None and one.only_for is None:
            payload["guild_id"] = str(one.guild_id)
            guild = self._world.guilds[one.guild_id]
            member = guild.members.get(one.author.id)
            if member is not None and not one.from_application:
                payload["member"] = payloads.member(member, with_user=False)
            for mention in payload["mentions"]:
                mentioned = guild.members.get(int(mention["id"]))
                if mentioned is not None:
                    mention["member"] = payloads.member(mentioned, with_user=False)
        return payload

    def _reaction(self, name: str, users: list[int]) -> dict[str, Any]:
        text, _, id_ = name.partition(":")
        return {
            "emoji": {"id": id_ or None, "name": text},
            "count": len(users),
            "count_details": {"burst": 0, "normal": len(users)},
            "burst_colors": [],
            "me_burst": False,
            "me": self._world.bot.id in users,
        }

    def _attached(self, url: str, message: Message) -> Attachment | None:
        """The message's own file that attachment://name points to."""
        scheme, _, name = url.partition("://")
        if scheme != "attachment":
            return None
        return next((one for one in message.attachments if one.filename == name), None)

    def _embed(self, embed: dict[str, Any], message: Message) -> dict[str, Any]:
        written = dict(embed)
        for key in ("image", "thumbnail"):
            if key in embed:
                written[key] = {"url": embed[key]["url"]}
                own = self._attached(embed[key]["url"], message)
                if own is not None:
                    link = self._cdn.link(own)
                    written[key] = {"url": link, "proxy_url": link, "content_type": own.content_type, "flags": 0}
                    if own.width is not None and own.height is not None:
                        written[key] |= {"width": own.width, "height": own.height}
        return written

    def _component(self, one: dict[str, Any], message: Message) -> dict[str, Any]:
        written = dict(one)
        if one["type"] == THUMBNAIL:
            written["media"] = self._media(one["media"], message)
        elif one["type"] == GALLERY:
            written["items"] = [{**item, "media": self._media(item["media"], message)} for item in one["items"]]
        elif one["type"] == FILE:
            written["file"] = self._media(one["file"], message)
            own = self._attached(one["file"]["url"], message)
            if own is not None:
                written |= {"name": own.filename, "size": own.size}
        if "components" in one:
            written["components"] = [self._component(inner, message) for inner in one["components"]]
        if "accessory" in one:
            written["accessory"] = self._component(one["accessory"], message)
        return written

    def _media(self, media: dict[str, Any], message: Message) -> dict[str, Any]:
        own = self._attached(media["url"], message)
        if own is None:
            return {"id": "0", "url": media["url"], "proxy_url": media["url"], "width": None, "height": None}
        link = self._cdn.link(own)
        return {
            "id": str(own.id),
            "url": link,
            "proxy_url": link,
            "width": own.width,
            "height": own.height,
            "content_type": own.content_type,
            "attachment_id": str(own.id),
        }
