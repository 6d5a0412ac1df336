"""The kinds of settings that a recipe has: how each is read, checked, written and explained. Imports no torch."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from dreamcore.sentences import Sentence, reason

Auto = Literal["auto"]
AUTO: Auto = "auto"
MOST_TERMS = 32
MOST_CHANNELS = 64
LONGEST_NAME = 300

A_NUMBER = Sentence("a number is needed")
A_WHOLE_NUMBER = Sentence("a whole number is needed")


@dataclass(frozen=True)
class Term:
    """One thing to make more of (or, with a negative weight, less of): a layer or a class, by name.

    >>> str(Term("inception_3b/output", -0.3))
    'inception_3b/output:-0.3'
    """

    name: str
    weight: float = 1.0

    def __str__(self) -> str:
        return self.name if self.weight == 1.0 else f"{self.name}:{_number(self.weight)}"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How one setting is read, written, explained and bounded.

    `parse` and `check` raise ValueError with what they expect, as a `Sentence` without a full stop (see `reason`).
    """

    help: str  #: a `Sentence` without a full stop
    parse: Callable[[str], Any]
    check: Callable[[Any], None]
    write: Callable[[Any], str] = str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    auto: bool = False  #: `auto` may be said: it overrides a nearer default and is resolved by the engine

    whole: bool = True  #: False where numbers may be broken
    shares: bool = False  #: a choice may be followed by a share of it: overlay:0.5

    @property
    def range(self) -> str:
        """The accepted values in a few words, for help texts.

        >>> Setting(help="", parse=float, check=float, minimum=0, maximum=4).range
        '0 to 4'
        """
        if self.choices:
            return ", ".join(self.choices)
        if self.minimum is not None and self.maximum is not None:
            least, most = _number(self.minimum), _number(self.maximum)
            if self.auto:
                return Sentence("{minimum} to {maximum}, or auto", minimum=least, maximum=most)
            return Sentence("{minimum} to {maximum}", minimum=least, maximum=most)
        return Sentence("auto or a name") if self.auto else ""


