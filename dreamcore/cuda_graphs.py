"""Recording work on an NVIDIA GPU: CUDA graphs."""

from __future__ import annotations

import contextlib
import logging
import weakref
from collections.abc import Callable
from typing import Any

import torch

MOST_SPARE = 128 << 20  #: bytes that the allocator may keep unused while a step is recorded

_log = logging.getLogger(__name__)


class CudaGraphs:
    """A `replays.Recorder`. All graphs share a pool of memory: they run one after the other, and so the largest
    decides how much that is."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        # One for all graphs: the blocks of a pool belong to the stream that they were taken on.
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        self._pool: Any = None
        self._graphs: weakref.WeakSet[torch.cuda.CUDAGraph] = weakref.WeakSet()
        self._last = torch.cuda.Event()  # type: ignore[no-untyped-call]
        self._held = 0

    @property
    def held(self) -> int:
        return self._held if self._graphs else 0

    def record(self, work: Callable[[], None]) -> Callable[[], None]:
        """Not by `torch.cuda.graph`, which collects garbage and empties caches first: tens of milliseconds."""
        if not self._graphs:  # a pool ends with the last graph in it, and cannot be taken up again
            self._pool, self._held = torch.cuda.graph_pool_handle(), 0
        if self._spare > MOST_SPARE:  # a step by itself took as much again as the recorded one will
            torch.cuda.empty_cache()
        before = torch.cuda.memory_reserved(self._device)
        graph = torch.cuda.CUDAGraph()
        self._stream.wait_stream(torch.cuda.current_stream(self._device))
        with torch.cuda.stream(self._stream):
            # Other threads decode, encode and read results meanwhile: what they ask of CUDA is none of the graph's.
            graph.capture_begin(pool=self._pool, capture_error_mode="thread_local")
            try:
                work()
                graph.capture_end()
            except BaseException:
                _abandon(graph, self._device, self._pool)
                raise
        torch.cuda.current_stream(self._device).wait_stream(self._stream)
        self._graphs.add(graph)
        self._held += max(0, torch.cuda.memory_reserved(self._device) - before)
        return graph.replay

    @property
    def _spare(self) -> int:
        """Bytes that the allocator keeps for whatever comes next, but not for what is recorded."""
        return torch.cuda.memory_reserved(self._device) - torch.cuda.memory_allocated(self._device) - self.held

    def forget(self) -> None:
        self._graphs.clear()
        torch.cuda.empty_cache()

    def begin(self) -> None:
        torch.cuda.current_stream(self._device).wait_event(self._last)

    def end(self) -> None:
        self._last.record(torch.cuda.current_stream(self._device))


def _abandon(graph: torch.cuda.CUDAGraph, device: torch.device, pool: Any) -> None:
    """End a recording that has failed; that it has is already known."""
    try:
        graph.capture_end()
    except RuntimeError as error:
        _log.info("the end of a failed recording: %r", error)
        # It ended before the allocator was told. A private name, so only where it exists.
        ended = getattr(torch._C, "_cuda_endAllocateToPool", None)
        if ended is not None:
            with contextlib.suppress(RuntimeError):
                ended(device.index or 0, pool)
    graph.reset()
