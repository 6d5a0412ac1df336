"""What will be done, before it is: device defaults, octaves, the network's eye, the windows that memory holds."""

from __future__ import annotations

import torch

from dreamcore.devices import available_memory, native_bf16
from dreamcore.errors import OutOfMemory
from dreamcore.networks import Eye, Network
from dreamcore.octaves import Octave, looked_at_size, pyramid
from dreamcore.recipe import READS_CLASSES, ResolvedRecipe
from dreamcore.resolve import DeviceDefaults, working_size
from dreamcore.sentences import Sentence, decimal
from dreamcore.tiles import Box, Canvas, canvas_for

FINISHING_STEPS = 2  #: made at an intermediate size, tiled, when the picture is more than twice as large as dreamt
MEMORY_SHARE = 0.5  #: of what is available, where the caller names no budget
#: No network of the catalogue takes half as much for a step (vgg19 1100, inception_v1 580): where there is so much for
#: every pixel, what a step takes need not be measured.
MOST_BYTES_PER_PIXEL = 3000
ALLOCATOR = 1.6  #: what a process takes for every byte that a step uses at once: freed blocks wait for their next use
SIZE_BY_DEVICE = {"cpu": 1024, "cuda": 2048, "mps": 1280}


def device_defaults(device: torch.device) -> DeviceDefaults:
    """What a recipe gets on this device where it does not say."""
    return DeviceDefaults(
        size=SIZE_BY_DEVICE.get(device.type, 1024), precision="bf16" if native_bf16(device) else "fp32"
    )


def memory_budget(device: torch.device, given: int | None) -> int:
    """Bytes that a step may take beside the picture's own buffers: as given, or a share of what there is."""
    return given if given is not None else int(MEMORY_SHARE * available_memory(device))


def octaves_of(recipe: ResolvedRecipe, height: int, width: int) -> tuple[Octave, ...]:
    """The octaves at which a picture of this size is dreamt; the last may be the finishing one, beyond `size`."""
    dreamt = working_size(height, width, recipe.size)
    octaves = pyramid(
        *looked_at_size(*dreamt, recipe.octave_scale, recipe.features),
        schedule=recipe.schedule,
        steps=recipe.steps,
        octaves=recipe.octaves,
        scale=recipe.octave_scale,
    )
    ratio = max(height, width) / max(dreamt)
    if ratio <= 2:
        return octaves
    # Twice the size dreamt at the most: further up steps cost too much for what they add.
    larger = min(ratio**0.5, 2.0)
    finishing = Octave(round(dreamt[0] * larger), round(dreamt[1] * larger), FINISHING_STEPS)
    return (*octaves, finishing) if finishing.pixels > octaves[-1].pixels else octaves


def cropped(octaves: tuple[Octave, ...], height: int, width: int, part: Box) -> tuple[Octave, ...]:
    """The octaves of a `part` of the picture, with everything in it as large as in those of the whole."""
    return tuple(
        Octave(
            max(1, round(octave.height * part.height / height)),
            max(1, round(octave.width * part.width / width)),
            octave.steps,
        )
        for octave in octaves
    )


def canvas_of(octave: Octave, eye: Eye, jitter: int, window: int | None, *, wraps: bool = False) -> Canvas:
    """What the network is shown at an octave."""
    return canvas_for(
        octave.height,
        octave.width,
        jitter=jitter,
        stride=eye.stride,
        minimum_side=eye.minimum_side,
        halo=eye.halo,
        largest_window=window,
        wraps=wraps,
    )


def largest_window(eye: Eye, budget: int, octave: Octave) -> int | None:
    """Pixels of the largest window for which one step stays within `budget` bytes; None where any does.

    Raises OutOfMemory where the whole of `octave` does not fit, and the layer cannot be dreamt in tiles.
    """
    if octave.pixels * MOST_BYTES_PER_PIXEL <= budget:
        return None
    with torch.enable_grad():  # a step is watched once, to see what it takes
        needed = step_bytes(eye, octave.height, octave.width)
    if needed <= budget:
        return None
    if eye.whole_picture:
        raise OutOfMemory(
            Sentence(
                "This layer looks at the whole picture at once, so it cannot be dreamt in tiles, and {width}x{height} "
                "needs about {memory} GiB: ask for a smaller size= or a layer before it.",
                width=octave.width,
                height=octave.height,
                memory=decimal(f"{needed / 2**30:.1f}"),
            )
        )
    return max(1, int(budget / needed * octave.pixels))


def step_bytes(eye: Eye, height: int, width: int) -> int:
    """What a process takes for one step on a window of this size, beside the picture's own buffers."""
    return int(ALLOCATOR * eye.activation_bytes(height, width))


def eye_for(network: Network, recipe: ResolvedRecipe, device: torch.device) -> Eye:
    """The part of the network that the recipe looks through."""
    logits = recipe.objective in READS_CLASSES
    layers = () if logits else tuple(term.name for term in recipe.layer)
    return network.prepare(layers, device=device, precision=recipe.precision, logits=logits)
