"""What the first dream of a new process waits for: `python -m benchmarks cold`.

Each stage is timed in fresh processes, of which the best counts; `python -m benchmarks.cold NETWORK DEVICE` is such a
process, and prints its stages as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.options import Options, in_seconds
from benchmarks.tables import Table

NETWORKS = ("daydream", "inception_v1")
SIDE = 512
STAGES = ("import", "network", "first dream", "second dream")


def tables(options: Options) -> list[Table]:
    rows = []
    for name in options.chosen(NETWORKS):
        found = [_stages(name, options) for _ in range(options.rounds)]
        whole = min(_command(name, options) for _ in range(options.rounds))
        rows.append(
            (f"`{name}`", *(in_seconds(min(one[stage] for one in found)) for stage in STAGES), in_seconds(whole))
        )
    about = f"Seconds of the clock, for a picture of {SIDE} x {SIDE}; of each the best of {options.rounds} processes:"
    columns = ("network", "importing torch and the engine", *STAGES[1:], "`python -m dreamcore dream`, whole")
    return [Table(about=about, columns=columns, rows=rows)]


def _stages(name: str, options: Options) -> dict[str, float]:
    said = _run("-m", "benchmarks.cold", name, str(options.device), str(options.threads))
    stages: dict[str, float] = json.loads(said)
    return stages


def _command(name: str, options: Options) -> float:
    from benchmarks.subjects import rendered
    from dreamcore.picture import encode

    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "landscape.jpg"
        picture.write_bytes(encode(rendered(SIDE, SIDE).rgb, format="JPEG"))
        begun = time.perf_counter()
        more = ("--device", str(options.device), "--threads", str(options.threads))
        _run("-m", "dreamcore", "dream", str(picture), str(picture.with_suffix(".png")), f"network={name}", *more)
        return time.perf_counter() - begun


def _run(*arguments: str) -> str:
    root = Path(__file__).parents[1]
    return subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True, cwd=root).stdout


def main() -> None:
    """A fresh process."""
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
