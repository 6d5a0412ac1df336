"""`tile=on`: a picture that goes on at each border where it ends at the opposite one, and passes that keep it so."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from dreamcore.tiles import Box, repeated

Bytes = NDArray[np.uint8]

BAND = 0.15  #: of a side, at each of its ends: there the picture fades into what lies beyond the opposite border
SEAMLESS = 1.5  #: times the usual difference of neighbours: a border that differs by no more is no seam
REACH = 48  #: pixels beyond the borders that decide what is inside them, when a gradient is smoothed


def wraps(picture: Bytes) -> bool:
    """Whether (H, W, …) goes on at its borders as smoothly as anywhere inside."""
    values = picture.astype(np.int16)
    for axis in (0, 1):
        if values.shape[axis] < 3:
            continue
        inside = np.abs(np.diff(values, axis=axis)).mean()
        seam = np.abs(values.take(0, axis) - values.take(-1, axis)).mean()
        if seam > SEAMLESS * inside + 1:
            return False
    return True


def made_to_wrap(picture: Bytes) -> Bytes:
    """The picture (H, W, …) with no seam when it is laid beside itself; one that has none is left as it is.

    At a border both its ends are mixed half and half, each mirrored in the other; the mixture fades inwards.
    """
    if wraps(picture):
        return picture
    wrapped = picture.copy()
    for axis in (0, 1):
        line = np.moveaxis(wrapped, axis, 0)
        length = min(max(1, round(BAND * line.shape[0])), line.shape[0] // 2)
        if not length:
            continue
        inward = (np.arange(length, dtype=np.float32) + 0.5) / length
        own = (0.5 + 0.5 * inward * inward * (3 - 2 * inward)).reshape(-1, *[1] * (line.ndim - 1))
        head, tail = line[:length].astype(np.float32), line[::-1][:length].astype(np.float32)
        line[:length] = np.rint(own * head + (1 - own) * tail)
        line[::-1][:length] = np.rint(own * tail + (1 - own) * head)
    return wrapped


def resized(plane: Tensor, height: int, width: int, *, antialias: bool) -> Tensor:
    """`plane` (1, C, H, W), which wraps, bicubically at `height` x `width`, where it wraps as well."""
    for dim, side in ((2, height), (3, width)):
        plane = _resized_along(plane, dim, side, antialias)
    return plane


def _resized_along(plane: Tensor, dim: int, side: int, antialias: bool) -> Tensor:
    """Continued beyond its borders by a whole number of pixels before and after, so that the grid stays the same."""
    length = plane.shape[dim]
    if length == side:
        return plane
    common = int(np.gcd(length, side))
    reach = 4 + 4 * -(-length // side)  # what a bicubic filter sees
    pieces = -(-reach // (length // common))
    before, after = pieces * (length // common), pieces * (side // common)
    size = [plane.shape[2], plane.shape[3]]
    size[dim - 2] = side + 2 * after
    longer = continued(plane, *((before, 0) if dim == 2 else (0, before)))
    made = F.interpolate(longer, size, mode="bicubic", antialias=antialias, align_corners=False)
    return made.narrow(dim, after, side)


def continued(plane: Tensor, rows: int, columns: int) -> Tensor:
    """`plane` (1, C, H, W), which wraps, with so much more of it on each side."""
    height, width = plane.shape[2:]
    return repeated(plane, Box(-rows, -columns, height + 2 * rows, width + 2 * columns))


def continued_while(change: Callable[[Tensor], Tensor], plane: Tensor) -> Tensor:
    """What `change` makes of `plane` (1, C, H, W) when its borders are no borders; REACH pixels are enough for it."""
    height, width = plane.shape[2:]
    return change(continued(plane, REACH, REACH))[:, :, REACH : REACH + height, REACH : REACH + width]
