"""A recipe: everything that decides how a dream looks. The one source of its settings' names, ranges and help.

Two values of one shape: `Recipe` is what a person asked for, with `None` for all that was left out;
`ResolvedRecipe` has nothing left out and is what is stored, printed and dreamt (see `resolve`). Imports no torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dreamcore.asked import Asked, settings_of
from dreamcore.errors import RecipeError
from dreamcore.sentences import Sentence
from dreamcore.settings import (
    AUTO,
    Auto,
    Setting,
    Term,
    channel_setting,
    choice_setting,
    name_setting,
    number_setting,
    share_setting,
    term_setting,
)

ENGINE = 1  #: goes up whenever the same resolved recipe would give another picture

GUIDE = "guide"
OBJECTIVES = ("energy", "mean", "contrast", "seen", "class", GUIDE)
READS_CLASSES = ("seen", "class")  #: objectives about what the network was taught, not about a layer
SCHEDULES = ("rising", "coarse", "classic")
NORMALISATIONS = ("mean", "std")
SMOOTHINGS = ("none", "gaussian", "laplacian", "balanced", "chroma")
COLOURS = ("dream", "keep")
REGIONS = ("all", "sky", "not-sky", "centre", "edges", "mask", "not-mask")
READS_MASK = ("mask", "not-mask")
BLENDS = ("normal", "lighten", "darken", "overlay", "soft-light", "luminosity", "colour")
FEATURES = ("normal", "large", "small")
TOWARDS = ("source", "none")
SWITCH = ("on", "off")
PRECISIONS = ("fp32", "bf16")


@dataclass(frozen=True, kw_only=True, repr=False)
class Recipe(Asked):
    """What a person asks for; `None` is what they left out. Every field is validated on creation (RecipeError).

    >>> Recipe.parse("layer=patterns strength=1.50")
    Recipe('layer=patterns strength=1.5')
    """

    NEWEST: ClassVar[int] = ENGINE

    style: str | None = name_setting(
        Sentence("a look by name, for people who know no layers: classic, eyes, towers … or surprise")
    )
    network: str | None = name_setting(Sentence("the network that dreams"), auto=True)
    layer: tuple[Term, ...] | None = term_setting(
        Sentence(
            "what to make more of: edges, textures, patterns, parts, objects, or a layer's own name, with weights "
            "(4c:1,3b:-0.3) or wildcards (inception_4*/output)"
        )
    )
    channel: tuple[int, ...] | None = channel_setting(
        Sentence("only these channels of the layer, by number: 14 or 14,88")
    )
    classes: tuple[Term, ...] | None = term_setting(
        Sentence("only these of the things the network was taught: cat,owl:0.5")
    )
    objective: str | None = choice_setting(
        Sentence(
            "what counts as more: energy (mean square), mean, contrast (what stands out from the picture's own "
            "average), seen (the classes it already sees at each place), class (the named classes everywhere), guide "
            "(what a second picture shows)"
        ),
        OBJECTIVES,
    )
    strength: float | None = number_setting(
        Sentence("how much: 0 returns the picture, 1 is the usual look"), 0, 4, whole=False
    )
    schedule: str | None = choice_setting(
        Sentence(
            "coarse: most steps where structure is made, on the small octaves; rising: so too, and on each octave "
            "the steps grow longer; classic: the same everywhere, as in 2015"
        ),
        SCHEDULES,
    )
    steps: int | None = number_setting(Sentence("steps on the smallest octave"), 1, 200, whole=True)
    octaves: int | Auto | None = number_setting(
        Sentence("sizes the picture is dreamt at, small to large; more give larger features"),
        1,
        16,
        whole=True,
        auto=True,
    )
    octave_scale: float | None = number_setting(Sentence("how much larger each octave is"), 1.1, 3, whole=False)
    jitter: int | None = number_setting(
        Sentence("pixels the picture is shifted by at random each step"), 0, 128, whole=True
    )
    normalisation: str | None = choice_setting(Sentence("what one step's gradient is divided by"), NORMALISATIONS)
    smoothing: str | None = choice_setting(
        Sentence(
            "of the gradient: none, gaussian (less grain), laplacian (every scale equally strong), balanced "
            "(half-way to that), chroma (of its colour only)"
        ),
        SMOOTHINGS,
    )
    size: int | Auto | None = number_setting(
        Sentence("longest side dreamt, in pixels; a larger picture keeps its size and its own detail"),
        64,
        16384,
        whole=True,
        auto=True,
    )
    colours: str | None = choice_setting(Sentence("dream, or keep the picture's own"), COLOURS)
    region: str | None = choice_setting(
        Sentence("where: the sky, the centre, the edges, what a second picture masks, or not there; all of it"), REGIONS
    )
    blend: Term | None = share_setting(
        Sentence("how the dream is laid onto the picture, and how much of it, from 0 to 1: overlay, overlay:0.5, 0.5"),
        BLENDS,
    )
    features: str | None = choice_setting(
        Sentence("large: bigger eyes, from smaller octaves; small: more and smaller ones, from larger octaves"),
        FEATURES,
    )
    tile: str | None = choice_setting(
        Sentence("on: a seamless texture, which goes on at each border where it ends at the opposite one"), SWITCH
    )
    towards: Term | None = share_setting(
        Sentence("source: each step pulls back towards the picture, so that colours stay calm; how hard, from 0 to 1"),
        TOWARDS,
    )
    precision: str | None = choice_setting(Sentence("of the arithmetic"), PRECISIONS, auto=True)
    seed: int | None = number_setting(Sentence("the same seed gives the same dream"), 0, 2**32 - 1, whole=True)
    engine: int | None = number_setting(Sentence("version of the engine that the recipe is for"), 1, ENGINE, whole=True)

    @classmethod
    def parse(cls, text: str) -> Recipe:
        """The recipe written as `key=value` text. Raises RecipeError naming the key and the nearest valid one."""
        return Recipe.read(text)

    def over(self, defaults: Recipe) -> Recipe:
        """This recipe, with what it leaves out taken from `defaults`: the nearest layer wins.

        >>> Recipe.parse("strength=2").over(Recipe.parse("strength=1 seed=3")).text
        'strength=2 seed=3'
        """
        return Recipe(**{**defaults.given(), **self.given()})


@dataclass(frozen=True, kw_only=True, repr=False)
class ResolvedRecipe(Recipe):
    """A recipe with nothing left to chance or to defaults. The same one, picture and machine: the same bytes.

    `style` is spent: what it stands for is spelled out, so that the dream outlives a style's redefinition.
    `channel` and `classes` may be None: all channels; no class named. `region`, `blend`, `features`, `tile` and
    `towards` are None where they would change nothing.
    """

    NEEDED: ClassVar[tuple[str, ...]] = (
        *("network", "layer", "objective", "strength", "schedule", "steps", "octaves", "octave_scale"),
        *("jitter", "normalisation", "smoothing", "size", "colours", "precision", "seed", "engine"),
    )

    network: str
    layer: tuple[Term, ...]
    objective: str
    strength: float
    schedule: str
    steps: int
    octaves: int
    octave_scale: float
    jitter: int
    normalisation: str
    smoothing: str
    size: int
    colours: str
    precision: str
    seed: int
    engine: int

    def __post_init__(self) -> None:
        super().__post_init__()
        left_out = [key for key in self.NEEDED if getattr(self, key) in (None, AUTO)]
        if left_out or self.style is not None:
            raise RecipeError(Sentence("This recipe is not resolved: {keys}.", keys=", ".join(left_out) or "style"))


SETTINGS: Mapping[str, Setting] = settings_of(Recipe)  #: every setting by key, in the order in which it is written
