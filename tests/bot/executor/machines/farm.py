"""A scheduler and workers that sleep, each on a machine of its own, and a side of the bot that keeps them busy."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bot.executor.machines import certificates
from tests.bot.executor.machines.conftest import Start
from tests.bot.executor.machines.napping import HERE, nap_environment
from tests.bot.executor.machines.net import Net, network
from tests.bot.executor.machines.programs import Program, environment


class Farm:
    """A scheduler and workers, each on a machine of its own."""

    def __init__(self, net: Net, start: Start, code: Path, papers: Path, *, seconds: float) -> None:
        self.net, self._start, self._code, self.papers = net, start, code, papers
        self._nap = nap_environment(papers.with_name("napping"), code, seconds=seconds)
        self.address = f"tls://{net.address('scheduler')}:8786"
        self.scheduler = self.begin_scheduler()
        self.workers: dict[str, Program] = {}

    def begin_scheduler(self) -> Program:
        folder = str(self.papers / "scheduler")
        where = f"{self.net.address('scheduler')}:8786"
        options = {"before": self.net.before("scheduler")}
        self.scheduler = self._start("scheduler", "--listen", where, "--certificates", folder, **options)
        self.scheduler.said("the scheduler listens at")
        return self.scheduler

    def begin_worker(self, name: str) -> None:
        folder = str(self.papers / "workers" / name)
        self.workers[name] = self._start(
            "worker", "--scheduler", self.address, "--certificates", folder, before=self.net.before(name), **self._nap
        )

    @contextmanager
    def fed(self, *, workers: int, jobs: int) -> Iterator[subprocess.Popen[str]]:
        """By a bot's side on a machine of its own, which has begun."""
        command = [sys.executable, str(HERE / "feed.py"), self.address, str(self.papers / "bot")]
        with subprocess.Popen(
            [*self.net.before("bot"), *command, str(workers), str(jobs)],
            env=environment(self._code),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as feed:
            try:
                assert feed.stderr is not None
                assert feed.stdin is not None
                said = feed.stderr.readline()
                assert said == "ready\n", said
                feed.stdin.write("go\n")
                feed.stdin.flush()
                yield feed
            finally:
                feed.kill()


def ended(feed: subprocess.Popen[str], timeout: float) -> dict[str, object]:
    said, log = feed.communicate(timeout=timeout)
    assert feed.returncode == 0, log
    found: dict[str, object] = json.loads(said)
    return found


@contextmanager
def farm(
    start: Start, code: Path, folder: Path, *workers: str, seconds: float, begin: int | None = None
) -> Iterator[Farm]:
    with network("bot", "scheduler", *workers) as net:
        hosts = [net.address("scheduler")]
        certificates.make(folder / "net-papers", hosts=hosts, workers=workers)
        made = Farm(net, start, code, folder / "net-papers", seconds=seconds)
        for name in workers[:begin]:
            made.begin_worker(name)
        with ExitStack() as stack:
            for program in (made.scheduler, *made.workers.values()):
                stack.callback(program.kill)
            yield made
