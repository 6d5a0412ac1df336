"""What a worker's engine does with the memory of its steps."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bot.executor.transport import SETTINGS

PROGRAM = """
import resource, threading
from bot.executor.engine import Engine
from dreamcore.dreaming import dream
from dreamcore.picture import Picture
from dreamcore.recipe import Recipe
from dreamcore.sample import landscape

engine = Engine(device="cpu", threads=1, download=False)
picture = Picture(rgb=landscape(320, 320), alpha=None, format="PNG")
recipe = Recipe(network="daydream", steps=2, octaves=1, seed=0)

def dreams():
    for number in range(2):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        dream(picture, recipe, network=engine.network("daydream", lambda: False), device=engine.device)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)

thread = threading.Thread(target=dreams)  # as in a worker
thread.start()
thread.join()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc can be told")
def test_a_workers_dreams_use_the_same_memory_again() -> None:
    """The system clears each page it hands out: 300 MB a step doubled what a dream took."""
    if not (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc"):
        pytest.skip("the C library is not glibc")
    of_dask = {"MALLOC_TRIM_THRESHOLD_": "65536"}  # in case that somebody's own settings say so again
    environment = {**os.environ, **of_dask}
    made = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, env=environment)
    assert int(made.stdout.split()[-1]) < 4000
    assert "MALLOC_TRIM_THRESHOLD_" not in SETTINGS["distributed.nanny.pre-spawn-environ"]
