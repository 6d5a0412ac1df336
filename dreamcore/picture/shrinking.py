"""A small version of a picture, for where it is one among many."""

from __future__ import annotations

import dataclasses

import numpy as np
from PIL import Image

from dreamcore.picture.decoding import Picture


def shrink(picture: Picture, longest: int) -> Picture:
    """The picture with its longer side at most `longest` pixels; itself where it is that small already.

    Colour that transparency hides does not bleed into what is visible.
    """
    scale = longest / max(picture.width, picture.height)
    if scale >= 1:
        return picture
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    if picture.alpha is None:
        opaque = Image.fromarray(picture.rgb).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        return dataclasses.replace(picture, rgb=np.asarray(opaque))
    whole = Image.fromarray(np.dstack([picture.rgb, picture.alpha])).convert("RGBa")
    small = np.asarray(whole.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0).convert("RGBA"))
    rgb, alpha = np.ascontiguousarray(small[..., :3]), np.ascontiguousarray(small[..., 3])
    return dataclasses.replace(picture, rgb=rgb, alpha=alpha)
