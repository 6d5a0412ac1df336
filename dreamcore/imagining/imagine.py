"""The way of a picture out of noise: a recipe in, the picture out."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dreamcore.catalogue import NetworkInfo
from dreamcore.devices import undisturbed
from dreamcore.errors import BadValue, OutOfMemory
from dreamcore.imagining.aims import aim_of
from dreamcore.imagining.growth import Growth, least_side
from dreamcore.imagining.manners import manner_of
from dreamcore.imagining.recipe import ImagineRecipe, ResolvedImagineRecipe
from dreamcore.imagining.resolving import resolve_imagining
from dreamcore.networks import Eye, Network
from dreamcore.octaves import Octave
from dreamcore.pausing import AskPause, Checkpoint, Paused, fingerprint, never, pack, unpack
from dreamcore.planning import MOST_BYTES_PER_PIXEL, device_defaults, memory_budget, step_bytes
from dreamcore.progress import AskCancelled, ReportProgress
from dreamcore.reporting import Reporter
from dreamcore.sentences import Sentence, decimal
from dreamcore.shortage import told

_KIND = "imagine"
_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Imagined:
    """What was imagined, and all that is needed to imagine it again."""

    rgb: NDArray[np.uint8]  #: (H, W, 3)
    recipe: ResolvedImagineRecipe
    notes: tuple[str, ...]  #: each a `Sentence` for the person
    seconds: float  #: of this part, where it was made in several


def imagine(
    recipe: ImagineRecipe,
    *,
    network: Network,
    device: torch.device,
    memory: int | None = None,
    checkpoint: bytes | None = None,
    pause: AskPause = never,
    on_progress: ReportProgress | None = None,
    cancelled: AskCancelled | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Imagined | Paused:
    """Draw what `recipe` asks for out of noise.

    memory: bytes that a step may take. checkpoint: of an earlier part, made with the same resolved recipe. pause and
    cancelled: asked between steps. Raises RecipeError, Cancelled, and OutOfMemory for a size that does not fit.
    """
    begun = clock()
    resolution = resolve_imagining(
        recipe, network=network.info, device=device_defaults(device), seed=secrets.randbelow(2**32)
    )
    resolved = resolution.recipe
    with undisturbed(device), told():
        layers = tuple(term.name for term in resolved.layer or ())
        eye = network.prepare(
            layers,
            device=device,
            precision=resolved.precision,
            logits=not layers,
            rectified=resolved.channel is None,
        )
        growth = Growth(
            _seen_octaves(resolved, network.info, eye),
            manner_of(network.info.family),
            count=1,
            seed=resolved.seed,
            strength=resolved.strength,
            device=device,
        )
        _check_memory(eye, growth.octaves[-1], memory_budget(device, memory))
        source = fingerprint(network.weights)
        _take_up(growth, checkpoint, resolved.text, source)
        reporter = Reporter(growth.octaves, device, on_progress, cancelled, clock)
        reporter.done = growth.done
        aim = aim_of(resolved, network.info)
        while not growth.finished:
            octave, step = growth.octave, growth.made + 1
            value = growth.step(eye, aim)
            reporter.step(octave, step, value, growth.pictures)
            if not growth.finished and pause():
                state, arrays = growth.written()
                data = pack(
                    Checkpoint(state=state, arrays=arrays),
                    kind=_KIND, version=_VERSION, recipe=resolved.text, source=source,
                )  # fmt: skip
                return Paused(checkpoint=data, share=growth.share)
        reporter.finish()
        rgb = _bytes(growth.pictures(*resolved.sides))
    return Imagined(rgb=rgb, recipe=resolved, notes=resolution.notes, seconds=clock() - begun)


def _take_up(growth: Growth, checkpoint: bytes | None, text: str, source: str) -> None:
    found = unpack(checkpoint, kind=_KIND, version=_VERSION, recipe=text, source=source)
    if found is not None:
        growth.taken_up(found.state, found.arrays)


def _seen_octaves(recipe: ResolvedImagineRecipe, network: NetworkInfo, eye: Eye) -> tuple[Octave, ...]:
    """The recipe's octaves that the network can look at."""
    octaves = recipe.octaves(network.family)
    least = least_side(network, eye, octaves)
    seen = tuple(octave for octave in octaves if min(octave.height, octave.width) >= least)
    if not seen:
        height, width = recipe.sides
        size = math.ceil(max(height, width) * least / min(octaves[-1].height, octaves[-1].width))
        raise BadValue("size", str(recipe.size), Sentence("this network sees nothing below {size} pixels", size=size))
    return seen


def _check_memory(eye: Eye, last: Octave, budget: int) -> None:
    if last.pixels * MOST_BYTES_PER_PIXEL <= budget:
        return
    with torch.enable_grad():  # a step is watched once, to see what it takes
        needed = step_bytes(eye, last.height, last.width)
    if needed > budget:
        raise OutOfMemory(
            Sentence(
                "A picture of {width}x{height} needs about {memory} GiB to be imagined, which is more than there is: "
                "ask for a smaller size=.",
                width=last.width,
                height=last.height,
                memory=decimal(f"{needed / 2**30:.1f}"),
            )
        )


def _bytes(picture: Tensor) -> NDArray[np.uint8]:
    """(1, 3, H, W) in [0, 1] -> (H, W, 3)."""
    values: NDArray[np.uint8] = (picture[0].permute(1, 2, 0) * 255).round().to(torch.uint8).contiguous().cpu().numpy()
    return values
