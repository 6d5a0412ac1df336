"""`/film`, `/imagine`, `/explain` and `/grid`: what they take, made from the tables of their recipes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from discord import app_commands

from bot.dreaming import suggestions
from bot.dreaming.slash import COMPLETED, MEMBER, PICTURE, SECONDS, Shape, described, offering, option_type
from bot.kinds import Kind
from bot.languages import mark
from bot.moderation.layers import Effective
from dreamcore.catalogue import NetworkInfo
from dreamcore.films.recipe import FILM_SETTINGS
from dreamcore.imagining.recipe import SETTINGS as IMAGINE_SETTINGS
from dreamcore.recipe import SETTINGS
from dreamcore.text import LONGEST_TEXT

MORE = "settings"  #: the option for all the rest
WHAT = "what"  #: the option of what is imagined

_TEXT = app_commands.Range[str, 1, 1000]
_MORE: tuple[Any, str] = (app_commands.Range[str, 1, LONGEST_TEXT], mark("All other settings as text: key=value"))


def _film() -> Shape:
    chosen = {key: FILM_SETTINGS[key].choices for key in ("film", "loop", "format")}
    return Shape(
        kind=Kind.FILM,
        description=mark("A film that goes into your picture, or your moving picture dreamt"),
        options={
            "picture": (PICTURE[0], mark("A picture, GIF or video; without one, your last in this channel")),
            "seconds": (option_type(FILM_SETTINGS["seconds"]), described(FILM_SETTINGS["seconds"])),
            **{key: (_TEXT, described(FILM_SETTINGS[key])) for key in ("zoom", "turn", "journey")},
            **{key: (_TEXT, described(SETTINGS[key])) for key in ("style", "layer")},
            "strength": (_TEXT, mark("How strong: 1 is usual; 0.5..2 grows while the film runs")),
            **{key: (str, described(FILM_SETTINGS[key])) for key in chosen},
            "network": (_TEXT, described(SETTINGS["network"])),
            "seed": (option_type(SETTINGS["seed"]), described(SETTINGS["seed"])),
            MORE: _MORE,
            **SECONDS,
            "member": MEMBER,
        },
        choices=chosen,
        completed={"journey": _stations, **_completed("style", "layer", "network")},
    )


def _imagine() -> Shape:
    numbers = ("strength", "size", "seed")
    return Shape(
        kind=Kind.IMAGINE,
        description=mark("A picture out of noise: of things that the network knows, or of a layer"),
        options={
            WHAT: (_TEXT, mark("A thing, or several: cat:1, fountain:0.5; or a layer: parts, 4d:144")),
            **{key: (option_type(IMAGINE_SETTINGS[key]), described(IMAGINE_SETTINGS[key])) for key in numbers},
            "shape": (str, described(IMAGINE_SETTINGS["shape"])),
            "network": (_TEXT, described(IMAGINE_SETTINGS["network"])),
            MORE: _MORE,
        },
        choices={"shape": IMAGINE_SETTINGS["shape"].choices},
        completed={WHAT: _imaginable, **_completed("network")},
    )


def _explain() -> Shape:
    numbers = ("strength", "seed")
    return Shape(
        kind=Kind.EXPLAIN,
        description=mark("What each level of the network sees in your picture, from edges to objects"),
        options={
            "picture": PICTURE,
            "network": (_TEXT, described(SETTINGS["network"])),
            **{key: (option_type(SETTINGS[key]), described(SETTINGS[key])) for key in numbers},
            MORE: _MORE,
            "member": MEMBER,
        },
        choices={},
        completed=_completed("network"),
    )


def _grid() -> Shape:
    return Shape(
        kind=Kind.GRID,
        description=mark("One sheet with your picture dreamt in several ways"),
        options={
            "picture": PICTURE,
            "layer": (_TEXT, mark("Layers to compare, parted by commas: edges,patterns,objects")),
            "style": (_TEXT, mark("Styles to compare, parted by commas: eyes,swirls")),
            "strength": (_TEXT, mark("Strengths to compare: 0.5,1,2 or 0.5..2")),
            "seed": (_TEXT, mark("Seeds to compare: 1,2,3 or 1..6")),
            "network": (_TEXT, mark("Networks to compare, parted by commas")),
            MORE: (_MORE[0], mark("All other settings as key=value; a comma between values compares them")),
            "member": MEMBER,
        },
        choices={},
        completed={
            "layer": COMPLETED["layer"],
            "style": offering("style", suggestions.several_styles),
            "network": offering("network", suggestions.several_networks),
        },
    )


def _completed(*keys: str) -> dict[str, Any]:
    return {key: COMPLETED[key] for key in keys}


def _stations(network: NetworkInfo, _: Effective, typed: str) -> list[suggestions.Suggestion]:
    return suggestions.stations(network, typed)


def _imaginable(network: NetworkInfo, effective: Effective, typed: str) -> list[suggestions.Suggestion]:
    if "layer" in effective["locked"]:
        return COMPLETED["layer"](network, effective, typed)
    return suggestions.imaginable(network, typed)


def shapes() -> Mapping[Kind, Shape]:
    """Of all kinds but the plain dream."""
    return {shape.kind: shape for shape in (_film(), _imagine(), _explain(), _grid())}
