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

from distributed import Scheduler
from distributed.security import Security

from bot.config import ExecutorConfig
from bot.executor.devices import nvidia_gpus, plan_workers
from bot.executor.machines.certificates import throw_away
from bot.executor.nannies import LOOPBACK, keep_all
from bot.executor.transport import LOG_FORMAT, security_of, settle
from dreamcore.processors import usable_cores, usable_memory


async def serve(config: ExecutorConfig) -> None:
    """Scheduler and workers, for ever."""
    certificate, key = (part.decode() for part in throw_away())
    security = security_of(certificate, certificate, key)
    plans = plan_workers(config, gpus=nvidia_gpus(os.environ), cores=usable_cores(), memory=usable_memory())
    async with Scheduler(
        host=LOOPBACK, port=0, protocol="tls://", security=security, dashboard=False, dashboard_address=f"{LOOPBACK}:0"
    ) as scheduler:
        _say(
            {
                "address": scheduler.address,
                "authority": certificate,
                "certificate": certificate,
                "key": key,
                "slots": sum(plan.slots for plan in plans),
            }
        )

        async def same() -> Security:
            return security

        await keep_all(plans, scheduler.address, same, host=LOOPBACK)


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
