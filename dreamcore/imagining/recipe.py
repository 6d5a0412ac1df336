"""What to imagine: every setting of a picture out of noise, and what each is when nobody says. Imports no torch."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import ClassVar

from dreamcore.asked import Asked, settings_of
from dreamcore.catalogue import LEVELS
from dreamcore.errors import RecipeError
from dreamcore.imagining.manners import manner_of
from dreamcore.octaves import Octave
from dreamcore.recipe import PRECISIONS
from dreamcore.sentences import Sentence
from dreamcore.settings import (
    AUTO,
    Term,
    channel_setting,
    choice_setting,
    name_setting,
    number_setting,
    term_setting,
)

ENGINE = 1  #: goes up whenever the same resolved recipe would give another picture

SHAPES = {"square": (1, 1), "wide": (3, 2), "tall": (2, 3)}
USUAL_STRENGTH, USUAL_STEPS, USUAL_SIZE, USUAL_SHAPE = 1.0, 60, 384, "square"

MOST_ROOM = 2.0  #: times one motif's side: what a layer, which repeats its own, and four classes get

_CHANNEL = re.compile(r"""["“”„«»]?\s*(?P<layer>[^\s:#,]+)\s*[:#]\s*(?P<channel>\d+)\s*["“”„«»]?""")
_COMMAND = re.compile(r"^\s*imagine\b(?!\s*=)", re.IGNORECASE)  # as it stands in files: the command and its recipe
_FIRST_KEY = re.compile(r"(?:^|\s)[^\W\d][\w-]*\s*=")


@dataclass(frozen=True, kw_only=True, repr=False)
class ImagineRecipe(Asked):
    """What a person asks for; `None` is what they left out.

    >>> ImagineRecipe.parse("golden retriever strength=1.50")
    ImagineRecipe('classes="golden retriever" strength=1.5')
    >>> ImagineRecipe.parse("4d:144").text
    'layer=4d channel=144'
    """

    NEWEST: ClassVar[int] = ENGINE

    network: str | None = name_setting(Sentence("the network that imagines"), auto=True)
    classes: tuple[Term, ...] | None = term_setting(
        Sentence("what to imagine, of the things the network was taught; several share the picture: cat:1,fountain:0.5")
    )
    layer: tuple[Term, ...] | None = term_setting(
        Sentence("a layer to imagine instead: edges, textures, patterns, parts, objects, or a layer's own name")
    )
    channel: tuple[int, ...] | None = channel_setting(
        Sentence("only these channels of the layer, by number: 14 or 14,88")
    )
    strength: float | None = number_setting(Sentence("how bold: 1 is the usual look"), 0.25, 4, whole=False)
    steps: int | None = number_setting(Sentence("steps at the smallest size"), 1, 400, whole=True)
    size: int | None = number_setting(Sentence("longest side, in pixels"), 64, 2048, whole=True)
    shape: str | None = choice_setting(Sentence("of the picture"), tuple(SHAPES))
    precision: str | None = choice_setting(Sentence("of the arithmetic"), PRECISIONS, auto=True)
    seed: int | None = number_setting(Sentence("the same seed gives the same picture"), 0, 2**32 - 1, whole=True)
    engine: int | None = number_setting(Sentence("version of the engine that the recipe is for"), 1, ENGINE, whole=True)

    @classmethod
    def parse(cls, text: str) -> ImagineRecipe:
        """The recipe that `text` asks for: what to imagine, as people type it, then settings as `key=value`.

        `dumbbell`, `cat:1, fountain:0.5 size=512`, `4d:144`, `layer=4d channel=144`. Raises RecipeError.
        """
        text = _COMMAND.sub("", text)
        key = _FIRST_KEY.search(text)
        named, rest = (text, "") if key is None else (text[: key.start()], text[key.start() :])
        return ImagineRecipe.read(f"{_subject(named, rest)} {rest}")

    def over(self, defaults: ImagineRecipe) -> ImagineRecipe:
        """This recipe, with what it leaves out taken from `defaults`; what to imagine, from one of the two.

        >>> ImagineRecipe.parse("owl seed=3").over(ImagineRecipe.parse("4d:144 size=256")).text
        'classes=owl size=256 seed=3'
        """
        if self.classes or self.layer:
            defaults = defaults.but(classes=None, layer=None, channel=None)
        return ImagineRecipe(**{**defaults.given(), **self.given()})

    def octaves(self, family: str) -> tuple[Octave, ...]:
        """The sizes at which a network of this family makes it, small to large, and the steps at each."""
        room = min(MOST_ROOM, math.sqrt(len(self.classes or ()) or 1)) if not self.layer else MOST_ROOM
        return manner_of(family).roomier(room).octaves(*self.sides, self.steps or USUAL_STEPS)

    @property
    def sides(self) -> tuple[int, int]:
        """(height, width) of the picture."""
        across, down = SHAPES[self.shape or USUAL_SHAPE]
        size = self.size or USUAL_SIZE
        return round(size * down / max(across, down)), round(size * across / max(across, down))


@dataclass(frozen=True, kw_only=True, repr=False)
class ResolvedImagineRecipe(ImagineRecipe):
    """A recipe with nothing left to chance or to defaults. The same one and machine: the same bytes.

    One of `classes` and `layer` is None; `channel` may be.
    """

    NEEDED: ClassVar[tuple[str, ...]] = (
        *("network", "strength", "steps", "size", "shape", "precision", "seed", "engine"),
    )

    network: str
    strength: float
    steps: int
    size: int
    shape: str
    precision: str
    seed: int
    engine: int

    def __post_init__(self) -> None:
        super().__post_init__()
        left_out = [key for key in self.NEEDED if getattr(self, key) in (None, AUTO)]
        if left_out or bool(self.classes) == bool(self.layer):
            missing = left_out or ["classes"]
            raise RecipeError(Sentence("This recipe is not resolved: {keys}.", keys=", ".join(missing)))


SETTINGS = settings_of(ImagineRecipe)


def imagining_work(recipe: ImagineRecipe) -> float:
    """How much more this asks for than the empty recipe does: pixels times steps.

    >>> imagining_work(ImagineRecipe()), round(imagining_work(ImagineRecipe(size=768)), 1)
    (1.0, 2.4)
    """
    return _cost(recipe) / _cost(ImagineRecipe())


def _cost(recipe: ImagineRecipe) -> float:
    octaves = recipe.octaves("daydream" if recipe.network == "daydream" else "inception_v1")
    return float(sum(octave.steps * octave.pixels for octave in octaves))


def _subject(named: str, rest: str) -> str:
    """What stands before the first setting, as settings."""
    named = named.strip().strip(",")
    if not named:
        return ""
    if re.search(r"(?:^|\s)(?:classes|layer)\s*=", rest, re.IGNORECASE):
        raise RecipeError(
            Sentence("“{name}” and classes= or layer= both say what to imagine: keep one of them.", name=named[:60])
        )
    if (match := _CHANNEL.fullmatch(named)) and _is_layer_like(match["layer"]):
        return f'layer="{match["layer"]}" channel={match["channel"]}'
    bare = re.sub(r"[\"“”„«»]", "", named)
    return f'classes="{bare}"'


def _is_layer_like(name: str) -> bool:
    """No class has digits in its name; `cat:1` is a weight, `4d:144` a channel."""
    return name.lower() in LEVELS or (bool(re.search(r"\d", name)) and bool(re.search(r"[^\W\d]", name)))
