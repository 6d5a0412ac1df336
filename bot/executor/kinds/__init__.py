"""The kinds of work, each in a module whose `make` turns an order into what was asked for, or into a part of it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from bot.kinds import Kind

if TYPE_CHECKING:
    from bot.executor.bench import Bench
    from bot.executor.protocol import Made, Paused

_MODULES: Mapping[Kind, str] = {
    Kind.DREAM: "dreams",
    Kind.FILM: "films",
    Kind.IMAGINE: "imagined",
    Kind.EXPLAIN: "explained",
    Kind.GRID: "grids",
    Kind.ATLAS: "atlases",
}


def maker_of(kind: Kind) -> Callable[[Bench], Made | Paused]:
    """What makes it. Imports torch; raises what `make` raises: DreamError."""
    make: Callable[[Bench], Made | Paused] = importlib.import_module(f"{__name__}.{_MODULES[kind]}").make
    return make
