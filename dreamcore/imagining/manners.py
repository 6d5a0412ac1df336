"""How each kind of network is asked for pictures: sizes, waves, how it looks. Figures only; imports no torch.

Networks taught on photographs answer to fine detail, so every wave moves by about as much as any other, and what grew
large is gone over again at larger sizes. `daydream`, taught on drawings and against attacks, answers with whole forms
of the size it was taught; it is followed along its own slope, and what it drew is enlarged.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

from dreamcore.octaves import Octave


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How pictures grow. Chosen by eye, on other classes and seeds than what the figures are measured on."""

    first_side: int  #: pixels of the short side at which a picture begins: about one motif wide
    last_side: int | None  #: of the short side, beyond which pictures are enlarged and not gone over again
    growth: float  #: about, from one size to the next
    steps_kept: float  #: an octave gets this share of the next smaller one's steps
    even: bool  #: every wave moves by about as much (Adam), or each by its own share of the slope
    amplitude: float  #: of the waves, against one step: larger is bolder and rougher
    fall: float  #: amplitude falls with frequency to this power; natural pictures' with 1: more gives calmer forms
    colours: tuple[float, float, float]  #: spread of brightness, blue against yellow, green against magenta
    noise: float  #: to begin with, in amplitudes
    contrast: float  #: how far brightness may vary, before it is squeezed into what can be shown
    shift: float  #: pixels by which the picture is shown elsewhere, at the most
    turn: float  #: degrees
    zoom: float  #: share

    def roomier(self, times: float) -> Manner:
        """For more than one motif beside each other; where pictures grow as large as they are asked, they have room."""
        if self.last_side is None:
            return self
        return dataclasses.replace(
            self, first_side=round(self.first_side * times), last_side=round(self.last_side * times)
        )

    def octaves(self, height: int, width: int, steps: int) -> tuple[Octave, ...]:
        """The sizes at which a picture of `height` x `width` grows, small to large, and the steps at each."""
        short = min(height, width)
        largest = min(short, self.last_side or short)
        ratio = max(1.0, largest / self.first_side)
        more = round(math.log(ratio, self.growth))
        least = min(steps, LEAST_STEPS)
        scales = [
            largest / short * ratio ** (number / more - 1) if more else largest / short for number in range(more + 1)
        ]
        return tuple(
            Octave(round(height * scale), round(width * scale), max(least, round(steps * self.steps_kept**number)))
            for number, scale in enumerate(scales)
        )


LEAST_STEPS = 8

PHOTOGRAPHS = Manner(
    first_side=128, last_side=None, growth=1.8, steps_kept=0.6, even=True, amplitude=3.0, fall=1.3,
    colours=(1.0, 0.3, 0.14), noise=0.01, contrast=1.2, shift=8.0, turn=8.0, zoom=0.08,
)  # fmt: skip
DRAWINGS = Manner(
    first_side=40, last_side=112, growth=1.4, steps_kept=0.75, even=False, amplitude=0.7, fall=1.0,
    colours=(1.0, 0.4, 0.25), noise=0.3, contrast=1.8, shift=5.0, turn=4.0, zoom=0.05,
)  # fmt: skip


def manner_of(family: str) -> Manner:
    """The manner of a family of networks (`NetworkInfo.family`)."""
    return DRAWINGS if family == "daydream" else PHOTOGRAPHS
