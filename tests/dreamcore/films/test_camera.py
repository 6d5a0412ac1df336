"""The camera's promises: it goes exactly where it should, and what it looks at stays sharp."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from dreamcore.films.camera import STILL, moved, outside, seen_from, warped, without_grain
from dreamcore.films.schedule import Share, frame_octaves, frame_steps, shares_at, speed_at, waking_at
from dreamcore.octaves import full_size_steps

INSIDE = (..., slice(24, -24), slice(24, -24))


def waves(period: float, height: int = 96, width: int = 128) -> Tensor:
    """(1, 3, H, W): a wave across, one down and one slanting, of `period` pixels."""
    y, x = torch.meshgrid(torch.arange(height).float(), torch.arange(width).float(), indexing="ij")
    turn = 2 * math.pi / period
    return 0.5 + 0.4 * torch.stack((torch.sin(turn * x), torch.cos(turn * y), torch.sin(turn * 0.7 * (x + y))))[None]


def test_whole_pixels_are_moved_exactly() -> None:
    picture = torch.rand(1, 3, 40, 60, generator=torch.Generator().manual_seed(0))

    shifted = warped(picture, moved(1, 0, 5, -3))

    assert torch.allclose(shifted[..., :-3, 5:], picture[..., 3:, :-5], atol=2e-3)
    assert warped(picture, STILL) is picture


@pytest.mark.parametrize("step", [(1.02, 0.0, 0.0, 0.0), (0.98, 1.5, 0.0, 0.0), (1.0, -2.0, 0.4, -0.3)])
def test_many_small_motions_end_where_one_large_one_does(step: tuple[float, float, float, float]) -> None:
    picture, pose, small = waves(16), STILL, waves(16)
    for _ in range(12):
        pose, small = pose.then(moved(*step)), warped(small, moved(*step))

    away = small - seen_from(picture, pose)

    assert float(away[INSIDE].square().mean().sqrt()) < 0.02
    back = pose.then(pose.inverse())
    assert (back.a, back.b, back.e) == pytest.approx((1, 0, 0), abs=1e-9)


def test_a_second_of_frames_costs_no_sharpness_worth_seeing() -> None:
    """Patterns of half the finest frequency, moved by a fraction of a pixel 24 times: nearly all is left."""
    picture = waves(4)
    after = picture
    for number in range(24):
        after = warped(after, moved(1, 0, 0.1 + number / 24, 0.3))

    left = (after[INSIDE] - 0.5).square().mean() / (picture[INSIDE] - 0.5).square().mean()

    assert 0.9 < float(left.sqrt()) <= 1.001


@pytest.mark.parametrize("period", [2.5, 3, 4, 6, 8, 16, 40])
def test_nothing_gets_stronger_by_being_moved(period: float) -> None:
    picture = waves(period)
    after = picture
    for number in range(48):
        after = warped(after, moved(1, 0, 0.37 * (-1) ** number, 0.21))
    assert float((after[INSIDE] - 0.5).abs().max()) <= 0.405


def test_what_was_outside_is_known() -> None:
    right = outside(moved(1, 0, 3, 0), 20, 30)

    assert right[:, :3].all()
    assert not right[:, 3:].any()
    assert not outside(moved(1.1, 0, 0, 0), 20, 30).any()
    assert outside(moved(1, 10, 0, 0), 20, 30)[0, 0]


def test_places_are_seen_as_the_whole_is() -> None:
    picture, pose = waves(9), moved(0.7, 50, 31, -12)
    where = outside(pose, 96, 128)

    assert torch.allclose(seen_from(picture, pose, where), seen_from(picture, pose)[:, :, where], atol=1e-5)


def test_the_finest_chequers_are_taken_out_and_what_is_larger_stays() -> None:
    y, x = torch.meshgrid(torch.arange(32), torch.arange(32), indexing="ij")
    chequers = ((x + y) % 2).float()[None, None].expand(1, 3, -1, -1)

    assert float((without_grain(chequers) - 0.5).abs().max()) < 1e-6
    assert torch.allclose(without_grain(waves(32))[INSIDE], waves(32)[INSIDE], atol=0.02)


@pytest.mark.parametrize("size", [(48, 64), (342, 512), (512, 512), (1024, 682)])
@pytest.mark.parametrize("scale", [1.1, 1.2, 1.4, 2.0, 3.0])
def test_a_frame_never_costs_more_than_three_full_size_steps(size: tuple[int, int], scale: float) -> None:
    for octaves in (None, 1, 3, 8, 20):
        for steps in (1, 2, 3):
            found = frame_octaves(*size, octaves, scale, steps)
            assert full_size_steps(found) <= 3
            assert (found[-1].height, found[-1].width) == size
            fading = frame_steps(found, (Share(0, 0.4), Share(1, 0.6)))
            assert sum(octave.pixels * octave.steps for octave, _ in fading) <= 3 * size[0] * size[1]
            assert [octave for octave, share in fading if share.station == 1] == list(found)


def test_stations_hand_over_to_each_other_without_a_jump() -> None:
    starts, length = (0.0, 2.0, 2.4, 5.0), 7.0
    weights = []
    for place in range(701):
        shares = shares_at(place / 100, starts, length)
        assert sum(share.weight for share in shares) == pytest.approx(1)
        weights.append([sum(s.weight for s in shares if s.station == station) for station in range(4)])

    jumps = (torch.tensor(weights).diff(dim=0)).abs().max()

    assert float(jumps) < 0.08  # the shortest fade takes a quarter of a second
    assert weights[100] == [1, 0, 0, 0]
    assert weights[-1] == [0, 0, 0, 1]


def test_the_camera_starts_and_stops_softly_unless_it_goes_round() -> None:
    speeds = [speed_at(place / 100, 5, loop=False) for place in range(501)]

    assert speeds[0] == speeds[-1] == 0
    assert speeds[250] == 1
    assert max(abs(a - b) for a, b in pairwise(speeds)) < 0.04
    assert {speed_at(place / 10, 5, loop=True) for place in range(51)} == {1.0}
    assert (waking_at(0, 5), waking_at(5, 5)) == (0, 1)
