"""Shaping a gradient: sizes that mean what the schedule says, less grain, no shift, no border."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from dreamcore.gradients import (
    BAND_COLOUR,
    BAND_STRENGTH,
    LARGEST_STEP,
    gaussian,
    mirrored_index,
    normalised,
    smoothed,
)


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("kind", ["mean", "std"])
@pytest.mark.parametrize("scale", [1e-20, 1.0, 1e12])
def test_a_gradient_of_any_size_becomes_a_step_of_one(kind: str, scale: float) -> None:
    step = normalised(noise(1, 3, 64, 64) * scale, kind)
    assert float(step.abs().mean()) == pytest.approx(1, rel=0.02)


@pytest.mark.parametrize("kind", ["mean", "std"])
def test_a_gradient_of_zeros_stays_zero(kind: str) -> None:
    assert normalised(torch.zeros(1, 3, 8, 8), kind).eq(0).all()


def test_one_spot_alone_does_not_burn_through() -> None:
    gradient = torch.zeros(1, 3, 64, 64)
    gradient[0, 0, 10, 10] = 1
    assert float(normalised(gradient, "mean").max()) == LARGEST_STEP


@pytest.mark.parametrize("kind", ["gaussian", "laplacian"])
def test_smoothing_takes_away_grain_and_keeps_form(kind: str) -> None:
    form = torch.sin(torch.arange(96.0) / 6).expand(1, 3, 96, 96).clone()
    rough = smoothed(form + noise(1, 3, 96, 96), kind, 0.5)

    before = form + noise(1, 3, 96, 96)
    assert fine_part(rough) / float(rough.square().mean().sqrt()) < 0.6 * fine_part(before) / float(
        before.square().mean().sqrt()
    )
    likeness = [torch.nn.functional.cosine_similarity(x.flatten(), form.flatten(), 0) for x in (before, rough)]
    assert likeness[1] > likeness[0] + 0.1


def test_no_smoothing_changes_nothing() -> None:
    gradient = noise(1, 3, 20, 30)
    assert smoothed(gradient.clone(), "none", 0.3).equal(gradient)


def test_a_gaussian_is_a_gaussian_in_place_and_keeps_the_mean() -> None:
    point = torch.zeros(1, 1, 41, 41)
    point[0, 0, 20, 20] = 1
    blurred = gaussian(point, 2.0)
    assert float(blurred.sum()) == pytest.approx(1, abs=1e-5)
    assert float(blurred[0, 0, 20, 20] / blurred[0, 0, 20, 22]) == pytest.approx(2.718281828**0.5, rel=1e-4)
    assert blurred.equal(blurred.flip(2)) or torch.allclose(blurred, blurred.flip(2), atol=1e-7)
    flat = torch.full((1, 1, 9, 7), 0.3)
    assert torch.allclose(gaussian(flat, 3.0), flat, atol=1e-6)  # no dark frame at the border


@pytest.mark.parametrize("kind", ["gaussian", "laplacian", "balanced", "chroma"])
@pytest.mark.parametrize("size", [(1, 1), (1, 50), (3, 7), (65, 33)])
def test_small_and_odd_sizes_pass(kind: str, size: tuple[int, int]) -> None:
    assert smoothed(noise(1, 3, *size), kind, 0.0).isfinite().all()


@pytest.mark.parametrize("kind", ["laplacian", "balanced"])
@pytest.mark.parametrize("size", [(64, 64), (37, 90), (300, 211)])
def test_bands_are_those_of_a_laplacian_pyramid(size: tuple[int, int], kind: str) -> None:
    """The textbook way: pool, enlarge, subtract; channels one by one and together, even and odd sizes."""
    gradient = noise(1, 3, *size)
    finer = gradient.clone()
    if kind == "laplacian":
        finer = torch.cat([gaussian(gradient[:, c : c + 1].clone(), 0.5) for c in range(3)], 1)
    result, bands = torch.zeros_like(gradient), []
    for _ in range(len(BAND_STRENGTH) - 1):
        coarse = F.avg_pool2d(gaussian(finer, 1.0), 2, ceil_mode=True, count_include_pad=False)
        bands.append(finer - F.interpolate(coarse, finer.shape[2:], mode="bilinear", align_corners=False))
        finer = coarse
    colours, taken = BAND_COLOUR[kind], {"laplacian": 1.0, "balanced": 0.5}[kind]
    for band, strength, colour in zip([*bands, finer][::-1], BAND_STRENGTH[::-1], colours[::-1], strict=True):
        muted = torch.lerp(band.mean(1, keepdim=True), band, colour)
        muted = muted * strength / muted.square().mean().sqrt() ** taken
        if band is not finer:
            muted += F.interpolate(result, band.shape[2:], mode="bilinear", align_corners=False)
        result = muted
    assert torch.allclose(smoothed(gradient, kind, 0.0), result, atol=1e-4)


def fine_part(plane: torch.Tensor) -> float:
    """Root mean square of what lies above a quarter of the sampling frequency."""
    height, width = plane.shape[-2:]
    frequency = (torch.fft.fftfreq(height)[:, None].square() + torch.fft.rfftfreq(width).square()).sqrt()
    return float((torch.fft.rfft2(plane) * (frequency > 0.25)).abs().square().mean().sqrt())


@pytest.mark.parametrize("kind", ["laplacian", "chroma"])
def test_fine_colour_is_muted_and_fine_brightness_is_not(kind: str) -> None:
    gradient = noise(1, 3, 64, 64)
    kept = smoothed(gradient.clone(), kind, 0.0)

    def colourfulness(picture: torch.Tensor) -> float:
        return fine_part(picture[:, 0] - picture[:, 1]) / fine_part(picture.mean(1))

    assert colourfulness(kept) < 0.4 * colourfulness(gradient)


def test_the_mirror_repeats_no_edge() -> None:
    assert mirrored_index(torch.arange(-3, 8), 4).tolist() == [3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1]
    assert mirrored_index(torch.arange(-2, 3), 1).tolist() == [0, 0, 0, 0, 0]


def test_chroma_leaves_brightness_and_an_even_colour_as_they_were() -> None:
    gradient = noise(1, 3, 20, 30)
    assert torch.allclose(smoothed(gradient.clone(), "chroma", 0.0).mean(1), gradient.mean(1), atol=1e-6)
    even = torch.tensor([0.5, -0.2, 0.1]).view(1, 3, 1, 1).expand(1, 3, 20, 30).clone()
    assert torch.allclose(smoothed(even.clone(), "chroma", 0.0), even, atol=1e-6)
