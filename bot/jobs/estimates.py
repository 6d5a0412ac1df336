"""How long a piece of work will take, from how long others took. Pure: the queue keeps the figures in its table.

A recipe's *work* says how much more it asks for than the usual dream does: pixels times steps. What is measured is
seconds per work, for the network, what it dreams of, and the size; where that was never dreamt, for the network;
where the network never dreamt, for all. Films and the other kinds have figures of their own, and are taken for dreams
as long as there are none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.kinds import Kind
from bot.recipes import AnyRecipe, network_of, read_recipe
from dreamcore.errors import DreamError
from dreamcore.imagining.recipe import ImagineRecipe, imagining_work
from dreamcore.recipe import Recipe
from dreamcore.settings import AUTO
from dreamcore.work import work_of

UNMEASURED = 20.0  #: seconds of the usual recipe, before anything has been dreamt
IMAGINED = 0.7  #: of a usual dream's pixels times steps, that the usual picture out of noise has
WEIGHT = 0.15  #: of the newest measurement, once there are enough


@dataclass(frozen=True)
class Measured:
    """Seconds per work under one name, and how often that was measured."""

    seconds: float
    count: int

    def with_another(self, seconds: float) -> Measured:
        """The moving average: a plain one at first, later one that forgets."""
        weight = max(WEIGHT, 1 / (self.count + 1))
        return Measured(self.seconds + weight * (seconds - self.seconds), self.count + 1)


@dataclass(frozen=True, kw_only=True)
class Load:
    """What a recipe asks for: its work, and the names under which that is measured, the narrowest first."""

    work: float
    names: tuple[str, ...]
    besides: tuple[str, ...] = ()  # whose figures are taken where none of the names has any


@lru_cache(maxsize=1024)
def load_of(kind: Kind, text: str) -> Load:
    """The load of a recipe's text. Never raises: what cannot be read is taken for the usual dream."""
    try:
        if kind is Kind.DREAM:
            recipe = Recipe.parse(text)
            return Load(work=_bounded(work_of(recipe)), names=_names(recipe))
        other = read_recipe(kind, text)
        network = str(network_of(other) or AUTO)[:80]
        names = (f"{kind.value} {network}", kind.value)
        return Load(work=_bounded(_work_of(other)), names=names, besides=(network, ""))
    except (DreamError, ArithmeticError, ValueError):
        return Load(work=1.0, names=("",))


class Estimates:
    """The figures, in memory."""

    def __init__(self, figures: Mapping[str, Measured] | None = None) -> None:
        self._figures = dict(figures or {})

    def seconds(self, load: Load) -> float:
        """How long one picture with this load is expected to take."""
        for name in (*load.names, *load.besides):
            if (measured := self._figures.get(name)) is not None:
                return measured.seconds * load.work
        return UNMEASURED * load.work

    def after(self, load: Load, seconds: float) -> dict[str, Measured]:
        """The figures that change when a picture with this load took so long; `update` takes them over."""
        rate = max(seconds, 0.001) / load.work
        nothing = Measured(0.0, 0)
        return {name: self._figures.get(name, nothing).with_another(rate) for name in load.names}

    def update(self, figures: Mapping[str, Measured]) -> None:
        self._figures.update(figures)


def _names(recipe: Recipe) -> tuple[str, ...]:
    network = str(recipe.network or AUTO)[:80]
    subject = recipe.style or (recipe.layer[0].name if recipe.layer else "")
    size = "" if recipe.size in (None, AUTO) else str(round(math.log2(float(recipe.size or 1))))
    return (f"{network} {size} {subject[:80]}", network, "")


def _work_of(recipe: AnyRecipe) -> float:
    """In usual dreams."""
    if isinstance(recipe, ImagineRecipe):
        return IMAGINED * imagining_work(recipe)
    return work_of(recipe) if isinstance(recipe, Recipe) else recipe.work


def _bounded(work: float) -> float:
    return min(max(work, 0.01), 1000.0)
