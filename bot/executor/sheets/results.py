"""The results of a challenge: the winners large under the theme, the others around and below, each with its label."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from bot.executor.protocol import SheetEntry, SheetOrder
from bot.executor.sheets.arranging import Measures, arranged
from dreamcore.picture import Picture
from dreamcore.sheets import wall
from dreamcore.sheets.layout import UNKNOWN_SHAPE, Box, frame_shape
from dreamcore.sheets.lettering import Colour, Face, Line, can_write, fitted, line, lines

LEAST_OF_A_TITLE = 11  #: letters: less of a long one says nothing, and is left out


def longest(entry: SheetEntry) -> int:
    """Pixels of the longer side that its picture may need."""
    return 1440 if entry.winner else 1080


def results(order: SheetOrder, pictures: Sequence[Picture | None]) -> Image.Image:
    """The sheet; `pictures` belong to the order's entries, None where there is none."""
    winners = [number for number, entry in enumerate(order.entries) if entry.winner]
    shapes = [UNKNOWN_SHAPE if p is None else frame_shape(p.width, p.height) for p in pictures]
    made = arranged(shapes, winners, lambda measures: _heading_height(order, measures))
    measures, first = made.measures, made.frames[0]
    sheet = wall.wall(measures.width, made.bottom, lamp=first.top + first.height / 2)
    _heading(sheet, order, measures)
    for number, (entry, picture, frame) in enumerate(zip(order.entries, pictures, made.frames, strict=True)):
        large = number in made.large
        _picture(sheet, entry, picture, frame, order.missing, measures, large=large)
        if large and len(made.large) == 1:
            _plate(sheet, entry, frame, measures)
        else:
            _label(sheet, entry, frame, measures, scale=1.25 if large else 1.0)
    return sheet


def _heading_lines(order: SheetOrder, measures: Measures) -> tuple[list[Line], int]:
    """The theme in two lines, or a long one in three smaller ones; and the height of its letters."""
    made: list[Line] = []
    size = measures.heading
    for size, most in ((measures.heading, 2), (round(0.72 * measures.heading), 3)):
        made = lines(order.heading, Face.BOLD, size, within=measures.inner, most=most)
        if not made or not made[-1].cut:
            break
    return made, size


def _heading_height(order: SheetOrder, measures: Measures) -> int:
    theme, size = _heading_lines(order, measures)
    return round(measures.heading * (2.6 + (0.75 if order.details else 0)) + size * 1.15 * len(theme))


def _heading(sheet: Image.Image, order: SheetOrder, measures: Measures) -> None:
    whole, middle = measures.heading, measures.width / 2
    wall.moon(sheet, (middle, whole * 1.2), diameter=round(whole * 0.68), colour=wall.MOON)
    baseline = whole * 1.95
    theme, size = _heading_lines(order, measures)
    for number, each in enumerate(theme):
        baseline += size * (1.15 if number else 1.0)
        each.draw(sheet, middle - each.width / 2, baseline, wall.CREAM)
    if order.details:
        details = line(order.details, Face.PLAIN, round(whole * 0.44), within=measures.inner)
        details.draw(sheet, middle - details.width / 2, baseline + whole * 0.8, wall.SOFT)


def _picture(
    sheet: Image.Image,
    entry: SheetEntry,
    picture: Picture | None,
    frame: Box,
    missing: str,
    measures: Measures,
    *,
    large: bool,
) -> None:
    wall.shade(sheet, frame, softness=30 if large else 14)
    look = wall.LARGE_FRAME if large else wall.GOLD_FRAME if entry.winner else wall.PLAIN_FRAME
    if picture is None:
        wall.empty_frame(sheet, missing, frame, look, size=measures.name)
    else:
        wall.frame_picture(sheet, picture, frame, look)


def _plate(sheet: Image.Image, entry: SheetEntry, frame: Box, measures: Measures) -> None:
    """The one winner's label, below the middle of the picture."""
    size = round(measures.name * 1.65)
    small = round(measures.detail * 1.3)
    disc, space = round(size * 1.15), size * 0.35
    said = _said(entry)
    written = fitted(said.first, said.face, size, within=frame.width - disc - space)
    middle = frame.left + frame.width / 2
    left = middle - (disc + space + written.width) / 2
    baseline = frame.bottom + size * 1.55
    wall.medal(
        sheet, entry.mark, (left + disc / 2, baseline - size * 0.35), diameter=disc, fill=wall.MOON, colour=wall.INK
    )
    written.draw(sheet, left + disc + space, baseline, wall.CREAM)
    votes, title, width = _details(said.votes, said.title, small, frame.width)
    _write_details(sheet, votes, title, middle - width / 2, baseline + small * 1.6, small)


def _label(sheet: Image.Image, entry: SheetEntry, frame: Box, measures: Measures, *, scale: float) -> None:
    size, small = round(measures.name * scale), round(measures.detail * scale)
    baseline = frame.bottom + size * 1.4
    disc = round(size * 1.2)
    said = _said(entry)
    wall.medal(
        sheet,
        entry.mark,
        (frame.left + disc / 2, baseline - size * 0.35),
        diameter=disc,
        fill=_metal(entry),
        colour=wall.INK,
    )
    at = frame.left + disc + size * 0.3
    fitted(said.first, said.face, size, within=frame.right - at).draw(sheet, at, baseline, wall.CREAM)
    votes, title, _ = _details(said.votes, said.title, small, frame.width)
    _write_details(sheet, votes, title, frame.left, baseline + small * 1.5, small)


@dataclass(frozen=True, kw_only=True)
class _Said:
    """An entry's texts: what stands beside its place, and what is left for the line below."""

    first: str
    face: Face
    votes: str
    title: str


def _said(entry: SheetEntry) -> _Said:
    """A name in letters that no font here has gives way to the user name; without a name, the title comes first."""
    name = entry.name
    if name and entry.handle and not can_write(name):
        name = entry.handle
    if line(name, Face.BOLD, 10, within=math.inf).letters:
        return _Said(first=name, face=Face.BOLD, votes=entry.votes, title=entry.title)
    if line(entry.title, Face.SLANTED, 10, within=math.inf).letters:
        return _Said(first=entry.title, face=Face.SLANTED, votes=entry.votes, title="")
    return _Said(first=entry.votes, face=Face.PLAIN, votes="", title="")


def _details(votes: str, title: str, size: int, within: float) -> tuple[Line, Line, float]:
    """Votes and title on one line, and how wide it is."""
    counted = line(votes, Face.PLAIN, size, within=within)
    room = within - counted.width - size * 0.6
    named = line(title, Face.SLANTED, size, within=room)
    if named.letters < min(LEAST_OF_A_TITLE, len(title)):
        named = line("", Face.SLANTED, size, within=room)
    return counted, named, counted.width + (size * 0.6 if counted.width and named.width else 0) + named.width


def _write_details(sheet: Image.Image, votes: Line, title: Line, left: float, baseline: float, size: int) -> None:
    votes.draw(sheet, left, baseline, wall.MOON)
    title.draw(sheet, left + votes.width + (size * 0.6 if votes.width else 0), baseline, wall.SOFT)


def _metal(entry: SheetEntry) -> Colour:
    if entry.winner:
        return wall.MOON
    return {"2": wall.SILVER, "3": wall.BRONZE}.get(entry.mark, wall.SOFT)
