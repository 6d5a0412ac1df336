"""The world's values as plain JSON and back, by their annotations: what is read is what it claims to be, or an error.

People are written as their id wherever something refers to them. Bytes are not written, and are read as none: they
are files of their own.
"""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import functools
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from bot.playground.model import User

_T = TypeVar("_T")


class Unreadable(ValueError):
    """Something is not what it should be. The text says where, and what."""


@functools.cache
def _form(kind: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Of a dataclass: name -> annotation of what is written; and what stands for bytes that have to be there."""
    hints = {one.name: typing.get_type_hints(kind)[one.name] for one in dataclasses.fields(kind)}
    written = {name: hint for name, hint in hints.items() if hint not in (bytes, bytes | None)}
    return written, {name: b"" for name, hint in hints.items() if hint is bytes}


def write(value: Any, *, leave: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A dataclass without the fields in `leave`."""
    return {name: _plain(getattr(value, name)) for name in _form(value.__class__)[0] if name not in leave}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool, float)):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, User):
        return value.id
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    return write(value)


class Reader:
    """`users`: whom ids refer to."""

    def __init__(self, users: Mapping[int, User]) -> None:
        self._users = users

    def read(self, kind: type[_T], data: Any, where: str, **more: Any) -> _T:
        """A dataclass; `more`: the fields that are not in the data. Raises Unreadable."""
        if not isinstance(data, dict):
            raise Unreadable(f"{where} is no object")
        cls: Any = kind
        hints, empty = _form(cls)
        if unknown := data.keys() - hints.keys():
            raise Unreadable(f"{where} has an unknown {min(unknown)}")
        read = {name: self.value(hints[name], one, f"{where}.{name}") for name, one in data.items() if name not in more}
        try:
            return kind(**empty | more | read)  # what came into the model later has a default
        except TypeError:
            raise Unreadable(f"{where} is not whole") from None

    def value(self, hint: Any, data: Any, where: str) -> Any:
        """One value of an annotation's kind. Raises Unreadable."""
        origin, inner = typing.get_origin(hint), typing.get_args(hint)
        if hint is Any:
            return data
        if origin in (typing.Union, types.UnionType):
            return self._one_of(inner, data, where)
        if origin in (list, set, frozenset):
            return origin(self.value(inner[0], one, f"{where}.{n}") for n, one in enumerate(_a(list, data, where)))
        if origin is dict:
            key = int if inner[0] is int else str
            items = _a(dict, data, where).items()
            return {_key(key, name, where): self.value(inner[1], one, f"{where}.{name}") for name, one in items}
        if hint is User:
            return self.person(data, where)
        if dataclasses.is_dataclass(hint):
            return self.read(typing.cast("type[Any]", hint), data, where)
        if isinstance(hint, type) and issubclass(hint, enum.Enum):
            try:
                return hint(data)
            except ValueError:
                raise Unreadable(f"{where} is no {hint.__name__}") from None
        if hint is float and type(data) is int:
            return float(data)
        return _a(hint, data, where)

    def person(self, id_: Any, where: str) -> User:
        found = self._users.get(id_) if type(id_) is int else None
        if found is None:
            raise Unreadable(f"{where} is nobody who is known")
        return found

    def _one_of(self, hints: tuple[Any, ...], data: Any, where: str) -> Any:
        if data is None and types.NoneType in hints:
            return None
        *others, last = (hint for hint in hints if hint is not types.NoneType)
        for hint in others:
            with contextlib.suppress(Unreadable):
                return self.value(hint, data, where)
        return self.value(last, data, where)


def _a(kind: type[_T], data: Any, where: str) -> _T:
    if type(data) is not kind:
        raise Unreadable(f"{where} is no {kind.__name__}")
    return data


def _key(kind: Callable[[str], Any], name: str, where: str) -> Any:
    try:
        return kind(name)
    except ValueError:
        raise Unreadable(f"{where} has a key that is no number") from None
