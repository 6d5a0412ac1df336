"""The forms of challenges: opened, handed in, and opened again with what was typed where something did not work.

Nothing is remembered between two clicks: which challenge, which form and which state of it was shown stand in the ids;
what did not work stands in the message that says so, and `Correct it` takes it from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord

from bot.challenges.doors.fields import TITLES, Field, Form, Way
from bot.challenges.doors.handles import OTHER_VERSION, Act, Handle, handle, view_of
from bot.challenges.doors.replies import Page
from bot.dreaming.conversation import Interaction
from bot.dreaming.handles import typed_in
from bot.errors import Refusal
from bot.languages import tr
from bot.moderation.doors.replies import button
from bot.moderation.doors.sentences import FORM_CLOSED
from dreamcore.errors import clip

TYPED = "› "  #: what was typed begins with it, in the message that says what is wrong


def form_of(read: Handle) -> Form:
    """Which form a handle is about. Raises Refusal for another version's."""
    try:
        return Form(read.text(1))
    except ValueError:
        raise Refusal(tr(OTHER_VERSION)) from None


async def open_form(
    interaction: Interaction, form: Form, fields: list[Field], *, challenge: int, revision: int, again: bool = False
) -> None:
    """challenge: 0 for one that is yet to be made. again: from a message that said what was wrong."""
    act = Act.SAVE_AGAIN if again else Act.SAVE
    await open_modal(interaction, handle(act, challenge, form.value, revision), tr(TITLES[form]), fields)


async def open_modal(interaction: Interaction, custom_id: str, title: str, fields: list[Field]) -> None:
    modal = _Modal(title=clip(title, 45), custom_id=custom_id)
    for one in fields:
        modal.add_item(
            discord.ui.Label(
                text=clip(one.label, 45), description=clip(one.help, 100) or None, component=_component(one)
            )
        )
    await interaction.response.send_modal(modal)


def wrong(read: Handle, fields: list[Field], typed: Mapping[str, str], problems: list[str]) -> Page:
    """What does not work, and all that was typed."""
    embed = discord.Embed(title=tr("Nothing was changed"), colour=discord.Colour.orange())
    embed.description = "\n".join(f"❌ {problem}" for problem in problems)[:2000]
    labels = {one.key: one.label for one in fields}
    for key, text in typed.items():
        if key in labels:
            embed.add_field(name=labels[key], value=f"{TYPED}{text}"[:1024], inline=False)
    fix = button(tr("Correct it"), handle(Act.FIX, *read.more[:2]), style=discord.ButtonStyle.primary)
    return Page(embed=embed, view=view_of([[fix]]))


def holding_what_was_typed(fields: list[Field], message: discord.Message | None) -> list[Field]:
    """The fields as `wrong` has shown them. Raises Refusal where that message is gone."""
    if message is None or not message.embeds:
        raise Refusal(tr(FORM_CLOSED))
    shown = message.embeds[0].fields
    typed = {str(one.name): str(one.value).removeprefix(TYPED.strip()).strip() for one in shown}
    return [_with(one, typed.get(one.label)) for one in fields]


def typed(interaction: Interaction) -> dict[str, str]:
    """What was typed into each field."""
    return typed_in(interaction)


class _Modal(discord.ui.Modal):
    """A form that discord.py need not remember: what is handed in is read by its id."""

    def is_finished(self) -> bool:
        return True


def _component(one: Field) -> Any:
    shared: dict[str, Any] = {"custom_id": one.key, "required": one.required}
    if one.way is Way.ROLE:
        preset: Any = [discord.SelectDefaultValue.from_role(discord.Object(int(one.value)))] if one.value else []
        return discord.ui.RoleSelect(default_values=preset, min_values=0, max_values=1, **shared)
    if one.way is Way.MENU:
        options = [
            discord.SelectOption(label=name, description=clip(meaning, 100) or None, default=name == one.value)
            for name, meaning in one.options
        ]
        return discord.ui.Select(options=options, min_values=0, max_values=1, **shared)
    style = discord.TextStyle.paragraph if one.way is Way.TEXT else discord.TextStyle.short
    return discord.ui.TextInput(default=one.value or None, max_length=one.longest, style=style, **shared)


def _with(one: Field, text: str | None) -> Field:
    if text is None:
        return one
    values = {name: getattr(one, name) for name in ("key", "label", "help", "way", "longest", "required", "options")}
    return Field(value=text, **values)
