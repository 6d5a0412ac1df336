"""Dreams of photographs with the network that comes along: somebody else sees them too, and their colours stay."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from dreamcore.dreaming import dream
from dreamcore.networks import Network, load
from dreamcore.picture import decode
from dreamcore.recipe import Recipe
from dreamcore.sample import landscape
from dreamcore.styles import styles_of
from tests.dreamcore.conftest import CPU, picture_of

DATA = Path(__file__).parents[1] / "data"
CLASSES = ("owl", "sunflower", "castle")
SMALL = Recipe.parse("size=192 precision=fp32 seed=5")


@pytest.fixture(scope="module")
def witness() -> Network:
    """Of the same shape, but with its own seed and its own pictures, trained for a few minutes; see data/README.md."""
    return load(str(DATA / "witness.safetensors"))


@pytest.fixture(scope="module")
def cat() -> NDArray[np.uint8]:
    return decode((DATA / "chelsea.jpg").read_bytes()).rgb


def dreamt(rgb: NDArray[np.uint8], recipe: str, network: Network) -> NDArray[np.uint8]:
    asked = Recipe.parse(recipe).over(SMALL)
    return dream(picture_of(rgb), asked, network=network, device=CPU).rgb


def shares(network: Network, rgb: NDArray[np.uint8]) -> dict[str, float]:
    """How much of a picture the network takes for each class."""
    picture = torch.from_numpy(rgb.copy()).permute(2, 0, 1)[None].float() / 255
    return dict(zip(network.classes, network.classify(picture).softmax(1)[0].tolist(), strict=True))


@pytest.mark.parametrize("objective", ["class", "seen"])
def test_another_network_sees_more_of_what_was_dreamt(
    objective: str, daydream: Network, witness: Network, cat: NDArray[np.uint8]
) -> None:
    before = shares(witness, cat)
    after = {name: shares(witness, dreamt(cat, f"objective={objective} classes={name}", daydream)) for name in CLASSES}
    for name in CLASSES:
        others = max(after[other][name] for other in CLASSES if other != name)
        assert after[name][name] > 10 * before[name], f"{name}: no more than in the photograph"
        assert after[name][name] > 10 * others, f"{name}: no more than in a dream of something else"


@pytest.mark.parametrize("of", ["a cat", pytest.param("a landscape", marks=pytest.mark.soak)])
@pytest.mark.parametrize("style", list(styles_of("daydream")))
def test_no_style_burns_the_colours_out(style: str, of: str, daydream: Network, cat: NDArray[np.uint8]) -> None:
    picture = cat if of == "a cat" else landscape(192, 128)
    result = dreamt(picture, f"style={style}", daydream)
    assert clipped(result) < clipped(picture) + 0.02
    assert 0.7 * chroma(picture) < chroma(result) < chroma(picture) + 16


def clipped(rgb: NDArray[np.uint8]) -> float:
    """The share of values that are as dark or as bright as can be."""
    return float(np.mean((rgb == 0) | (rgb == 255)))


def chroma(rgb: NDArray[np.uint8]) -> float:
    return float(np.mean(rgb.max(2).astype(float) - rgb.min(2)))
