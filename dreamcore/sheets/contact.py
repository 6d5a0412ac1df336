"""The sheet of a series: dreams in rows and columns, each with what is different about it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from PIL import Image

from dreamcore.picture import Picture
from dreamcore.sheets import wall
from dreamcore.sheets.layout import Box, frame_shape
from dreamcore.sheets.lettering import Face, Line, fitted, line
from dreamcore.sheets.writing import Paragraph, paragraph

LEAST_WIDE, MOST_WIDE = 1200, 2200  #: pixels of a sheet
TALL = 1.05  #: height / width that suits a phone as well as a desk
NARROWEST, WIDEST = 0.4, 5.0  #: width / height of a frame
ENLARGED = 1.25  #: how much larger than it was dreamt a dream may be shown
CUT = 0.1  #: how much a heading that does not fit speaks against a way of laying it out
EMPTY = 0.35  #: how much a place that stays empty in the last row speaks against a number of columns


@dataclass(frozen=True, kw_only=True)
class Heading:
    """What a row, a column or a group of them has in common: a setting and its value."""

    key: str
    value: str

    @property
    def text(self) -> str:
        return f"{self.key}={self.value}"


@dataclass(frozen=True, kw_only=True)
class Contacts:
    """All that stands on the sheet, in the reader's language."""

    heading: str
    axes: tuple[tuple[Heading, ...], ...]  # one to three
    pictures: tuple[Picture, ...]  # the last axis running fastest
    source: Picture | None = None  # shown first where there is one axis
    source_name: str = ""
    remark: str = ""  # at the foot


def contacts(content: Contacts) -> Image.Image:
    """The sheet, its axes laid out as suits the pictures' shape."""
    plans = list(_plans(content))
    return min(plans, key=lambda plan: plan.ugliness).drawn()


@dataclass(frozen=True, kw_only=True)
class _Block:
    """Pictures in rows and columns; `columns` are the headings above, `rows` those to the left, either may be none."""

    pictures: tuple[Picture, ...]
    captions: tuple[str, ...]  # below each picture; () where headings say it
    columns: tuple[Heading, ...]
    rows: tuple[Heading, ...]
    across: int
    title: str  # above all of it


def _plans(content: Contacts) -> Iterator[_Plan]:
    axes, pictures = content.axes, content.pictures
    if len(axes) == 1:
        captions = [heading.text for heading in axes[0]]
        if content.source is not None:
            pictures, captions = (content.source, *pictures), [content.source_name, *captions]
        for across in range(1, len(pictures) + 1):
            block = _Block(pictures=pictures, captions=tuple(captions), columns=(), rows=(), across=across, title="")
            yield _Plan(content, (block,))
        return
    groups = range(len(axes)) if len(axes) > 2 else (None,)
    for group in groups:
        rest = [number for number in range(len(axes)) if number != group]
        for down, across in (rest, rest[::-1]):
            blocks = tuple(_blocks(content, group, down, across))
            for beside in range(1, len(blocks) + 1):
                yield _Plan(content, blocks, beside)


def _blocks(content: Contacts, group: int | None, down: int, across: int) -> Iterator[_Block]:
    axes = content.axes
    by_place = dict(zip(itertools.product(*(range(len(axis)) for axis in axes)), content.pictures, strict=True))
    for at in range(1 if group is None else len(axes[group])):
        shown = []
        for row, column in itertools.product(range(len(axes[down])), range(len(axes[across]))):
            place = [0] * len(axes)
            place[down], place[across] = row, column
            if group is not None:
                place[group] = at
            shown.append(by_place[tuple(place)])
        yield _Block(
            pictures=tuple(shown),
            captions=(),
            columns=axes[across],
            rows=axes[down],
            across=len(axes[across]),
            title="" if group is None else axes[group][at].text,
        )


