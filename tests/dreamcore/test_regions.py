"""Where a dream happens: in the region and nowhere else, as strong there as on a whole picture."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from dreamcore.ascent import OctaveState, Shaping
from dreamcore.dreaming import Dream, dream
from dreamcore.errors import RecipeError
from dreamcore.networks import Network
from dreamcore.picture import Picture
from dreamcore.recipe import Recipe
from dreamcore.regions import crop_for, weight_of
from dreamcore.sample import landscape
from dreamcore.skies import sky_of
from dreamcore.styles import reference_change
from tests.dreamcore.conftest import CPU, picture_of

QUICK = Recipe.parse("precision=fp32 steps=4 seed=3 layer=mixed3b")


def dreamt(picture: Picture, recipe: str, network: Network, **more: object) -> Dream:
    asked = Recipe.parse(recipe).over(QUICK)
    return dream(picture, asked, network=network, device=CPU, **more)  # type: ignore[arg-type]


def stripe(height: int, width: int, columns: slice) -> NDArray[np.uint8]:
    plane = np.zeros((height, width), np.uint8)
    plane[:, columns] = 255
    return plane


def grey(plane: NDArray[np.uint8]) -> Picture:
    return picture_of(np.repeat(plane[:, :, None], 3, axis=2))


def moved(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return (before != after).any(axis=2)


@pytest.mark.parametrize("region", ["sky", "not-sky", "centre", "edges", "mask", "not-mask"])
def test_outside_the_region_every_byte_stays(daydream: Network, region: str) -> None:
    picture = picture_of(landscape(192, 128))
    mask = grey(stripe(64, 96, slice(0, 40)))  # of another size: it is stretched
    result = dreamt(picture, f"region={region}", daydream, mask=mask)
    weight = weight_of(region, picture, mask)
    changed = moved(picture.rgb, result.rgb)
    assert not changed[weight == 0].any()
    assert changed[weight == 255].mean() > 0.8
    assert 0.05 < (weight == 0).mean() < 0.95
    assert result.recipe.region == region


def test_strength_means_the_same_in_a_region_as_on_a_whole_picture(daydream: Network) -> None:
    picture = picture_of(landscape(192, 128))
    mask = grey(stripe(128, 192, slice(0, 60)))
    result = dreamt(picture, "region=mask", daydream, mask=mask)
    inside = weight_of("mask", picture, mask) == 255
    difference = (result.rgb.astype(float) - picture.rgb)[inside] / 255
    reference = reference_change(daydream.info, "mixed3b")
    assert float(np.sqrt(np.mean(difference**2))) == pytest.approx(reference, rel=0.12)
    assert result.change == pytest.approx(reference, rel=0.05)


def test_a_small_region_is_cut_out_and_comes_back_to_its_place(daydream: Network) -> None:
    """Only as much as has to be seen is dreamt: progress counts the pixels that were stepped over."""
    picture = picture_of(landscape(320, 240))
    plane = np.zeros((240, 320), np.uint8)
    plane[20:60, 240:300] = 255
    totals = {}
    for region in ("mask", "all"):
        reports: list[int] = []
        previews: list[NDArray[np.uint8]] = []
        result = dreamt(
            picture,
            f"region={region} octaves=1",
            daydream,
            mask=grey(plane),
            on_progress=lambda report, into=reports, seen=previews: (
                into.append(report.total),
                seen.append(report.preview),
            ),
        )
        totals[region] = reports[-1]
        if region == "mask":
            preview = next(one for one in previews if one is not None)
            whole = np.asarray(Image.fromarray(picture.rgb).resize((256, 192), Image.Resampling.BOX))
            assert np.abs(preview[100:].astype(int) - whole[100:]).max() <= 1
            assert np.abs(preview[18:46, 194:238].astype(int) - whole[18:46, 194:238]).mean() > 2
            changed = moved(picture.rgb, result.rgb)
            assert not changed[plane == 0].any()
            assert changed[24:56, 244:296].mean() > 0.8
    assert totals["mask"] < 0.5 * totals["all"]


def test_a_region_of_most_of_the_picture_is_not_cut_out() -> None:
    assert crop_for(np.full((100, 100), 255, np.uint8), 10) is None
    found = crop_for(stripe(100, 100, slice(40, 50)), 10)
    assert found is not None
    assert (found.left, found.right, found.height) == (30, 60, 100)


@pytest.mark.parametrize("inverse", [False, True])
def test_a_mask_is_its_alpha_or_its_brightness(inverse: bool) -> None:
    picture = picture_of(landscape(96, 64))
    plane = stripe(64, 96, slice(0, 48))
    by_alpha = picture_of(np.zeros((64, 96, 3), np.uint8), plane)
    region = "not-mask" if inverse else "mask"
    one, other = (weight_of(region, picture, mask) for mask in (grey(plane), by_alpha))
    assert np.array_equal(one, other)
    assert (one[:, 10] == 255).all() != inverse
    assert (one[:, 80] == 255).all() == inverse


def test_a_masks_hard_border_becomes_soft_inwards_and_thin_lines_stay() -> None:
    picture = picture_of(landscape(400, 300))
    plane = stripe(300, 400, slice(0, 200))
    weight = weight_of("mask", picture, grey(plane))[150]
    assert (weight[200:] == 0).all()
    assert ((weight > 0) & (weight < 255)).sum() >= 2
    assert (np.diff(weight.astype(int)) <= 0).all()
    line = weight_of("mask", picture, grey(stripe(300, 400, slice(100, 101))))
    assert (line[:, 100] == 255).all()


def test_half_a_masks_brightness_is_half_a_dream(daydream: Network) -> None:
    picture = picture_of(landscape(160, 96))
    plane = stripe(96, 160, slice(0, 80))
    plane[:, 80:] = 128
    difference = np.abs(dreamt(picture, "", daydream, mask=grey(plane)).rgb.astype(float) - picture.rgb)
    assert 0.3 < difference[:, 90:].mean() / difference[:, :70].mean() < 0.8


def test_centre_and_edges_are_the_two_halves_of_a_picture() -> None:
    picture = picture_of(landscape(120, 90))
    centre, edges = (weight_of(region, picture, None).astype(int) for region in ("centre", "edges"))
    assert (centre + edges == 255).all()
    assert centre[45, 60] == 255
    assert centre[0, 0] == 0
    assert np.abs(np.diff(centre, axis=1)).max() < 40  # soft


def test_transparency_and_a_region_go_together(daydream: Network) -> None:
    rgb = landscape(160, 96)
    picture = picture_of(rgb, stripe(96, 160, slice(40, 160)))
    result = dreamt(picture, "", daydream, mask=grey(stripe(96, 160, slice(0, 100))))
    changed = moved(rgb, result.rgb)
    assert not changed[:, :40].any()
    assert not changed[:, 100:].any()
    assert changed[:, 45:90].mean() > 0.7


def test_a_faint_mask_counts_where_the_picture_is_transparent_too(daydream: Network) -> None:
    rgb = landscape(160, 96)
    alpha = np.full((96, 160), 255, np.uint8)
    alpha[:, :20] = 0
    plane = stripe(96, 160, slice(0, 80))
    plane[:, 80:] = 64
    difference = np.abs(dreamt(picture_of(rgb, alpha), "", daydream, mask=grey(plane)).rgb.astype(float) - rgb)
    assert 0.1 < difference[:, 90:].mean() / difference[:, 25:70].mean() < 0.5


def test_nothing_else_moves_while_it_is_dreamt_either(daydream: Network) -> None:
    """What is seen around a region is the picture itself, so that forms end where it does."""
    picture = picture_of(landscape(160, 112))
    previews: list[NDArray[np.uint8]] = []
    dreamt(
        picture,
        "region=edges octaves=1",
        daydream,
        on_progress=lambda report: previews.append(report.preview) if report.preview is not None else None,
    )
    moved = np.abs(previews[-1].astype(int) - picture.rgb)
    assert moved[46:66, 60:100].max() <= 1
    assert moved[:8].mean() > 4


@pytest.mark.parametrize("normalisation", ["mean", "std"])
def test_a_step_in_a_region_is_as_long_as_one_on_a_whole_picture(normalisation: str) -> None:
    slope = torch.randn(1, 3, 40, 40, generator=torch.Generator().manual_seed(1))
    half = torch.zeros(1, 1, 40, 40)
    half[..., :10] = 1
    lengths = []
    for weight in (None, half):
        state = OctaveState(torch.full((1, 3, 40, 40), 128, dtype=torch.uint8), None, weight)
        state.slope.copy_(slope)
        state.climb(torch.tensor(0.01), Shaping(smoothing="none", normalisation=normalisation), 0.0)
        lengths.append(float((state.picture[..., :10] - 128 / 255).abs().mean()))
        assert float(state.change()) == pytest.approx(0.0125, rel=0.1)  # where it counts, not over all
    assert lengths[1] == pytest.approx(lengths[0], rel=0.1)


@pytest.mark.parametrize("shade", [0, 255])
def test_a_mask_with_nothing_in_it_is_said(daydream: Network, shade: int) -> None:
    mask = grey(np.full((8, 8), shade, np.uint8))
    region = "mask" if shade == 0 else "not-mask"
    with pytest.raises(RecipeError, match="leaves nothing to dream"):
        dreamt(picture_of(landscape(96, 64)), f"region={region}", daydream, mask=mask)


def test_where_there_is_no_sky_that_is_said_before_anything_is_dreamt(daydream: Network) -> None:
    random = np.random.default_rng(1)
    reports: list[object] = []
    with pytest.raises(RecipeError, match="No sky was found"):
        dreamt(
            picture_of(random.integers(0, 255, (96, 128, 3), dtype=np.uint8)),
            "region=sky",
            daydream,
            on_progress=reports.append,
        )
    assert reports == []


def test_the_sky_of_a_landscape_is_its_sky() -> None:
    """With clouds in it, and mountains as bright as they are."""
    for width, height in ((768, 512), (1024, 640), (300, 200)):
        sky = sky_of(landscape(width, height))
        assert sky is not None
        assert (sky[: height // 3] > 200).mean() > 0.97
        assert (sky[height * 3 // 5 :] > 0).mean() < 0.01


def tower(sky: tuple[int, int, int], ground: tuple[int, int, int]) -> NDArray[np.uint8]:
    """A plain with a mast and a wire that part the sky, and grain."""
    scene = Image.new("RGB", (240, 160), sky)
    draw = ImageDraw.Draw(scene)
    draw.rectangle((0, 110, 240, 160), fill=ground)
    draw.rectangle((118, 0, 121, 110), fill=(60, 55, 50))
    draw.line((0, 48, 240, 48), fill=(70, 70, 70), width=2)
    draw.ellipse((150, 60, 220, 150), fill=(40, 70, 30))
    random = np.random.default_rng(2)
    return np.clip(np.asarray(scene) + random.normal(0, 4, (160, 240, 3)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("sky", "ground"),
    [
        ((120, 170, 230), (90, 110, 60)),
        ((225, 228, 230), (120, 110, 100)),
        ((30, 40, 75), (40, 36, 30)),
        ((240, 170, 90), (50, 45, 60)),
    ],
    ids=["day", "overcast", "night", "sunset"],
)
def test_a_sky_is_found_in_any_light_and_on_both_sides_of_a_mast(
    sky: tuple[int, int, int], ground: tuple[int, int, int]
) -> None:
    found = sky_of(tower(sky, ground))
    assert found is not None
    assert (found[5:100, 5:110] > 200).mean() > 0.97
    assert (found[5:55, 130:235] > 200).mean() > 0.97
    assert found[120:].max() < 60
    assert found[100:140, 170:200].max() < 60


def test_rough_ground_of_the_skys_colours_is_ground() -> None:
    random = np.random.default_rng(4)
    rgb = np.full((160, 240, 3), 190.0) + random.normal(0, 2, (160, 240, 3))
    rgb[80:] += np.kron(random.normal(-45, 35, (40, 120, 1)), np.ones((2, 2, 1)))
    found = sky_of(np.clip(rgb, 0, 255).astype(np.uint8))
    assert found is not None
    assert (found[:70] > 200).mean() > 0.98
    assert (found[95:] > 100).mean() < 0.02


@pytest.mark.parametrize("kind", ["wall", "paper", "dark", "logo", "backdrop"])
def test_what_is_no_sky_is_not_taken_for_one(kind: str) -> None:
    random = np.random.default_rng(3)
    if kind == "wall":
        rows, columns = np.mgrid[0:160, 0:200]
        joints = ((rows % 16 < 2) | ((columns + rows // 16 * 16) % 40 < 2))[..., None]
        rgb = np.where(joints, 200, 120) + random.normal(0, 10, (160, 200, 1)) + np.zeros(3)
    elif kind == "paper":
        rgb = np.full((160, 200, 3), 250.0)
        rgb[60:100, 60:140] = (30, 90, 160)
    elif kind in ("logo", "backdrop"):
        scene = Image.new("RGB", (200, 160), (255, 255, 255) if kind == "logo" else (110, 150, 220))
        draw = ImageDraw.Draw(scene)
        if kind == "logo":
            draw.ellipse((22, 2, 178, 158), fill=(140, 200, 60))
        else:
            draw.ellipse((75, 30, 125, 100), fill=(200, 150, 120))
            draw.rectangle((60, 100, 140, 160), fill=(40, 40, 60))
        rgb = np.asarray(scene).astype(float)
    else:
        rgb = np.full((160, 200, 3), 12.0) + random.normal(0, 2, (160, 200, 1))
        rgb[60:150, 40:160] = (200, 120, 40)
    assert sky_of(np.clip(rgb, 0, 255).astype(np.uint8)) is None
