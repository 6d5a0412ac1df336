"""A few hundred steps on a tiny setting teach something that survives an attack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from training_setup import POOL, SIZE

from dreamcore.training import robust
from dreamcore.training.attacks import attacked, soft_cross_entropy
from dreamcore.training.catalogue import NAMES
from dreamcore.training.evaluate import accuracy, held_out
from dreamcore.training.export import folded
from dreamcore.training.plan import Stage, TrainingPlan
from dreamcore.training.robust import Run, new_network, train

CHANCE = 1 / len(NAMES)
RADIUS = 0.3


def loss(net: nn.Module, pictures: Tensor, numbers: Tensor) -> float:
    with torch.no_grad():
        return float(soft_cross_entropy(net(pictures), nn.functional.one_hot(numbers, len(NAMES)).float()).mean())


@pytest.mark.soak
def test_a_few_hundred_steps_lower_the_loss_and_withstand_an_attack(tmp_path: Path, pool: Path) -> None:
    stages = (Stage(name="robust", size=SIZE, pictures=220 * 16, attack_start=0.0, attack=RADIUS),)
    plan = TrainingPlan(stages=stages, pool_pictures=POOL.pictures, pool_size=SIZE, batch=16)
    trained = train(Run(folder=tmp_path, pool=pool, plan=plan))
    net = folded(trained.averaged)
    pictures, numbers = held_out(236, size=SIZE)
    fresh = new_network("daydream", len(NAMES)).eval()
    assert loss(net, pictures, numbers) < 0.9 * loss(fresh, pictures, numbers)
    assert accuracy(net, pictures, numbers, radius=RADIUS, steps=5).overall > 4 * CHANCE


def test_an_attacked_stage_trains_on_attacked_pictures(short_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    radii: list[float] = []

    def noted(*arguments: Any, radius: float, **options: Any) -> Tensor:
        radii.append(radius)
        return attacked(*arguments, radius=radius, **options)

    monkeypatch.setattr(robust, "attacked", noted)
    train(short_run)
    assert radii == [short_run.plan.stages[1].attack] * 3


def test_an_attack_stays_within_its_radius_and_raises_the_loss() -> None:
    torch.manual_seed(0)
    net = new_network("daydream", len(NAMES)).eval()
    pictures, numbers = held_out(16, size=SIZE)
    labels = nn.functional.one_hot(numbers, len(NAMES)).float()
    generator = torch.Generator().manual_seed(1)
    hurt = attacked(net, pictures, labels, radius=RADIUS, steps=3, generator=generator)
    assert (hurt - pictures).flatten(1).norm(dim=1).max() < RADIUS * 1.001
    assert 0 <= hurt.min() <= hurt.max() <= 1
    assert loss(net, hurt, numbers) > loss(net, pictures, numbers)
