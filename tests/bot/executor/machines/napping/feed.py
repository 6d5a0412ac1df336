"""A bot's side without a bot: hands a number of orders to a scheduler, as many at a time as the dispatcher would.

    python feed.py SCHEDULER FOLDER WORKERS JOBS

Begins when so many workers are there. An order that is lost is handed over again, as its next attempt. Prints JSON: the
seconds it took, and how each job ended.
"""

from __future__ import annotations

import asyncio
import collections
import json
import sys
import time

from bot.config import ExecutorConfig
from bot.executor.dask_executor import DaskExecutor
from bot.executor.protocol import Lost, Order


async def main(address: str, folder: str, workers: int, jobs: int) -> None:
    files = {
        "scheduler_ca": f"{folder}/ca.pem",
        "scheduler_cert": f"{folder}/certificate.pem",
        "scheduler_key": f"{folder}/key.pem",
    }
    executor = DaskExecutor(config=ExecutorConfig(scheduler=address, **files))
    await executor.start()
    while len(executor.workers) < workers or any(worker.trouble for worker in executor.workers):
        await asyncio.sleep(0.1)
    sys.stderr.write("ready\n")
    sys.stderr.flush()
    await asyncio.to_thread(sys.stdin.readline)
    waiting = collections.deque((number, 1) for number in range(jobs))
    ended: dict[int, list[str]] = {number: [] for number in range(jobs)}
    begun = time.monotonic()

    async def one() -> None:
        while waiting:
            number, attempt = waiting.popleft()
            order = Order(
                job=f"job{number:010}", ordinal=0, attempt=attempt, picture=b"p", recipe=f"seed={number}",
                byte_limit=1 << 20,
            )  # fmt: skip
            outcome = await executor.dream(order, lambda event: None)
            if isinstance(outcome, Lost):
                waiting.append((number, attempt + 1))
            else:
                ended[number].append(type(outcome).__name__)

    await asyncio.gather(*(one() for _ in range(executor.slots + 1)))
    while waiting:  # lost by the last ones
        await one()
    seconds = time.monotonic() - begun
    await executor.close(0.0)
    sys.stdout.write(json.dumps({"seconds": seconds, "ended": list(ended.values())}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
