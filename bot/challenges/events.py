"""What can happen to a challenge, and what then has to be done. Values only."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.challenges.model import Challenge, Outcome, State, When


class EffectKind(enum.Enum):
    """What has to be done."""

    OPENING = "opening"  #: announce that entries are taken
    VOTING = "voting"  #: announce that votes are taken
    RESULTS = "results"  #: announce the results
    EXTENDED = "extended"  #: announce later ends
    REOPENED = "reopened"  #: announce that it goes on
    CANCELLED = "cancelled"  #: announce that nobody wins
    COUNT = "count"  #: ask Discord who has left, then count (`Challenges.count`)
    WAITS = "waits"  #: tell moderators of an entry that waits for them; written with the entry
    ROLE = "role"  #: give the winners their role
    NEXT = "next"  #: the next of a repeating one: done by the store itself, in the same transaction


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One thing to do. The same key never comes twice."""

    kind: EffectKind
    key: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the machine asks of the entries."""

    approved: int = 0
    pending: int = 0


@dataclass(frozen=True, kw_only=True)
class Edit:
    """Change fields of the plan, by name. revision: the one that the form showed; None: whatever it is."""

    changes: Mapping[str, Any]
    revision: int | None = None


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """The draft is ready. Without an opening time it opens at once."""


@dataclass(frozen=True, kw_only=True)
class Unschedule:
    """A draft again."""


@dataclass(frozen=True, kw_only=True)
class Open:
    """Now, whatever was planned."""


@dataclass(frozen=True, kw_only=True)
class Close:
    """End a phase early. step: which one the moderator saw, so that two who press at once do not end both."""

    step: State


@dataclass(frozen=True, kw_only=True)
class Extend:
    """Later ends; a span is added to the end that holds."""

    submissions: When | None = None
    voting: When | None = None


@dataclass(frozen=True, kw_only=True)
class Reopen:
    """What was closed or cancelled goes on. Without submissions, only the voting does."""

    submissions: When | None = None
    voting: When | None = None


@dataclass(frozen=True, kw_only=True)
class Cancel:
    """Nobody wins. A repeating one ends with it."""


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Time has passed."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """The results stand."""

    outcome: Outcome


Event = Edit | Schedule | Unschedule | Open | Close | Extend | Reopen | Cancel | Clock | Counted


@dataclass(frozen=True, kw_only=True)
class Step:
    """What became of it."""

    challenge: Challenge
    effects: tuple[Effect, ...] = ()
