"""A picture in the corner of a buffer whose sides are multiples of 64: what many sizes can share, as if it were alone.

A CUDA graph knows one shape and one set of addresses. Pictures have any size; so each is laid into a buffer that many
sizes have in common, and where it ends is *data*, read by the kernels, not part of the program. Every pass here gives,
inside the picture, what `gradients` gives for the picture by itself: mirrored at its own borders, averaged over its own
pixels. What it leaves outside is finite and means nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dreamcore.gradients import (
    BAND_COLOUR,
    BAND_EVENNESS,
    BAND_STRENGTH,
    COLOUR_BLUR,
    LARGEST_STEP,
    LEAST_BAND_SIDE,
    bell,
)

GRID = 64  #: sides of buffers are multiples of this, so that sizes share them
REACH = 6  #: pixels that the widest filter sees to each side
_TINY = torch.finfo(torch.float32).tiny

Whole = NDArray[np.int32]
Real = NDArray[np.float32]


def side_on_grid(side: int) -> int:
    """The side of the buffer for so many pixels.

    >>> side_on_grid(544), side_on_grid(576)
    (576, 576)
    """
    return -(-side // GRID) * GRID


def bands_of(height: int, width: int) -> int:
    """How many bands the Laplacian pyramid of such a picture has."""
    count = 1
    while count < len(BAND_STRENGTH) and min(height, width) >= LEAST_BAND_SIDE:
        height, width, count = -(-height // 2), -(-width // 2), count + 1
    return count


@dataclass(frozen=True, kw_only=True)
class Along:
    """One axis of a picture of `length` pixels in a buffer of `side`, as tables for a GPU to read."""

    mirrored: Tensor  #: (side + 2 REACH): where pixel -REACH, … lies, mirrored at both borders of the picture
    second: Tensor  #: (side // 2): the second pixel of each pair; of the last pair of an odd length its first
    above: Tensor  #: (side): of a picture half as long, the pixel before each place ...
    below: Tensor  #: ... and the one behind it
    share: Tensor  #: (side): how far a place is from the one before
    inside: Tensor  #: (side): 1 in the picture, 0 beyond its end


@dataclass(frozen=True, kw_only=True)
class Inset:
    """Both axes of a picture in its buffer, at one size of the pyramid."""

    rows: Along
    columns: Along
    values: Tensor  #: 0-d: how many values the picture has, all channels together


class Tables:
    """The tables of an inset at every size of its pyramid, in two flat tensors: one copy each changes the picture."""

    def __init__(self, height: int, width: int, bands: int, device: torch.device) -> None:
        self.sides, self.bands = (height, width), bands
        whole, real = self._filled((height, width))
        self._whole, self._real = torch.from_numpy(whole).to(device), torch.from_numpy(real).to(device)
        self.levels = self._views()

    def fill(self, height: int, width: int) -> tuple[Tensor, Tensor]:
        """The tables' values for a picture of this size, on the CPU: to be handed to `take`."""
        whole, real = self._filled((height, width))
        return torch.from_numpy(whole), torch.from_numpy(real)

    def take(self, whole: Tensor, real: Tensor) -> None:
        """From here on the buffer holds a picture of another size."""
        self._whole.copy_(whole, non_blocking=True)
        self._real.copy_(real, non_blocking=True)

    def _filled(self, lengths: tuple[int, int]) -> tuple[Whole, Real]:
        whole: list[Whole] = []
        real: list[Real] = []
        for band in range(self.bands):
            for side, length in zip(self.sides, lengths, strict=True):
                integers, floats = _tables(side >> band, _halved_times(length, band))
                whole += integers
                real += floats
            counts = [_halved_times(length, band) for length in lengths]
            real.append(np.array([3 * counts[0] * counts[1]], np.float32))
        return np.concatenate(whole), np.concatenate(real)

    def _views(self) -> tuple[Inset, ...]:
        levels, w, r = [], 0, 0
        for band in range(self.bands):
            axes = []
            for side in (self.sides[0] >> band, self.sides[1] >> band):
                sizes = [side + 2 * REACH, side // 2, side, side]
                mirrored, second, above, below = torch.split(self._whole[w : w + sum(sizes)], sizes)
                share, inside = torch.split(self._real[r : r + 2 * side], side)
                w, r = w + sum(sizes), r + 2 * side
                axes.append(
                    Along(mirrored=mirrored, second=second, above=above, below=below, share=share, inside=inside)
                )
            levels.append(Inset(rows=axes[0], columns=axes[1], values=self._real[r]))
            r += 1
        return tuple(levels)


def _halved_times(length: int, times: int) -> int:
    for _ in range(times):
        length = -(-length // 2)
    return length


def _tables(side: int, length: int) -> tuple[list[Whole], list[Real]]:
    places = np.arange(side, dtype=np.int32)
    half = -(-length // 2)
    # As torch's bilinear interpolation and `gradients` have it: float32, pixels' centres on each other.
    at = np.clip((places + np.float32(0.5)) * np.float32(half / length) - np.float32(0.5), 0, np.float32(half))
    above = np.minimum(at.astype(np.int32), half - 1)
    below = np.minimum(above + 1, half - 1)
    mirrored = mirrored_places(np.arange(-REACH, side + REACH, dtype=np.int32), length)
    second = np.minimum(2 * np.arange(side // 2, dtype=np.int32) + 1, length - 1)
    inside = (places < length).astype(np.float32)
    return [mirrored, second, above, below], [(at - above).astype(np.float32), inside]


def mirrored_places(at: Whole, length: int) -> Whole:
    """As `gradients.mirrored_index`, for tables."""
    period = max(1, 2 * length - 2)
    at = at % period
    return np.where(at < length, at, period - at).astype(np.int32)


def smoothed(gradient: Tensor, kind: str, levels: tuple[Inset, ...], bells: Tensor) -> Tensor:
    """`gradients.smoothed` of a (1, 3, H, W) gradient in the corner of its buffer; may change it in place.

    bells: (2, REACH + 1), for `gaussian`: the weights of its two filters from the middle outwards, which depend on the
    step.
    """
    whole = levels[0]
    if kind == "gaussian":
        return _weighted(gradient, bells[0], whole) + _weighted(gradient, bells[1], whole)
    if kind in BAND_EVENNESS:
        less_grain = gaussian(gradient, 0.5, whole) if kind == "laplacian" else gradient
        return _equalised(less_grain, kind, levels)
    if kind == "chroma":
        grey = gradient.mean(1, keepdim=True)
        return gaussian(gradient - grey, COLOUR_BLUR, whole).add_(grey)
    return gradient


def normalised(gradient: Tensor, kind: str, inset: Inset, weight: Tensor | None) -> Tensor:
    """`gradients.normalised`, in place. weight: (1, 1, H, W), already multiplied in, 0 outside the picture."""
    values = inset.values if weight is None else 3 * weight.sum()
    counted = gradient if weight is not None else _only_inside(gradient, inset)
    if kind == "mean":
        size = counted.abs().sum() / values
    else:
        size = torch.sqrt(counted.square().sum() / values) * math.sqrt(2 / math.pi)
    return gradient.div_(size.clamp_min(_TINY)).clamp_(-LARGEST_STEP, LARGEST_STEP)


def bell_weights(sigma: float) -> list[float]:
    """The weights of a Gaussian from its middle outwards, REACH + 1 of them.

    >>> len(bell_weights(1.0)), bell_weights(0.5)[3:]
    (7, [0.0, 0.0, 0.0, 0.0])
    """
    outwards = _outwards(sigma)
    return outwards + [0.0] * (REACH + 1 - len(outwards))


def _outwards(sigma: float) -> list[float]:
    kernel = bell(sigma)
    return kernel[len(kernel) // 2 :]


def gaussian(plane: Tensor, sigma: float, inset: Inset) -> Tensor:
    """`plane` (1, C, H, W) under a Gaussian, mirrored at the picture's borders."""
    weights = _outwards(sigma)
    return _filtered(_filtered(plane, weights, 2, inset.rows), weights, 3, inset.columns)


def _filtered(plane: Tensor, weights: list[float], dim: int, along: Along) -> Tensor:
    radius, side = len(weights) - 1, plane.shape[dim]
    padded = plane.index_select(dim, along.mirrored.narrow(0, REACH - radius, side + 2 * radius))
    result = padded.narrow(dim, radius, side) * weights[0]
    for k in range(1, radius + 1):
        result.add_(padded.narrow(dim, radius - k, side), alpha=weights[k])
        result.add_(padded.narrow(dim, radius + k, side), alpha=weights[k])
    return result


def _weighted(plane: Tensor, weights: Tensor, inset: Inset) -> Tensor:
    """The same with weights that are data."""
    for dim, along in ((2, inset.rows), (3, inset.columns)):
        side = plane.shape[dim]
        padded = plane.index_select(dim, along.mirrored)
        result = padded.narrow(dim, REACH, side) * weights[0]
        for k in range(1, REACH + 1):
            result.addcmul_(padded.narrow(dim, REACH - k, side), weights[k])
            result.addcmul_(padded.narrow(dim, REACH + k, side), weights[k])
        plane = result
    return plane


def _equalised(gradient: Tensor, kind: str, levels: tuple[Inset, ...]) -> Tensor:
    """Apart into a Laplacian pyramid, its bands weighted, and together again; see `gradients`."""
    bands = [gradient]
    for level in levels[:-1]:
        coarse = _halved(bands[-1], level)
        _add_stretched(bands[-1], coarse, level, -1.0)
        bands.append(coarse)
    for band, level, strength, colour in zip(bands, levels, BAND_STRENGTH, BAND_COLOUR[kind], strict=False):
        if colour < 1:
            band.mul_(colour).add_(band.mean(1, keepdim=True), alpha=(1 - colour) / colour)
        size = (_only_inside(band, level).square().sum() / level.values).sqrt()
        band.mul_(strength / size.clamp_min(_TINY) ** BAND_EVENNESS[kind])
    for finer, coarse, level in zip(bands[-2::-1], bands[:0:-1], levels[-2::-1], strict=True):
        _add_stretched(finer, coarse, level, 1.0)
    return gradient


def _halved(plane: Tensor, level: Inset) -> Tensor:
    weights = _outwards(1.0)
    for dim, along in ((2, level.rows), (3, level.columns)):
        plane = _filtered(plane, weights, dim, along)
        first = plane[:, :, ::2] if dim == 2 else plane[:, :, :, ::2]
        plane = plane.index_select(dim, along.second).add_(first).mul_(0.5)
    return plane


def _add_stretched(fine: Tensor, coarse: Tensor, level: Inset, factor: float) -> None:
    across, down = level.columns, level.rows
    wide = coarse.index_select(3, across.above).lerp_(coarse.index_select(3, across.below), across.share)
    tall = wide.index_select(2, down.above).lerp_(wide.index_select(2, down.below), down.share[:, None])
    fine.add_(tall, alpha=factor)


def _only_inside(plane: Tensor, inset: Inset) -> Tensor:
    return plane * inset.rows.inside[:, None] * inset.columns.inside
