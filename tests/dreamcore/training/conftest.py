"""A tiny pool that the tests of this folder share, and a run so short that it takes seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from training_setup import POOL, SIZE

from dreamcore.training.plan import Stage, TrainingPlan
from dreamcore.training.pool import open_pool
from dreamcore.training.robust import Run


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As in training: results then do not depend on the number of cores."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pool")
    open_pool(folder, POOL)
    return folder


@pytest.fixture
def short_run(tmp_path: Path, pool: Path) -> Run:
    """Two stages of three steps, the second one attacked."""
    stages = (
        Stage(name="plain", size=SIZE, pictures=24),
        Stage(name="attacked", size=SIZE, pictures=24, attack_start=0.5, attack=0.5),
    )
    plan = TrainingPlan(stages=stages, pool_pictures=POOL.pictures, pool_size=SIZE, batch=8)
    return Run(folder=tmp_path / "run", pool=pool, plan=plan)
