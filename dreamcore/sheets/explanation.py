"""The sheet of an explanation: a picture as each level dreams it, with what is said of that, and bars of beliefs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from PIL import Image, ImageDraw

from dreamcore.picture import Picture
from dreamcore.sheets import wall
from dreamcore.sheets.layout import Box, frame_shape
from dreamcore.sheets.lettering import Face, line
from dreamcore.sheets.writing import Paragraph, paragraph

WIDTHS = {1: 1800, 2: 1800, 3: 2200}  #: of a sheet, by its columns
TALL = 1.4  #: height / width that suits a phone as well as a desk
NARROWEST, WIDEST = 0.5, 8.0  #: width / height of a frame
LEAST_SHARE = 0.005  #: that has a bar
BAR = (112, 76, 78)  #: under letters that are to be read


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One picture and what stands below it."""

    picture: Picture
    mark: str  # its number; empty for none
    name: str
    typed: str  # how to ask for it
    words: str
    belief: str


@dataclass(frozen=True, kw_only=True)
class Bars:
    """What the network believes, once."""

    title: str
    values: tuple[tuple[str, float, str], ...]  # name, share from 0 to 1, the share as text


@dataclass(frozen=True, kw_only=True)
class Page:
    """All that stands on the sheet, in the reader's language."""

    heading: str
    panels: tuple[Panel, ...]
    bars: tuple[Bars, ...] = ()
    remark: str = ""  # below the bars


def explanation(page: Page) -> Image.Image:
    """The sheet, in the number of columns that suits the pictures' shape."""
    shape = frame_shape(page.panels[0].picture.width, page.panels[0].picture.height, narrowest=NARROWEST, widest=WIDEST)
    plans = [_Plan(page, columns, shape) for columns in WIDTHS]
    return min(plans, key=lambda plan: abs(math.log(plan.height / plan.width / TALL))).drawn()


