"""Animated GIF and WebP, through Pillow: for where a video cannot go."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from PIL import Image

from dreamcore.picture.recipes import xmp_packet

_COLOURS = 256
_HIDDEN, _VISIBLE = 255, 128  #: the colour that stands for transparency; alpha from which something is seen
_PALETTE_SAMPLES = 12  #: frames from all over the film that its one palette is made from
_SAMPLE_WIDTH = 160  #: of each of them


def write_webp(
    images: Iterable[Image.Image],
    durations: Sequence[int],
    *,
    quality: int,
    recipe: str | None,
    loop: int | None = 0,
) -> bytes:
    """durations: milliseconds each. quality: 1 to 100. loop: how often it runs; 0: for ever, None: once."""
    first, *others = images
    out = io.BytesIO()
    more: dict[str, Any] = {"xmp": xmp_packet(recipe)} if recipe is not None else {}
    if first.mode == "RGBA":  # else frames are cut to what is seen of them, and the file says that it has no alpha
        more |= {"kmin": 0, "kmax": 1}
    first.save(
        out,
        "WEBP",
        save_all=True,
        append_images=others,
        duration=list(durations),
        loop=1 if loop is None else loop,
        quality=quality,
        method=2,
        **more,
    )
    return out.getvalue()


def write_gif(
    images: Sequence[Image.Image],
    durations: Sequence[int],
    *,
    colours: int,
    recipe: str | None,
    loop: int | None = 0,
) -> bytes:
    """durations: milliseconds each, in tens. One palette for the whole film, so that colours stand still; dithered.

    The recipe stands in the file's comment. loop: as for `write_webp`. Of alpha a GIF knows two values.
    """
    transparent = any(image.mode == "RGBA" for image in images)
    palette = _palette(images, min(colours, _HIDDEN) if transparent else colours)
    first, *others = (_indexed(image, palette) for image in images)
    out = io.BytesIO()
    more: dict[str, Any] = {"comment": recipe.encode()} if recipe is not None else {}
    more |= {"loop": loop} if loop is not None else {}
    more |= {"transparency": _HIDDEN} if transparent else {}
    first.save(
        out,
        "GIF",
        save_all=True,
        append_images=others,
        duration=list(durations),
        optimize=False,
        disposal=2 if transparent else 1,
        **more,
    )
    return out.getvalue()


def _indexed(image: Image.Image, palette: Image.Image) -> Image.Image:
    indexed = image.convert("RGB").quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
    if image.mode == "RGBA":
        indexed.paste(_HIDDEN, mask=image.getchannel("A").point(lambda alpha: 255 if alpha < _VISIBLE else 0))
    return indexed


def _palette(images: Sequence[Image.Image], colours: int) -> Image.Image:
    """An image whose palette suits all frames: of small ones from all over the film, side by side."""
    step = max(1, len(images) // _PALETTE_SAMPLES)
    samples = [image for number, image in enumerate(images) if number % step == 0]
    width = min(_SAMPLE_WIDTH, images[0].width)
    height = max(1, round(width * images[0].height / images[0].width))
    strip = Image.new("RGB", (width, height * len(samples)))
    for number, image in enumerate(samples):
        strip.paste(image.convert("RGB").resize((width, height), Image.Resampling.NEAREST), (0, number * height))
    return strip.quantize(colors=min(colours, _COLOURS), method=Image.Quantize.MEDIANCUT)
