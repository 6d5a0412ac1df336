"""The pages of an atlas: which tiles there are, what they are called, the text that dreams each. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass

from dreamcore import text as recipe_text
from dreamcore.catalogue import LayerInfo, NetworkInfo
from dreamcore.errors import RecipeError
from dreamcore.resolve import classifier_of, plain_class
from dreamcore.sentences import Sentence

COLUMNS, ROWS = 5, 5
PER_PAGE = COLUMNS * ROWS


@dataclass(frozen=True, kw_only=True)
class AtlasTile:
    """One tile: a layer, or one of its channels."""

    layer: str  #: its own name
    channel: int | None
    caption: str  #: `4c`, `144`, `owl`
    text: str  #: the recipe's part that dreams it: `layer=4c channel=144`
    level: str = ""  #: edges … objects, where the layer is one of these


@dataclass(frozen=True, kw_only=True)
class AtlasPage:
    """The tiles of one sheet, row by row."""

    network: str
    layer: str | None  #: None: the layers themselves
    number: int  #: from 1
    count: int  #: of pages that belong together
    tiles: tuple[AtlasTile, ...]


def atlas_pages(network: NetworkInfo, layer: str | None = None) -> tuple[AtlasPage, ...]:
    """All pages of a network's layers, the well-known ones first; or of the channels of one layer.

    layer: any name that a recipe takes. Raises UnknownLayer, and RecipeError for a name that means several layers.
    """
    if layer is None:
        return _paged(network, None, [_layer_tile(each, network) for each in _layers(network)])
    found = network.find_layers(layer)
    if len(found) > 1:
        raise RecipeError(
            Sentence("“{layer}” means {count} layers: name one of them.", layer=layer[:60], count=len(found))
        )
    return _paged(network, found[0].name, _channel_tiles(found[0], network))


def atlas_page(network: NetworkInfo, layer: str | None, number: int) -> AtlasPage:
    """One of `atlas_pages`, counted from 1. Raises RecipeError for a number that is not there."""
    pages = atlas_pages(network, layer)
    if not 1 <= number <= len(pages):
        raise RecipeError(
            Sentence("There is no page {number}: they go from 1 to {count}.", number=number, count=len(pages))
        )
    return pages[number - 1]


def short_name(layer: LayerInfo, network: NetworkInfo) -> str:
    """The shortest of the names that a layer goes by: `4c` for inception_4c/output."""
    aliases = [alias for alias, name in network.aliases.items() if name == layer.name]
    return min([*aliases, layer.name], key=lambda name: (len(name), name))


def heading_of(page: AtlasPage, info: NetworkInfo) -> str:
    """Above a page: what it shows of which network."""
    if page.layer is None:
        return Sentence(
            "{network}: its layers, {number} of {count}", network=info.name, number=page.number, count=page.count
        )
    (layer,) = info.find_layers(page.layer)
    return Sentence(
        "{network}, {layer}: its channels, {number} of {count}",
        network=info.name,
        layer=short_name(layer, info),
        number=page.number,
        count=page.count,
    )


def remark_of(page: AtlasPage) -> str:
    """Below a page: how one of its tiles is dreamt."""
    return Sentence("Dream one of them on a picture of yours: {text}", text=page.tiles[0].text)


def _paged(network: NetworkInfo, layer: str | None, tiles: list[AtlasTile]) -> tuple[AtlasPage, ...]:
    parts = [tuple(tiles[first : first + PER_PAGE]) for first in range(0, len(tiles), PER_PAGE)]
    return tuple(
        AtlasPage(network=network.name, layer=layer, number=number, count=len(parts), tiles=part)
        for number, part in enumerate(parts, 1)
    )


def _layers(network: NetworkInfo) -> list[LayerInfo]:
    """The levels and whole blocks, then what they are made of; what only repeats its neighbour is left out."""
    levels = {name for names in network.levels.values() for name in names}
    shown = [layer for layer, after in zip(network.layers, (*network.layers[1:], None), strict=True)
             if layer.name in levels or _says_something(layer, after)]  # fmt: skip
    known = {layer.name for layer in shown if layer.kind == "block" or layer.name in levels}
    return [layer for layer in shown if layer.name in known] + [layer for layer in shown if layer.name not in known]


def _says_something(layer: LayerInfo, after: LayerInfo | None) -> bool:
    if layer.kind in ("linear", "other") or (layer.whole_picture and layer.kind == "pool"):
        return False
    goes_on = after is not None and after.kind in ("norm", "activation") and after.channels == layer.channels
    return not (goes_on and layer.kind in ("convolution", "norm"))


def _layer_tile(layer: LayerInfo, network: NetworkInfo) -> AtlasTile:
    name = short_name(layer, network)
    level = next((level for level, names in network.levels.items() if layer.name in names), "")
    return AtlasTile(layer=layer.name, channel=None, caption=name, text=recipe_text.join({"layer": name}), level=level)


def _channel_tiles(layer: LayerInfo, network: NetworkInfo) -> list[AtlasTile]:
    if network.classes and layer.name == classifier_of(network):
        names = [plain_class(network, channel) for channel in range(layer.channels)]
        return [
            AtlasTile(layer=layer.name, channel=channel, caption=name, text=recipe_text.join({"classes": name}))
            for channel, name in enumerate(names)
        ]
    base = recipe_text.join({"layer": short_name(layer, network)})
    return [
        AtlasTile(layer=layer.name, channel=channel, caption=str(channel), text=f"{base} channel={channel}")
        for channel in range(layer.channels)
    ]
