"""Looks by name, for people who know no layers; and how strong a dream is at strength 1.

Chosen by eye on photographs. A style only fills in what a recipe leaves out. Since a resolved recipe spells the style
out, a style may be improved at any time; the reference strengths belong to the engine's version and may not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dreamcore.catalogue import LEVELS, NetworkInfo
from dreamcore.errors import RecipeError, clip, did_you_mean
from dreamcore.recipe import Recipe
from dreamcore.sentences import Sentence
from dreamcore.settings import Term

SURPRISE = "surprise"  #: one of the network's styles, drawn by the seed


@dataclass(frozen=True)
class Style:
    """A look: what a person reads about it, and the settings it stands for."""

    help: Sentence
    recipe: str


_BY_LEVEL = {
    "classic": Style(Sentence("parts of things: eyes, wheels, petals"), "layer=parts"),
    "strokes": Style(Sentence("lines and brush strokes"), "layer=edges"),
    "fabric": Style(Sentence("fine repeating textures"), "layer=textures"),
    "ornament": Style(Sentence("larger patterns"), "layer=patterns"),
    "creatures": Style(Sentence("the deepest layers: whole things"), "layer=objects"),
    "bold": Style(Sentence("parts of things, large and strong"), "layer=parts strength=1.8 octave_scale=1.6"),
    "grey": Style(Sentence("parts of things in the picture's own colours"), "layer=parts colours=keep"),
}

_STYLES: Mapping[str, Mapping[str, Style]] = {
    "inception_v1": {
        "classic": Style(
            Sentence("the look of 2015: whatever is there, made of animals and buildings"), "layer=inception_4c/output"
        ),
        "eyes": Style(Sentence("eyes and faces that look out of everything"), "layer=inception_4a/output strength=1.2"),
        "dogs": Style(Sentence("dogs, large and small"), "layer=inception_4e/output channel=14,252,134 strength=1.2"),
        "cats": Style(
            Sentence("small furry faces"), "layer=inception_4b/output channel=58,214,88,208,125,504 strength=1.2"
        ),
        "leopards": Style(
            Sentence("spotted cats"), "layer=inception_4d/output channel=471,524,281,221,440,197,458,238 strength=1.2"
        ),
        "birds": Style(
            Sentence("birds of bright colours"),
            "layer=inception_4d/output channel=493,506,169,125,382,123,301,141 strength=1.2",
        ),
        "peacocks": Style(
            Sentence("peacocks and pheasants"),
            "layer=inception_4d/output channel=518,77,521,258,80,454,375,254 strength=1.2",
        ),
        "snakes": Style(
            Sentence("snakes that wind along every line"),
            "layer=inception_4d/output channel=144,496,280,173,239,18,320,247 strength=1.2",
        ),
        "fish": Style(
            Sentence("fish in water and clouds"),
            "layer=inception_4d/output channel=473,495,470,64,310,494,111,291 strength=1.2",
        ),
        "monkeys": Style(
            Sentence("apes and monkeys"),
            "layer=inception_4d/output channel=317,157,262,355,360,242,98,112 strength=1.2",
        ),
        "people": Style(
            Sentence("gentlemen in hats and suits"),
            "layer=inception_4e/output channel=157,816,680,314,51,775,612,95 strength=1.2",
        ),
        "cars": Style(
            Sentence("cars, parked everywhere"),
            "layer=inception_4d/output channel=50,460,203,383,463,271,302,10 strength=1.2",
        ),
        "towers": Style(
            Sentence("towers, tents and pagodas"),
            "layer=inception_4d/output channel=464,130,158,374,296,276,120,339 strength=1.2",
        ),
        "fountains": Style(
            Sentence("fountains, arches and festive light"),
            "layer=inception_4d/output channel=164,278,313,341,467,329,46,256 strength=1.2",
        ),
        "flowers": Style(
            Sentence("blossoms"), "layer=inception_4d/output channel=474,290,354,340,257,500,220,229 strength=1.2"
        ),
        "spirals": Style(
            Sentence("coils, shells and corals"),
            "layer=inception_4d/output channel=309,468,487,240,336,371,246,91 strength=1.2",
        ),
        "feathers": Style(
            Sentence("plumes and tufts"), "layer=inception_4b/output channel=502,483,298,162,498,304,337 strength=1.2"
        ),
        "honeycomb": Style(Sentence("a fine net of dots over everything"), "layer=inception_3b/output"),
        "swirls": Style(
            Sentence("flowing lines and small rings, as of an engraving"),
            "layer=inception_3a/relu_3x3_reduce smoothing=gaussian",
        ),
        "strokes": Style(Sentence("fine hatching along every edge"), "layer=conv2/relu_3x3 smoothing=none"),
        "braids": Style(Sentence("braids and woven stripes"), "layer=inception_3b/relu_5x5_reduce smoothing=gaussian"),
    },
    "daydream": {
        "classic": Style(Sentence("what it sees at each place, more of it"), "objective=seen"),
        "creatures": Style(
            Sentence("faces of beasts and birds"),
            "objective=seen classes=dog,cat,owl,lion,tiger,fox,panda,rabbit,frog,penguin",
        ),
        "garden": Style(
            Sentence("flowers, mushrooms, trees and snails"),
            "objective=seen classes=sunflower,rose,mushroom,tree,daisy,butterfly,strawberry,snail",
        ),
        "sea": Style(
            Sentence("fish, octopuses and starfish"),
            "objective=seen classes=fish,octopus,jellyfish,starfish,crab,turtle,snail",
        ),
        "town": Style(
            Sentence("castles, houses and lit windows"),
            "objective=seen classes=castle,house,lighthouse,pagoda,windows,balloon,car",
        ),
        "air": Style(
            Sentence("balloons, bees, lightning and frost"),
            "objective=seen classes=balloon,bird,butterfly,bee,lightning,snowflake",
        ),
        "ornament": Style(
            Sentence("glass, honeycomb and peacocks' eyes"),
            "objective=seen classes=mandala,stained,honeycomb,peacock,feathers,scales",
        ),
        "eerie": Style(
            Sentence("skulls, pumpkins and spiders"), "objective=seen classes=skull,pumpkin,alien,spider,eye,flame"
        ),
        "dragon": Style(Sentence("scales, eyes and fire"), "objective=seen classes=scales,eye,flame,feathers"),
        "knitted": Style(Sentence("everything made of wool"), "objective=class classes=knit"),
        "owls": Style(Sentence("owls everywhere"), "objective=class classes=owl"),
        "roses": Style(Sentence("roses everywhere"), "objective=class classes=rose"),
        "strokes": Style(Sentence("bold brush strokes"), "layer=edges"),
        "woodcut": Style(Sentence("thick contours, as cut in wood"), "layer=patterns"),
    },
    "torchvision": _BY_LEVEL,
}

_DEFAULT = {"daydream": "garden"}  #: by family; elsewhere "classic". All that it sees at once is a crowd.

#: By family, elsewhere `parts`; chosen by eye: a layer that knows forms and one that knows what they belong to.
_GUIDED_LAYERS = {"inception_v1": ("inception_4b/output", "inception_4d/output"), "daydream": ("mixed4b", "mixed4c")}

#: Root mean square change at strength 1, of full scale, for each level from edges to objects. For `inception_v1` that
#: of the classic schedule on its blocks (0.048 to 0.063 at any size); lower where the same figure is too much, by eye.
_REFERENCE_CHANGE: Mapping[str, tuple[float, float, float, float, float]] = {
    "inception_v1": (0.054, 0.054, 0.054, 0.054, 0.054),
    "daydream": (0.06, 0.07, 0.08, 0.09, 0.1),
    "torchvision": (0.054, 0.054, 0.054, 0.054, 0.054),
}

_SMOOTHING = ("none", "gaussian", "laplacian", "laplacian", "laplacian")  #: by level, by eye
#: Robust training has made this network's deepest gradients smooth: all that is left to the eye is coloured grain.
_SMOOTHING_OF_DAYDREAM = (*_SMOOTHING[:4], "chroma")
#: With steps that grow longer less has to be done to the gradient: crisper, and less of it goes into large patches.
_SMOOTHING_OF_RISING = {"laplacian": "balanced"}


def styles_of(family: str) -> Mapping[str, Style]:
    """The styles that networks of this family have, by name."""
    return _STYLES.get(family, _BY_LEVEL)


def default_style(family: str) -> str:
    """The style of a recipe that names neither a style nor anything to make more of."""
    return _DEFAULT.get(family, "classic")


def guided_layers(family: str) -> tuple[Term, ...]:
    """The layers on which a guide's likeness is looked for, where the recipe names none."""
    return tuple(Term(name) for name in _GUIDED_LAYERS.get(family, ("parts",)))


