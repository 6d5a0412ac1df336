"""What the store hands out: values that are shown. What members may not see yet is not in them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.challenges.events import EffectKind
from bot.challenges.model import Challenge, Copy, Entry, Outcome


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What a door hands over. Whether it counts is decided by the job table."""

    challenge: int
    guild: int
    member: int
    roles: tuple[int, ...]  # the member's, now
    job: str
    ordinal: int  # of the job's picture
    data: bytes | None = None  # the dream as it was delivered; None: it is not delivered yet, and on the bot's disk
    replaces: int | None = None  # an entry of the same member


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """An entry was taken."""

    entry: Entry
    challenge: Challenge
    replaced: int | None = None  # the entry that it takes the place of
    fresh: bool = True  # False: the same dream was entered already, and this is that entry
    left: int = 0  # entries that the member may still submit


@dataclass(frozen=True, kw_only=True)
class Decided:
    """A moderator has decided on an entry."""

    entry: Entry
    challenge: Challenge
    fresh: bool = True  # False: it was decided like that already


@dataclass(frozen=True, kw_only=True)
class Voted:
    """How a voter stands after a press."""

    challenge: Challenge
    fresh: bool  # False: it was like that already, and a second press changed nothing
    left: int  # votes that they may still give


@dataclass(frozen=True, kw_only=True)
class Card:
    """One entry in the gallery, as one member may see it."""

    entry: int
    copy: Copy
    own: bool
    voted: bool  # by whoever looks
    member: int | None  # None: the challenge is anonymous, and not over yet
    recipe: str | None  # None: hidden until the results
    votes: int | None = None  # None: hidden until the results
    place: int | None = None


@dataclass(frozen=True, kw_only=True)
class Gallery:
    """Every entry that takes part, in this voter's own order; once the results stand, the best first."""

    challenge: Challenge
    cards: tuple[Card, ...]
    given: int  # votes that this voter has given
    left: int  # and may still give; 0 where voting is not open


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One effect, taken out of the outbox to be done. Until `done` or `give_up`, it comes again."""

    challenge: Challenge
    kind: EffectKind
    key: str  # unique within the challenge
    tries: int  # times that it was taken before
    first_tried: float | None  # None: nobody has tried yet, so nothing can be out already

    @property
    def nonce(self) -> str:
        """At most 25 characters, the same at every try: what Discord tells a message sent twice by."""
        return f"c{self.challenge.id}-{self.key}"[:25]


@dataclass(frozen=True, kw_only=True)
class Announced:
    """A message that went out."""

    kind: EffectKind
    key: str
    at: float
    channel: int | None
    message: int | None


@dataclass(frozen=True, kw_only=True)
class Placed:
    """One entry with its place."""

    entry: Entry
    votes: int
    place: int | None


@dataclass(frozen=True, kw_only=True)
class Results:
    """The results of a finished challenge, the best first. Entries of forgotten members have NOBODY as member."""

    challenge: Challenge
    outcome: Outcome
    placed: tuple[Placed, ...]
    voters: int

    @property
    def winners(self) -> tuple[Placed, ...]:
        return tuple(one for one in self.placed if one.place == 1)


@dataclass(frozen=True, kw_only=True)
class Past:
    """One finished challenge in the history of a server."""

    challenge: Challenge
    winners: tuple[Entry, ...]
    entries: int
    voters: int


@dataclass(frozen=True, kw_only=True)
class Leader:
    """One member in the leaderboard of a server."""

    member: int
    wins: int
    podiums: int  # places 1 to 3
    entries: int
    votes: int  # received


@dataclass(frozen=True, kw_only=True)
class Changed:
    """One line of the audit."""

    number: int
    what: str  # see bot.challenges.audit
    by: int | None  # None: the clock, or somebody who was forgotten
    at: float
    entry: int | None
    detail: str | None
