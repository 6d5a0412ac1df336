"""A picture to bytes, with its recipe inside. The same input gives the same bytes: no dates, no random names."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from dreamcore.errors import PictureError
from dreamcore.picture.recipes import PNG_KEY, check_recipe, xmp_packet
from dreamcore.sentences import Sentence

PNG_LEVEL = 4  # on a 1024x1024 dream level 1 takes 84 ms and 2035 KiB, 4 128 ms and 1900, 6 214 ms and 1897
JPEG_QUALITY = 92
WEBP_QUALITY = 90
WEBP_LOSSLESS = 100
LONGEST_SIDE = {"PNG": 2**31 - 1, "JPEG": 65_500, "WEBP": 16_383}

Bytes = NDArray[np.uint8]


def encode(
    rgb: Bytes,
    alpha: Bytes | None = None,
    *,
    format: str,
    recipe: str | None = None,
    quality: int | None = None,
    png_level: int = PNG_LEVEL,
) -> bytes:
    """rgb (H, W, 3) uint8 sRGB and alpha (H, W) uint8 or None -> the bytes of a "PNG", "JPEG" or "WEBP" file.

    `quality` 1 to 100 (JPEG 92, WebP 90 where None; 100 makes WebP lossless); JPEG keeps colour at full
    resolution (4:4:4), and shows a transparent picture over white, since it knows no transparency. PNG and lossless
    WebP give every pixel back, the hidden ones too. Of metadata only the recipe is written.
    Raises `PictureError` for a picture too long for its format and for a recipe that a file cannot carry.
    """
    if format not in LONGEST_SIDE:
        raise PictureError(Sentence("Dreams are written as PNG, JPEG or WebP only."))
    longest = max(rgb.shape[:2])
    if longest > LONGEST_SIDE[format]:
        raise PictureError(
            Sentence(
                "The dream is {longest} pixels long, and a {format} holds {most}: write it as a PNG.",
                longest=longest,
                format=format,
                most=LONGEST_SIDE[format],
            )
        )
    if recipe is not None:
        check_recipe(recipe)
    if format == "PNG":
        return _png(as_image(rgb, alpha), recipe, png_level)
    packet = xmp_packet(recipe) if recipe is not None else b""
    if format == "JPEG":
        return jpeg(over_white(rgb, alpha), packet, quality=quality or JPEG_QUALITY)
    return webp(as_image(rgb, alpha), packet, quality=quality or WEBP_QUALITY)


def over_white(rgb: Bytes, alpha: Bytes | None) -> Image.Image:
    """Mode RGB: what a transparent picture looks like on white paper."""
    if alpha is None:
        return Image.fromarray(rgb)
    white = Image.new("RGB", (rgb.shape[1], rgb.shape[0]), "white")
    return Image.composite(Image.fromarray(rgb), white, Image.fromarray(alpha))


def jpeg(image: Image.Image, packet: bytes, *, quality: int, full_colour: bool = True) -> bytes:
    """An RGB image as JPEG, with colour at full resolution (4:4:4) or at a half (4:2:0)."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, subsampling=0 if full_colour else 2, xmp=packet)
    return out.getvalue()


def webp(image: Image.Image, packet: bytes, *, quality: int) -> bytes:
    """An RGB or RGBA image as WebP; quality 100 is lossless, and exact under transparency."""
    out = io.BytesIO()
    if quality >= WEBP_LOSSLESS:  # here quality means effort, and more of it gains half a per cent
        image.save(out, "WEBP", lossless=True, exact=True, quality=0, method=1, xmp=packet)
    else:
        image.save(out, "WEBP", quality=quality, method=2, xmp=packet)
    return out.getvalue()


def _png(image: Image.Image, recipe: str | None, level: int) -> bytes:
    info = PngInfo()
    info.add(b"sRGB", b"\1")  # relative colorimetric
    if recipe is not None:
        info.add_itxt(PNG_KEY, recipe)
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=level, pnginfo=info)
    return out.getvalue()


def as_image(rgb: Bytes, alpha: Bytes | None) -> Image.Image:
    """Mode RGB, or RGBA where there is alpha."""
    return Image.fromarray(rgb if alpha is None else np.dstack([rgb, alpha]))
