"""The classes that the network learns, in the order of its logits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from dreamcore.training import (
    beasts,
    buildings,
    elements,
    faces,
    garden,
    insects,
    ornaments,
    skins,
    snouts,
    street,
    waters,
)
from dreamcore.training.drawing import Motif


@dataclass(frozen=True, kw_only=True)
class MotifClass:
    """One class: its name, what draws it, and whether it fills the plane or stands in front of something."""

    name: str
    draw: Motif
    fills: bool = False


def _named(theme: Iterable[Motif], *, fills: bool = False) -> tuple[MotifClass, ...]:
    return tuple(MotifClass(name=draw.__name__, draw=draw, fills=fills) for draw in theme)


_FACES: Final = (
    *_named((faces.eye, beasts.dog, beasts.cat, faces.owl, beasts.lion, beasts.tiger, beasts.fox, snouts.panda)),
    *_named(
        (snouts.monkey, snouts.pig, snouts.rabbit, faces.frog, faces.face, faces.skull, faces.pumpkin, faces.alien)
    ),
)
_CREATURES: Final = (
    *_named((waters.fish, waters.bird, insects.butterfly, insects.ladybird, insects.bee, waters.jellyfish)),
    *_named((waters.octopus, insects.snake, insects.snail, insects.spider)),
    *_named((waters.turtle, waters.starfish, waters.crab, waters.penguin)),
)
_SKINS: Final = (
    *_named((skins.scales, skins.feathers, skins.zebra, skins.leopard), fills=True),
    *_named((skins.peacock,)),
)
_GARDEN: Final = (
    *_named((garden.sunflower, garden.daisy, garden.rose, garden.mushroom, garden.tree, elements.snowflake)),
    *_named((elements.lightning, garden.strawberry, garden.cactus, elements.flame)),
    *_named((elements.wood,), fills=True),
)
_CITY: Final = (
    *_named(
        (
            buildings.castle,
            buildings.pagoda,
            buildings.house,
            buildings.lighthouse,
            street.car,
            street.balloon,
            street.gear,
        )
    ),
    *_named((street.bricks, street.windows), fills=True),
)
_ORNAMENTS: Final = (
    *_named((ornaments.mandala,)),
    *_named((ornaments.stained, ornaments.honeycomb, ornaments.knit), fills=True),
)

CLASSES: Final = (*_FACES, *_CREATURES, *_SKINS, *_GARDEN, *_CITY, *_ORNAMENTS)
NAMES: Final = tuple(motif.name for motif in CLASSES)


def _names(*groups: Iterable[MotifClass]) -> tuple[str, ...]:
    return tuple(motif.name for group in groups for motif in group)


#: What a dream may be restricted to, by the word a person types.
THEMES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "faces": _names(_FACES),
        "creatures": _names(_FACES, _CREATURES),
        "skins": _names(_SKINS),
        "garden": (*_names(_GARDEN), "butterfly", "ladybird", "bee", "snail"),
        "city": (*_names(_CITY), "stained"),
        "ornament": (*_names(_ORNAMENTS), "peacock", "scales", "feathers"),
        "sea": ("fish", "jellyfish", "octopus", "turtle", "starfish", "crab", "penguin", "lighthouse", "scales"),
    }
)
