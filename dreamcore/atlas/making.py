"""The way of an atlas's page: as it was made before, or made now, kept, and painted."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from dreamcore.atlas import keeping
from dreamcore.atlas.pages import AtlasPage, atlas_page, heading_of, remark_of
from dreamcore.atlas.sheet import painted
from dreamcore.atlas.tiles import TILE, batches, grown
from dreamcore.catalogue import NetworkInfo
from dreamcore.devices import undisturbed
from dreamcore.errors import Cancelled
from dreamcore.networks import Network
from dreamcore.pausing import AskPause, Checkpoint, Paused, fingerprint, never, pack, unpack
from dreamcore.planning import device_defaults
from dreamcore.progress import AskCancelled, Progress, ReportProgress
from dreamcore.shortage import told

_KIND = "atlas"


@dataclass(frozen=True, kw_only=True)
class AtlasSheet:
    """One page, painted."""

    rgb: NDArray[np.uint8]  #: (H, W, 3)
    page: AtlasPage  #: its tiles, with the text that dreams each
    seconds: float  #: of this part, where it was made in several; about nothing for a page that was there


def atlas_sheet(
    info: NetworkInfo,
    layer: str | None = None,
    number: int = 1,
    *,
    network: Callable[[], Network],
    device: torch.device,
    folder: Path | None = None,
    heading: str | None = None,
    remark: str | None = None,
    checkpoint: bytes | None = None,
    pause: AskPause = never,
    on_progress: ReportProgress | None = None,
    cancelled: AskCancelled | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> AtlasSheet | Paused:
    """The sheet of one page: of all layers, or of one layer's channels.

    network: called where the page must be made, or looked for in `folder` (the user's cache). heading, remark: in the
    reader's language. pause: asked between a few tiles each. Raises RecipeError for what is not there, and Cancelled.
    """
    begun = clock()
    page = atlas_page(info, layer, number)
    tiles = keeping.ready_tiles(page)
    if tiles is None:
        loaded, folder = network(), folder or keeping.cache_folder()
        tiles = keeping.kept_tiles(page, loaded.weights, folder)
        if tiles is None:
            made = page_tiles(
                page,
                loaded,
                device,
                checkpoint=_furthest(page, loaded, device, checkpoint, keeping.part_kept(page, loaded.weights, folder)),
                pause=pause,
                on_progress=on_progress,
                cancelled=cancelled,
            )
            if isinstance(made, Paused):
                keeping.keep_part(page, loaded.weights, folder, made.checkpoint)
                return made
            keeping.keep(page, loaded.weights, folder, made)
            tiles = made
    sheet = painted(page, tiles, heading=heading or heading_of(page, info), remark=remark or remark_of(page))
    return AtlasSheet(rgb=np.asarray(sheet), page=page, seconds=clock() - begun)


def sheet_there(
    info: NetworkInfo,
    layer: str | None = None,
    number: int = 1,
    *,
    weights: str | None = None,
    folder: Path | None = None,
    heading: str | None = None,
    remark: str | None = None,
) -> AtlasSheet | None:
    """The sheet of a page that was made before; None where it was not. Reads one small file and no network.

    weights: `Network.weights` of the network, where it is loaded. The rest as for `atlas_sheet`.
    """
    page, folder = atlas_page(info, layer, number), folder or keeping.cache_folder()
    tiles = keeping.ready_tiles(page)
    if tiles is None and weights is None:
        tiles = keeping.kept_with_any_weights(page, folder)
    elif tiles is None and weights is not None:
        tiles = keeping.kept_tiles(page, weights, folder)
    if tiles is None:
        return None
    sheet = painted(page, tiles, heading=heading or heading_of(page, info), remark=remark or remark_of(page))
    return AtlasSheet(rgb=np.asarray(sheet), page=page, seconds=0.0)


def page_tiles(
    page: AtlasPage,
    network: Network,
    device: torch.device,
    *,
    checkpoint: bytes | None = None,
    pause: AskPause = never,
    on_progress: ReportProgress | None = None,
    cancelled: AskCancelled | None = None,
) -> NDArray[np.uint8] | Paused:
    """The page's tiles, made now: (n, TILE, TILE, 3). The same whether it was paused or not."""
    precision = device_defaults(device).precision
    parts = batches(page, network)
    identity = _identity(page, network, precision)
    done = _unpacked(checkpoint, identity)
    made = [] if done is None else [done]
    with undisturbed(device), told():
        for number, part in enumerate(parts):
            have = sum(len(tiles) for tiles in made)
            if have >= sum(len(each.tiles) for each in parts[: number + 1]):
                continue

            def stepped(share: float, have: int = have, number: int = number, size: int = len(part.tiles)) -> None:
                if cancelled is not None and cancelled():
                    raise Cancelled
                if on_progress is not None:
                    on_progress(_progress(page, have + share * size, number, len(parts)))

            made.append(grown(part, network, device=device, precision=precision, stepped=stepped))
            if number < len(parts) - 1 and pause():
                tiles = np.concatenate(made)
                data = pack(Checkpoint(arrays={"tiles": tiles}), **identity)
                return Paused(checkpoint=data, share=len(tiles) / len(page.tiles))
    return np.concatenate(made)


def _identity(page: AtlasPage, network: Network, precision: str) -> dict[str, Any]:
    """What a checkpoint is of."""
    text, source = f"{page.network} {page.layer} {page.number}", fingerprint(network.weights, precision)
    return {"kind": _KIND, "version": keeping.VERSION, "recipe": text, "source": source}


def _unpacked(checkpoint: bytes | None, identity: Mapping[str, Any]) -> NDArray[np.uint8] | None:
    """The tiles in it; None for one that is damaged or of something else."""
    found = unpack(checkpoint, **identity)
    done = found.arrays.get("tiles") if found is not None else None
    return None if done is None or done.shape[1:] != (TILE, TILE, 3) else np.asarray(done, np.uint8)


def _furthest(page: AtlasPage, network: Network, device: torch.device, *checkpoints: bytes | None) -> bytes | None:
    """The one with the most tiles: a page that several people wait for is made once."""
    identity = _identity(page, network, device_defaults(device).precision)
    tiles = [(0 if done is None else len(done)) for done in (_unpacked(one, identity) for one in checkpoints)]
    return max(zip(tiles, checkpoints, strict=True), key=lambda pair: pair[0])[1]


def _progress(page: AtlasPage, tiles: float, batch: int, batches: int) -> Progress:
    scale = 1000
    return Progress(
        done=round(scale * tiles),
        total=scale * len(page.tiles),
        octave=batch + 1,
        octaves=batches,
        step=int(tiles),
        steps=len(page.tiles),
        loss=0.0,
    )
