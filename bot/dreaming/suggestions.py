"""What is offered while somebody types a style, a layer, a network, a class or what is to be imagined. Pure."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.languages import current, mark, tell, tr
from bot.moderation.layers import Effective
from dreamcore.catalogue import LEVELS, NetworkInfo, catalogue, network_info
from dreamcore.errors import RecipeError, clip
from dreamcore.resolve import plain_class
from dreamcore.styles import SURPRISE, styles_of

MOST = 25  #: choices that Discord shows
LONGEST = 100  #: characters of a choice's name, and of its value
LOOSE = 4  #: rank of what only has the typed letters in their order; offered where nothing fits better

#: What each level makes more of, in words for somebody who has never seen a network.
LEVELS_DRAW = {
    "edges": mark("lines, strokes and hatching"),
    "textures": mark("fine repeating textures"),
    "patterns": mark("larger patterns: rings, nets, scales"),
    "parts": mark("parts of things: eyes, wheels, petals"),
    "objects": mark("whole things: animals, buildings"),
}


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """One choice: what is shown, and what is meant."""

    name: str
    value: str


def styles(network: NetworkInfo, typed: str) -> list[Suggestion]:
    return offered(typed, _styles(network))


def layers(network: NetworkInfo, typed: str) -> list[Suggestion]:
    """For the last name of a list: `4c:1,3` goes on as `4c:1,3b`."""
    return last_of_list(typed, _layers(network.name, current()))


def classes(network: NetworkInfo, typed: str) -> list[Suggestion]:
    """For the last name of a list."""
    return last_of_list(typed, _classes(network.name))


def networks(typed: str) -> list[Suggestion]:
    return offered(typed, _networks())


def several_networks(_: NetworkInfo, typed: str) -> list[Suggestion]:
    """For the last name of a list."""
    return last_of_list(typed, _networks())


def several_styles(network: NetworkInfo, typed: str) -> list[Suggestion]:
    """For the last name of a list."""
    return last_of_list(typed, _styles(network))


def stations(network: NetworkInfo, typed: str) -> list[Suggestion]:
    """For the last stop of a film's journey: levels, styles, layers."""
    known = _layers(network.name, current())
    levels = {name: shown for name, shown in known.items() if name in LEVELS}
    return last_of_list(typed, {**levels, **_styles(network), **known})


def imaginable(network: NetworkInfo, typed: str) -> list[Suggestion]:
    """What can be imagined: things, for the last name of a list; and layers, with a channel's number behind a colon."""
    before, colon, channel = typed.strip().partition(":")
    if colon and (found := _channels(network, before.strip(), channel.strip())):
        return found
    known = _classes(network.name)
    return last_of_list(typed, known if "," in typed else {**known, **_layers(network.name, current())})


def _channels(network: NetworkInfo, layer: str, typed: str) -> list[Suggestion]:
    """Of one layer, those whose number begins with what is typed; none where it is no layer."""
    try:
        (info,) = network.find_layers(layer)
    except (RecipeError, ValueError):
        return []
    fitting = [str(number) for number in range(info.channels) if str(number).startswith(typed)][:MOST]
    return [
        Suggestion(
            name=clip(
                tr(
                    "{layer}:{channel} · one of the {count} channels of {layer}",
                    layer=layer,
                    channel=number,
                    count=info.channels,
                ),
                LONGEST,
            ),
            value=f"{layer}:{number}",
        )
        for number in fitting
    ]


def _networks() -> dict[str, str]:
    return {name: f"{name} · {tell(info.title)}" for name, info in catalogue().items()}


def _styles(network: NetworkInfo) -> dict[str, str]:
    known = {name: f"{name} · {tell(style.help)}" for name, style in styles_of(network.family).items()}
    return {**known, SURPRISE: f"{SURPRISE} · {tr('one of them, drawn by the seed')}"}


def as_set(
    offered: list[Suggestion], effective: Effective, key: str, usual: str | None, typed: str
) -> list[Suggestion]:
    """What is offered where a server has settings: its own default first, and nothing else where it is fixed."""
    if key in effective["locked"]:
        return [] if usual is None else [Suggestion(name=clip(f"{usual} · {tr('fixed here')}", LONGEST), value=usual)]
    if usual is None or typed.strip():
        return offered
    first = Suggestion(name=clip(f"{usual} · {tr('usual here')}", LONGEST), value=usual)
    return [first, *(one for one in offered if one.value != usual)][:MOST]


def short_names(network: NetworkInfo) -> list[str]:
    """Those of its layers' names that are quickly typed: 4c."""
    return sorted(alias for alias in network.aliases if len(alias) <= 3)


@functools.cache
def _layers(name: str, language: str) -> dict[str, str]:
    """language: the one that is spoken now."""
    network = network_info(name)
    known = {level: f"{level} · {tr(LEVELS_DRAW[level])}" for level in LEVELS}
    nicknames = {alias: f"{alias} · {network.aliases[alias]}" for alias in short_names(network)}
    return {**known, **nicknames, **{layer.name: layer.name for layer in network.layers}}


@functools.cache
def _classes(name: str) -> dict[str, str]:
    network = network_info(name)
    return {plain_class(network, index): synonyms for index, synonyms in enumerate(network.classes)}


def last_of_list(typed: str, known: Mapping[str, str]) -> list[Suggestion]:
    """For the last name of a list; what stands before it stays as it is."""
    head, comma, last = typed.rpartition(",")
    last, _, weight = last.strip().partition(":")
    before, after = head + comma, f":{weight}" if weight else ""
    found = offered(last, known)
    if not before and not after:
        return found
    completed = [Suggestion(name=f"{before}{one.value}{after}", value=f"{before}{one.value}{after}") for one in found]
    return [one for one in completed if len(one.value) <= LONGEST]


def offered(typed: str, known: Mapping[str, str]) -> list[Suggestion]:
    """The known values nearest to what is typed, each with what is shown for it."""
    ranked = sorted(
        (rank, len(re.split(r"[./]", value)) if typed else 0, place, value)  # a block before what is inside of it
        for place, value in enumerate(known)
        if (rank := _rank(typed, known[value]))
    )
    loose = not any(rank < LOOSE for rank, *_ in ranked)
    values = [value for rank, *_, value in ranked if rank < LOOSE or loose]
    if not values:
        values = difflib.get_close_matches(typed.casefold()[:LONGEST], known, n=MOST, cutoff=0.5)
    return [Suggestion(name=clip(known[value], LONGEST), value=value) for value in values if len(value) <= LONGEST][
        :MOST
    ]


def _rank(typed: str, shown: str) -> int:
    """1 is best; 0 does not fit. Begins with it, has a word that begins with it, contains it, has its letters in order.

    >>> _rank("ey", "eyes"), _rank("fur", "cats · small furry faces"), _rank("ats", "cats"), _rank("cts", "cats")
    (1, 2, 3, 4)
    """
    wanted, shown = typed.strip().casefold(), shown.casefold()
    if shown.startswith(wanted):
        return 1
    if any(word.startswith(wanted) for word in re.split(r"[\W_]+", shown)):
        return 2
    if wanted in shown:
        return 3
    letters = iter(shown.partition(" ")[0])
    return LOOSE if all(letter in letters for letter in wanted) else 0
