"""Dreams on an NVIDIA GPU: `pytest tests/dreamcore/test_cuda.py` on a machine with one is the whole check.

What can be checked without a GPU is in `test_insets`, `test_replays` and `test_readback`. Speed is `make bench`'s.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from dreamcore import ascent, dreaming
from dreamcore.ascent import Look, OctaveState, Shaping
from dreamcore.devices import undisturbed
from dreamcore.dreaming import Dream, begin_dream, dream
from dreamcore.estimating import estimate
from dreamcore.insets import side_on_grid
from dreamcore.networks import Network, random_weights
from dreamcore.objectives import Objective
from dreamcore.progress import Progress
from dreamcore.recipe import Recipe
from dreamcore.replays import Replays, replays_of
from dreamcore.sample import landscape
from dreamcore.tiles import Box, Canvas, Tile
from tests.dreamcore.conftest import picture_of

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no NVIDIA GPU")

LAYERS = {"daydream": "mixed4c", "inception_v1": "inception_4c/output"}
CLASSIC = "schedule=classic steps=10 octaves=4 octave_scale=1.4 seed=1"
LOOKS = (Look(3, 11), Look(16, 0), Look(7, 2))


@pytest.fixture(scope="module")
def gpu() -> torch.device:
    return torch.device("cuda", torch.cuda.current_device())


@pytest.fixture(scope="module")
def inception() -> Network:
    """Of the right shape, with the normalisation that torch would do at random; weights cost nothing here."""
    return random_weights("inception_v1")


@pytest.fixture(params=["daydream", "inception_v1"])
def network(request: pytest.FixtureRequest, daydream: Network, inception: Network) -> Network:
    return daydream if request.param == "daydream" else inception


@pytest.fixture(autouse=True)
def _from_nothing(request: pytest.FixtureRequest) -> Iterator[None]:
    networks = [request.getfixturevalue(name) for name in ("daydream", "inception")]
    yield
    for network in networks:
        kept_of(network, torch.device("cuda", torch.cuda.current_device())).forget()
    torch.cuda.set_per_process_memory_fraction(1.0)
    torch.cuda.empty_cache()


def kept_of(network: Network, gpu: torch.device) -> Replays:
    kept = replays_of(gpu, network)
    assert kept is not None
    return kept


def dreamt(network: Network, gpu: torch.device, text: str, *, size: tuple[int, int] = (320, 256), **how: Any) -> Dream:
    recipe = Recipe.parse(f"layer={LAYERS[network.info.name]} {text}")
    return dream(picture_of(landscape(*size)), recipe, network=network, device=gpu, **how)


def change(network: Network, gpu: torch.device, precision: str, replayed: bool) -> Tensor:
    """What three steps at one octave add, replayed or made one by one, with all else alike."""
    height, width = 300, 420
    base = torch.from_numpy(landscape(width, height).copy()).permute(2, 0, 1)[None].to(gpu)
    octave, layer = OctaveState(base, None), LAYERS[network.info.name]
    sides = side_on_grid(height + 32), side_on_grid(width + 32)
    whole = Box(0, 0, *sides)
    before = octave.picture.clone()
    ascend = kept_of(network, gpu).ascend if replayed else ascent.ascend
    noise = torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(1)).to(gpu)
    with undisturbed(gpu):
        ascend(
            octave,
            eye=network.prepare([layer], device=gpu, precision=precision),
            objective=Objective("energy", ((layer, 1.0),)),
            canvas=Canvas(*sides, (Tile(whole, whole),)),
            looks=LOOKS,
            noise=noise * ascent.NOISE,
            size=torch.tensor(0.01, device=gpu),
            shaping=Shaping(smoothing="laplacian", normalisation="mean"),
            margin=8,
            after_step=lambda step, value: None,
        )
    return octave.picture - before


@pytest.mark.parametrize(("precision", "tolerance"), [("fp32", 1e-3), ("bf16", 0.1)])
def test_a_replayed_step_is_the_step(network: Network, gpu: torch.device, precision: str, tolerance: float) -> None:
    right = change(network, gpu, precision, replayed=False)
    made = change(network, gpu, precision, replayed=True)
    kept = kept_of(network, gpu)
    assert (kept.recorded, kept.replayed > 0) == (1, True)
    assert float((made - right).norm() / right.norm()) < tolerance
    again = change(network, gpu, precision, replayed=True)  # now no step is made by itself
    assert float((again - made).norm() / made.norm()) < 1e-5


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_the_same_recipe_gives_the_same_bytes(network: Network, gpu: torch.device, precision: str) -> None:
    """Whether its steps were recorded before, are recorded now, or memory was given back in between."""
    first = dreamt(network, gpu, f"precision={precision} seed=4")
    assert np.array_equal(dreamt(network, gpu, f"precision={precision} seed=4").rgb, first.rgb)
    assert kept_of(network, gpu).forget()
    assert np.array_equal(dreamt(network, gpu, f"precision={precision} seed=4").rgb, first.rgb)


def gain(network: Network, gpu: torch.device, before: NDArray[np.uint8], after: NDArray[np.uint8]) -> float:
    layer = LAYERS[network.info.name]
    eye = network.prepare([layer], device=gpu)
    found = []
    for rgb in (before, after):
        seen = torch.from_numpy(rgb.copy()).permute(2, 0, 1)[None].to(gpu).float() / 255
        with torch.no_grad():
            halves = (seen, F.interpolate(seen, scale_factor=0.5, mode="area"))
            found.append(np.prod([float(eye(x)[layer].float().square().mean()) for x in halves]) ** 0.5)
    return float(found[1] / found[0])


def test_a_replayed_dream_gains_as_much(daydream: Network, gpu: torch.device, monkeypatch: pytest.MonkeyPatch) -> None:
    before = landscape(400, 300)
    gains: dict[bool, list[float]] = {True: [], False: []}
    for replayed in (True, False):
        if not replayed:
            monkeypatch.setattr(dreaming, "ascend_on", lambda *_: ascent.ascend)
        for seed in (1, 2, 3):
            made = dreamt(daydream, gpu, f"seed={seed}", size=(400, 300))
            gains[replayed].append(gain(daydream, gpu, before, made.rgb))
    assert np.mean(gains[True]) == pytest.approx(np.mean(gains[False]), rel=0.1)


def test_bf16_sees_what_fp32_sees(network: Network, gpu: torch.device) -> None:
    """The first step's gradient, before ascent makes chaos of it: with the first convolution in float32."""
    layer = LAYERS[network.info.name]
    seen = torch.from_numpy(landscape(320, 256).copy()).permute(2, 0, 1)[None].to(gpu).float() / 255
    slopes = []
    with undisturbed(gpu), torch.enable_grad():
        for precision in ("fp32", "bf16"):
            x = seen.clone().requires_grad_(True)
            value = network.prepare([layer], device=gpu, precision=precision)(x)[layer].float().square().sum()
            slopes.append(torch.autograd.grad(value, x)[0].flatten())
    assert float(F.cosine_similarity(*slopes, dim=0)) > 0.95


