"""Whose picture is next. Pure: no database, no clock, no files.

Among all pictures that wait,

1. those of members who have had nothing lately come first, so that a flood by one delays nobody's first picture
   by more than what is running already;
2. then guilds take turns, by the seconds of work that each was given while it had something waiting;
3. within a guild it is the member with the fewest seconds of work lately, over all guilds;
4. and a member's own pictures come in the order in which they were asked for.

Work that is running counts with the seconds expected of it, so that a flood does not take every worker at once.
Direct messages, and servers that the bot is no member of, count together as one guild: a guild of their own for each
would give one person who writes there as much as a whole server.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

NO_GUILD = 0  #: where a job has none
LATELY = 1800.0  #: seconds; a member who had nothing for so long is new again
HALF_LIFE = 1800.0  #: seconds after which work that a member was given weighs half


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """The pictures of one job that nobody works on."""

    job: str
    number: int  # order of acceptance
    member: int
    guild: int
    pictures: tuple[tuple[int, float], ...]  # (ordinal, seconds expected)


@dataclass(frozen=True, kw_only=True)
class Pick:
    """One picture whose turn it is."""

    job: str
    ordinal: int
    member: int
    guild: int
    seconds: float


class Served:
    """Seconds of work that each member was given, weighing half after every HALF_LIFE."""

    def __init__(self) -> None:
        self._seconds: dict[int, tuple[float, float]] = {}  # member: (seconds, weighed at)
        self._begun: dict[int, float] = {}  # member: when a picture of theirs was last begun

    def begin(self, member: int, now: float) -> None:
        """A picture of theirs has been begun."""
        self._begun[member] = max(now, self._begun.get(member, now))

    def add(self, member: int, seconds: float, now: float) -> None:
        """So much work was done for them."""
        self._seconds[member] = (self.seconds(member, now) + seconds, now)

    def seconds(self, member: int, now: float) -> float:
        seconds, at = self._seconds.get(member, (0.0, now))
        return float(seconds * 0.5 ** (max(0.0, now - at) / HALF_LIFE))

    def is_new(self, member: int, now: float) -> bool:
        """Whether they have had nothing lately."""
        begun = self._begun.get(member)
        return begun is None or not now - LATELY < begun

    def forget(self, now: float) -> None:
        """Drop what no longer weighs anything."""
        self._begun = {member: at for member, at in self._begun.items() if now - at < LATELY}
        self._seconds = {member: pair for member, pair in self._seconds.items() if now - pair[1] < 20 * HALF_LIFE}


class Turns:
    """How far each guild is in taking turns: seconds given to it while it had work waiting.

    A guild that comes with new work starts where the others are: having been idle earns no credit, having been busy
    leaves no debt.
    """

    def __init__(self) -> None:
        self._given: dict[int, float] = {}
        self._present: set[int] = set()
        self._now = 0.0  # where the guild stood whose turn it was last

    def present(self, guilds: Iterable[int]) -> None:
        """These have work waiting now, and no others."""
        present = set(guilds)
        for guild in present - self._present:
            self._given[guild] = max(self._given.get(guild, 0.0), self._now)
        self._present = present
        self._given = {guild: at for guild, at in self._given.items() if guild in present or at > self._now}

    def take(self, guild: int, seconds: float) -> None:
        """It is this guild's turn, for a picture of so many seconds."""
        given = self._given.get(guild, self._now)
        self._now = max(self._now, given)
        self._given[guild] = given + seconds

    def correct(self, guild: int, seconds: float) -> None:
        """The picture took so much more (or, negative, less) than expected."""
        if guild in self._given:
            self._given[guild] += seconds

    def given(self, guild: int) -> float:
        return self._given.get(guild, self._now)


MemberKey = tuple[bool, float, int, int]  # has had something lately, seconds, number of the oldest job, member
GuildKey = tuple[bool, float, float, int, int]  # ... , seconds given to the guild, the same of its first member, guild


class Schedule:
    """The fair order of everything that waits, from one moment on, taken picture by picture.

    Each taking costs O(log n): what is taken only ever moves its member and its guild back, so an entry of a heap
    that is out of date is found when it comes to the top, and is put back where it belongs.
    """

    def __init__(
        self,
        waiting: Iterable[Waiting],
        *,
        seconds: Callable[[int], float],
        is_new: Callable[[int], bool],
        given: Callable[[int], float],
    ) -> None:
        self._queues: dict[tuple[int, int], deque[tuple[int, str, int, float]]] = {}
        for job in sorted(waiting, key=lambda job: job.number):
            queue = self._queues.setdefault((job.guild, job.member), deque())
            queue.extend((job.number, job.job, ordinal, cost) for ordinal, cost in sorted(job.pictures))
        self._seconds = {member: seconds(member) for _, member in self._queues}
        self._lately = {member: not is_new(member) for _, member in self._queues}
        self._given = {guild: given(guild) for guild, _ in self._queues}
        self._members: dict[int, list[MemberKey]] = {}
        for guild, member in self._queues:
            if first := self._member_key(guild, member):
                self._members.setdefault(guild, []).append(first)
        for members in self._members.values():
            heapq.heapify(members)
        self._guilds = [key for guild in self._members if (key := self._guild_key(guild))]
        heapq.heapify(self._guilds)

    def take(self) -> Pick | None:
        """The next picture; None when there is none left."""
        while self._guilds:
            guild = self._guilds[0][-1]
            if (key := self._guild_key(guild)) is None:
                heapq.heappop(self._guilds)
            elif key > self._guilds[0]:
                heapq.heapreplace(self._guilds, key)
            else:
                return self._take_from(guild, self._members[guild][0][-1])
        return None

    def _take_from(self, guild: int, member: int) -> Pick:
        _, job, ordinal, seconds = self._queues[guild, member].popleft()
        self._seconds[member] += seconds
        self._lately[member] = True
        self._given[guild] += seconds
        return Pick(job=job, ordinal=ordinal, member=member, guild=guild, seconds=seconds)

    def _member_key(self, guild: int, member: int) -> MemberKey | None:
        queue = self._queues[guild, member]
        return (self._lately[member], self._seconds[member], queue[0][0], member) if queue else None

    def _guild_key(self, guild: int) -> GuildKey | None:
        """Of the guild's first member, after whatever is out of date has been put right."""
        members = self._members[guild]
        while members:
            key = self._member_key(guild, members[0][-1])
            if key is None:
                heapq.heappop(members)
            elif key > members[0]:
                heapq.heapreplace(members, key)
            else:
                return key[0], self._given[guild], key[1], key[2], guild
        return None


def finishing_times(
    schedule: Schedule, *, now: float, running: Iterable[tuple[str, float]], slots: int
) -> Mapping[str, float]:
    """When the last picture of each job is expected to be finished.

    running: (job, seconds still needed) of the pictures that are handed out, those a worker has begun first.
    """
    free = [now] * max(1, slots)
    ends: dict[str, float] = {}
    for job, seconds in running:
        end = free[0] + max(0.0, seconds)
        heapq.heapreplace(free, end)
        ends[job] = max(end, ends.get(job, end))
    while (pick := schedule.take()) is not None:
        end = free[0] + pick.seconds
        heapq.heapreplace(free, end)
        ends[pick.job] = max(end, ends.get(pick.job, end))
    return ends
