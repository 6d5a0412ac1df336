"""Any mode of picture to 8-bit sRGB and its alpha.

Depth is scaled, never clipped. A colour profile is followed where it can be read and fits the picture's mode;
gamma and chromaticity chunks without a profile are ignored, as most programs ignore them.
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from dreamcore.sentences import Sentence

Bytes = NDArray[np.uint8]

PROFILE_UNREADABLE = Sentence("Its colour profile could not be used: its colours were taken as sRGB.")


def to_srgb(image: Image.Image, *, depth: int = 8) -> tuple[Bytes, Bytes | None, tuple[str, ...]]:
    """A loaded image -> colour (H, W, 3) in sRGB, alpha (H, W) or None where all is opaque, notes for the person.

    `depth`: bits a sample the file has, where the image itself no longer tells (PNG).
    Colour hidden under alpha 0 is kept as the file has it, and nothing is ever premultiplied.
    """
    alpha = _alpha(image, depth)
    if alpha is not None and (alpha == 255).all():
        alpha = None
    rgb, notes = _managed(_colour(image), image.info.get("icc_profile"))
    return _pixels(rgb), alpha, notes


def _pixels(image: Image.Image) -> Bytes:
    """An RGB image as an array of its own. In bands, since Pillow lends a copy and that one is read-only."""
    rgb = np.empty((image.height, image.width, 3), np.uint8)
    for top in range(0, image.height, 512):
        bottom = min(top + 512, image.height)
        rgb[top:bottom] = np.asarray(image.crop((0, top, image.width, bottom)))
    return rgb


def _alpha(image: Image.Image, depth: int) -> Bytes | None:
    """Alpha (H, W) from a band, from a palette, or from the one colour that the file declares transparent."""
    if image.mode in ("RGBA", "LA", "PA"):
        return np.array(image.getchannel("A"))
    if image.mode in ("RGBa", "La"):
        return np.array(image.convert(image.mode[:-1] + "A").getchannel("A"))
    key = image.info.get("transparency")
    if image.mode == "P":
        palette = image.palette.mode if image.palette else "RGB"
        return np.array(image.convert("RGBA").getchannel("A")) if key is not None or palette == "RGBA" else None
    if key is None:
        return None
    values = np.asarray(image.convert("L") if image.mode == "1" else image)
    if isinstance(key, int) and values.ndim == 2:
        if depth < 8 and image.mode == "L":  # the samples were scaled to 0..255, the key was not
            key = key * 255 // (2**depth - 1)
        hidden = values == key
    elif isinstance(key, tuple) and values.ndim == 3 and len(key) == 3:
        hidden = (values == np.array([part >> 8 for part in key] if depth == 16 else key)).all(axis=2)
    else:
        return None
    return np.where(hidden, np.uint8(0), np.uint8(255))


def _colour(image: Image.Image) -> Image.Image:
    """The colour alone, 8 bits a sample, in mode L, RGB, CMYK or LAB."""
    mode = image.mode
    if mode in ("L", "RGB", "CMYK", "LAB"):
        return image
    if mode in ("1", "LA", "La"):
        return image.convert("LA").getchannel("L") if mode == "La" else image.convert("L")
    if mode.startswith("I;16"):
        return Image.fromarray(_from_16_bits(np.asarray(image)))
    if mode in ("I", "F"):
        return Image.fromarray(_from_numbers(np.asarray(image)))
    if mode in ("P", "PA", "RGBa"):  # by way of RGBA, which keeps the colours of transparent entries
        image = image.convert("RGBA")
    return image.convert("RGB")


def _from_16_bits(values: NDArray[np.generic]) -> Bytes:
    """0..65535 to 0..255, rounded to the nearest."""
    wide = values.astype(np.uint32)
    wide += 128
    wide //= 257
    return wide.astype(np.uint8)


def _from_numbers(values: NDArray[np.generic]) -> Bytes:
    """32-bit samples have no agreed white: take the range they fit in, and stretch what fits in none.

    Whole numbers: 0..255, then 0..65535. Fractions: 0..1, then 0..255. Otherwise minimum to maximum.
    """
    numbers = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(numbers.min()), float(numbers.max())
    whites = (1.0, 255.0) if np.issubdtype(values.dtype, np.floating) else (255.0, 65535.0)
    white = next((white for white in whites if low >= 0 and high <= white), None)
    if white is None:
        numbers, white = numbers * 0.5 - low * 0.5, high * 0.5 - low * 0.5  # halves: the range itself may overflow
    numbers *= np.float32(255.0 / white) if white else np.float32(0)
    return np.rint(numbers).clip(0, 255).astype(np.uint8)


def _managed(colour: Image.Image, profile: object) -> tuple[Image.Image, tuple[str, ...]]:
    """Mode L, RGB, CMYK or LAB -> RGB in sRGB, by the embedded profile where there is one."""
    managed: Image.Image | None = None
    notes: tuple[str, ...] = ()
    if isinstance(profile, bytes) and profile:
        try:
            transform = _transform(colour.mode, profile)
            managed = _apply(transform, colour) if transform else None
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            notes = (PROFILE_UNREADABLE,)
    if managed is None:
        managed = colour if colour.mode == "RGB" else colour.convert("RGB")
    return managed, notes


def _transform(mode: str, profile: bytes) -> ImageCms.ImageCmsTransform | None:
    """From an embedded profile to sRGB; None where that changes nothing. Raises for a profile of another mode."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    # LittleCMS optimises transforms of grey into tables too coarse for the shadows of a linear profile. Grey has
    # 256 values only: they are computed exactly, and looked up.
    flags = ImageCms.Flags.NOOPTIMIZE if mode == "L" else ImageCms.Flags.NONE
    transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB", flags=flags)
    return None if _changes_nothing(transform, mode) else transform


def _apply(transform: ImageCms.ImageCmsTransform, colour: Image.Image) -> Image.Image | None:
    if colour.mode != "L":
        return ImageCms.applyTransform(colour, transform)
    table = ImageCms.applyTransform(Image.fromarray(np.arange(256, dtype=np.uint8)[None]), transform)
    return Image.merge("RGB", [colour.point(list(band.tobytes())) for band in table.split()]) if table else None


def _changes_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Whether the profile is sRGB itself but for rounding. Then the pixels are kept exactly as the file has them."""
    ramp = np.arange(256, dtype=np.uint8)
    if mode == "L":
        probe = ramp[None, :]
    elif mode == "RGB":
        steps = np.linspace(0, 255, 16).astype(np.uint8)
        lattice = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
        probe = np.concatenate([lattice, np.repeat(ramp[:, None], 3, axis=1)])[None]
    else:
        return False
    image = Image.fromarray(probe)
    changed = ImageCms.applyTransform(image, transform)
    if changed is None:
        return False
    before = np.asarray(image.convert("RGB")).astype(np.int16)
    return bool(np.abs(np.asarray(changed).astype(np.int16) - before).max() <= 1)
