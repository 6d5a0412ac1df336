"""Where pictures hang: rows of equal height that fill the width, whatever shapes they have. Arithmetic only."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

NARROWEST, WIDEST = 0.66, 2.4  #: width / height of a frame; what is slimmer or wider hangs in one with a mat around it
MOST_BESIDE = 9  #: pictures to the right of a large one
UNKNOWN_SHAPE = 1.25  #: of a frame without a picture


@dataclass(frozen=True, kw_only=True)
class Box:
    """A place on the sheet, in pixels."""

    left: int
    top: int
    width: int
    height: int

    def smaller(self, by: int) -> Box:
        """The same, less a border inside."""
        return Box(left=self.left + by, top=self.top + by, width=self.width - 2 * by, height=self.height - 2 * by)

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What rows should be like, in pixels."""

    width: int  # to be filled
    gap: int  # between neighbours
    height: float  # of a picture, as it looks best
    tallest: float  # a row of too few is not made higher than this, and stands in the middle
    narrowest: float  # a picture of this width has just room for its label

    def filling(self, shapes: Sequence[float]) -> float:
        """The height at which these fill a row."""
        return (self.width - self.gap * (len(shapes) - 1)) / sum(shapes)


def frame_shape(width: int, height: int, *, narrowest: float = NARROWEST, widest: float = WIDEST) -> float:
    """Width / height of the frame for a picture of this size.

    >>> frame_shape(300, 200), frame_shape(9000, 10)
    (1.5, 2.4)
    """
    return min(widest, max(narrowest, width / height))


def contained(width: int, height: int, frame: Box) -> Box:
    """The largest place in the middle of the frame for a picture of this size, whole."""
    scale = min(frame.width / width, frame.height / height)
    inner = max(1, round(width * scale)), max(1, round(height * scale))
    left, top = frame.left + (frame.width - inner[0]) // 2, frame.top + (frame.height - inner[1]) // 2
    return Box(left=left, top=top, width=inner[0], height=inner[1])


def cut(shapes: Sequence[float], rows: Rows, *, lead: float = 1.0) -> list[range]:
    """The shapes, in order, cut into the rows that look best together. `lead`: how much higher the first should be.

    >>> wanted = Rows(width=1400, gap=30, height=300, tallest=400, narrowest=200)
    >>> [len(row) for row in cut([1.5] * 7, wanted)]
    [3, 4]
    """
    # From the last to the first: the least ugliness of everything from there on, and where its first row ends.
    best: list[tuple[float, int]] = [(0.0, len(shapes))]
    for first in reversed(range(len(shapes))):
        wanted = rows.height * (lead if first == 0 else 1.0)
        options = []
        for end in range(first + 1, len(shapes) + 1):
            cost = _ugliness(shapes[first:end], rows, wanted) * (end - first)
            options.append((cost + best[len(shapes) - end][0], end))
        best.append(min(options))
    made, at = [], 0
    while at < len(shapes):
        end = best[len(shapes) - at][1]
        made.append(range(at, end))
        at = end
    return made


def _ugliness(row: Sequence[float], rows: Rows, wanted: float) -> float:
    """Of one row: too high or low, not filled, pictures too narrow for what is written below."""
    fills = rows.filling(row)
    if fills <= 0:
        return math.inf
    height = min(fills, rows.tallest)
    narrow = max(0.0, math.log(rows.narrowest / (height * min(row))))
    return math.log(height / wanted) ** 2 + 4 * math.log(fills / height) ** 2 + 6 * narrow**2


def hang(shapes: Sequence[float], rows: Rows, *, left: int, top: int) -> list[Box]:
    """Frames of these shapes side by side, filling the row, or in the middle of it where they are too few."""
    height = min(rows.tallest, rows.filling(shapes))
    used = height * sum(shapes) + rows.gap * (len(shapes) - 1)
    boxes, at = [], left + (rows.width - used) / 2
    for shape in shapes:
        begin, end = round(at), round(at + height * shape)
        boxes.append(Box(left=begin, top=top, width=end - begin, height=round(height)))
        at += height * shape + rows.gap
    return boxes


@dataclass(frozen=True, kw_only=True)
class Beside:
    """One picture large on the left, and the first of the others to its right, their feet on one line."""

    large: Box
    others: tuple[Box, ...]


def beside(
    large: float, shapes: Sequence[float], rows: Rows, *, left: int, top: int, between: int, tallest: int
) -> Beside | None:
    """The large picture's shape and the others' -> where it and as many of them as look well beside it hang.

    `between`: room under a picture, down to the next. None where nothing looks well.
    """
    best: tuple[float, Beside] | None = None
    for count in range(1, min(MOST_BESIDE, len(shapes)) + 1):
        if 0 < len(shapes) - count < 3:  # too few to fill a row below
            continue
        for side in _sides(shapes[:count]):
            # A row of the right side, w wide, is (w - gaps) / (its shapes' sum) high, so all are a * w + b; the large
            # picture must be as high in what is left of the width.
            sums = [sum(row) for row in side]
            a = sum(1 / each for each in sums)
            gaps = sum(rows.gap * (len(row) - 1) / sum(row) for row in side)
            b = (len(side) - 1) * between - gaps
            width = ((rows.width - rows.gap) / large - b) / (a + 1 / large)
            share = 1 - width / rows.width
            narrowest = min((width - rows.gap * (len(row) - 1)) * min(row) / sum(row) for row in side)
            if not 0.42 <= share <= 0.74 or a * width + b > tallest or narrowest < rows.narrowest:
                continue
            cost = abs(math.log(share / 0.64)) + 0.02 * count
            if best is None or cost < best[0]:
                best = cost, _beside(side, rows, round(width), left, top, between)
    return best[1] if best else None


def pair(large: float, other: float, rows: Rows, *, left: int, top: int, tallest: int) -> Beside:
    """As `beside`, for one picture that cannot be as high as the large one without becoming nearly as large."""
    width = min(round(0.62 * rows.width), round(tallest * large))
    height = round(width / large)
    side = rows.width - width - rows.gap
    low = min(round(side / other), round(0.8 * height))
    narrow = round(low * other)
    over = (side - narrow) // 2  # room left and right of both together
    return Beside(
        large=Box(left=left + over, top=top, width=width, height=height),
        others=(Box(left=left + over + width + rows.gap, top=top + height - low, width=narrow, height=low),),
    )


def _sides(shapes: Sequence[float]) -> Iterator[list[Sequence[float]]]:
    """The shapes one below the other, in pairs, in threes."""
    for columns in (1, 2, 3):
        if columns == 1 or len(shapes) > columns:
            yield [shapes[n : n + columns] for n in range(0, len(shapes), columns)]


def _beside(side: list[Sequence[float]], rows: Rows, width: int, left: int, top: int, between: int) -> Beside:
    column = Rows(width=width, gap=rows.gap, height=rows.height, tallest=math.inf, narrowest=rows.narrowest)
    boxes: list[Box] = []
    at = top
    for row in side:
        boxes += hang(row, column, left=left + rows.width - width, top=at)
        at = boxes[-1].bottom + between
    large = Box(left=left, top=top, width=rows.width - width - rows.gap, height=boxes[-1].bottom - top)
    return Beside(large=large, others=tuple(boxes))
