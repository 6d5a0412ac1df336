"""The kinds of values that settings have: read from what somebody types, written to the table, shown.

`parse` takes what a person types, `read` what is stored; both raise ValueError, whose text goes on from "… does not
work: " and ends with a full stop. A stored value may have stopped fitting (its layer, its role are gone): `read` says
so, and the caller keeps the text as it is. All of it is in the language of whoever reads it.
"""

from __future__ import annotations

import re
import zoneinfo
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from bot.languages import mark, tell, tr
from bot.moderation.places import Context, Server
from dreamcore.catalogue import NetworkInfo, catalogue, network_info
from dreamcore.errors import RecipeError, clip, did_you_mean, there_are
from dreamcore.recipe import SETTINGS as RECIPE_SETTINGS
from dreamcore.sentences import reason
from dreamcore.settings import AUTO
from dreamcore.styles import SURPRISE, style_recipe

_NO_LIMIT = mark("none")


class NotThere(ValueError):
    """A style or a layer that no network here has: a sentence of its own, the engine's."""


class Kind(ABC):
    """How the values of a setting are read, written and shown. None never is a value."""

    choices: tuple[str, ...] = ()  #: where the values can be listed
    holds_unseen = False  #: what is missing may be there all the same

    @abstractmethod
    def parse(self, typed: str, context: Context) -> Any:
        """The value that somebody typed."""

    def read(self, stored: str, context: Context) -> Any:
        """The value that was stored."""
        return self.parse(stored, context)

    def write(self, value: Any) -> str:
        """The text to store; `read` makes the same value of it."""
        return str(value)

    def show(self, value: Any, server: Server) -> str:
        """The value as people read it."""
        return self.write(value)

    def missing(self, value: Any, server: Server) -> str | None:
        """A sentence about parts of the value that are not there any more; None where all of it is."""
        return None

    @property
    def range(self) -> str:
        """The accepted values in a few words."""
        return ", ".join(self.choices)


@dataclass(frozen=True)
class Number(Kind):
    """A whole number."""

    minimum: int
    maximum: int
    unlimited: bool = False  # 0 means no limit, and can be typed as words

    def parse(self, typed: str, context: Context) -> int:
        text = typed.strip().lower()
        if self.unlimited and text in ("none", "no", "unlimited", "off", tr(_NO_LIMIT).lower()):
            return 0
        if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) or not self.minimum <= int(text) <= self.maximum:
            raise ValueError(tr("it has to be a whole number from {range}.", range=self.range))
        return int(text)

    def show(self, value: int, server: Server) -> str:
        return tr(_NO_LIMIT) if self.unlimited and value == 0 else str(value)

    @property
    def range(self) -> str:
        if self.unlimited:
            return tr("{least} to {most} (0: no limit)", least=self.minimum, most=self.maximum)
        return tr("{least} to {most}", least=self.minimum, most=self.maximum)


class Choice(Kind):
    """One of a few words; `also` are other spellings of them."""

    def __init__(self, *choices: str, also: Mapping[str, str] | None = None) -> None:
        self.choices = choices
        self._also = also or {}

    def parse(self, typed: str, context: Context) -> str:
        text = typed.strip().lower()
        text = self._also.get(text, text)
        if text not in self.choices:
            choices, hint = ", ".join(self.choices), did_you_mean(text, self.choices)
            raise ValueError(tr("it is one of {choices}.{hint}", choices=choices, hint=hint))
        return text


class Switch(Choice):
    """on or off, as a truth value."""

    def __init__(self) -> None:
        super().__init__("on", "off", also={"yes": "on", "true": "on", "no": "off", "false": "off"})

    def parse(self, typed: str, context: Context) -> Any:
        return super().parse(typed, context) == "on"

    def write(self, value: Any) -> str:
        return "on" if value else "off"


class Words(Kind):
    """Some of a few words, in their own order."""

    def __init__(self, *choices: str) -> None:
        self.choices = choices

    def parse(self, typed: str, context: Context) -> tuple[str, ...]:
        given = [word for word in re.split(r"[\s,]+", typed.strip().lower()) if word]
        for word in given:
            if word not in self.choices:
                choices, hint = ", ".join(self.choices), did_you_mean(word, self.choices)
                raise ValueError(
                    tr("“{word}” is none of {choices}.{hint}", word=clip(word), choices=choices, hint=hint)
                )
        if not given:
            raise ValueError(tr("it takes some of {choices}.", choices=", ".join(self.choices)))
        return tuple(word for word in self.choices if word in given)

    def write(self, value: tuple[str, ...]) -> str:
        return ", ".join(value)