def test_tf32_is_used_where_it_is_asked_for(daydream: Network, gpu: torch.device) -> None:
    if torch.cuda.get_device_capability(gpu) < (8, 0):
        pytest.skip("this GPU has no TF32")
    exact, rounded = (dreamt(daydream, gpu, f"precision={name} seed=1 steps=2") for name in ("fp32", "tf32"))
    assert not np.array_equal(exact.rgb, rounded.rgb)
    assert exact.change == pytest.approx(rounded.change, rel=0.05)


def test_pictures_of_about_a_size_share_what_was_recorded(daydream: Network, gpu: torch.device) -> None:
    kept = kept_of(daydream, gpu)
    sizes = [(500, 380), (512, 384), (505, 391), (384, 512), (380, 500), (390, 509)]
    for size in sizes:
        dreamt(daydream, gpu, "seed=1 octaves=4", size=size)
    recorded, kinds = kept.recorded, len(kept)
    assert recorded == kinds < 4 * len(sizes) * 2 / 3
    for size in sizes:
        dreamt(daydream, gpu, "seed=2 octaves=4 strength=0.7", size=size)
    assert (kept.recorded, len(kept)) == (recorded, kinds)


def test_nothing_waits_for_the_gpu_between_upload_and_end(network: Network, gpu: torch.device) -> None:
    text = f"layer={LAYERS[network.info.name]} seed=1"
    picture = picture_of(landscape(320, 256))
    for warm in (True, False):
        torch.cuda.synchronize()
        torch.cuda.set_sync_debug_mode("default" if warm else "error")
        try:
            waiting = begin_dream(picture, Recipe.parse(text), network=network, device=gpu)
        finally:
            torch.cuda.set_sync_debug_mode("default")
        assert waiting().rgb.shape == picture.rgb.shape


