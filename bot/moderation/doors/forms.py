"""Settings by clicking: a page with menus for the place and the group, and forms of up to five fields.

Nothing is remembered between two clicks: the place, the group and what a form held when it was opened stand in the ids;
what did not work stands in the message that says so, and `Correct it` takes it from there.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import discord

from bot.dreaming.conversation import Interaction
from bot.dreaming.handles import chosen, typed_in
from bot.dreaming.help import COLOUR
from bot.errors import Refusal
from bot.languages import tr
from bot.moderation.catalogue import Group, Setting
from bot.moderation.doors import fields, sentences, showing
from bot.moderation.doors.desk import Desk
from bot.moderation.doors.fields import Field, Way, field_of, group_named
from bot.moderation.doors.handles import Act, Handle, handle, place_of, short
from bot.moderation.doors.replies import Reply, button, say_to, turn_into, view_of
from bot.moderation.doors.sentences import code, plain
from bot.moderation.doors.who import Who, allow_settings
from bot.moderation.importing import BadValues
from bot.moderation.layers import at
from bot.moderation.places import SERVER, Level, Scope, channel_scope, role_scope
from dreamcore.errors import clip

TYPED = "› "  #: what was typed begins with it, in the message that says what is wrong
EMPTY = "–"  #: nothing was typed
_MENTIONS = {Way.ROLES: "<@&{id}>", Way.CHANNELS: "<#{id}>"}
CHANNEL_KINDS = [
    *(discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.voice, discord.ChannelType.forum),
    *(discord.ChannelType.public_thread, discord.ChannelType.private_thread, discord.ChannelType.stage_voice),
]


class Forms:
    """Everything behind `/settings form`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def page(self, who: Who, scope: Scope, group: Group = Group.DEFAULTS, *, text: str = "") -> Reply:
        """What is set for a place, one group of it, and the ways to change it."""
        allow_settings(self._desk.settings, who)
        if not who.server.has(scope):
            scope = SERVER
        groups = fields.groups(scope.level)
        group = group if group in groups else groups[0]
        place = (who.server.name or tr("this server")) if scope == SERVER else who.server.call(scope)
        embed = discord.Embed(title=clip(f"{group.title} · {place}", 250), colour=COLOUR)
        for setting in fields.settings_of(group, scope.level):
            embed.add_field(name=setting.key, value=self._state(who, scope, setting), inline=False)
        embed.set_footer(text=tr(sentences.FORM_FOOT))
        name = group.name.lower()
        opening = [
            button(
                tr("Change {keys}", keys=", ".join(setting.key for setting in its)),
                handle(Act.OPEN, short(scope), name, number),
                style=discord.ButtonStyle.primary,
            )
            for number, its in enumerate(fields.pages(group, scope.level))
        ]
        server = button(tr("The whole server"), handle(Act.PAGE, "server", name), disabled=scope == SERVER)
        rows: list[list[Any]] = [
            [_group_menu(groups, group, scope)],
            [_channel_menu(name, scope)],
            [_role_menu(name, scope)],
            [*opening, server, button(tr("Show all"), handle(Act.SHOW, short(scope), 0))],
        ]
        return Reply(text=text, embed=embed, view=view_of(rows))

    def _state(self, who: Who, scope: Scope, setting: Setting) -> str:
        """One setting: what it is for, what holds, and who says so."""
        value = self._desk.settings.of(at(who.server, scope)).of(setting.key)
        stored = self._desk.settings.stored(who.server.id).get(scope, {}).get(setting.key)
        shown = showing.value_text(value, who.server, own=stored is not None)
        source = plain(", ".join(who.server.call(one) for one in value.scopes[:3]))
        lines = [setting.purpose, f"{shown} · {source}"]
        for one in value.ignored[:2]:
            values = {"value": code(clip(one.stored, 60)), "reason": plain(one.reason)}
            lines.append(tr("⚠️ {value} is not in force: {reason}", **values))
        return "\n".join(lines)[:1024]

    # --- clicks

    async def turn(self, interaction: Interaction, who: Who, read: Handle) -> None:
        """A page, by a button or a menu."""
        first, second = (*read.more, "", "")[:2]
        scope, group = place_of(first), group_named(second)
        values = chosen(interaction)
        if read.act is Act.PICK_GROUP and values:
            group = group_named(values[0])
        elif read.act is Act.PICK_PLACE:
            group = group_named(first)
            scope = _picked(interaction, values) or SERVER
        await turn_into(interaction, self.page(who, scope, group))

    async def open(self, interaction: Interaction, who: Who, read: Handle) -> None:
        """A form, with what is set now."""
        allow_settings(self._desk.settings, who)
        scope, group, number = _of(read)
        its = self._settings(scope, group, number)
        found = self._fields(who, scope, its)
        marks = ".".join(fields.stamp(one.value) for one in found)
        custom_id = handle(Act.SAVE, short(scope), group.name.lower(), number, marks)
        await interaction.response.send_modal(_modal(custom_id, self._title(who, scope, group), found))

    async def reopen(self, interaction: Interaction, who: Who, read: Handle) -> None:
        """The form once more, with what was typed: it stands in the message under which the button is."""
        allow_settings(self._desk.settings, who)
        scope, group, number = _of(read)
        shown = _shown_before(interaction.message)
        its = self._fields(who, scope, self._settings(scope, group, number))
        found = [_holding(one, _typed(one, shown[one.key]) if one.key in shown else None) for one in its]
        custom_id = handle(Act.SAVE_AGAIN, *read.more)
        await interaction.response.send_modal(_modal(custom_id, self._title(who, scope, group), found))

    async def save(self, interaction: Interaction, who: Who, read: Handle) -> None:
        """A form was handed in: all of it is taken, or none."""
        allow_settings(self._desk.settings, who)
        scope, group, number = _of(read)
        marks = read.more[3] if len(read.more) > 3 else ""
        typed = typed_in(interaction)
        wanted = fields.changed(typed, self._settings(scope, group, number), marks)
        try:
            told = await self._desk.set_all(who, scope, wanted) if wanted else Reply(text=sentences.NOTHING_CHANGED)
        except BadValues as error:
            problems = {key: problem for (_, key), problem in error.problems.items()}
            made = self._wrong(who, read, typed, problems)
        else:
            made = self.page(who, scope, group, text=told.text)
        await (turn_into(interaction, made) if interaction.message is not None else say_to(interaction, made))

    def _wrong(self, who: Who, read: Handle, typed: Mapping[str, str], problems: Mapping[str, str]) -> Reply:
        """What does not work, field by field, and all that was typed."""
        embed = discord.Embed(title=tr("Nothing was changed"), colour=discord.Colour.orange())
        embed.description = "\n".join(f"❌ {plain(problem)}" for problem in problems.values())[:2000]
        scope, group, number = _of(read)
        for one in self._fields(who, scope, self._settings(scope, group, number)):
            embed.add_field(name=one.key, value=f"{TYPED}{_written(one, typed.get(one.key, ''))}"[:1024], inline=False)
        fix = button(tr("Correct it"), handle(Act.FIX, *read.more), style=discord.ButtonStyle.primary)
        leave = button(tr("Leave it as it was"), handle(Act.PAGE, short(scope), group.name.lower()))
        return Reply(embed=embed, view=view_of([[fix, leave]]))

    def _settings(self, scope: Scope, group: Group, number: int) -> list[Setting]:
        pages = fields.pages(group, scope.level)
        if number >= len(pages):
            raise Refusal(sentences.FORM_CLOSED)
        return pages[number]

    def _fields(self, who: Who, scope: Scope, its: list[Setting]) -> list[Field]:
        if not who.server.has(scope):
            raise Refusal(sentences.no_place(scope.text, ""))
        effective = self._desk.settings.of(at(who.server, scope))
        stored = self._desk.settings.stored(who.server.id).get(scope, {})
        return [field_of(setting, stored.get(setting.key), effective, who.server) for setting in its]

    def _title(self, who: Who, scope: Scope, group: Group) -> str:
        return clip(f"{group.title}: {who.server.call(scope)}", 45)


