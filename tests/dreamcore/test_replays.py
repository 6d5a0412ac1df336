"""Steps that are recorded and replayed do what steps do, whatever the picture; and nothing fails for them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from dreamcore import ascent, dreaming
from dreamcore.ascent import Look, OctaveState, Shaping
from dreamcore.insets import side_on_grid
from dreamcore.networks import LOGITS, Network
from dreamcore.objectives import Measures, Objective
from dreamcore.recipe import Recipe
from dreamcore.replays import Replays
from dreamcore.sample import landscape
from dreamcore.steps import Kind
from dreamcore.tiles import Box, Canvas, Tile, canvas_for
from tests.dreamcore.conftest import CPU, picture_of
from tests.dreamcore.tape import Tape

ENERGY = Objective("energy", (("mixed4a", 1.0),))
PLAIN = Shaping(smoothing="chroma", normalisation="mean")
SIZE = (70, 91)
LOOKS = (Look(3, 11), Look(16, 0), Look(7, 2))
LIMIT = 1 << 30


def replays(recorder: Tape | None = None, limit: int = LIMIT) -> Replays:
    return Replays(recorder or Tape(), CPU, limit)


def canvas_at(height: int, width: int) -> Canvas:
    """One window, as large as the buffers on the grid: what is compared are steps, not margins."""
    sides = side_on_grid(height + 32), side_on_grid(width + 32)
    whole = Box(0, 0, *sides)
    return Canvas(*sides, (Tile(whole, whole),))


def octave_at(height: int, width: int, weight: Tensor | None = None) -> OctaveState:
    base = torch.from_numpy(landscape(width, height, seed=4).copy()).permute(2, 0, 1)[None]
    return OctaveState(base, None, weight)


def climbed(ascend: Callable[..., Measures], octave: OctaveState, network: Network, **other: Any) -> Tensor:
    """What three steps add to the picture."""
    objective = other.pop("objective", ENERGY)
    logits = objective.kind in ("class", "seen")
    layers = [] if logits else [name for name, _ in objective.layers]
    eye = network.prepare(layers, device=CPU, logits=logits)
    height, width = octave.picture.shape[2:]
    before = octave.picture.clone()
    how: dict[str, Any] = {
        "eye": eye,
        "objective": objective,
        "canvas": canvas_at(height, width),
        "looks": LOOKS,
        "noise": ascent.drawn_noise(height, width, torch.Generator().manual_seed(1)) * ascent.NOISE,
        "size": torch.tensor(0.01),
        "shaping": PLAIN,
        "margin": 8,
        "after_step": lambda step, value: None,
    }
    with torch.no_grad():
        ascend(octave, **(how | other))
    return octave.picture - before


def alike(one: Tensor, other: Tensor, tolerance: float = 1e-3) -> bool:
    """Within `tolerance` of the change's length; rounding alone, over three steps, makes 1e-5 of it."""
    return float(torch.linalg.vector_norm(one - other)) <= tolerance * float(torch.linalg.vector_norm(other))


OBJECTIVES = [
    ENERGY,
    Objective("mean", (("mixed4a", 1.0),), channels=(5, 2)),
    Objective("energy", (("mixed3b", 1.0), ("mixed4a", 0.5))),
    Objective("contrast", (("mixed4a", 1.0),)),
    Objective("class", ((LOGITS, 1.0),), classes=((3, 1.0), (7, -0.5))),
    Objective("seen", ((LOGITS, 1.0),)),
]


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda o: f"{o.kind}-{len(o.layers)}")
def test_a_replayed_step_is_the_step_for_every_objective(daydream: Network, objective: Objective) -> None:
    ours = replays()
    right = climbed(ascent.ascend, octave_at(*SIZE), daydream, objective=objective)
    made = climbed(ours.ascend, octave_at(*SIZE), daydream, objective=objective)
    assert (ours.recorded, ours.replayed) == (1, len(LOOKS) - 1)  # nothing in it waits for the device
    assert alike(made, right)


