"""A series: a recipe in which some settings have several values, for one sheet with a dream of each. Imports no torch.

    layer=edges,parts,objects strength=1,2 seed=7

In a series a comma parts alternatives. What is one value with commas in a recipe, a mixture, is written with `+`:
`layer=4c+3b:-0.3,4d` are two cells, of which the first dreams two layers. `seed=1..6` are six values,
`strength=0.5..2` a few that are evenly spread, `size=256..1024..256` those with that step between them.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from dreamcore import text as recipe_text
from dreamcore.catalogue import NetworkInfo
from dreamcore.errors import BadValue, RecipeError, UnknownKey, clip
from dreamcore.recipe import SETTINGS, Recipe
from dreamcore.resolve import DeviceDefaults, Resolution, resolve
from dreamcore.sentences import Sentence, reason
from dreamcore.settings import AUTO, Setting
from dreamcore.work import work_of

MOST_CELLS = 24
MOST_AXES = 3
MOST_WORK = 30.0  #: usual dreams that a whole series may ask for

#: Cells, and the longest side in pixels that each is dreamt at when there are so many.
_SIZES = ((2, 1024), (4, 768), (6, 640), (12, 512), (MOST_CELLS, 384))

_MIXED = frozenset({"layer", "channel", "classes"})  #: settings of which one value is a list
_PLUS = re.compile(r"\s*(?<!:)\+\s*")  # the one after a colon is a weight's sign
_SPREAD = (4, 5, 3, 6)  #: how many values a range of broken numbers means: the first that gives round ones


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A setting with several values, in the order in which they are shown."""

    key: str
    values: tuple[Any, ...]

    @property
    def captions(self) -> tuple[str, ...]:
        """Each value as it is typed in a recipe: `layer=4c`."""
        return tuple(recipe_text.join({self.key: SETTINGS[self.key].write(value)}) for value in self.values)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One dream of a series."""

    place: tuple[int, ...]  #: for each axis, which of its values
    recipe: Recipe  #: what somebody asks for who wants this one by itself
    dreamt: Recipe  #: the same, no larger than its place on the sheet

    def caption(self, axes: tuple[Axis, ...]) -> str:
        """What is different here: `layer=4c strength=2`."""
        return " ".join(axis.captions[at] for axis, at in zip(axes, self.place, strict=True))


@dataclass(frozen=True, kw_only=True)
class Series:
    """Dreams of one picture that differ in one, two or three settings. Validated on creation (RecipeError).

    >>> series = Series.parse("layer=edges,parts strength=1,2 seed=7")
    >>> [cell.recipe.text for cell in series.cells][:2]
    ['layer=edges strength=1 seed=7', 'layer=edges strength=2 seed=7']
    """

    base: Recipe  #: what all have in common
    axes: tuple[Axis, ...]  #: in the order in which a recipe is written

    def __post_init__(self) -> None:
        if not self.axes:
            raise RecipeError(
                Sentence(
                    "A series needs a setting with several values, parted by commas: layer=edges,parts,objects "
                    "or strength=0.5,1,2."
                )
            )
        if len(self.axes) > MOST_AXES:
            raise RecipeError(
                Sentence(
                    "At most {most} settings can have several values; here are {count}: {keys}.",
                    most=MOST_AXES,
                    count=len(self.axes),
                    keys=", ".join(axis.key for axis in self.axes),
                )
            )
        if self.count > MOST_CELLS:
            raise RecipeError(
                Sentence(
                    "These are {count} dreams ({product}), and at most {most} fit on one sheet: leave some values out.",
                    count=self.count,
                    product=" × ".join(str(len(axis.values)) for axis in self.axes),
                    most=MOST_CELLS,
                )
            )
        if self.work > MOST_WORK:
            raise RecipeError(
                Sentence(
                    "This series is as much work as {work} usual dreams, and {most} is the most: ask for fewer "
                    "values, fewer steps or a smaller size.",
                    work=math.ceil(self.work),
                    most=round(MOST_WORK),
                )
            )

    @classmethod
    def parse(cls, text: str) -> Series:
        """The series written as `key=value,value` text. Raises RecipeError, as `Recipe.parse` does."""
        base: dict[str, Any] = {}
        axes: dict[str, tuple[Any, ...]] = {}
        for key, written in recipe_text.pairs(text):
            setting = SETTINGS.get(key)
            if setting is None:
                raise UnknownKey(key, SETTINGS)
            values = tuple(_values(key, setting, written))
            if len(values) == 1:
                base[key] = values[0]
            else:
                axes[key] = values
        ordered = tuple(Axis(key=key, values=axes[key]) for key in SETTINGS if key in axes)
        return cls(base=Recipe(**base), axes=ordered)

    @property
    def text(self) -> str:
        """The series as text, in a fixed order; `Series.parse` of it is this series again."""
        given = {key: (value,) for key, value in self.base.given().items()}
        given |= {axis.key: axis.values for axis in self.axes}
        return recipe_text.join({key: _written(key, given[key]) for key in SETTINGS if key in given})

    @property
    def count(self) -> int:
        """How many dreams it is."""
        return math.prod(len(axis.values) for axis in self.axes)

    @property
    def size(self) -> int:
        """Longest side in pixels that a cell is dreamt at, at the most; where size is an axis, what it says holds."""
        return next(size for most, size in _SIZES if self.count <= most)

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """All of them, the last axis running fastest."""
        return tuple(self._cells())

    def _cells(self) -> Iterator[Cell]:
        for place in itertools.product(*(range(len(axis.values)) for axis in self.axes)):
            values = {axis.key: axis.values[at] for axis, at in zip(self.axes, place, strict=True)}
            recipe = self.base.but(**values)
            size = self.size if recipe.size in (None, AUTO) else int(recipe.size or 0)
            if "size" not in values:
                size = min(size, self.size)
            yield Cell(place=place, recipe=recipe, dreamt=recipe.but(size=size))

    @cached_property
    def work(self) -> float:
        """What all of it asks for, in usual dreams (see `work_of`)."""
        return sum(work_of(cell.dreamt) for cell in self.cells)

    def has(self, key: str) -> bool:
        """Whether it says anything of this setting."""
        return key in self.base.given() or any(axis.key == key for axis in self.axes)

    def over(self, defaults: Recipe) -> Series:
        """This series, with what it leaves out taken from `defaults`."""
        wanted = {key: value for key, value in defaults.given().items() if not self.has(key)}
        return replace(self, base=self.base.but(**wanted))

    def seeded(self, seed: int) -> Series:
        """With this seed where it names none: the same in all cells, so that nothing else differs between them."""
        return self.over(Recipe(seed=seed))

    def resolved(
        self,
        *,
        network_of: Callable[[Recipe], NetworkInfo],
        height: int,
        width: int,
        device: DeviceDefaults,
        seed: int,
    ) -> tuple[Resolution, ...]:
        """Every cell as it will be dreamt, for a picture of this size. Raises RecipeError for what a network cannot do,
        so that it is known of all cells before any is begun.
        """
        return tuple(
            resolve(cell.dreamt, network=network_of(cell.dreamt), height=height, width=width, device=device, seed=seed)
            for cell in self.cells
        )


def _values(key: str, setting: Setting, written: str) -> Iterator[Any]:
    """The values that stand there for one setting, each as a recipe has it."""
    seen: set[str] = set()
    for part in _alternatives(key, setting, written):
        if not part:
            raise BadValue(key, written, Sentence("there is an empty value between its commas"))
        try:
            value = getattr(Recipe(**{key: setting.parse(part)}), key)
        except ValueError as error:
            raise BadValue(key, part, reason(error)) from None
        except RecipeError as error:
            raise _about_mixtures(key, part, written) or error from None
        if setting.write(value) in seen:
            raise BadValue(key, written, Sentence("{value} stands there twice", value=clip(setting.write(value))))
        seen.add(setting.write(value))
        yield value


def _alternatives(key: str, setting: Setting, written: str) -> Iterator[str]:
    for part in (part.strip() for part in written.split(",")):
        if key in _MIXED:
            yield _PLUS.sub(",", part)
        elif setting.minimum is not None and ".." in part:
            yield from _range(key, setting, part)
        else:
            yield part


def _about_mixtures(key: str, part: str, written: str) -> RecipeError | None:
    """For what is a mixture in a recipe, such as 4c,3b:-0.3, and here would be two dreams."""
    if key not in _MIXED or not re.fullmatch(r"[^,:]*:\s*-[^,:]*", part):
        return None
    mixed = "+".join(each.strip() for each in written.split(","))
    said = Sentence(
        "in a series a comma parts alternatives; a mixture is written {key}={mixed}", key=key, mixed=clip(mixed)
    )
    return BadValue(key, written, said)


def _range(key: str, setting: Setting, part: str) -> Iterator[str]:
    """`1..6`, `0.5..2`, `256..1024..256` -> its numbers, as text."""
    ends = [end.strip() for end in part.split("..")]
    if len(ends) not in (2, 3):
        raise BadValue(key, part, Sentence("a range is first..last or first..last..step"))
    try:
        first, last = (setting.parse(end) for end in ends[:2])
        distance = abs(float(last) - float(first))
        step = float(ends[2]) if len(ends) == 3 else _step(distance, whole=setting.whole)
    except ValueError:
        raise BadValue(key, part, Sentence("a range is made of numbers: first..last or first..last..step")) from None
    try:
        setting.check(first)
        setting.check(last)
    except ValueError as error:
        raise BadValue(key, part, reason(error)) from None
    if not (math.isfinite(step) and step > 0):
        raise BadValue(key, part, Sentence("the step of a range is more than 0"))
    if distance / step >= MOST_CELLS:
        example = f"{ends[0]}..{ends[1]}..{math.ceil(distance / 4)}"
        raise BadValue(key, part, _too_many(example))
    for number in range(math.floor(distance / step + 1e-9) + 1):
        value = round(first + math.copysign(step * number, last - first), 3)
        yield str(int(value)) if float(value).is_integer() else repr(value)


def _too_many(example: str) -> Sentence:
    return Sentence(
        "these are more than the {most} values that fit on one sheet; a step may be given, as in {example}",
        most=MOST_CELLS,
        example=example,
    )


def _step(distance: float, *, whole: bool) -> float:
    """From one value to the next where nobody says."""
    if whole or not distance:
        return 1.0
    for count in _SPREAD:
        step = distance / (count - 1)
        if math.isclose(step, round(step * 20) / 20, abs_tol=1e-9):
            return step
    return distance / (_SPREAD[0] - 1)


def _written(key: str, values: tuple[Any, ...]) -> str:
    each = (SETTINGS[key].write(value) for value in values)
    return ",".join(one.replace(",", "+") if key in _MIXED else one for one in each)
