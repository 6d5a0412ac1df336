"""Limits as rules over the job table: what each counts, and how it is called. The operator's and the server's alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.config import LimitsConfig
from bot.jobs.allowance import NO_LIMITS, Allowance, Counted, Limit, Span
from bot.jobs.model import Job, PictureState
from bot.jobs.rows import OPEN
from bot.jobs.saying import Scope
from bot.kinds import Kind
from bot.store.tables import job_pictures, jobs

HOUR = 3600.0
SECONDS = {Span.HOUR: HOUR, Span.DAY: 24 * HOUR}  #: of those that count pictures


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What limits look at."""

    requester: int
    guild: int | None
    kind: Kind = Kind.DREAM
    pictures: int
    personal: bool  # the bot is installed by this person, and no member where they ask
    authors: tuple[int, ...] = ()  # whose pictures
    alias: int | None = None  # the requester's, where somebody has been forgotten (bot.jobs.aliases)
    allowance: Allowance = NO_LIMITS  # the server's own limits for this member, there

    @property
    def ids(self) -> tuple[int, ...]:
        """Under which the requester is known."""
        return (self.requester,) if self.alias is None else (self.requester, self.alias)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One limit, for one member in one place."""

    limit: Limit
    ask: Ask
    operators: bool = False  # set by the operator: what a member asks for is counted everywhere

    @property
    def scope(self) -> Scope:
        return Scope.of(self.limit, operators=self.operators)

    @property
    def holds(self) -> bool:
        """Whether it limits what is asked for: not what is of another kind than it counts."""
        return self._counts_all or self.limit.of is Counted.of(self.ask.kind)

    @property
    def _counts_all(self) -> bool:
        return self.limit.everyone or self.limit.span is Span.WAITING

    def counts(self, job: Job) -> bool:
        """Whether it counts this job, of a kind that it counts."""
        if not self.limit.everyone and job.requester != self.ask.requester:
            return False
        if self.operators and not self.limit.everyone:
            return True
        here = self.limit.channel in (None, job.place.channel, job.place.under)
        return here and job.place.guild == self.ask.guild

    def counted(self) -> ColumnElement[bool]:
        """The same, as a query's condition."""
        wanted: list[ColumnElement[bool]] = [] if self.limit.everyone else [jobs.c.requester.in_(self.ask.ids)]
        if not self._counts_all:
            wanted.append(jobs.c.kind.in_([kind.value for kind in self.limit.of.value]))
        if self.operators and not self.limit.everyone:
            if self.limit.of is Counted.PICTURES and self.limit.span is not Span.WAITING:
                wanted.append(jobs.c.reachable.is_(not self.ask.personal))
        else:
            wanted.append(jobs.c.guild == self.ask.guild)
        if self.limit.channel is not None:
            wanted.append(or_(jobs.c.channel == self.limit.channel, jobs.c.under == self.limit.channel))
        return and_(*wanted)


def rules(ask: Ask, limits: LimitsConfig) -> Iterator[Rule]:
    """Every limit that holds for what is asked: the operator's, then the server's own."""
    operators = [
        Limit(span=Span.HOUR, most=limits.personal_per_hour if ask.personal else limits.member_per_hour),
        Limit(span=Span.DAY, most=0 if ask.personal else limits.member_per_day),
        Limit(span=Span.DAY, most=limits.films_per_day, of=Counted.FILMS),
        Limit(span=Span.DAY, most=limits.grids_per_day, of=Counted.GRIDS),
        Limit(span=Span.WAITING, most=limits.member_waiting),
    ]
    if ask.guild is not None:
        operators += [
            Limit(span=Span.HOUR, most=limits.guild_per_hour, everyone=True),
            Limit(span=Span.DAY, most=limits.guild_per_day, everyone=True),
            Limit(span=Span.WAITING, most=limits.guild_waiting, everyone=True),
        ]
    for limit in operators:
        if limit.most:
            yield Rule(limit=limit, ask=ask, operators=True)
    if ask.guild is not None:
        for limit in ask.allowance.limits:
            yield Rule(limit=limit, ask=ask)


async def taken(connection: AsyncConnection, every: Sequence[Rule], now: float) -> list[list[float]]:
    """For each of these, when the pictures were asked for that count against it, the oldest first.

    A clock that was set back gives nobody more: what lies in the future by now counts too. But not what lies further
    there than the limit looks back: a clock that was years ahead would else shut everybody out for years.
    """
    queries = [
        select(literal_column(str(number)), jobs.c.created)
        .join(job_pictures, job_pictures.c.job == jobs.c.id)
        .where(rule.counted(), jobs.c.created > now - span, jobs.c.created < now + span, costs())
        for number, (rule, span) in enumerate((rule, SECONDS[rule.limit.span]) for rule in every)
    ]
    times: list[list[float]] = [[] for _ in every]
    if queries:  # all in one: each would be a trip to the database of its own
        for number, at in await connection.execute(union_all(*queries)):
            times[number].append(at)
    return [sorted(one) for one in times]


async def waiting(connection: AsyncConnection, every: Sequence[Rule]) -> tuple[list[int], int]:
    """How many requests wait or run that count against each of these, and how many do at all.

    One query over the open jobs: asked guild by guild, the database would read a guild's whole history.
    """
    counts = [func.count().filter(rule.counted()) for rule in every]
    query = select(*counts, func.count()).where(jobs.c.state.in_(OPEN))
    *each, everywhere = (await connection.execute(query)).one()
    return each, everywhere


NextEnd = Callable[[Callable[[Job], bool]], float | None]  #: when the first of the open jobs asked for is to end


def costs() -> ColumnElement[bool]:
    """Of a picture, whether it counts: a failed one costs nothing, nor one cancelled before it was begun."""
    return or_(
        job_pictures.c.state != PictureState.FAILED.value,
        and_(jobs.c.cancelled_by.is_not(None), job_pictures.c.begun.is_not(None)),
    )
