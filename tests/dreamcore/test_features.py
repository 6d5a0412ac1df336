"""`features=`: the same motifs larger or smaller, by the sizes at which the network looks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from dreamcore.dreaming import Dream, dream
from dreamcore.networks import Network
from dreamcore.picture import Picture
from dreamcore.recipe import Recipe
from dreamcore.sample import landscape
from dreamcore.work import work_of
from tests.dreamcore.conftest import CPU, picture_of

QUICK = Recipe.parse("precision=fp32 steps=6 seed=3 layer=mixed4b")


def dreamt(picture: Picture, recipe: str, network: Network) -> Dream:
    return dream(picture, Recipe.parse(recipe).over(QUICK), network=network, device=CPU)


def wavelength(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> float:
    """Pixels from crest to crest of what was added, in the mean over its spectrum."""
    added = (after.astype(float) - before).mean(2)
    height, width = added.shape
    window = np.hanning(height)[:, None] * np.hanning(width)[None]
    power = np.abs(np.fft.fft2((added - added.mean()) * window)) ** 2
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None])
    counted = frequency > 1.5 / min(height, width)
    mean = (power[counted] * np.log(frequency[counted])).sum() / power[counted].sum()
    return math.exp(-float(mean))


@pytest.mark.parametrize("size", [(320, 220), (180, 130)])
def test_large_is_larger_and_small_is_smaller(daydream: Network, size: tuple[int, int]) -> None:
    picture = picture_of(landscape(*size))
    made = {name: dreamt(picture, f"features={name}", daydream) for name in ("large", "normal", "small")}
    large, normal, small = (wavelength(picture.rgb, result.rgb) for result in made.values())
    assert large > 1.25 * normal
    assert small < 0.75 * normal
    changes = [result.change for result in made.values()]
    assert changes == pytest.approx([changes[1]] * 3, rel=0.1)
    assert all(result.rgb.shape == picture.rgb.shape for result in made.values())
    seen = float(np.sqrt(np.mean((made["small"].rgb.astype(float) - picture.rgb) ** 2))) / 255
    assert seen == pytest.approx(changes[2], rel=0.01)  # of the picture itself, not of it enlarged


def test_a_recipe_says_it_and_makes_it_again(daydream: Network) -> None:
    picture = picture_of(landscape(120, 90))
    for features in ("large", "small"):
        result = dreamt(picture, f"features={features} steps=1", daydream)
        assert f"features={features}" in result.recipe.text
        assert np.array_equal(dreamt(picture, result.recipe.text, daydream).rgb, result.rgb)
    assert "features" not in dreamt(picture, "features=normal steps=1", daydream).recipe.text


@pytest.mark.parametrize("size", [(64, 1), (30, 500), (900, 700)])
def test_small_features_fit_pictures_of_any_shape(daydream: Network, size: tuple[int, int]) -> None:
    picture = picture_of(landscape(*size))
    result = dreamt(picture, "features=small steps=1 size=64", daydream)
    assert result.rgb.shape == picture.rgb.shape


def test_what_they_cost_is_known_beforehand() -> None:
    large, normal, small = (work_of(Recipe.parse(f"features={name}")) for name in ("large", "normal", "small"))
    assert normal == 1
    assert 0.5 < large < 1
    assert 1.5 < small < 3
    little = Recipe.parse("size=256")
    assert work_of(little.but(features="small")) > 3 * work_of(little)  # it is looked at enlarged
