"""Pictures out of noise: the same ones again, in parts or at once, that show what they should."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from dreamcore.errors import Cancelled, OutOfMemory
from dreamcore.imagining.aims import shared_places
from dreamcore.imagining.glances import Glance, glanced
from dreamcore.imagining.imagine import Imagined, imagine
from dreamcore.imagining.manners import DRAWINGS, PHOTOGRAPHS, Manner
from dreamcore.imagining.recipe import ImagineRecipe
from dreamcore.imagining.spectrum import Waves, drawn, enlarged
from dreamcore.networks import Network, random_weights
from dreamcore.pausing import Paused, never
from dreamcore.progress import Progress

CPU = torch.device("cpu")
SMALL = "size=64 steps=6 seed=3 precision=fp32"


def made(network: Network, text: str, **options: object) -> Imagined:
    result = imagine(ImagineRecipe.parse(text), network=network, device=CPU, **options)  # type: ignore[arg-type]
    assert isinstance(result, Imagined)
    return result


def named(network: Network, rgb: NDArray[np.uint8]) -> list[str]:
    """What a network sees in a picture, the likeliest first."""
    logits = network.classify(torch.from_numpy(rgb.copy()).permute(2, 0, 1)[None] / 255)[0]
    return [network.classes[k] for k in logits.argsort(descending=True).tolist()]


@pytest.mark.parametrize("name", ["owl", "castle"])
def test_a_network_sees_what_it_imagined(daydream: Network, name: str) -> None:
    picture = made(daydream, f"{name} seed=5 size=96 precision=fp32")
    assert picture.rgb.shape == (96, 96, 3)
    assert named(daydream, picture.rgb)[0] == name


@pytest.mark.weights("bvlc_googlenet.pth", "squeezenet1_1.pth")
def test_another_network_sees_it_too(inception_v1: Network) -> None:
    """The whole figure is `python -m benchmarks imagining`."""
    from dreamcore.networks import load

    picture = made(inception_v1, "goldfish seed=5 size=128 steps=40 precision=fp32")
    assert "goldfish" in named(load("squeezenet1_1", download=False), picture.rgb)[:5]


def test_pictures_are_neither_mush_nor_neon(daydream: Network) -> None:
    for text in ("cat, castle", "layer=textures", "4a:7"):
        values = made(daydream, f"{text} seed=2 size=64 steps=30 precision=fp32").rgb / 255
        assert 0.12 < values.std() < 0.4, text
        assert ((values < 0.01) | (values > 0.99)).mean() < 0.15, text
        assert 0.2 < values.mean() < 0.8, text


def test_the_same_recipe_makes_the_same_picture(daydream: Network) -> None:
    torch.manual_seed(1)
    first = made(daydream, f"owl {SMALL}")
    torch.manual_seed(2)
    again = made(daydream, first.recipe.text)
    assert np.array_equal(first.rgb, again.rgb)
    assert not np.array_equal(first.rgb, made(daydream, first.recipe.but(seed=4).text).rgb)
    assert again.recipe == first.recipe


def test_it_is_as_large_and_as_wide_as_asked(daydream: Network) -> None:
    assert made(daydream, "owl size=200 steps=2 shape=wide").rgb.shape == (133, 200, 3)
    assert made(daydream, "owl size=96 steps=2 shape=tall").rgb.shape == (96, 64, 3)


def every(count: int) -> Callable[[], bool]:
    """A pause that is due every `count` steps."""
    asked = iter(range(10_000))
    return lambda: next(asked) % count == count - 1


def test_a_picture_made_in_parts_is_the_same_picture(daydream: Network) -> None:
    text = f"owl {SMALL}"
    whole, checkpoint, shares = made(daydream, text), None, []
    for _ in range(100):
        part = imagine(ImagineRecipe.parse(text), network=daydream, device=CPU, checkpoint=checkpoint, pause=every(4))
        if isinstance(part, Imagined):
            break
        checkpoint = part.checkpoint
        shares.append(part.share)
    assert isinstance(part, Imagined)
    assert len(shares) >= 2
    assert shares == sorted(shares)
    assert np.array_equal(part.rgb, whole.rgb)


def test_a_checkpoint_of_something_else_or_damaged_begins_anew(daydream: Network) -> None:
    whole = made(daydream, f"owl {SMALL}")
    other = imagine(ImagineRecipe.parse(f"cat {SMALL}"), network=daydream, device=CPU, pause=every(3))
    assert isinstance(other, Paused)
    for checkpoint in (other.checkpoint, other.checkpoint[:-40], b"nothing", b""):
        assert np.array_equal(made(daydream, f"owl {SMALL}", checkpoint=checkpoint).rgb, whole.rgb)


def test_progress_is_told_of_the_whole_and_goes_on_after_a_pause(daydream: Network) -> None:
    told: list[Progress] = []
    first = imagine(
        ImagineRecipe.parse(f"owl {SMALL}"), network=daydream, device=CPU, pause=every(5), on_progress=told.append
    )
    assert isinstance(first, Paused)
    assert told[-1].share == pytest.approx(first.share)
    made(daydream, f"owl {SMALL}", checkpoint=first.checkpoint, on_progress=told.append)
    shares = [progress.share for progress in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    previews = [progress.preview for progress in told if progress.preview is not None]
    assert previews
    assert previews[0].dtype == np.uint8


def test_it_stops_when_told_to(daydream: Network) -> None:
    steps: list[Progress] = []
    with pytest.raises(Cancelled):
        made(daydream, f"owl {SMALL}", on_progress=steps.append, cancelled=lambda: len(steps) >= 2)
    assert len(steps) == 2


def test_a_size_that_does_not_fit_is_said_before_it_begins(daydream: Network) -> None:
    with pytest.raises(OutOfMemory, match="smaller size="):
        made(daydream, "owl size=1024", memory=1 << 20)


def test_several_share_the_picture_by_their_weights() -> None:
    for weights in ([1.0, 1.0], [2.0, 1.0], [1.0, 1.0, 1.0, 0.5]):
        places = shared_places(weights, 14, 21, direction=0.8)
        assert torch.allclose(places.sum(0), torch.ones(14, 21))
        shares = places.mean((1, 2)) * sum(weights)
        assert torch.allclose(shares, torch.tensor(weights), atol=0.03)
        assert places.amax((1, 2)).min() > 0.8  # each has a place of its own


def test_a_layer_can_be_read_before_its_rectifier() -> None:
    network = random_weights("squeezenet1_1")
    picture = torch.rand(1, 3, 64, 64)
    for layer in ("features.3", "features.3.squeeze_activation", "features.3.squeeze"):
        before = network.prepare((layer,), device=CPU, rectified=False)(picture)[layer]
        after = network.prepare((layer,), device=CPU)(picture)[layer]
        expected = before.relu() if layer != "features.3.squeeze" else before
        assert float(before.min()) < 0
        assert torch.allclose(after, expected, atol=1e-5)


@pytest.mark.weights("bvlc_googlenet.pth")
def test_a_channel_that_noise_leaves_silent_wakes(inception_v1: Network) -> None:
    layer, channel = "inception_4a/output", 258
    rgb = made(inception_v1, f"layer={layer} channel={channel} size=96 steps=24 seed=1 precision=fp32").rgb
    seen = torch.from_numpy(rgb.copy()).permute(2, 0, 1)[None] / 255
    eye = inception_v1.prepare((layer,), device=CPU)
    answer = eye(seen)[layer][0, channel].mean()
    silent = eye(torch.full((1, 3, 96, 96), 0.5) + 0.01 * torch.randn(1, 3, 96, 96))[layer][0, channel].mean()
    assert float(silent) == 0
    assert float(answer) > 20


@pytest.mark.parametrize("manner", [PHOTOGRAPHS, DRAWINGS])
def test_sizes_grow_to_the_one_asked_for(manner: Manner) -> None:
    for side in (64, 128, 384, 1024):
        octaves = manner.octaves(side, 2 * side, 50)
        heights = [octave.height for octave in octaves]
        assert heights == sorted(heights)
        assert heights[-1] == min(side, manner.last_side or side)
        assert all(octave.width == pytest.approx(2 * octave.height, abs=1) for octave in octaves)


def test_a_picture_stays_itself_at_a_larger_size() -> None:
    small, large = (Waves(side, side, PHOTOGRAPHS, CPU) for side in (33, 66))
    coefficients = drawn(2, small, 0.1, torch.Generator().manual_seed(1))
    before = small.seen(coefficients)
    after = large.seen(enlarged(coefficients, small, large))[:, :, ::2, ::2]
    assert torch.allclose(before, after, atol=1e-5)


def test_contrast_is_held_however_much_is_added() -> None:
    waves = Waves(48, 48, PHOTOGRAPHS, CPU)
    coefficients = drawn(3, waves, 50.0, torch.Generator().manual_seed(1))
    coefficients[0] *= 1e-4
    held = waves.held(coefficients, 1.2)
    spread = waves.seen(held).std((1, 2, 3))
    assert float(spread.max()) < 1.5
    assert torch.allclose(held[0], coefficients[0])  # what is calm anyway stays as it is
    assert float(waves.seen(held).mean((1, 2, 3)).abs().max()) < 0.6


def test_a_glance_shows_the_picture_turned_and_tells_its_slope_back() -> None:
    picture = torch.nn.functional.interpolate(
        torch.rand(1, 3, 8, 12, generator=torch.Generator().manual_seed(1)), (64, 96), mode="bicubic"
    )
    same = glanced(picture, Glance(0.0, 0.0, 0.0, 1.0))
    assert torch.allclose(same, picture, atol=1e-5)
    shifted = glanced(picture, Glance(3.0, 5.0, 0.0, 1.0))
    assert torch.allclose(shifted[:, :, 4:50, 4:80], picture[:, :, 7:53, 9:85], atol=1e-4)

    seen = picture.clone().requires_grad_(True)
    wanted = torch.nn.functional.interpolate(torch.randn(1, 3, 8, 12), (64, 96), mode="bicubic")
    turned = Glance(2.0, -3.0, math.radians(7), 1.06)
    (slope,) = torch.autograd.grad((glanced(seen, turned) * wanted).sum(), seen)
    # Moving along the slope by a little must raise the value by what the slope says.
    direction = torch.nn.functional.interpolate(torch.randn(1, 3, 8, 12), (64, 96), mode="bicubic")
    direction[:, :, :10] = direction[:, :, -10:] = 0
    direction[:, :, :, :10] = direction[:, :, :, -10:] = 0
    with torch.no_grad():
        rise = ((glanced(picture + direction, turned) - glanced(picture, turned)) * wanted).sum()
    assert float((slope * direction).sum()) == pytest.approx(float(rise), rel=0.05)


def test_pause_is_never_asked_for_where_nobody_else_waits() -> None:
    assert not never()


def test_the_command_line_imagines_and_takes_recipes_on(tmp_path: Path) -> None:
    from dreamcore.__main__ import main
    from dreamcore.picture import decode, read_recipe

    first, again = tmp_path / "owl.png", tmp_path / "again.png"
    assert main(["imagine", "owl", str(first), "network=daydream", *SMALL.split(), "--quiet"]) == 0
    assert (read_recipe(first.read_bytes()) or "").startswith("imagine network=daydream classes=owl ")
    assert main(["imagine", str(again), "--recipe-of", str(first), "--quiet"]) == 0
    assert np.array_equal(decode(first.read_bytes()).rgb, decode(again.read_bytes()).rgb)
    assert main(["imagine", "fox", "bee:0.5", str(tmp_path), "network=daydream", *SMALL.split(), "--quiet"]) == 2
    assert main(["imagine", "fox,", "bee:0.5", str(tmp_path), "network=daydream", *SMALL.split(), "--quiet"]) == 0
    assert (tmp_path / "fox-bee-0.5.png").is_file()


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["owl"], "Say where the picture goes: imagine owl owl.png"),
        (["owl", "out.gif"], "gif"),
        (["owl", "nowhere/out.png"], "There is no folder nowhere"),
        (["howl", "out.png", "network=daydream"], "Did you mean owl"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_sentence(
    arguments: list[str],
    needed: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from dreamcore.__main__ import main

    monkeypatch.chdir(tmp_path)
    assert main(["imagine", *arguments]) == 2
    (said,) = capsys.readouterr().err.strip().splitlines()
    assert needed in said
    assert list(tmp_path.iterdir()) == []
