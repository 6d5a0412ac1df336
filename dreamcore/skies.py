"""Finding the sky in a photograph without a network: smooth, joined to the top border, unlike what is below it.

A skyline for each column is where the gradient first rises over a threshold (Shen and Wang, "Sky Region Detection in a
Single Image for Autonomous Ground Robot Navigation", 2013). Each of several thresholds gives a proposal; colours,
texture and height of both its sides then decide pixel by pixel, so that clouds come in and branches go out; and the
proposal with the sharpest rim around the calmest inside is taken, if it looks like a sky at all.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from dreamcore.finishing import brightness, enlarged_rows, guided
from dreamcore.strips import strips

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Integers = NDArray[np.intp]

SIDE = 224  #: longest side at which the sky is looked for, in pixels
THRESHOLDS = (0.006, 0.25, 10)  #: of the gradient, of full scale a pixel: from, to, how many, evenly by ratio
ROUNDS = 3  #: until both sides' colours are told apart by themselves
COLOUR_BINS, TEXTURE_BINS = 10, 12
GAP = 3  #: pixels: a wire or a mast does not part the sky ...
WIRES = 5  #: pixels: and under a median of so many it does not end it
LEAST_AREA, USUAL_AREA = 0.02, 0.3  #: of the picture
APART = 0.35  #: what it counts that the colours of both sides can be told apart, against the rim's contrast
LEAST_SCORE = 1.5  #: of rim and colours together: 1.6 to 4 on skies, below 1.5 on grass, fur, brick
LEAST_AT_THE_TOP, MOST_AT_THE_BOTTOM = 0.2, 0.2  #: of these borders: less is a window, more is paper or a wall
#: Blue less red, of the brightest; and brightness less the ground's: a sky has the one or the other.
LEAST_BLUE, LEAST_BRIGHTER = 0.2, 0.08
RIM_RADIUS, RIM_FLATNESS = 3, 1e-3  #: of the guided filter by which the rim follows the picture's edges


def sky_of(rgb: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """(H, W, 3) -> (H, W): 255 in the sky, 0 elsewhere, soft at the skyline; None where there is no sky."""
    height, width = rgb.shape[:2]
    shrink = min(1.0, SIDE / max(height, width))
    size = max(8, round(width * shrink)), max(8, round(height * shrink))
    small = np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BOX))
    bare = np.asarray(Image.fromarray(small).filter(ImageFilter.MedianFilter(WIRES)))
    scene = _Scene(small.astype(np.float32) / np.float32(255), bare.astype(np.float32) / np.float32(255))
    best = max(scene.found(), key=lambda found: found[0], default=None)
    return None if best is None else _along_the_edges(best[1], small, rgb)


def _along_the_edges(sky: Bools, small: NDArray[np.uint8], rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The sky at the picture's full size, its rim drawn to the picture's own edges; strip by strip."""
    full, base = (torch.from_numpy(np.require(p, requirements=["C", "W"])).permute(2, 0, 1)[None] for p in (rgb, small))
    plane = torch.from_numpy(sky.astype(np.float32))[None, None]
    slope, offset, _ = guided(brightness(base), plane, radius=RIM_RADIUS, flatness=RIM_FLATNESS)
    weight = np.empty(rgb.shape[:2], np.uint8)
    for rows in strips(full):
        near = enlarged_rows(slope, rgb.shape[:2], rows) * brightness(full[:, :, rows])
        near += enlarged_rows(offset, rgb.shape[:2], rows)
        rim = ((near - 0.15) / 0.7).clamp_(0, 1)
        weight[rows] = (255 * rim * rim * (3 - 2 * rim)).round_()[0, 0].to(torch.uint8).numpy()
    return weight


