"""A fresh process that dreams twice and says how long each stage took: `python -m benchmarks.fresh NETWORK DEVICE 1`.

Imports nothing before the clock runs. `cold` starts it, and reads the JSON that it prints.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

SIDE = 512  #: pixels of the picture
STAGES = ("import", "network", "first dream", "second dream")


def main() -> None:
    """NETWORK, DEVICE and the number of threads, as arguments."""
    name, device, threads = sys.argv[1:]
    took: dict[str, float] = {}
    with _timed(took, "import"):
        import torch

        from benchmarks.subjects import rendered
        from dreamcore import networks
        from dreamcore.dreaming import dream
        from dreamcore.recipe import Recipe
    torch.set_num_threads(int(threads))
    with _timed(took, "network"):
        network = networks.load(name)
    picture = rendered(SIDE, SIDE)
    for stage in STAGES[2:]:
        with _timed(took, stage):
            dream(picture, Recipe(seed=1), network=network, device=torch.device(device))
    print(json.dumps(took))


@contextmanager
def _timed(took: dict[str, float], stage: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    took[stage] = time.perf_counter() - begun


if __name__ == "__main__":
    main()
