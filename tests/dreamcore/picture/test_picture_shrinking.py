"""A small version of a picture: of the right size, and with nothing in it that was not to be seen."""

from __future__ import annotations

import numpy as np
import pytest

from dreamcore.picture import Picture, shrink
from dreamcore.sample import landscape


def picture(width: int, height: int) -> Picture:
    return Picture(rgb=landscape(width, height), alpha=None, format="PNG", notes=("a note",))


@pytest.mark.parametrize(
    ("size", "expected"),
    [((400, 300), (100, 75)), ((300, 400), (75, 100)), ((1000, 4), (100, 1)), ((3, 900), (1, 100))],
)
def test_the_longer_side_is_as_long_as_asked_for_and_the_shape_stays(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    small = shrink(picture(*size), 100)
    assert (small.width, small.height) == expected
    assert (small.format, small.notes) == ("PNG", ("a note",))


def test_it_looks_the_same() -> None:
    large = picture(400, 300)
    blocks = large.rgb.reshape(75, 4, 100, 4, 3).mean(axis=(1, 3))
    assert np.abs(shrink(large, 100).rgb - blocks).mean() < 4


def test_a_small_picture_is_left_alone() -> None:
    small = picture(100, 60)
    assert shrink(small, 100) is small


def test_hidden_colour_does_not_bleed_into_what_is_visible() -> None:
    rgb = np.zeros((200, 200, 3), np.uint8)
    rgb[:, :101] = (0, 200, 0)
    rgb[:, 101:] = (255, 0, 0)  # under alpha 0
    alpha = np.where(np.arange(200) < 101, np.uint8(255), np.uint8(0))[None, :].repeat(200, 0)
    small = shrink(Picture(rgb=rgb, alpha=alpha, format="PNG"), 50)
    assert small.alpha is not None
    visible = small.rgb[small.alpha > 20]
    assert visible[:, 0].max() < 20
    assert visible[:, 1].min() > 180
