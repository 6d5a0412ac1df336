"""`tile=on`: a dream that can be laid beside itself."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from dreamcore.dreaming import Dream, dream
from dreamcore.networks import Network
from dreamcore.octaves import enlarged, shrunk, shrunk_detail
from dreamcore.picture import Picture
from dreamcore.recipe import Recipe
from dreamcore.sample import landscape
from dreamcore.wrapping import continued_while, made_to_wrap, resized, wraps
from tests.dreamcore.conftest import CPU, picture_of

QUICK = Recipe.parse("precision=fp32 steps=4 seed=3 layer=mixed4a")


def dreamt(picture: Picture, recipe: str, network: Network) -> Dream:
    return dream(picture, Recipe.parse(recipe).over(QUICK), network=network, device=CPU)


def steps_between_neighbours(rgb: NDArray[np.uint8], axis: int) -> tuple[float, NDArray[np.floating]]:
    """At the seam, and for each line inside."""
    values = rgb.astype(float)
    inside = np.abs(np.diff(values, axis=axis)).mean(axis=tuple({0, 1, 2} - {axis}))
    return float(np.abs(values.take(0, axis) - values.take(-1, axis)).mean()), inside


@pytest.mark.parametrize(
    "recipe", ["", "size=96", "features=small octaves=1", "smoothing=none octaves=3", "strength=2"]
)
def test_there_is_no_seam_where_the_dream_meets_itself(daydream: Network, recipe: str) -> None:
    picture = picture_of(landscape(170, 118))
    assert not wraps(picture.rgb)
    result = dreamt(picture, f"tile=on {recipe}", daydream)
    assert result.rgb.shape == picture.rgb.shape
    for axis in (0, 1):
        seam, inside = steps_between_neighbours(result.rgb, axis)
        assert seam < np.quantile(inside, 0.9)
    rolled = np.roll(result.rgb, (59, 85), (0, 1))
    for axis, middle in ((0, 58), (1, 84)):
        _, inside = steps_between_neighbours(rolled, axis)
        assert inside[middle] < np.quantile(inside, 0.9)


def test_without_it_there_is_one(daydream: Network) -> None:
    result = dreamt(picture_of(landscape(170, 118)), "", daydream)
    seam, inside = steps_between_neighbours(result.rgb, 0)
    assert seam > 2 * inside.max()


@pytest.mark.parametrize("recipe", ["", "size=64 octaves=1", "octaves=3 octave_scale=1.2"])
def test_what_is_dreamt_goes_on_beyond_the_borders_too(daydream: Network, recipe: str) -> None:
    """On a picture that has no seam of its own, what was added has none: it is not merely faded out."""
    columns = np.arange(128) / 128 * 2 * np.pi
    waves = (
        128 + 50 * np.sin(2 * columns)[None, :, None] + 40 * np.cos(columns[:96] / 0.75)[:, None, None] + np.zeros(3)
    )
    picture = picture_of(waves.astype(np.uint8))
    assert made_to_wrap(picture.rgb) is picture.rgb
    added = dreamt(picture, f"tile=on {recipe}", daydream).rgb.astype(float) - picture.rgb
    for axis in (0, 1):
        seam = np.abs(added.take(0, axis) - added.take(-1, axis)).mean()
        lines = np.abs(np.diff(added, axis=axis)).mean(axis=tuple({0, 1, 2} - {axis}))
        assert seam < np.quantile(lines, 0.95)
        border = np.abs(added.take([0, -1], axis)).mean()
        assert border > 0.6 * np.abs(added).mean()


def test_at_strength_zero_the_picture_is_only_made_to_wrap(daydream: Network) -> None:
    picture = picture_of(landscape(96, 64), landscape(96, 64)[:, :, 0].copy())
    result = dreamt(picture, "tile=on strength=0", daydream)
    assert result.alpha is not None
    assert wraps(result.rgb)
    assert wraps(result.alpha)
    assert np.array_equal(result.rgb[20:44, 30:60], picture.rgb[20:44, 30:60])


def test_transparency_wraps_with_its_picture(daydream: Network) -> None:
    picture = picture_of(landscape(96, 64), landscape(96, 64)[:, :, 0].copy())
    result = dreamt(picture, "tile=on", daydream)
    assert result.alpha is not None
    assert np.array_equal(result.alpha, made_to_wrap(picture.alpha))  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (2, 2), (3, 300), (7, 5)])
def test_pictures_of_any_shape_wrap(daydream: Network, shape: tuple[int, int]) -> None:
    rgb = np.random.default_rng(0).integers(0, 255, (*shape, 3), dtype=np.uint8)
    result = dreamt(picture_of(rgb), "tile=on size=64 steps=1 octaves=1", daydream)
    assert result.rgb.shape == rgb.shape


@pytest.mark.parametrize(("size", "antialias"), [((45, 50), True), ((90, 81), False), ((60, 60), False)])
def test_resampling_knows_no_border(size: tuple[int, int], antialias: bool) -> None:
    """As on a picture that is laid beside itself many times."""
    plane = torch.rand(1, 2, 60, 54, generator=torch.Generator().manual_seed(1))
    expected = F.interpolate(
        plane.tile(1, 1, 3, 3), (3 * size[0], 3 * size[1]), mode="bicubic", antialias=antialias, align_corners=False
    )[:, :, size[0] : 2 * size[0], size[1] : 2 * size[1]]
    assert torch.allclose(resized(plane, *size, antialias=antialias), expected, atol=1e-5)


@pytest.mark.parametrize("size", [(30, 27), (120, 108)])
def test_octaves_of_a_picture_without_borders_can_be_rolled(size: tuple[int, int]) -> None:
    """Where a picture begins makes no difference to what it is at another size."""
    plane = torch.rand(1, 3, 60, 54, generator=torch.Generator().manual_seed(1))
    picture = (plane * 255).to(torch.uint8)
    step = (size[0] // 30, size[1] // 27)
    for resample, values in ((shrunk, picture), (enlarged, plane), (shrunk_detail, plane)):
        once = resample(values, *size, wraps=True).float()
        rolled = resample(torch.roll(values, (2, 2), (2, 3)), *size, wraps=True).float()
        assert torch.allclose(torch.roll(once, step, (2, 3)), rolled, atol=1e-4)


def test_what_looks_beyond_a_border_sees_the_other_side() -> None:
    plane = torch.zeros(1, 1, 80, 80)
    plane[..., 0] = 1
    blurred = continued_while(lambda p: F.avg_pool2d(p, 3, 1, 1), plane)
    assert blurred.shape == plane.shape
    assert torch.allclose(blurred[..., -1], torch.full((1, 1, 80), 1 / 3))
