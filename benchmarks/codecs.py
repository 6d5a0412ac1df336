"""Reading pictures and writing dreams: `python -m benchmarks codecs`. What is written is a dream, and has its grain."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import torch

from benchmarks.options import Options, milliseconds
from benchmarks.subjects import rendered
from benchmarks.tables import Table
from benchmarks.timing import Stopwatch, Work, race
from dreamcore import networks
from dreamcore.dreaming import dream
from dreamcore.picture import decode, encode
from dreamcore.picture.encoding import JPEG_QUALITY, PNG_LEVEL, WEBP_LOSSLESS, WEBP_QUALITY
from dreamcore.recipe import Recipe

QUICK_SIDE = 256

#: Title, and how it is encoded.
FILES: Final[dict[str, dict[str, Any]]] = {
    f"JPEG, quality {JPEG_QUALITY}": {"format": "JPEG"},
    **{f"PNG, level {level}": {"format": "PNG", "png_level": level} for level in (0, 1, PNG_LEVEL, 6, 9)},
    f"WebP, quality {WEBP_QUALITY}": {"format": "WEBP"},
    "WebP, lossless": {"format": "WEBP", "quality": WEBP_LOSSLESS},
}


def tables(options: Options) -> list[Table]:
    rows = []
    network = networks.load("daydream")
    for side in (QUICK_SIDE,) if options.quick else (512, 1024):
        made = dream(rendered(side, side), Recipe(seed=1), network=network, device=options.device)
        files = {title: encode(made.rgb, **how) for title, how in FILES.items()}
        works: dict[tuple[str, str], Work] = {}
        for title, how in FILES.items():
            works["encode", title] = partial(encode, made.rgb, **how)
            works["decode", title] = partial(decode, files[title])
        # Whatever dreams, the files are the processor's.
        stopwatch = Stopwatch(device=torch.device("cpu"), threads=1)
        best = race(works, stopwatch, rounds=options.rounds, seconds=60)
        for title, data in files.items():
            took = [milliseconds(best[what, title]) for what in ("encode", "decode")]
            rows.append((f"{side}²", title, *took, f"{len(data) / 1024:.0f}"))
    return [Table(columns=("size", "file", "encode ms", "decode ms", "KiB"), rows=rows)]
