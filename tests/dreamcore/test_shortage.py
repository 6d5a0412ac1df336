"""Memory that is shorter than it said: smaller tiles, and then a sentence; what else goes wrong stays what it is."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from dreamcore import ascent, planning
from dreamcore.atlas.making import page_tiles
from dreamcore.atlas.pages import atlas_page
from dreamcore.errors import OutOfMemory
from dreamcore.films.making import film
from dreamcore.films.recipe import FilmRecipe
from dreamcore.films.stepping import Dreamer
from dreamcore.imagining.imagine import imagine
from dreamcore.imagining.recipe import ImagineRecipe
from dreamcore.networks import Network
from dreamcore.octaves import Octave
from dreamcore.recipe import Recipe
from dreamcore.resolve import resolve
from dreamcore.sample import landscape
from dreamcore.shortage import NO_MEMORY, ran_out, within_memory
from tests.dreamcore.conftest import CPU, picture_of

SHORTAGES = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."),
    RuntimeError("CUDA error: out of memory"),
    RuntimeError("MPS backend out of memory (MPS allocated: 8.00 GB)"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:117] . DefaultCPUAllocator: can't allocate memory: you tried to"),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    MemoryError(),
]


@pytest.mark.parametrize("error", SHORTAGES, ids=str)
def test_what_does_not_fit_is_tried_with_less_and_then_said(error: Exception) -> None:
    tried: list[int] = []

    def work(budget: int) -> str:
        tried.append(budget)
        if budget > 100:
            raise error
        return "done"

    assert within_memory(work, 1000) == "done"
    assert tried == [1000, 250, 62]
    with pytest.raises(OutOfMemory) as told:
        within_memory(work, 1 << 20)
    assert told.value.sentence == NO_MEMORY
    assert told.value.log == repr(error)


@pytest.mark.parametrize("error", [RuntimeError("CUDA error: an illegal memory access"), KeyError("out of memory")])
def test_other_errors_are_not_taken_for_it(error: Exception) -> None:
    def work(_budget: int) -> None:
        raise error

    assert not ran_out(error)
    with pytest.raises(type(error)):
        within_memory(work, 1000)


def test_the_cpus_own_allocator_is_heard() -> None:
    with pytest.raises(RuntimeError) as raised:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert ran_out(raised.value)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A GPU that has memory for windows of less than 10,000 pixels, though it says otherwise; what was tried."""
    real, windows = ascent.gradient, []

    def gradient(picture: torch.Tensor, *, canvas: Any, **more: Any) -> Any:
        windows.append(max(tile.window.height * tile.window.width for tile in canvas.tiles))
        if windows[-1] > 10_000:
            raise SHORTAGES[0]
        return real(picture, canvas=canvas, **more)

    monkeypatch.setattr(ascent, "gradient", gradient)
    monkeypatch.setattr(planning, "available_memory", lambda device: 8 << 20)
    return windows


def test_a_film_goes_on_with_smaller_tiles_and_does_not_try_the_large_ones_again(
    daydream: Network, short: list[int]
) -> None:
    recipe = resolve(
        Recipe.parse("layer=edges size=128 steps=1 octaves=1 seed=1"),
        network=daydream.info, height=96, width=128, device=planning.device_defaults(CPU), seed=1,
    ).recipe  # fmt: skip
    dreamer = Dreamer(recipe, daydream, CPU, 4 << 20)
    noise = ascent.drawn_noise(96, 128, torch.Generator())
    for _ in range(2):
        dreamer.step(torch.rand(1, 3, 96, 128), Octave(96, 128, 1), ascent.Look(8, 8), noise, 16)
    assert len(short) == 3
    assert short[0] > 10_000 > max(short[1:])


def test_what_cannot_be_made_smaller_says_that_there_is_not_enough(
    daydream: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object, **_named: object) -> None:
        raise SHORTAGES[0]

    monkeypatch.setattr(torch.autograd, "grad", fail)
    with pytest.raises(OutOfMemory, match="smaller size="):
        imagine(ImagineRecipe.parse("size=64 steps=1 seed=1"), network=daydream, device=CPU)
    with pytest.raises(OutOfMemory, match="smaller size="):
        film(picture_of(landscape(64, 48)), FilmRecipe.parse("size=64 frames=2 seed=1"), network=daydream, device=CPU)
    with pytest.raises(OutOfMemory, match="smaller size="):
        page_tiles(atlas_page(daydream.info, None, 1), daydream, CPU)
