"""What the tests of the networks share: folders without weights, pictures, and the real weights where there are any."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from dreamcore import networks
from dreamcore.networks import Network, WeightFolders

CPU = torch.device("cpu")


@pytest.fixture
def empty_folders(tmp_path: Path) -> WeightFolders:
    return WeightFolders(given=tmp_path / "given", data=tmp_path / "data", torch_cache=tmp_path / "cache")


@pytest.fixture
def clouds() -> Callable[[int, int], Tensor]:
    """A smooth picture with grain, (1, 3, height, width), the same at every call."""

    def make(height: int, width: int) -> Tensor:
        generator = torch.Generator().manual_seed(7)
        coarse = torch.rand(1, 3, 5, 5, generator=generator)
        smooth = torch.nn.functional.interpolate(coarse, (height, width), mode="bicubic", align_corners=True)
        return (smooth * 0.8 + 0.1 * torch.rand(1, 3, height, width, generator=generator)).clamp(0, 1)

    return make


@pytest.fixture(scope="session")
def real_network() -> Callable[[str, str], Network]:
    """A network with real weights, or a skip that says which file is missing."""

    def get(name: str, file_name: str) -> Network:
        folder = os.environ.get("DREAM_NETWORKS")
        if not folder or not (Path(folder) / file_name).is_file():
            pytest.skip(f"DREAM_NETWORKS holds no {file_name}")
        return networks.load(name, download=False)

    return get