class Prefix(Kind):
    """What a command begins with."""

    @property
    def range(self) -> str:
        return tr("1 to 10 characters without spaces that begin with none of / @ < and none of ` * _ ~ |")

    def parse(self, typed: str, context: Context) -> str:
        text = typed.strip()
        fits = 1 <= len(text) <= 10 and text.isprintable() and not re.search(r"[\s`*_~|]", text)
        if not fits or text[0] in "/@<":
            raise ValueError(tr("it has to be {range}.", range=self.range))
        return text


class TimeZone(Kind):
    """A zone of the IANA database."""

    @property
    def range(self) -> str:
        return tr("a name such as Europe/Vienna, America/New_York or UTC")

    @staticmethod
    def names() -> tuple[str, ...]:
        """All of them."""
        return tuple(_zones().values())

    def parse(self, typed: str, context: Context) -> str:
        text = typed.strip().replace(" ", "_")
        found = _zones().get(text.lower())
        if found is None:
            same = [name for name in _zones().values() if name.rpartition("/")[2].lower() == text.lower()]
            if len(same) == 1:
                return same[0]  # a city alone: there is one of that name
            hint = did_you_mean(same[0] if same else text, same or _zones().values())
            raise ValueError(tr("it has to be {range}.{hint}", range=self.range, hint=hint))
        return found


@cache
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in sorted(zoneinfo.available_timezones()) if not name.startswith("posix")}


class Recipe(Kind):
    """A recipe's own setting, checked against the network that would dream."""

    def __init__(self, key: str) -> None:
        self.key = key
        self._setting = RECIPE_SETTINGS[key]
        if key == "network":
            self.choices = tuple(catalogue())

    @property
    def range(self) -> str:
        if self.key == "style":
            return tr("a style of the network, or surprise")
        if self.key == "layer":
            return tr("a level (edges, textures, patterns, parts, objects) or the network's own layers")
        return ", ".join(self.choices) if self.key == "network" else tell(self._setting.range)

    def parse(self, typed: str, context: Context) -> Any:
        try:
            value = self._setting.parse(typed.strip())
            self._setting.check(value)
        except ValueError as error:
            raise ValueError(tr("{clause}.", clause=reason(error))) from None
        if self.key == "network" and value != AUTO:
            value = value.lower()
            if value not in self.choices:
                hint = did_you_mean(value, self.choices) or there_are(self.choices)
                raise ValueError(tr("there is no network of that name.{hint}", hint=hint))
        elif self.key in ("style", "layer"):
            value = value.lower() if self.key == "style" else value
            why = [misfit(self.key, value, network_info(name)) for name in context.networks]
            if why and all(why):  # without a network there is nothing that it could not fit
                raise NotThere(tell(why[0] or ""))
        return float(value) if self.key == "strength" else value

    def write(self, value: Any) -> str:
        return self._setting.write(value)


class MostSize(Recipe):
    """The largest size: a number, not `auto`."""

    def __init__(self) -> None:
        super().__init__("size")

    def parse(self, typed: str, context: Context) -> Any:
        value = super().parse(typed, context)
        if not isinstance(value, int):
            raise ValueError(
                tr("a whole number is needed, from {least} to {most}.", least=self._least, most=self._most)
            )
        return value

    _least = int(RECIPE_SETTINGS["size"].minimum or 0)
    _most = int(RECIPE_SETTINGS["size"].maximum or 0)

    @property
    def range(self) -> str:
        return tr("{least} to {most}", least=self._least, most=self._most)


def misfit(key: str, value: Any, network: NetworkInfo) -> str | None:
    """Why a style or a layer cannot be dreamt on that network, in one sentence; None where it can."""
    try:
        if key == "style" and value != SURPRISE:
            style_recipe(value, network, 0)
        elif key == "layer":
            for term in value:
                network.find_layers(term.name)
    except RecipeError as error:
        return error.sentence
    return None
