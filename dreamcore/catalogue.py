"""Which networks there are, what their layers are called, and which classes they know; needs no torch.

Everything here is read from `networks/catalogue.json`, which `python -m dreamcore.networks.generate` writes from the
networks themselves. So a process that never dreams can still check what a person typed.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from dreamcore.errors import UnknownClass, UnknownLayer, UnknownNetwork
from dreamcore.sentences import Sentence

#: What a layer makes more of, from shallow to deep; the same five words for every network.
LEVELS = ("edges", "textures", "patterns", "parts", "objects")

_CATALOGUE = Path(__file__).parent / "networks" / "catalogue.json"


@dataclass(frozen=True)
class LayerInfo:
    """A value inside a network that can be dreamt.

    `receptive_field` is the side, in pixels, of the square that one place of the layer sees; what something global
    adds to it (`whole_picture`) is not counted.
    """

    name: str
    channels: int
    stride: int  # pixels of the picture from one place of the layer to the next
    receptive_field: int
    whole_picture: bool  # something before it looks at the whole picture, so tiles can only be approximate
    kind: str  # convolution, norm, activation, pool, block, linear, other


@dataclass(frozen=True)
class NetworkInfo:
    """What can be known of a network without its weights."""

    name: str
    family: str  # which table of styles applies: inception_v1, torchvision or daydream
    title: str  # a `Sentence` where the network is one of the catalogue's
    source: str
    licence: str
    layers: tuple[LayerInfo, ...]  # from shallow to deep
    levels: Mapping[str, tuple[str, ...]]  # each of LEVELS -> names of layers
    aliases: Mapping[str, str] = field(default_factory=dict)  # what people type -> name of a layer
    classes: tuple[str, ...] = ()  # in the order of the logits
    minimum_side: int = 1  # pixels; below it the deepest layer of `levels` has no place left
    operations_per_pixel: int = 0  # of one ascent step at the level `parts`, multiply and add counted apart

    def find_layers(self, pattern: str) -> tuple[LayerInfo, ...]:
        """The layers meant by an exact name, a level, an alias, a loosely spelt name or alias, or a glob.

        `inception_4c/output`, `parts`, `4c`, `Inception4c_Output` and `inception_4?/output` all work.
        Raises `UnknownLayer` when nothing fits.
        """
        by_name = self._layer_by_name
        if pattern in by_name:
            return (by_name[pattern],)
        wanted = pattern.strip()
        if wanted.lower() in self.levels:
            return tuple(by_name[name] for name in self.levels[wanted.lower()])
        if wanted in self.aliases:
            return (by_name[self.aliases[wanted]],)
        near = self._layers_by_letters.get(_letters(wanted), set())
        if len(near) == 1:
            return (by_name[next(iter(near))],)
        # A bracket inside a name never occurs, so every * ? [ is meant as a glob.
        found = tuple(layer for layer in self.layers if fnmatchcase(layer.name.lower(), wanted.lower()))
        if not found:
            raise UnknownLayer(pattern, self.name, near or (*self.levels, *by_name, *self.aliases))
        return found

    def find_class(self, name: str) -> int:
        """The index of a class, by its name, by one of the names it has before and after a comma, or by index.

        Raises `UnknownClass` when there is none, or more than one.
        """
        wanted = " ".join(name.replace("_", " ").lower().split())
        if wanted.isdecimal() and int(wanted) < len(self.classes):
            return int(wanted)
        found = self._classes_by_name.get(wanted, ())
        if len(found) == 1:
            return found[0]
        raise UnknownClass(name, self.name, (self.classes[i] for i in found) if found else self.classes)

    @functools.cached_property
    def _layer_by_name(self) -> dict[str, LayerInfo]:
        return {layer.name: layer for layer in self.layers}

    @functools.cached_property
    def _layers_by_letters(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for typed, name in (*((layer.name, layer.name) for layer in self.layers), *self.aliases.items()):
            found.setdefault(_letters(typed), set()).add(name)
        return found

    @functools.cached_property
    def _classes_by_name(self) -> dict[str, tuple[int, ...]]:
        whole: dict[str, tuple[int, ...]] = {}
        synonyms: dict[str, tuple[int, ...]] = {}
        for index, names in enumerate(self.classes):
            key = " ".join(names.replace("_", " ").lower().split())
            whole[key] = (*whole.get(key, ()), index)
            for synonym in {part.strip() for part in key.split(",")}:
                synonyms[synonym] = (*synonyms.get(synonym, ()), index)
        return synonyms | whole  # the whole name wins: "crane" is not also "crane, a bird"


def catalogue() -> Mapping[str, NetworkInfo]:
    """Every network that has a name here, in the order in which they are shown."""
    return _read(_CATALOGUE)


def network_info(name: str) -> NetworkInfo:
    """One network of the catalogue. Raises `UnknownNetwork`."""
    known = catalogue()
    try:
        return known[name]
    except KeyError:
        raise UnknownNetwork(name, known) from None


def to_json(networks: Iterable[NetworkInfo], class_lists: Mapping[str, tuple[str, ...]]) -> str:
    """The text of the catalogue: one line a network, each list of classes once."""
    names_of = {classes: name for name, classes in class_lists.items()}
    lines = [f'"classes":{_dumps({name: list(classes) for name, classes in class_lists.items()})}']
    for info in networks:
        described = {
            **{key: getattr(info, key) for key in _PLAIN},
            "levels": {level: list(names) for level, names in info.levels.items()},
            "aliases": dict(sorted(info.aliases.items())),
            "classes": names_of[info.classes],
            "layers": [list(vars(layer).values()) for layer in info.layers],
        }
        lines.append(f"{_dumps(info.name)}:{_dumps(described)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


_PLAIN = ("name", "family", "title", "source", "licence", "minimum_side", "operations_per_pixel")


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@functools.cache
def _read(path: Path) -> dict[str, NetworkInfo]:
    stored = json.loads(path.read_text(encoding="utf-8"))
    class_lists = {name: tuple(classes) for name, classes in stored.pop("classes").items()}
    return {name: _network(described, class_lists) for name, described in stored.items()}


def _network(described: Mapping[str, Any], class_lists: Mapping[str, tuple[str, ...]]) -> NetworkInfo:
    return NetworkInfo(
        **{key: described[key] for key in _PLAIN} | {"title": Sentence(described["title"])},
        layers=tuple(LayerInfo(*layer) for layer in described["layers"]),
        levels={level: tuple(names) for level, names in described["levels"].items()},
        aliases=described["aliases"],
        classes=class_lists[described["classes"]],
    )


def _letters(name: str) -> str:
    """A name without case and punctuation: what is left of it when people type from memory."""
    return re.sub(r"[^a-z0-9]", "", name.lower())
