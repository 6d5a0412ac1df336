"""The process that holds the bot's own workers: a scheduler, and a nanny for each worker process.

`python -m bot.executor.cluster` reads one line of JSON (the configuration) from standard input, and writes one line
with the scheduler's address and the throw-away certificates that open it. It lives as long as its standard input is
open, however the bot ends: then the whole process group is killed. Nothing in it is worth an orderly goodbye.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import threading
import traceback
from typing import Any

from distributed import Nanny, Scheduler
from distributed.core import Status
from distributed.security import Security

from bot.config import ExecutorConfig
from bot.executor.devices import WorkerPlan, nvidia_gpus, plan_workers, usable_cores
from bot.executor.plugin import DEVICE, THREADS
from bot.executor.settings import DREAMS, QUICK
from bot.executor.transport import LOG_FORMAT, settle

HOST = "127.0.0.1"
LOOK_EVERY = 2.0  #: seconds between looks whether a nanny still has a worker
GIVEN_UP_AFTER = 20.0  #: seconds that a nanny may be without one

_log = logging.getLogger(__name__)


async def serve(config: ExecutorConfig) -> None:
    """Scheduler and workers, for ever."""
    security: Any = Security.temporary()  # type: ignore[no-untyped-call]
    plans = plan_workers(config, gpus=nvidia_gpus(os.environ), cores=usable_cores())
    async with Scheduler(
        host=HOST, port=0, protocol="tls://", security=security, dashboard=False, dashboard_address=f"{HOST}:0"
    ) as scheduler:
        _say(
            {
                "address": scheduler.address,
                "authority": security.tls_ca_file,
                "certificate": security.tls_client_cert,
                "key": security.tls_client_key,
                "slots": sum(plan.slots for plan in plans),
            }
        )
        await asyncio.gather(*(_keep(plan, scheduler.address, security) for plan in plans))


async def _keep(plan: WorkerPlan, address: str, security: Security) -> None:
    """One worker, for ever: its nanny starts it again when it dies, and here a nanny that gave up is replaced."""
    wait = 1.0
    while True:
        try:
            async with _nanny(plan, address, security) as nanny:
                wait = 1.0
                await _as_long_as_it_works(nanny)
        except Exception:
            _log.exception("worker %s could not be started; next try in %.0f s", plan.name, wait)
        await asyncio.sleep(wait)
        wait = min(2 * wait, 60.0)


def _nanny(plan: WorkerPlan, address: str, security: Security) -> Nanny:
    threads = str(plan.threads)
    return Nanny(
        address,
        name=plan.name,
        host=HOST,
        protocol="tls://",
        security=security,
        nthreads=plan.slots + 2,
        resources={DREAMS: plan.slots + 1, QUICK: 1},
        memory_limit=0,
        dashboard=False,
        dashboard_address=f"{HOST}:0",
        env={
            **plan.environment,
            DEVICE: plan.device,
            THREADS: threads,
            "OMP_NUM_THREADS": threads,
            "MKL_NUM_THREADS": threads,
            "OPENBLAS_NUM_THREADS": "1",
        },
    )


async def _as_long_as_it_works(nanny: Nanny) -> None:
    without = 0.0
    while without < GIVEN_UP_AFTER and nanny.status == Status.running:
        await asyncio.sleep(LOOK_EVERY)
        alive = bool(nanny.is_alive())  # type: ignore[no-untyped-call]
        without = 0.0 if alive else without + LOOK_EVERY
    _log.warning("a nanny has no worker any more (%s): it is replaced", nanny.status)


def _say(message: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _die_with_the_bot() -> None:
    """In a thread, which works whatever the event loop does."""
    sys.stdin.read()
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    settle(logging.ERROR)
    config = ExecutorConfig(**json.loads(sys.stdin.readline()))
    threading.Thread(target=_die_with_the_bot, daemon=True).start()
    try:
        asyncio.run(serve(config))
    finally:
        traceback.print_exc()
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format=LOG_FORMAT)
    if os.getpgrp() != os.getpid():
        sys.exit("bot.executor.cluster is started by the bot, as the first of its process group.")
    main()
