"""What a tab asks for: one JSON text, read with suspicion."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

LONGEST_TEXT = 4 << 20  #: bytes of one websocket message; a longer one ends the connection


class Refused(Exception):
    """It is not done. The exception's text is the one sentence that the person reads."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """`number`: the page's own, given back with the answer; None where it could not be read."""

    number: int
    do: str
    fields: dict[str, Any]

    def text(self, name: str, default: str | None = None) -> str:
        """A text. Without a default it has to be there. Raises Refused."""
        value = self.fields.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise Refused(f"The page asked for {self.do!r} without a text for {name!r}: reload it.")
        return tidy(value)

    def id(self, name: str) -> int:
        """A number as Discord writes it. Raises Refused."""
        return id_of(self.fields.get(name), f"{self.do!r} with {name!r}")

    def id_or_none(self, name: str) -> int | None:
        return None if self.fields.get(name) is None else self.id(name)

    def flag(self, name: str, default: bool | None = None) -> bool:
        value = self.fields.get(name, default)
        if not isinstance(value, bool):
            raise Refused(f"The page asked for {self.do!r} without yes or no for {name!r}: reload it.")
        return value

    def number_of(self, name: str, *, most: float, default: float | None = None) -> float:
        """Between 0 and `most`. Raises Refused."""
        value = self.fields.get(name, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most:
            raise Refused(f"{name.capitalize()} has to be a number between 0 and {most:g}.")
        return value

    def list(self, name: str) -> list[Any]:
        value = self.fields.get(name, [])
        if not isinstance(value, list):
            raise Refused(f"The page asked for {self.do!r} without a list of {name!r}: reload it.")
        return value

    def object(self, name: str) -> dict[str, Any]:
        value = self.fields.get(name, {})
        if not isinstance(value, dict):
            raise Refused(f"The page asked for {self.do!r} with {name!r} in a form unknown here: reload it.")
        return value


def id_of(value: object, what: str) -> int:
    """
    >>> id_of("42", "'open' with 'channel'")
    42
    """
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 20:
        return int(value)
    raise Refused(f"The page asked for {what} in a form that is no id: reload it.")


def tidy(text: str) -> str:
    """A text without halves of characters, which cannot be written as UTF-8.

    >>> tidy("a" + chr(0xD800))
    'a\N{REPLACEMENT CHARACTER}'
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def read(text: str) -> Request:
    """Raises Refused for what is no request."""
    try:
        fields = json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        raise Refused("The playground was sent something that is no JSON: reload the page.") from None
    if not isinstance(fields, dict):
        raise Refused("The playground was sent something that is no request: reload the page.")
    number, do = fields.get("id"), fields.get("do")
    if isinstance(number, bool) or not isinstance(number, int):
        raise Refused("The playground was sent a request without a number: reload the page.")
    return Request(number=number, do=tidy(do) if isinstance(do, str) else "", fields=fields)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _no_number(name: str) -> float:
    raise ValueError(name)