@pytest.mark.parametrize(
    "shaping",
    [
        Shaping(smoothing="none", normalisation="std"),
        Shaping(smoothing="gaussian", normalisation="mean"),  # narrower with each step
        Shaping(smoothing="laplacian", normalisation="mean"),
        Shaping(smoothing="balanced", normalisation="mean", growth=2.0),  # longer with each step
        Shaping(smoothing="chroma", normalisation="mean", pull=0.1),
    ],
    ids=lambda shaping: f"{shaping.smoothing}-{shaping.pull}",
)
def test_a_replayed_step_is_the_step_for_every_shaping(daydream: Network, shaping: Shaping) -> None:
    weighted = shaping.smoothing in ("none", "laplacian")  # dreamt in a region
    weight = torch.linspace(0, 1, SIZE[1]).expand(1, 1, *SIZE).contiguous() if weighted else None
    ours = replays()
    right = climbed(ascent.ascend, octave_at(*SIZE, weight), daydream, shaping=shaping)
    made = climbed(ours.ascend, octave_at(*SIZE, weight), daydream, shaping=shaping)
    assert ours.replayed == len(LOOKS) - 1
    assert alike(made, right)


def test_pictures_of_other_sizes_use_what_was_recorded(daydream: Network) -> None:
    """Recorded with one picture, jitter, noise and step; none of them is in the recording."""
    ours = replays()
    climbed(ours.ascend, octave_at(*SIZE), daydream)
    for size in [(66, 90), (95, 80), SIZE]:
        other = {"size": torch.tensor(0.02), "looks": LOOKS[::-1]}
        right = climbed(ascent.ascend, octave_at(*size), daydream, **other)
        assert alike(climbed(ours.ascend, octave_at(*size), daydream, **other), right), size
    assert (len(ours), ours.recorded, ours.replayed) == (1, 1, 2 + 3 * 3)


def test_measures_go_from_octave_to_octave(daydream: Network) -> None:
    ours, found = replays(), {}
    for name, ascend in (("right", ascent.ascend), ("made", ours.ascend)):

        def kept(*args: Any, name: str = name, ascend: Any = ascend, **how: Any) -> Measures:
            found[name] = ascend(*args, **how)
            return found[name]

        climbed(kept, octave_at(*SIZE), daydream, objective=OBJECTIVES[-1])
        climbed(kept, octave_at(90, 91), daydream, objective=OBJECTIVES[-1], measures=found[name])
    assert set(found["made"]) == set(found["right"]) == {"seen", "places"}
    for key, value in found["right"].items():
        assert torch.allclose(found["made"][key], value, rtol=1e-3)


def test_a_step_is_shown_as_it_grows(daydream: Network) -> None:
    """Previews read `octave.picture` after each step, and a step's value."""
    seen: dict[str, list[tuple[float, float]]] = {"right": [], "made": []}
    for name, ascend in (("right", ascent.ascend), ("made", replays().ascend)):
        octave = octave_at(*SIZE)

        def look(step: int, value: Tensor, octave: OctaveState = octave, name: str = name) -> None:
            assert octave.picture.shape[2:] == SIZE
            seen[name].append((float(value), float(octave.picture.square().sum())))

        climbed(ascend, octave, daydream, after_step=look)
    assert torch.allclose(torch.tensor(seen["made"]), torch.tensor(seen["right"]), rtol=1e-4)


class Broken(Tape):
    """A recorder that fails, or does something else."""

    def __init__(self, error: Exception | None) -> None:
        super().__init__()
        self.error, self.asked = error, 0

    def record(self, work: Callable[[], None]) -> Callable[[], None]:
        self.asked += 1
        if self.error is not None:
            work()
            raise self.error
        return lambda: None


