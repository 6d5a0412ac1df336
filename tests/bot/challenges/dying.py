"""A bot that runs one challenge after the other and is killed at one of its writes. Announcements are lines of a file.

python -m tests.bot.challenges.dying FOLDER CHALLENGES WRITES before|after
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.challenges.events import Close, EffectKind, Reopen, Schedule
from bot.challenges.model import Challenge, EntryState, State, When
from bot.challenges.views import Notice
from bot.store.database import Database
from tests.bot.challenges.arena import ANNA, BEN, CARL, DAY, GUILD, MODERATOR, Arena, arena
from tests.bot.jobs.fakes import Clock

MEMBERS = (ANNA, BEN, CARL)


def told(home: Path) -> list[str]:
    """What is out, as Discord would have it."""
    path = home / "told"
    return path.read_text().split() if path.exists() else []


def tell(home: Path, line: str) -> None:
    with (home / "told").open("a") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())


async def announce(house: Arena) -> None:
    """As a door does it: what was tried before is looked for first."""
    for notice in await house.challenges.outbox.take():
        if notice.kind is EffectKind.COUNT:
            await house.challenges.results.count(notice.challenge.id, left=())
        elif notice.first_tried is None or not out(house.home, notice):
            tell(house.home, notice.nonce)
        await house.challenges.outbox.done(notice, channel=5, message=1)


def out(home: Path, notice: Notice) -> bool:
    return notice.nonce in told(home)


async def go_on(house: Arena, challenge: Challenge) -> None:
    """One step further, whatever step that is."""
    all_, id_ = house.challenges, challenge.id
    await announce(house)
    if challenge.state is State.SUBMITTING:
        for member in MEMBERS:
            if not await all_.entries.of_member(id_, guild=GUILD, member=member):
                await house.enter(challenge, member)
        await all_.do(id_, Close(step=State.SUBMITTING), guild=GUILD, by=MODERATOR)
    elif challenge.state is State.VOTING:
        for entry in await all_.entries.all(id_, guild=GUILD, state=EntryState.APPROVED):
            for voter in MEMBERS:
                if voter != entry.member:
                    await all_.votes.vote(entry.id, guild=GUILD, voter=voter, roles=())
        if challenge.round == 0:
            reopen = Reopen(submissions=When(after=DAY), voting=When(after=DAY))
            await all_.do(id_, reopen, guild=GUILD, by=MODERATOR)
        else:
            await all_.do(id_, Close(step=State.VOTING), guild=GUILD, by=MODERATOR)
    await announce(house)


def die_at(writes: int, when: str) -> None:
    """At this write to the database: just before it is committed, or just after."""
    write, begun = Database.write, 0

    async def counted(self: Database, change: Callable[[AsyncConnection], Awaitable[Any]], **more: Any) -> Any:
        nonlocal begun
        begun += 1
        last = begun == writes

        async def whole(connection: AsyncConnection) -> Any:
            value = await change(connection)
            if last and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            return value

        value = await write(self, whole, **more)
        if last and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return value

    Database.write = counted  # type: ignore[method-assign, assignment]


async def main(home: Path, rounds: int) -> None:
    async with arena(home, clock=Clock()) as house:
        await announce(house)
        for number in range(1, rounds + 1):
            while True:
                known = [one for one in await house.challenges.of(GUILD, limit=500) if one.id == number]
                challenge = known[0] if known else await house.open()
                if challenge.state is State.DRAFT:  # it died between the draft and its scheduling
                    challenge = await house.challenges.do(number, Schedule(), guild=GUILD, by=MODERATOR)
                if challenge.state is State.FINISHED:
                    break
                await go_on(house, challenge)
        await announce(house)
        tell(home, "end")


if __name__ == "__main__":
    die_at(int(sys.argv[3]), sys.argv[4])
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
