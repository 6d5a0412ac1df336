"""Making a page's tiles: several channels at once, out of noise, in the manner of `dreamcore.imagining`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from dreamcore.atlas.pages import AtlasPage, AtlasTile
from dreamcore.catalogue import LayerInfo
from dreamcore.imagining.aims import Aim, channels_of, quilt_of
from dreamcore.imagining.growth import Growth, least_side
from dreamcore.imagining.manners import Manner, manner_of
from dreamcore.networks import Network
from dreamcore.octaves import Octave

TILE = 112  #: pixels on a side
TOGETHER = 5  #: tiles that grow at once: so many take less than so many times one's time
FIELDS = 1.6  #: a tile grows so many receptive fields wide, where that is neither too small nor too large ...
SMALLEST_SIDE, LARGEST_SIDE = 48, 144  #: ... in pixels
OF_A_LAYER = 4  #: channels that a layer's tile shows; a square number
STEPS = 34  #: at the smallest size
SEED = 1


@dataclass(frozen=True)
class Batch:
    """Tiles that grow together: channels of one layer, or one layer."""

    layer: LayerInfo
    tiles: tuple[AtlasTile, ...]


def batches(page: AtlasPage, network: Network) -> list[Batch]:
    """The page's tiles in the parts in which they are made; the same whatever was made before."""
    size = 1 if page.layer is None else TOGETHER
    parts = [page.tiles[first : first + size] for first in range(0, len(page.tiles), size)]
    return [Batch(network.info.find_layers(part[0].layer)[0], part) for part in parts]


def grown(
    batch: Batch, network: Network, *, device: torch.device, precision: str, stepped: Callable[[float], None]
) -> NDArray[np.uint8]:
    """(n, TILE, TILE, 3). stepped: called after each step with the share of the batch that is done."""
    name = batch.layer.name
    channels = [(tile.channel,) for tile in batch.tiles if tile.channel is not None]
    eye = network.prepare((name,), device=device, precision=precision, rectified=False)
    aim: Aim = channels_of(name, channels) if channels else quilt_of(name, _spread_out(batch.layer.channels))
    manner = manner_of(network.info.family)
    octaves = octaves_of(batch.layer, manner)
    if (least := least_side(network.info, eye, octaves)) > 1:
        octaves = octaves_of(batch.layer, manner, least)
    growth = Growth(
        octaves,
        manner,
        count=len(batch.tiles),
        seed=SEED,
        strength=1.0,
        device=device,
    )
    while not growth.finished:
        growth.step(eye, aim)
        stepped(growth.share)
    side = growth.octaves[-1].height
    pictures = growth.pictures(max(side, TILE), max(side, TILE))
    if side > TILE:
        pictures = F.interpolate(pictures, (TILE, TILE), mode="bicubic", antialias=True).clamp(0, 1)
    made: NDArray[np.uint8] = (pictures * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu().numpy()
    return made


def _spread_out(channels: int) -> tuple[int, ...]:
    """Some of a layer's channels, from all parts of it."""
    return tuple((2 * number + 1) * channels // (2 * OF_A_LAYER) for number in range(OF_A_LAYER))


def octaves_of(layer: LayerInfo, manner: Manner, minimum_side: int = 1) -> tuple[Octave, ...]:
    """Shallow layers' tiles grow small and are enlarged: at their own size nobody would see their stripes."""
    largest = min(LARGEST_SIDE, manner.last_side or LARGEST_SIDE)
    side = max(minimum_side, min(largest, max(SMALLEST_SIDE, round(FIELDS * layer.receptive_field))))
    small = max(minimum_side, min(manner.first_side, round(side / 1.5)))
    return dataclasses.replace(manner, first_side=small).octaves(side, side, STEPS)
