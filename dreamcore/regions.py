"""Where a dream happens: how much of it each pixel of the picture gets, with soft borders."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from dreamcore.errors import RecipeError
from dreamcore.picture import Picture
from dreamcore.sentences import Sentence
from dreamcore.skies import sky_of
from dreamcore.tiles import Box

Weight = NDArray[np.uint8]  #: (H, W): 0 where nothing is dreamt, 255 where all of it is

#: Of the way from the middle to the border, along an ellipse: up to here the centre is whole, from there on it is none.
CENTRE_WHOLE, CENTRE_NONE = 0.5, 0.95
MASK_BORDER = 0.008  #: of the longest side: a mask's hard border becomes so wide, inwards
CROP_SAVES = 0.15  #: of the picture: where the region's surroundings are more than that, only the region is dreamt

NOTHING = 2  #: of 255: fainter is nobody's dream, and would be paid for


def weight_of(region: str, picture: Picture, mask: Picture | None) -> Weight:
    """The weight of `region` in this picture. mask: the second picture, for the regions that read one.

    Raises RecipeError where the region is empty: there is no sky, or the mask hides everything.
    """
    if region in ("centre", "edges"):
        centre = _centre(picture.height, picture.width)
        return centre if region == "centre" else 255 - centre
    kind = region.removeprefix("not-")
    if kind == "sky":
        weight = sky_of(picture.rgb)
        if weight is None:
            raise RecipeError(
                Sentence(
                    "No sky was found in this picture, so region={region} has no place: choose centre or edges, or "
                    "send a mask of your own with it.",
                    region=region,
                )
            )
    else:
        assert mask is not None
        weight = _masked(mask, picture.height, picture.width, inverse=region != kind)
    if region == "not-sky":
        weight = 255 - weight
    if weight.max() <= NOTHING:
        raise RecipeError(
            Sentence(
                "The mask leaves nothing to dream: the picture is dreamt where the mask is opaque, or bright where it "
                "has no transparency (region=mask), or the other way round (region=not-mask)."
            )
        )
    return np.where(weight <= NOTHING, 0, weight).astype(np.uint8)


def _centre(height: int, width: int) -> Weight:
    """Whole in an ellipse, and smoothly less from there to the borders."""
    down, across = (np.abs((np.arange(side) + 0.5) / side * 2 - 1).astype(np.float32) for side in (height, width))
    radius = np.hypot(down[:, None], across[None, :])
    far = np.clip((radius - CENTRE_WHOLE) / (CENTRE_NONE - CENTRE_WHOLE), 0, 1)
    return np.rint(255 * (1 - far * far * (3 - 2 * far))).astype(np.uint8)


def _masked(mask: Picture, height: int, width: int, *, inverse: bool) -> Weight:
    """A mask's alpha, or its brightness where it has none, stretched to the picture; a hard border becomes soft.

    Soft inwards: where the mask has nothing, the picture stays as it is. What is too thin to have an inside stays.
    """
    plane = mask.alpha if mask.alpha is not None else np.asarray(Image.fromarray(mask.rgb).convert("L"))
    stretched = Image.fromarray(plane).resize((width, height), Image.Resampling.BILINEAR)
    if inverse:
        stretched = stretched.point(lambda value: 255 - value)
    reach = max(1, round(MASK_BORDER * max(height, width) / 2))
    inside = _wide(stretched, ImageFilter.MinFilter, reach)
    thin = np.asarray(stretched, np.int16) - np.asarray(_wide(inside, ImageFilter.MaxFilter, reach), np.int16)
    soft = np.minimum(np.asarray(stretched), np.asarray(inside.filter(ImageFilter.GaussianBlur(reach / 2))))
    weight: Weight = np.maximum(soft, np.clip(thin, 0, 255)).astype(np.uint8)
    return weight


def _wide(
    plane: Image.Image, kind: type[ImageFilter.MinFilter] | type[ImageFilter.MaxFilter], reach: int
) -> Image.Image:
    """The least or the most within `reach` pixels: small filters in a row, as Pillow's cost grows with the area."""
    for _ in range(reach):
        plane = plane.filter(kind(3))
    return plane


def crop_for(weight: Weight, context: int) -> Box | None:
    """The part of the picture that has to be dreamt for this region: the region and `context` pixels around it.

    None where that saves little.
    """
    rows, columns = np.flatnonzero(weight.any(1)), np.flatnonzero(weight.any(0))
    height, width = weight.shape
    top, left = max(0, int(rows[0]) - context), max(0, int(columns[0]) - context)
    bottom, right = min(height, int(rows[-1]) + 1 + context), min(width, int(columns[-1]) + 1 + context)
    if (bottom - top) * (right - left) > (1 - CROP_SAVES) * height * width:
        return None
    return Box(top, left, bottom - top, right - left)
