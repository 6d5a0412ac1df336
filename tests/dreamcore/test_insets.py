"""A picture in the corner of a larger buffer: its gradient is shaped as if it were alone."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from dreamcore import gradients, insets
from tests.dreamcore.conftest import CPU

#: Odd, even, on the grid, too small for a pyramid, with a pixel between two strips.
SIZES = [(75, 101), (76, 64), (33, 190), (14, 40), (7, 9), (1, 30)]


def laid_in(height: int, width: int, values: Tensor) -> tuple[Tensor, tuple[insets.Inset, ...]]:
    """`values` in a buffer of noise, with its tables; the buffer had held a picture of another size before."""
    sides = insets.side_on_grid(height + 16), insets.side_on_grid(width + 16)
    tables = insets.Tables(*sides, insets.bands_of(height, width), CPU)
    tables.take(*tables.fill(sides[0] - 16, sides[1] - 17))
    tables.take(*tables.fill(height, width))
    buffer = torch.randn(1, 3, *sides) * 100
    buffer[:, :, :height, :width] = values
    return buffer, tables.levels


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["none", "gaussian", "laplacian", "balanced", "chroma"])
def test_smoothing_knows_where_the_picture_ends(size: tuple[int, int], kind: str) -> None:
    torch.manual_seed(1)
    slope = torch.randn(1, 3, *size)
    for progress in (0.0, 0.7):
        right = gradients.smoothed(slope.clone(), kind, progress)
        buffer, levels = laid_in(*size, slope)
        bells = torch.tensor([insets.bell_weights(factor * (1.2 - 0.7 * progress)) for factor in (1, 2)])
        got = insets.smoothed(buffer, kind, levels, bells)[:, :, : size[0], : size[1]]
        assert torch.allclose(got, right, atol=1e-5 * float(right.abs().max()))


@pytest.mark.parametrize("kind", ["mean", "std"])
def test_what_lies_beyond_the_picture_does_not_count_for_a_step_s_length(kind: str) -> None:
    torch.manual_seed(2)
    slope, weight = torch.randn(1, 3, 75, 101), torch.rand(1, 1, 75, 101)
    buffer, levels = laid_in(75, 101, slope)
    right = gradients.normalised(slope.clone(), kind)
    got = insets.normalised(buffer.clone(), kind, levels[0], None)[:, :, :75, :101]
    assert torch.allclose(got, right, atol=1e-5)
    # With a region, which the whole buffer's weight has made nothing of elsewhere.
    whole = torch.zeros(1, 1, *buffer.shape[2:])
    whole[:, :, :75, :101] = weight
    right = gradients.normalised(slope * weight, kind, weight.mean())
    got = insets.normalised(buffer * whole, kind, levels[0], whole)[:, :, :75, :101]
    assert torch.allclose(got, right, atol=1e-5)


def test_a_flat_picture_stays_one() -> None:
    buffer, levels = laid_in(40, 40, torch.zeros(1, 3, 40, 40))
    buffer[:, :, 40:] = buffer[:, :, :, 40:] = 0
    shaped = insets.normalised(insets.smoothed(buffer, "laplacian", levels, torch.zeros(2, 7)), "mean", levels[0], None)
    assert float(shaped.abs().max()) == 0
    assert math.isfinite(float(shaped.sum()))
