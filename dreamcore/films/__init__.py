"""Films: a dream that moves. `recipe` and `resolving` say what is asked for and need no torch; `making` makes it.

Nothing is imported before it is asked for, as in `dreamcore` itself.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dreamcore.films.making import film
    from dreamcore.films.recipe import FilmRecipe
    from dreamcore.films.resolving import FilmLimits
    from dreamcore.films.results import Film

_HOME = {"Film": "results", "FilmLimits": "resolving", "FilmRecipe": "recipe", "film": "making"}

__all__ = ["Film", "FilmLimits", "FilmRecipe", "film"]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
