"""Which picture of a challenge's results hangs where, and how large everything is. Arithmetic only."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dreamcore.sheets.layout import Beside, Box, Rows, beside, cut, hang, pair

MOST_LARGE = 6  #: winners; where more are equal, nobody stands out


WIDTHS = range(1600, 2601, 200)  #: of a sheet
TALL = 1.15  #: height / width that is not too high


@dataclass(frozen=True, kw_only=True)
class Measures:
    """Lengths in pixels."""

    width: int  # of the sheet
    margin: int = 84
    gap: int = 36  # between neighbours
    row_gap: int = 44
    row: int = 290  # height of an ordinary picture, more or less

    @property
    def inner(self) -> int:
        return self.width - 2 * self.margin

    @property
    def heading(self) -> int:
        """Height of the heading's letters."""
        return round(0.022 * self.width + 44)

    @property
    def name(self) -> int:
        """And of names below pictures: a wide sheet is looked at from further away."""
        return round(0.008 * self.width + 24)

    @property
    def detail(self) -> int:
        """And of what stands below a name."""
        return round(0.81 * self.name)

    @property
    def label(self) -> int:
        """Room for what is written below a picture."""
        return round(self.name * 1.55 + self.detail * 1.45)

    def large_label(self, *, alone: bool) -> int:
        """The same below a winner, the only one's larger."""
        return round(self.label * (1.75 if alone else 1.3))

    def rows(self, height: float, tallest: float) -> Rows:
        """Rows over all of the sheet."""
        return Rows(width=self.inner, gap=self.gap, height=height, tallest=tallest, narrowest=5.5 * self.name)


@dataclass(frozen=True, kw_only=True)
class Arrangement:
    """Frames in the order of the entries, which of them are large, and how far down it all goes."""

    measures: Measures
    frames: tuple[Box, ...]
    large: frozenset[int]
    bottom: int


def arranged(shapes: Sequence[float], winners: Sequence[int], top: Callable[[Measures], int]) -> Arrangement:
    """Places for frames of these shapes, the winners' large and before the others.

    A sheet that is too high is small in a chat, and one that is too wide has small letters: of some widths, the one
    that is neither. `top`: how far down the heading goes.
    """

    def ugliness(made: Arrangement) -> float:
        width = made.measures.width
        return 2 * max(0.0, math.log(made.bottom / width / TALL)) + math.log(width / WIDTHS[0])

    sheets = (Measures(width=width) for width in WIDTHS)
    return min((_arranged(shapes, winners, sheet, top(sheet)) for sheet in sheets), key=ugliness)


def _side(large: float, others: Sequence[float], measures: Measures, top: int) -> Beside | None:
    rows, tallest = measures.rows(measures.row, 0), round(0.3 * measures.width + 540)
    between = measures.label + measures.row_gap
    side = beside(large, others, rows, left=measures.margin, top=top, between=between, tallest=tallest)
    if side is None and len(others) == 1:
        return pair(large, others[0], rows, left=measures.margin, top=top, tallest=tallest)
    return side


def _arranged(shapes: Sequence[float], winners: Sequence[int], measures: Measures, top: int) -> Arrangement:
    large = list(winners) if len(winners) <= MOST_LARGE else []
    others = [number for number in range(len(shapes)) if number not in large]
    frames: dict[int, Box] = {}
    alone = len(large) == 1
    if alone:
        side = _side(shapes[large[0]], [shapes[n] for n in others], measures, top)
        if side is not None:
            frames[large[0]] = side.large
            frames.update(zip(others, side.others, strict=False))
            others = others[len(side.others) :]
            top = side.large.bottom + measures.large_label(alone=True) + measures.row_gap
    rest = [number for number in large if number not in frames]
    most = (0.5 if len(shapes) > 1 else 0.6) * measures.width if alone else 0.4 * measures.width
    groups = (
        (rest, measures.rows(most, most), 1.0, measures.large_label(alone=alone)),
        (others, measures.rows(measures.row, 1.35 * measures.row), 1.15 if len(others) > 8 else 1.0, measures.label),
    )
    for group, rows, lead, label in groups:
        parts = cut([shapes[n] for n in group], rows, lead=lead)
        if group is rest and len(parts) > 1:  # nobody who shares the first place hangs higher than the others
            lowest = min(rows.filling([shapes[group[n]] for n in part]) for part in parts)
            rows = replace(rows, tallest=min(rows.tallest, lowest))
        for row in parts:
            members = [group[n] for n in row]
            boxes = hang([shapes[n] for n in members], rows, left=measures.margin, top=top)
            frames.update(zip(members, boxes, strict=True))
            top = boxes[0].bottom + label + measures.row_gap
    return Arrangement(
        measures=measures,
        frames=tuple(frames[n] for n in range(len(shapes))),
        large=frozenset(large),
        bottom=top - measures.row_gap + measures.margin,
    )
