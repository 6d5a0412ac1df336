"""Steps recorded once and replayed: on a GPU the hundreds of small kernels of a step cost more to launch than to run.

What is recorded is kept from picture to picture, within a number of bytes, those used last. Whatever cannot be recorded
is run as it is, with the same result: a dream never fails for it.
"""

from __future__ import annotations

import collections
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import torch
from torch import Tensor

from dreamcore import ascent
from dreamcore.ascent import AfterStep, Look, OctaveState, Shaping
from dreamcore.cuda_graphs import CudaGraphs
from dreamcore.networks import Eye, Network
from dreamcore.objectives import Measures, Objective
from dreamcore.shortage import ran_out
from dreamcore.steps import Kind, Step, margins_of
from dreamcore.tiles import Canvas

MEMORY_SHARE = 8  #: of a GPU's memory, this part may be kept for each network
MOST_BYTES = 4 << 30
OF_A_PROGRAM = 4 << 20  #: bytes that the driver takes for each recorded step, about
DEVIATION = 0.02  #: of a step's length, by which a replay may differ from the step itself

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Recorder(Protocol):
    """What records work on a device: CUDA's graphs."""

    @property
    def held(self) -> int:
        """Bytes that what is recorded works in, beside its buffers."""
        ...

    def record(self, work: Callable[[], None]) -> Callable[[], None]:
        """What does the same again. Raises whatever goes wrong."""
        ...

    def forget(self) -> None:
        """All that is recorded is gone, and its memory with it."""
        ...

    def begin(self) -> None:
        """What is recorded is replayed from here on, behind what was replayed elsewhere."""
        ...

    def end(self) -> None:
        """For now no more is."""
        ...


@dataclass
class _Kept:
    """A step's buffers, and its recording, once there is one."""

    step: Step
    replay: Callable[[], None] | None = None
    tried: bool = False  #: to record it


