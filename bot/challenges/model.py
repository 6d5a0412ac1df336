"""What is kept of a challenge. Values only: no Discord, no database, no torch.

All times are Unix seconds. Ids of members, servers, channels and roles are Discord's; those of challenges and entries
are numbers of our own.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from bot.challenges.constraints import FREE, Constraints

LONGEST_THEME = 100
LONGEST_TEXT = 1000  #: of the description, the prize and reasons
MOST_ENTRIES_EACH = 20
MOST_VOTES_EACH = 100
MOST_ENTRIES = 500  #: of one challenge
MOST_THEMES = 52
MOST_ROLES = 10
KEEP_DAYS = 30  #: for which pictures and votes stay after the results
WEEK_DAYS = 7


class State(enum.Enum):
    DRAFT = "draft"  #: only moderators see it
    SCHEDULED = "scheduled"  #: opens by itself
    SUBMITTING = "submitting"  #: entries are taken
    VOTING = "voting"  #: votes are taken
    COUNTING = "counting"  #: both are over; who has left is being asked, then the results are counted
    FINISHED = "finished"  #: the results stand
    CANCELLED = "cancelled"  #: by a moderator; nobody wins

    @property
    def live(self) -> bool:
        """Members can see it, and it is not over."""
        return self in (State.SUBMITTING, State.VOTING, State.COUNTING)

    @property
    def over(self) -> bool:
        return self in (State.FINISHED, State.CANCELLED)


class EntryState(enum.Enum):
    PENDING = "pending"  #: waits for a moderator
    APPROVED = "approved"  #: takes part
    REJECTED = "rejected"  #: by a moderator, who said why; its member may enter another one
    WITHDRAWN = "withdrawn"  #: by its member
    DISQUALIFIED = "disqualified"  #: with its member, whose votes do not count either
    LEFT = "left"  #: its member had left the server, or was blocked, when the votes were counted

    @property
    def takes_part(self) -> bool:
        """It counts against its member's entries."""
        return self in (EntryState.PENDING, EntryState.APPROVED)


@dataclass(frozen=True, kw_only=True)
class When:
    """A moment, or how long after the step before: one of the two is typed. Once scheduled, `at` is known."""

    at: float | None = None
    after: float | None = None
    planned: float | None = None  # the moment that `at` was before it was moved

    def moved_to(self, at: float) -> When:
        """Later or earlier than was planned."""
        planned = self.at if self.planned is None else self.planned
        return When(at=at, after=self.after, planned=planned)


@dataclass(frozen=True, kw_only=True)
class Base:
    """The picture that everybody dreams."""

    picture: str  # content hash, on the shelf of the pictures
    filename: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All that moderators write into a draft. See `states.Edit` for what may be changed when."""

    channel: int
    theme: str = ""
    description: str = ""
    prize: str = ""
    base: Base | None = None
    constraints: Constraints = FREE
    opens: When | None = None  # None: as soon as it is scheduled
    submissions: When | None = None  # when their time ends; `after` the opening
    voting: When | None = None  # when it ends; `after` the submissions' end
    zone: str = "UTC"  # of the times that are typed and shown, and of the weeks of a repeating challenge
    entries_each: int = 1
    votes_each: int = 3
    anonymous: bool = False  # who made what is shown with the results only
    open_voting: bool = False  # moderators see who voted for what, and members are told so
    review: bool = False  # an entry shows once a moderator has approved it
    roles: tuple[int, ...] = ()  # that may enter and vote, any one of them; none: everybody
    winner_role: int | None = None
    repeat: bool = False  # every week, with the next of `themes`, until there is none left
    themes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """One challenge, in one state."""

    id: int
    guild: int
    creator: int  # NOBODY once forgotten
    state: State
    plan: Plan
    created: float
    revision: int = 0  # counts every change: what a form was opened on may have changed since
    round: int = 0  # counts how often it was reopened: then voting and results are announced anew
    series: int | None = None  # the first challenge of those that repeat; None: it is that itself
    opened: float | None = None  # when entries were first taken
    finished: float | None = None  # when the results stood, or it was cancelled
    cleared: bool = False  # its pictures and votes are gone: KEEP_DAYS are over

    @property
    def opens_at(self) -> float:
        return _known(self.plan.opens)

    @property
    def submissions_end(self) -> float:
        return _known(self.plan.submissions)

    @property
    def voting_ends(self) -> float:
        return _known(self.plan.voting)

    @property
    def hidden(self) -> bool:
        """Recipes are not shown yet, and dreams for it are made where only their member sees them.

        A cancelled one may go on, until its pictures are gone: what was known by then would be no secret any more.
        """
        told = self.state is State.FINISHED or self.cleared
        return not told and (self.plan.anonymous or self.plan.constraints.secret)

    @property
    def next_at(self) -> float | None:
        """When it goes on by itself."""
        if self.state is State.SCHEDULED:
            return self.opens_at
        if self.state is State.SUBMITTING:
            return self.submissions_end
        return self.voting_ends if self.state is State.VOTING else None


@dataclass(frozen=True, kw_only=True)
class Copy:
    """The picture of an entry, as it was made: the shelf's copy of it."""

    picture: str | None  # content hash; None once it is kept no more
    format: str  # PNG, WEBP or JPEG
    width: int
    height: int
    spoiler: bool


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One dream in one challenge."""

    id: int
    challenge: int
    member: int  # NOBODY once forgotten
    job: str | None  # the dream that it is a copy of; None once its member is forgotten
    ordinal: int  # of the job's picture
    copy: Copy
    recipe: str  # resolved: makes the same dream again
    network: str
    state: EntryState
    submitted: float
    reason: str | None = None  # why it was rejected or disqualified
    decided_by: int | None = None  # None: nobody, or forgotten
    votes: int | None = None  # None: not counted yet
    place: int | None = None  # None: no place


@dataclass(frozen=True, kw_only=True)
class Vote:
    """One member's vote for one entry."""

    entry: int
    voter: int
    at: float


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One entry in the results."""

    entry: int
    votes: int
    place: int | None  # equal votes share a place, and the places after it are left out: 1, 1, 3. None: no votes


class Outcome(enum.Enum):
    """What is said of the results as a whole."""

    WON = "won"  #: at least one entry has place 1, by votes
    ONLY_ONE = "only one"  #: there was one entry, and it wins without having been voted for
    NO_VOTES = "no votes"  #: nobody voted, so nobody wins
    NO_ENTRIES = "no entries"


@dataclass(frozen=True, kw_only=True)
class Result:
    """The results: every entry that took part, the best first."""

    outcome: Outcome
    standings: tuple[Standing, ...] = ()
    voters: int = 0

    @property
    def winners(self) -> tuple[int, ...]:
        """The entries with place 1."""
        return tuple(one.entry for one in self.standings if one.place == 1)


def _known(when: When | None) -> float:
    assert when is not None, "only a draft has no times"
    assert when.at is not None, "only a draft has spans"
    return when.at
