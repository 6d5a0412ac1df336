"""The buttons, menus and forms for moderators: what their ids say. See `bot.dreaming.handles`."""

from __future__ import annotations

import enum
from typing import Any

import discord

from bot.dreaming.handles import AnyHandle, AnyItem, ids, submitted
from bot.moderation.places import SERVER, Scope

EVENT = "moderation"  #: dispatched on the client with (interaction, handle)
PATTERN = ids("s")


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


class Handle(AnyHandle[Act]):
    """
    >>> Handle.read("s1:show:channel.12:2")
    Handle(act=<Act.SHOW: 'show'>, more=('channel.12', '2'))
    >>> Handle.read("s9:new").act is None
    True
    """

    VERSION = "s1"
    ACTS = Act


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


class Item(AnyItem, template=PATTERN):
    """Every button and menu for moderators, of this version and of all others."""

    HANDLE = Handle
    EVENT = EVENT


def form_handle(interaction: discord.Interaction[Any]) -> Handle | None:
    """The handle of a form that was handed in; None for anything else."""
    return submitted(interaction, Handle, PATTERN)
