"""A scheduler somewhere else, with the operator's certificates, and workers that join it by themselves."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from distributed.security import Security

from bot.config import ExecutorConfig
from bot.executor.protocol import Lost, Made, Outcome
from tests.bot.executor.conftest import PATIENCE, Cluster, environment, long_order, order, wait_until, worker_processes

SCHEDULER = """
    import asyncio, sys
    from distributed import Scheduler
    from bot.executor.transport import security_of

    async def main():
        security = security_of(*sys.argv[1:4])
        async with Scheduler(host="127.0.0.1", port=0, protocol="tls://", security=security, dashboard=False) as made:
            print(made.address, flush=True)
            await made.finished()

    asyncio.run(main())
"""
WORKERS = """
    import asyncio, sys
    from bot.config import ExecutorConfig
    from bot.executor.remote import work_for

    if __name__ == "__main__":
        names = ("scheduler", "scheduler_ca", "scheduler_cert", "scheduler_key")
        given = dict(zip(names, sys.argv[1:5], strict=True))
        asyncio.run(work_for(ExecutorConfig(**given, device="cpu", threads=1)))
"""


@pytest.fixture
def certificates(tmp_path: Path) -> list[str]:
    made = Security.temporary()
    texts = {"ca.pem": made.tls_ca_file, "cert.pem": made.tls_client_cert, "key.pem": made.tls_client_key}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    return [str(tmp_path / name) for name in texts]


def program(folder: Path, name: str, code: str, *arguments: str) -> subprocess.Popen[bytes]:
    path = folder / name
    path.write_text(textwrap.dedent(code))
    variables = {**os.environ, **environment(folder), "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen([sys.executable, str(path), *arguments], stdout=subprocess.PIPE, env=variables)


@pytest.fixture
def scheduler(tmp_path: Path, certificates: list[str]) -> Iterator[ExecutorConfig]:
    """With one worker process, and its address with all that is needed to reach it."""
    with ExitStack() as stack:
        process = stack.enter_context(program(tmp_path, "scheduler.py", SCHEDULER, *certificates))
        stack.callback(process.kill)
        assert process.stdout is not None
        address = process.stdout.readline().decode().strip()
        workers = stack.enter_context(program(tmp_path, "workers.py", WORKERS, address, *certificates))
        stack.callback(workers.kill)
        ca, cert, key = certificates
        yield ExecutorConfig(scheduler=address, scheduler_ca=ca, scheduler_cert=cert, scheduler_key=key)


def test_dreams_on_a_scheduler_elsewhere_and_outlives_its_workers_death(
    scheduler: ExecutorConfig, tmp_path: Path
) -> None:
    there = {
        name: getattr(scheduler, name) for name in ("scheduler", "scheduler_ca", "scheduler_cert", "scheduler_key")
    }
    cluster = Cluster(tmp_path, **there, hung_after=60)
    try:
        made = cluster.dream(order()).result(PATIENCE)
        assert isinstance(made, Made)
        assert (cluster.executor.network, cluster.executor.slots) == ("daydream", 1)

        running = cluster.dreaming(long_order())
        worker_processes()[0].kill()
        lost = running.result(PATIENCE)
        assert isinstance(lost, Lost)
        assert lost.started
        outcome: Outcome = lost
        while isinstance(outcome, Lost):
            outcome = cluster.dream(order()).result(PATIENCE)
        assert isinstance(outcome, Made)
        assert outcome.data == made.data
    finally:
        cluster.close()
    wait_until(lambda: worker_processes() != [])  # they are the operator's
    assert psutil.Process().children()
