"""One leaf of a gallery: a few small pictures, each with a number that can be read on a phone."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from bot.executor.protocol import SheetEntry, SheetOrder
from dreamcore.picture import Picture
from dreamcore.sheets import wall
from dreamcore.sheets.layout import UNKNOWN_SHAPE, Box, Rows, cut, frame_shape, hang
from dreamcore.sheets.lettering import Face, line

WIDTH = 1200
_MARGIN, _GAP, _DISC = 44, 28, 92


def longest(entry: SheetEntry) -> int:
    """Pixels of the longer side that its picture may need."""
    return 1080


def leaf(order: SheetOrder, pictures: Sequence[Picture | None]) -> Image.Image:
    """The sheet; `pictures` belong to the order's entries, None where there is none."""
    shapes = [
        UNKNOWN_SHAPE if p is None else frame_shape(p.width, p.height, narrowest=0.72, widest=1.8) for p in pictures
    ]
    top = _MARGIN + (92 if order.heading or order.details else 0)
    frames: list[Box] = []
    rows = _rows(len(shapes))
    for row in cut(shapes, rows):
        frames += hang([shapes[n] for n in row], rows, left=_MARGIN, top=top)
        top = frames[-1].bottom + _GAP + _DISC // 4
    height = frames[-1].bottom + _MARGIN + _DISC // 4
    sheet = wall.wall(WIDTH, height, lamp=height / 2)
    _heading(sheet, order)
    for entry, picture, frame in zip(order.entries, pictures, frames, strict=True):
        wall.shade(sheet, frame, softness=12)
        if picture is None:
            wall.empty_frame(sheet, order.missing, frame, wall.PLAIN_FRAME, size=36)
        else:
            wall.frame_picture(sheet, picture, frame, wall.PLAIN_FRAME)
        centre = frame.left + _DISC * 0.42, frame.bottom - _DISC * 0.3
        wall.medal(sheet, entry.mark, centre, diameter=_DISC + 12, fill=wall.NIGHT, colour=wall.NIGHT)
        wall.medal(sheet, entry.mark, centre, diameter=_DISC, fill=wall.MOON, colour=wall.INK)
    return sheet


def _rows(count: int) -> Rows:
    """The fewer, the larger."""
    height = 290 if count > 6 else 340 if count > 4 else 420
    return Rows(width=WIDTH - 2 * _MARGIN, gap=_GAP, height=height, tallest=640, narrowest=height / 2)


def _heading(sheet: Image.Image, order: SheetOrder) -> None:
    """The theme to the left, the rest to the right of it, on one line."""
    details = line(order.details, Face.PLAIN, 34, within=WIDTH / 2 - _MARGIN)
    heading = line(order.heading, Face.BOLD, 44, within=WIDTH - 2 * _MARGIN - details.width - _GAP)
    heading.draw(sheet, _MARGIN, 92, wall.CREAM)
    details.draw(sheet, WIDTH - _MARGIN - details.width, 92, wall.SOFT)
