"""Animated GIF and WebP, through Pillow: for where a video cannot go."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from PIL import Image

from dreamcore.picture.recipes import xmp_packet

_COLOURS = 256
_PALETTE_SAMPLES = 12  #: frames from all over the film that its one palette is made from
_SAMPLE_WIDTH = 160  #: of each of them


def write_webp(images: Iterable[Image.Image], durations: Sequence[int], *, quality: int, recipe: str | None) -> bytes:
    """durations: milliseconds each. quality: 1 to 100. Runs for ever."""
    first, *others = images
    out = io.BytesIO()
    packet = {"xmp": xmp_packet(recipe)} if recipe is not None else {}
    first.save(
        out,
        "WEBP",
        save_all=True,
        append_images=others,
        duration=list(durations),
        loop=0,
        quality=quality,
        method=2,
        **packet,
    )
    return out.getvalue()


def write_gif(images: Sequence[Image.Image], durations: Sequence[int], *, colours: int, recipe: str | None) -> bytes:
    """durations: milliseconds each, in tens. One palette for the whole film, so that colours stand still; dithered.

    The recipe stands in the file's comment. Runs for ever.
    """
    palette = _palette(images, colours)
    first, *others = (image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG) for image in images)
    out = io.BytesIO()
    comment = {"comment": recipe.encode()} if recipe is not None else {}
    first.save(
        out,
        "GIF",
        save_all=True,
        append_images=others,
        duration=list(durations),
        loop=0,
        optimize=False,
        disposal=1,
        **comment,
    )
    return out.getvalue()


def _palette(images: Sequence[Image.Image], colours: int) -> Image.Image:
    """An image whose palette suits all frames: of small ones from all over the film, side by side."""
    step = max(1, len(images) // _PALETTE_SAMPLES)
    samples = [image for number, image in enumerate(images) if number % step == 0]
    width = min(_SAMPLE_WIDTH, images[0].width)
    height = max(1, round(width * images[0].height / images[0].width))
    strip = Image.new("RGB", (width, height * len(samples)))
    for number, image in enumerate(samples):
        strip.paste(image.resize((width, height), Image.Resampling.NEAREST), (0, number * height))
    return strip.quantize(colors=min(colours, _COLOURS), method=Image.Quantize.MEDIANCUT)
