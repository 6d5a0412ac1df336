"""Pictures and films into files of a given size: a dream's, one that was too large for its place, two side by side."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bot.executor.protocol import Encoded
from dreamcore.films.boxes import comment_in
from dreamcore.films.footage import MovingPicture
from dreamcore.films.writing import reel_for, write_film
from dreamcore.picture import Picture, encode, encode_within, read_recipe
from dreamcore.picture.encoding import jpeg

LONGEST_COMPARED = 4096  #: pixels of the longer side of two pictures together
GAP_SHARE = 0.01  #: of the longer side, between them
PREVIEW_QUALITY = 80
SHEET_QUALITY = 90

Bytes = NDArray[np.uint8]


def fitted(rgb: Bytes, alpha: Bytes | None, byte_limit: int, recipe: str | None) -> Encoded:
    """The best file of at most `byte_limit` bytes, the recipe in it. Raises PictureError."""
    best = encode_within(rgb, alpha, limit_bytes=byte_limit, recipe=recipe)
    return Encoded(data=best.data, format=best.format, note=best.note)


def fitted_sheet(rgb: Bytes, byte_limit: int, recipe: str | None = None) -> Encoded:
    """A JPEG that loads quickly, where that fits; otherwise whatever does. Raises PictureError."""
    data = encode(rgb, format="JPEG", recipe=recipe, quality=SHEET_QUALITY)
    if len(data) <= byte_limit:
        return Encoded(data=data, format="JPEG", note="")
    return fitted(rgb, None, byte_limit, recipe)


def refitted(picture: Picture, data: bytes, byte_limit: int) -> Encoded:
    """The decoded `picture` anew, in fewer bytes, with the recipe that its file `data` carries."""
    return fitted(picture.rgb, picture.alpha, byte_limit, read_recipe(data))


def refitted_film(film: MovingPicture, data: bytes, byte_limit: int) -> Encoded:
    """The decoded `film` anew, in fewer bytes, with the recipe that its file `data` carries. Raises PictureError."""
    format_ = film.format.lower()
    reel = reel_for(format_, film.width, film.height)
    for frame in film.frames():
        reel.add(frame.rgb)
    written = write_film(
        reel,
        film.starts[: len(reel)],
        film.length,
        format_=format_,
        limit_bytes=byte_limit,
        recipe=_recipe_of_film(data, film.format),
        sound=film.sound,
    )
    return Encoded(data=written.data, format=written.format, note=written.note)


def _recipe_of_film(data: bytes, format: str) -> str | None:
    if format == "MP4":
        return comment_in(data)
    if format == "GIF":
        comment = Image.open(io.BytesIO(data)).info.get("comment")
        return comment.decode(errors="replace") if isinstance(comment, bytes) else None
    return read_recipe(data)


def compared(before: Picture, after: Picture, byte_limit: int) -> Encoded:
    """`before` left of `after`, or above it where both are wide; as large as `after`, if that is not too large."""
    wide = after.width > after.height
    along = (after.height if wide else after.width) * 2
    scale = min(1.0, LONGEST_COMPARED / max(along, after.width, after.height))
    size = max(1, round(after.width * scale)), max(1, round(after.height * scale))
    gap = max(2, round(GAP_SHARE * max(size)))
    offset = (0, size[1] + gap) if wide else (size[0] + gap, 0)
    whole = Image.new("RGB", (size[0] + offset[0], size[1] + offset[1]), "white")
    for picture, place in ((before, (0, 0)), (after, offset)):
        image = Image.fromarray(picture.rgb)
        mask = None if picture.alpha is None else Image.fromarray(picture.alpha).resize(size, Image.Resampling.LANCZOS)
        whole.paste(image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0), place, mask)
    return fitted(np.asarray(whole), None, byte_limit, None)


def preview_jpeg(rgb: Bytes) -> bytes:
    """A dream on its way, small already, as a small file."""
    return jpeg(Image.fromarray(rgb), b"", quality=PREVIEW_QUALITY, full_colour=False)
