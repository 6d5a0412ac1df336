"""What a person asks of a film: its own settings, and all those of a dream, of which the numbers may be curves.

`FilmRecipe` leaves out what the person left out; `resolving` fills it in. Imports no torch.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from dreamcore import text as recipe_text
from dreamcore.errors import BadValue, RecipeError, UnknownKey
from dreamcore.films.curves import Curve, Point, is_curve, read_curve, write_curve
from dreamcore.recipe import READS_CLASSES, SETTINGS, Recipe
from dreamcore.sentences import Sentence, reason
from dreamcore.settings import Setting, choice_setting, number_setting

FILMS = ("zoom", "growing")
FORMATS = ("mp4", "gif", "webp")
MOST_STATIONS = 16
MOST_STEPS = 3  #: of a zoom film's frame, at each octave

#: Numbers of a dream that are one for a whole film.
_ONE_FOR_ALL = frozenset({"size", "seed", "engine"})


@dataclass(frozen=True)
class Station:
    """One stop of a journey: a layer or a style by name, and how long; None: as long as the others.

    >>> str(Station("edges", 150, in_frames=True)), str(Station("parts", 2.5)), str(Station("eyes"))
    ('edges:150f', 'parts:2.5', 'eyes')
    """

    name: str
    length: float | None = None
    in_frames: bool = False

    def __str__(self) -> str:
        if self.length is None:
            return self.name
        return f"{self.name}:{_plain(self.length)}{'f' if self.in_frames else ''}"


def _plain(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _numbers_setting(help: str, minimum: float, maximum: float, *, count: int = 1) -> Any:
    """A setting that is a `Curve`, or a `Point` of `count` numbers; what is left out behind a comma is 0."""
    one: Setting = number_setting(help, minimum, maximum, whole=False).metadata["setting"]

    def read_point(value: str) -> Point:
        parts = [part.strip() for part in value.split(",")]
        if len(parts) > count:
            raise ValueError(Sentence.counted("it takes {count} number", "it takes {count} numbers", count))
        return (*(float(one.parse(part)) for part in parts), *[0.0] * (count - len(parts)))

    def parse(value: str) -> Any:
        return read_curve(value, read_point) if is_curve(value) else read_point(value)

    def check(value: Any) -> None:
        points = value.points if isinstance(value, Curve) else (value,)
        for point in points:
            if not isinstance(point, tuple) or len(point) != count:
                raise ValueError(Sentence.counted("it takes {count} number", "it takes {count} numbers", count))
            for number in point:
                one.check(number)

    def write_point(point: Point) -> str:
        return ",".join(map(one.write, point))

    def write(value: Any) -> str:
        return write_curve(value, write_point) if isinstance(value, Curve) else write_point(value)

    setting = Setting(help=help, parse=parse, check=check, write=write, minimum=minimum, maximum=maximum, whole=False)
    return field(default=None, metadata={"setting": setting})


_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*(f|s|)", re.ASCII)


def _read_journey(value: str) -> tuple[Station, ...]:
    stations = []
    for part in value.split(","):
        name, colon, length = (piece.strip() for piece in part.strip().partition(":"))
        if not colon:
            stations.append(Station(name))
        elif found := _LENGTH.fullmatch(length):
            stations.append(Station(name, float(found[1]), in_frames=found[2] == "f"))
        else:
            raise ValueError(Sentence("how long is written behind a colon: edges:2 (seconds) or edges:48f (frames)"))
    return tuple(stations)


def _check_journey(value: Any) -> None:
    if not isinstance(value, tuple) or not 1 <= len(value) <= MOST_STATIONS:
        raise ValueError(Sentence("a journey has 1 to {most} stations", most=MOST_STATIONS))
    for station in value:
        name = station.name
        if not name or len(name) > 100 or not name.isprintable() or any(c in ':,="“”„«»' or c.isspace() for c in name):
            raise ValueError(Sentence("there is an empty name (or one of over 100 characters) in the list"))
        if station.length is not None and not 0 < station.length <= 1e5:
            raise ValueError(Sentence("a station lasts longer than nothing"))
    if len({station.length is None for station in value}) > 1:
        raise ValueError(Sentence("either every station says how long it lasts, or none"))


def _journey_setting(help: str) -> Any:
    def write(value: tuple[Station, ...]) -> str:
        return ",".join(map(str, value))

    return field(
        default=None,
        metadata={"setting": Setting(help=help, parse=_read_journey, check=_check_journey, write=write)},
    )


@dataclass(frozen=True, kw_only=True)
class FilmRecipe:
    """What a person asks for; `None` is what they left out. Every field is validated on creation (RecipeError).

    >>> FilmRecipe.parse("strength=0.50..2 layer=parts zoom=1.3 seconds=4").text
    'seconds=4 zoom=1.3 layer=parts strength=0.5..2'
    """

    film: str | None = choice_setting(
        Sentence("zoom (into the dream, for ever), growing (how one picture's dream comes about)"), FILMS
    )
    seconds: float | None = number_setting(Sentence("how long the film is"), 0.2, 600, whole=False)
    frames: int | None = number_setting(Sentence("how long the film is, in frames"), 2, 20_000, whole=True)
    fps: float | None = number_setting(Sentence("frames a second"), 1, 60, whole=False)
    zoom: Point | Curve | None = _numbers_setting(
        Sentence("how much larger everything gets in a second; below 1 it gets smaller"), 0.25, 4
    )
    turn: Point | Curve | None = _numbers_setting(
        Sentence("degrees that the picture turns in a second, clockwise"), -360, 360
    )
    shift: Point | Curve | None = _numbers_setting(
        Sentence("how far the picture moves in a second, right and down, in widths and heights: 0.1 or 0.1,-0.05"),
        -2,
        2,
        count=2,
    )
    journey: tuple[Station, ...] | None = _journey_setting(
        Sentence("layers or styles, one after the other: edges,patterns,parts or edges:2,parts:3 (seconds each)")
    )
    loop: str | None = choice_setting(Sentence("on: the last frame leads into the first"), ("on", "off"))
    format: str | None = choice_setting(Sentence("what the film is written as"), FORMATS)
    dream: Recipe = field(
        default_factory=Recipe
    )  #: what each frame is dreamt with; where a curve runs, its first value
    curves: Mapping[str, Curve] = field(default_factory=dict)  #: of the dream's numbers, by key

    def __post_init__(self) -> None:
        for key, value in self._own().items():
            try:
                FILM_SETTINGS[key].check(value)
            except ValueError as error:
                raise BadValue(key, _shown(key, value), reason(error)) from None
        self._check_together()

    def _check_together(self) -> None:
        if self.seconds is not None and self.frames is not None:
            raise RecipeError(Sentence("seconds= and frames= both say how long the film is: keep one."))
        if self.journey:
            doubled = [key for key in ("layer", "channel", "classes") if getattr(self.dream, key) is not None]
            if self.dream.objective in READS_CLASSES:
                doubled.append("objective")
            if doubled:
                raise RecipeError(
                    Sentence("journey= says what the film makes more of: leave {key}= out.", key=doubled[0])
                )
        if self.film == "growing":
            doubled = [key for key in ("zoom", "turn", "shift", "journey") if getattr(self, key) is not None]
            doubled += list(self.curves)
            if doubled:
                raise RecipeError(
                    Sentence("film=growing shows one dream that stands still: leave {key}= out.", key=doubled[0])
                )
        elif self.dream.tile == "on":
            raise RecipeError(Sentence("tile=on makes a texture that stands still: leave it out of a film."))
        elif self.dream.steps is not None and max(self.values_of("steps")) > MOST_STEPS:
            raise RecipeError(
                Sentence("A film's frame has at most {most} steps an octave: steps=1 is usual.", most=MOST_STEPS)
            )

    @classmethod
    def parse(cls, text: str) -> FilmRecipe:
        """The recipe written as `key=value` text. Raises RecipeError naming the key and the nearest valid one."""
        own: dict[str, Any] = {}
        dreamt: dict[str, str] = {}
        curves: dict[str, Curve] = {}
        for key, value in recipe_text.pairs(text):
            if key not in FILM_SETTINGS and key not in SETTINGS:
                raise UnknownKey(key, (*FILM_SETTINGS, *SETTINGS))
            try:
                if key in FILM_SETTINGS:
                    own[key] = FILM_SETTINGS[key].parse(value)
                elif is_curve(value) and SETTINGS[key].minimum is not None:
                    curves[key] = _read_setting_curve(key, value)
                    dreamt[key] = SETTINGS[key].write(_number_of(key, curves[key].points[0]))
                elif is_curve(value):
                    raise ValueError(Sentence("only plain numbers change while the film runs, such as strength"))
                else:
                    dreamt[key] = value
            except ValueError as error:
                raise BadValue(key, value, reason(error)) from None
        return cls(**own, dream=Recipe.parse(recipe_text.join(dreamt)), curves=curves)

    @property
    def text(self) -> str:
        """The recipe as text, in a fixed order; `FilmRecipe.parse` of it is this recipe again."""
        return recipe_text.join({key: self._written(key, value) for key, value in self.given().items()})

    def _written(self, key: str, value: Any) -> str:
        if key in self.curves:
            return write_curve(self.curves[key], lambda point: SETTINGS[key].write(_number_of(key, point)))
        return (FILM_SETTINGS.get(key) or SETTINGS[key]).write(value)

    def given(self) -> dict[str, Any]:
        """The settings that were not left out, by key: the film's own first, then the dream's."""
        return {**self._own(), **self.dream.given(), **self.curves}

    def _own(self) -> dict[str, Any]:
        return {key: getattr(self, key) for key in FILM_SETTINGS if getattr(self, key) is not None}

    def over(self, defaults: FilmRecipe) -> FilmRecipe:
        """This recipe, with what it leaves out taken from `defaults`: the nearest layer wins."""
        own = {**defaults._own(), **self._own()}
        if self.seconds is not None or self.frames is not None:
            own.update(seconds=self.seconds, frames=self.frames)
        curves = {key: curve for key, curve in defaults.curves.items() if key not in self.dream.given()}
        return FilmRecipe(**own, dream=self.dream.over(defaults.dream), curves={**curves, **self.curves})

    def but(self, **changes: Any) -> Self:
        """The same recipe with some settings changed, the film's or the dream's; None leaves one out."""
        own = {key: value for key, value in changes.items() if key in {*FILM_SETTINGS, "dream", "curves"}}
        dreamt = {key: value for key, value in changes.items() if key not in own}
        if dreamt:
            own["dream"] = (own.get("dream") or self.dream).but(**dreamt)
            own["curves"] = {key: curve for key, curve in self.curves.items() if key not in dreamt}
        return dataclasses.replace(self, **own)

    def seeded(self, seed: int) -> FilmRecipe:
        """The same recipe with this seed, where it names none."""
        return self if self.dream.seed is not None else self.but(seed=seed)

    def values_of(self, key: str) -> tuple[float, ...]:
        """The numbers that a setting of the dream has at its keyframes; one where it is no curve."""
        if key in self.curves:
            return tuple(point[0] for point in self.curves[key].points)
        return (float(getattr(self.dream, key)),)

    @property
    def work(self) -> float:
        """What the film costs, in usual dreams."""
        from dreamcore.films.work import work_of

        return work_of(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.text!r})"


def _read_setting_curve(key: str, value: str) -> Curve:
    setting = SETTINGS[key]
    if key in _ONE_FOR_ALL:
        raise ValueError(Sentence("it is one for the whole film"))

    def read_point(text: str) -> Point:
        number = setting.parse(text)
        if isinstance(number, str):
            raise ValueError(Sentence("a curve is made of numbers"))
        setting.check(number)
        return (float(number),)

    return read_curve(value, read_point)


def _number_of(key: str, point: Point) -> float | int:
    return round(point[0]) if SETTINGS[key].whole else point[0]


def _shown(key: str, value: Any) -> str:
    write: Callable[[Any], str] = FILM_SETTINGS[key].write
    try:
        return write(value)
    except (TypeError, ValueError):
        return str(value)


FILM_SETTINGS: Mapping[str, Setting] = {
    entry.name: entry.metadata["setting"] for entry in dataclasses.fields(FilmRecipe) if "setting" in entry.metadata
}  #: every setting of a film by key, in the order in which a recipe is written
