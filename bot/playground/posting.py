"""Messages come, change and go, by the same rules for people and for the bot. Who may do what is for the callers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.playground import components, images, payloads
from bot.playground.cdn import Cdn, tidy_filename
from bot.playground.drafts import (
    File,
    Kept,
    check_message,
    is_spoiler,
    needs_something,
    sort_attachments,
    tidy_embeds,
)
from bot.playground.errors import Problems
from bot.playground.events import Event, Intent
from bot.playground.mentioning import mention
from bot.playground.message_payloads import MessagePayloads
from bot.playground.model import Attachment, Channel, Message, MessageFlag, MessageKind, User
from bot.playground.permissions import Permission
from bot.playground.times import Times
from bot.playground.world import World

#: Flags that a sender may set; the rest is ignored.
_SENDABLE = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.SILENT | MessageFlag.COMPONENTS_V2 | MessageFlag.EPHEMERAL
_EVERYTHING: dict[str, Any] = {"parse": ["users", "roles", "everyone"], "replied_user": True}


@dataclass(kw_only=True)
class Circumstances:
    """What surrounds a message that is sent, besides its fields."""

    kind: MessageKind = MessageKind.DEFAULT
    interaction: dict[str, Any] | None = None
    interaction_name: str | None = None
    given: list[Attachment] = field(default_factory=list)
    from_application: bool = False
    only_for: int | None = None
    answers: Message | None = None  # the message on which somebody used a menu or a button
    flags: int = 0
    default_mentions: dict[str, Any] = field(default_factory=lambda: _EVERYTHING)


class Posting:
    def __init__(self, *, world: World, cdn: Cdn, payloads_: MessagePayloads, times: Times) -> None:
        self._world = world
        self._cdn = cdn
        self._payloads = payloads_
        self._times = times
        self._nonces: dict[tuple[int, str], tuple[float, Message]] = {}

    def create(
        self,
        channel: Channel,
        author: User,
        payload: dict[str, Any],
        files: dict[int, File],
        around: Circumstances | None = None,
    ) -> Message:
        """Send a message. Raises ApiError for what Discord would not take."""
        around = around or Circumstances()
        flags = (int(payload.get("flags") or 0) & _SENDABLE) | around.flags
        check_message(payload, v2=bool(flags & MessageFlag.COMPONENTS_V2))
        nonce = payload.get("nonce")
        earlier = self._by_nonce(author, nonce) if payload.get("enforce_nonce") else None
        if earlier is not None:
            return earlier
        world = self._world
        message = Message(
            id=world.ids.next(),
            channel_id=channel.id,
            guild_id=channel.guild_id,
            author=author,
            created=world.clock(),
            kind=around.kind,
            content=(payload.get("content") or "").strip(),
            embeds=tidy_embeds(payload.get("embeds") or []),
            components=components.numbered(payload.get("components") or []),
            flags=flags,
            nonce=nonce,
            tts=bool(payload.get("tts")),
            interaction=around.interaction,
            interaction_name=around.interaction_name,
            given=around.given,
            from_application=around.from_application,
            only_for=around.only_for,
        )
        if around.only_for is not None:
            message.flags |= MessageFlag.EPHEMERAL
        wanted = sort_attachments(payload, files, set())
        new = list(files.values()) if wanted is None else [one for one in wanted if isinstance(one, File)]
        message.attachments = [self._attach(one, message) for one in new]
        needs_something(
            content=message.content,
            embeds=message.embeds,
            components_=message.components,
            attachments=message.attachments,
            flags=message.flags,
        )
        self._refer(message, payload.get("message_reference"), channel)
        mention(world, message, payload.get("allowed_mentions") or around.default_mentions, ping=True)
        if around.answers is not None:
            message.reply_to = around.answers.id
        channel.messages[message.id] = message
        channel.last_message_id = message.id
        if nonce is not None:
            self._forget_nonces()
        self.remember(message)
        self._emit("MESSAGE_CREATE", message)
        return message

    def remember(self, message: Message) -> None:
        """What there is of a message besides itself: its nonce for a while, its files as long as it shows them."""
        if message.nonce is not None:
            self._nonces[message.author.id, str(message.nonce)] = (message.created, message)
        for attachment in (*message.attachments, *message.given):
            self._cdn.keep(attachment)

    def edit(self, message: Message, payload: dict[str, Any], files: dict[int, File]) -> None:
        """Change what the request names, and nothing else. Attachments that it does not list are gone."""
        flags = message.flags
        if payload.get("flags") is not None:
            changeable = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.COMPONENTS_V2
            flags = (flags & ~MessageFlag.SUPPRESS_EMBEDS) | (int(payload["flags"]) & changeable)
        check_message(payload, v2=bool(flags & MessageFlag.COMPONENTS_V2))
        content = (payload["content"] or "").strip() if "content" in payload else message.content
        embeds = tidy_embeds(payload["embeds"] or []) if "embeds" in payload else message.embeds
        parts = components.numbered(payload["components"] or []) if "components" in payload else message.components
        present = {one.id: one for one in message.attachments}
        wanted = sort_attachments(payload, files, set(present))
        if wanted is None:
            wanted = [*(Kept(id=one) for one in present), *files.values()]
        if len(wanted) > 10:
            problems = Problems()
            problems.add("attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
            problems.answer()
        needs_something(content=content, embeds=embeds, components_=parts, attachments=wanted, flags=0)
        attachments = []
        for one in wanted:
            if isinstance(one, Kept):
                stays = present.pop(one.id)
                if one.described:
                    stays.description = one.description
                attachments.append(stays)
            else:
                attachments.append(self._attach(one, message))
        for gone in present.values():
            self._cdn.drop(gone)
        for attachment in attachments:
            self._cdn.keep(attachment)
        message.content, message.embeds, message.components = content, embeds, parts
        message.attachments, message.flags = attachments, flags & ~MessageFlag.LOADING
        if "content" in payload:
            mention(self._world, message, payload.get("allowed_mentions") or _EVERYTHING, ping=False)
        message.edited = self._world.clock()
        message.edits += 1
        self._emit("MESSAGE_UPDATE", message)

    def fulfil(self, message: Message, payload: dict[str, Any], files: dict[int, File]) -> None:
        """The answer that was promised: an edit that does not count as one."""
        self.edit(message, payload, files)
        message.edited = None

    def delete(self, message: Message) -> None:
        self._remove(message)
        if message.only_for is None:
            payload = {"id": str(message.id), "channel_id": str(message.channel_id)}
            self._send("MESSAGE_DELETE", message, payload, payload)
        self._world.watchers.tell(message)

    def delete_together(self, messages: list[Message]) -> None:
        """Of one channel, which the bot hears of at once."""
        for message in messages:
            self._remove(message)
        if messages:
            ids = [str(one.id) for one in messages]
            payload = {"ids": ids, "channel_id": str(messages[0].channel_id)}
            self._send("MESSAGE_DELETE_BULK", messages[0], payload, payload)
        for message in messages:
            self._world.watchers.tell(message)

    def _remove(self, message: Message) -> None:
        del self._world.channels[message.channel_id].messages[message.id]
        message.deleted = True
        for attachment in message.attachments:
            self._cdn.drop(attachment)

    def pin(self, message: Message, at: float | None) -> None:
        """`at` None: no longer."""
        channel = self._world.channels[message.channel_id]
        message.pinned, channel.last_pin = at, at or channel.last_pin
        payload = {"channel_id": str(channel.id), "last_pin_timestamp": payloads.moment_or_none(channel.last_pin)}
        self._send("CHANNEL_PINS_UPDATE", message, payload, payload, Intent.GUILDS)
        self.changed(message)

    def changed(self, message: Message) -> None:
        """After a change of what hangs on it."""
        self._emit("MESSAGE_UPDATE", message)

    def react(self, message: Message, user: User, emoji: str, *, add: bool) -> None:
        """`emoji`: the character itself, or name:id. Does nothing where nothing changes."""
        users = message.reactions.setdefault(emoji, [])
        if add is (user.id in users):
            return
        (users.append if add else users.remove)(user.id)
        if not users:
            del message.reactions[emoji]
        name, _, id_ = emoji.partition(":")
        payload: dict[str, Any] = {
            "user_id": str(user.id),
            "channel_id": str(message.channel_id),
            "message_id": str(message.id),
            "emoji": {"id": id_ or None, "name": name},
            "burst": False,
            "type": 0,
        }
        if add:
            payload["message_author_id"] = str(message.author.id)
            guild = self._world.guilds.get(message.guild_id or 0)
            if guild is not None and user.id in guild.members:
                payload["member"] = payloads.member(guild.members[user.id])
        event = "MESSAGE_REACTION_ADD" if add else "MESSAGE_REACTION_REMOVE"
        self._send(event, message, payload, payload, Intent.GUILD_MESSAGE_REACTIONS, Intent.DIRECT_MESSAGE_REACTIONS)
        self._world.watchers.tell(message)

    def attachment(self, file: File, channel: Channel, *, ephemeral: bool = False) -> Attachment:
        """A file that has been uploaded, e.g. as a command's option."""
        size = images.dimensions(file.data)
        made = Attachment(
            id=self._world.ids.next(),
            channel_id=channel.id,
            filename=tidy_filename(file.filename),
            content_type=images.content_type(file.data, file.filename),
            data=file.data,
            width=None if size is None else size[0],
            height=None if size is None else size[1],
            description=file.description,
            spoiler=is_spoiler(file),
            ephemeral=ephemeral,
        )
        self._cdn.keep(made)
        return made

    def _attach(self, file: File, message: Message) -> Attachment:
        channel = self._world.channels[message.channel_id]
        return self.attachment(file, channel, ephemeral=message.only_for is not None)

    def _forget_nonces(self) -> None:
        for key, (at, _) in tuple(self._nonces.items()):
            if self._world.clock() - at < self._times.nonce:
                break
            del self._nonces[key]

    def _by_nonce(self, author: User, nonce: object) -> Message | None:
        key = (author.id, str(nonce))
        if nonce is None or key not in self._nonces:
            return None
        at, message = self._nonces[key]
        remembered = self._world.clock() - at < self._times.nonce
        return message if remembered and not message.deleted else None

    def _refer(self, message: Message, reference: dict[str, Any] | None, channel: Channel) -> None:
        if not reference:
            return
        original = channel.messages.get(int(reference["message_id"]))
        if original is not None and original.only_for is None:
            message.kind, message.reply_to = MessageKind.REPLY, original.id
        elif reference.get("fail_if_not_exists", True):
            problems = Problems()
            problems.add("message_reference", "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
            problems.answer()

    def _emit(self, name: str, message: Message) -> None:
        edited = name == "MESSAGE_UPDATE"
        whole = self._payloads.event(message, edited=edited)
        if message.only_for is not None:
            # It goes to the person and to the bot, past the server.
            self._world.emit(Event(name=name, guild=None, payload=whole, intent=Intent.DIRECT_MESSAGES))
        elif self._payloads.readable(message):
            self._send(name, message, whole, whole)
        else:
            self._send(name, message, whole, self._payloads.event(message, edited=edited, content=False))
        self._world.watchers.tell(message)

    def _send(
        self,
        name: str,
        message: Message,
        payload: dict[str, Any],
        blank: dict[str, Any],
        in_guild: Intent = Intent.GUILD_MESSAGES,
        direct: Intent = Intent.DIRECT_MESSAGES,
    ) -> None:
        world = self._world
        channel = world.channels[message.channel_id]
        guild = message.guild_id
        if guild is not None:
            payload, blank = ({**one, "guild_id": str(guild)} for one in (payload, blank))
            # A bot hears nothing from channels that it cannot see.
            if not world.may(world.bot, channel) & Permission.VIEW_CHANNEL:
                return
        elif world.bot is not message.author and not channel.recipients:
            return
        intent = direct if guild is None else in_guild
        world.emit(Event(name=name, guild=guild, payload=payload, blank=blank, intent=intent))
