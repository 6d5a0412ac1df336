"""What the first dream of a new process waits for: `python -m benchmarks cold`.

Each stage is timed in fresh processes (`fresh`), of which the best counts.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.fresh import SIDE, STAGES
from benchmarks.options import Options, in_seconds
from benchmarks.subjects import rendered
from benchmarks.tables import Table
from dreamcore import networks
from dreamcore.picture import encode

NETWORKS = ("daydream", "inception_v1")


def tables(options: Options) -> list[Table]:
    rows = []
    for name in filter(networks.available, options.chosen(NETWORKS)):
        found = [_stages(name, options) for _ in range(options.rounds)]
        whole = min(_command(name, options) for _ in range(options.rounds))
        rows.append(
            (f"`{name}`", *(in_seconds(min(one[stage] for one in found)) for stage in STAGES), in_seconds(whole))
        )
    about = f"Seconds of the clock, for a picture of {SIDE} x {SIDE}; of each the best of {options.rounds} processes:"
    columns = ("network", "importing torch and the engine", *STAGES[1:], "`python -m dreamcore dream`, whole")
    return [Table(about=about, columns=columns, rows=rows)]


def _stages(name: str, options: Options) -> dict[str, float]:
    said = _run("-m", "benchmarks.fresh", name, str(options.device), str(options.threads))
    stages: dict[str, float] = json.loads(said)
    return stages


def _command(name: str, options: Options) -> float:
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "landscape.jpg"
        picture.write_bytes(encode(rendered(SIDE, SIDE).rgb, format="JPEG"))
        begun = time.perf_counter()
        more = ("--device", str(options.device), "--threads", str(options.threads))
        _run("-m", "dreamcore", "dream", str(picture), str(picture.with_suffix(".png")), f"network={name}", *more)
        return time.perf_counter() - begun


def _run(*arguments: str) -> str:
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, cwd=root)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stderr}")
    return done.stdout