def test_steps_that_are_made_one_by_one_do_not_wait_either(
    network: Network, gpu: torch.device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dreaming, "ascend_on", lambda *_: ascent.ascend)
    test_nothing_waits_for_the_gpu_between_upload_and_end(network, gpu)


def test_progress_is_told_in_order_and_can_stop_it(daydream: Network, gpu: torch.device) -> None:
    told: list[Progress] = []
    dreamt(daydream, gpu, "seed=1", on_progress=told.append)
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)
    assert told[-1].share == 1
    assert all(np.isfinite(progress.loss) for progress in told)
    assert any(progress.preview is not None and progress.preview.std() > 5 for progress in told)


def test_a_large_dream_stays_within_its_memory(inception: Network, gpu: torch.device) -> None:
    dreamt(inception, gpu, "seed=1 steps=1 octaves=1", size=(128, 128))  # what libraries take at their first use
    kept_of(inception, gpu).forget()
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats(gpu)
    dreamt(inception, gpu, f"precision=bf16 {CLASSIC}", size=(1024, 1024))
    assert torch.cuda.max_memory_reserved(gpu) <= 1 << 30


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("side", [512, 1024])
def test_what_a_step_takes_is_known_beforehand(network: Network, gpu: torch.device, precision: str, side: int) -> None:
    layer = LAYERS[network.info.name]
    eye = network.prepare([layer], device=gpu, precision=precision)
    x = torch.rand(1, 3, side, side, device=gpu).contiguous(memory_format=torch.channels_last).requires_grad_(True)
    expected = eye.activation_bytes(side, side)

    def step() -> Tensor:
        return torch.autograd.grad(eye(x)[layer].float().square().sum(), x)[0]

    with undisturbed(gpu), torch.enable_grad():
        step()
        torch.cuda.synchronize()
        before = torch.cuda.memory_allocated(gpu)
        torch.cuda.reset_peak_memory_stats(gpu)
        step()
    assert torch.cuda.max_memory_allocated(gpu) - before == pytest.approx(expected, rel=0.2)


def test_an_estimate_is_right_within_a_fifth(inception: Network, gpu: torch.device) -> None:
    text = f"layer={LAYERS['inception_v1']} precision=bf16 {CLASSIC}"
    expected = estimate(Recipe.parse(text), inception, 1024, 1024, gpu).bytes
    torch.cuda.empty_cache()
    before = torch.cuda.memory_reserved(gpu)
    torch.cuda.reset_peak_memory_stats(gpu)
    dreamt(inception, gpu, f"precision=bf16 {CLASSIC}", size=(1024, 1024))
    assert torch.cuda.max_memory_reserved(gpu) - before == pytest.approx(expected, rel=0.2)


def test_a_gpu_without_room_dreams_in_tiles(
    daydream: Network, gpu: torch.device, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    size, text = (1400, 1400), "seed=1 steps=2 octaves=2 precision=fp32"
    eye = daydream.prepare([LAYERS["daydream"]], device=gpu)
    needed = eye.activation_bytes(*size)
    torch.cuda.empty_cache()
    total = torch.cuda.get_device_properties(gpu).total_memory
    # It says that there is all of it, and gives a third of what one window takes.
    torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved(gpu) + needed / 3 + (96 << 20)) / total, gpu)
    seen = []
    real = ascent.gradient

    def gradient(picture: Tensor, *, canvas: Canvas, **more: Any) -> Any:
        seen.append(len(canvas.tiles))
        return real(picture, canvas=canvas, **more)

    monkeypatch.setattr(ascent, "gradient", gradient)
    with caplog.at_level(logging.WARNING):
        made = dreamt(daydream, gpu, text, size=size)
    assert made.rgb.shape == (1400, 1400, 3)
    assert max(seen) > 1
    assert kept_of(daydream, gpu).bytes < needed  # the recordings of the larger window are gone