def _of(read: Handle) -> tuple[Scope, Group, int]:
    place, group, number = (*read.more, "", "", "0")[:3]
    return place_of(place), group_named(group), int(number) if number.isdecimal() else 0


def _picked(interaction: Interaction, values: list[str]) -> Scope | None:
    """The channel or the role that was chosen from one of Discord's own menus."""
    if not values or not values[0].isdecimal():
        return None
    data: Any = interaction.data or {}
    is_role = data.get("component_type") == discord.ComponentType.role_select.value
    return (role_scope if is_role else channel_scope)(int(values[0]))


def _group_menu(groups: list[Group], group: Group, scope: Scope) -> Any:
    options = [
        discord.SelectOption(
            label=clip(one.title, 100),
            value=one.name.lower(),
            description=_named(fields.settings_of(one, scope.level)),
            default=one is group,
        )
        for one in groups
    ]
    return discord.ui.Select(custom_id=handle(Act.PICK_GROUP, short(scope)), options=options)


def _channel_menu(group: str, scope: Scope) -> Any:
    preset = [discord.Object(scope.id)] if scope.level is Level.CHANNEL and scope.id is not None else []
    return discord.ui.ChannelSelect(
        custom_id=handle(Act.PICK_PLACE, group, "channel"),
        placeholder=tr("… for one channel"),
        channel_types=CHANNEL_KINDS,
        default_values=[discord.SelectDefaultValue.from_channel(one) for one in preset],
    )


