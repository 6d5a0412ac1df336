"""Makes the built-in network's pages that come with the program: `python -m dreamcore.atlas`."""

from __future__ import annotations

import torch

from dreamcore.atlas.keeping import ready_folder, write_ready
from dreamcore.atlas.making import page_tiles
from dreamcore.atlas.pages import AtlasPage, atlas_pages
from dreamcore.catalogue import LEVELS
from dreamcore.networks import load
from dreamcore.pausing import Paused
from dreamcore.resolve import classifier_of

BUILT_IN = "daydream"


def main() -> None:
    torch.set_num_threads(1)  # more would round differently on each machine
    network = load(BUILT_IN)
    layers: list[str | None] = [None, *(name for level in LEVELS for name in network.info.levels[level])]
    pages: list[AtlasPage] = []
    for layer in [*layers, classifier_of(network.info)]:
        pages += atlas_pages(network.info, layer)
    for old in ready_folder(BUILT_IN).glob("*.webp"):
        old.unlink()
    total = 0
    for page in pages:
        tiles = page_tiles(page, network, torch.device("cpu"))
        assert not isinstance(tiles, Paused)
        total += write_ready(page, network.weights, tiles)
        print(f"{page.layer or 'layers'} {page.number} of {page.count}: {total / 1e6:.2f} MB", flush=True)


if __name__ == "__main__":
    main()
