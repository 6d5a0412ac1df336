"""Many dreams at a time, from bytes to bytes, through the bot's own executor: `python -m benchmarks throughput`.

Photographs of mixed shapes, each another one, so that nothing is made twice. Their files are handed over as fast as
they come back; what is counted is what comes back once all workers are warm.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import psutil

from benchmarks.options import Options, in_seconds, megabytes
from benchmarks.tables import Table
from bot.config import ExecutorConfig
from bot.executor.dask_executor import DaskExecutor
from bot.executor.protocol import Made, Order
from dreamcore.picture import decode, encode
from dreamcore.processors import usable_cores
from dreamcore.sample import landscape

PHOTOGRAPHS = 200
SHAPES = (
    (512, 512),
    (512, 384),
    (384, 512),
    (576, 432),
    (512, 341),
    (341, 512),
    (640, 360),
    (480, 600),
)  #: width, height
MIXED = ("", "", "", "style=eyes", "layer=patterns", "strength=1.5", "layer=objects", "size=384")  #: recipes, in turns
BYTE_LIMIT = 10 << 20
PATIENCE = 180.0  #: seconds until workers are there
AIM = 20.0  #: dreams a second, on one GPU


@dataclass
class Tally:
    """What has come back."""

    seconds: list[float] = field(default_factory=list)  # from the order to its file, each
    stages: dict[str, float] = field(default_factory=dict)  # of all together
    failed: list[str] = field(default_factory=list)

    def add(self, outcome: object, took: float) -> None:
        if not isinstance(outcome, Made):
            self.failed.append(repr(outcome)[:200])
            return
        self.seconds.append(took)
        for stage, spent in outcome.stages:
            self.stages[stage] = self.stages.get(stage, 0.0) + spent


def tables(options: Options) -> list[Table]:
    photographs = photographs_of(options, 20 if options.quick else PHOTOGRAPHS)
    seconds = 15.0 if options.quick else 60.0 if options.device.type == "cuda" else 30.0
    rows = []
    for workers, threads in setups(options):
        config = ExecutorConfig(device=str(options.device), workers=workers, threads=threads, download=False)
        for title, recipes in {"as nobody says": ("",), "mixed": MIXED}.items():
            tally, memory, lasted = asyncio.run(_measured(config, photographs, recipes, seconds))
            rows.append(row_of(workers, threads, title, tally, memory, lasted))
    about = (
        f"{len(photographs)} photographs of {len(SHAPES)} shapes around 512 pixels, JPEG in, the bot's files out, "
        f"{seconds:.0f} s with every slot busy. Mixed recipes: {', '.join(f'`{text}`' for text in MIXED if text)}."
    )
    columns = (
        *("workers x threads", "recipes", "dreams a second", "each: median s", "p95 s"),
        *("decoding ms", "dreaming ms", "encoding ms", "peak MB"),
    )
    on_gpu = options.device.type == "cuda"
    aim = (
        f"Peak MB: of the GPU's memory, all that the worker holds. The aim is {AIM:.0f} dreams a second."
        if on_gpu
        else ""
    )
    return [Table(about=about, columns=columns, rows=rows, notes=aim)]


def setups(options: Options) -> list[tuple[int, int]]:
    """(workers, threads of each): one with all cores, and one for each core; on a GPU one."""
    cores = usable_cores()
    if options.device.type == "cuda":
        return [(1, max(1, min(4, cores)))]
    return list(dict.fromkeys([(1, cores), (cores, 1)]))


def photographs_of(options: Options, count: int) -> list[bytes]:
    """JPEG files, no two alike: parts of a few landscapes, or of the photographs named."""
    chance = random.Random(0)
    large = [decode(path.read_bytes()).rgb for path in options.photos] or [landscape(1100, 900, n) for n in range(6)]
    return [_part(chance, large, SHAPES[number % len(SHAPES)]) for number in range(count)]


def _part(chance: random.Random, large: Sequence[np.ndarray], shape: tuple[int, int]) -> bytes:
    source = chance.choice(large)
    width, height = min(shape[0], source.shape[1]), min(shape[1], source.shape[0])
    left, top = chance.randint(0, source.shape[1] - width), chance.randint(0, source.shape[0] - height)
    part = source[top : top + height, left : left + width]
    return encode(np.ascontiguousarray(part[:, ::-1] if chance.random() < 0.5 else part), format="JPEG")


async def _measured(
    config: ExecutorConfig, photographs: Sequence[bytes], recipes: Sequence[str], seconds: float
) -> tuple[Tally, int, float]:
    """What came back, the processes' memory at its highest, and the seconds that it took."""
    with tempfile.TemporaryDirectory() as home:
        executor = DaskExecutor(config=config, environment={"DREAM_HOME": home})
        await executor.start()
        try:
            orders = orders_of(photographs, recipes)
            async with asyncio.timeout(PATIENCE):
                while not executor.ready or len(executor.workers) < (config.workers or 1):
                    await asyncio.sleep(0.1)
                # Each shape once on each worker: libraries, weights, and whatever is kept for a shape.
                await asyncio.gather(*(_made(executor, next(orders), Tally()) for _ in range(4 * executor.slots)))
            return await _busy(executor, orders, seconds)
        finally:
            await executor.close(0.0)


