"""Sheets through real workers: beside a dream, after a worker's death, and not any longer than somebody wants them."""

from __future__ import annotations

import asyncio
import io
import threading
import time

import numpy as np
import psutil
import pytest
from PIL import Image

from bot.executor.dask_executor import DaskExecutor
from bot.executor.protocol import Encoded, SheetEntry, SheetKind, SheetOrder, Stopped
from dreamcore.errors import DreamError
from dreamcore.picture import encode
from tests.bot.executor.conftest import (
    PATIENCE,
    PICTURE,
    Cluster,
    command_of,
    config,
    long_order,
    wait_until,
    worker_processes,
)

#: A tenth of a second of decoding, and more.
SLOW = encode(np.zeros((4000, 4000, 3), np.uint8), format="PNG", png_level=1)


def sheet(*pictures: bytes | None, kind: SheetKind = SheetKind.RESULTS, byte_limit: int = 1 << 20) -> SheetOrder:
    entries = tuple(
        SheetEntry(picture=picture, mark=str(n + 1), name="Ann", votes="2 votes", winner=n == 0)
        for n, picture in enumerate(pictures)
    )
    return SheetOrder(kind=kind, entries=entries, heading="Deep", missing="no picture", byte_limit=byte_limit)


def decoding_children() -> set[int]:
    """Of all decoders below this process, those that read a picture now."""
    parents = [p for p in psutil.Process().children(recursive=True) if "bot.executor.decoder" in command_of(p)]
    ids = {parent.pid for parent in parents}
    return {parent.pid for parent in parents if parent.ppid() in ids}


@pytest.mark.parametrize("kind", SheetKind)
def test_a_sheet_is_made_beside_a_dream_which_goes_on(cluster: Cluster, kind: SheetKind) -> None:
    wanted = long_order()
    running = cluster.dreaming(wanted)

    made = cluster.run(cluster.executor.sheet(sheet(PICTURE, b"damaged", PICTURE, None, kind=kind)))
    assert not running.done()
    cluster.call(cluster.executor.cancel, wanted.job)
    assert isinstance(running.result(20), Stopped)

    assert isinstance(made, Encoded)
    assert len(made.data) <= 1 << 20
    image = Image.open(io.BytesIO(made.data))
    assert image.format == made.format
    assert image.width >= 1200


def test_what_cannot_be_done_is_said_in_a_sentence(cluster: Cluster) -> None:
    with pytest.raises(DreamError, match="bytes are too few"):
        cluster.run(cluster.executor.sheet(sheet(PICTURE, byte_limit=20)))


def test_a_sheet_survives_the_death_of_its_worker(cluster: Cluster) -> None:
    wait_until(lambda: cluster.executor.ready)
    before = worker_processes()
    making = cluster.begin(cluster.executor.sheet(sheet(*[SLOW] * 5)))
    wait_until(lambda: bool(decoding_children()) or making.done())
    assert not making.done()
    for worker in before:
        worker.kill()
    assert making.result(PATIENCE).format == "JPEG"
    assert not {worker.pid for worker in before} & {worker.pid for worker in worker_processes()}


def test_a_sheet_that_nobody_waits_for_is_not_made_to_its_end(cluster: Cluster) -> None:
    wait_until(lambda: cluster.executor.ready)
    read: set[int] = set()
    looking = threading.Event()

    def look() -> None:
        while not looking.wait(0.005):
            read.update(decoding_children())

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        making = cluster.begin(cluster.executor.sheet(sheet(*[SLOW] * 25)))
        wait_until(lambda: len(read) >= 2 or making.done())
        making.cancel()
        # Small work takes its turn on a worker: when this is done, so is the sheet.
        cluster.run(cluster.executor.refit(PICTURE, 1 << 20))
    finally:
        looking.set()
        watcher.join()
    assert len(read) < 20


def test_no_sheet_is_waited_for_once_the_executor_is_closed() -> None:
    async def closed_while_waiting() -> float:
        executor = DaskExecutor(config=config())
        waiting = asyncio.create_task(executor.sheet(sheet(PICTURE)))
        await asyncio.sleep(0)
        begun = time.monotonic()
        await executor.close(0.0)
        with pytest.raises(DreamError, match="try again"):
            await waiting
        return time.monotonic() - begun

    assert asyncio.run(closed_while_waiting()) < 60  # and not the two minutes that a sheet may take
