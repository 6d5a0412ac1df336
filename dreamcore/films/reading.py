"""Bytes from a stranger to a moving picture, or to one sentence that says what is wrong with them."""

from __future__ import annotations

import hashlib

from dreamcore.errors import PictureError
from dreamcore.films.animations import mended, read_animation
from dreamcore.films.footage import DEFAULT_LIMITS, MovingLimits, MovingPicture
from dreamcore.films.videos import read_video
from dreamcore.picture import Limits, Picture, decode, too_many_bytes
from dreamcore.picture.containers import DAMAGED, survey
from dreamcore.picture.decoding import DEFAULT_LIMITS as DEFAULT_STILL_LIMITS
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


def read_source(
    data: bytes, *, limits: MovingLimits = DEFAULT_LIMITS, still: Limits = DEFAULT_STILL_LIMITS, heard: bool = True
) -> Picture | MovingPicture:
    """What a film is made of: a moving picture where it has several frames, else a still one.

    still: limits for those. Raises PictureError and InstallationError.
    """
    if not is_moving(data):
        return decode(data, limits=still)
    moving = read_moving(data, limits=limits, heard=heard)
    if len(moving.starts) > 1:
        return moving
    for frame in moving.frames():
        return Picture(rgb=frame.rgb, alpha=frame.alpha, format="PNG", notes=moving.notes)
    raise PictureError(DAMAGED)


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
