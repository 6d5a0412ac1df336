"""The kinds of work that people ask for, and what goes beside their picture. No torch, no Discord, no database."""

from __future__ import annotations

import enum
from typing import Protocol

from dreamcore import text as recipe_text


class Kind(enum.Enum):
    """What is made of a request. The kind says who reads its text (`Written`), and what it needs."""

    DREAM = "dream"  #: a picture, dreamt
    FILM = "film"  #: a film that zooms into one picture, or a moving picture dreamt
    IMAGINE = "imagine"  #: a picture out of noise: there is none to begin with
    EXPLAIN = "explain"  #: a sheet with what each level sees in a picture
    GRID = "grid"  #: a sheet of one picture dreamt in several ways
    ATLAS = "atlas"  #: a sheet with what each layer of a network sees, or each channel of a layer

    @property
    def has_source(self) -> bool:
        """Whether it begins with a picture."""
        return self not in (Kind.IMAGINE, Kind.ATLAS)

    @property
    def draws(self) -> bool:
        """Whether something in it is drawn by a seed."""
        return self is not Kind.ATLAS

    @property
    def pauses(self) -> bool:
        """Whether it may take so long that it is done in parts, between which others have their turn."""
        return self is not Kind.DREAM


class Role(enum.Enum):
    """What a second picture is for."""

    GUIDE = "guide"  #: what it shows is what grows
    MASK = "mask"  #: where it shows


class Written(Protocol):
    """A recipe of any kind: whatever its own parser makes of a text."""

    @property
    def text(self) -> str:
        """What the parser makes the same recipe of."""


def seeded(text: str, seed: int) -> str:
    """A recipe's text, of any kind, with this seed where it names none. Raises RecipeError for no recipe's text.

    >>> seeded("zoom=1.05 strength=2", 7), seeded("seed=3", 7)
    ('zoom=1.05 strength=2 seed=7', 'seed=3')
    """
    given = dict(recipe_text.pairs(text))
    return text if "seed" in given else recipe_text.join({**given, "seed": str(seed)})