@pytest.mark.parametrize(
    ("error", "asked"),
    [(RuntimeError("operation not permitted when stream is capturing"), 1), (None, 1), (MemoryError(), 2)],
    ids=["refused", "wrong", "no memory"],
)
def test_what_cannot_be_recorded_is_run(
    daydream: Network, error: Exception | None, asked: int, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = Broken(error)
    ours = replays(recorder)
    right = climbed(ascent.ascend, octave_at(*SIZE), daydream)
    with caplog.at_level(logging.WARNING):
        assert alike(climbed(ours.ascend, octave_at(*SIZE), daydream), right)
        assert alike(climbed(ours.ascend, octave_at(*SIZE), daydream), right)
        climbed(ours.ascend, octave_at(150, 91), daydream)  # another size, another try: only memory may do for it
    assert (ours.recorded, recorder.asked) == (0, asked)
    assert len(caplog.records) == asked


def test_memory_kept_for_others_is_given_back_when_it_is_short(daydream: Network) -> None:
    recorder = Broken(None)
    ours = replays(recorder)
    ours._recorder = Tape()
    climbed(ours.ascend, octave_at(*SIZE), daydream)
    ours._recorder, recorder.error = recorder, torch.OutOfMemoryError("CUDA out of memory")
    climbed(ours.ascend, octave_at(150, 91), daydream)
    assert (len(ours), recorder.forgotten) == (1, 1)


def test_what_is_kept_stays_within_its_limit(daydream: Network) -> None:
    one = replays()
    climbed(one.ascend, octave_at(*SIZE), daydream)
    ours = replays(limit=2 * one.bytes + one.bytes // 2)  # room for two
    sizes = [(70, 91), (70, 155), (70, 91), (155, 91)]
    for size in sizes:
        climbed(ours.ascend, octave_at(*size), daydream)
        assert ours.bytes <= 2 * one.bytes + one.bytes // 2
    assert ours.recorded == 3
    climbed(ours.ascend, octave_at(70, 91), daydream)  # used later than the wide one: still there
    assert ours.recorded == 3
    climbed(ours.ascend, octave_at(70, 155), daydream)
    assert ours.recorded == 4


def test_what_has_a_size_of_its_own_is_not_recorded(daydream: Network) -> None:
    eye = daydream.prepare(["mixed4a"], device=CPU)
    octave, noise = octave_at(*SIZE), torch.zeros(1, 3, *SIZE)

    def kind(**other: Any) -> Kind | None:
        how = {"eye": eye, "objective": ENERGY, "canvas": canvas_at(*SIZE), "shaping": PLAIN, "noise": noise}
        return Kind.of(octave, **(how | other))

    assert kind() is not None
    canvas = {"jitter": 16, "stride": 16, "minimum_side": 32, "halo": 16}
    assert kind(canvas=canvas_for(*SIZE, **canvas, largest_window=None)) == kind()
    assert kind(canvas=canvas_for(*SIZE, **canvas, largest_window=64 * 64)) is None  # tiles
    assert kind(canvas=canvas_for(*SIZE, **canvas, largest_window=None, wraps=True)) is None
    hook = eye.network.register_forward_hook(lambda *_: None)
    assert kind() is None
    hook.remove()
    assert kind() is not None


def test_a_whole_dream_gains_as_much(daydream: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the larger canvas of recorded steps the margins are others, so that pixels differ as between two seeds."""
    picture = picture_of(landscape(120, 90))
    eye = daydream.prepare(["mixed4a"], device=CPU)
    ours, gains = replays(), {}
    for name in ("right", "made"):
        if name == "made":
            monkeypatch.setattr(dreaming, "ascend_on", lambda *_: ours.ascend)
        gains[name] = 1.0
        for seed in (1, 2):
            recipe = Recipe.parse(f"layer=mixed4a precision=fp32 octaves=2 steps=4 seed={seed}")
            made = dreaming.dream(picture, recipe, network=daydream, device=CPU)
            assert made.change == pytest.approx(0.08, rel=0.1)
            with torch.no_grad():
                seen = torch.from_numpy(made.rgb.copy()).permute(2, 0, 1)[None].float() / 255
                gains[name] *= float(eye(seen)["mixed4a"].square().mean()) ** 0.5
    assert ours.replayed > 0
    assert gains["made"] == pytest.approx(gains["right"], rel=0.1)


def test_two_dreams_at_once_do_not_meet(daydream: Network) -> None:
    """A dream that is begun within another's step finds the buffers in use, and does without them."""
    ours, inner = replays(), []

    def begin(step: int, value: Tensor) -> None:
        if step == 2:
            inner.append(climbed(ours.ascend, octave_at(66, 90), daydream))

    right = climbed(ascent.ascend, octave_at(*SIZE), daydream), climbed(ascent.ascend, octave_at(66, 90), daydream)
    assert alike(climbed(ours.ascend, octave_at(*SIZE), daydream, after_step=begin), right[0])
    assert torch.equal(inner[0], right[1])


def test_a_dream_that_is_stopped_leaves_the_next_one_its_turn(daydream: Network) -> None:
    def stop(step: int, value: Tensor) -> None:
        raise KeyboardInterrupt

    ours = replays()
    with pytest.raises(KeyboardInterrupt):
        climbed(ours.ascend, octave_at(*SIZE), daydream, after_step=stop)
    right = climbed(ascent.ascend, octave_at(*SIZE), daydream)
    assert alike(climbed(ours.ascend, octave_at(*SIZE), daydream), right)
    assert ours.replayed == len(LOOKS)
