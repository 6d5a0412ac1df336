"""What is behind and around the pictures: a dark wall under a warm lamp, frames, mats, medals and a moon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from dreamcore.picture import Picture
from dreamcore.sheets.layout import Box, contained
from dreamcore.sheets.lettering import Colour, Face, line

CREAM: Colour = (244, 236, 223)  #: names
SOFT: Colour = (196, 182, 189)  #: what is second in rank
FAINT: Colour = (140, 124, 136)
MOON: Colour = (255, 217, 138)  #: places, winners
SILVER: Colour = (214, 214, 226)
BRONZE: Colour = (224, 164, 118)
INK: Colour = (33, 22, 27)  #: on medals
MAT: Colour = (21, 15, 20)  #: around a picture that does not fill its frame
PLUM, NIGHT = (72, 49, 54), (19, 13, 19)  #: the wall under the lamp, and far from it
EDGE: Colour = (92, 70, 80)

_BAND = 256  # rows
_SOFTNESS = 4  #: times finer, for round shapes
_SLACK = 0.05  #: of a picture that its frame may hide, where otherwise the mat would be a mere line on two sides


@dataclass(frozen=True, kw_only=True)
class Frame:
    """How a frame looks: its rim, and how much mat there is at least between that and the picture."""

    rim: Colour
    thickness: int
    mat: int


PLAIN_FRAME = Frame(rim=EDGE, thickness=2, mat=0)
GOLD_FRAME = Frame(rim=MOON, thickness=3, mat=0)
LARGE_FRAME = Frame(rim=MOON, thickness=4, mat=14)


def wall(width: int, height: int, *, lamp: float) -> Image.Image:
    """The wall. `lamp`: how far down the light is aimed, in pixels."""
    far, near = np.array(NIGHT, np.float32), np.array(PLUM, np.float32)
    random = np.random.default_rng(7)
    across = np.exp(-(((np.arange(width) - width / 2) / (0.62 * width)) ** 2)).astype(np.float32)[None, :, None]
    down = np.exp(-(((np.arange(height) - lamp) / (0.75 * width)) ** 2)).astype(np.float32)[:, None, None]
    sheet = np.empty((height, width, 3), np.uint8)
    # A little grain, without which so dark a gradient shows its steps; nobody sees that it repeats.
    grain = random.standard_normal((min(_BAND, height), width, 3), np.float32) * np.float32(0.9) + far
    for top in range(0, height, _BAND):
        light = down[top : top + _BAND] * across
        sheet[top : top + _BAND] = (light * (near - far) + grain[: len(light)]).round().clip(0, 255)
    return Image.fromarray(sheet)


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


def frame_picture(image: Image.Image, picture: Picture, frame: Box, look: Frame) -> None:
    """The picture, whole, in a frame; where it has another shape than the frame, there is more of the mat."""
    inner = _frame(image, frame, look)
    shown = contained(picture.width, picture.height, inner)
    if inner.width * inner.height < shown.width * shown.height * (1 + _SLACK):
        shown = inner
    size = shown.width, shown.height
    part = _middle(picture.width, picture.height, shown.width / shown.height)
    scaled = Image.fromarray(picture.rgb).resize(size, Image.Resampling.LANCZOS, part)
    mask = None
    if picture.alpha is not None:
        mask = Image.fromarray(picture.alpha).resize(size, Image.Resampling.LANCZOS, part)
    image.paste(scaled, (shown.left, shown.top), mask)


def _middle(width: int, height: int, shape: float) -> tuple[float, float, float, float]:
    """The largest part of this shape."""
    wide, high = min(float(width), height * shape), min(float(height), width / shape)
    return (width - wide) / 2, (height - high) / 2, (width + wide) / 2, (height + high) / 2


def empty_frame(image: Image.Image, text: str, frame: Box, look: Frame, *, size: int) -> None:
    """Where a picture should be."""
    inner = _frame(image, frame, look)
    words = line(text, Face.SLANTED, size, within=inner.width * 0.86)
    words.draw(image, inner.left + (inner.width - words.width) / 2, inner.top + inner.height / 2 + size * 0.35, FAINT)


def _frame(image: Image.Image, frame: Box, look: Frame) -> Box:
    """Draws rim and mat; what is left inside."""
    pen = ImageDraw.Draw(image)
    pen.rectangle((frame.left, frame.top, frame.right - 1, frame.bottom - 1), fill=look.rim)
    mat = frame.smaller(look.thickness)
    pen.rectangle((mat.left, mat.top, mat.right - 1, mat.bottom - 1), fill=MAT)
    return mat.smaller(look.mat)


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