def _number(value: float) -> str:
    """The shortest text that reads back as exactly this number."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


_FLOAT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)


def _read_float(value: str) -> float:
    if re.fullmatch(r"[+-]?\d+,\d+", value):
        raise ValueError(Sentence("decimals are written with a point ({value})", value=value.replace(",", ".")))
    if not _FLOAT.fullmatch(value) or not math.isfinite(float(value)):
        raise ValueError(A_NUMBER)
    return float(value)


def _read_integer(value: str) -> int:
    if not _INTEGER.fullmatch(value):
        raise ValueError(A_WHOLE_NUMBER)
    return int(value)


def _within(minimum: float, maximum: float, whole: bool) -> Callable[[Any], None]:
    def check(value: Any) -> None:
        kinds = (int,) if whole else (int, float)
        if not isinstance(value, kinds) or isinstance(value, bool) or not math.isfinite(value):
            raise ValueError(A_WHOLE_NUMBER if whole else A_NUMBER)
        if not minimum <= value <= maximum:
            raise ValueError(
                Sentence("it goes from {minimum} to {maximum}", minimum=_number(minimum), maximum=_number(maximum))
            )

    return check


def number_setting(help: str, minimum: float, maximum: float, *, whole: bool, auto: bool = False) -> Any:
    within = _within(minimum, maximum, whole)

    def parse(value: str) -> Any:
        if auto and value.lower() == AUTO:
            return AUTO
        try:
            return _read_integer(value) if whole else _read_float(value)
        except ValueError as error:
            raise ValueError(
                Sentence(
                    "{what}, from {minimum} to {maximum}",
                    what=reason(error),
                    minimum=_number(minimum),
                    maximum=_number(maximum),
                )
            ) from None

    def check(value: Any) -> None:
        if not (auto and value == AUTO):
            within(value)

    def write(value: Any) -> str:
        return value if isinstance(value, str) else _number(value)

    return _field(
        Setting(
            help=help, parse=parse, check=check, write=write, minimum=minimum, maximum=maximum, whole=whole, auto=auto
        )
    )


def choice_setting(help: str, choices: tuple[str, ...], *, auto: bool = False) -> Any:
    allowed = (*choices, AUTO) if auto else choices

    def check(value: Any) -> None:
        if value not in allowed:
            raise ValueError(_one_of(allowed))

    return _field(Setting(help=help, parse=_word, check=check, choices=allowed, auto=auto))


def share_setting(help: str, choices: tuple[str, ...]) -> Any:
    """One of `choices`, and a share from 0 to 1 of it: `overlay`, `overlay:0.5`; a share alone is of the first."""
    within = _within(0, 1, whole=False)

    def parse(value: str) -> Term:
        name, colon, share = value.rpartition(":")
        if colon:
            return Term(_word(name), _read_float(share.strip()))
        return Term(choices[0], _read_float(value)) if _FLOAT.fullmatch(value) else Term(_word(value))

    def check(value: Any) -> None:
        if not isinstance(value, Term) or value.name not in choices:
            raise ValueError(_one_of(choices))
        within(value.weight)

    return _field(Setting(help=help, parse=parse, check=check, choices=choices, shares=True))


#: Other spellings of what can be chosen.
_SPELLINGS = {"center": "centre", "color": "colour"}


def _word(value: str) -> str:
    """A word that can be chosen, however it is spelt: Soft Light, soft_light, soft-light.

    >>> _word("Not Sky"), _word("-sky"), _word("center")
    ('not-sky', 'not-sky', 'centre')
    """
    word = "-".join(value.lower().replace("_", " ").split())
    word = f"not-{word[1:]}" if word.startswith("-") else word
    return _SPELLINGS.get(word, word)


def _one_of(words: tuple[str, ...]) -> Sentence:
    return Sentence("it is one of {words}", words=", ".join(words))


def name_setting(help: str, *, auto: bool = False) -> Any:
    def check(value: Any) -> None:
        if not isinstance(value, str) or not 1 <= len(value) <= LONGEST_NAME or value != value.strip():
            raise ValueError(Sentence("a name of at most {most} characters is needed", most=LONGEST_NAME))
        if not value.isprintable() or any(c in '"“”„«»' for c in value):
            raise ValueError(Sentence("a name has no quotation marks and no line breaks"))

    return _field(Setting(help=help, parse=str.strip, check=check, auto=auto))


def _read_terms(value: str) -> tuple[Term, ...]:
    terms = []
    for part in value.split(","):
        name, colon, weight = part.strip().rpartition(":")
        terms.append(Term(name.strip(), _read_float(weight.strip())) if colon else Term(weight.strip()))
    return tuple(terms)


def _check_terms(value: Any) -> None:
    if not isinstance(value, tuple) or not all(isinstance(term, Term) for term in value):
        raise ValueError(Sentence("names are needed, as in name or name:0.5,other:-0.3"))
    if not 1 <= len(value) <= MOST_TERMS:
        raise ValueError(Sentence("it takes 1 to {most} names", most=MOST_TERMS))
    for term in value:
        if not term.name or term.name != term.name.strip() or len(term.name) > 100:
            raise ValueError(Sentence("there is an empty name (or one of over 100 characters) in the list"))
        if not term.name.isprintable() or any(c in ':,="“”„«»' for c in term.name):
            raise ValueError(
                Sentence("a name cannot contain any of : , = or quotation marks ({name})", name=repr(term.name))
            )
        if not isinstance(term.weight, int | float) or not 1e-3 <= abs(term.weight) <= 100:
            raise ValueError(Sentence("a weight is a number from 0.001 to 100, or negative"))
    if len({term.name for term in value}) < len(value):
        raise ValueError(Sentence("a name stands there twice"))
    if all(term.weight < 0 for term in value):
        raise ValueError(Sentence("at least one weight must be positive: there must be something to make more of"))


def term_setting(help: str) -> Any:
    def write(value: tuple[Term, ...]) -> str:
        return ",".join(map(str, value))

    return _field(Setting(help=help, parse=_read_terms, check=_check_terms, write=write))


def _read_channels(value: str) -> tuple[int, ...]:
    return tuple(_read_integer(part.strip()) for part in value.split(","))


def _check_channels(value: Any) -> None:
    if not isinstance(value, tuple) or not all(isinstance(c, int) and 0 <= c < 100_000 for c in value):
        raise ValueError(Sentence("channels are whole numbers from 0"))
    if not 1 <= len(value) <= MOST_CHANNELS or len(set(value)) < len(value):
        raise ValueError(Sentence("it takes 1 to {most} different channels", most=MOST_CHANNELS))


def channel_setting(help: str) -> Any:
    return _field(
        Setting(help=help, parse=_read_channels, check=_check_channels, write=lambda v: ",".join(map(str, v)))
    )


def _field(setting: Setting) -> Any:
    return dataclasses.field(default=None, metadata={"setting": setting})