def style_recipe(name: str, network: NetworkInfo, seed: int) -> Recipe:
    """The settings that a style stands for on this network. Raises RecipeError for one it does not have."""
    styles = styles_of(network.family)
    wanted = name.strip().lower()
    if wanted == SURPRISE:
        wanted = sorted(styles)[seed % len(styles)]
    if wanted not in styles:
        known = (*styles, SURPRISE)
        # Translators: stands behind another sentence, with a space between them; `words` are names
        hint = did_you_mean(wanted, known) or Sentence(" It has: {words}.", words=", ".join(known))
        raise RecipeError(
            Sentence(
                "The network {network} has no style “{style}”.{hint}",
                network=network.name,
                style=clip(wanted, 40),
                hint=hint,
            )
        )
    return Recipe.parse(styles[wanted].recipe)


def level_of(network: NetworkInfo, layer: str) -> int:
    """The level, 0 (edges) to 4 (objects), that a layer belongs to by its depth in the network."""
    depth = {info.name: position for position, info in enumerate(network.layers)}
    position = depth.get(layer, len(depth) - 1)
    at = [min(depth[name] for name in network.levels[level] if name in depth) for level in LEVELS]
    return max((level for level in range(len(LEVELS)) if at[level] <= position), default=0)


def reference_change(network: NetworkInfo, layer: str) -> float:
    """Root mean square change, of full scale, that strength 1 means for a layer."""
    family = _REFERENCE_CHANGE.get(network.family, _REFERENCE_CHANGE["torchvision"])
    return family[level_of(network, layer)]


def usual_smoothing(network: NetworkInfo, layer: str, schedule: str | None) -> str:
    """The smoothing that suits a layer: strengthening every scale alike makes blotches of what is meant to be lines."""
    smoothings = _SMOOTHING_OF_DAYDREAM if network.family == "daydream" else _SMOOTHING
    usual = smoothings[level_of(network, layer)]
    return _SMOOTHING_OF_RISING.get(usual, usual) if schedule == "rising" else usual
