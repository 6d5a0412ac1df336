"""Paragraphs: text broken into lines of one width, measured before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from dreamcore.sheets.lettering import Colour, Face, Line, lines

LEADING = 1.32  #: from line to line, in heights of its letters
MOST_LINES = 12


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """Lines of one face, size and colour."""

    lines: tuple[Line, ...]
    size: int  # of the letters, in pixels
    colour: Colour
    space: float = 0.0  # above it, in pixels

    @property
    def height(self) -> float:
        """From its top to where the next one's begins; nothing where there are no lines."""
        return self.space + len(self.lines) * self.size * LEADING if self.lines else 0.0

    def draw(self, image: Image.Image, left: float, top: float) -> float:
        """Written below `top`; the height that it took."""
        baseline = top + self.space + self.size
        for line in self.lines:
            line.draw(image, left, baseline, self.colour)
            baseline += self.size * LEADING
        return self.height


def paragraph(
    text: str,
    size: int,
    *,
    within: float,
    colour: Colour,
    face: Face = Face.PLAIN,
    space: float = 0.0,
    most: int = MOST_LINES,
) -> Paragraph:
    """`text` in up to `most` lines of at most `within` pixels."""
    broken = tuple(lines(text, face, size, within=within, most=most)) if text else ()
    return Paragraph(lines=broken, size=size, colour=colour, space=space)