class _Plan:
    """Everything measured for one way of laying it out."""

    def __init__(self, content: Contacts, blocks: tuple[_Block, ...], beside: int = 1) -> None:
        self.content, self.blocks, self.beside = content, blocks, beside  # so many blocks in a row
        first = content.pictures[0]
        self.shape = frame_shape(first.width, first.height, narrowest=NARROWEST, widest=WIDEST)
        self.across = blocks[0].across
        natural = beside * self.across * ENLARGED * max(picture.width for picture in content.pictures)
        self.width = round(min(MOST_WIDE, max(LEAST_WIDE, 1.15 * natural)))
        self.text = round(0.011 * self.width + 22)
        self.small = round(0.8 * self.text)
        self.margin, self.gap = round(0.036 * self.width), round(0.5 * self.text)
        self.inner = self.width - 2 * self.margin
        self.block = (self.inner - (beside - 1) * self.margin) // beside
        self.cell = (self.block - self.gutter - (self.across - 1) * self.gap) // self.across
        self.frame = round(self.cell / self.shape)

    @cached_property
    def gutter(self) -> int:
        """Room for the headings of rows."""
        if not self.blocks[0].rows:
            return 0
        widest = max(
            max(
                line(row.value, Face.BOLD, self.text, within=math.inf).width,
                line(row.key, Face.PLAIN, self.small, within=math.inf).width,
            )
            for row in self.blocks[0].rows
        )
        return round(min(widest, 0.2 * self.block) + self.gap)

    @cached_property
    def heading(self) -> Paragraph:
        size = round(1.3 * self.text)
        return paragraph(
            self.content.heading, size, within=self.inner, colour=wall.CREAM, face=Face.BOLD, space=self.text * 1.6
        )

    @cached_property
    def remark(self) -> Paragraph:
        within, size = self.inner, self.small
        return paragraph(self.content.remark, size, within=within, colour=wall.FAINT, space=self.text * 0.5, most=4)

    @property
    def above(self) -> int:
        """Room for the headings of columns."""
        return round(2.5 * self.text) if self.blocks[0].columns else 0

    @property
    def below(self) -> int:
        """Room for what stands below a picture."""
        return round(1.7 * self.text) if self.blocks[0].captions else 0

    @property
    def title(self) -> int:
        return round(2.2 * self.text) if self.blocks[0].title else 0

    @property
    def block_height(self) -> int:
        rows = math.ceil(len(self.blocks[0].pictures) / self.across)
        return self.title + self.above + rows * (self.frame + self.below + self.gap)

    @property
    def top(self) -> int:
        return round(self.heading.height + 0.8 * self.text)

    @cached_property
    def height(self) -> int:
        return round(
            self.top + math.ceil(len(self.blocks) / self.beside) * self.block_height + self.remark.height + self.margin
        )

    @property
    def ugliness(self) -> float:
        empty = -len(self.blocks[0].pictures) % self.across + self.across * (-len(self.blocks) % self.beside)
        tall = abs(math.log(self.height / self.width / TALL))
        tall += CUT * sum(not self._fits(heading, self.cell) for heading in self.blocks[0].columns)
        tall += CUT * sum(not self._fits(heading, self.gutter - self.gap) for heading in self.blocks[0].rows)
        # A sheet that is too wide has small pictures on a phone, one that is too high on a desk.
        return tall + EMPTY * empty / self.across + 0.02 * self.across * self.beside

    def _fits(self, heading: Heading, within: float) -> bool:
        return not fitted(heading.value, Face.BOLD, self.text, within=within).cut

    def drawn(self) -> Image.Image:
        sheet = wall.wall(self.width, self.height, lamp=min(self.height / 2, self.width / 2))
        wall.moon(sheet, (self.width / 2, self.text), diameter=round(self.text * 0.85), colour=wall.MOON)
        baseline = self.heading.space + self.heading.size
        for each in self.heading.lines:
            each.draw(sheet, (self.width - each.width) / 2, baseline, self.heading.colour)
            baseline += self.heading.size * 1.2
        for number, block in enumerate(self.blocks):
            row, column = divmod(number, self.beside)
            left = self.margin + column * (self.block + self.margin)
            self._block(sheet, block, left, self.top + row * self.block_height)
        self.remark.draw(sheet, self.margin, self.height - self.margin - self.remark.height)
        return sheet

    def _block(self, sheet: Image.Image, block: _Block, left: int, top: int) -> None:
        if block.title:
            title = fitted(block.title, Face.BOLD, round(1.1 * self.text), within=self.block)
            title.draw(sheet, left, top + 1.4 * self.text, wall.MOON)
            top += self.title
        for number, heading in enumerate(block.columns):
            self._heading(sheet, heading, left + self._across(number), top + 0.9 * self.small, self.cell)
        top += self.above
        for number, picture in enumerate(block.pictures):
            row, column = divmod(number, self.across)
            frame = Box(
                left=left + self._across(column),
                top=top + row * (self.frame + self.below + self.gap),
                width=self.cell,
                height=self.frame,
            )
            wall.shade(sheet, frame, softness=10)
            wall.frame_picture(sheet, picture, frame, wall.PLAIN_FRAME)
            if block.captions:
                self._caption(block.captions[number]).draw(
                    sheet, frame.left, frame.bottom + 1.25 * self.text, wall.CREAM
                )
            if block.rows and column == 0:
                middle = frame.top + self.frame / 2 - 0.3 * self.text
                self._heading(sheet, block.rows[row], left, middle, self.gutter - self.gap)

    def _caption(self, text: str) -> Line:
        """`layer=4c`, or where that has no room the value alone."""
        whole = fitted(text, Face.BOLD, self.text, within=self.cell)
        return fitted(text.partition("=")[2], Face.BOLD, self.text, within=self.cell) if whole.cut else whole

    def _across(self, column: int) -> int:
        return self.gutter + column * (self.cell + self.gap)

    def _heading(self, sheet: Image.Image, heading: Heading, left: int, baseline: float, within: int) -> None:
        """The setting, and below it its value."""
        line(heading.key, Face.PLAIN, self.small, within=within).draw(sheet, left, baseline, wall.SOFT)
        value = fitted(heading.value, Face.BOLD, self.text, within=within)
        value.draw(sheet, left, baseline + 1.1 * self.text, wall.CREAM)