class _Scene:
    """A small picture, and what is measured of each of its pixels once. bare: the same without thin lines."""

    def __init__(self, colour: Floats, bare: Floats) -> None:
        self.colour = colour
        self.height, self.width = colour.shape[:2]
        self.rows = np.arange(self.height)[:, None]
        self.gradient, self.bare_gradient = _gradient(colour), _gradient(bare)
        cells = np.clip((colour * COLOUR_BINS).astype(np.intp), 0, COLOUR_BINS - 1)
        self.colours: Integers = (cells[..., 0] * COLOUR_BINS + cells[..., 1]) * COLOUR_BINS + cells[..., 2]
        rough = np.log(_mean_around(self.gradient, 2) + 1e-4)
        share = (rough - np.log(1e-3)) / (np.log(0.3) - np.log(1e-3))
        self.textures: Integers = np.clip(share * TEXTURE_BINS, 0, TEXTURE_BINS - 1).astype(np.intp)

    def found(self) -> Iterator[tuple[float, Bools]]:
        """The skies that look like one, each with how much so."""
        for proposal in self._proposals():
            sky = self._settled(proposal)
            if sky is not None and (score := self._score(sky)) is not None:
                yield score, sky

    def _proposals(self) -> Iterator[Bools]:
        earlier: list[Bools] = []
        for threshold in np.geomspace(*THRESHOLDS):
            over = self.bare_gradient > threshold
            skyline = np.where(over.any(0), over.argmax(0), self.height)
            sky = self.rows < skyline[None]
            if LEAST_AREA < sky.mean() < 1 - LEAST_AREA and all((sky ^ other).mean() > 0.02 for other in earlier):
                earlier.append(sky)
                yield sky

    def _settled(self, sky: Bools) -> Bools | None:
        """Each pixel with the side that it is like; None where one side takes all."""
        for _ in range(ROUNDS):
            lowest = np.where(sky.any(0), self.height - 1 - sky[::-1].argmax(0), -1).astype(np.float32)
            reach = max(2, self.width // 30)
            skyline = np.convolve(np.pad(lowest, reach, mode="edge"), np.ones(2 * reach + 1) / (2 * reach + 1), "valid")
            place = np.clip((np.maximum(skyline, 0)[None] - self.rows) / (0.08 * self.height), -3, 1.5)
            likelier = _likelier(self.colours, sky, COLOUR_BINS**3) + _likelier(self.textures, sky, TEXTURE_BINS)
            new = _joined_to_the_top(_mean_around(likelier + place, 1) > 0)
            if not LEAST_AREA < new.mean() < 1 - LEAST_AREA:
                return None
            if (new ^ sky).mean() < 0.002:
                return new
            sky = new
        return sky

    def _score(self, sky: Bools) -> float | None:
        """How sharp its rim is against its inside, and how different its colours; None where it looks like no sky."""
        plane = _plane(sky)
        wide, narrow = F.max_pool2d(plane, 5, 1, 2)[0, 0] > 0, F.max_pool2d(-plane, 5, 1, 2)[0, 0] < 0
        rim, inside = (wide & ~narrow).numpy(), narrow.numpy()
        rim[:2] = rim[-2:] = rim[:, :2] = rim[:, -2:] = False
        if not rim.any() or not inside.any():
            return None
        if sky[:3].mean() < LEAST_AT_THE_TOP or sky[-3:].mean() > MOST_AT_THE_BOTTOM:
            return None
        steepest = F.max_pool2d(_plane(self.gradient), 3, 1, 1)[0, 0].numpy()
        contrast = np.log(np.median(steepest[rim]) + 2e-3) - np.log(np.mean(self.gradient[inside]) + 4e-3)
        above, below = self.colour[sky].mean(0), self.colour[~sky].mean(0)
        bluish = (above[2] - above[0]) / max(above.max(), 0.02)
        likelier = _likelier(self.colours, sky, COLOUR_BINS**3)
        score = contrast + APART * min(likelier[sky].mean(), -likelier[~sky].mean())
        if score < LEAST_SCORE or (above.mean() < below.mean() + LEAST_BRIGHTER and bluish < LEAST_BLUE):
            return None
        return float(score + 0.6 * min(0.0, np.log(sky.mean() / USUAL_AREA)))


def _plane(values: Bools | Floats) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, np.float32))[None, None]


def _mean_around(plane: Floats, radius: int) -> Floats:
    mean: Floats = F.avg_pool2d(_plane(plane), 2 * radius + 1, 1, radius, count_include_pad=False)[0, 0].numpy()
    return mean


def _gradient(colour: Floats) -> Floats:
    """(h, w): how steep the steepest of the three channels is, without grain."""
    calm = np.stack([_mean_around(colour[..., channel], 1) for channel in range(3)], -1)
    down = np.square(np.diff(calm, axis=0, append=calm[-1:]))
    right = np.square(np.diff(calm, axis=1, append=calm[:, -1:]))
    steep: Floats = np.sqrt((down + right).max(-1))
    return steep


def _likelier(cells: Integers, sky: Bools, count: int) -> Floats:
    """For each pixel how much likelier its cell of the histogram is in the sky than below it, as a logarithm."""
    shares = []
    for side in (sky, ~sky):
        histogram = _blurred_histogram(np.bincount(cells[side], minlength=count).astype(np.float32))
        shares.append(histogram / max(float(histogram.sum()), 1.0))
    table: Floats = np.clip(np.log((shares[0] + 1e-4) / (shares[1] + 1e-4)), -4, 4).astype(np.float32)
    return table[cells]


def _blurred_histogram(histogram: Floats) -> Floats:
    if len(histogram) == COLOUR_BINS**3:
        cube = torch.from_numpy(histogram).view(1, 1, COLOUR_BINS, COLOUR_BINS, COLOUR_BINS)
        blurred = histogram + 3 * F.avg_pool3d(cube, 3, 1, 1).numpy().ravel()
    else:
        blurred = np.convolve(np.pad(histogram, 1, mode="edge"), (0.25, 0.5, 0.25), "valid")
    return np.asarray(blurred, np.float32)


def _joined_to_the_top(sky: Bools) -> Bools:
    """The part of `sky` that is joined to the upper border, over gaps of GAP pixels: sweeps in four directions."""
    wide = F.max_pool2d(_plane(sky), 2 * GAP + 1, 1, GAP)[0, 0].numpy() > 0
    found = np.zeros_like(wide)
    found[0] = wide[0]
    while True:
        before = found
        for axis, step in ((0, 1), (1, 1), (1, -1), (0, -1)):
            found = _swept(found, wide, axis, step)
        if np.array_equal(found, before):
            joined: Bools = sky & found
            return joined


def _swept(found: Bools, wide: Bools, axis: int, step: int) -> Bools:
    """Everything of `wide` that comes behind something found, along one axis, with no gap in between."""
    turned = (slice(None),) * axis + (slice(None, None, step),)
    seeds, open_ = found[turned], wide[turned]
    shape = (-1, 1) if axis == 0 else (1, -1)
    at = np.arange(seeds.shape[axis]).reshape(shape)
    last_seed = np.maximum.accumulate(np.where(seeds, at, -1), axis=axis)
    last_gap = np.maximum.accumulate(np.where(open_, -1, at), axis=axis)
    swept: Bools = (open_ & (last_seed > last_gap))[turned]
    return swept | found
