"""Writing names and titles in the scripts that the fonts at hand have, cut to the room there is.

FiraGO has Latin, Greek, Cyrillic, Georgian, Arabic, Hebrew, Devanagari and Thai; Noto adds symbols and the letters of
mathematics that people make names of; Chinese, Japanese and Korean come from Noto Sans CJK where the machine has it.
"""

from __future__ import annotations

import enum
import io
import itertools
import logging
import re
import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from pathlib import Path

import pymupdf_fonts
from PIL import Image, ImageDraw, ImageFont, features

LONGEST = 300  #: characters of a text that are looked at
MARKS_ON_A_LETTER = 2  #: more are a joke, and would be drawn over the neighbours
ELLIPSIS = "…"
SMALLER = 0.82  #: letters still look like the others'

_BREAKS = re.compile("[^\\S\u00a0\u202f]+")  # spaces where a line may end
_JOINERS = "\u200c\u200d"  # part of how some scripts are written
_SYSTEM_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts")
_RIGHT_TO_LEFT = ("R", "AL")

_log = logging.getLogger(__name__)

Colour = tuple[int, int, int]


class Face(enum.Enum):
    """A way to write: the packaged fonts in which a letter is looked for, and the system's after them."""

    PLAIN = (("figo", "notos", "symbol1", "symbol2", "math", "music"), "Regular")
    BOLD = (("figbo", "notosbo", "symbol1", "symbol2", "math", "music"), "Bold")
    SLANTED = (("figit", "notosit", "symbol1", "symbol2", "math", "music"), "Regular")


class Font:
    """One font file at any size, and which letters it has."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._letters = letters_of(data)
        self._sizes: dict[int, ImageFont.FreeTypeFont] = {}

    def has(self, text: str) -> bool:
        return all(letter in _JOINERS or ord(letter) in self._letters for letter in text)

    def at(self, size: int) -> ImageFont.FreeTypeFont:
        if size not in self._sizes:
            self._sizes[size] = ImageFont.truetype(io.BytesIO(self._data), size)
        return self._sizes[size]


@dataclass(frozen=True)
class _Run:
    text: str
    font: ImageFont.FreeTypeFont

    @cached_property
    def width(self) -> float:
        return self.font.getlength(self.text)


@dataclass(frozen=True)
class Line:
    """Text ready to be drawn, from left to right."""

    runs: tuple[_Run, ...]
    cut: bool = False  # there was more

    @cached_property
    def width(self) -> float:
        return sum(run.width for run in self.runs)

    @property
    def letters(self) -> int:
        """How many were left by the room there was."""
        return sum(len(run.text) for run in self.runs)

    def draw(self, image: Image.Image, left: float, baseline: float, colour: Colour) -> None:
        """At `left`, its letters standing on `baseline`."""
        pen = ImageDraw.Draw(image)
        for run in self.runs:
            pen.text((left, baseline), run.text, font=run.font, fill=colour, anchor="ls")
            left += run.width


def line(text: str, face: Face, size: int, *, within: float) -> Line:
    """One line of at most `within` pixels; cut with an ellipsis where it is longer."""
    clusters, _ = _drawable(text, face)
    whole = _line(clusters, face, size)
    if whole.width <= within:
        return whole
    low, high = 0, len(clusters)
    while low < high:
        middle = (low + high + 1) // 2
        if _line(_cut(clusters, middle), face, size).width <= within:
            low = middle
        else:
            high = middle - 1
    return replace(_line(_cut(clusters, low), face, size), cut=True)


def fitted(text: str, face: Face, size: int, *, within: float) -> Line:
    """One line, a little smaller where that spares it being cut."""
    for smaller in (size, round(SMALLER * size)):
        if _width(text, face, smaller) <= within:
            return line(text, face, smaller, within=within)
    return line(text, face, round(SMALLER * size), within=within)


def lines(text: str, face: Face, size: int, *, within: float, most: int) -> list[Line]:
    """Up to `most` lines, broken between words where there are words; the last is cut."""
    made: list[Line] = []
    words = _BREAKS.split(text.strip())
    while words and len(made) < most - 1:
        count = len(words)
        while count > 1 and _width(" ".join(words[:count]), face, size) > within:
            count -= 1
        if count == 1 and _width(words[0], face, size) > within:
            break
        made.append(line(" ".join(words[:count]), face, size, within=within))
        words = words[count:]
    if words:
        made.append(line(" ".join(words), face, size, within=within))
    return [each for each in made if each.letters]


def can_write(text: str, face: Face = Face.BOLD) -> bool:
    """Whether every letter and digit of it is in the fonts; what else is missing (emoji) can be left out."""
    clusters, lost = _drawable(text, face)
    return bool(clusters) and not lost


def _width(text: str, face: Face, size: int) -> float:
    return _line(_drawable(text, face)[0], face, size).width


def _cut(clusters: list[str], count: int) -> list[str]:
    kept = clusters[:count]
    while kept and kept[-1].isspace():
        kept.pop()
    return [*kept, ELLIPSIS] if kept else []


def _line(clusters: list[str], face: Face, size: int) -> Line:
    runs = []
    for font, group in itertools.groupby(clusters, key=lambda cluster: _font_for(cluster, face)):
        if font is not None:
            runs.append(_Run("".join(group), font.at(size)))
    # Within a run the direction is right anyway; runs of several fonts are put in the order of the first strong letter.
    direction = next(
        (unicodedata.bidirectional(c) for c in "".join(clusters) if unicodedata.bidirectional(c) in "LRAL"), "L"
    )
    return Line(tuple(reversed(runs) if direction in _RIGHT_TO_LEFT else runs))


def _drawable(text: str, face: Face) -> tuple[list[str], bool]:
    """The text's clusters that some font has, and whether letters were lost."""
    kept: list[str] = []
    lost = False
    for cluster in clusters_of(text):
        if _font_for(cluster, face) is not None:
            kept.append(cluster)
            continue
        simpler = [part for part in clusters_of(unicodedata.normalize("NFKC", cluster)) if part != cluster]
        if simpler and all(_font_for(part, face) is not None for part in simpler):
            kept.extend(simpler)
        elif unicodedata.category(cluster[0])[0] in "LN":
            lost = True
    while kept and kept[-1].isspace():
        kept.pop()
    return kept, lost


