"""The buttons, menus and forms of challenges: what their ids say. See `bot.dreaming.handles`."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Any

import discord

from bot.dreaming.handles import AnyHandle, AnyItem, eternal_view, ids, submitted
from bot.errors import Refusal
from bot.languages import mark, tr

EVENT = "challenge"  #: dispatched on the client with (interaction, handle)
PATTERN = ids("c")

OTHER_VERSION = mark(
    "This was made by another version of me, which I cannot read any more: use `/challenge show` instead."
)


class Act(enum.Enum):
    """What a button, a menu or a form does. `more` begins with the challenge, or with the entry where it says so."""

    # moderators
    PAGE = "page"  #: everything about it, to change it
    FORM = "form"  #: opens a form. more: its name
    SAVE = "save"  #: a form handed in. more: its name, the revision that it showed
    FIX = "fix"  #: opens a form again with what was typed. more: as FORM
    SAVE_AGAIN = "again"  #: a form that was opened by FIX. more: as SAVE
    TOGGLE = "toggle"  #: more: a field that is on or off, and what it becomes: 1 or 0
    PICK_ROLES = "roles"  #: a menu
    PICK_CHANNEL = "channel"  #: a menu
    NO_PICTURE = "nopic"  #: takes the picture that everybody dreams away
    SCHEDULE = "sched"
    UNSCHEDULE = "unsched"
    OPEN = "open"
    CLOSE = "close"  #: more: the step that ends
    CANCEL = "cancel"  #: asks first
    CANCEL_YES = "cancelyes"
    AUDIT = "audit"  #: more: the page
    REVIEW = "review"  #: more: `waiting` or `all`, the entry to be shown
    APPROVE = "approve"  #: an entry. more: as REVIEW
    REJECT = "reject"  #: an entry; opens a form for the reason. more: as REVIEW
    REJECT_SAVE = "rejected"
    DISQUALIFY = "disq"  #: an entry; opens a form for the reason. more: as REVIEW
    DISQUALIFY_SAVE = "disqed"
    # members
    RULES = "rules"  #: more: in an announcement, the key of what was announced
    SUBMIT = "submit"
    ENTER = "enter"  #: under a dream
    REPLACE = "replace"
    WITHDRAW = "withdraw"
    DREAM = "dream"  #: dream for it. more: a dream that was made for it, to be made once more
    DREAM_SAVE = "dreamt"  #: the form that says how
    GALLERY = "gallery"
    LEAF = "leaf"
    VOTE = "vote"
    UNVOTE = "unvote"
    RESULTS = "results"
    HISTORY = "history"


class Handle(AnyHandle[Act]):
    """
    >>> Handle.read("c1:vote:7")
    Handle(act=<Act.VOTE: 'vote'>, more=('7',))
    >>> Handle.read("c9:new").act is None
    True
    """

    VERSION = "c1"
    ACTS = Act

    def number(self, position: int = 0) -> int:
        """The number at this place, of a challenge for instance. Raises Refusal for another version's."""
        text = self.more[position] if position < len(self.more) else ""
        if not (text.isascii() and text.isdecimal() and len(text) < 20):
            raise Refusal(tr(OTHER_VERSION))
        return int(text)

    def text(self, position: int, otherwise: str = "") -> str:
        return self.more[position] if position < len(self.more) else otherwise


def handle(act: Act, *more: object) -> str:
    """The id of an item that does that.

    >>> handle(Act.VOTE, 12)
    'c1:vote:12'
    """
    return Handle(act=act, more=tuple(map(str, more))).custom_id


class Item(AnyItem, template=PATTERN):
    """Every button and menu of challenges, of this version and of all others."""

    HANDLE = Handle
    EVENT = EVENT


def form_handle(interaction: discord.Interaction[Any]) -> Handle | None:
    """The handle of a form that was handed in; None for anything else."""
    return submitted(interaction, Handle, PATTERN)


def view_of(rows: Sequence[Sequence[discord.ui.Item[Any]]]) -> discord.ui.View | None:
    """Rows of buttons and menus that live for ever; None where there are none."""
    return eternal_view(rows, Item)


def components_of(rows: Sequence[Sequence[discord.ui.Item[Any]]]) -> list[dict[str, Any]]:
    """The same, for a message that is sent by the bot's own requests."""
    view = view_of(rows)
    return [] if view is None else view.to_components()
