"""Tables of figures, and their places in a document: what people wrote around them stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


class NoPlace(Exception):
    """The document has no place for these figures."""

    def __init__(self, name: str) -> None:
        begins, ends = marks(name)
        super().__init__(f"There is no place for the figures of {name}: write the lines {begins} and {ends} into it.")


@dataclass(frozen=True, kw_only=True)
class Table:
    """Figures under a sentence that says what they are."""

    about: str = ""
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: str = ""  # below it

    def markdown(self) -> str:
        lines = [_row(self.columns), "|" + "---|" * len(self.columns), *map(_row, self.rows)]
        return "\n\n".join(filter(None, [wrapped(self.about), "\n".join(lines), wrapped(self.notes)]))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def marks(name: str) -> tuple[str, str]:
    """The lines between which a part's figures stand."""
    return f"<!-- figures: {name} -->", f"<!-- end of figures: {name} -->"


def written(document: str, name: str, content: str) -> str:
    """`document` with `content` in the place of that name. Raises NoPlace.

    >>> written("a\\n<!-- figures: x -->\\nold\\n<!-- end of figures: x -->\\nb\\n", "x", "new")
    'a\\n<!-- figures: x -->\\n\\nnew\\n\\n<!-- end of figures: x -->\\nb\\n'
    """
    begins, ends = (f"{mark}\n" for mark in marks(name))
    before, began, rest = document.partition(begins)
    _, ended, after = rest.partition(ends)
    if not (began and ended):
        raise NoPlace(name)
    return f"{before}{begins}\n{content.strip()}\n\n{ends}{after}"


def wrapped(text: str, width: int = 120) -> str:
    """A paragraph in lines as the documents have them."""
    return "\n".join(_lines(text.split(), width))


def _lines(words: Sequence[str], width: int) -> Iterator[str]:
    line = ""
    for word in words:
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = ""
        line = f"{line} {word}" if line else word
    yield line