class _Plan:
    """Everything measured for one number of columns."""

    def __init__(self, page: Page, columns: int, shape: float) -> None:
        self.page, self.columns, self.shape = page, columns, shape
        self.width = WIDTHS[columns]
        self.margin, self.gap = round(0.042 * self.width), round(0.026 * self.width)
        self.text = round(0.011 * self.width + 25)  # what is wider is seldom looked at on a phone
        self.small = round(0.86 * self.text)
        self.name = round(1.3 * self.text)
        self.inner = self.width - 2 * self.margin
        self.column = (self.inner - (columns - 1) * self.gap) // columns
        self.frame = round(self.column / shape)

    @cached_property
    def heading(self) -> Paragraph:
        return paragraph(
            self.page.heading,
            round(1.55 * self.text),
            within=self.inner,
            colour=wall.CREAM,
            face=Face.BOLD,
            space=self.margin * 1.5,
            most=3,
        )

    @cached_property
    def texts(self) -> list[tuple[Paragraph, Paragraph]]:
        """For each panel, what stands below its name."""
        return [
            (
                paragraph(panel.words, self.text, within=self.column, colour=wall.SOFT),
                paragraph(panel.belief, self.text, within=self.column, colour=wall.MOON, space=self.text * 0.3),
            )
            for panel in self.page.panels
        ]

    @property
    def title(self) -> int:
        """Room for a panel's name."""
        return round(self.name * 1.75)

    @cached_property
    def rows(self) -> list[int]:
        """How high each row of panels is."""
        below = [sum(paragraph.height for paragraph in texts) for texts in self.texts]
        rows = [below[first : first + self.columns] for first in range(0, len(below), self.columns)]
        return [round(self.frame + self.title + max(row)) for row in rows]

    @cached_property
    def remark(self) -> Paragraph:
        return paragraph(self.page.remark, self.small, within=self.inner, colour=wall.FAINT, space=self.text * 0.7)

    @property
    def bar_row(self) -> int:
        return round(self.text * 1.75)

    @property
    def bars_height(self) -> int:
        if not self.page.bars:
            return 0
        longest = max(len(bars.values) for bars in self.page.bars)
        return round(self.gap + self.title + longest * self.bar_row + self.remark.height)

    @property
    def top(self) -> int:
        return round(self.heading.height + self.margin * 0.7)

    @property
    def row_gap(self) -> int:
        return round(1.1 * self.gap)

    @cached_property
    def height(self) -> int:
        rows = sum(self.rows) + self.row_gap * (len(self.rows) - 1)
        return self.top + rows + self.bars_height + self.margin

    def drawn(self) -> Image.Image:
        sheet = wall.wall(self.width, self.height, lamp=self.top + self.frame / 2)
        self._heading(sheet)
        top = self.top
        for row, height in enumerate(self.rows):
            for column in range(self.columns):
                number = row * self.columns + column
                if number < len(self.page.panels):
                    left = self.margin + column * (self.column + self.gap)
                    self._panel(sheet, number, left, top)
            top += height + self.row_gap
        self._bars(sheet, top - self.row_gap + self.gap)
        return sheet

    def _heading(self, sheet: Image.Image) -> None:
        wall.moon(sheet, (self.width / 2, self.margin * 0.95), diameter=round(self.text * 0.9), colour=wall.MOON)
        baseline = self.heading.space + self.heading.size
        for each in self.heading.lines:
            each.draw(sheet, (self.width - each.width) / 2, baseline, self.heading.colour)
            baseline += self.heading.size * 1.2

    def _panel(self, sheet: Image.Image, number: int, left: int, top: int) -> None:
        panel = self.page.panels[number]
        frame = Box(left=left, top=top, width=self.column, height=self.frame)
        wall.shade(sheet, frame, softness=14)
        wall.frame_picture(sheet, panel.picture, frame, wall.PLAIN_FRAME)
        baseline = frame.bottom + self.name * 1.3
        at = float(left)
        if panel.mark:
            disc = round(self.name * 1.15)
            centre = left + disc / 2, baseline - self.name * 0.35
            wall.medal(sheet, panel.mark, centre, diameter=disc, fill=wall.MOON, colour=wall.INK)
            at += disc + self.name * 0.35
        name = line(panel.name, Face.BOLD, self.name, within=left + self.column - at)
        name.draw(sheet, at, baseline, wall.CREAM)
        if self.columns < 3:
            typed = line(panel.typed, Face.PLAIN, self.small, within=left + self.column - at - name.width - self.small)
            typed.draw(sheet, left + self.column - typed.width, baseline, wall.FAINT)
        below = float(frame.bottom + self.title)
        for each in self.texts[number]:
            below += each.draw(sheet, left, below)

    def _bars(self, sheet: Image.Image, top: float) -> None:
        bars = self.page.bars
        if not bars:
            return
        wide = (self.inner - (len(bars) - 1) * 2 * self.gap) // len(bars)
        for number, each in enumerate(bars):
            left = self.margin + number * (wide + 2 * self.gap)
            title = line(each.title, Face.BOLD, round(self.name * 0.9), within=wide)
            title.draw(sheet, left, top + self.name, wall.CREAM)
            for row, (name, share, figure) in enumerate(each.values):
                self._bar(sheet, (name, share, figure), Box(left=left, top=round(top + self.title + row * self.bar_row),
                                                           width=wide, height=self.bar_row))  # fmt: skip
        longest = max(len(each.values) for each in bars)
        self.remark.draw(sheet, self.margin, top + self.title + longest * self.bar_row)

    def _bar(self, sheet: Image.Image, value: tuple[str, float, str], place: Box) -> None:
        """A class's name, and behind it a bar as long as the network is sure."""
        name, share, figure = value
        height = round(self.bar_row * 0.78)
        radius = height // 5
        pen = ImageDraw.Draw(sheet)
        box = place.left, place.top, place.right, place.top + height
        pen.rounded_rectangle(box, radius, fill=wall.MAT)
        if share >= LEAST_SHARE:
            full = max(2 * radius, round(place.width * share))
            pen.rounded_rectangle((box[0], box[1], box[0] + full, box[3]), radius, fill=BAR)
        baseline = place.top + height * 0.5 + self.text * 0.34
        shown = line(figure, Face.BOLD, self.text, within=place.width)
        inset = self.text * 0.4
        shown.draw(sheet, place.right - inset - shown.width, baseline, wall.MOON)
        room = place.width - shown.width - 3 * inset
        line(name, Face.PLAIN, self.text, within=room).draw(sheet, place.left + inset, baseline, wall.CREAM)
