"""How a moving picture moves: from which place of the frame before each pixel comes, and whether it was there at all.

Dense inverse search optical flow (Kroeger et al., "Fast Optical Flow using Dense Inverse Search", 2016) as OpenCV has
it, made both ways: what does not come back to where it began was hidden before (Sundaram, Brox and Keutzer, "Dense
point trajectories by GPU-accelerated large displacement optical flow", 2010).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dreamcore.films.tools import cv2

Floats = NDArray[np.float32]

_LEAST_SIDE = 32  #: pixels; DIS needs some
_FINE_SIDE = 256  #: longest side up to which it looks at single pixels; of larger ones at pairs, four times as fast
_LARGEST_SIDE = 640  #: larger ones are made smaller before
_STRIDE, _DESCENTS = 4, 12  #: of DIS; the errors are those of 3 and 25, in two thirds of the time
#: Of the way there and back: squared pixels that may be missing, as a share of the ways' squares and beyond that.
_RELATIVE, _ABSOLUTE = 0.01, 0.5
_FAR, _ALIKE = 16.0, 0.02  #: squared pixels, and of full scale: what comes back so near, and looks the same, was there
_ERROR = 0.12  #: of full scale: what differs more from where it comes from was covered, whatever the flow says
CUT_SEEN = 0.45  #: in a cut less than this share of the picture was there before ...
CUT_ERROR = 0.06  #: ... and the whole differs by more than this from what the frame before makes of it


@dataclass(frozen=True, kw_only=True, eq=False)
class Motion:
    """From one frame to the next."""

    x: Floats  # (H, W), where in the frame before each pixel was, in pixels
    y: Floats
    seen: Floats  # (H, W) in [0, 1], whether it was there
    cut: bool  # the next frame shows something else


class MotionFinder:
    """Finds the motion between frames of one size. Raises InstallationError without OpenCV."""

    def __init__(self) -> None:
        self._cv2 = cv2()
        self._cv2.setNumThreads(1)
        self._coarse, self._fine = self._made(finest=1), self._made(finest=0)

    def _made(self, finest: int) -> Any:
        flow = self._cv2.DISOpticalFlow_create(self._cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        flow.setFinestScale(finest)
        flow.setPatchStride(_STRIDE)
        flow.setGradientDescentIterations(_DESCENTS)
        return flow

    def between(self, before: NDArray[np.uint8], after: NDArray[np.uint8]) -> Motion:
        """Both (H, W, 3) uint8 sRGB."""
        height, width = after.shape[:2]
        column, row = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        if before.shape != after.shape or min(height, width) < _LEAST_SIDE:
            return Motion(x=column, y=row, seen=np.ones_like(row), cut=before.shape != after.shape)
        grey = [self._cv2.cvtColor(frame, self._cv2.COLOR_RGB2GRAY) for frame in (before, after)]
        back, forth = self._flow(grey[1], grey[0]), self._flow(grey[0], grey[1])
        x, y = column + back[..., 0], row + back[..., 1]
        returned = self._at(forth, x, y)
        missing = np.square(back + returned).sum(2)
        ways = np.square(back).sum(2) + np.square(returned).sum(2)
        inside = (x >= -0.5) & (x <= width - 0.5) & (y >= -0.5) & (y <= height - 0.5)
        error = np.abs(self._at(before, x, y).astype(np.float32) - after).mean(2) / 255
        error = self._cv2.GaussianBlur(error, (0, 0), 1.5)
        returns = missing < _RELATIVE * ways + _ABSOLUTE
        # Where there is nothing to follow, the ways differ and nobody sees it.
        alike = (missing < _FAR) & (error < _ALIKE)
        seen = inside & (returns | alike) & (error < _ERROR)
        share = float(seen.mean())
        return Motion(
            x=x,
            y=y,
            seen=self._cv2.GaussianBlur(seen.astype(np.float32), (0, 0), 1.0) * seen,
            cut=share < CUT_SEEN and float(error.mean()) > CUT_ERROR,
        )

    def _flow(self, one: NDArray[np.uint8], other: NDArray[np.uint8]) -> Floats:
        """(H, W, 2): how far right and down each pixel of `one` is in `other`."""
        height, width = one.shape
        factor = min(1.0, _LARGEST_SIDE / max(height, width))
        if factor < 1:
            size = round(width * factor), round(height * factor)
            one, other = (self._cv2.resize(grey, size, interpolation=self._cv2.INTER_AREA) for grey in (one, other))
        flow: Floats = (self._fine if max(one.shape) <= _FINE_SIDE else self._coarse).calc(one, other, None)
        if factor < 1:
            flow = self._cv2.resize(flow, (width, height)) / np.float32(factor)
        return flow

    def _at(self, picture: NDArray[Any], x: Floats, y: Floats) -> NDArray[Any]:
        found: NDArray[Any] = self._cv2.remap(
            picture, x, y, self._cv2.INTER_LINEAR, borderMode=self._cv2.BORDER_REPLICATE
        )
        return found
