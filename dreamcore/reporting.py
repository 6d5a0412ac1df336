"""Telling how a dream goes on, while it does: counting steps, now and then a preview, stopping when asked."""

from __future__ import annotations

import collections
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from dreamcore.errors import Cancelled
from dreamcore.octaves import Octave
from dreamcore.progress import AskCancelled, Progress, ReportProgress
from dreamcore.readback import Mark, Readback, readback_from

PREVIEW_SIDE = 256
PREVIEW_SECONDS = 1.0
REPORT_SECONDS = 0.1  #: between reports on a GPU, at the least
#: Pixels stepped over that a GPU may be behind what it was told: about 30 ms of a large one's time. It then always has
#: something to do, and a dream that is stopped still ends soon.
AHEAD = 1 << 24


@dataclass(frozen=True, kw_only=True)
class _Underway:
    """A step that the device may not have made yet, and what is told once it has."""

    mark: Mark
    pixels: int
    tell: Callable[[], None] | None


class Reporter:
    """Counts steps, reports those that are made, and stops the dream when asked."""

    def __init__(
        self,
        octaves: tuple[Octave, ...],
        device: torch.device,
        on_progress: ReportProgress | None,
        cancelled: AskCancelled | None,
        clock: Callable[[], float],
        readback: Readback | None = None,
    ) -> None:
        """readback: the way back from the device, by default the device's own."""
        self.octaves = octaves
        self.total = sum(octave.pixels * octave.steps for octave in octaves)
        self.done = 0
        self.pause = 0.0 if device.type == "cpu" else REPORT_SECONDS
        self.on_progress, self.cancelled, self.clock = on_progress, cancelled, clock
        self.reported = self.previewed = clock()
        self._readback = readback or readback_from(device)
        self._underway: collections.deque[_Underway] = collections.deque()
        self._ahead = 0

    def step(self, number: int, step: int, value: Tensor, picture: Callable[[], Tensor]) -> None:
        """One step of octave `number` is made, or will be. picture: called when a preview is due."""
        octave = self.octaves[number]
        self.done += octave.pixels
        if self.cancelled is not None and self.cancelled():
            raise Cancelled
        tell = self._due(number, step, value, picture)
        self._underway.append(_Underway(mark=self._readback.mark(), pixels=octave.pixels, tell=tell))
        self._ahead += octave.pixels
        while self._underway and (self._ahead > AHEAD or self._underway[0].mark.query()):
            self._pass()

    def finish(self) -> None:
        """Wait for the last steps, and tell of them."""
        while self._underway:
            self._pass()

    def _pass(self) -> None:
        passed = self._underway.popleft()
        self._ahead -= passed.pixels
        passed.mark.synchronize()
        if passed.tell is not None:
            passed.tell()

    def _due(self, number: int, step: int, value: Tensor, picture: Callable[[], Tensor]) -> Callable[[], None] | None:
        """What there is to tell of this step, once it is made."""
        octave = self.octaves[number]
        now = self.clock()
        last = step == octave.steps
        on_progress = self.on_progress
        if on_progress is None or not (last or now - self.reported >= self.pause):
            return None
        self.reported = now
        loss, preview = self._readback.copy(value), None
        if now - self.previewed >= PREVIEW_SECONDS or (last and number == 0):
            self.previewed, preview = now, self._readback.copy(small_pixels(picture()))
        done = self.done

        def tell() -> None:
            on_progress(
                Progress(
                    done=done,
                    total=self.total,
                    octave=number + 1,
                    octaves=len(self.octaves),
                    step=step,
                    steps=octave.steps,
                    loss=float(loss),
                    preview=None if preview is None else preview.numpy(),
                )
            )

        return tell


def preview_of(picture: Tensor) -> NDArray[np.uint8]:
    """`picture` (1, 3, H, W) in [0, 1] -> (h, w, 3), its longer side at most PREVIEW_SIDE."""
    return small_pixels(picture).cpu().numpy()


def small_pixels(picture: Tensor) -> Tensor:
    """The same, where the picture is."""
    height, width = picture.shape[2:]
    shrink = max(1.0, max(height, width) / PREVIEW_SIDE)
    size = max(1, round(height / shrink)), max(1, round(width / shrink))
    small = F.interpolate(picture, size, mode="area")
    return (small[0].permute(1, 2, 0) * 255).round().to(torch.uint8)
