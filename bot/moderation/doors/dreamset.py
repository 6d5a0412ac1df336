"""`!dreamset`: everything that `/settings` does, in messages.

!dreamset layer patterns            for the server
!dreamset #garden layer patterns    for a channel; @artists for a role
!dreamset reset layer · show · export · import · history · undo · form
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable

import discord

from bot.dreaming.conversation import reply
from bot.dreaming.readers import speak_where
from bot.dreaming.words import sentence_for
from bot.errors import Refusal
from bot.moderation.catalogue import setting_called
from bot.moderation.doors import sentences
from bot.moderation.doors.commands import content_of
from bot.moderation.doors.desk import Desk
from bot.moderation.doors.forms import Forms
from bot.moderation.doors.places import leading_place, place_named
from bot.moderation.doors.replies import Reply, reply_to
from bot.moderation.doors.who import Who, allow_settings, who_wrote
from bot.moderation.places import SERVER, Scope

LONGEST_KEY = 4  #: words: server per hour … and one more

log = logging.getLogger(__name__)


def addressed(content: str, *, prefix: str, me: int) -> str | None:
    """What follows `!dreamset`, or `dreamset` after a mention of the bot; None for any other message.

    >>> addressed("!dreamset layer 4c", prefix="!", me=1), addressed("<@1> dreamset show", prefix="!", me=1)
    ('layer 4c', 'show')
    >>> addressed("!dream layer=4c", prefix="!", me=1) is None
    True
    """
    if "dreamset" not in content.casefold():  # nearly every message
        return None
    text = content.strip()
    heads = (re.escape(prefix), rf"<@!?{me}>[\s,:]*(?:{re.escape(prefix)})?")
    match = re.match(rf"(?:{'|'.join(heads)})dreamset(?=\s|<|$)", text, re.IGNORECASE)
    return None if match is None else text[match.end() :].strip()


class Dreamset:
    """Answers messages that set something, and leaves all others alone."""

    def __init__(self, desk: Desk, forms: Forms, *, client: discord.Client) -> None:
        self._desk = desk
        self._forms = forms
        self._client = client
        self._words: dict[str, Callable[[Who, discord.Message, Scope, str], Awaitable[Reply]]] = {
            "show": self._show,
            "set": self._set,
            "reset": self._reset,
            "unset": self._reset,
            "export": self._export,
            "import": self._import,
            "history": self._history,
            "undo": self._undo,
            "form": self._form,
            "help": self._help,
            "?": self._help,
        }

    async def on_message(self, message: discord.Message) -> bool:
        """Whether it was meant for this door. Never raises an Exception."""
        if self._client.user is None or message.author.bot or message.webhook_id is not None:
            return False
        prefix = self._desk.settings.prefix(message.guild.id if message.guild is not None else None)
        rest = addressed(message.content, prefix=prefix, me=self._client.user.id)
        if rest is None:
            return False
        speak_where(message, self._desk.settings)
        try:
            await reply_to(message, await self._obey(message, rest))
        except Exception as error:
            try:
                await reply(message, sentence_for(error))
            except discord.HTTPException as failure:
                log.info("message %s: could not be told of %r: %r", message.id, error, failure)
        return True

    async def _obey(self, message: discord.Message, rest: str) -> Reply:
        who = who_wrote(message)
        allow_settings(self._desk.settings, who)
        if not rest:
            return (
                self._desk.show(who, SERVER)
                if not message.attachments
                else await self._import(who, message, SERVER, "")
            )
        stored = self._desk.settings.stored(who.server.id)
        leading = leading_place(rest, who.server, stored)
        scope, rest = leading or (SERVER, rest)
        word, _, more = rest.partition(" ")
        doing = self._words.get(word.casefold())
        if doing is None:
            return await self._set(who, message, scope, rest)
        if leading is None and doing not in (self._set, self._import, self._undo):
            place, after = self._place_after(who, more)
            scope, more = (place, after) if place is not None else (scope, more)
        elif leading is None and doing == self._set:
            scope, more = leading_place(more, who.server, stored) or (scope, more)
        return await doing(who, message, scope, more.strip())

    def _place_after(self, who: Who, text: str) -> tuple[Scope | None, str]:
        """`show #garden`, `show garden`, `reset @artists layer`."""
        stored = self._desk.settings.stored(who.server.id)
        found = leading_place(text, who.server, stored)
        if found is not None:
            return found
        return None, text

    async def _show(self, who: Who, _: discord.Message, scope: Scope, rest: str) -> Reply:
        if rest and scope == SERVER:
            scope = place_named(rest, who.server, self._desk.settings.stored(who.server.id))
        return self._desk.show(who, scope)

    async def _set(self, who: Who, _: discord.Message, scope: Scope, rest: str) -> Reply:
        key, value = self._key_and_value(who, rest)
        return await self._desk.set(who, scope, key, value)

    def _key_and_value(self, who: Who, text: str) -> tuple[str, str]:
        """`layer patterns`, `layer = patterns`, `per hour 5`."""
        prefix = self._desk.settings.prefix(who.server.id)
        name, equals, value = text.partition("=")
        if equals and setting_called(name) is not None:
            key = name
        else:
            words = text.split()
            known = [count for count in range(1, LONGEST_KEY + 1) if setting_called(" ".join(words[:count]))]
            count = max(known, default=1)
            key, value = " ".join(words[:count]), " ".join(words[count:])
        if not key.strip():
            raise Refusal(sentences.unknown_word(prefix))
        setting = setting_called(key)
        if setting is not None and not value.strip():
            raise Refusal(sentences.no_value(prefix, setting.key, setting.range))
        return key, value.strip()

    async def _reset(self, who: Who, _: discord.Message, scope: Scope, rest: str) -> Reply:
        if not rest and scope == SERVER:
            raise Refusal(sentences.reset_what(self._desk.settings.prefix(who.server.id)))
        everything = rest.casefold() in ("", "all", "everything")
        return await self._desk.reset(who, scope, None if everything else rest)

    async def _export(self, who: Who, _: discord.Message, __: Scope, ___: str) -> Reply:
        return self._desk.export(who)

    async def _import(self, who: Who, message: discord.Message, _: Scope, rest: str) -> Reply:
        words = rest.casefold().split()
        wrong = [word for word in words if word not in ("skip", "replace")]
        if wrong:
            raise Refusal(sentences.import_word(wrong[0]))
        if len(message.attachments) != 1:
            raise Refusal(sentences.NO_FILE)
        (file,) = message.attachments
        self._desk.check_import(who, file.size)
        return await self._desk.import_(who, await content_of(file), skip="skip" in words, replace="replace" in words)

    async def _history(self, who: Who, _: discord.Message, __: Scope, ___: str) -> Reply:
        return await self._desk.history(who)

    async def _undo(self, who: Who, _: discord.Message, __: Scope, rest: str) -> Reply:
        return await self._desk.undo(who, rest or None)

    async def _form(self, who: Who, _: discord.Message, scope: Scope, __: str) -> Reply:
        return self._forms.page(who, scope)

    async def _help(self, who: Who, _: discord.Message, __: Scope, ___: str) -> Reply:
        return Reply(text=sentences.help_text(self._desk.settings.prefix(who.server.id)))