async def _busy(executor: DaskExecutor, orders: Iterator[Order], seconds: float) -> tuple[Tally, int, float]:
    """Every slot at work, and as many orders waiting: only what comes back within `seconds` counts."""
    tally, begun, highest = Tally(), time.monotonic(), 0

    async def hand_over() -> None:
        while time.monotonic() < begun + seconds:
            await _made(executor, next(orders), tally)

    hands = [asyncio.create_task(hand_over()) for _ in range(2 * executor.slots + 1)]
    await asyncio.sleep(0)
    while not all(hand.done() for hand in hands):
        highest = max(highest, _memory(executor))
        await asyncio.wait(hands, timeout=0.5)
    for hand in hands:
        hand.result()
    return tally, highest, time.monotonic() - begun


async def _made(executor: DaskExecutor, order: Order, tally: Tally) -> None:
    begun = time.monotonic()
    outcome = await executor.dream(order, lambda _event: None)
    tally.add(outcome, time.monotonic() - begun)


def orders_of(photographs: Sequence[bytes], recipes: Sequence[str]) -> Iterator[Order]:
    """Without end, each another one."""
    for number in itertools.count():
        recipe = f"{recipes[number % len(recipes)]} seed={number}".strip()
        picture = photographs[number % len(photographs)]
        yield Order(
            job=f"bench{number:08}", ordinal=0, attempt=1, picture=picture, recipe=recipe, byte_limit=BYTE_LIMIT
        )


def _memory(executor: DaskExecutor) -> int:
    """Of the GPU's, what the workers hold; without one, of the machine's what all processes below this one do."""
    on_gpu = [worker.gpu_memory for worker in executor.workers if worker.gpu_memory is not None]
    if on_gpu:
        return sum(on_gpu)
    total = 0
    for process in psutil.Process().children(recursive=True):
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total


def row_of(workers: int, threads: int, title: str, tally: Tally, memory: int, lasted: float) -> tuple[str, ...]:
    """Raises RuntimeError where something was not made."""
    if tally.failed or not tally.seconds:
        raise RuntimeError(f"{len(tally.failed)} orders were not made: {tally.failed[:3]}")
    count = len(tally.seconds)
    each = [f"{1e3 * tally.stages.get(stage, 0.0) / count:.0f}" for stage in ("decode", "dream", "encode")]
    p95 = sorted(tally.seconds)[int(0.95 * (count - 1))]
    took = in_seconds(statistics.median(tally.seconds)), in_seconds(p95)
    return (f"{workers} x {threads}", title, f"{count / lasted:.2f}", *took, *each, megabytes(memory))
