"""The kinds of values that settings have: read from what somebody types, written to the table, shown.

`parse` takes what a person types, `read` what is stored; both raise ValueError whose text goes on from "… does not
work: ". A stored value may have stopped fitting (its layer, its role are gone): `read` says so, and the caller keeps
the text as it is.
"""

from __future__ import annotations

import re
import zoneinfo
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from bot.moderation.places import Context, Server
from dreamcore.catalogue import NetworkInfo, catalogue, network_info
from dreamcore.errors import RecipeError, clip, did_you_mean
from dreamcore.recipe import SETTINGS as RECIPE_SETTINGS
from dreamcore.settings import AUTO
from dreamcore.styles import SURPRISE, style_recipe


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
        if self.unlimited and text in ("none", "no", "unlimited", "off"):
            return 0
        if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) or not self.minimum <= int(text) <= self.maximum:
            raise ValueError(f"it has to be a whole number from {self.range}")
        return int(text)

    def show(self, value: int, server: Server) -> str:
        return "none" if self.unlimited and value == 0 else str(value)

    @property
    def range(self) -> str:
        return f"{self.minimum} to {self.maximum}" + (" (0: no limit)" if self.unlimited else "")


class Choice(Kind):
    """One of a few words; `also` are other spellings of them."""

    def __init__(self, *choices: str, also: Mapping[str, str] | None = None) -> None:
        self.choices = choices
        self._also = also or {}

    def parse(self, typed: str, context: Context) -> str:
        text = typed.strip().lower()
        text = self._also.get(text, text)
        if text not in self.choices:
            raise ValueError(f"it is one of {', '.join(self.choices)}{near(text, self.choices)}")
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
                raise ValueError(f"“{clip(word)}” is none of {', '.join(self.choices)}{near(word, self.choices)}")
        if not given:
            raise ValueError(f"it takes some of {', '.join(self.choices)}")
        return tuple(word for word in self.choices if word in given)

    def write(self, value: tuple[str, ...]) -> str:
        return ", ".join(value)


class Prefix(Kind):
    """What a command begins with."""

    range = "1 to 10 characters without spaces that begin with none of / @ < and none of ` * _ ~ |"

    def parse(self, typed: str, context: Context) -> str:
        text = typed.strip()
        fits = 1 <= len(text) <= 10 and text.isprintable() and not re.search(r"[\s`*_~|]", text)
        if not fits or text[0] in "/@<":
            raise ValueError(f"it has to be {self.range}")
        return text


class TimeZone(Kind):
    """A zone of the IANA database."""

    range = "a name such as Europe/Vienna, America/New_York or UTC"

    @staticmethod
    def names() -> tuple[str, ...]:
        """All of them."""
        return tuple(_zones().values())

    def parse(self, typed: str, context: Context) -> str:
        text = typed.strip().replace(" ", "_")
        found = _zones().get(text.lower())
        if found is None:
            last = {name.rpartition("/")[2].lower(): name for name in _zones().values()}
            same = last.get(text.lower())
            hint = f". Did you mean {same}?" if same else near(text, list(_zones().values()))
            raise ValueError(f"it has to be {self.range}{hint}")
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
        words = {
            "style": "a style of the network, or surprise",
            "layer": "a level (edges, textures, patterns, parts, objects) or the network's own layers",
            "network": ", ".join(self.choices),
        }
        return words.get(self.key) or self._setting.range

    def parse(self, typed: str, context: Context) -> Any:
        value = self._setting.parse(typed.strip())
        self._setting.check(value)
        if self.key == "network" and value != AUTO:
            value = value.lower()
            if value not in self.choices:
                hint = near(value, self.choices) or f". There are: {', '.join(self.choices)}"
                raise ValueError(f"there is no network of that name{hint}")
        elif self.key in ("style", "layer"):
            value = value.lower() if self.key == "style" else value
            why = [misfit(self.key, value, network_info(name)) for name in context.networks]
            if why and all(why):  # without a network there is nothing that it could not fit
                raise ValueError(_lower_first(str(why[0]).removesuffix(".")))
        return float(value) if self.key == "strength" else value

    def write(self, value: Any) -> str:
        return self._setting.write(value)


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


def near(word: str, known: Iterable[str]) -> str:
    hint = did_you_mean(word, known)
    return f".{hint}" if hint else ""


def _lower_first(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
