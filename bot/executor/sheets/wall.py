"""What is behind and around the pictures: a dark wall under a warm lamp, frames, mats, medals and a moon."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from bot.executor.sheets.layout import Box, contained
from bot.executor.sheets.lettering import Colour, Face, line
from dreamcore.picture import Picture

CREAM: Colour = (244, 236, 223)  #: names
SOFT: Colour = (196, 182, 189)  #: what is second in rank
FAINT: Colour = (140, 124, 136)
MOON: Colour = (255, 217, 138)  #: places, winners
SILVER: Colour = (214, 214, 226)
BRONZE: Colour = (224, 164, 118)
INK: Colour = (33, 22, 27)  #: on medals
MAT: Colour = (24, 17, 23)  #: around a picture that does not fill its frame
PLUM, NIGHT = (58, 40, 50), (20, 14, 20)  #: the wall under the lamp, and far from it
EDGE: Colour = (92, 70, 80)

_SOFTNESS = 4  #: times finer, for round shapes


def wall(width: int, height: int, *, lamp: float) -> Image.Image:
    """The wall. `lamp`: how far down the light is aimed, in pixels."""
    y = np.arange(height, dtype=np.float32)[:, None] - lamp
    x = np.arange(width, dtype=np.float32)[None, :] - width / 2
    light = np.exp(-((x / (0.62 * width)) ** 2) - (y / (0.75 * width)) ** 2)[..., None]
    far, near = np.array(NIGHT, np.float32), np.array(PLUM, np.float32)
    colour = far + light * (near - far)
    # A little grain, without which so dark a gradient shows its steps.
    colour += np.random.default_rng(7).normal(0, 0.9, (height, width, 1)).astype(np.float32)
    return Image.fromarray(colour.round().clip(0, 255).astype(np.uint8))


def shade(image: Image.Image, frame: Box, *, softness: int) -> None:
    """The shadow that a frame throws on the wall, below it."""
    around = 3 * softness
    size = frame.width + 2 * around, frame.height + 2 * around
    small = max(1, softness // 4)
    mask = Image.new("L", (size[0] // small, size[1] // small), 0)
    inner = (around // small, around // small, (around + frame.width) // small, (around + frame.height) // small)
    ImageDraw.Draw(mask).rectangle(inner, fill=150)
    mask = mask.filter(ImageFilter.GaussianBlur(softness / small)).resize(size)
    image.paste((6, 3, 6), (frame.left - around, frame.top - around + softness), mask)


def frame_picture(image: Image.Image, picture: Picture, frame: Box, *, rim: Colour, thickness: int) -> None:
    """The picture, whole, in a frame with a thin rim; where it does not fill the frame, there is a mat."""
    _rim(image, frame, rim, thickness)
    place = contained(picture.width, picture.height, frame)
    if (abs(place.width - frame.width) <= 2) and (abs(place.height - frame.height) <= 2):
        place = frame
    size = place.width, place.height
    shown = Image.fromarray(picture.rgb).resize(size, Image.Resampling.LANCZOS)
    mask = None if picture.alpha is None else Image.fromarray(picture.alpha).resize(size, Image.Resampling.LANCZOS)
    image.paste(shown, (place.left, place.top), mask)


def empty_frame(image: Image.Image, text: str, frame: Box, *, rim: Colour, thickness: int, size: int) -> None:
    """Where a picture should be."""
    _rim(image, frame, rim, thickness)
    words = line(text, Face.SLANTED, size, within=frame.width * 0.86)
    words.draw(image, frame.left + (frame.width - words.width) / 2, frame.top + frame.height / 2 + size * 0.35, FAINT)


def _rim(image: Image.Image, frame: Box, rim: Colour, thickness: int) -> None:
    pen = ImageDraw.Draw(image)
    outer = (frame.left - thickness, frame.top - thickness, frame.right + thickness - 1, frame.bottom + thickness - 1)
    pen.rectangle(outer, fill=rim)
    pen.rectangle((frame.left, frame.top, frame.right - 1, frame.bottom - 1), fill=MAT)


def medal(
    image: Image.Image, text: str, centre: tuple[float, float], *, diameter: int, fill: Colour, colour: Colour
) -> None:
    """A disc with a place or a number in it."""
    fine = diameter * _SOFTNESS
    mask = Image.new("L", (fine, fine), 0)
    ImageDraw.Draw(mask).ellipse((0, 0, fine - 1, fine - 1), fill=255)
    left, top = round(centre[0] - diameter / 2), round(centre[1] - diameter / 2)
    image.paste(fill, (left, top), mask.resize((diameter, diameter), Image.Resampling.BOX))
    size = round(diameter * (0.58 if len(text) < 2 else 0.5 if len(text) < 3 else 0.38))
    figure = line(text, Face.BOLD, size, within=diameter)
    figure.draw(image, left + (diameter - figure.width) / 2, top + diameter / 2 + size * 0.345, colour)


def moon(image: Image.Image, centre: tuple[float, float], *, diameter: int, colour: Colour) -> None:
    """A crescent, with a hair line to either side that fades away."""
    fine = diameter * _SOFTNESS
    disc, cut = Image.new("L", (fine, fine), 0), Image.new("L", (fine, fine), 0)
    ImageDraw.Draw(disc).ellipse((0, 0, fine - 1, fine - 1), fill=255)
    ImageDraw.Draw(cut).ellipse((fine * 0.3, -fine * 0.1, fine * 1.2, fine * 0.8), fill=255)
    mask = ImageChops.subtract(disc, cut).resize((diameter, diameter), Image.Resampling.BOX)
    image.paste(colour, (round(centre[0] - diameter / 2), round(centre[1] - diameter / 2)), mask)
    length = diameter * 6
    fade = np.linspace(170, 0, length).astype(np.uint8)[None, :].repeat(max(1, diameter // 22), 0)
    for right, line_mask in ((True, fade), (False, fade[:, ::-1])):
        left = centre[0] + diameter if right else centre[0] - diameter - length
        image.paste(colour, (round(left), round(centre[1])), Image.fromarray(np.ascontiguousarray(line_mask)))
