"""Where pictures hang: rows of equal height that fill the width, whatever shapes they have. Arithmetic only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

NARROWEST, WIDEST = 0.64, 2.0  #: width / height of a frame; what is slimmer or wider hangs in one with a mat around it


@dataclass(frozen=True, kw_only=True)
class Box:
    """A place on the sheet, in pixels."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height


def frame_shape(width: int, height: int) -> float:
    """Width / height of the frame for a picture of this size.

    >>> frame_shape(300, 200), frame_shape(9000, 10)
    (1.5, 2.0)
    """
    return min(WIDEST, max(NARROWEST, width / height))


def contained(width: int, height: int, frame: Box) -> Box:
    """The largest place in the middle of the frame for a picture of this size, whole."""
    scale = min(frame.width / width, frame.height / height)
    inner = max(1, round(width * scale)), max(1, round(height * scale))
    left, top = frame.left + (frame.width - inner[0]) // 2, frame.top + (frame.height - inner[1]) // 2
    return Box(left=left, top=top, width=inner[0], height=inner[1])


def rows_of(shapes: Sequence[float], *, columns: float) -> list[range]:
    """The shapes in order, cut into rows with about `columns` pictures of ordinary shape in each.

    Each row is as full as its neighbours: the cut is the one with the least difference in height.

    >>> [len(row) for row in rows_of([1.5] * 7, columns=4)]
    [3, 4]
    """
    count = max(1, math.ceil(len(shapes) / columns - 1e-9))
    total = sum(shapes) / count

    @cache
    def best(first: int, rows: int) -> tuple[float, tuple[int, ...]]:
        if rows == 1:
            return _unevenness(shapes[first:], total), (len(shapes),)
        options = []
        for end in range(first + 1, len(shapes) - rows + 2):
            cost, rest = best(end, rows - 1)
            options.append((_unevenness(shapes[first:end], total) + cost, (end, *rest)))
        return min(options)

    ends = best(0, count)[1]
    return [range(begin, end) for begin, end in zip((0, *ends), ends, strict=False)]


def _unevenness(row: Sequence[float], wanted: float) -> float:
    return math.log(sum(row) / wanted) ** 2


def hang(shapes: Sequence[float], *, left: int, top: int, width: int, gap: int, tallest: int) -> list[Box]:
    """Frames of these shapes side by side, `width` wide together, or `tallest` high and in the middle."""
    room = width - gap * (len(shapes) - 1)
    height = min(float(tallest), room / sum(shapes))
    used = height * sum(shapes) + gap * (len(shapes) - 1)
    boxes, at = [], left + (width - used) / 2
    for shape in shapes:
        begin, end = round(at), round(at + height * shape)
        boxes.append(Box(left=begin, top=top, width=end - begin, height=round(height)))
        at += height * shape + gap
    return boxes
