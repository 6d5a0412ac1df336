"""Where a dream's time is said to go."""

from __future__ import annotations

import pytest
import torch

from benchmarks import profile
from benchmarks.options import Options
from dreamcore import networks
from dreamcore.picture import encode
from dreamcore.recipe import Recipe
from dreamcore.sample import landscape


@pytest.fixture(scope="module")
def watched() -> profile.Profile:
    recipe = Recipe.parse("layer=parts steps=2 octaves=2 seed=1 smoothing=laplacian")
    options = Options(device=torch.device("cpu"), rounds=1)
    data = encode(landscape(128, 96), format="PNG")
    return profile.profiled(data, recipe, networks.load("daydream"), options)


def test_all_of_a_dream_is_accounted_for_and_by_a_known_name(watched: profile.Profile) -> None:
    assert {*watched.parts} <= {*profile.KINDS}
    assert sum(watched.parts.values()) == pytest.approx(watched.watched)
    assert all(seconds >= 0 for seconds in watched.parts.values())


def test_what_a_dream_cannot_do_without_is_seen_at_work(watched: profile.Profile) -> None:
    needed = ("convolutions, forward", "convolutions, backward", "SiLU, forward", "SiLU, backward", "smoothing")
    around = ("what the network is shown", "from octave to octave", "strength, and the full size", "encoding")
    assert all(watched.parts[kind] > 0 for kind in (*needed, *around)), watched.parts
    assert 0 < profile.beside(watched) < 1
