"""A GPU is never waited for while it has nothing else to do; what is told of it is what it has done."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from dreamcore.dreaming import begin_dream, dream
from dreamcore.errors import Cancelled
from dreamcore.networks import Network
from dreamcore.octaves import Octave
from dreamcore.progress import Progress
from dreamcore.recipe import Recipe
from dreamcore.replays import with_room
from dreamcore.reporting import Reporter
from dreamcore.sample import landscape
from tests.dreamcore.conftest import CPU, picture_of

QUICK = "precision=fp32 steps=2 octaves=2 seed=3"


class Behind:
    """A device that is told more than it has done: it has come as far as `done`, and goes on when it is waited for."""

    def __init__(self) -> None:
        self.told = self.done = self.waits = 0

    def copy(self, values: Tensor) -> Tensor:
        there = torch.full_like(values, float("nan")) if values.is_floating_point() else torch.zeros_like(values)
        self.told += 1
        self._copies = [*getattr(self, "_copies", []), (self.told, there, values.clone())]
        return there

    def mark(self) -> Any:
        self.told += 1
        place, device = self.told, self

        class Mark:
            def query(self) -> bool:
                return device.done >= place

            def synchronize(self) -> None:
                device.waits += device.done < place
                device.goes_on(place)

        return Mark()

    def goes_on(self, place: int) -> None:
        self.done = max(self.done, place)
        for at, there, values in self._copies:
            if at <= self.done:
                there.copy_(values)


def reporter(octave: Octave, device: Behind, told: list[Progress], **other: Any) -> Reporter:
    moments = iter(range(10_000))
    return Reporter((octave,), CPU, told.append, other.get("cancelled"), lambda: float(next(moments)), device)


def test_a_gpu_runs_ahead_of_what_is_told_but_not_far() -> None:
    octave, device, told = Octave(1024, 1024, 60), Behind(), list[Progress]()
    report = reporter(octave, device, told)
    for step in range(60):
        report.step(0, step + 1, torch.tensor(float(step)), lambda: torch.full((1, 3, 4, 4), 0.5))
        made = len(told)
        assert (step + 1 - made) * octave.pixels <= 16 << 20
    assert made < 60  # it was not waited for before there was anything to wait for
    report.finish()
    assert [progress.loss for progress in told] == [float(step) for step in range(60)]  # read after they were there
    assert [progress.step for progress in told] == list(range(1, 61))
    assert told[-1].share == 1
    previews = [progress.preview for progress in told if progress.preview is not None]
    assert all(int(preview.max()) == 128 for preview in previews)
    assert device.waits <= 60


def test_small_steps_are_not_waited_for_at_all() -> None:
    octave, device, told = Octave(64, 64, 30), Behind(), list[Progress]()
    report = reporter(octave, device, told)
    for step in range(30):
        report.step(0, step + 1, torch.tensor(1.0), lambda: torch.zeros(1, 3, 4, 4))
    assert (device.waits, told) == (0, [])
    device.goes_on(device.told)
    report.step(0, 30, torch.tensor(1.0), lambda: torch.zeros(1, 3, 4, 4))
    assert len(told) == 30  # what it has done meanwhile is told without waiting
    assert device.waits == 0


def test_a_dream_is_stopped_though_the_gpu_is_behind() -> None:
    report = reporter(Octave(64, 64, 9), Behind(), [], cancelled=lambda: True)
    with pytest.raises(Cancelled):
        report.step(0, 1, torch.tensor(1.0), lambda: torch.zeros(1, 3, 4, 4))


class NothingRead(TorchDispatchMode):
    """Fails when a value is read: a GPU would be waited for."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        assert func is not torch.ops.aten._local_scalar_dense.default, "a value is read"
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize(
    "recipe",
    [
        "layer=mixed4a",
        "layer=mixed4a channel=3,5 smoothing=laplacian normalisation=std",
        "layer=mixed3b,mixed4a towards=source colours=keep blend=overlay",
        "classes=fish region=centre smoothing=gaussian",
        "objective=seen tile=on",
        "objective=contrast layer=mixed4a features=large",
    ],
)
def test_nothing_is_read_between_upload_and_encoding(daydream: Network, recipe: str) -> None:
    picture = picture_of(landscape(120, 90))
    asked = Recipe.parse(f"{recipe} {QUICK}")
    with NothingRead():
        waiting = begin_dream(picture, asked, network=daydream, device=CPU)
    assert (waiting().rgb == dream(picture, asked, network=daydream, device=CPU).rgb).all()


class Kept:
    """What `Replays` keeps, as far as giving it back goes."""

    def __init__(self, has: bool) -> None:
        self.has = has

    def forget(self) -> bool:
        had, self.has = self.has, False
        return had


def test_memory_kept_for_other_pictures_is_given_back_before_a_dream_is_cut_into_tiles() -> None:
    tries = []

    def work() -> str:
        tries.append(1)
        if kept.has:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return "whole"

    kept: Any = Kept(has=True)
    assert (with_room(kept, work), len(tries)) == ("whole", 2)

    def never() -> str:
        raise torch.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(torch.OutOfMemoryError, match="out of memory"):  # for `within_memory`, which tries tiles
        with_room(kept, never)
    with pytest.raises(torch.OutOfMemoryError):
        with_room(None, never)
