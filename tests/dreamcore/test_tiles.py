"""A picture in tiles is dreamt as the whole: every pixel once, on the layer's grid, with the whole's norms."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from dreamcore.ascent import gradient, measured
from dreamcore.networks import Network
from dreamcore.objectives import Objective
from dreamcore.sample import landscape
from dreamcore.tiles import MARGIN, Box, canvas_for, looked_at, repeated
from tests.dreamcore.conftest import CPU


@given(
    st.integers(1, 700),
    st.integers(1, 700),
    st.integers(0, 64),
    st.sampled_from([1, 4, 8, 16, 32]),
    st.integers(1, 200),
    st.none() | st.integers(1, 400_000),
)
def test_every_pixel_of_the_canvas_belongs_to_exactly_one_tile(
    height: int, width: int, jitter: int, stride: int, halo: int, largest: int | None
) -> None:
    canvas = canvas_for(height, width, jitter=jitter, stride=stride, minimum_side=40, halo=halo, largest_window=largest)
    covered = np.zeros((canvas.height, canvas.width), np.uint8)
    for tile in canvas.tiles:
        core, window = tile.core, tile.window
        covered[core.top : core.bottom, core.left : core.right] += 1
        assert window.top % stride == window.left % stride == 0
        assert window.within(Box(0, 0, canvas.height, canvas.width)) == window
        assert core.within(window) == core
        for near, far, edge in (
            (core.top - window.top, window.bottom - core.bottom, (core.top == 0, core.bottom == canvas.height)),
            (core.left - window.left, window.right - core.right, (core.left == 0, core.right == canvas.width)),
        ):
            assert near >= halo or edge[0] or window.top == 0 or window.left == 0
            assert far >= halo or edge[1] or window.bottom == canvas.height or window.right == canvas.width
    assert covered.min() == covered.max() == 1
    assert canvas.height >= height + 2 * MARGIN + jitter
    assert canvas.width >= width + 2 * MARGIN + jitter


def test_a_window_beyond_the_picture_shows_it_mirrored() -> None:
    picture = torch.arange(30.0).view(1, 1, 5, 6)
    seen = looked_at(picture, Box(-2, -3, 9, 12))
    assert torch.equal(seen, F.pad(picture, (3, 3, 2, 2), mode="reflect"))
    assert torch.equal(
        looked_at(picture, Box(1, -3, 3, 5)), F.pad(picture, (3, 3, 2, 2), mode="reflect")[:, :, 3:6, :5]
    )
    mirrors = looked_at(picture, Box(-9, -7, 30, 25))  # wider than the picture: a mirror shows a mirror
    assert torch.equal(mirrors[:, :, 7:16, 4:16], looked_at(picture, Box(-2, -3, 9, 12)))
    assert torch.equal(mirrors[:, :, :8], mirrors[:, :, 8:16])  # every 2 · 5 - 2 rows
    assert looked_at(picture[:, :, :1, :1], Box(-4, -4, 9, 9)).eq(0).all()


def test_the_noise_stays_with_the_picture_whatever_the_window() -> None:
    texture = torch.randn(1, 3, 7, 5)
    whole = repeated(texture, Box(-10, -10, 40, 40))
    assert torch.equal(repeated(texture, Box(3, 4, 6, 8)), whole[:, :, 13:19, 14:22])


def one_gradient(network: Network, objective: Objective, window: int | None) -> tuple[torch.Tensor, int, float]:
    """One step's gradient on a landscape, the number of tiles, and the objective's value."""
    logits = objective.kind in ("seen", "class")
    layers = () if logits else tuple(name for name, _ in objective.layers)
    eye = network.prepare(layers, device=CPU, precision="fp32", logits=logits)
    picture = torch.from_numpy(landscape(400, 304)).permute(2, 0, 1)[None].float() / 255
    canvas = canvas_for(
        304, 400, jitter=16, stride=eye.stride, minimum_side=eye.minimum_side, halo=eye.halo, largest_window=window
    )
    out = torch.full_like(picture, torch.nan)
    noise = 0.02 * torch.randn(1, 3, 200, 200, generator=torch.Generator().manual_seed(1))
    look = {"eye": eye, "objective": objective, "canvas": canvas, "margins": (MARGIN + 3, MARGIN + 9), "noise": noise}
    with torch.no_grad():
        measures = measured(picture, **look)  # type: ignore[arg-type]
        value, _ = gradient(picture, measures=measures, out=out, **look)  # type: ignore[arg-type]
    return out, len(canvas.tiles), float(value)


@pytest.mark.parametrize(
    "objective",
    [
        Objective("energy", (("mixed4c", 1.0),)),
        Objective("mean", (("mixed4a", 1.0),), channels=(3, 8)),
        Objective("contrast", (("mixed4b", 1.0),)),
        Objective("energy", (("mixed4a", 1.0), ("mixed3a", -0.4))),
        Objective("seen", (("classifier", 1.0),)),
        Objective("class", (("classifier", 1.0),), classes=((3, 1.0), (20, 0.5))),
    ],
    ids=lambda objective: f"{objective.kind} of {len(objective.layers)}",
)
def test_tiles_give_the_whole_pictures_gradient(daydream: Network, objective: Objective) -> None:
    whole, one, value = one_gradient(daydream, objective, None)
    tiled, several, value_tiled = one_gradient(daydream, objective, 240 * 240)
    assert (one, several > 1) == (1, True)
    assert whole.isfinite().all()
    assert tiled.isfinite().all()  # every pixel was written
    assert F.cosine_similarity(whole.flatten(), tiled.flatten(), 0) >= 0.998
    assert value_tiled == pytest.approx(value, rel=0.1)


@pytest.mark.weights("bvlc_googlenet.pth")
def test_tiles_give_the_whole_pictures_gradient_of_the_real_network(inception_v1: Network) -> None:
    objective = Objective("energy", (("inception_4c/output", 1.0),))
    whole, _, _ = one_gradient(inception_v1, objective, None)
    tiled, several, _ = one_gradient(inception_v1, objective, 288 * 288)
    assert several > 1
    assert F.cosine_similarity(whole.flatten(), tiled.flatten(), 0) >= 0.998
