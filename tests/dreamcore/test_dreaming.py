"""A dream, whole: what a person relies on when they post a picture."""

from __future__ import annotations

import io
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from dreamcore.catalogue import LEVELS, catalogue
from dreamcore.dreaming import Dream, dream
from dreamcore.errors import Cancelled, OutOfMemory, RecipeError, UnknownChannel, UnknownClass, UnknownLayer
from dreamcore.networks import Network, load, random_weights
from dreamcore.objectives import Measures, Objective
from dreamcore.picture import Picture, decode, encode
from dreamcore.progress import Progress
from dreamcore.recipe import Recipe
from dreamcore.resolve import DeviceDefaults, resolve
from dreamcore.sample import landscape
from dreamcore.styles import reference_change
from tests.dreamcore.conftest import CPU, picture_of

QUICK = Recipe.parse("precision=fp32 steps=4 seed=3")


def dreamt(picture: Picture, recipe: str, network: Network, **more: object) -> Dream:
    """Quick, where `recipe` does not say otherwise."""
    asked = Recipe.parse(recipe).over(QUICK)
    return dream(picture, asked, network=network, device=CPU, **more)  # type: ignore[arg-type]


def change(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> float:
    return float(np.sqrt(np.mean((before.astype(float) - after.astype(float)) ** 2))) / 255


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("size", [(1, 1), (5, 300), (112, 160)])
def test_strength_zero_gives_the_picture_back(daydream: Network, alpha: bool, size: tuple[int, int]) -> None:
    random = np.random.default_rng(1)
    rgb = random.integers(0, 256, (*size, 3), dtype=np.uint8)
    mask = random.integers(0, 256, size, dtype=np.uint8) if alpha else None
    result = dreamt(picture_of(rgb, mask), "strength=0 size=64", daydream)
    again = decode(encode(result.rgb, result.alpha, format="PNG", recipe=result.recipe.text))
    assert np.array_equal(again.rgb, rgb)
    assert mask is None or np.array_equal(again.alpha, mask)


def test_a_tiny_strength_hardly_changes_the_picture(daydream: Network, photograph: NDArray[np.uint8]) -> None:
    """So strength 0 is the end of a road, not a special case: nothing is lost by the octaves."""
    result = dreamt(picture_of(photograph), "strength=0.001 octaves=3", daydream)
    assert np.abs(result.rgb.astype(int) - photograph).max() <= 2


def test_the_same_recipe_gives_the_same_bytes_whatever_runs_beside_it(
    daydream: Network, photograph: NDArray[np.uint8]
) -> None:
    first = dreamt(picture_of(photograph), "", daydream)
    stop = threading.Event()

    def disturb() -> None:
        while not stop.is_set():
            torch.rand(64, 64).sum().item()

    beside = threading.Thread(target=disturb)
    beside.start()
    try:
        torch.manual_seed(99)
        with torch.inference_mode():
            again = dreamt(picture_of(photograph), first.recipe.text, daydream)
    finally:
        stop.set()
        beside.join()
    assert np.array_equal(first.rgb, again.rgb)
    assert first.recipe == again.recipe
    other = dreamt(picture_of(photograph), "seed=4", daydream)
    assert not np.array_equal(first.rgb, other.rgb)


@pytest.mark.parametrize("layer", ["edges", "textures", "patterns", "parts", "objects"])
def test_strength_one_is_the_levels_reference_and_more_is_more(daydream: Network, layer: str) -> None:
    picture = picture_of(landscape(256, 160))
    changes = []
    for strength in (0.25, 0.5, 1, 2):
        result = dreamt(picture, f"layer={layer} strength={strength}", daydream)
        changes.append(change(picture.rgb, result.rgb))
    assert changes == sorted(changes)
    (name,) = daydream.info.levels[layer]
    assert changes[2] == pytest.approx(reference_change(daydream.info, name), rel=0.25)


def activation_before_and_after(network: Network, layer: str, picture: Picture, result: Dream) -> tuple[float, float]:
    eye = network.prepare((layer,), device=CPU, precision="fp32")
    values = []
    for rgb in (picture.rgb, result.rgb):
        x = torch.from_numpy(rgb.copy()).permute(2, 0, 1)[None].float() / 255
        with torch.no_grad():
            values.append(float(eye(x)[layer].float().square().mean()))
    return values[0], values[1]


@pytest.mark.parametrize("layer", [layer.name for layer in catalogue()["daydream"].layers])
def test_every_layer_of_a_network_can_be_dreamt(daydream: Network, layer: str) -> None:
    picture = picture_of(landscape(80, 64))
    result = dreamt(picture, f"layer={layer} steps=2 octaves=1", daydream)
    before, after = activation_before_and_after(daydream, layer, picture, result)
    assert after > before


@pytest.mark.usefixtures("swept")
@pytest.mark.parametrize("levels", [LEVELS[::4], pytest.param(LEVELS, marks=pytest.mark.soak)], ids=len)
@pytest.mark.parametrize("name", list(catalogue()))
def test_the_levels_of_every_network_can_be_dreamt(name: str, levels: tuple[str, ...]) -> None:
    """By default the first and the last; what a level's gradient is, is compared in networks/test_eye.py.

    The objective rises where the ascent looks. Without jitter, so that it looks at one place all the time: a random
    ConvNeXt's layer norms keep its energy all but constant, and a shift would change it more than any dream.
    """
    network = random_weights(name)
    for level in levels:
        losses: list[float] = []
        recipe = f"layer={level} steps=3 octaves=1 jitter=0 strength=0.3"
        dreamt(
            picture_of(landscape(80, 80)),
            recipe,
            network,
            on_progress=lambda report, into=losses: into.append(report.loss),
        )
        assert losses[-1] > losses[0], level


def test_one_channel_can_be_dreamt_alone(daydream: Network) -> None:
    picture = picture_of(landscape(128, 96))
    result = dreamt(picture, "layer=mixed4b channel=7 steps=8", daydream)
    eye = daydream.prepare(("mixed4b",), device=CPU, precision="fp32")

    def strengths(rgb: NDArray[np.uint8]) -> torch.Tensor:
        with torch.no_grad():
            x = torch.from_numpy(rgb.copy()).permute(2, 0, 1)[None].float() / 255
            return eye(x)["mixed4b"].square().mean((0, 2, 3))

    gain = strengths(result.rgb) / strengths(picture.rgb)
    assert float(gain[7]) > 3 * float(gain.median())


def test_a_class_can_be_dreamt_by_name(daydream: Network) -> None:
    picture = picture_of(landscape(128, 96))
    eye = daydream.prepare((), device=CPU, precision="fp32", logits=True)
    index = daydream.info.find_class("owl")

    def logit(rgb: NDArray[np.uint8]) -> float:
        with torch.no_grad():
            x = torch.from_numpy(rgb.copy()).permute(2, 0, 1)[None].float() / 255
            return float(eye(x)["logits"].mean((2, 3)).log_softmax(1)[0, index])

    result = dreamt(picture, "classes=owl steps=8", daydream)
    assert result.recipe.objective == "class"
    assert logit(result.rgb) > logit(picture.rgb) + 1


def test_a_negative_weight_makes_less_of_a_layer(daydream: Network, photograph: NDArray[np.uint8]) -> None:
    picture = picture_of(photograph)
    gains = []
    for recipe in ("layer=mixed4c,mixed3a", "layer=mixed4c,mixed3a:-1"):
        result = dreamt(picture, f"{recipe} steps=8", daydream)
        before, after = activation_before_and_after(daydream, "mixed3a", picture, result)
        gains.append(after / before)
    assert gains[1] < 0.7 * gains[0]


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_flat_picture_dreams_too(daydream: Network, shade: int) -> None:
    flat = np.full((96, 128, 3), shade, np.uint8)
    result = dreamt(picture_of(flat), "layer=patterns steps=8", daydream)
    moved = np.abs(result.rgb.astype(int) - shade).max(axis=2) > 4
    assert moved.mean() > 0.2


def test_no_frame_is_dreamt_around_the_picture(daydream: Network) -> None:
    picture = picture_of(landscape(256, 256))
    total = np.zeros((256, 256))
    for seed in range(3):
        result = dreamt(picture, f"steps=6 seed={seed} layer=mixed4b", daydream)
        total += np.abs(result.rgb.astype(float) - picture.rgb).mean(axis=2)
    inner = total[32:-32, 32:-32].mean()
    for edge in (total[:4], total[-4:], total[:, :4], total[:, -4:]):
        assert 0.5 * inner < edge.mean() < 1.7 * inner


def test_transparency_stays_and_what_it_hides_is_untouched(daydream: Network, photograph: NDArray[np.uint8]) -> None:
    alpha = np.zeros(photograph.shape[:2], np.uint8)
    alpha[:, 60:] = 255
    alpha[:, 50:60] = 25
    result = dreamt(picture_of(photograph, alpha), "strength=2", daydream)
    assert result.alpha is not None
    assert np.array_equal(result.alpha, alpha)
    assert np.array_equal(result.rgb[:, :50], photograph[:, :50])
    faint = change(photograph[:, 50:60], result.rgb[:, 50:60])
    assert 0 < faint < 0.3 * change(photograph[:, 60:], result.rgb[:, 60:])


def test_hardly_visible_colour_is_hardly_touched(daydream: Network, photograph: NDArray[np.uint8]) -> None:
    random = np.random.default_rng(5)
    colour = random.integers(0, 256, photograph.shape, dtype=np.uint8)
    alpha = np.full(photograph.shape[:2], 3, np.uint8)
    result = dreamt(picture_of(colour, alpha), "strength=2", daydream)
    assert np.abs(result.rgb.astype(int) - colour).max() <= 6


def test_keeping_colours_changes_brightness_alone(daydream: Network, photograph: NDArray[np.uint8]) -> None:
    grey_world = np.clip(photograph // 2 + 60, 0, 255).astype(np.uint8)  # far from black and white: nothing clips
    result = dreamt(picture_of(grey_world), "colours=keep strength=0.5", daydream)
    moved = result.rgb.astype(int) - grey_world
    assert np.abs(moved).max() > 8
    assert np.ptp(moved, axis=2).max() <= 1  # rounding


@pytest.mark.parametrize("ratio", [1.6, 5])
def test_a_larger_picture_keeps_its_size_and_its_own_detail(daydream: Network, ratio: float) -> None:
    width, height = int(128 * ratio), int(96 * ratio)
    picture = picture_of(landscape(width, height))
    result = dreamt(picture, "size=128 layer=patterns", daydream)
    assert result.rgb.shape == picture.rgb.shape
    assert change(picture.rgb, result.rgb) == pytest.approx(reference_change(daydream.info, "mixed4b"), rel=0.45)

    def fine(rgb: NDArray[np.uint8]) -> NDArray[np.floating]:
        plane = rgb.astype(float).mean(axis=2)
        return plane[1:, 1:] - plane[:-1, :-1]

    likeness = np.corrcoef(fine(picture.rgb).ravel(), fine(result.rgb).ravel())[0, 1]
    assert likeness > 0.6


def test_progress_is_told_in_order_and_ends_at_the_end(daydream: Network, photograph: NDArray[np.uint8]) -> None:
    reports: list[Progress] = []
    dreamt(picture_of(photograph), "octaves=2", daydream, on_progress=reports.append)
    assert [r.done for r in reports] == sorted(r.done for r in reports)
    assert reports[-1].done == reports[-1].total
    assert {(r.octave, r.octaves) for r in reports} == {(1, 2), (2, 2)}
    assert all(np.isfinite(r.loss) for r in reports)
    last_of_first = [r.loss for r in reports if r.octave == 1]
    assert last_of_first[-1] > last_of_first[0]
    previews = [r.preview for r in reports if r.preview is not None]
    assert previews
    assert all(p.dtype == np.uint8 and max(p.shape[:2]) <= 256 for p in previews)


def test_a_dream_stops_when_asked(daydream: Network, photograph: NDArray[np.uint8]) -> None:
    reports: list[Progress] = []
    with pytest.raises(Cancelled):
        dreamt(picture_of(photograph), "", daydream, on_progress=reports.append, cancelled=lambda: len(reports) >= 2)
    assert len(reports) == 2


@pytest.mark.parametrize(
    ("recipe", "error", "needed"),
    [
        ("layer=mixed4z", UnknownLayer, "mixed4"),
        ("layer=mixed4c channel=9999", UnknownChannel, "0 to"),
        ("layer=mixed4*,mixed3a channel=1", RecipeError, "exactly one layer"),
        ("classes=owll", UnknownClass, "owl"),
        ("style=dogz", RecipeError, "style"),
        ("objective=class", RecipeError, "needs classes="),
        ("objective=energy classes=owl", RecipeError, "goes with objective"),
        ("layer=* ", RecipeError, "at most 32"),
    ],
)
def test_what_a_network_cannot_do_is_said(
    daydream: Network, photograph: NDArray[np.uint8], recipe: str, error: type[RecipeError], needed: str
) -> None:
    with pytest.raises(error) as caught:
        dreamt(picture_of(photograph), recipe, daydream)
    assert needed in str(caught.value)


def test_a_dream_in_tiles_is_the_same_dream(daydream: Network) -> None:
    """As alike as ascent allows: the same forms in the same places, with no grid of seams."""
    picture = picture_of(landscape(320, 240))
    whole, tiled = (
        dreamt(picture, "layer=mixed4a octaves=2", daydream, memory=memory).rgb.astype(float) - picture.rgb
        for memory in (None, 16 << 20)
    )
    assert np.abs(whole - tiled).max() > 0  # there were tiles
    assert np.corrcoef(whole.ravel(), tiled.ravel())[0, 1] > 0.9


def test_a_layer_that_sees_everything_at_once_says_that_it_cannot_be_tiled() -> None:
    network = random_weights("mobilenet_v3_large")
    with pytest.raises(OutOfMemory, match="cannot be dreamt in tiles"):
        dreamt(picture_of(landscape(256, 256)), "layer=parts", network, memory=1 << 20)


def test_more_octaves_than_fit_are_fewer_and_it_says_so(daydream: Network, photograph: NDArray[np.uint8]) -> None:
    result = dreamt(picture_of(photograph), "octaves=12", daydream)
    assert result.recipe.octaves < 12
    assert any("too small for 12 octaves" in note for note in result.notes)


def test_where_nothing_is_seen_nothing_is_made_more_of() -> None:
    """Half of the places sure of a class, half of nothing at all: only the first are worth a change."""
    logits = torch.zeros(1, 50, 6, 12)
    logits[:, 2, :, :6] = 12.0
    logits.requires_grad_(True)
    seen = Objective("seen", ())
    (slope,) = torch.autograd.grad(seen.value({"logits": logits}, seen.measure({"logits": logits})), logits)
    assert slope[0, :, :, :5].sum(0).min() > 5 * slope[0, :, :, 7:].sum(0).max()


def test_of_what_is_seen_weights_make_more_and_less() -> None:
    logits = torch.zeros(1, 3, 4, 4, requires_grad=True)

    def slopes(weight: float) -> tuple[float, float]:
        seen = Objective("seen", (), classes=((0, 1.0), (1, weight)))
        (slope,) = torch.autograd.grad(seen.value({"logits": logits}, seen.measure({"logits": logits})), logits)
        return float(slope[0, 0].mean()), float(slope[0, 1].mean())

    first, second = slopes(1.0)
    assert first == pytest.approx(second)
    first, second = slopes(3.0)
    assert second > 1.5 * first
    first, second = slopes(-1.0)
    assert second < 0 < first


@pytest.mark.parametrize(("recipe", "looks"), [("objective=seen", 1), ("objective=contrast layer=textures", 3)])
def test_no_octave_asks_again_for_what_the_one_before_has_found(
    recipe: str, looks: int, daydream: Network, photograph: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look costs a third of a step. What the picture is crowded with holds at any size; a layer's sums do not."""
    from dreamcore import ascent

    real, seen = ascent.measured, []

    def counted(picture: torch.Tensor, **more: Any) -> Measures:
        seen.append(picture.shape)
        return real(picture, **more)

    monkeypatch.setattr(ascent, "measured", counted)
    dreamt(picture_of(photograph), f"{recipe} octaves=3 octave_scale=1.2", daydream)
    assert len(seen) == looks


def test_a_step_is_the_one_of_the_textbook(daydream: Network, photograph: NDArray[np.uint8]) -> None:
    """One step, one octave, nothing but g / mean|g|: against the same in double precision, written out."""
    size = 0.004
    eye = daydream.prepare(("mixed4a",), device=CPU, precision="fp32")
    from dreamcore import ascent
    from dreamcore.tiles import MARGIN, canvas_for

    base = torch.from_numpy(photograph.copy()).permute(2, 0, 1)[None].contiguous()
    height, width = photograph.shape[:2]
    canvas = canvas_for(
        height, width, jitter=0, stride=8, minimum_side=eye.minimum_side, halo=eye.halo, largest_window=None
    )
    octave = ascent.OctaveState(base, None)
    with torch.no_grad():
        ascent.ascend(
            octave,
            eye=eye,
            objective=Objective("energy", (("mixed4a", 1.0),)),
            canvas=canvas,
            looks=ascent.drawn_looks(1, 0, torch.Generator()),
            noise=None,
            size=torch.tensor(size),
            shaping=ascent.Shaping(smoothing="none", normalisation="mean"),
            margin=MARGIN,
            after_step=lambda step, value: None,
        )

    below, right = canvas.height - height - MARGIN, canvas.width - width - MARGIN
    x = (base.double() / 255).requires_grad_(True)
    shown = torch.nn.functional.pad(x.detach(), (MARGIN, right, MARGIN, below), mode="reflect").requires_grad_(True)
    reference_network = daydream_in_double()
    activation = reference_network(shown)
    (slope,) = torch.autograd.grad(activation.square().sum(), shown)
    slope = slope[:, :, MARGIN : MARGIN + height, MARGIN : MARGIN + width]
    step = (slope / slope.abs().mean()).clamp(-6, 6)
    expected = (x.detach() + size * step).clamp(0, 1)
    assert torch.allclose(octave.picture.double(), expected, atol=2e-5)


@pytest.mark.parametrize(
    ("schedule", "octaves", "longer"),
    [("rising", 2, 2**0.75), ("rising", 1, 1.0), ("coarse", 2, 1.0), ("classic", 2, 1.0)],
)
def test_an_octaves_steps_grow_longer_where_the_schedule_says_so(
    schedule: str,
    octaves: int,
    longer: float,
    daydream: Network,
    photograph: NDArray[np.uint8],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a recipe of before says is still dreamt as it was: each of its steps is as long as the others."""
    from dreamcore import ascent

    real, moved = ascent.OctaveState.climb, []

    def watched(octave: ascent.OctaveState, *more: Any) -> None:
        before = octave.picture.clone()
        real(octave, *more)
        moved.append(float((octave.picture - before).abs().mean()))

    monkeypatch.setattr(ascent.OctaveState, "climb", watched)
    grey = photograph // 4 + 96  # so far from black and white that nothing is clipped
    how = f"layer=edges smoothing=none steps=4 octaves={octaves} strength=0.2"
    dreamt(picture_of(grey), f"schedule={schedule} {how}", daydream)
    assert moved[3] / moved[0] == pytest.approx(longer, rel=0.03)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("layer=parts", {"schedule=rising", "steps=15", "smoothing=balanced"}),
        ("layer=parts schedule=coarse", {"schedule=coarse", "steps=14", "smoothing=laplacian"}),
        ("layer=parts schedule=classic", {"schedule=classic", "steps=10", "smoothing=laplacian"}),
        ("layer=objects", {"schedule=rising", "smoothing=chroma"}),
    ],
)
def test_what_is_usual_is_told_by_the_recipe(asked: str, told: set[str], daydream: Network) -> None:
    """So that one kept today makes the same picture when something else has become usual."""
    device = DeviceDefaults(size=512, precision="fp32")
    usual = resolve(Recipe.parse(asked), network=daydream.info, height=384, width=512, device=device, seed=1)
    assert told <= set(usual.recipe.text.split())


def daydream_in_double() -> torch.nn.Module:
    """The network up to mixed4a, straight from its definition: no graph, no folding, no channels-last."""
    from dreamcore.networks.daydream import SHIPPED_WEIGHTS, load_daydream

    module, _ = load_daydream(SHIPPED_WEIGHTS)
    module = module.double().eval()
    caught: list[torch.Tensor] = []
    module.get_submodule("mixed4a").register_forward_hook(lambda _m, _i, out: caught.append(out))

    class UpTo(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            module(x)
            return caught.pop()

    return UpTo()


MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16")


@pytest.mark.parametrize("mode", MODES)
def test_strength_zero_is_the_decoded_picture_in_every_mode(daydream: Network, mode: str) -> None:
    colour = Image.fromarray(landscape(60, 40))
    if mode == "LA":
        stored = Image.merge("LA", (colour.convert("L"), colour.getchannel(1)))
    elif mode == "RGBA":
        stored = Image.merge("RGBA", (*colour.split(), colour.getchannel(0)))
    elif mode == "I;16":
        stored = Image.fromarray(np.asarray(colour.convert("L")).astype(np.uint16) * 257)
    else:
        stored = colour.convert(mode)
    file = io.BytesIO()
    stored.save(file, format="TIFF" if mode in ("CMYK", "YCbCr") else "PNG")
    picture = decode(file.getvalue())
    result = dreamt(picture, "strength=0", daydream)
    again = decode(encode(result.rgb, result.alpha, format="PNG", recipe=result.recipe.text))
    assert np.array_equal(again.rgb, picture.rgb)
    assert (again.alpha is None) == (picture.alpha is None) == (mode not in ("LA", "RGBA"))
    assert again.alpha is None or np.array_equal(again.alpha, picture.alpha)


@pytest.mark.weights("bvlc_googlenet.pth")
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_the_real_network_makes_more_of_what_it_sees(inception_v1: Network, precision: str) -> None:
    picture = picture_of(landscape(256, 192))
    result = dreamt(picture, f"style=classic precision={precision} seed=1", inception_v1)
    before, after = activation_before_and_after(inception_v1, "inception_4c/output", picture, result)
    assert after > 3 * before
    assert change(picture.rgb, result.rgb) == pytest.approx(0.054, rel=0.25)


@pytest.mark.weights("bvlc_googlenet.pth")
def test_styles_of_the_real_network_differ(inception_v1: Network) -> None:
    picture = picture_of(landscape(192, 160))
    added = []
    for style in ("classic", "snakes", "strokes", "flowers"):
        result = dreamt(picture, f"style={style} steps=6 seed=1", inception_v1)
        added.append((result.rgb.astype(float) - picture.rgb).ravel())
    likeness = np.corrcoef(np.stack(added))
    assert np.abs(likeness - np.eye(len(added))).max() < 0.7


CATS = {"tabby", "tiger cat", "Egyptian cat", "Persian cat", "lynx", "Siamese cat"}


@pytest.mark.weights("bvlc_googlenet.pth", "squeezenet1_1.pth")
@pytest.mark.parametrize("name", ["inception_v1", "squeezenet1_1"])
def test_a_photograph_of_a_cat_is_seen_as_one(name: str) -> None:
    network = load(name, download=False)
    photo = decode((Path(__file__).parents[1] / "data" / "chelsea.jpg").read_bytes()).rgb
    logits = network.classify(torch.from_numpy(photo.copy()).permute(2, 0, 1)[None].float() / 255)
    likeliest = [network.classes[index].split(",")[0] for index in logits[0].topk(3).indices.tolist()]
    assert CATS & set(likeliest), likeliest
