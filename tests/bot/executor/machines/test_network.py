"""Several machines on a network that is cut and heals: what was accepted is done, once; and how fast many are.

Each machine is a network namespace of this one. The workers sleep instead of dreaming.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

import pytest

from tests.bot.executor.machines.conftest import Start
from tests.bot.executor.machines.farm import ended, farm
from tests.bot.executor.machines.net import needs_namespaces

pytestmark = [pytest.mark.soak, needs_namespaces]


@pytest.mark.parametrize("seed", range(2))
def test_wires_are_pulled_and_plugged_in_again_and_every_job_ends_once(
    start: Start, code: Path, tmp_path: Path, seed: int
) -> None:
    """Of workers, of the bot, of the scheduler; for a moment, and for longer than anybody waits."""
    chance = random.Random(seed)
    jobs = 300
    with (
        farm(start, code, tmp_path, "one", "two", seconds=0.5) as machines,
        machines.fed(workers=2, jobs=jobs) as feed,
    ):
        for seconds in (1.0, 20.0, 75.0):
            time.sleep(chance.uniform(1.0, 4.0))
            name = chance.choice(("one", "two", "bot", "scheduler"))
            machines.net.cut(name)
            time.sleep(seconds)
            machines.net.heal(name)
            assert feed.poll() in (None, 0)
        found = ended(feed, timeout=600)
    assert found["ended"] == [["Made"]] * jobs


def test_machines_are_killed_and_started_again_and_every_job_ends_once(
    start: Start, code: Path, tmp_path: Path
) -> None:
    jobs = 80
    chance = random.Random(3)
    with (
        farm(start, code, tmp_path, "one", "two", seconds=0.5) as machines,
        machines.fed(workers=2, jobs=jobs) as feed,
    ):
        for _ in range(3):
            time.sleep(chance.uniform(1.0, 3.0))
            if chance.random() < 0.4:
                machines.scheduler.kill()
                machines.begin_scheduler()
            else:
                name = chance.choice(("one", "two"))
                machines.workers[name].kill()
                machines.begin_worker(name)
        found = ended(feed, timeout=600)
    assert found["ended"] == [["Made"]] * jobs


def test_four_machines_do_nearly_four_times_as_much_as_one(start: Start, code: Path, tmp_path: Path) -> None:
    """200 jobs of a second each: a figure, whose sleeping workers need next to nothing of this machine."""
    jobs, names = 200, ("one", "two", "three", "four")
    took = {}
    with farm(start, code, tmp_path, *names, seconds=1.0, begin=1) as machines:
        for count in (1, 4):
            for name in names[len(machines.workers) : count]:
                machines.begin_worker(name)
            with machines.fed(workers=count, jobs=jobs) as feed:
                found = ended(feed, timeout=900)
            assert found["ended"] == [["Made"]] * jobs
            took[count] = float(str(found["seconds"]))
    times = took[1] / took[4]
    sys.stdout.write(f"{jobs} jobs of 1 s: 1 worker {took[1]:.1f} s, 4 workers {took[4]:.1f} s: {times:.2f} times\n")
    assert times >= 3.6
