"""A worker with several slots: while one order dreams, another is decoded, and one that is done is encoded."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from bot.executor.fitting import fitted
from bot.executor.protocol import Made, Order, Outcome, Paused, Stopped
from bot.executor.studio import Studio
from bot.kinds import Kind
from tests.bot.executor.conftest import PATIENCE, SMALL, order

Report = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    home = str(tmp_path_factory.mktemp("home"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("DREAM_HOME", home), ("DREAM_NETWORKS", ""), ("TORCH_HOME", home)):
            patch.setenv(name, value)
        made = Studio(device="cpu", threads=1, download=False)
        yield made
        made.close()


class Slots:
    """Orders in threads of their own, as Dask has them, each held where a test wants it."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.threads = ThreadPoolExecutor(4)
        self.seen: dict[tuple[str, str], threading.Event] = {}
        self.held: dict[tuple[str, str], threading.Event] = {}

    def event(self, name: str, phase: str) -> threading.Event:
        return self.seen.setdefault((name, phase), threading.Event())

    def hold(self, name: str, phase: str) -> threading.Event:
        """From the moment when an order says so, until the event is set."""
        return self.held.setdefault((name, phase), threading.Event())

    def begin(self, name: str, wanted: Order) -> Future[Outcome]:
        def report(told: dict[str, Any]) -> None:
            phase = told["phase"]
            self.event(name, phase).set()
            gate = self.held.get((name, phase))
            assert gate is None or gate.wait(PATIENCE), f"{name} waited in vain while {phase}"

        return self.threads.submit(self.studio.dream, wanted, report)


@pytest.fixture
def slots(studio: Studio) -> Iterator[Slots]:
    made = Slots(studio)
    yield made
    for gate in made.held.values():
        gate.set()
    made.threads.shutdown()


def test_one_dreams_while_the_next_is_decoded_and_the_last_is_encoded(slots: Slots) -> None:
    dreaming, encoding = slots.hold("first", "preparing"), slots.hold("first", "encoding")
    first = slots.begin("first", order())
    assert slots.event("first", "preparing").wait(PATIENCE)  # in the engine's thread, and stays there
    second = slots.begin("second", order())
    assert slots.event("second", "waiting").wait(PATIENCE)  # decoded, though the engine is busy
    dreaming.set()
    assert slots.event("first", "encoding").wait(PATIENCE)  # and stays there
    outcome = second.result(PATIENCE)  # dreamt and encoded meanwhile
    assert isinstance(outcome, Made)
    assert not first.done()
    encoding.set()
    done = first.result(PATIENCE)
    assert isinstance(done, Made)
    assert done.data == outcome.data  # the same order: neither knew of the other


def test_one_that_waits_for_its_turn_can_be_stopped(slots: Slots) -> None:
    dreaming = slots.hold("first", "preparing")
    first, wanted = slots.begin("first", order()), order()
    assert slots.event("first", "preparing").wait(PATIENCE)
    second = slots.begin("second", wanted)
    assert slots.event("second", "waiting").wait(PATIENCE)
    slots.studio.stop([wanted.key])
    assert isinstance(second.result(PATIENCE), Stopped)
    assert not first.done()
    dreaming.set()
    assert isinstance(first.result(PATIENCE), Made)


def test_one_that_dreams_can_be_stopped_while_others_wait(slots: Slots) -> None:
    dreaming, wanted = slots.hold("first", "preparing"), order()
    first = slots.begin("first", wanted)
    assert slots.event("first", "preparing").wait(PATIENCE)
    second = slots.begin("second", order())
    slots.studio.stop([wanted.key])
    dreaming.set()
    assert isinstance(first.result(PATIENCE), Stopped)
    assert isinstance(second.result(PATIENCE), Made)


def test_long_work_makes_room_between_its_parts(slots: Slots) -> None:
    """Its part of the time is over at once: it comes back with what is done, and the other has its turn."""
    series = dataclasses.replace(order(f"{SMALL} strength=0.5,1,1.5"), kind=Kind.GRID, part=0.0)
    long = slots.begin("long", series)
    short = slots.begin("short", order())
    outcome = long.result(PATIENCE)
    assert isinstance(outcome, Paused), outcome
    assert 0 < outcome.share < 1
    assert isinstance(short.result(PATIENCE), Made)


def test_encoding_leaves_the_interpreter_to_the_engine() -> None:
    """Compressing a picture is done without Python: the thread that dreams goes on meanwhile."""
    picture = np.random.default_rng(1).integers(0, 256, (1500, 1500, 3), np.uint8)
    with ThreadPoolExecutor(1) as pool:
        encoding, steps = pool.submit(fitted, picture, None, 100 << 20, None), 0
        while not encoding.done():
            steps += 1
            threading.Event().wait(0.001)
        assert encoding.result().format == "PNG"
    assert steps > 3
