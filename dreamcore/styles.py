"""Looks by name, for people who know no layers; and how strong a dream is at strength 1.

Chosen by eye on photographs. A style only fills in what a recipe leaves out. Since a resolved recipe spells the style
out, a style may be improved at any time; the reference strengths belong to the engine's version and may not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dreamcore.catalogue import LEVELS, NetworkInfo
from dreamcore.errors import RecipeError, did_you_mean
from dreamcore.recipe import Recipe

SURPRISE = "surprise"  #: one of the network's styles, drawn by the seed


@dataclass(frozen=True)
class Style:
    """A look: what a person reads about it, and the settings it stands for."""

    help: str
    recipe: str


_BY_LEVEL = {
    "strokes": Style("lines and brush strokes", "layer=edges"),
    "fabric": Style("fine repeating textures", "layer=textures"),
    "patterns": Style("larger ornaments", "layer=patterns"),
    "classic": Style("parts of things: eyes, wheels, petals", "layer=parts"),
    "creatures": Style("the deepest, whole things", "layer=objects"),
}

_STYLES: Mapping[str, Mapping[str, Style]] = {
    "inception_v1": {
        "classic": Style("the look of 2015: dogs, birds, towers out of clouds", "layer=inception_4c/output"),
    },
    "daydream": {
        "classic": Style("what it sees, more of it", "objective=seen"),
    },
    "torchvision": _BY_LEVEL,
}

#: Root mean square change at strength 1, of full scale, for each level from edges to objects. For `inception_v1` that
#: of the classic schedule on its blocks (0.048 to 0.063 at any size); lower where the same figure is too much, by eye.
_REFERENCE_CHANGE: Mapping[str, tuple[float, float, float, float, float]] = {
    "inception_v1": (0.054, 0.054, 0.054, 0.054, 0.054),
    "daydream": (0.06, 0.07, 0.08, 0.09, 0.1),
    "torchvision": (0.054, 0.054, 0.054, 0.054, 0.054),
}


def styles_of(family: str) -> Mapping[str, Style]:
    """The styles that networks of this family have, by name."""
    return _STYLES.get(family, _BY_LEVEL)


def style_recipe(name: str, network: NetworkInfo, seed: int) -> Recipe:
    """The settings that a style stands for on this network. Raises RecipeError for one it does not have."""
    styles = styles_of(network.family)
    wanted = name.strip().lower()
    if wanted == SURPRISE:
        wanted = sorted(styles)[seed % len(styles)]
    if wanted not in styles:
        known = (*styles, SURPRISE)
        hint = did_you_mean(wanted, known) or f" It has: {', '.join(known)}."
        raise RecipeError(f"The network {network.name} has no style “{wanted[:40]}”.{hint}")
    return Recipe.parse(styles[wanted].recipe)


def reference_change(network: NetworkInfo, layer: str) -> float:
    """Root mean square change, of full scale, that strength 1 means for a layer: its level's, by depth."""
    depth = {info.name: position for position, info in enumerate(network.layers)}
    position = depth.get(layer, len(depth) - 1)
    at = [min(depth[name] for name in network.levels[level] if name in depth) for level in LEVELS]
    below = max((level for level in range(len(LEVELS)) if at[level] <= position), default=0)
    return _REFERENCE_CHANGE.get(network.family, _REFERENCE_CHANGE["torchvision"])[below]
