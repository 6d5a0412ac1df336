"""The bot is killed, again and again: no entry is lost, no vote counts twice, nothing is announced twice."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from bot.challenges.model import State
from tests.bot.challenges.arena import GUILD, arena
from tests.bot.challenges.dying import MEMBERS, told
from tests.bot.jobs.fakes import Clock

ROOT = Path(__file__).parents[3]
EXPECTED = ("opening:0", "voting:0", "reopened:1", "voting:1", "results:1")


def live(home: Path, rounds: int, *, writes: int = 0, when: str = "after") -> bool:
    """One life, that ends at one of its writes; returns whether it came to its own end before."""
    command = [sys.executable, "-m", "tests.bot.challenges.dying", str(home), str(rounds), str(writes), when]
    done = subprocess.run(command, cwd=ROOT, timeout=240, check=False)
    assert done.returncode in (0, -signal.SIGKILL)
    return done.returncode == 0


def whole(home: Path, rounds: int) -> None:
    """What there has to be, however many lives it took."""
    out = Counter(told(home))
    expected = [f"c{number}-{key}" for number in range(1, rounds + 1) for key in EXPECTED]
    assert out == Counter([*expected, "end"]), "everything, and nothing twice"
    asyncio.run(_results(home, rounds))


async def _results(home: Path, rounds: int) -> None:
    async with arena(home, clock=Clock()) as house:
        finished = await house.challenges.of(GUILD, states=[State.FINISHED], limit=500)
        assert len(finished) == rounds
        for challenge in finished:
            results = await house.challenges.results.of(challenge.id, guild=GUILD)
            assert [(one.votes, one.place) for one in results.placed] == [(2, 1)] * 3
            assert {one.entry.member for one in results.placed} == set(MEMBERS)
            for one in results.placed:
                assert await house.challenges.entries.picture(one.entry) is not None


def test_a_bot_that_is_killed_in_between_goes_on_where_it_was(tmp_path: Path) -> None:
    """In the middle of the entries, before the commit; then after one of the votes. The third life finishes."""
    assert not live(tmp_path, 1, writes=11, when="before")
    assert not live(tmp_path, 1, writes=13, when="after")
    assert live(tmp_path, 1)
    whole(tmp_path, 1)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_bot_that_is_killed_at_every_write_loses_nothing(tmp_path: Path, when: str) -> None:
    """Each life gets to one write further than the one before it has got in its own."""
    ended = False
    for writes in range(1, 60):
        if ended := live(tmp_path, 3 + writes // 12, writes=writes, when=when):
            break
    rounds = 3 + writes // 12
    assert ended or live(tmp_path, rounds)
    whole(tmp_path, rounds)
