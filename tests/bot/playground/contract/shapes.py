"""What a value on the wire may be. A shape says of a value, with a path, what is wrong with it; nothing: it fits."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any


class Shape:
    """`differences` yields "path: what is wrong" for each difference."""

    def differences(self, value: Any, path: str) -> Iterator[str]:
        raise NotImplementedError


def shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


@dataclass(frozen=True)
class Text(Shape):
    """`least`, `most`: of characters."""

    pattern: str | None = None
    least: int = 0
    most: int | None = None

    def differences(self, value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield f"{path}: {shown(value)} is no text"
        elif self.pattern is not None and not re.fullmatch(self.pattern, value):
            yield f"{path}: {shown(value)} is not of the form {self.pattern}"
        elif len(value) < self.least or (self.most is not None and len(value) > self.most):
            yield f"{path}: {len(value)} characters"


@dataclass(frozen=True)
class Whole(Shape):
    least: int | None = 0
    most: int | None = None

    def differences(self, value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield f"{path}: {shown(value)} is no integer"
        elif (self.least is not None and value < self.least) or (self.most is not None and value > self.most):
            yield f"{path}: {value} is out of range"


@dataclass(frozen=True)
class Number(Shape):
    def differences(self, value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            yield f"{path}: {shown(value)} is no number"


@dataclass(frozen=True)
class Truth(Shape):
    def differences(self, value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, bool):
            yield f"{path}: {shown(value)} is neither true nor false"


@dataclass(frozen=True)
class Exactly(Shape):
    """One of a few values."""

    values: Collection[Any]

    def differences(self, value: Any, path: str) -> Iterator[str]:
        # 1 == True in Python, and not on the wire.
        if not any(type(value) is type(one) and value == one for one in self.values):
            yield f"{path}: {shown(value)} is none of {', '.join(map(repr, self.values))}"


@dataclass(frozen=True)
class Moment(Shape):
    """An ISO 8601 timestamp, as Discord writes it: with its offset, which is none."""

    def differences(self, value: Any, path: str) -> Iterator[str]:
        form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00"
        if not isinstance(value, str) or not re.fullmatch(form, value):
            yield f"{path}: {shown(value)} is no timestamp"
            return
        try:
            datetime.datetime.fromisoformat(value)
        except ValueError:
            yield f"{path}: {value} is no time that there is"


@dataclass(frozen=True)
class Nullable(Shape):
    shape: Shape

    def differences(self, value: Any, path: str) -> Iterator[str]:
        if value is not None:
            yield from self.shape.differences(value, path)


@dataclass(frozen=True)
class ListOf(Shape):
    shape: Shape
    least: int = 0
    most: int | None = None

    def differences(self, value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{path}: {shown(value)} is no array"
            return
        if len(value) < self.least or (self.most is not None and len(value) > self.most):
            yield f"{path}: {len(value)} items"
        for number, one in enumerate(value):
            yield from self.shape.differences(one, f"{path}[{number}]")


@dataclass(frozen=True)
class MapOf(Shape):
    key: Shape
    shape: Shape

    def differences(self, value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path}: {shown(value)} is no object"
            return
        for key, one in value.items():
            yield from self.key.differences(key, f"{path}, the key {key!r}")
            yield from self.shape.differences(one, f"{path}.{key}")


Rule = Callable[[Mapping[str, Any]], Iterator[str]]


@dataclass(frozen=True, kw_only=True)
class Thing(Shape):
    """An object. `rules`: what holds between its fields; they are asked when the fields are right by themselves."""

    required: Mapping[str, Shape] = field(default_factory=dict)
    optional: Mapping[str, Shape] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()

    @property
    def names(self) -> set[str]:
        return {*self.required, *self.optional}

    def differences(self, value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path}: {shown(value)} is no object"
            return
        clean = True
        for name in self.required:
            if name not in value:
                clean = False
                yield f"{path}.{name}: is missing"
        for name, one in value.items():
            shape = self.required.get(name) or self.optional.get(name)
            if shape is None:
                clean = False
                yield f"{path}.{name}: is not in the contract"
                continue
            for difference in shape.differences(one, f"{path}.{name}"):
                clean = False
                yield difference
        if clean:
            for rule in self.rules:
                yield from (f"{path}: {broken}" for broken in rule(value))

    def plus(
        self, *rules: Rule, required: Mapping[str, Shape] | None = None, optional: Mapping[str, Shape] | None = None
    ) -> Thing:
        """With more fields; one that was optional may become required."""
        return replace(
            self,
            required={**self.required, **(required or {})},
            optional={
                name: one for name, one in {**self.optional, **(optional or {})}.items() if name not in (required or {})
            },
            rules=(*self.rules, *rules),
        )

    def without(self, *names: str) -> Thing:
        assert set(names) <= self.names
        return replace(
            self,
            required={name: one for name, one in self.required.items() if name not in names},
            optional={name: one for name, one in self.optional.items() if name not in names},
        )


@dataclass(frozen=True)
class ByKind(Shape):
    """Objects that are told apart by one field."""

    name: str
    kinds: Callable[[], Mapping[Any, Shape]]  # a function, since objects hold objects of their own kind

    def differences(self, value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path}: {shown(value)} is no object"
            return
        kind = value.get(self.name)
        known = self.kinds()
        # 1 == True in Python.
        if isinstance(kind, bool) or kind not in known:
            yield f"{path}.{self.name}: {shown(kind)} is none of {', '.join(map(str, known))}"
            return
        yield from known[kind].differences(value, path)


@dataclass(frozen=True)
class Later(Shape):
    """A shape that is not known yet where it is needed."""

    shape: Callable[[], Shape]

    def differences(self, value: Any, path: str) -> Iterator[str]:
        yield from self.shape().differences(value, path)


#: An id: a whole number, written in digits. "0" stands for "none" in a few places, which say so.
SNOWFLAKE = Text(r"[1-9]\d{5,19}")
PERMISSIONS = Text(r"0|[1-9]\d*")
COLOUR = Whole(0, 0xFFFFFF)
LINK = Text(r"https?://[^\s/]+(:\d+)?/\S*")
NULL = Exactly((None,))
#: Of pictures: an MD5 sum, after a_ where they move.
HASH = Text(r"(a_)?[0-9a-f]{32}")
LOCALE = Exactly(
    (
        "ar", "bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "he", "hi", "hr", "hu",
        "id", "it", "ja", "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th", "tr", "uk", "vi", "zh-CN",
        "zh-TW",
    )
)  # fmt: skip
EMOJI = Thing(
    required={"id": Nullable(SNOWFLAKE), "name": Nullable(Text(least=1))},
    optional={"animated": Truth()},
)
