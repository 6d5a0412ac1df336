"""What the engine's tests share: pictures that are rendered, and networks that need no download."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from dreamcore.networks import Network, load
from dreamcore.picture import Picture
from dreamcore.sample import landscape

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Several test processes share the cores: threads that wait for each other at every step take twice the time.

    And dreams are only promised to be equal for equal thread counts.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def swept() -> Iterator[None]:
    """A network of half a gigabyte goes with its test, though its graph refers to itself."""
    yield
    gc.collect()


@pytest.fixture(scope="session")
def daydream() -> Network:
    return load("daydream")


@pytest.fixture(scope="session")
def inception_v1() -> Network:
    """The real one, for tests marked `weights`."""
    return load("inception_v1", download=False)


@pytest.fixture(scope="session")
def photograph() -> NDArray[np.uint8]:
    return landscape(160, 112)


def picture_of(rgb: NDArray[np.uint8], alpha: NDArray[np.uint8] | None = None) -> Picture:
    return Picture(rgb=np.ascontiguousarray(rgb), alpha=alpha, format="PNG", frames=1, notes=())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with real weights are skipped, with the reason, where there are none."""
    folder = os.environ.get("DREAM_NETWORKS")
    for item in items:
        marker = item.get_closest_marker("weights")
        if marker is None:
            continue
        missing = [name for name in marker.args if not (folder and Path(folder, name).is_file())]
        if missing:
            where = folder or "DREAM_NETWORKS, which is not set"
            item.add_marker(pytest.mark.skip(reason=f"{', '.join(missing)} is not in {where}"))
