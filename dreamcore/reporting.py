"""Telling how a dream goes on, while it does: counting steps, now and then a preview, stopping when asked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from dreamcore.errors import Cancelled
from dreamcore.octaves import Octave
from dreamcore.progress import AskCancelled, Progress, ReportProgress

PREVIEW_SIDE = 256
PREVIEW_SECONDS = 1.0
REPORT_SECONDS = 0.1  #: between reports on a GPU: each one waits for it


class Reporter:
    """Counts steps, reports them, and stops the dream when asked."""

    def __init__(
        self,
        octaves: tuple[Octave, ...],
        device: torch.device,
        on_progress: ReportProgress | None,
        cancelled: AskCancelled | None,
        clock: Callable[[], float],
    ) -> None:
        self.octaves = octaves
        self.total = sum(octave.pixels * octave.steps for octave in octaves)
        self.done = 0
        self.pause = 0.0 if device.type == "cpu" else REPORT_SECONDS
        self.on_progress, self.cancelled, self.clock = on_progress, cancelled, clock
        self.reported = self.previewed = clock()

    def step(self, number: int, step: int, value: Tensor, picture: Callable[[], Tensor]) -> None:
        """One step of octave `number` is made. picture: called when a preview is due."""
        octave = self.octaves[number]
        self.done += octave.pixels
        if self.cancelled is not None and self.cancelled():
            raise Cancelled
        now = self.clock()
        last = step == octave.steps
        if self.on_progress is None or not (last or now - self.reported >= self.pause):
            return
        self.reported = now
        preview = None
        if now - self.previewed >= PREVIEW_SECONDS or (last and number == 0):
            self.previewed, preview = now, preview_of(picture())
        self.on_progress(
            Progress(
                done=self.done,
                total=self.total,
                octave=number + 1,
                octaves=len(self.octaves),
                step=step,
                steps=octave.steps,
                loss=float(value),
                preview=preview,
            )
        )


def preview_of(picture: Tensor) -> NDArray[np.uint8]:
    """`picture` (1, 3, H, W) in [0, 1] -> (h, w, 3), its longer side at most PREVIEW_SIDE."""
    height, width = picture.shape[2:]
    shrink = max(1.0, max(height, width) / PREVIEW_SIDE)
    size = max(1, round(height / shrink)), max(1, round(width / shrink))
    small = F.interpolate(picture, size, mode="area")
    return (small[0].permute(1, 2, 0) * 255).round().to(torch.uint8).cpu().numpy()