def clusters_of(text: str) -> Iterator[str]:
    r"""Letters with the marks that belong to them; one space for any number, and nothing that steers the text.

    >>> list(clusters_of("a\u0301 \u202e\n b"))
    ['á', ' ', 'b']
    """
    text = unicodedata.normalize("NFC", text[:LONGEST])
    cluster = ""
    for letter in text:
        kind = unicodedata.category(letter)
        if letter.isspace():
            letter, kind = " ", "Zs"
        elif kind.startswith("C") and letter not in _JOINERS:
            continue
        if cluster and (kind in ("Mn", "Mc", "Me") or letter in _JOINERS):
            if len(cluster) <= MARKS_ON_A_LETTER:
                cluster += letter
            continue
        if letter == " " and cluster in ("", " "):
            continue
        if cluster:
            yield cluster
        cluster = letter
    if cluster:
        yield cluster


@lru_cache(maxsize=1 << 13)
def _font_for(cluster: str, face: Face) -> Font | None:
    if not _shapes() and any(_needs_shaping(letter) for letter in cluster):
        return None
    return next((font for font in _fonts(face) if font.has(cluster)), None)


@cache
def _shapes() -> bool:
    """Whether Pillow can join letters and turn directions here; it needs the system's FriBiDi for that."""
    return bool(features.check("raqm") and features.check("fribidi"))


def _needs_shaping(letter: str) -> bool:
    return unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT or "\u0900" <= letter <= "\u0dff"


@cache
def _fonts(face: Face) -> tuple[Font, ...]:
    names, weight = face.value
    packaged = [_packaged(name) for name in names]
    return (*packaged, *_system(weight))


@cache
def _packaged(name: str) -> Font:
    return Font(pymupdf_fonts.fontbuffers[name]())  # type: ignore[no-untyped-call]


@cache
def _system(weight: str) -> tuple[Font, ...]:
    """Noto Sans CJK, if the operator has installed it."""
    for folder in map(Path, _SYSTEM_FOLDERS):
        for pattern in (f"NotoSansCJK-{weight}.ttc", f"NotoSansCJK*-{weight}.otf"):
            for path in sorted(folder.rglob(pattern)):
                try:
                    return (Font(path.read_bytes()),)
                except (OSError, ValueError, struct.error) as error:
                    _log.warning("the font %s cannot be used: %r", path, error)
    return ()


def letters_of(data: bytes) -> frozenset[int]:
    """The code points that a font has (the first one of a collection), by its table `cmap` in format 4 or 12."""
    start = struct.unpack_from(">I", data, 12)[0] if data[:4] == b"ttcf" else 0
    (tables,) = struct.unpack_from(">H", data, start + 4)
    records = (struct.unpack_from(">4sIII", data, start + 12 + 16 * number) for number in range(tables))
    cmap = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    found: set[int] = set()
    for number in range(count):
        (offset,) = struct.unpack_from(">I", data, cmap + 4 + 8 * number + 4)
        (kind,) = struct.unpack_from(">H", data, cmap + offset)
        if kind == 4:
            found.update(_format_4(data, cmap + offset))
        elif kind == 12:
            (groups,) = struct.unpack_from(">I", data, cmap + offset + 12)
            for group in range(groups):
                first, last, _ = struct.unpack_from(">III", data, cmap + offset + 16 + 12 * group)
                found.update(range(first, last + 1))
    return frozenset(found)


def _format_4(data: bytes, at: int) -> Iterator[int]:
    twice = struct.unpack_from(">H", data, at + 6)[0]
    count = twice // 2
    ends = struct.unpack_from(f">{count}H", data, at + 14)
    starts = struct.unpack_from(f">{count}H", data, at + 16 + twice)
    deltas = struct.unpack_from(f">{count}H", data, at + 16 + 2 * twice)
    offsets = struct.unpack_from(f">{count}H", data, at + 16 + 3 * twice)
    for number, (first, last) in enumerate(zip(starts, ends, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            if offsets[number] == 0:
                glyph = (code + deltas[number]) & 0xFFFF
            else:
                place = at + 16 + 3 * twice + 2 * number + offsets[number] + 2 * (code - first)
                (glyph,) = struct.unpack_from(">H", data, place)
            if glyph:
                yield code
