"""The buttons, menus and forms for moderators: what their ids say.

All of them live for ever: an id holds all that is needed, `s1:<act>[:<more>...]`, and nothing else is remembered. An
item does nothing but hand on its handle, as the client's event `moderation`; forms come as raw interactions.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import Any, Self

import discord

from bot.moderation.places import SERVER, Scope

VERSION = "s1"
EVENT = "moderation"  #: dispatched on the client with (interaction, handle)
LONGEST_ID = 100


class Act(enum.Enum):
    """What a button, a menu or a form does."""

    SHOW = "show"  #: more: the place, the page
    HISTORY = "history"  #: more: only edits before this number, 0: the latest
    UNDO = "undo"  #: more: the edit
    PAGE = "page"  #: the form's page: more: the place, the group
    PICK_GROUP = "group"  #: a menu. more: the place
    PICK_PLACE = "place"  #: a menu. more: the group, channel or role
    OPEN = "open"  #: opens a form. more: the place, the group, the page
    SAVE = "save"  #: a form handed in. more: as OPEN, and what its fields held
    FIX = "fix"  #: opens the form again with what was typed. more: as SAVE
    SAVE_AGAIN = "again"  #: a form that was opened by FIX. more: as SAVE
    CANCEL = "cancel"  #: a menu of jobs
    DELETE = "delete"  #: more: the channel, the message


@dataclass(frozen=True, kw_only=True)
class Handle:
    """An id, read. `act` is None for one that this version of the bot cannot read."""

    act: Act | None
    more: tuple[str, ...] = ()

    @property
    def custom_id(self) -> str:
        return ":".join((VERSION, self.act.value if self.act else "", *self.more))

    @classmethod
    def read(cls, custom_id: str) -> Handle:
        """
        >>> Handle.read("s1:show:channel.12:2")
        Handle(act=<Act.SHOW: 'show'>, more=('channel.12', '2'))
        >>> Handle.read("s9:new").act is None
        True
        """
        version, _, rest = custom_id.partition(":")
        name, *more = rest.split(":")
        try:
            act = Act(name) if version == VERSION else None
        except ValueError:
            act = None
        return cls(act=act, more=tuple(more))


def handle(act: Act, *more: object) -> str:
    """The id of an item that does that.

    >>> handle(Act.UNDO, 12)
    's1:undo:12'
    """
    return Handle(act=act, more=tuple(map(str, more))).custom_id


def short(scope: Scope) -> str:
    """A place inside of an id."""
    return scope.text.replace(":", ".")


def long(text: str) -> Scope | None:
    """What `short` has written."""
    return Scope.parse(text.replace(".", ":"))


def place_of(text: str) -> Scope:
    return long(text) or SERVER


class Item(discord.ui.DynamicItem[discord.ui.Item[Any]], template=re.compile(r"s\d{1,3}:.+")):
    """Every button and menu for moderators, of this version and of all others."""

    def __init__(self, item: discord.ui.Item[Any], handle: Handle) -> None:
        super().__init__(item)
        self.handle = handle

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(item, Handle.read(match.string))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        interaction.client.dispatch(EVENT, interaction, self.handle)


def chosen(interaction: discord.Interaction[Any]) -> list[str]:
    """What was chosen from a menu."""
    return [str(value) for value in _data(interaction).get("values", ())]


def form_handle(interaction: discord.Interaction[Any]) -> Handle | None:
    """The handle of a form that was handed in; None for anything else."""
    if interaction.type is not discord.InteractionType.modal_submit:
        return None
    custom_id = str(_data(interaction).get("custom_id", ""))
    return Handle.read(custom_id) if re.fullmatch(r"s\d{1,3}:.+", custom_id) else None


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
