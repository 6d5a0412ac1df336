"""A small version of a picture, for where it is one among many."""

from __future__ import annotations

import dataclasses

import numpy as np
from PIL import Image

from dreamcore.picture.decoding import Picture
from dreamcore.picture.encoding import as_image


def shrink(picture: Picture, longest: int) -> Picture:
    """The picture with its longer side at most `longest` pixels; itself where it is that small already.

    Colour that transparency hides does not bleed into what is visible.
    """
    scale = longest / max(picture.width, picture.height)
    if scale >= 1:
        return picture
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    # Pillow weighs colour by alpha when it resizes.
    small = as_image(picture.rgb, picture.alpha).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    pixels = np.asarray(small)
    alpha = None if picture.alpha is None else np.ascontiguousarray(pixels[..., 3])
    return dataclasses.replace(picture, rgb=np.ascontiguousarray(pixels[..., :3]), alpha=alpha)
