"""The pyramid of sizes a picture is dreamt at, how many steps each gets, and the way from one to the next.

Octaves with detail re-injection after google/deepdream (2015): each octave starts from the picture itself at that
size plus what the dream has added so far, so that nothing of the picture is lost by resizing. The arithmetic of sizes
and steps needs no torch; the functions that resample import it when they are called.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

SMALLEST_SIDE = 190  #: where `octaves=auto` ends: about the size of picture that the networks were taught on
#: With `features`: a network makes a motif as many pixels large as it ever does, so on a smaller picture it is larger.
#: So much larger or smaller than usual, as nearly as whole octaves allow.
FEATURES_FACTOR = 2.0
MOST_ENLARGED = 2.0  #: `features=small`: how much larger than the picture itself it is looked at, at the most
LEAST_SIDE = 64  #: no octave is smaller, whatever was asked: below it the deep layers see one or two places only

#: An octave gets this share of the next smaller one's steps. Structure is made on the small octaves, and a step there
#: costs a fraction; what large ones add is mostly fine noise.
STEP_RATIO = {"rising": 0.55, "coarse": 0.55, "classic": 1.0}
LEAST_STEPS = 2
#: How much longer the steps of an octave become from its beginning to its end: what the first ones make is made over
#: by those that follow, and the last ones' work is what is left.
LENGTHENING = {"rising": 2.0}


@dataclass(frozen=True)
class Octave:
    """One size of the pyramid: pixels, and the steps made there."""

    height: int
    width: int
    steps: int

    @property
    def pixels(self) -> int:
        return self.height * self.width


def automatic_octaves(height: int, width: int, scale: float, features: str | None = None) -> int:
    """How many octaves bring the short side of a picture down to about SMALLEST_SIDE; at least 1.

    features: `large` goes further down, `small` ends before, by about FEATURES_FACTOR.

    >>> [automatic_octaves(768, 1024, 1.4, features) for features in ("small", None, "large")]
    [3, 5, 7]
    """
    usual = 1 + max(0, round(math.log(min(height, width) / SMALLEST_SIDE, scale)))
    return max(1, usual + _further_down(features, scale))


def _further_down(features: str | None, scale: float) -> int:
    octaves = max(1, round(math.log(FEATURES_FACTOR, scale)))
    return {"large": octaves, "small": -octaves}.get(features or "", 0)


def looked_at_size(height: int, width: int, scale: float, features: str | None) -> tuple[int, int]:
    """(height, width) of the largest octave for a picture that is dreamt at `height` x `width`.

    For small features a picture that has too few octaves is looked at enlarged; what was dreamt is brought back.

    >>> looked_at_size(192, 256, 1.4, None), looked_at_size(192, 256, 1.4, "small")
    ((192, 256), (376, 502))
    >>> looked_at_size(768, 1024, 1.4, "small")
    (768, 1024)
    """
    if features != "small":
        return height, width
    missing = 1 - automatic_octaves(height, width, scale) - _further_down(features, scale)
    factor = min(MOST_ENLARGED, scale ** max(0, missing))
    return round(height * factor), round(width * factor)


def most_octaves(height: int, width: int, scale: float) -> int:
    """How many octaves there can be before the short side falls below LEAST_SIDE; at least 1."""
    return 1 + max(0, math.floor(math.log(min(height, width) / LEAST_SIDE, scale) + 1e-9))


def steps_by_octave(schedule: str, steps: int, octaves: int) -> tuple[int, ...]:
    """Steps from the smallest octave to the full size.

    >>> [steps_by_octave(*asked, 4) for asked in (("rising", 15), ("coarse", 14), ("classic", 10))]
    [(15, 8, 5, 2), (14, 8, 4, 2), (10, 10, 10, 10)]
    """
    ratio, least = STEP_RATIO[schedule], min(steps, LEAST_STEPS)
    return tuple(max(least, round(steps * ratio**k)) for k in range(octaves))


def pyramid(height: int, width: int, *, schedule: str, steps: int, octaves: int, scale: float) -> tuple[Octave, ...]:
    """The octaves from the smallest to `height` x `width` itself."""
    counts = steps_by_octave(schedule, steps, octaves)
    shrink = [scale ** (octaves - 1 - k) for k in range(octaves)]
    return tuple(
        Octave(max(1, round(height / s)), max(1, round(width / s)), n) for s, n in zip(shrink, counts, strict=True)
    )


def full_size_steps(octaves: tuple[Octave, ...]) -> float:
    """What the octaves cost, in steps at the full size: the measure by which schedules are compared."""
    return sum(octave.pixels * octave.steps for octave in octaves) / octaves[-1].pixels


def shrunk(picture: Tensor, height: int, width: int, *, wraps: bool = False) -> Tensor:
    """`picture` (1, 3, H, W) uint8 -> the same at `height` x `width`, uint8. wraps: it has no borders.

    Rounding to bytes clamps: bicubic's overshoot at hard edges would otherwise be taken for something dreamt. And at
    the picture's own size nothing is resampled, so that the last octave starts from its exact pixels.
    """
    import torch

    if picture.shape[2:] == (height, width):
        return picture
    return _resized(picture.float(), height, width, antialias=True, wraps=wraps).round_().clamp_(0, 255).to(torch.uint8)


def enlarged(detail: Tensor, height: int, width: int, *, wraps: bool = False) -> Tensor:
    """`detail` (1, C, h, w), what a smaller octave has added, at the next one's size."""
    if detail.shape[2:] == (height, width):
        return detail
    return _resized(detail, height, width, antialias=False, wraps=wraps)


def shrunk_detail(detail: Tensor, height: int, width: int, *, wraps: bool = False) -> Tensor:
    """`detail` (1, C, H, W), what was added to a picture that was looked at enlarged, at the picture's own size."""
    return _resized(detail, height, width, antialias=True, wraps=wraps)


def _resized(plane: Tensor, height: int, width: int, *, antialias: bool, wraps: bool) -> Tensor:
    """Bicubically: all that wraps is continued beyond its borders first."""
    if wraps:
        from dreamcore.wrapping import resized

        return resized(plane, height, width, antialias=antialias)
    import torch.nn.functional as F

    return F.interpolate(plane, (height, width), mode="bicubic", antialias=antialias, align_corners=False)
