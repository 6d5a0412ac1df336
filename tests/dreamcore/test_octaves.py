"""The pyramid: sizes that follow the recipe, and a way between them on which nothing of the picture is lost."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dreamcore.octaves import (
    LEAST_SIDE,
    automatic_octaves,
    enlarged,
    full_size_steps,
    most_octaves,
    pyramid,
    shrunk,
    steps_by_octave,
)
from dreamcore.recipe import SCHEDULES
from dreamcore.resolve import STEPS

sides = st.integers(1, 9000)
scales = st.floats(1.1, 3)


@given(sides, sides, scales)
def test_automatic_octaves_end_near_190_pixels(height: int, width: int, scale: float) -> None:
    octaves = min(automatic_octaves(height, width, scale), most_octaves(height, width, scale))
    smallest = pyramid(height, width, schedule="classic", steps=1, octaves=octaves, scale=scale)[0]
    short = min(smallest.height, smallest.width)
    if min(height, width) > 190:
        assert 190 / scale**0.51 - 1 <= short <= 190 * scale**0.51 + 1
    else:
        assert octaves == 1


@given(sides, sides, scales)
def test_no_octave_is_below_64_pixels_unless_the_picture_is(height: int, width: int, scale: float) -> None:
    octaves = most_octaves(height, width, scale)
    smallest = pyramid(height, width, schedule="coarse", steps=9, octaves=octaves, scale=scale)[0]
    assert min(smallest.height, smallest.width) >= min(LEAST_SIDE, height, width)


def test_the_last_octave_is_the_picture_itself() -> None:
    last = pyramid(301, 457, schedule="coarse", steps=14, octaves=3, scale=1.37)[-1]
    assert (last.height, last.width) == (301, 457)


def test_the_coarse_schedule_costs_less_than_half_of_the_classic_one() -> None:
    classic = pyramid(1024, 1024, schedule="classic", steps=10, octaves=4, scale=1.4)
    coarse = pyramid(1024, 1024, schedule="coarse", steps=14, octaves=4, scale=1.4)
    assert full_size_steps(classic) == pytest.approx(19, abs=0.5)
    assert full_size_steps(coarse) < 9.5


def test_the_usual_schedule_costs_less_than_half_of_the_classic_one() -> None:
    usual = pyramid(1024, 1024, schedule="rising", steps=STEPS["rising"], octaves=4, scale=1.4)
    assert full_size_steps(usual) < 9.5


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_octave_gets_a_step(schedule: str) -> None:
    assert all(steps >= 1 for steps in steps_by_octave(schedule, 1, 16))


def test_a_pictures_own_size_is_its_own_pixels() -> None:
    picture = torch.randint(0, 256, (1, 3, 40, 50), dtype=torch.uint8)
    assert shrunk(picture, 40, 50) is picture


def test_hard_edges_do_not_overshoot_when_shrunk() -> None:
    edge = torch.zeros(1, 3, 64, 64, dtype=torch.uint8)
    edge[..., 32:] = 255
    small = shrunk(edge, 45, 45)
    assert small.dtype == torch.uint8
    assert small[..., :15].max() == 0
    assert small[..., 30:].min() == 255


def test_detail_keeps_its_place_and_size_when_enlarged() -> None:
    detail = torch.zeros(1, 3, 20, 20)
    detail[..., 5:15, 5:15] = 0.5
    large = enlarged(detail, 40, 40)
    assert large.shape == (1, 3, 40, 40)
    assert large[0, 0, 20, 20] == pytest.approx(0.5, abs=1e-6)
    assert float(large.mean()) == pytest.approx(float(detail.mean()), rel=0.02)
