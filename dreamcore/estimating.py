"""What a dream will cost, before it is begun: operations, memory, and seconds on this machine."""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch

from dreamcore.guiding import matching_operations
from dreamcore.insets import side_on_grid
from dreamcore.networks import Eye, Network
from dreamcore.picture import Picture
from dreamcore.planning import (
    canvas_of,
    cropped,
    device_defaults,
    eye_for,
    largest_window,
    memory_budget,
    octaves_of,
    step_bytes,
)
from dreamcore.recipe import Recipe, ResolvedRecipe
from dreamcore.resolve import resolve
from dreamcore.subject import part_of

BUFFERS = 3.0  #: of the picture's size, float32: the picture, its gradient, and what is in between
OVER_THE_LIMIT = 1.6  #: a step's time over that of a matrix product of as many operations
FIXED = 700 << 20  #: bytes that the libraries take once they work, of the machine's memory
#: On a GPU, of what a step takes: the memory of recorded steps is kept, the smaller octaves' too, while one is made.
RECORDED = 1.5


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What one dream costs."""

    recipe: ResolvedRecipe
    width: int  #: of the largest octave
    height: int
    octaves: int
    tiles: int  #: at the largest octave
    operations: int  #: multiplications and additions
    bytes: int  #: memory of the whole process at its peak; on a GPU that of the GPU
    seconds: float

    @property
    def sentences(self) -> str:
        """The estimate for a person."""
        tiles = f" in {self.tiles} tiles" if self.tiles > 1 else ""
        return (
            f"Dreamt at up to {self.width}x{self.height} on {self.octaves} octaves{tiles}: "
            f"{self.operations / 1e12:.2f} tera-operations, about {duration(self.seconds)} here, "
            f"at most about {self.bytes / 2**30:.1f} GiB of memory.\n{self.recipe.text}"
        )


def estimate(
    recipe: Recipe,
    network: Network,
    height: int,
    width: int,
    device: torch.device,
    memory: int | None = None,
    *,
    picture: Picture | None = None,
    guide: Picture | None = None,
    mask: Picture | None = None,
) -> Estimate:
    """The cost of dreaming a picture of `height` x `width`; the machine is measured for a tenth of a second.

    picture: where it is known, only the part of it that the recipe's region takes counts.
    """
    resolved = resolve(
        recipe, network=network.info, height=height, width=width, device=device_defaults(device), seed=0
    ).recipe
    eye = eye_for(network, resolved, device)
    octaves = octaves_of(resolved, height, width)
    part = None if picture is None else part_of(picture, mask, resolved, octaves)
    octaves = octaves if part is None else cropped(octaves, height, width, part)
    window = largest_window(eye, memory_budget(device, memory), octaves[-1])
    operations, largest = 0, 0
    for octave in octaves:
        canvas = canvas_of(octave, eye, resolved.jitter, window)
        windows = [(tile.window.height, tile.window.width) for tile in canvas.tiles]
        if device.type == "cuda" and len(windows) == 1:
            windows = [(side_on_grid(canvas.height), side_on_grid(canvas.width))]
        operations += octave.steps * sum(eye.operations(*window) for window in windows)
        if guide is not None:
            operations += octave.steps * matching_operations(guide, resolved, network.info, octave)
        largest = max(largest, *(_step_bytes(eye, device, *window) for window in windows))
    last = octaves[-1]
    return Estimate(
        recipe=resolved,
        width=last.width,
        height=last.height,
        octaves=len(octaves),
        tiles=len(canvas.tiles),
        operations=operations,
        bytes=int((0 if device.type == "cuda" else FIXED) + largest + BUFFERS * 12 * last.pixels + 6 * height * width),
        seconds=OVER_THE_LIMIT * operations / matrix_rate(device, resolved.precision)
        + 0.02 * sum(o.steps for o in octaves),
    )


def _step_bytes(eye: Eye, device: torch.device, height: int, width: int) -> int:
    """What a step on such a window takes, with what is kept for the next ones."""
    if device.type == "cuda":
        return int(RECORDED * eye.activation_bytes(height, width))
    return step_bytes(eye, height, width)


def matrix_rate(device: torch.device, precision: str) -> float:
    """Operations a second of this device's matrix product in this precision, measured."""
    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    side = 1024 if device.type == "cpu" else 4096
    a = torch.rand(side, side, device=device).to(kind)
    best = float("inf")
    for _ in range(4):
        begun = time.perf_counter()
        product = a @ a
        float(product[0, 0])  # waits for a GPU
        best = min(best, time.perf_counter() - begun)
    return float(2 * side**3 / best)


def duration(seconds: float) -> str:
    """Seconds, as a person says them."""
    return f"{seconds:.0f} s" if seconds >= 10 else f"{max(seconds, 0.1):.1f} s"
