"""Processes die, hang and are killed: every order still gets its outcome, and nothing is left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from bot.executor.dask_executor import DaskExecutor
from bot.executor.protocol import Event, Failed, Lost, Made, Order, Outcome, Progressed, Stopped
from tests.bot.executor.conftest import (
    PATIENCE,
    Cluster,
    command_of,
    config,
    environment,
    long_order,
    order,
    wait_until,
    worker_processes,
)
from tests.bot.executor.faulty import BREAKS_ONCE, HOLDS, NONE, SHORT

HUNG_AFTER = 2.0


def the_worker() -> psutil.Process:
    found: list[psutil.Process] = []

    def alone() -> bool:
        found[:] = worker_processes()
        return len(found) == 1

    wait_until(alone)
    return found[0]


def faulty_order(fault: int) -> Order:
    return order(f"network=daydream size=128 steps=9 octaves=2 seed={fault}")


def again(cluster: Cluster) -> Outcome:
    """An order, handed over until it is not lost, as the queue does."""
    outcome: Outcome = Lost(started=False, log="")
    while isinstance(outcome, Lost) and not outcome.started:
        outcome = cluster.dream(order()).result(PATIENCE)
    return outcome


def test_a_killed_workers_order_is_lost_and_those_that_only_waited_are_not_to_blame(cluster: Cluster) -> None:
    running = cluster.dreaming(long_order())
    events: list[Event] = []
    decoded, untouched = cluster.dream(order(), events), cluster.dream(order(), events)
    time.sleep(0.5)
    assert not events
    the_worker().kill()

    lost = running.result(PATIENCE)
    assert isinstance(lost, Lost)
    assert lost.started
    for outcome in (decoded.result(PATIENCE), untouched.result(PATIENCE)):
        assert isinstance(outcome, Made) or (isinstance(outcome, Lost) and not outcome.started)
    assert isinstance(again(cluster), Made)


@pytest.mark.parametrize(
    "how", [pytest.param("stopped", marks=pytest.mark.soak), "in a native call that holds the interpreter"]
)
def test_a_worker_that_gives_no_sign_of_life_is_replaced(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    assert isinstance(again(cluster), Made)  # the worker is there again
    monkeypatch.setattr(cluster.executor, "_config", config(hung_after=HUNG_AFTER))
    running = cluster.dreaming(long_order() if how == "stopped" else faulty_order(HOLDS))
    waiting = cluster.dream(order())
    worker = the_worker()
    begun = time.monotonic()
    if how == "stopped":
        worker.suspend()

    outcome = running.result(HUNG_AFTER + PATIENCE)
    assert isinstance(outcome, Lost)
    assert outcome.started
    assert "hung" in outcome.log
    assert how != "stopped" or time.monotonic() - begun > HUNG_AFTER - 1
    behind = waiting.result(PATIENCE)
    assert isinstance(behind, Made) or (isinstance(behind, Lost) and not behind.started), "it is not to blame"
    monkeypatch.undo()
    assert isinstance(again(cluster), Made)
    wait_until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)


def test_a_gpu_with_less_memory_than_it_says_dreams_in_smaller_tiles_or_says_so_and_goes_on(
    cluster: Cluster, faults: dict[str, str]
) -> None:
    assert isinstance(again(cluster), Made)
    worker = the_worker()
    recipe = "network=daydream layer=edges size=128 steps=1 octaves=1 seed={}"
    asked = [order(recipe.format(seed)) for seed in (SHORT, NONE)]
    tiled, none, other = (one.result(PATIENCE) for one in [cluster.dream(one) for one in (*asked, order())])
    tried = (Path(faults["FAULTS_FOLDER"]) / f"windows-{SHORT}").read_text().split()
    assert isinstance(tiled, Made)
    assert int(tried[0]) > 10_000 > int(tried[-1]), "a window of the whole picture, and then smaller ones"
    assert isinstance(other, Made)
    assert isinstance(none, Failed)
    assert none.sentence == "There is not enough memory for a dream of this size: try a smaller size=."
    assert "no window of" in none.log
    assert the_worker().pid == worker.pid, "nothing had to die for it"


def test_a_gpu_whose_driver_gives_up_costs_a_worker_and_no_dream(cluster: Cluster) -> None:
    worker = the_worker()
    lost = cluster.dream(faulty_order(BREAKS_ONCE)).result(PATIENCE)
    assert isinstance(lost, Lost)
    assert lost.started
    wait_until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)
    outcome: Outcome = lost
    while isinstance(outcome, Lost):
        outcome = cluster.dream(faulty_order(BREAKS_ONCE)).result(PATIENCE)
    assert isinstance(outcome, Made)


def test_when_the_process_that_holds_the_workers_is_killed_all_of_it_is_started_again(cluster: Cluster) -> None:
    assert isinstance(again(cluster), Made)
    running = cluster.dreaming(long_order())
    before = worker_processes()
    holder = next(p for p in psutil.Process().children() if "bot.executor.cluster" in command_of(p))
    holder.kill()

    outcome = running.result(PATIENCE)
    assert isinstance(outcome, Lost)
    assert outcome.started
    assert isinstance(again(cluster), Made)
    wait_until(lambda: not any(process.is_running() for process in before))


def test_close_lets_what_runs_finish_for_a_while_then_stops_the_rest_and_leaves_no_process(tmp_path: Path) -> None:
    async def life() -> list[Outcome]:
        executor = DaskExecutor(config=config(hung_after=30), environment=environment(tmp_path))
        await executor.start()
        begun: list[Event] = []
        first = asyncio.create_task(executor.dream(order(), begun.append))
        while not begun:
            await asyncio.sleep(0.02)
        rest = [asyncio.create_task(executor.dream(long_order(), begun.append)) for _ in range(3)]
        await asyncio.wait({first})
        while not isinstance(begun[-1], Progressed) or begun[-1].job == begun[0].job:
            await asyncio.sleep(0.02)
        await executor.close(0.5)
        return [await first, *await asyncio.gather(*rest), await executor.dream(order(), begun.append)]

    assert [type(outcome) for outcome in asyncio.run(life())] == [Made, Stopped, Stopped, Stopped, Stopped]
    assert ours_in(tmp_path) == []


def test_an_executor_that_is_closed_while_it_starts_leaves_no_process(tmp_path: Path) -> None:
    async def life(seconds: float) -> Outcome:
        executor = DaskExecutor(config=config(hung_after=30), environment=environment(tmp_path))
        await executor.start()
        waiting = asyncio.create_task(executor.dream(order(), lambda event: None))
        await asyncio.sleep(seconds)
        await executor.close(0)
        return await waiting

    for seconds in (0.0, 0.1, 1.0):
        assert isinstance(asyncio.run(life(seconds)), Stopped)
        assert ours_in(tmp_path) == []


BOT = """
    import asyncio, sys
    from pathlib import Path
    from bot.executor.dask_executor import DaskExecutor
    from tests.bot.executor.conftest import config, environment, long_order

    async def main():
        executor = DaskExecutor(config=config(), environment=environment(Path(sys.argv[1])))
        await executor.start()
        await executor.dream(long_order(), lambda event: print(event, flush=True))

    asyncio.run(main())
"""


def test_a_killed_bot_leaves_no_process(tmp_path: Path) -> None:
    bot = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(BOT), str(tmp_path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with bot:
        assert bot.stdout is not None
        assert b"Started" in bot.stdout.readline()
        below = psutil.Process(bot.pid).children(recursive=True)
        assert len(worker_processes(psutil.Process(bot.pid))) == 1
        assert any("bot.executor.decoder" in command_of(process) for process in below)
        bot.send_signal(signal.SIGKILL)
    wait_until(lambda: not any(process.is_running() for process in below))


def ours_in(home: Path) -> list[str]:
    """The processes that were started with this folder for their data."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("DREAM_HOME") == str(home):
                found.append(command_of(process))
        except psutil.Error:
            continue
    return found
