"""The best file that fits a number of bytes.

From the top: PNG; lossless WebP; JPEG with full colour, where nothing is transparent; WebP; and last a smaller
picture. What a step would give is guessed on bands cut out of the picture, so that no hopeless step is paid for
and a large picture is encoded in full only a few times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dreamcore.errors import PictureError
from dreamcore.picture.encoding import LONGEST_SIDE, WEBP_LOSSLESS, as_image, encode, jpeg, webp
from dreamcore.picture.recipes import check_recipe, xmp_packet
from dreamcore.sentences import Sentence, decimal

_SAMPLE_PIXELS = 1 << 20
_BAND = 64  # rows
_JPEG_QUALITIES = (80, 96)  # below, WebP looks better in the same bytes
_WEBP_QUALITIES = (65, 95)  # below, a smaller picture looks better
_SMALL_QUALITY = 75  # of the WebP that is made smaller
_SMALLEST_SIDE = 16  # of the longest side: less is no picture
_FULL_TRIES = 4

Lossy = Callable[[Image.Image, int], bytes]  # picture, quality


@dataclass(frozen=True)
class Encoded:
    """A file that fits."""

    data: bytes
    format: str  # PNG, JPEG or WEBP
    note: str  # what was given up, a `Sentence`: "as JPEG at quality 88", "as WebP at 75 % of its size"; empty: nothing


@dataclass(frozen=True)
class _Task:
    image: Image.Image  # RGB or RGBA
    sample: Image.Image  # bands of it
    share: float  # of the picture that is in the sample
    limit: int  # bytes
    recipe: str | None


def encode_within(
    rgb: NDArray[np.uint8], alpha: NDArray[np.uint8] | None = None, *, limit_bytes: int, recipe: str | None = None
) -> Encoded:
    """rgb (H, W, 3) uint8 sRGB and alpha (H, W) uint8 or None -> the best file of at most `limit_bytes`.

    Transparency and the recipe are never given up. Raises `PictureError` where not even a tiny picture fits, and
    for a recipe that a file cannot carry.
    """
    if recipe is not None:
        check_recipe(recipe)
    packet = xmp_packet(recipe) if recipe is not None else b""
    image = as_image(rgb, alpha)
    sample, share = _sample(image)
    task = _Task(image, sample, share, max(0, limit_bytes), recipe)

    def as_jpeg(picture: Image.Image, quality: int) -> bytes:
        return jpeg(picture, packet, quality=quality)

    def as_webp(picture: Image.Image, quality: int) -> bytes:
        return webp(picture, packet, quality=quality)

    fitted = _lossless(task)
    if fitted is None and alpha is None:
        fitted = _by_quality(task, as_jpeg, "JPEG", _JPEG_QUALITIES)
    return fitted or _by_quality(task, as_webp, "WEBP", _WEBP_QUALITIES) or _smaller(task, as_webp)


def _sample(image: Image.Image) -> tuple[Image.Image, float]:
    """Bands of rows from all over the picture, about a megapixel, and their share of it; a small picture whole."""
    bands = max(1, _SAMPLE_PIXELS // (image.width * _BAND))
    if bands * _BAND * 2 > image.height:
        return image, 1.0
    sample = Image.new(image.mode, (image.width, bands * _BAND))
    for band in range(bands):
        top = (image.height - _BAND) * (2 * band + 1) // (2 * bands)
        sample.paste(image.crop((0, top, image.width, top + _BAND)), (0, band * _BAND))
    return sample, sample.height / image.height


def _lossless(task: _Task) -> Encoded | None:
    """PNG, or WebP without loss, where the sample gives it a chance."""
    hopeful = task.limit * task.share * 1.15  # the sample errs by some per cent
    # Translators: how a dream was written, behind “Written”
    for kind, note in (("PNG", ""), ("WEBP", Sentence("as lossless WebP"))):
        if max(task.image.size) > LONGEST_SIDE[kind]:
            continue
        if task.share < 1 and len(_exactly(task.sample, kind, None)) > hopeful:
            continue
        data = _exactly(task.image, kind, task.recipe)
        if len(data) <= task.limit:
            return Encoded(data, kind, note)
    return None


def _exactly(image: Image.Image, kind: str, recipe: str | None) -> bytes:
    pixels = np.asarray(image)
    alpha = pixels[..., 3] if image.mode == "RGBA" else None
    rgb = np.ascontiguousarray(pixels[..., :3])
    return encode(rgb, alpha, format=kind, recipe=recipe, quality=WEBP_LOSSLESS)


def _by_quality(task: _Task, encoder: Lossy, kind: str, qualities: tuple[int, int]) -> Encoded | None:
    """The highest quality that fits, or nearly; None where the lowest does not."""
    if max(task.image.size) > LONGEST_SIDE[kind]:
        return None
    best: Encoded | None = None
    allowed = task.limit * task.share
    sizes: dict[int, int] = {}
    tried: set[int] = set()
    for _ in range(_FULL_TRIES):
        quality = _highest(encoder, task.sample, sizes, qualities, allowed)
        if quality is None or quality in tried:
            break
        tried.add(quality)
        data = encoder(task.image, quality)
        if len(data) <= task.limit and (best is None or len(data) > len(best.data)):
            # Translators: how a dream was written, behind “Written”
            note = Sentence(
                "as {format} at quality {quality}", format="JPEG" if kind == "JPEG" else "WebP", quality=quality
            )
            best = Encoded(data, kind, note)
        if task.share == 1 or 0.9 * task.limit <= len(data) <= task.limit:
            break
        allowed *= task.limit / len(data) * 0.98  # the sample erred by this much
    return best


def _highest(
    encoder: Lossy, sample: Image.Image, sizes: dict[int, int], qualities: tuple[int, int], allowed: float
) -> int | None:
    """The highest quality at which the sample stays within `allowed` bytes, by bisection. `sizes`: known already."""
    low, high = qualities
    while low <= high:
        middle = (low + high) // 2
        if middle not in sizes:
            sizes[middle] = len(encoder(sample, middle))
        if sizes[middle] <= allowed:
            low = middle + 1
        else:
            high = middle - 1
    return high if high >= qualities[0] else None


def _smaller(task: _Task, encoder: Lossy) -> Encoded:
    """A smaller WebP of fair quality, as large as the budget allows within some per cent."""
    image, longest = task.image, max(task.image.size)
    ceiling = scale = min(0.9, LONGEST_SIDE["WEBP"] / longest)
    if longest <= LONGEST_SIDE["WEBP"]:
        size = len(encoder(task.sample, _SMALL_QUALITY)) / task.share
        scale = min(ceiling, (task.limit / size) ** 0.5)
    best: Encoded | None = None
    while longest * scale >= _SMALLEST_SIDE:
        shape = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        data = encoder(image.resize(shape, Image.Resampling.LANCZOS, reducing_gap=3.0), _SMALL_QUALITY)
        if best is not None and not len(best.data) < len(data) <= task.limit:
            return best
        ratio = (task.limit / len(data)) ** 0.5
        if len(data) <= task.limit:
            # Translators: how a dream was written, behind “Written”
            note = Sentence("as WebP at {percent} of its size", percent=_percent(scale))
            best = Encoded(data, "WEBP", note)
            if ratio < 1.2 or scale == ceiling:
                return best
            scale = min(ceiling, scale * ratio * 0.95)  # the sample was harsher than the picture
        else:
            scale *= min(0.95, ratio)
    if best is not None:
        return best
    raise PictureError(
        Sentence("{count} bytes are too few for this picture, however small: allow some more.", count=task.limit)
    )


def _percent(scale: float) -> Sentence:
    count = f"{scale * 100:.0f}" if scale >= 0.1 else decimal(f"{scale * 100:.1f}")
    return Sentence("{count} %", count=count)
