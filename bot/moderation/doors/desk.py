"""What can be done with settings, whichever way somebody asks: by slash, by prefix or by form."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from bot.errors import Refusal
from bot.languages import tr
from bot.moderation import exchange
from bot.moderation.catalogue import SETTINGS, setting_called, unknown_setting
from bot.moderation.doors import sentences, showing
from bot.moderation.doors.logbook import Logbook
from bot.moderation.doors.places import place_named
from bot.moderation.doors.replies import Reply
from bot.moderation.doors.sentences import code
from bot.moderation.doors.who import Who, allow_settings
from bot.moderation.doors.writable import writing_needs
from bot.moderation.edits import DREAMING, Edit, EditKind
from bot.moderation.layers import at
from bot.moderation.listing import Channels
from bot.moderation.pausing import Pausing
from bot.moderation.places import Scope
from bot.moderation.settings import Settings
from bot.moderation.texts import NOT_SET

HISTORY_PAGE = 8
LOOK_BACK = 50  #: edits among which the one to undo is looked for
MOST_NAMED = 3  #: channels in which the bot may not write

log = logging.getLogger(__name__)


class Desk:
    """All methods raise Refusal: one sentence, and nothing was changed."""

    def __init__(self, *, settings: Settings, pausing: Pausing, logbook: Logbook) -> None:
        self.settings = settings
        self._pausing = pausing
        self.logbook = logbook

    def place(self, who: Who, typed: str | None) -> Scope:
        """The place that was typed; the server where nothing was."""
        return place_named(typed or "", who.server, self.settings.stored(who.server.id))

    def show(self, who: Who, scope: Scope, page: int = 0) -> Reply:
        allow_settings(self.settings, who)
        return showing.shown(self.settings, who.server, scope, page)

    async def set(self, who: Who, scope: Scope, key: str, text: str) -> Reply:
        setting = setting_called(key)
        if setting is None:
            allow_settings(self.settings, who)
            raise Refusal(unknown_setting(key))
        if not text.strip():
            return await self.reset(who, scope, setting.key)
        allow_settings(self.settings, who)
        edit = await self.settings.set(who.server, scope, setting.key, text, by=who.editor)
        return self._told(who, edit)

    async def set_all(self, who: Who, scope: Scope, typed: Mapping[str, str]) -> Reply:
        """Several of one place at once, as a form does; an empty text takes a value back."""
        allow_settings(self.settings, who)
        return self._told(who, await self.settings.set_all(who.server, scope, typed, by=who.editor))

    async def reset(self, who: Who, scope: Scope, key: str | None) -> Reply:
        """One setting of a place; all of them without a key."""
        allow_settings(self.settings, who)
        edit = await self.settings.reset(who.server, scope, key or None, by=who.editor)
        if not edit:
            return Reply(text=sentences.NOTHING_SET)
        return self._told(who, edit)

    async def undo(self, who: Who, number: str | None) -> Reply:
        """Take an edit back; without a number, the latest one that is not taken back already."""
        allow_settings(self.settings, who)
        if number is not None and not number.strip().lstrip("#").isdecimal():
            raise Refusal(sentences.not_a_number(number))
        chosen = await self._latest(who) if number is None else int(number.strip().lstrip("#"))
        edit = await self.settings.edit(who.server.id, chosen)
        if edit is not None and any(change.key == DREAMING for change in edit.changes):
            return self._told(who, await self._pausing.undo(who.server, chosen, by=who.editor.id))
        return self._told(who, await self.settings.undo(who.server, chosen, by=who.editor))

    async def _latest(self, who: Who) -> int:
        edits = await self.settings.edits(who.server.id, limit=LOOK_BACK)
        undone = {edit.undoes for edit in edits}
        for edit in edits:
            if edit.kind is not EditKind.UNDO and edit.number not in undone:
                return edit.number
        raise Refusal(sentences.NOTHING_LEFT_TO_UNDO)

    async def history(self, who: Who, before: int = 0) -> Reply:
        allow_settings(self.settings, who)
        edits = await self.settings.edits(who.server.id, limit=HISTORY_PAGE + 1, before=before or None)
        if not edits:
            return Reply(text=sentences.NO_CHANGES)
        page, more = edits[:HISTORY_PAGE], len(edits) > HISTORY_PAGE
        return showing.history(who.server, page, before=before, more=more)

    def export(self, who: Who) -> Reply:
        allow_settings(self.settings, who)
        text = self.settings.export(who.server)
        return Reply(text=sentences.EXPORTED, file=("dreambot-settings.txt", text.encode()))

    async def import_(self, who: Who, data: bytes, *, skip: bool, replace: bool) -> Reply:
        allow_settings(self.settings, who)
        text = exchange.text_of(data)
        made = await self.settings.import_(who.server, text, by=who.editor, skip=skip, replace=replace)
        told = self._told(who, made.edit)
        if made.skipped:
            left = [sentences.left_out(len(made.skipped)), *made.skipped[:8]]
            told = told.but_also(*left, "…" if len(made.skipped) > 8 else None)
        return told

    def check_import(self, who: Who, size: int) -> None:
        """Raises Refusal for a file that need not even be fetched."""
        allow_settings(self.settings, who)
        if size > exchange.LONGEST:
            exchange.text_of(b" " * (exchange.LONGEST + 1))

    def _told(self, who: Who, edit: Edit) -> Reply:
        """What was changed, and what the moderator should know about it."""
        if not edit:
            return Reply(text=sentences.NOTHING_CHANGED).but_also(self.logbook.trouble(who.guild))
        if len(edit.changes) == 1 and edit.kind in (EditKind.SET, EditKind.RESET):
            lines = [self._sentence(who, edit)]
        else:
            head = sentences.undone(edit.undoes) if edit.undoes else sentences.changes_made(len(edit.changes))
            lines = [head, *(f"• {line}" for line in showing.change_lines(who.server, edit.changes))]
        trouble = self.logbook.trouble(who.guild)  # which one of the hints may have said
        return Reply(text="\n".join(lines)).but_also(*dict.fromkeys((*self._hints(who, edit), trouble)))

    def _sentence(self, who: Who, edit: Edit) -> str:
        (change,) = edit.changes
        server, place = who.server, who.server.call(change.scope)
        before = tr(NOT_SET) if change.before is None else code(showing.text_of(change.key, change.before, server))
        if change.after is None:
            if not server.has(change.scope) or change.key not in SETTINGS:
                return sentences.removed(change.key, place, before)
            value = self.settings.of(at(server, change.scope)).of(change.key)
            return sentences.now_reset(change.key, place, before, value.setting.show(value.value, server))
        return sentences.now_set(change.key, place, showing.text_of(change.key, change.after, server), before)

    def _hints(self, who: Who, edit: Edit) -> list[str]:
        found = []
        for change in edit.changes:
            if change.after is None or change.key not in SETTINGS or not who.server.has(change.scope):
                continue
            value = self.settings.of(at(who.server, change.scope)).of(change.key)
            if change.scope not in value.scopes:
                shown = value.setting.show(value.value, who.server)
                found.append(sentences.overruled(shown, who.server.call(value.scope)))
            if change.key == "managers":
                prefix = self.settings.prefix(who.server.id)
                found.append(sentences.roles_see_commands(prefix))
            elif change.key == "prefix":
                found.append(sentences.new_prefix(self.settings.prefix(who.server.id)))
            elif isinstance(value.setting.kind, Channels) and value.value:
                channels = value.value if isinstance(value.value, tuple) else (value.value,)
                missing = {one: needs for one in channels if (needs := writing_needs(who.guild, one))}
                found += [sentences.lacks_permissions(one, needs) for one, needs in list(missing.items())[:MOST_NAMED]]
        return list(dict.fromkeys(found))