class Replays:
    """The recorded steps of one network on one device. Used by one thread at a time; others work without."""

    def __init__(self, recorder: Recorder, device: torch.device, limit: int) -> None:
        """limit: bytes that are kept, what is at work included only as far as it fits."""
        self._recorder, self._device, self._limit = recorder, device, limit
        self._kept: collections.OrderedDict[Kind, _Kept] = collections.OrderedDict()
        self._turn = threading.Lock()
        self._works = True
        self.recorded = self.replayed = 0  #: how often, so far

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def bytes(self) -> int:
        """What is kept, all together."""
        return self._recorder.held + sum(kept.step.bytes + OF_A_PROGRAM for kept in self._kept.values())

    def forget(self) -> bool:
        """Give all memory back; whether there was any."""
        with self._turn:
            return self._forget()

    def ascend(
        self,
        octave: OctaveState,
        *,
        eye: Eye,
        objective: Objective,
        canvas: Canvas,
        looks: tuple[Look, ...],
        noise: Tensor | None,
        size: Tensor,
        shaping: Shaping,
        margin: int,
        measures: Measures | None = None,
        after_step: AfterStep,
    ) -> Measures:
        """`ascent.ascend`, replayed where that can be."""
        kind = Kind.of(octave, eye=eye, objective=objective, canvas=canvas, shaping=shaping, noise=noise)
        if kind is None or not self._turn.acquire(blocking=False):
            return ascent.ascend(
                octave,
                eye=eye,
                objective=objective,
                canvas=canvas,
                looks=looks,
                noise=noise,
                size=size,
                shaping=shaping,
                margin=margin,
                measures=measures,
                after_step=after_step,
            )
        try:
            self._recorder.begin()
            kept = self._kept_for(kind)
            margins = margins_of(looks, margin)
            kept.step.begin(octave, margins=margins, noise=noise, size=size, measures=measures)
            for number in range(len(looks)):
                kept.step.turn(number)
                self._run(kept)
                after_step(number + 1, kept.step.value)
            return kept.step.end(octave)
        finally:
            self._recorder.end()
            self._turn.release()

    def _kept_for(self, kind: Kind) -> _Kept:
        kept = self._kept.pop(kind, None) or _Kept(Step(kind, self._device))
        self._kept[kind] = kept
        return kept

    def _run(self, kept: _Kept) -> None:
        if kept.replay is not None:
            kept.replay()
            self.replayed += 1
            return
        first = not kept.tried and self._works
        before = _copies(kept.step) if first else ()
        kept.step.run()
        if first:  # only now: what libraries do at their first use cannot be recorded
            kept.tried = True
            self._record(kept, before)
            self._stay_within_limit()

    def _record(self, kept: _Kept, before: tuple[Tensor, ...]) -> None:
        """Record what was just done, and keep it if it does the same again."""
        step = kept.step
        with torch.enable_grad():  # a small step is watched once, to see what one takes
            if step.kind.eye.activation_bytes(step.kind.height, step.kind.width) > self._limit:
                return
        after = _copies(step)
        try:
            replay = self._recorder.record(step.run)
            _put_back(step, before)
            replay()
            same = _same(before[0], after[0], step.picture)
        except Exception as error:
            if ran_out(error):
                self._forget(but=kept)
            else:
                self._works = False
            _log.warning("a step could not be recorded and is run as it is: %r", error)
        else:
            if same:
                kept.replay = replay
                self.recorded += 1
            else:
                self._works = False
                _log.warning("a recorded step did not do what the step does: steps are run as they are")
        _put_back(step, after)

    def _stay_within_limit(self) -> None:
        while self.bytes > self._limit and len(self._kept) > 1:
            self._kept.popitem(last=False)
        if self.bytes > self._limit:  # all of them work in memory that only goes when the last one does
            self._forget()

    def _forget(self, but: _Kept | None = None) -> bool:
        """All recordings, and all buffers but those of a step that is at work."""
        had = bool(self._kept)
        for kind in [kind for kind, kept in self._kept.items() if kept is not but]:
            del self._kept[kind]
        if but is not None:
            but.replay = None
        self._recorder.forget()
        return had


def _copies(step: Step) -> tuple[Tensor, ...]:
    return tuple(tensor.clone() for tensor in step.state)


def _put_back(step: Step, state: tuple[Tensor, ...]) -> None:
    for tensor, value in zip(step.state, state, strict=True):
        tensor.copy_(value)


def _same(before: Tensor, after: Tensor, replayed: Tensor) -> bool:
    """Whether a replay moved the picture as the step had. Waits for the GPU: once for each recording."""
    length = torch.linalg.vector_norm(after - before)
    return bool(torch.linalg.vector_norm(replayed - after) <= DEVIATION * length)


def with_room(replays: Replays | None, work: Callable[[], T]) -> T:
    """What `work` makes; if memory is short, once more without what is kept of other pictures."""
    try:
        return work()
    except (RuntimeError, MemoryError) as error:
        if replays is None or not ran_out(error):
            raise
        log = str(error)
    if not replays.forget():
        raise torch.OutOfMemoryError(log)
    return work()


Ascend = Callable[..., Measures]  #: `ascent.ascend`, or one that does the same


def ascend_on(device: torch.device, network: Network) -> Ascend:
    """How an octave's steps are made on this device: on the CPU one by one, on a GPU replayed."""
    replays = replays_of(device, network)
    return ascent.ascend if replays is None else replays.ascend


def replays_of(device: torch.device, network: Network) -> Replays | None:
    """What is kept for a network on a GPU; it goes with the network. None on other devices."""
    if device.type != "cuda":
        return None

    def made() -> Replays:
        total = torch.cuda.get_device_properties(device).total_memory
        return Replays(CudaGraphs(device), device, min(MOST_BYTES, total // MEMORY_SHARE))

    return network.kept(("replays", device), made)
