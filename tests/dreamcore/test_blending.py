"""Blend modes: how what was dreamt is laid onto the picture."""

from __future__ import annotations

import pytest
import torch

from dreamcore.blending import BLENDS, blended, luminance_only
from dreamcore.recipe import BLENDS as NAMES


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
