"""One real cluster for the tests beside this module: real processes, the built-in network, small pictures."""

from __future__ import annotations

import asyncio
import gc
import itertools
import sys
import threading
import time
import warnings
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest

from bot.config import ExecutorConfig
from bot.executor.dask_executor import DaskExecutor
from bot.executor.protocol import Event, Order, Outcome, Progressed
from dreamcore.picture import encode
from dreamcore.sample import landscape
from tests.bot.executor.faulty import faulty_environment

T = TypeVar("T")

SMALL = "network=daydream size=128 steps=2 seed=1"
LONG = "network=daydream size=256 steps=200 octaves=5 octave_scale=1.1 schedule=classic seed=1"  # minutes, of LARGE
PICTURE = encode(landscape(160, 112), format="PNG")
PATIENCE = 200.0  #: seconds that anything may take; a busy machine starts workers slowly
LARGE = encode(landscape(512, 384), format="PNG")

_jobs = itertools.count()


@pytest.fixture(autouse=True, scope="module")
def _swept() -> Iterator[None]:
    """Dask drops coroutines unawaited when its scheduler is killed; they shall not come up in other modules' tests."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        gc.collect()


def order(recipe: str = SMALL, *, picture: bytes = PICTURE, byte_limit: int = 10 << 20) -> Order:
    job = f"job{next(_jobs):013}"
    return Order(job=job, ordinal=0, attempt=1, picture=picture, recipe=recipe, byte_limit=byte_limit)


def long_order() -> Order:
    return order(LONG, picture=LARGE)


def config(**changes: Any) -> ExecutorConfig:
    return ExecutorConfig(**{"device": "cpu", "threads": 1, "download": False, "hung_after": 60.0, **changes})


def environment(home: Path, **more: str) -> dict[str, str]:
    """Without any weights but the built-in ones."""
    return {"DREAM_HOME": str(home), "DREAM_NETWORKS": "", "TORCH_HOME": str(home), **more}


class Cluster:
    """An executor with an event loop of its own, in a thread, so that many tests can use it."""

    def __init__(self, home: Path, *, faults: dict[str, str] | None = None, **changes: Any) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.executor = DaskExecutor(config=config(**changes), environment=environment(home, **(faults or {})))
        self.run(self.executor.start())

    def run(self, work: Coroutine[Any, Any, T], timeout: float = PATIENCE) -> T:
        return self.begin(work).result(timeout)

    def begin(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def dream(self, wanted: Order, events: list[Event] | None = None) -> Future[Outcome]:
        return self.begin(self.executor.dream(wanted, (events if events is not None else []).append))

    def dreaming(self, wanted: Order) -> Future[Outcome]:
        """Hand over an order and wait until its first steps are made."""
        events: list[Event] = []
        outcome = self.dream(wanted, events)
        wait_until(lambda: outcome.done() or any(isinstance(e, Progressed) and e.share > 0 for e in events))
        assert not outcome.done(), outcome.result()
        return outcome

    def call(self, function: Callable[..., T], *arguments: Any) -> T:
        async def called() -> T:
            return function(*arguments)

        return self.run(called())

    def close(self, grace: float = 0.0) -> None:
        self.run(self.executor.close(grace))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def wait_until(condition: Callable[[], bool], timeout: float = PATIENCE) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def worker_processes(root: psutil.Process | None = None) -> list[psutil.Process]:
    """The processes that dream, below this one."""
    return [p for p in (root or psutil.Process()).children(recursive=True) if "spawn_main" in command_of(p)]


def command_of(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


@pytest.fixture(scope="package")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What gives the workers of `cluster` the faults of `faulty`; the folder in which they note them stands in it."""
    folder = tmp_path_factory.mktemp("faults") / "faulty"
    variables = faulty_environment(folder)
    sys.path.insert(0, str(folder))  # which is how workers come to theirs
    yield variables
    sys.path.remove(str(folder))


@pytest.fixture(scope="package")
def cluster(tmp_path_factory: pytest.TempPathFactory, faults: dict[str, str]) -> Iterator[Cluster]:
    started = Cluster(tmp_path_factory.mktemp("home"), faults=faults)
    wait_until(lambda: started.executor.ready)
    yield started
    started.close()
