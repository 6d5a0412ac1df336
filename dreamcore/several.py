"""Several dreams of one picture as one piece of work: one progress, and a pause between any two of them."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from dreamcore.dreaming import dream
from dreamcore.errors import PictureError
from dreamcore.networks import Network
from dreamcore.pausing import AskPause, Checkpoint, Paused, fingerprint, never, pack, unpack
from dreamcore.picture import Picture, decode, encode, shrink
from dreamcore.picture.encoding import as_image
from dreamcore.planning import octaves_of
from dreamcore.progress import AskCancelled, Progress, ReportProgress
from dreamcore.recipe import ResolvedRecipe
from dreamcore.sentences import Sentence

VERSION = 1  #: of what a checkpoint holds
LEAST_SIDE = 256  #: the longer side of what is dreamt; a smaller picture has no room for more than a smear
SHOWN = 1024  #: the longer side of what is kept of a dream, at the most: no sheet shows more
LOSSLESS = 100


@dataclass(frozen=True, kw_only=True)
class Part:
    """One of the dreams."""

    picture: Picture  #: as large as it is dreamt
    recipe: ResolvedRecipe
    network: Callable[[], Network]  #: asked for when its turn comes
    guide: Picture | None = None
    mask: Picture | None = None


@dataclass(frozen=True, kw_only=True)
class Made:
    """All of them, in order."""

    pictures: tuple[NDArray[np.uint8], ...]  #: each (H, W, 3)
    seconds: float  #: of dreaming, those before a pause as well


def several(
    parts: Sequence[Part],
    *,
    kind: str,
    text: str,
    device: torch.device,
    memory: int | None = None,
    checkpoint: bytes | None = None,
    pause: AskPause = never,
    on_progress: ReportProgress | None = None,
    cancelled: AskCancelled | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Made | Paused:
    """Dream all `parts`. kind, text: what a checkpoint says that it is of.

    checkpoint: of an earlier call that was paused; dreams made then are not made again, and the result is the same.
    pause: asked after each dream but the last. Raises what `dream` raises.
    """
    source = _source(parts)
    earlier = unpack(checkpoint, kind=kind, version=VERSION, recipe=text, source=source)
    done, seconds = _resumed(earlier, len(parts))
    weights = [_weight(part) for part in parts]
    for number in range(len(done), len(parts)):
        part = parts[number]
        begun = clock()
        made = dream(
            part.picture,
            part.recipe,
            network=part.network(),
            device=device,
            guide=part.guide,
            mask=part.mask,
            memory=memory,
            on_progress=on_progress and _within(on_progress, sum(weights[:number]), weights[number], sum(weights)),
            cancelled=cancelled,
            clock=clock,
        )
        done.append(shrink(dataclasses.replace(part.picture, rgb=made.rgb), SHOWN).rgb)
        seconds += clock() - begun
        if len(done) < len(parts) and pause():
            blobs = {str(at): encode(rgb, format="WEBP", quality=LOSSLESS) for at, rgb in enumerate(done)}
            state = Checkpoint(state={"seconds": seconds}, blobs=blobs)
            packed = pack(state, kind=kind, version=VERSION, recipe=text, source=source)
            return Paused(checkpoint=packed, share=sum(weights[: number + 1]) / sum(weights))
    return Made(pictures=tuple(done), seconds=seconds)


def sized(picture: Picture, longest: int) -> tuple[Picture, tuple[str, ...]]:
    """The picture as a dream on a sheet needs it: not larger than it is shown, nor too small to be dreamt.

    With the notes for the person.
    """
    wanted = min(longest, max(LEAST_SIDE, picture.width, picture.height))
    scale = wanted / max(picture.width, picture.height)
    if scale == 1:
        return picture, ()
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    pixels = np.asarray(as_image(picture.rgb, picture.alpha).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0))
    alpha = None if picture.alpha is None else np.ascontiguousarray(pixels[..., 3])
    made = dataclasses.replace(picture, rgb=np.ascontiguousarray(pixels[..., :3]), alpha=alpha)
    notes = (Sentence("The picture is very small, so it was enlarged first."),) if scale > 1 else ()
    return made, notes


def _source(parts: Sequence[Part]) -> str:
    """What the checkpoint is of, besides its text."""
    pieces: list[bytes | str] = [part.recipe.text for part in parts]
    pictures = (each for part in parts for each in (part.picture, part.guide, part.mask))
    for picture in {id(each): each for each in pictures if each is not None}.values():
        alpha = b"" if picture.alpha is None else picture.alpha.tobytes()
        pieces += [str(picture.rgb.shape), picture.rgb.tobytes(), alpha]
    return fingerprint(*pieces)


def _resumed(checkpoint: Checkpoint | None, most: int) -> tuple[list[NDArray[np.uint8]], float]:
    """The dreams that an earlier call made, and what they took; none where they cannot be read."""
    if checkpoint is None:
        return [], 0.0
    try:
        made = [decode(checkpoint.blobs[str(at)]).rgb for at in range(len(checkpoint.blobs))]
        seconds = float(checkpoint.state["seconds"])
    except (PictureError, KeyError, TypeError, ValueError):
        return [], 0.0
    return (made, seconds) if len(made) < most else ([], 0.0)


def _weight(part: Part) -> int:
    octaves = octaves_of(part.recipe, part.picture.height, part.picture.width)
    return sum(octave.pixels * octave.steps for octave in octaves)


def _within(report: ReportProgress, before: int, weight: int, total: int) -> ReportProgress:
    """One dream's progress as a share of all."""

    def told(progress: Progress) -> None:
        report(dataclasses.replace(progress, done=before + round(progress.share * weight), total=total))

    return told
