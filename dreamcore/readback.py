"""What comes back from a device while it goes on working: copied behind its work, looked at once that is done.

Reading a value of a GPU waits until all that it was told to do is done, and then it has nothing to do. So the few bytes
that somebody wants to see (a step's value, a preview, the dream itself) are copied in turn, and a mark says when.
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor


class Mark(Protocol):
    """A place in a device's work."""

    def query(self) -> bool:
        """Whether the device has passed it."""
        ...

    def synchronize(self) -> None:
        """Wait until it has."""
        ...


class Readback(Protocol):
    """The way back from a device."""

    def copy(self, values: Tensor) -> Tensor:
        """`values` as they are now, on the CPU; there once a later mark is passed."""
        ...

    def mark(self) -> Mark:
        """Behind all that the device was told so far."""
        ...


class _Passed:
    def query(self) -> bool:
        return True

    def synchronize(self) -> None:
        return


class AtOnce:
    """Of a device that has done what it was told when it says so: the CPU; and of others, which are waited for."""

    def copy(self, values: Tensor) -> Tensor:
        return values.cpu()

    def mark(self) -> Mark:
        return _Passed()


class FromCuda:
    """Of an NVIDIA GPU: through memory that it writes to by itself."""

    def __init__(self, device: torch.device) -> None:
        self._device = device

    def copy(self, values: Tensor) -> Tensor:
        there = torch.empty(values.shape, dtype=values.dtype, pin_memory=True)
        return there.copy_(values, non_blocking=True)

    def mark(self) -> Mark:
        event = torch.cuda.Event()  # type: ignore[no-untyped-call]
        event.record(torch.cuda.current_stream(self._device))
        return event


def readback_from(device: torch.device) -> Readback:
    """The way back from this device."""
    return FromCuda(device) if device.type == "cuda" else AtOnce()