def _named(settings: Sequence[Setting]) -> str:
    """As many of their keys as a menu's line holds, each whole."""
    keys = [setting.key for setting in settings]
    return textwrap.shorten(", ".join(keys), 100, placeholder=" …", break_on_hyphens=False)


def _role_menu(group: str, scope: Scope) -> Any:
    preset = [discord.Object(scope.id)] if scope.level is Level.ROLE and scope.id is not None else []
    return discord.ui.RoleSelect(
        custom_id=handle(Act.PICK_PLACE, group, "role"),
        placeholder=tr("… for one role"),
        default_values=[discord.SelectDefaultValue.from_role(one) for one in preset],
    )


class _Modal(discord.ui.Modal):
    """A form that discord.py need not remember: what is handed in is read by its id."""

    def is_finished(self) -> bool:
        return True


def _modal(custom_id: str, title: str, found: list[Field]) -> discord.ui.Modal:
    modal = _Modal(title=title, custom_id=custom_id)
    for one in found:
        text = clip(one.setting.purpose, 100)
        modal.add_item(discord.ui.Label(text=one.key, description=text, component=_component(one)))
    return modal


def _component(one: Field) -> Any:
    shared: dict[str, Any] = {"custom_id": one.key, "required": False}
    if one.way is Way.TEXT:
        most = min(one.longest, 4000)
        return discord.ui.TextInput(default=one.value or None, placeholder=one.hint, max_length=most, **shared)
    shared |= {"placeholder": one.hint, "min_values": 0, "max_values": one.most}
    ids = [discord.Object(int(value)) for value in one.chosen if value.isdecimal()]
    if one.way is Way.ROLES:
        roles: Any = [discord.SelectDefaultValue.from_role(role) for role in ids]
        return discord.ui.RoleSelect(default_values=roles, **shared)
    if one.way is Way.CHANNELS:
        channels: Any = [discord.SelectDefaultValue.from_channel(channel) for channel in ids]
        return discord.ui.ChannelSelect(default_values=channels, channel_types=CHANNEL_KINDS, **shared)
    options = [
        discord.SelectOption(label=name, description=clip(meaning, 100) or None, default=name in one.chosen)
        for name, meaning in one.options
    ]
    return discord.ui.Select(options=options, **shared)


def _written(one: Field, typed: str) -> str:
    """What was typed or chosen, as people read it; `_typed` reads it back."""
    if one.way in _MENTIONS:
        return ", ".join(_MENTIONS[one.way].format(id=part) for part in typed.split(",") if part) or EMPTY
    return typed or EMPTY


def _typed(one: Field, written: str) -> str:
    if one.way in _MENTIONS:
        return ",".join(re.findall(r"[0-9]{1,20}", written, re.ASCII))
    return "" if written == EMPTY else written


def _shown_before(message: discord.Message | None) -> dict[str, str]:
    if message is None or not message.embeds:
        raise Refusal(sentences.FORM_CLOSED)
    return {str(one.name): str(one.value).removeprefix(TYPED.strip()).strip() for one in message.embeds[0].fields}


def _holding(one: Field, typed: str | None) -> Field:
    """The field with what was typed into it."""
    if typed is None:
        return one
    return Field(setting=one.setting, way=one.way, value=typed, hint=one.hint, options=one.options, most=one.most)
