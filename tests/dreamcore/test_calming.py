"""`towards=source`: the same change with calmer colours and less burnt out."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from dreamcore.calming import LARGEST_PULL, pull_of, pulled_back
from dreamcore.dreaming import dream
from dreamcore.networks import Network
from dreamcore.recipe import Recipe
from dreamcore.sample import landscape
from tests.dreamcore.conftest import CPU, picture_of


def chroma(rgb: NDArray[np.uint8]) -> float:
    values = rgb.astype(float)
    return float(np.sqrt(((values - values.mean(2, keepdims=True)) ** 2).sum(2)).mean())


def clipped(rgb: NDArray[np.uint8]) -> float:
    return float(((rgb == 0) | (rgb == 255)).mean())


@pytest.mark.parametrize(("schedule", "width"), [("coarse", 192), ("rising", 320)])
def test_colours_stay_calmer_and_less_is_clipped_at_the_same_change(
    daydream: Network, schedule: str, width: int
) -> None:
    picture = picture_of(landscape(width, width * 2 // 3))
    results = {}
    for towards in ("none", "source:0.5", "source"):
        recipe = Recipe.parse(f"towards={towards} strength=2 seed=1 precision=fp32 steps=8 schedule={schedule}")
        results[towards] = dream(picture, recipe, network=daydream, device=CPU)
    assert [r.change for r in results.values()] == pytest.approx([results["none"].change] * 3, rel=0.02)
    own = chroma(picture.rgb)
    added = [chroma(result.rgb) - own for result in results.values()]
    burnt = [clipped(result.rgb) for result in results.values()]
    assert added[2] < added[1] < added[0]
    assert added[2] < 0.6 * added[0]
    assert burnt[2] < burnt[1]
    if schedule == "coarse":
        assert burnt[1] < burnt[0]
        assert burnt[2] < 0.4 * burnt[0]
    else:  # steps that grow longer burn so little by themselves that there is nothing to gain
        assert burnt[2] < 0.005


def test_what_is_pulled_back_is_colour_first_and_what_burns() -> None:
    source = torch.full((1, 3, 1, 3), 0.5)
    added = torch.zeros(1, 3, 1, 3)
    added[..., 0] = 0.1  # form
    added[0, 0, 0, 1] = 0.1  # colour
    added[..., 2] = 0.5  # white
    moved = pulled_back(source + added, source, 0.2) - source
    assert moved[0, :, 0, 0] == pytest.approx([0.1] * 3, rel=0.05)
    ranges = [float(np.ptp(plane[0, :, 0, 1].numpy())) for plane in (added, moved)]
    assert ranges[1] == pytest.approx(0.8 * ranges[0], rel=0.05)
    assert float(moved[..., 2].max()) < 0.25


def test_nothing_dreamt_is_nothing_to_pull_back() -> None:
    source = torch.rand(1, 3, 8, 8)
    assert torch.equal(pulled_back(source.clone(), source, 0.25), source)


def test_the_pull_of_all_steps_together_does_not_depend_on_how_many_there_are() -> None:
    def kept(steps: int) -> float:
        return float((1 - pull_of(1.0, steps)) ** steps)

    assert kept(40) == pytest.approx(kept(400), rel=0.05)
    assert pull_of(1.0, 1) == LARGEST_PULL
    assert pull_of(0.5, 40) == pytest.approx(pull_of(1.0, 40) / 2)
