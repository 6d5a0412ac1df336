"""A finished film."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Film:
    """What was made, and all that is needed to make it again."""

    data: bytes  #: of the file
    format: str  #: MP4, GIF or WEBP
    width: int
    height: int
    frames: int
    seconds_long: float
    recipe_text: str  #: written in the file too
    notes: tuple[str, ...]  #: each a `Sentence` for the person
    seconds: float  #: of work in this part
