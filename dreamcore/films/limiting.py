"""What a moving picture may cost, and the sentences about one that is more."""

from __future__ import annotations

from dreamcore.errors import PictureError
from dreamcore.films.footage import SECOND, MovingLimits, seconds_of
from dreamcore.sentences import Sentence, decimal


def check_frame(width: int, height: int, limits: MovingLimits) -> None:
    """Raises PictureError for frames of too many pixels."""
    if width * height > limits.pixels or max(width, height) > limits.side:
        raise PictureError(
            Sentence(
                "Its frames have {width}x{height} pixels; of a moving picture at most {most} megapixels can be read. "
                "Please post it smaller.",
                width=width,
                height=height,
                most=decimal(f"{limits.pixels / 1e6:g}"),
            )
        )


def check_length(length: float, limits: MovingLimits) -> None:
    """Raises PictureError for more microseconds than are read."""
    if length > limits.seconds * SECOND:
        raise too_long(length, limits)


def too_long(length: float, limits: MovingLimits) -> PictureError:
    """`length`: microseconds."""
    return PictureError(
        Sentence(
            "It lasts {length}; of a moving picture at most {most} can be dreamt. Please cut it, and post it again.",
            length=seconds_of(length),
            most=seconds_of(limits.seconds * SECOND),
        )
    )


def too_many_frames(count: int, limits: MovingLimits) -> PictureError:
    """For a file of more frames than are read."""
    return PictureError(
        Sentence(
            "It has {count} frames; at most {most} can be dreamt. Please cut it, or save it with fewer of them.",
            count=count,
            most=limits.frames,
        )
    )


def too_large() -> PictureError:
    """For a file for whose frames there is not enough memory."""
    return PictureError(Sentence("Its frames are too large to be decoded here: post it smaller."))
