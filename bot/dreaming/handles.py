"""Buttons, menus and forms that live for ever: an id holds all that is needed, and nothing else is remembered.

An id is `<version>:<act>[:<more>...]`; a version is a letter and a number. An item does nothing but hand on its handle,
as an event of the client; forms come as raw interactions. Each folder of doors has acts and items of its own.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Self, TypeVar, cast

import discord

from bot.dreaming.buttons import EternalView

ActT = TypeVar("ActT", bound=enum.Enum)
HandleT = TypeVar("HandleT", bound="AnyHandle[Any]")


def ids(letter: str) -> re.Pattern[str]:
    """All ids that begin with this letter, of this version of the bot and of all others."""
    return re.compile(rf"{letter}\d{{1,3}}:.+")


@dataclass(frozen=True, kw_only=True)
class AnyHandle(Generic[ActT]):
    """An id, read. `act` is None for one that this version of the bot cannot read."""

    VERSION: ClassVar[str]
    ACTS: ClassVar[type[enum.Enum]]

    act: ActT | None
    more: tuple[str, ...] = ()

    @property
    def custom_id(self) -> str:
        return ":".join((self.VERSION, self.act.value if self.act else "", *self.more))

    @classmethod
    def read(cls, custom_id: str) -> Self:
        version, _, rest = custom_id.partition(":")
        name, *more = rest.split(":")
        try:
            act = cast(ActT, cls.ACTS(name)) if version == cls.VERSION else None
        except ValueError:
            act = None
        return cls(act=act, more=tuple(more))


class AnyItem(discord.ui.DynamicItem[discord.ui.Item[Any]], template=re.compile(r"(?!)")):
    """Every button and menu whose id has the template of the subclass."""

    HANDLE: ClassVar[type[AnyHandle[Any]]]
    EVENT: ClassVar[str]  #: dispatched on the client with (interaction, handle)

    def __init__(self, item: discord.ui.Item[Any], handle: AnyHandle[Any]) -> None:
        super().__init__(item)
        self.handle = handle

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(item, cls.HANDLE.read(match.string))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        interaction.client.dispatch(self.EVENT, interaction, self.handle)


def eternal_view(rows: Sequence[Sequence[discord.ui.Item[Any]]], kind: type[AnyItem]) -> discord.ui.View | None:
    """Rows of buttons and menus that live for ever; None where there are none."""
    view = EternalView(timeout=None)
    for number, row in enumerate(row for row in rows if row):
        for item in row:
            item.row = number
            custom_id = getattr(item, "custom_id", None)
            linked = getattr(item, "url", None)
            view.add_item(item if linked or not custom_id else kind(item, kind.HANDLE.read(custom_id)))
    return view if view.children else None


def submitted(interaction: discord.Interaction[Any], kind: type[HandleT], pattern: re.Pattern[str]) -> HandleT | None:
    """The handle of a form that was handed in; None for anything else."""
    if interaction.type is not discord.InteractionType.modal_submit:
        return None
    custom_id = str(_data(interaction).get("custom_id", ""))
    return kind.read(custom_id) if pattern.fullmatch(custom_id) else None


def chosen(interaction: discord.Interaction[Any]) -> list[str]:
    """What was chosen from a menu."""
    return [str(value) for value in _data(interaction).get("values", ())]


def typed_in(interaction: discord.Interaction[Any]) -> dict[str, str]:
    """What was typed into a form's fields, and what was chosen there, parted by commas."""
    found: dict[str, str] = {}

    def look(components: Any) -> None:
        for one in components or ():
            if "custom_id" in one and ("value" in one or "values" in one):
                values = one.get("values") or []
                found[str(one["custom_id"])] = str(one.get("value") or ",".join(map(str, values)))
            look(one.get("components"))
            look([one["component"]] if one.get("component") else ())

    look(_data(interaction).get("components"))
    return found


def _data(interaction: discord.Interaction[Any]) -> dict[str, Any]:
    data: Any = interaction.data or {}
    return dict(data)
