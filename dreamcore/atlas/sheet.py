"""A page painted for people: tiles on the wall, each with its name below."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dreamcore.atlas.pages import COLUMNS, AtlasPage
from dreamcore.sentences import Sentence
from dreamcore.sheets import wall
from dreamcore.sheets.layout import Box
from dreamcore.sheets.lettering import Face, fitted, line
from dreamcore.sheets.writing import paragraph

SIDE = 208  #: pixels of a tile: enlarged, for its caption's sake and for large screens
LONG = 14  #: letters of a caption, from which on it is told in two lines
GAP, MARGIN = 18, 36
HEADING, CAPTION, SMALL = 38, 25, 19  #: pixels of letters


def painted(page: AtlasPage, tiles: NDArray[np.uint8], *, heading: str, remark: str) -> Image.Image:
    """The sheet. heading and remark: in the reader's language; the remark stands at the foot."""
    second_line = any(tile.level or _in_two(tile.caption)[1] for tile in page.tiles)
    step = SIDE + round(1.7 * CAPTION) + (round(1.2 * SMALL) if second_line else 0) + GAP
    width = 2 * MARGIN + COLUMNS * SIDE + (COLUMNS - 1) * GAP
    foot = paragraph(remark, SMALL, within=width - 2 * MARGIN, colour=wall.SOFT)
    top = MARGIN + round(1.7 * HEADING)
    rows = -(-len(page.tiles) // COLUMNS)
    height = top + rows * step + round(foot.height) + MARGIN
    sheet = wall.wall(width, height, lamp=min(height, width) / 2)
    fitted(heading, Face.BOLD, HEADING, within=width - 2 * MARGIN).draw(sheet, MARGIN, MARGIN + HEADING, wall.CREAM)
    for number, (tile, pixels) in enumerate(zip(page.tiles, tiles, strict=True)):
        row, column = divmod(number, COLUMNS)
        frame = Box(left=MARGIN + column * (SIDE + GAP), top=top + row * step, width=SIDE, height=SIDE)
        wall.shade(sheet, frame, softness=8)
        picture = Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        sheet.paste(picture, (frame.left, frame.top))
        baseline = frame.bottom + round(1.2 * CAPTION)
        name, beginning = _in_two(tile.caption)
        fitted(name, Face.BOLD, CAPTION, within=SIDE).draw(sheet, frame.left, baseline, wall.CREAM)
        below, colour = (tile.level, wall.MOON) if tile.level else (beginning, wall.SOFT)
        line(below, Face.PLAIN, SMALL, within=SIDE).draw(sheet, frame.left, baseline + 1.25 * SMALL, colour)
    foot.draw(sheet, MARGIN, height - MARGIN - foot.height)
    return sheet


def _in_two(caption: str) -> tuple[str, str]:
    """A long name's last part, which tells it from its neighbours, and the name that it is a part of, else nothing.

    >>> _in_two("inception_3a/relu_3x3_reduce"), _in_two("conv2/3x3"), _in_two("golden retriever")
    (('relu_3x3_reduce', 'in inception_3a'), ('conv2/3x3', ''), ('golden retriever', ''))
    """
    outer, part = re.fullmatch(r"(?:(.+)[/.])?([^/.]*)", caption).groups()  # type: ignore[union-attr]
    return (part, Sentence("in {block}", block=outer)) if outer and len(caption) > LONG else (caption, "")
