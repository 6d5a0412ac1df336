"""Bot, scheduler and workers die, hang and crash at any moment: every accepted request gets exactly one answer."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import os
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
import pytest

from bot.executor.machines import certificates
from bot.executor.machines.papers import utc
from bot.playground.drafts import File
from bot.playground.model import Message
from tests.bot.engine import png
from tests.bot.executor.faulty import BREAKS_ONCE, CRASHES, HANGS, HOLDS, HOLDS_ONCE, NONE, SHORT, faulty_environment
from tests.bot.executor.machines.conftest import Start, code, papers, start
from tests.bot.executor.machines.napping import nap_environment
from tests.bot.executor.machines.programs import ROOT, Program, free_port
from tests.e2e.town import DOT, QUICK, Seat, Town, answers, cat, in_town, is_dream

__all__ = ["code", "papers", "start"]  # fixtures

_MANY = {"DREAM_LIMIT_HOUR": "0", "DREAM_LIMIT_WAITING": "0", "DREAM_LIMIT_SERVER_WAITING": "0"}


def _seats(town: Town) -> list[Seat]:
    place = town.place
    return [Seat(user, room) for user in (place.ada, place.ben, place.mo) for room in (place.dreams, place.general)]


async def _answered(town: Town, asked: Sequence[Message]) -> None:
    """Somebody who asks now is answered, and so is, once, everybody who was heard before."""
    await town.bot.said("ready: ")
    last = await town.ask("!dream", DOT)
    await town.dream(last, timeout=300)
    dreams = await town.settled([*asked, last], timeout=300)
    assert all(map(is_dream, dreams)), [one.text for one in dreams]


def test_bot_scheduler_and_worker_are_killed_at_once_and_everybody_gets_one_answer(tmp_path: Path) -> None:
    naps = nap_environment(tmp_path / "naps", ROOT, seconds=0.3)

    @in_town(**_MANY, **naps)
    async def killed(town: Town) -> None:
        asked = [await town.ask("!dream", DOT, user=seat.user, channel=seat.channel) for seat in _seats(town)]
        await town.dream()  # all of them are at work
        for process in (family := _family(town))[::-1]:
            with contextlib.suppress(psutil.Error):
                process.kill()
        await town.bot.kill()
        assert len(family) >= 2, "the scheduler, and a worker"
        await town.start()
        await _answered(town, asked)

    killed(tmp_path)


def _family(town: Town) -> list[psutil.Process]:
    return psutil.Process(town.bot.pid).children(recursive=True)


class Machines:
    """A scheduler and workers that sleep, as programs of their own, and the bot that they work for."""

    def __init__(self, start: Start, code: Path, folder: Path, *, papers: Path, seconds: float) -> None:
        self._start, self._papers = start, papers
        self._naps = nap_environment(folder / "naps", code, seconds=seconds)
        self._port = free_port()
        self.scheduler = self.begin_scheduler()
        self.workers = {name: self.begin_worker(name) for name in ("one", "two")}
        own = {"CA": "ca.pem", "CERT": "certificate.pem", "KEY": "key.pem"}
        #: Of a bot that runs the same copy of the code.
        self.variables = {
            **{f"DREAM_SCHEDULER_{name}": str(papers / "bot" / file) for name, file in own.items()},
            "DREAM_SCHEDULER": self.address,
            "PYTHONPATH": str(code),
            "PYTHONSAFEPATH": "1",
        }

    @property
    def address(self) -> str:
        return f"tls://127.0.0.1:{self._port}"

    def begin_scheduler(self) -> Program:
        where = ("--listen", f"127.0.0.1:{self._port}", "--certificates", str(self._papers / "scheduler"))
        self.scheduler = self._start("scheduler", *where)
        return self.scheduler

    def begin_worker(self, name: str) -> Program:
        folder = str(self._papers / "workers" / name)
        return self._start("worker", "--scheduler", self.address, "--certificates", folder, **self._naps)

    async def strike(self, town: Town, chance: random.Random) -> str:
        """Kill the bot, the scheduler, a worker, or all at once, and start them again; which they were."""
        struck = {"bot", "scheduler", "worker"} if chance.random() < 0.3 else {chance.choice(_KINDS)}
        if "worker" in struck:
            name = chance.choice(("one", "two"))
            if chance.random() < 0.5:  # its nanny is left, and starts another
                for process in psutil.Process(self.workers[name].process.pid).children(recursive=True):
                    with contextlib.suppress(psutil.Error):
                        process.kill()
            else:
                await asyncio.to_thread(self.workers[name].kill)
        if "scheduler" in struck:
            await asyncio.to_thread(self.scheduler.kill)
        if "bot" in struck:
            await town.bot.kill()
        await asyncio.sleep(chance.choice((0.0, 0.0, 5.0)))
        if "scheduler" in struck:
            self.begin_scheduler()
        for name, worker in self.workers.items():
            if worker.process.poll() is not None:
                self.workers[name] = self.begin_worker(name)
        if "bot" in struck:
            await town.start(wait=chance.random() < 0.8)
        return "+".join(sorted(struck))


_KINDS = ("bot", "scheduler", "worker")


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_any_of_them_are_killed_at_random_moments(start: Start, code: Path, papers: Path, tmp_path: Path) -> None:
    """Another seed each time; SEED=… is this one again."""
    seed = int(os.environ.get("SEED", time.time_ns() % 10**6))
    print(f"\nseed {seed}")
    chance = random.Random(seed)
    machines = Machines(start, code, tmp_path, papers=papers, seconds=0.5)
    rounds = int(os.environ.get("ROUNDS", "20"))

    @in_town(**_MANY, **machines.variables)
    async def killed(town: Town) -> None:
        over = asyncio.Event()
        asking = asyncio.create_task(town.ask_around(_seats(town), 60, chance, pause=0.7, until=over))
        struck = []
        for _ in range(rounds):
            await asyncio.sleep(chance.uniform(0.0, 6.0))
            struck.append(await machines.strike(town, chance))
        over.set()
        asked = await asking
        await _answered(town, asked)
        heard = sum(bool(town.answers_to(one)) for one in asked)
        print(f"\nseed {seed}: {heard} of {len(asked)} heard, each answered once; killed: {' '.join(struck)}")

    killed(tmp_path)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_workers_that_hang_crash_or_run_out_of_memory_cost_only_the_dreams_that_do_it(tmp_path: Path) -> None:
    """The real engine. Hanging, also inside a native call that holds the interpreter; a crash; a GPU that is short of
    memory; one that gives up. A dream that does it each time is told so, and the jobs behind it go on."""
    folder = tmp_path / "faulty"
    faults = faulty_environment(folder)
    variables = {**faults, "PYTHONPATH": f"{folder}:{ROOT}", "DREAM_HUNG_AFTER": "2"}

    @in_town(**_MANY, **variables)
    async def lived(town: Town) -> None:
        recipe = "!dream network=daydream layer=edges size={} steps=6 octaves=1 seed={}"
        bad = {
            HANGS: "stopped in the middle, three times over",
            HOLDS: "stopped in the middle, three times over",
            CRASHES: "stopped in the middle, three times over",
            NONE: "There is not enough memory",
        }
        wrong = (*bad, SHORT, HOLDS_ONCE, BREAKS_ONCE)
        asked: dict[int, Message] = {}
        behind = []
        for seat, seed in zip(_seats(town) * 2, wrong, strict=False):
            where = {"user": seat.user, "channel": seat.channel}
            asked[seed] = await town.ask(recipe.format(128, seed), cat(), **where)
            behind.append(await town.ask(recipe.format(96, 1), cat(), **where))
        found = await town.settled([*asked.values(), *behind], timeout=800, all_heard=True)
        for seed, answer in zip(asked, found, strict=False):
            assert bad[seed] in answer.text if seed in bad else is_dream(answer), (seed, answer.text)
        assert all(map(is_dream, found[len(asked) :])), [one.text for one in found]

    lived(tmp_path)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_pictures_that_bring_their_decoder_down_are_told_so_and_those_behind_them_are_dreamt(tmp_path: Path) -> None:
    """By a crash, by memory, by time: each in the child that reads it, and one a member."""
    folder = tmp_path / "faulty"
    variables = {**faulty_environment(folder), "PYTHONPATH": f"{folder}:{ROOT}"}

    @in_town(**_MANY, **variables)
    async def lived(town: Town) -> None:
        bad, behind = [], []
        for seat, word in zip(_seats(town)[::2], ("segfault", "memory", "endless"), strict=True):
            where = {"user": seat.user, "channel": seat.channel}
            file = File(filename="bad.png", data=png() + word.encode())
            bad.append(await town.ask(f"!dream {QUICK}", file, **where))
            behind.append(await town.ask(f"!dream {QUICK}", DOT, **where))
        found = await town.settled([*bad, *behind], timeout=800, all_heard=True)
        for answer in found[: len(bad)]:
            assert "This picture could not be read: it took too much memory or time" in answer.text, answer.text
        assert all(map(is_dream, found[len(bad) :])), [one.text for one in found]

    lived(tmp_path)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_certificates_that_end_while_jobs_wait_and_run_are_renewed_and_all_goes_on(
    start: Start, code: Path, tmp_path: Path
) -> None:
    papers, good_for = tmp_path / "short", datetime.timedelta(seconds=90)
    certificates.make(
        papers, hosts=["127.0.0.1"], workers=["one", "two"], days=1,
        clock=lambda: utc() - datetime.timedelta(days=1) + good_for,
    )  # fmt: skip
    over = utc() + good_for
    machines = Machines(start, code, tmp_path, papers=papers, seconds=2.0)

    @in_town(**_MANY, **machines.variables)
    async def lived(town: Town) -> None:
        asked = await town.ask_around(_seats(town), 6, random.Random(1), pause=0.1)
        await _until(lambda: utc() > over)
        assert utc() > over
        asked += await town.ask_around(_seats(town), 6, random.Random(2), pause=0.1)
        await asyncio.to_thread(machines.scheduler.kill)  # whoever has to connect anew now cannot
        for worker in machines.workers.values():
            await asyncio.to_thread(worker.kill)
        asked += await town.ask_around(_seats(town), 4, random.Random(3), pause=0.1)
        for one in asked:
            await town.says("", which=lambda said, one=one: answers(said, one))
        await town.bot.said("was good until")
        certificates.renew(papers)
        machines.begin_scheduler()
        for name in machines.workers:
            machines.workers[name] = machines.begin_worker(name)
        await _answered(town, asked)

    lived(tmp_path)


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.5)
