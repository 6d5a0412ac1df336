"""Shaping a step's gradient: what is smoothed away, and what it is divided by.

All functions take a gradient (1, 3, H, W), float32, and work channel by channel, so that the memory they need beside
it is that of one or two channels: pictures of 64 megapixels pass through here.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from dreamcore.strips import root_mean_square, strips

LARGEST_STEP = 6.0  #: times the mean: where one spot alone answers, it would otherwise burn through
#: Of the Laplacian pyramid's bands, from the finest: how strong each is made, and how much of its colour is kept.
#: A picture's fine detail is in its brightness; fine detail in colour is what the eye takes for noise.
BAND_STRENGTH = (1.2, 1.1, 0.9, 0.8)
BAND_COLOUR = {"laplacian": (0.3, 0.6, 1.0, 1.0), "balanced": (0.6, 0.8, 1.0, 1.0)}
#: Of a band's own size, as a power: 1 is taken from it, so that all are equally strong, or half of that.
BAND_EVENNESS = {"laplacian": 1.0, "balanced": 0.5}
LEAST_BAND_SIDE = 8
COLOUR_BLUR = 1.0  #: pixels
_TOGETHER = 1 << 17  # values


def smoothed(gradient: Tensor, kind: str, progress: float) -> Tensor:
    """The gradient less its grain. Changes `gradient` in place and returns it.

    kind: `none`; `gaussian`, a cascade of Gaussians that grow finer as the octave goes on (`progress` 0 to 1), after
    gordicaleksa/pytorch-deepdream; `laplacian`, every band of a Laplacian pyramid made about equally strong, after the
    TensorFlow DeepDream notebook of 2016, so that large forms are made as fast as fine ones; `balanced`, half-way from
    the bands' own sizes to equal ones, and more of fine colour; `chroma`, colour blurred and brightness as it is:
    enough where a network's gradients are smooth by themselves, and a quarter of the time.
    """
    if kind == "gaussian":
        finer, coarser = cascade(progress)
        for channel in _channels(gradient):
            blurred = gaussian(channel, finer)
            blurred += gaussian(channel, coarser)
            channel.copy_(blurred)
    elif kind in BAND_EVENNESS:
        if kind == "laplacian":  # which makes the finest band as strong as the others, grain and all
            for channel in _channels(gradient):
                gaussian(channel, 0.5, out=channel)
        _equalise_bands(gradient, kind)
    elif kind == "chroma":
        _blur_colour(gradient)
    return gradient


def cascade(progress: float) -> tuple[float, float]:
    """The sigmas, in pixels, of the two Gaussians that an octave's `gaussian` smoothing is made of."""
    sigma = 1.2 - 0.7 * progress
    return sigma, 2 * sigma


def normalised(gradient: Tensor, kind: str, share: Tensor | None = None) -> Tensor:
    """The gradient divided by its own size, so that a step's length is what the schedule says. In place.

    kind: `mean` divides by the mean absolute value (google/deepdream), `std` by the standard deviation (TensorFlow's
    tutorial), brought to the same scale as for a Gaussian, where std = sqrt(pi / 2) mean: the choice changes what
    sparse gradients do, not how strong all others are. A gradient of nothing but zeros stays one. share: the part of
    the picture that has a gradient at all (0-d), where the rest of it is no part of the dream.
    """
    channels = _channels(gradient)
    if kind == "mean":
        size = sum(channel.abs().mean() for channel in channels) / len(channels)
        size = size if share is None else size / share
    else:
        mean_square = sum(channel.square().mean() for channel in channels) / len(channels)
        mean_square = mean_square if share is None else mean_square / share
        size = torch.sqrt(torch.as_tensor(mean_square)) * math.sqrt(2 / math.pi)
    gradient /= torch.as_tensor(size).clamp_min(torch.finfo(gradient.dtype).tiny)
    return gradient.clamp_(-LARGEST_STEP, LARGEST_STEP)


def _channels(gradient: Tensor) -> list[Tensor]:
    """The channels one by one; together where they are so small that it is the calls that cost."""
    return [gradient] if gradient.numel() <= _TOGETHER else list(torch.split(gradient, 1, 1))


def gaussian(plane: Tensor, sigma: float, *, out: Tensor | None = None) -> Tensor:
    """`plane` (1, C, H, W) under a Gaussian of `sigma` pixels, mirrored at its edges. `out` may be the plane itself."""
    kernel = bell(sigma)
    along_rows = _filtered(plane, kernel, 2, torch.empty_like(plane) if out is None else out)
    return _filtered(along_rows, kernel, 3, along_rows)


def bell(sigma: float) -> list[float]:
    """The weights of a Gaussian of `sigma` pixels, cut off where it is small; an odd number of them, 1 in all."""
    radius = max(1, math.ceil(2.5 * sigma))
    kernel = [math.exp(-k * k / (2 * sigma * sigma)) for k in range(-radius, radius + 1)]
    total = sum(kernel)
    return [weight / total for weight in kernel]


