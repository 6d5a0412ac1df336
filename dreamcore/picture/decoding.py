"""Bytes from a stranger to a picture, or to one sentence that says what is wrong with them."""

from __future__ import annotations

import importlib
import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, features

from dreamcore.errors import PictureError
from dreamcore.picture.colour import to_srgb
from dreamcore.picture.containers import DAMAGED, MAX_FRAMES, Survey, survey
from dreamcore.picture.kinds import ADVICE, identify
from dreamcore.sentences import Sentence, decimal

_MEGAPIXEL = 1_000_000

# Translators: that a picture has; the sentence goes on with how many can be read
TOO_MANY = Sentence("too many pixels")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a picture may cost. All are checked before a pixel is decoded.

    Pillow has a ceiling of its own at 178 956 970 pixels, which holds whatever `pixels` says.
    """

    bytes: int = 64 << 20
    pixels: int = 100 * _MEGAPIXEL
    side: int = 65_500  # what a JPEG can hold


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, kw_only=True, eq=False)  # arrays have no one answer to ==
class Picture:
    """A decoded picture: upright, 8-bit sRGB, free of the file's metadata."""

    rgb: NDArray[np.uint8]  # (H, W, 3); under alpha 0 still the colour that the file hides there
    alpha: NDArray[np.uint8] | None  # (H, W), not premultiplied; None where every pixel is opaque
    format: str  # as found in the file: PNG, JPEG, WEBP, GIF, BMP, TIFF, AVIF or HEIF
    frames: int = 1  # how many the file has (counted up to 10 000); only the first was decoded
    notes: tuple[str, ...] = ()  # each a `Sentence` for the person

    @property
    def width(self) -> int:
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        return int(self.rgb.shape[0])


def decode(data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> Picture:
    """The first frame of a picture file, oriented, as 8-bit sRGB and alpha.

    JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF and, where `pillow_heif` is installed, HEIF; judged by content.
    Raises `PictureError`, and nothing else, for everything that is not such a picture or exceeds `limits`.
    """
    if len(data) > limits.bytes:
        raise too_many_bytes(len(data), limits.bytes)
    kind = identify(data)
    found = survey(kind, data)
    _check_size(found.width, found.height, limits)
    rgb, alpha, notes, orientation = _pixels(kind, found, limits)
    if found.frames > 1:
        notes = (_first_of(found, kind), *notes)
    return Picture(
        rgb=_upright(rgb, orientation),
        alpha=None if alpha is None else _upright(alpha, orientation),
        format=kind,
        frames=found.frames,
        notes=notes,
    )


def _pixels(
    kind: str, found: Survey, limits: Limits
) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None, tuple[str, ...], int]:
    """Colour and alpha as stored, notes, and the orientation that is still to be applied.

    The decoders raise nearly every exception there is on a hostile file, and what went wrong inside them means
    one thing to the person: hence the broad net, which lets only our own sentences pass.
    """
    try:
        with silenced():
            image = _open(kind, found.data)
            _check_size(image.width, image.height, limits)
            orientation = _orientation(kind, image)
            image.load()
            return *to_srgb(image, depth=found.depth), orientation
    except PictureError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(limits) from error
    except MemoryError as error:
        raise PictureError(Sentence("The picture is too large to be decoded here: post it smaller.")) from error
    except Exception as error:
        raise PictureError(DAMAGED, log=f"{kind}: {type(error).__name__}: {error}") from error


def _check_size(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.pixels:
        size = Sentence("{width}x{height} pixels", width=width, height=height)
        raise _too_many_pixels(limits, size)
    if max(width, height) > limits.side:
        raise PictureError(
            Sentence(
                "The picture measures {width}x{height} pixels; no side may exceed {most}. Please crop it.",
                width=width,
                height=height,
                most=limits.side,
            )
        )


def _too_many_pixels(limits: Limits, size: Sentence = TOO_MANY) -> PictureError:
    return PictureError(
        Sentence(
            "The picture has {size}; at most {most} megapixels can be read. Please post it smaller.",
            size=size,
            most=decimal(f"{limits.pixels / _MEGAPIXEL:g}"),
        )
    )


def too_many_bytes(count: int, most: int) -> PictureError:
    """For a file of more bytes than are read."""
    return PictureError(
        Sentence(
            "The file has {size}; at most {most} can be read. Please post it smaller.",
            size=_mebibytes(count),
            most=_mebibytes(most),
        )
    )


def _mebibytes(count: int) -> Sentence:
    if count >= 1 << 20:
        return Sentence("{count} MiB", count=decimal(f"{count / (1 << 20):.3g}"))
    return Sentence("{count} bytes", count=count)


def _open(kind: str, data: bytes) -> Image.Image:
    """Reads the header only; the pixels come with `load()`."""
    if kind == "HEIF":
        return _open_heif(data)
    if kind == "AVIF" and not features.check("avif"):
        raise PictureError(Sentence("AVIF pictures cannot be read here: {advice}.", advice=ADVICE))
    return Image.open(io.BytesIO(data), formats=[kind])


def _open_heif(data: bytes) -> Image.Image:
    """By pillow_heif's own reader: registering it with Pillow would change every `Image.open` of the process."""
    try:
        pillow_heif = importlib.import_module("pillow_heif")
    except ImportError as error:
        raise PictureError(
            Sentence("HEIF pictures (an iPhone's) cannot be read here: {advice}.", advice=ADVICE)
        ) from error
    opened: Image.Image = pillow_heif.HeifImageFile(io.BytesIO(data))
    return opened


def _orientation(kind: str, image: Image.Image) -> int:
    """EXIF orientation 1..8 that is still to be applied. Call before `load`."""
    if kind in ("TIFF", "HEIF"):  # turned upright by their decoders
        return 1
    try:
        orientation = image.getexif().get(0x0112, 1)
    except Exception:  # damaged metadata spoils no picture
        return 1
    return orientation if orientation in range(1, 9) else 1


def _upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """(H, W, ...) as stored -> as meant to be seen. The eight cases of EXIF 2.32, 4.6.4 A."""
    turned = pixels.swapaxes(0, 1) if orientation >= 5 else pixels
    if orientation in (2, 3, 6, 7):
        turned = turned[:, ::-1]
    if orientation in (3, 4, 7, 8):
        turned = turned[::-1]
    return np.ascontiguousarray(turned)


def _first_of(found: Survey, kind: str) -> Sentence:
    all_counted = found.frames < MAX_FRAMES
    count = found.frames if all_counted else Sentence("more than {count}", count=MAX_FRAMES - 1)
    if kind == "TIFF":
        return Sentence("The first of {count} pages was dreamt.", count=count)
    return Sentence("The first of {count} frames was dreamt; a film has all of them.", count=count)


_SILENCE = threading.Lock()


@contextmanager
def silenced() -> Iterator[None]:
    """Pillow's warnings about strange files go nowhere: the picture or the error tells all.

    The warnings' filters belong to the whole process, so decoding takes turns; and the filter names Pillow's
    modules alone, so that it does no harm if another thread's own changes make it outlive this block.
    """
    with _SILENCE, warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\b")
        yield
