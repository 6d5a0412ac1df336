"""What is open, in memory: a mirror of the table's waiting and running jobs, for picking and for standings.

Changed only after a commit, in the order of the commits, so that it says what the table says.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.executor.protocol import PART_SECONDS
from bot.jobs.estimates import Estimates, Load, load_of
from bot.jobs.fairness import NO_GUILD, Pick, Schedule, Served, Turns, Waiting, finishing_times
from bot.jobs.model import Job, JobPicture, JobState, PictureState, Standing
from bot.jobs.rows import Kept

LONGEST_HOLD = 60.0  #: seconds that a picture may be held back
MOST_PARTS = 40  #: of one picture that are looked at, for when it will be ready
STALE = 2.0  #: seconds after which standings are computed again even if nothing has changed: running work goes on

Key = tuple[str, int]  # job, ordinal


@dataclass
class Running:
    """A picture that was handed out."""

    member: int
    guild: int
    attempt: int
    seconds: float  # expected, of this part
    whole: float  # expected until it is made
    served: float  # that earlier parts have taken
    pauses: bool
    handed: float  # by the clock that nobody sets, as `started`
    share: float  # of the whole work, those of earlier parts included
    started: float | None = None

    def remaining(self, now: float) -> float:
        """Seconds until it is expected to be made: by what is measured of it, once there is something."""
        if self.started is None:
            return self.whole
        gone = max(0.0, now - self.started)
        if self.share > 0.05:
            return (self.served + gone) * (1 - self.share) / self.share
        return max(self.whole - gone, 0.1 * self.whole)

    def part(self, now: float) -> float:
        """Seconds until its worker is free for others."""
        if not self.pauses:
            return self.remaining(now)
        gone = 0.0 if self.started is None else max(0.0, now - self.started)
        return min(self.remaining(now), max(0.0, PART_SECONDS - gone))


@dataclass(frozen=True, kw_only=True)
class Census:
    """Open jobs."""

    waiting: int
    running: int
    oldest: float | None  # when the first of them was accepted


class Board:
    """All open jobs. Nothing here waits, reads or writes."""

    def __init__(
        self, *, clock: Callable[[], float], estimates: Estimates, steady: Callable[[], float] | None = None
    ) -> None:
        """steady: by which work is measured, and which nobody sets; `clock` where none is given."""
        self.estimates = estimates
        self.served = Served()
        self.slots: Callable[[], int] = lambda: 1
        self.paused: Callable[[int], bool] = lambda guild: False  #: of guilds: what waits there is not handed out
        self._clock = clock
        self._steady = steady or clock
        self._turns = Turns()
        self._open: dict[str, Kept] = {}
        self._loads: dict[str, Load] = {}
        self._running: dict[Key, Running] = {}
        self._held: dict[Key, float] = {}  # pictures that are not handed out again before this time
        self._standings: dict[str, Standing] = {}
        self._computed: float | None = None  # None: something has changed since

    def put(self, kept: Kept) -> None:
        """The job as it is now. An ended one leaves the board."""
        job = kept.job
        before = self.get(job.id)
        if job.ended:
            self._open.pop(job.id, None)
            self._loads.pop(job.id, None)
            self._held = {key: at for key, at in self._held.items() if key[0] != job.id}
        else:
            self._open[job.id] = kept
            self._loads.setdefault(job.id, load_of(job.kind, job.recipe))
        if before is None or (before.state, before.pictures) != (job.state, job.pictures):
            self._changed()

    def put_or_drop(self, id: str, kept: Kept | None) -> None:
        """The job as it is now, or no longer there at all."""
        if kept is not None:
            self.put(kept)
        elif self._open.pop(id, None) is not None:
            self._changed()

    def get(self, id: str) -> Job | None:
        kept = self._open.get(id)
        return kept.job if kept else None

    def census(self) -> Census:
        """How much is open, without working out who is when."""
        jobs = [kept.job for kept in self._open.values()]
        return Census(
            waiting=sum(job.state is JobState.WAITING for job in jobs),
            running=sum(job.state is JobState.RUNNING for job in jobs),
            oldest=min((job.created for job in jobs), default=None),
        )

    def jobs(self) -> list[Job]:
        """In the order in which they are expected to be finished."""
        return [self._open[job].job for job in self.standings() if job in self._open]

    def handed(self, pick: Pick, attempt: int) -> None:
        """A picture was handed out."""
        now = self._clock()
        job = self._open[pick.job].job
        picture = job.pictures[pick.ordinal]
        self._running[pick.job, pick.ordinal] = Running(
            member=pick.member,
            guild=pick.guild,
            attempt=attempt,
            seconds=pick.seconds,
            whole=self._left(job, picture),
            served=picture.served,
            pauses=job.kind.pauses,
            share=picture.share,
            handed=self._steady(),
        )
        self.served.begin(pick.member, now)
        self._turns.take(pick.guild, pick.seconds)
        self._changed()

    def running(self, job: str, ordinal: int, attempt: int) -> Running | None:
        running = self._running.get((job, ordinal))
        return running if running is not None and running.attempt == attempt else None

    def begun(self, job: str, ordinal: int, attempt: int) -> None:
        """A worker has begun."""
        if (running := self.running(job, ordinal, attempt)) is not None:
            running.started = self._steady()
            self._changed()

    def back(self, job: str, ordinal: int, attempt: int, *, worked: float) -> None:
        """A picture is with no worker any more; so many seconds were spent on it for its member's sake."""
        running = self.running(job, ordinal, attempt)
        if running is None:
            return
        del self._running[job, ordinal]
        self.served.add(running.member, worked, self._clock())
        self._turns.correct(running.guild, worked - running.seconds)
        self._changed()

    def hold(self, job: str, ordinal: int, until: float) -> None:
        self._held[job, ordinal] = until
        self._changed()

    def held_until(self) -> float | None:
        """When the next held picture may be handed out."""
        now = self._clock()
        self._held = {key: at for key, at in self._held.items() if _holds(at, now)}
        return min(self._held.values(), default=None)

    def next(self, *, ahead: bool = False) -> Pick | None:
        """The picture whose turn it is. ahead: not if it is long work, which takes its turn when a worker is free."""
        pick = self._schedule(held=False).take()
        if pick is None or (ahead and self._open[pick.job].job.kind.pauses):
            return None
        return pick

    def standings(self) -> Mapping[str, Standing]:
        """Of all open jobs, in the order in which they are expected to be finished."""
        steady = self._steady()
        if self._computed is None or not 0 <= steady - self._computed < STALE:
            self._standings, self._computed = self._compute(self._clock(), steady), steady
        return self._standings

    def _changed(self) -> None:
        self._computed = None
        self._turns.present({kept.job.place.guild or NO_GUILD for kept in self._open.values() if _waits(kept.job)})

    def _schedule(self, *, held: bool = True) -> Schedule:
        now = self._clock()
        busy: dict[int, float] = {}
        for running in self._running.values():
            busy[running.member] = busy.get(running.member, 0.0) + running.seconds
        return Schedule(
            (
                waiting
                for kept in self._open.values()
                if (held or not self.paused(kept.job.place.guild or NO_GUILD))
                and (waiting := self._waiting(kept, now if not held else None)) is not None
            ),
            seconds=lambda member: self.served.seconds(member, now) + busy.get(member, 0.0),
            is_new=lambda member: member not in busy and self.served.is_new(member, now),
            given=self._turns.given,
        )

    def _waiting(self, kept: Kept, now: float | None) -> Waiting | None:
        """now: what may be handed out now. None: all that is still to be done after what the workers have."""
        job = kept.job
        pieces = [
            (picture.ordinal, seconds)
            for picture in job.pictures
            for seconds in (self._now(job, picture, now) if now is not None else self._later(job, picture))
        ]
        if not pieces:
            return None
        guild = job.place.guild or NO_GUILD
        return Waiting(job=job.id, number=kept.number, member=job.requester, guild=guild, pictures=tuple(pieces))

    def _now(self, job: Job, picture: JobPicture, now: float) -> list[float]:
        """The seconds of its next part, if it may be handed out."""
        key = job.id, picture.ordinal
        held = _holds(self._held.get(key, now), now)
        if picture.state is not PictureState.WAITING or key in self._running or held:
            return []
        left = self._left(job, picture)
        return [min(left, PART_SECONDS) if job.kind.pauses else left]

    def _later(self, job: Job, picture: JobPicture) -> list[float]:
        """The seconds of every part of it that no worker has."""
        running = self._running.get((job.id, picture.ordinal))
        if running is not None and not running.pauses:
            return []
        if running is not None:
            steady = self._steady()
            return _parts(running.remaining(steady) - running.part(steady))
        if picture.state is not PictureState.WAITING:
            return []
        left = self._left(job, picture)
        return _parts(left) if job.kind.pauses else [left]

    def _left(self, job: Job, picture: JobPicture) -> float:
        """Seconds of work that are still to be done: by what was measured of it, once that is enough."""
        if picture.share > 0.05:
            return picture.served * (1 - picture.share) / picture.share
        return self.estimates.seconds(self._loads[job.id]) * (1 - picture.share)

    def _compute(self, now: float, steady: float) -> dict[str, Standing]:
        running = sorted(self._running.items(), key=lambda item: (item[1].started is None, item[1].handed, item[0]))
        ends = dict(
            finishing_times(
                self._schedule(),
                now=now,
                running=[(job, it.part(steady)) for (job, _), it in running],
                slots=self.slots(),
            )
        )
        for job in list(ends):  # its parts come one after the other, however many workers are free
            ends[job] = max(ends[job], now + self._alone(job, steady))
        order = sorted(self._open.values(), key=lambda kept: (ends.get(kept.job.id, now), kept.number))
        begun = {job for (job, _), it in running if it.started is not None}
        return {
            kept.job.id: Standing(
                ahead=ahead,
                ready_at=ends.get(kept.job.id, now),
                seconds=self.estimates.seconds(self._loads[kept.job.id]) * len(kept.job.pictures),
                running=kept.job.id in begun or any(picture.share > 0 for picture in kept.job.pictures),
            )
            for ahead, kept in enumerate(order)
        }

    def _alone(self, id: str, steady: float) -> float:
        """Seconds that its longest picture takes, if it never has to wait."""
        kept = self._open.get(id)
        if kept is None or not kept.job.kind.pauses:
            return 0.0
        left = [
            running.remaining(steady)
            if (running := self._running.get((id, picture.ordinal)))
            else self._left(kept.job, picture)
            for picture in kept.job.pictures
            if picture.state in (PictureState.WAITING, PictureState.RUNNING)
        ]
        return max(left, default=0.0)


def _parts(seconds: float) -> list[float]:
    """Long work as it takes its turns."""
    if seconds <= 0:
        return []
    count = min(MOST_PARTS, math.ceil(seconds / PART_SECONDS))
    return [seconds / count] * count


def _holds(until: float, now: float) -> bool:
    """Not when the clock was set back meanwhile."""
    return 0 < until - now <= LONGEST_HOLD


def _waits(job: Job) -> bool:
    return any(picture.state is PictureState.WAITING for picture in job.pictures)
