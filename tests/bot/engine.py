"""An executor that dreams nothing: for what is about the queue and the answers, not about pictures."""

from __future__ import annotations

import asyncio
import math
import os
import struct
import zlib
from collections.abc import Callable

from bot.executor.protocol import Encoded, Event, Made, Order, Outcome, Progressed, SheetOrder, Started, Stopped

RESOLVED = (
    "network=daydream layer=mixed4c objective=energy strength=1 schedule=coarse steps=14 octaves=1 octave_scale=1.4 "
    "jitter=16 normalisation=mean smoothing=laplacian size=64 colours=dream precision=fp32 seed={seed} engine=1"
)


def png(width: int = 8, height: int = 8, shade: int = 128) -> bytes:
    """A grey PNG, written by hand: these tests need no picture library."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([shade]) * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class PretendExecutor:
    """Every dream takes `seconds` and is a grey picture. `allowed`: how many may have ended so far.

    size: bytes that follow each picture, different ones each time. remembers: the orders, with the pictures in them.
    """

    def __init__(
        self,
        *,
        seconds: float = 0.0,
        slots: int = 1,
        size: int = 0,
        allowed: Callable[[], float] = lambda: math.inf,
        remembers: bool = True,
    ) -> None:
        self.seconds = seconds
        self._size = size
        self._remembers = remembers
        self._begun = 0
        self._allowed = allowed
        self._slots = slots
        self._free = asyncio.Semaphore(slots)
        self._cancelled: set[str] = set()
        self.orders: list[Order] = []
        self.sheets: list[SheetOrder] = []

    @property
    def slots(self) -> int:
        return self._slots

    @property
    def network(self) -> str | None:
        return "daydream"

    async def start(self) -> None:
        pass

    async def dream(self, order: Order, on_event: Callable[[Event], None]) -> Outcome:
        async with self._free:
            self._begun += 1
            number = self._begun
            if self._remembers:
                self.orders.append(order)
            of = {"job": order.job, "ordinal": order.ordinal, "attempt": order.attempt}
            on_event(Started(**of))
            for quarter in range(4):
                if order.job in self._cancelled:
                    return Stopped()
                if self.seconds:
                    await asyncio.sleep(self.seconds / 4)
                while self._allowed() < number and order.job not in self._cancelled:
                    await asyncio.sleep(0.02)
                on_event(Progressed(**of, share=(quarter + 1) / 4, preview=None))
            seed = order.recipe.partition("seed=")[2].split(" ")[0] or "0"
            return Made(
                data=png() + os.urandom(self._size), format="PNG", note="", width=8, height=8, network="daydream",
                recipe=RESOLVED.format(seed=seed), seconds=self.seconds, notes=(),
            )  # fmt: skip

    def cancel(self, job: str) -> None:
        self._cancelled.add(job)

    async def refit(self, picture: bytes, byte_limit: int) -> Encoded:
        return Encoded(data=png(), format="PNG", note="")

    async def compare(self, before: bytes, after: bytes, byte_limit: int) -> Encoded:
        return Encoded(data=png(), format="PNG", note="")

    async def sheet(self, order: SheetOrder) -> Encoded:
        self.sheets.append(order)
        return Encoded(data=png(shade=55), format="PNG", note="")

    async def atlas(self, recipe: str, *, language: str, byte_limit: int) -> Encoded | None:
        return Encoded(data=png(shade=66), format="PNG", note="")

    async def close(self, grace: float) -> None:
        pass
