"""The results of a challenge: the winners large under the theme, the others in rows below, each with its label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from bot.executor.protocol import SheetEntry, SheetOrder
from bot.executor.sheets import wall
from bot.executor.sheets.layout import Box, frame_shape, hang, rows_of
from bot.executor.sheets.lettering import Colour, Face, can_write, line, lines
from dreamcore.picture import Picture

MOST_LARGE = 6  #: winners; where more are equal, nobody stands out
UNKNOWN_SHAPE = 1.25  #: of a frame without a picture
LONGEST = 1440  #: pixels of the longer side that a picture here can have


@dataclass(frozen=True, kw_only=True)
class _Hung:
    """An entry in its place."""

    entry: SheetEntry
    picture: Picture | None
    frame: Box
    large: bool


@dataclass(frozen=True, kw_only=True)
class _Measures:
    """Lengths in pixels, on a sheet for so many entries."""

    width: int
    columns: float

    margin: int = 84
    gap: int = 36
    row_gap: int = 46
    name: int = 36  # height of letters
    detail: int = 29

    @property
    def inner(self) -> int:
        return self.width - 2 * self.margin

    @property
    def label(self) -> int:
        """Room below a picture."""
        return round(self.name * 1.55 + self.detail * 1.45)


def results(order: SheetOrder, pictures: Sequence[Picture | None]) -> Image.Image:
    """The sheet; `pictures` belong to the order's entries, None where there is none."""
    winners = sum(entry.winner for entry in order.entries)
    large = winners if winners <= MOST_LARGE else 0
    others = len(order.entries) - large
    measures = _measures(others)
    top = _heading_height(order, measures)
    hung, bottom = _arranged(order.entries, pictures, measures, top)
    lamp = hung[0].frame.top + hung[0].frame.height / 2
    sheet = wall.wall(measures.width, bottom + measures.margin, lamp=lamp)
    _heading(sheet, order, measures)
    for each in hung:
        _hang(sheet, each, order, measures, alone=large == 1)
    return sheet


def _measures(others: int) -> _Measures:
    if others <= 8:
        return _Measures(width=1600, columns=3 if others in (3, 5, 6) else 4)
    return _Measures(width=1600 if others <= 12 else 1800, columns=4 if others <= 16 else 5)


def _arranged(
    entries: Sequence[SheetEntry], pictures: Sequence[Picture | None], measures: _Measures, top: int
) -> tuple[list[_Hung], int]:
    shapes = [UNKNOWN_SHAPE if p is None else frame_shape(p.width, p.height) for p in pictures]
    large = [number for number, entry in enumerate(entries) if entry.winner]
    if len(large) > MOST_LARGE:
        large = []
    others = [number for number in range(len(entries)) if number not in large]
    places: dict[int, Box] = {}
    for group, columns, tallest, label in (
        (large, 3 if len(large) != 4 else 2, 880 if len(large) == 1 else 640, _large_label(measures, len(large) == 1)),
        (others, measures.columns, 420, measures.label),
    ):
        if not group:
            continue
        for row in rows_of([shapes[n] for n in group], columns=columns):
            members = [group[n] for n in row]
            frames = hang(
                [shapes[n] for n in members],
                left=measures.margin, top=top, width=measures.inner, gap=measures.gap, tallest=tallest,
            )  # fmt: skip
            places.update(zip(members, frames, strict=True))
            top = frames[0].bottom + label + measures.row_gap
    hung = [
        _Hung(entry=entry, picture=pictures[n], frame=places[n], large=n in large) for n, entry in enumerate(entries)
    ]
    return hung, top - measures.row_gap


def _large_label(measures: _Measures, alone: bool) -> int:
    return round(measures.label * (1.9 if alone else 1.3))


def _heading_height(order: SheetOrder, measures: _Measures) -> int:
    wrapped = lines(order.heading, Face.BOLD, 76, within=measures.inner, most=2)
    return 150 + 88 * len(wrapped) + (58 if order.details else 0) + 40


