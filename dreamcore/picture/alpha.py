"""Colour for what transparency hides, so that the network sees no hard edge where a cut-out ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dreamcore.picture.decoding import Picture

Floats = NDArray[np.float32]


def fill_hidden(picture: Picture) -> NDArray[np.uint8]:
    """The picture's colour (H, W, 3), with smooth colour from the visible surroundings under its transparency.

    Opaque pixels are unchanged; in between, the file's colour and the filling are mixed by alpha. A picture
    with nothing visible at all keeps the colour it hides.
    Method: pull-push (Gortler et al., The Lumigraph, 1996): averages weighted by alpha down a pyramid, then each
    level fills the gaps of the finer one. The finest level is left to Pillow, in 8 bits: it is 3/4 of the work.
    """
    rgb, alpha = picture.rgb, picture.alpha
    if alpha is None or not alpha.any():
        return rgb.copy()
    filling = _filling(rgb, alpha)
    filled = rgb.copy()
    partly = alpha < 255
    weight = alpha[partly, None].astype(np.float32) / 255
    mixed = weight * rgb[partly] + (1 - weight) * filling[partly]
    filled[partly] = np.rint(mixed).astype(np.uint8)
    return filled


def _filling(rgb: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 3) smooth everywhere: the picture's colour where it is visible, its surroundings' where it is not."""
    height, width = alpha.shape
    premultiplied = Image.fromarray(np.dstack([rgb, alpha])).convert("RGBa").reduce(2)
    levels: list[Floats] = [np.asarray(premultiplied, dtype=np.float32) / np.float32(255)]
    while max(levels[-1].shape[:2]) > 1:
        levels.append(_half(levels[-1]))
    coarsest = levels.pop()
    filling = _own_colour(coarsest)
    while levels:
        fine = levels.pop()
        # Any visible pixel in the cell outweighs the filling: the colour at the rim stays crisp.
        trust: Floats = np.minimum(fine[..., 3:] * 4, 1)
        filling = trust * _own_colour(fine) + (1 - trust) * _double(filling, fine.shape[0], fine.shape[1])
    small = Image.fromarray(np.rint(filling * 255).clip(0, 255).astype(np.uint8))
    box = (0, 0, width / 2, height / 2)
    return np.asarray(small.resize((width, height), Image.Resampling.BILINEAR, box=box))


def _own_colour(level: Floats) -> Floats:
    """(H, W, 4) premultiplied -> (H, W, 3); black where nothing is visible."""
    colour: Floats = np.divide(level[..., :3], np.maximum(level[..., 3:], np.float32(1e-6)))
    return colour


def _half(level: Floats) -> Floats:
    """(H, W, 4) -> (ceil H/2, ceil W/2, 4): sums of 2x2 cells. Where they exceed full weight, averages by weight."""
    level = np.pad(level, ((0, level.shape[0] & 1), (0, level.shape[1] & 1), (0, 0)))
    rows = level[0::2] + level[1::2]
    cells: Floats = rows[:, 0::2] + rows[:, 1::2]
    cells /= np.maximum(cells[..., 3:], 1)
    return cells


def _double(level: Floats, height: int, width: int) -> Floats:
    """(h, w, 3) -> (height, width, 3): each cell at 3/4 with its nearer neighbour at 1/4, which is bilinear."""
    for axis, size in ((0, height), (1, width)):
        line = np.moveaxis(level, axis, 0)
        before = np.concatenate([line[:1], line[:-1]])
        after = np.concatenate([line[1:], line[-1:]])
        doubled: Floats = np.stack([line * 0.75 + before * 0.25, line * 0.75 + after * 0.25], axis=1)
        level = np.moveaxis(doubled.reshape(-1, *line.shape[1:])[:size], 0, axis)
    return level