def _filtered(plane: Tensor, kernel: list[float], dim: int, out: Tensor) -> Tensor:
    """A symmetric 1-D filter as shifted sums: on the CPU several times faster than a one-channel convolution.

    `out` may be the plane itself.
    """
    radius, length = len(kernel) // 2, plane.shape[dim]
    if radius < length:
        across = (radius, radius, 0, 0) if dim == 3 else (0, 0, radius, radius)
        padded = F.pad(plane, across, mode="reflect")  # the same mirror, without looking each value up
    else:
        at = torch.arange(-radius, length + radius, device=plane.device)
        padded = plane.index_select(dim, mirrored_index(at, length))
    result = torch.mul(padded.narrow(dim, radius, length), kernel[radius], out=out)
    for k in range(radius):
        result.add_(padded.narrow(dim, k, length), alpha=kernel[k])
        result.add_(padded.narrow(dim, 2 * radius - k, length), alpha=kernel[k])
    return result


def mirrored_index(at: Tensor, length: int) -> Tensor:
    """Positions on an endless axis -> positions on a mirrored one of `length`: … 2 1 | 0 1 2 … n-1 | n-2 …"""
    period = max(1, 2 * length - 2)
    at = at.remainder(period)
    return torch.where(at < length, at, period - at)


def _equalise_bands(gradient: Tensor, kind: str) -> None:
    """Take the gradient apart into a Laplacian pyramid, weight its bands, put it together again; all in place."""
    bands = [gradient]
    while len(bands) < len(BAND_STRENGTH) and min(bands[-1].shape[2:]) >= LEAST_BAND_SIDE:
        finer = bands[-1]
        coarse = torch.cat([_halved(channel) for channel in _channels(finer)], 1)
        for channel, below in zip(_channels(finer), _channels_like(finer, coarse), strict=True):
            _add_stretched(channel, below, -1.0)
        bands.append(coarse)
    for band, strength, colour in zip(bands, BAND_STRENGTH, BAND_COLOUR[kind], strict=False):
        _mute_colour(band, colour)
        size = root_mean_square(lambda rows, band=band: band[:, :, rows], band)  # type: ignore[misc]
        band *= strength / size.clamp_min(torch.finfo(band.dtype).tiny) ** BAND_EVENNESS[kind]
    for finer, coarse in zip(bands[-2::-1], bands[:0:-1], strict=True):
        for channel, below in zip(_channels(finer), _channels_like(finer, coarse), strict=True):
            _add_stretched(channel, below, 1.0)


def _channels_like(finer: Tensor, coarse: Tensor) -> list[Tensor]:
    """The channels of `coarse`, one by one or together, as those of `finer`."""
    return list(torch.split(coarse, _channels(finer)[0].shape[1], 1))


def _halved(plane: Tensor) -> Tensor:
    """Under a Gaussian of one pixel, then at half the size; rows are halved before columns are looked at."""
    kernel = bell(1.0)
    rows = _mean_of_pairs(_filtered(plane, kernel, 2, torch.empty_like(plane)), 2)
    return _mean_of_pairs(_filtered(rows, kernel, 3, rows), 3)


def _mean_of_pairs(plane: Tensor, dim: int) -> Tensor:
    """The mean of each two neighbours, and the last one if it is alone: ten times as fast as pooling."""
    even, odd = (plane[:, :, k::2] if dim == 2 else plane[:, :, :, k::2] for k in (0, 1))
    pairs = odd.shape[dim]
    mean = (even.narrow(dim, 0, pairs) + odd).mul_(0.5)
    return mean if even.shape[dim] == pairs else torch.cat((mean, even.narrow(dim, pairs, 1)), dim)


def _add_stretched(fine: Tensor, coarse: Tensor, factor: float) -> None:
    """Add `coarse`, enlarged bilinearly to the size of `fine`, times `factor`: column by column, then in whole rows."""
    height, length = fine.shape[2], coarse.shape[2]
    columns = F.interpolate(coarse[0], fine.shape[3], mode="linear", align_corners=False)[None]
    at = ((torch.arange(height, device=fine.device) + 0.5) * (length / height) - 0.5).clamp_min_(0)
    above = at.long().clamp_max_(length - 1)
    below = (above + 1).clamp_max_(length - 1)
    share = (at - above)[:, None]
    fine.addcmul_(columns.index_select(2, above), 1 - share, value=factor)
    fine.addcmul_(columns.index_select(2, below), share, value=factor)


def _blur_colour(gradient: Tensor) -> None:
    """A Gaussian on what the channels have beside their mean. The last one's share is what the others leave."""
    grey = gradient.mean(1, keepdim=True)
    *channels, last = torch.split(gradient, 1, 1)
    last.zero_()
    for channel in channels:
        channel -= grey
        last -= gaussian(channel, COLOUR_BLUR, out=channel)
    gradient += grey


def _mute_colour(band: Tensor, kept: float) -> None:
    """Bring the three channels nearer to their mean."""
    if kept < 1:
        for rows in strips(band):
            strip = band[:, :, rows]
            grey = sum(strip.unbind(1)) * ((1 - kept) / strip.shape[1])
            strip.mul_(kept).add_(grey)
