"""Worker processes kept alive, each by one of Dask's nannies: on the bot's machine, or on another one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from distributed import Nanny
from distributed.core import Status
from distributed.security import Security

from bot.executor.devices import WorkerPlan
from bot.executor.machines.joining import VERSION, of_worker
from bot.executor.machines.trust import told
from bot.executor.plugin import DEVICE, THREADS
from bot.executor.settings import DREAMS, QUICK

LOOPBACK = "127.0.0.1"
LOOK_SECONDS = 2.0  #: between looks whether a nanny still has a worker
GIVEN_UP_SECONDS = 20.0  #: that a nanny may be without one
LONGEST_WAIT = 15.0  #: before the next try

_log = logging.getLogger(__name__)


async def keep_all(
    plans: Sequence[WorkerPlan],
    address: str,
    security: Callable[[], Awaitable[Security]],
    *,
    host: str | None,
    ports: str | None = None,
    on_change: Callable[[str, bool], None] = lambda name, works: None,
) -> None:
    """These workers, for ever.

    security: asked before each start, and may refuse it with an error. host: where they listen; by default where the
    scheduler can reach them. ports: of them, as FIRST:LAST; by default any. on_change: told of each whether it works.
    """
    async with asyncio.TaskGroup() as group:
        for plan in plans:
            group.create_task(_keep(plan, address, security, host, ports, on_change))


async def _keep(
    plan: WorkerPlan,
    address: str,
    security: Callable[[], Awaitable[Security]],
    host: str | None,
    ports: str | None,
    on_change: Callable[[str, bool], None],
) -> None:
    """Its nanny starts the worker again when it dies; a nanny that has given up is replaced here."""
    wait = 1.0
    while True:
        try:
            async with _nanny(plan, address, await security(), host, ports) as nanny:
                wait = 1.0
                on_change(plan.name, True)
                await _as_long_as_it_works(nanny)
            _log.warning("the nanny of %s has no worker any more: it is replaced", plan.name)
        except Exception as error:
            _log.error("worker %s could not be started; next try in %.0f s: %s", plan.name, wait, told(error))
        finally:
            on_change(plan.name, False)
        await asyncio.sleep(wait)
        wait = min(2 * wait, LONGEST_WAIT)


def _nanny(plan: WorkerPlan, address: str, security: Security, host: str | None, ports: str | None) -> Nanny:
    threads = str(plan.threads)
    return Nanny(
        address,
        name=plan.name,
        host=host,
        port=ports,
        worker_port=ports or 0,
        security=security,
        # Dask's threads: for every order that the worker takes, and for small work beside them.
        nthreads=plan.slots + 2,
        resources={DREAMS: plan.slots + 1, QUICK: 1},
        memory_limit=0,  # a dream's memory is the engine's care, and killing the worker no help
        startup_information={VERSION: of_worker},
        dashboard=False,
        dashboard_address=f"{LOOPBACK}:0",
        env={
            **plan.environment,
            DEVICE: plan.device,
            THREADS: threads,
            "OMP_NUM_THREADS": threads,
            # How long threads spin before they sleep, waiting for one another. As long as by default (300,000), a
            # busy machine spends its time on that; not at all, an idle one waits for them to wake up.
            "GOMP_SPINCOUNT": "5000",
            "MKL_NUM_THREADS": threads,
            "OPENBLAS_NUM_THREADS": "1",
        },
    )


async def _as_long_as_it_works(nanny: Nanny) -> None:
    without = 0.0
    while without < GIVEN_UP_SECONDS and nanny.status == Status.running:
        await asyncio.sleep(LOOK_SECONDS)
        alive = bool(nanny.is_alive())  # type: ignore[no-untyped-call]
        without = 0.0 if alive else without + LOOK_SECONDS
