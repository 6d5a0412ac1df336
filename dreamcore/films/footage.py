"""Moving pictures: what reading one gives, and how much of one is read. No torch, no codecs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dreamcore.films.headers import SECOND
from dreamcore.films.lengths import seconds_of
from dreamcore.sentences import Sentence

__all__ = [
    "DEFAULT_LIMITS",
    "SECOND",
    "Frame",
    "MovingLimits",
    "MovingPicture",
    "ReadFrames",
    "Sound",
    "fitting_size",
    "seconds_of",
    "until_the_break",
]


@dataclass(frozen=True, kw_only=True)
class MovingLimits:
    """What a moving picture may cost. A file that says that it is more is refused before a frame is decoded."""

    bytes: int = 64 << 20
    pixels: int = 10_000_000  # of a frame; 4K has 8.8 million
    side: int = 8192
    frames: int = 3600
    seconds: float = 60.0


DEFAULT_LIMITS = MovingLimits()


@dataclass(frozen=True, kw_only=True, eq=False)  # arrays have no one answer to ==
class Frame:
    """One picture of many: upright, 8-bit sRGB."""

    rgb: NDArray[np.uint8]  # (H, W, 3)
    alpha: NDArray[np.uint8] | None  # (H, W), not premultiplied; None where every pixel is opaque
    start: int  # microseconds from the first frame on; it is shown until the next one starts


@dataclass(frozen=True, kw_only=True)
class Sound:
    """The sound of a moving picture, ready to be written beside another one.

    `aac`: packets of 1024 samples each as the file has them, so that nothing is lost; they may be copied into an MP4.
    `pcm`: 16-bit samples, interleaved, in one piece.
    """

    kind: str  # aac or pcm
    rate: int  # samples a second
    channels: int
    pieces: tuple[tuple[int, bytes], ...]  # (samples from the first frame on, what is heard then); may begin before 0

    def until(self, length: int) -> Sound:
        """What is heard in the first `length` microseconds."""
        most = length * self.rate // SECOND
        pieces = [(start, data) for start, data in self.pieces if start < most]
        if self.kind == "pcm":
            pieces = [(start, data[: (most - start) * 2 * self.channels]) for start, data in pieces]
        return dataclasses.replace(self, pieces=tuple(pieces))


#: (first, longest): the frames from number `first` on, their longer side at most `longest` pixels (None: as they are).
ReadFrames = Callable[[int, int | None], Iterator[Frame]]


@dataclass(frozen=True, kw_only=True, eq=False)
class MovingPicture:
    """A moving picture whose frames are decoded as they are asked for, as often as they are.

    A frame is known by its start: of a broken file some may be missing in the middle, and all from some place on.
    """

    width: int  # pixels, upright and square
    height: int
    format: str  # as found in the file: GIF, WEBP, PNG, AVIF, MP4 or MKV
    starts: tuple[int, ...]  # microseconds, of every frame that the file's index promises; a broken file has fewer
    length: int  # microseconds, with the last frame's own
    transparent: bool = False  # whether some frame has alpha
    loop: int | None = None  # as animated pictures store it: 0 for ever; None: played once
    sound: Sound | None = None
    notes: tuple[str, ...] = ()  # each a `Sentence` for the person
    digest: str  # of the file
    read: ReadFrames

    def frames(self, first: int = 0, *, longest: int | None = None) -> Iterator[Frame]:
        """The frames from `starts[first]` on, no side longer than `longest` pixels. May end before `starts` does."""
        return self.read(first, longest)

    @property
    def animated(self) -> bool:
        """Whether it is an animated picture (GIF and its like), not a video."""
        return self.format not in ("MP4", "MKV")

    def silent(self) -> MovingPicture:
        """The same without its sound."""
        return dataclasses.replace(self, sound=None)


def fitting_size(width: int, height: int, longest: int | None) -> tuple[int, int]:
    """(width, height) of at most `longest` pixels a side, in the same proportions.

    >>> fitting_size(1920, 1080, 480), fitting_size(64, 48, 480)
    ((480, 270), (64, 48))
    """
    scale = 1.0 if longest is None else min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def until_the_break(read: float, promised: float) -> Sentence:
    """The note about a file with a broken tail. Both in microseconds."""
    if promised - read < 0.1 * SECOND:
        return Sentence("The file breaks off after {read}: what there is was dreamt.", read=seconds_of(read))
    return Sentence(
        "The file breaks off after {read} of {promised}: what there is was dreamt.",
        read=seconds_of(read),
        promised=seconds_of(promised),
    )
