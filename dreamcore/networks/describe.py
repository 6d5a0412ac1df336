"""Writing down what a network has: its layers from its graph, its levels and nicknames from the tables here."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import nn

from dreamcore.catalogue import LEVELS, LayerInfo, NetworkInfo
from dreamcore.networks import measures
from dreamcore.networks.graph import NamedGraph, named_graph

_PROBE = (384, 512)  # pixels; large enough for every network, and not square


@dataclass(frozen=True, kw_only=True)
class Description:
    """What somebody had to write down about a network; the rest is read off its graph."""

    name: str
    family: str
    title: str
    source: str
    licence: str
    levels: Mapping[str, str]  # each level -> the layer that stands for it
    nicknames: Mapping[str, str] = field(default_factory=dict)
    classes: tuple[str, ...] = ()


def describe(description: Description, module: nn.Module, named: NamedGraph | None = None) -> NetworkInfo:
    """The whole `NetworkInfo` of a module, which may be on torch's meta device: values don't matter."""
    named = named or named_graph(module)
    meta = measures.on_meta(module)
    layers = _layers(meta, named)
    known = {layer.name for layer in layers}
    levels = description.levels or _levels_by_depth(layers)
    deepest = named.upto([levels[level] for level in LEVELS])
    parts = named.upto([levels["parts"]])
    shapes = measures.shapes(meta, parts, *_PROBE)
    aliases = {alias: layer for alias, layer in named.aliases.items() if layer in known and alias not in known}
    return NetworkInfo(
        name=description.name,
        family=description.family,
        title=description.title,
        source=description.source,
        licence=description.licence,
        layers=layers,
        levels={level: (levels[level],) for level in LEVELS},
        aliases={**aliases, **description.nicknames},
        classes=description.classes,
        minimum_side=measures.smallest_side(meta, deepest),
        operations_per_pixel=2 * measures.operations(meta, shapes, shapes) // (_PROBE[0] * _PROBE[1]),
    )


def _layers(meta: nn.Module, named: NamedGraph) -> tuple[LayerInfo, ...]:
    """Everything with channels and places, and the vectors after the last pool."""
    shapes = measures.shapes(meta, named.graph, *_PROBE)
    fields = measures.fields(meta, named.graph)
    layers = []
    for name, node in named.names.items():
        seen = fields[node]
        shape = shapes.get(node)
        if shape is None or len(shape) not in (2, 4) or not seen.channels_first:
            continue
        if seen.receptive_field == 1 or node.target is operator.getitem:
            continue  # the picture itself in another scale, or a slice of a layer that has a name
        kind = "block" if _is_block(meta, name) else measures.kind_of(meta, node)
        layers.append(LayerInfo(name, shape[1], seen.stride, seen.receptive_field, seen.whole_picture, kind))
    return tuple(layers)


def _is_block(meta: nn.Module, name: str) -> bool:
    """Whether a name is that of a module with several convolutions in it."""
    module = dict(meta.named_modules()).get(name)
    return module is not None and sum(isinstance(part, nn.Conv2d) for part in module.modules()) > 1


def _levels_by_depth(layers: tuple[LayerInfo, ...]) -> dict[str, str]:
    """For networks nobody has looked at: the last layer that still has places, at five depths."""
    placed = [layer for layer in layers if layer.kind in ("block", "activation")]
    placed = [layer for layer in placed if layer.stride > 1] or list(layers)
    depths = (0.08, 0.25, 0.45, 0.65, 0.85)
    return {
        level: placed[min(len(placed) - 1, int(depth * len(placed)))].name
        for level, depth in zip(LEVELS, depths, strict=True)
    }
