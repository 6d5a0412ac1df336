"""Bytes from a stranger to a moving picture, or to one sentence that says what is wrong with them."""

from __future__ import annotations

import hashlib

from dreamcore.errors import PictureError
from dreamcore.films.animations import mended, read_animation
from dreamcore.films.footage import DEFAULT_LIMITS, MovingLimits, MovingPicture
from dreamcore.films.videos import read_video
from dreamcore.picture import too_many_bytes
from dreamcore.picture.containers import survey
from dreamcore.picture.kinds import identify, identify_video
from dreamcore.sentences import Sentence

ANIMATED = ("GIF", "WEBP", "PNG", "AVIF")


def is_moving(data: bytes) -> bool:
    """Whether the file says that it is a video or has more than one frame; False for whatever else it may be."""
    try:
        return identify_video(data) is not None or frames_in(data) > 1
    except PictureError:
        return False


def frames_in(data: bytes) -> int:
    """How many frames a picture file says it has, counted to 10 000. Raises PictureError where it is no picture."""
    kind = identify(data)
    if kind == "AVIF":  # only its decoder can count
        return 2 if b"avis" in data[8:64] else 1
    return survey(kind, mended(data, kind)[0]).frames if kind in ANIMATED else 1


def read_moving(data: bytes, *, limits: MovingLimits = DEFAULT_LIMITS, heard: bool = True) -> MovingPicture:
    """An animated GIF, WebP, PNG or AVIF, or a short MP4, MOV, WebM or MKV; judged by content.

    Its header is read, and little more: frames are decoded when they are asked for. heard: with its sound. Raises
    `PictureError`, for everything that is not such a file or exceeds `limits`, and so does asking for its frames; and
    InstallationError for a video without PyAV.
    """
    if len(data) > limits.bytes:
        raise too_many_bytes(len(data), limits.bytes)
    digest = hashlib.sha256(data).hexdigest()
    kind = identify_video(data)
    if kind is not None:
        return read_video(data, kind, digest=digest, limits=limits, heard=heard)
    kind = identify(data)
    if kind not in ANIMATED:
        raise PictureError(
            Sentence("A {kind} is a still picture: a moving one is a GIF, WebP, MP4, MOV, WebM or MKV.", kind=kind)
        )
    return read_animation(data, kind, digest=digest, limits=limits)
