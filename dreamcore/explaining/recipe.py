"""What may be asked of an explanation: how to dream, not of what, for it goes through all levels. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from dreamcore.catalogue import LEVELS
from dreamcore.errors import RecipeError
from dreamcore.recipe import Recipe
from dreamcore.sentences import Sentence
from dreamcore.settings import AUTO, Term
from dreamcore.work import work_of

SIZE = 768  #: longest side in pixels that a level is dreamt at, at the most: what has room on the sheet

_SUBJECTS = ("style", "layer", "channel", "classes")
#: By family and level: how it is shown where a layer by itself would show little.
_OBJECTIVES: Mapping[str, Mapping[str, str]] = {"daydream": {"objects": "seen"}}

_WAYS = ("energy", "mean", "contrast")  #: objectives that a layer can be dreamt by


@dataclass(frozen=True, kw_only=True)
class ExplainRecipe:
    """How the levels of an explanation are dreamt: network, strength, steps, size, seed … Validated on creation.

    >>> ExplainRecipe.parse("strength=1.50 network=daydream").text
    'network=daydream strength=1.5'
    """

    base: Recipe = Recipe()

    def __post_init__(self) -> None:
        said = [key for key in _SUBJECTS if getattr(self.base, key) is not None]
        if said:
            raise RecipeError(
                Sentence(
                    "An explanation goes through all levels, from edges to objects: leave {key}= out. "
                    "Network, strength, steps, size, colours and seed may be chosen.",
                    key=said[0],
                )
            )
        if self.base.objective not in (None, *_WAYS):
            raise RecipeError(
                Sentence(
                    "An explanation dreams layers, by objective=energy, mean or contrast: objective={objective} "
                    "is about something else.",
                    objective=self.base.objective,
                )
            )

    @classmethod
    def parse(cls, text: str) -> ExplainRecipe:
        """The recipe written as `key=value` text. Raises RecipeError for what cannot be understood or is decided."""
        return cls(base=Recipe.parse(text))

    @property
    def text(self) -> str:
        """The recipe as text, in a fixed order; `ExplainRecipe.parse` of it is this recipe again."""
        return self.base.text

    def levels(self, family: str = "") -> Mapping[str, Recipe]:
        """For each level, from edges to objects, the dream that shows it on a network of this family."""
        size = SIZE if self.base.size in (None, AUTO) else min(SIZE, int(self.base.size or SIZE))
        dreamt = {level: self.base.but(layer=(Term(level),), size=size) for level in LEVELS}
        for level, objective in _OBJECTIVES.get(family, {}).items():
            if self.base.objective is None:
                dreamt[level] = self.base.but(objective=objective, size=size)
        return dreamt

    @cached_property
    def work(self) -> float:
        """What all of it asks for, in usual dreams (see `work_of`)."""
        return sum(work_of(recipe) for recipe in self.levels().values())

    def over(self, defaults: Recipe) -> ExplainRecipe:
        """This recipe, with what it leaves out taken from `defaults`, less what those say of the subject."""
        way = defaults.objective if defaults.objective in _WAYS else None
        return ExplainRecipe(base=self.base.over(defaults.but(**dict.fromkeys(_SUBJECTS), objective=way)))

    def seeded(self, seed: int) -> ExplainRecipe:
        """With this seed where it names none: the same for all levels."""
        return self.over(Recipe(seed=seed))
