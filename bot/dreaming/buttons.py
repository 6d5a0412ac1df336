"""The buttons under waiting messages and results: how they look, and what their ids say.

A button lives for ever. All it knows stands in its id, `d1:<action>:<job>[:<more>]`; everything else is read from the
queue when it is pressed. discord.py only logs what is raised inside of an item, so an item does nothing but hand the
press on, as the client's event `dream_button`, to `bot.dreaming.presses`, where all errors are answered.

Their views never time out, though discord.py gives every ephemeral one a quarter of an hour: see `EternalView`.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import discord

from bot.jobs.model import Job
from bot.kinds import Kind
from bot.languages import mark, tr

VERSION = "d1"
MOST_IN_A_ROW = 5
EVENT = "dream_button"  #: dispatched on the client with (interaction, press)


class Action(enum.Enum):
    """What a button does."""

    AGAIN = "again"  #: the same recipe with another seed
    STRONGER = "stronger"
    DEEPER = "deeper"  #: the same on the network's next deeper level
    CALMER = "calmer"
    COMPARE = "compare"  #: before and after, side by side
    RECIPE = "recipe"
    DELETE = "delete"
    CANCEL = "cancel"
    FROM_RESULT = "on"  #: more: the action, and the message that carries the result
    TAKE = "take"  #: job: the asker's id. More: the asking message, the message with the picture
    LEAVE = "leave"
    FORGET = "forget"  #: job: the asker's id
    KEEP = "keep"


#: What goes on from what was made, by its kind. The other kinds would only be the same once more.
GOES_ON = {
    Kind.DREAM: (Action.AGAIN, Action.STRONGER, Action.DEEPER, Action.CALMER),
    Kind.FILM: (Action.AGAIN,),
    Kind.IMAGINE: (Action.AGAIN, Action.STRONGER, Action.CALMER),
}
DREAMS_ON = GOES_ON[Kind.DREAM]


@dataclass(frozen=True, kw_only=True)
class Press:
    """A button's id, read. `action` is None for an id that this version of the bot cannot read."""

    action: Action | None
    job: str = ""
    more: tuple[str, ...] = ()

    @property
    def custom_id(self) -> str:
        return ":".join((VERSION, self.action.value if self.action else "", self.job, *self.more))

    @classmethod
    def read(cls, custom_id: str) -> Press:
        """
        >>> Press.read("d1:again:abcdefgh23456722").action
        <Action.AGAIN: 'again'>
        >>> Press.read("d9:new:thing").action is None
        True
        """
        version, _, rest = custom_id.partition(":")
        name, _, rest = rest.partition(":")
        job, *more = rest.split(":")
        try:
            action = Action(name) if version == VERSION and job else None
        except ValueError:
            action = None
        return cls(action=action, job=job, more=tuple(more))


class DreamButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=re.compile(r"d\d{1,3}:.+")):
    """Every button of the bot's, of this version and of all others: one pattern, so that none is ever mute."""

    def __init__(self, press: Press, button: discord.ui.Button[Any]) -> None:
        super().__init__(button)
        self.press = press

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        assert isinstance(item, discord.ui.Button)
        return cls(Press.read(match.string), item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        interaction.client.dispatch(EVENT, interaction, self.press)


class EternalView(discord.ui.View):
    """A view that takes no time limit: its end might take the pattern of *all* these buttons out of the client."""

    @property
    def timeout(self) -> None:
        return None

    @timeout.setter
    def timeout(self, value: float | None) -> None:
        pass


_Look = tuple[str, str, discord.ButtonStyle]
_GREY = discord.ButtonStyle.secondary
_LOOKS: dict[Action, _Look] = {
    Action.AGAIN: (mark("Again"), "🎲", discord.ButtonStyle.primary),
    Action.STRONGER: (mark("Stronger"), "🔥", _GREY),
    Action.DEEPER: (mark("Deeper"), "🌀", _GREY),
    Action.CALMER: (mark("Calmer"), "🌙", _GREY),
    Action.COMPARE: (mark("Before/after"), "🌗", _GREY),
    Action.RECIPE: (mark("Recipe"), "📜", _GREY),
    Action.DELETE: (mark("Delete"), "🗑️", _GREY),
    Action.CANCEL: (mark("Cancel"), "✖️", _GREY),
    Action.FROM_RESULT: (mark("Dream on from the result"), "➡️", discord.ButtonStyle.primary),
    Action.TAKE: (mark("Yes, dream it"), "💭", discord.ButtonStyle.primary),
    Action.LEAVE: (mark("No"), "✖️", _GREY),
    Action.FORGET: (mark("Yes, forget me"), "🗑️", discord.ButtonStyle.danger),
    Action.KEEP: (mark("No"), "✖️", _GREY),
}


def waiting_buttons(job: Job) -> discord.ui.View:
    """Under a message that shows place and progress."""
    return _view([[Press(action=Action.CANCEL, job=job.id)]])


def result_buttons(job: Job, more: Sequence[discord.ui.Item[Any]] = ()) -> discord.ui.View:
    """Under what was made. Delete is always there: whose picture it is can take it away wherever it was posted.

    more: buttons of other parts of the bot, behind the own ones.
    """
    compared = (Action.COMPARE,) if job.kind is Kind.DREAM else ()
    looking = (*compared, Action.RECIPE, Action.DELETE)
    goes_on = GOES_ON.get(job.kind, ())
    rows: tuple[tuple[Action, ...], ...] = ((Action.DELETE,),)
    if job.manner.buttons:
        rows = (goes_on, looking) if len(goes_on) + len(looking) > MOST_IN_A_ROW else ((*goes_on, *looking),)
    if job.manner.secret:  # dreaming on would give away what it was dreamt with; what it was made for comes first
        rows = ((), looking)
    view = _view([[Press(action=action, job=job.id) for action in row] for row in rows])
    for item in more:
        item.row = 0 if job.manner.secret else len(rows) - 1
        view.add_item(item)
    return view


def from_result_buttons(job: Job, action: Action, message: int) -> discord.ui.View:
    """Offered when the source is gone: the same action, on the result that `message` carries."""
    return _view([[Press(action=Action.FROM_RESULT, job=job.id, more=(action.value, str(message)))]])


def forget_buttons(asker: int) -> discord.ui.View:
    """Yes and No under the question whether somebody is to be forgotten."""
    return _view([[Press(action=action, job=str(asker)) for action in (Action.FORGET, Action.KEEP)]])


def question_buttons(*, asker: int, asking: int, picture: int) -> discord.ui.View:
    """Yes and No under the question whether another person's picture is meant. `asking` and `picture`: messages."""
    more = (str(asking), str(picture))
    return _view([[Press(action=action, job=str(asker), more=more) for action in (Action.TAKE, Action.LEAVE)]])


def _view(rows: list[list[Press]]) -> discord.ui.View:
    view = EternalView(timeout=None)
    for number, row in enumerate(rows):
        for press in row:
            assert press.action is not None
            label, emoji, style = _LOOKS[press.action]
            button: discord.ui.Button[Any] = discord.ui.Button(
                label=tr(label), emoji=emoji, style=style, custom_id=press.custom_id, row=number
            )
            view.add_item(DreamButton(press, button))
    return view
