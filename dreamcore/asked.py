"""What every kind of recipe has in common: settings that may be left out, read from text and written as text.

A subclass is a frozen dataclass whose fields are made by the functions of `settings`. Imports no torch.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Self

from dreamcore import text as recipe_text
from dreamcore.errors import BadValue, RecipeError, UnknownKey
from dreamcore.sentences import Sentence, reason
from dreamcore.settings import Setting, Term


class Asked:
    """Settings by key, each validated on creation (RecipeError); None is what was left out."""

    NEWEST: ClassVar[int] = 1  #: the version that resolved recipes are written with, under the key `engine`

    def __post_init__(self) -> None:
        settings = settings_of(type(self))
        for key, value in self.given().items():
            try:
                settings[key].check(value)
            except ValueError as error:
                shown = (
                    settings[key].write(value) if isinstance(value, str | int | float | tuple | Term) else str(value)
                )
                raise BadValue(key, shown, reason(error)) from None
            if isinstance(value, int) and not settings[key].whole:
                object.__setattr__(self, key, float(value))  # 1 and 1.0 are one recipe

    @classmethod
    def read(cls, text: str) -> Self:
        """The recipe written as `key=value` text. Raises RecipeError naming the key and the nearest valid one."""
        settings, values = settings_of(cls), dict[str, Any]()
        for key, value in recipe_text.pairs(text):
            if key not in settings:
                raise UnknownKey(key, settings)
            try:
                values[key] = settings[key].parse(value)
            except ValueError as error:
                raise BadValue(key, value, reason(error)) from None
        if values.get("engine", 1) > cls.NEWEST:
            raise RecipeError(
                Sentence(
                    "This recipe was made by a newer engine ({made_by}); this one is {engine}: update it.",
                    made_by=values["engine"],
                    engine=cls.NEWEST,
                )
            )
        return cls(**values)

    @property
    def text(self) -> str:
        """The recipe as text, in a fixed order; read again it is this recipe."""
        settings = settings_of(type(self))
        return recipe_text.join({key: settings[key].write(value) for key, value in self.given().items()})

    def given(self) -> dict[str, Any]:
        """The settings that were not left out, by key."""
        values = ((key, getattr(self, key)) for key in settings_of(type(self)))
        return {key: value for key, value in values if value is not None}

    def but(self, **changes: Any) -> Self:
        """The same recipe with some settings changed; None leaves one out."""
        return dataclasses.replace(self, **changes)  # type: ignore[type-var]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.text!r})"


def settings_of(kind: type[Asked]) -> Mapping[str, Setting]:
    """Every setting of a kind of recipe by key, in the order in which it is written."""
    return _declared(kind)  # type: ignore[arg-type]  # a class is hashable, whatever its instances are


@functools.cache
def _declared(kind: type[Asked]) -> Mapping[str, Setting]:
    """A resolved recipe says that its fields are never left out; what they are stands where they came first."""
    declared: dict[str, Setting] = {}
    for base in reversed(kind.__mro__):
        for field in vars(base).get("__dataclass_fields__", {}).values():
            if "setting" in field.metadata:
                declared.setdefault(field.name, field.metadata["setting"])
    return MappingProxyType(declared)