def _heading(sheet: Image.Image, order: SheetOrder, measures: _Measures) -> None:
    middle = measures.width / 2
    wall.moon(sheet, (middle, 92), diameter=52, colour=wall.MOON)
    baseline = 220.0
    for each in lines(order.heading, Face.BOLD, 76, within=measures.inner, most=2):
        each.draw(sheet, middle - each.width / 2, baseline, wall.CREAM)
        baseline += 88
    if order.details:
        small = line(order.details, Face.PLAIN, 34, within=measures.inner)
        small.draw(sheet, middle - small.width / 2, baseline - 24, wall.SOFT)


def _hang(sheet: Image.Image, hung: _Hung, order: SheetOrder, measures: _Measures, *, alone: bool) -> None:
    rim = _metal(hung.entry) if hung.entry.winner else wall.EDGE
    thickness = 4 if hung.large else 2
    wall.shade(sheet, hung.frame, softness=26 if hung.large else 14)
    if hung.picture is None:
        wall.empty_frame(sheet, order.missing, hung.frame, rim=rim, thickness=thickness, size=measures.name)
    else:
        wall.frame_picture(sheet, hung.picture, hung.frame, rim=rim, thickness=thickness)
    if hung.large and alone:
        _plate(sheet, hung, measures)
    else:
        _label(sheet, hung, measures, scale=1.25 if hung.large else 1.0)


def _plate(sheet: Image.Image, hung: _Hung, measures: _Measures) -> None:
    """The one winner's label, in the middle."""
    size, middle = round(measures.name * 1.7), measures.width / 2
    name = line(_name(hung.entry), Face.BOLD, size, within=measures.inner - 2 * size)
    disc = round(size * 1.15)
    left = middle - (disc + size * 0.35 + name.width) / 2
    baseline = hung.frame.bottom + size * 1.5
    wall.medal(
        sheet,
        hung.entry.mark,
        (left + disc / 2, baseline - size * 0.35),
        diameter=disc,
        fill=wall.MOON,
        colour=wall.INK,
    )
    name.draw(sheet, left + disc + size * 0.35, baseline, wall.CREAM)
    small = round(measures.detail * 1.3)
    _details(sheet, hung.entry, middle, baseline + small * 1.55, small, measures.inner, centred=True)


def _label(sheet: Image.Image, hung: _Hung, measures: _Measures, *, scale: float) -> None:
    size, small = round(measures.name * scale), round(measures.detail * scale)
    frame, entry = hung.frame, hung.entry
    baseline = frame.bottom + size * 1.35
    metal = _metal(entry)
    disc = round(size * 1.2)
    wall.medal(
        sheet, entry.mark, (frame.left + disc / 2, baseline - size * 0.35), diameter=disc, fill=metal, colour=wall.INK
    )
    at = frame.left + disc + size * 0.3
    line(_name(entry), Face.BOLD, size, within=frame.right - at).draw(sheet, at, baseline, wall.CREAM)
    _details(sheet, entry, frame.left, baseline + small * 1.45, small, frame.width, centred=False)


def _details(
    sheet: Image.Image, entry: SheetEntry, at: float, baseline: float, size: int, within: float, *, centred: bool
) -> None:
    """Votes, then the title."""
    votes = line(entry.votes, Face.PLAIN, size, within=within)
    space = size * 0.6 if entry.votes and entry.title else 0.0
    title = line(entry.title, Face.SLANTED, size, within=max(0.0, within - votes.width - space))
    left = at - (votes.width + space + title.width) / 2 if centred else at
    votes.draw(sheet, left, baseline, wall.MOON)
    title.draw(sheet, left + votes.width + space, baseline, wall.SOFT)


def _metal(entry: SheetEntry) -> Colour:
    if entry.winner:
        return wall.MOON
    return {"2": wall.SILVER, "3": wall.BRONZE}.get(entry.mark, wall.SOFT)


def _name(entry: SheetEntry) -> str:
    return entry.name if can_write(entry.name) or not entry.handle else entry.handle
