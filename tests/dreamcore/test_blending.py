"""Blend modes: how what was dreamt is laid onto the picture."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dreamcore.blending import BLENDS, blended, luminance_only
from dreamcore.dreaming import dream
from dreamcore.errors import RecipeError
from dreamcore.networks import Network
from dreamcore.recipe import BLENDS as NAMES
from dreamcore.recipe import Recipe
from dreamcore.sample import landscape
from dreamcore.settings import Term
from dreamcore.styles import reference_change
from tests.dreamcore.conftest import picture_of


def picture() -> torch.Tensor:
    return torch.rand(1, 3, 24, 24, generator=torch.Generator().manual_seed(1))


def detail(size: float = 0.2) -> torch.Tensor:
    return size * torch.randn(1, 3, 24, 24, generator=torch.Generator().manual_seed(2))


def brightness(values: torch.Tensor) -> torch.Tensor:
    return luminance_only(values)[:, :1]


def test_brightness_alone_is_the_same_in_every_channel() -> None:
    grey = luminance_only(detail())
    assert torch.equal(grey[:, 0], grey[:, 1])
    assert torch.equal(grey[:, 0], grey[:, 2])


def test_every_mode_of_a_recipe_is_one() -> None:
    assert tuple(BLENDS) == NAMES


@pytest.mark.parametrize("mode", NAMES)
def test_a_dream_of_nothing_changes_nothing(mode: str) -> None:
    """Laid over the picture whole, the dream would change contrast where nothing was dreamt."""
    assert torch.allclose(blended(mode, picture(), torch.zeros(1, 3, 24, 24)), picture(), atol=1e-6)


@pytest.mark.parametrize("mode", NAMES)
def test_what_comes_out_is_a_picture(mode: str) -> None:
    made = blended(mode, picture(), detail(2.0))
    assert float(made.min()) >= 0
    assert float(made.max()) <= 1


def test_lighten_never_darkens_and_darken_never_lightens() -> None:
    old = picture()
    assert (blended("lighten", old, detail()) >= old).all()
    assert (blended("darken", old, detail()) <= old).all()
    assert (blended("lighten", old, detail()) > old + 0.05).any()
    assert (blended("darken", old, detail()) < old - 0.05).any()


@pytest.mark.parametrize("mode", ["overlay", "soft-light"])
def test_black_and_white_stay_under_a_layer_of_grey(mode: str) -> None:
    old = torch.tensor([0.0, 0.5, 1.0]).view(1, 1, 1, 3).expand(1, 3, 4, 3)
    moved = blended(mode, old, torch.full_like(old, 0.2)) - old
    assert moved[..., 0].abs().max() < 1e-6
    assert moved[..., 2].abs().max() < 1e-6
    assert (moved[..., 1] > 0.08).all()


def test_luminosity_keeps_colour_and_colour_keeps_brightness() -> None:
    old = 0.3 + 0.4 * picture()  # far from black and white: nothing clips
    small = detail(0.03)
    kept = blended("luminosity", old, small) - old
    assert float((kept.amax(1) - kept.amin(1)).max()) < 1e-6
    moved = blended("colour", old, small)
    assert torch.allclose(brightness(moved), brightness(old), atol=1e-5)
    assert float((moved - old).abs().max()) > 0.02


@pytest.mark.parametrize("mode", NAMES)
def test_strength_means_the_same_in_every_mode_and_a_share_is_a_share_of_it(daydream: Network, mode: str) -> None:
    photograph = picture_of(np.clip(landscape(128, 96) // 2 + 60, 0, 255).astype(np.uint8))
    results = []
    for share in (1, 0.5):
        recipe = Recipe.parse(f"blend={mode}:{share} seed=3 steps=3 layer=mixed3b precision=fp32")
        results.append(dream(photograph, recipe, network=daydream, device=torch.device("cpu")))
    changes = [float(np.sqrt(np.mean((r.rgb.astype(float) - photograph.rgb) ** 2))) / 255 for r in results]
    assert changes[0] == pytest.approx(reference_change(daydream.info, "mixed3b"), rel=0.1)
    assert changes[1] == pytest.approx(changes[0] / 2, rel=0.1)
    assert results[1].change == pytest.approx(changes[1], rel=0.1)
    assert results[0].recipe.blend == (None if mode == "normal" else Term(mode))


def test_a_share_of_nothing_is_the_picture(daydream: Network) -> None:
    photograph = picture_of(landscape(96, 64))
    result = dream(photograph, Recipe.parse("blend=0"), network=daydream, device=torch.device("cpu"))
    assert np.array_equal(result.rgb, photograph.rgb)


def test_keeping_colours_and_laying_on_colour_alone_is_a_contradiction(daydream: Network) -> None:
    recipe = Recipe.parse("blend=colour colours=keep")
    with pytest.raises(RecipeError, match="leave one out"):
        dream(picture_of(landscape(96, 64)), recipe, network=daydream, device=torch.device("cpu"))


@pytest.mark.parametrize("recipe", ["region=centre", "blend=overlay", "features=large", "tile=on", "towards=source"])
def test_the_pictures_own_colours_stay_with_the_other_settings(daydream: Network, recipe: str) -> None:
    columns = np.arange(128) / 128 * 2 * np.pi
    waves = 128 + 40 * np.sin(2 * columns)[None, :, None] + np.array([20, 0, -20]) + np.zeros((96, 1, 1))
    photograph = picture_of(waves.astype(np.uint8))  # far from black and white, and it wraps
    asked = Recipe.parse(f"{recipe} colours=keep seed=3 steps=3 strength=0.5 layer=mixed3b precision=fp32")
    moved = dream(photograph, asked, network=daydream, device=torch.device("cpu")).rgb.astype(int) - photograph.rgb
    assert np.abs(moved).max() > 6
    if "overlay" not in recipe:  # which weighs each channel by itself
        assert np.ptp(moved, axis=2).max() <= 1  # rounding
