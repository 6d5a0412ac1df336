"""`layers`, `networks`, `styles` and `recipe`: what there is to choose from, and what a dream was made of."""

from __future__ import annotations

import argparse
from typing import Any

from dreamcore import networks as nets
from dreamcore.catalogue import LEVELS, NetworkInfo, catalogue, network_info
from dreamcore.commandline.shared import recipe_in
from dreamcore.styles import styles_of


def add_to(commands: Any) -> None:
    """Add these commands to the parser's."""
    layers_ = commands.add_parser("layers", help="the layers of a network, from shallow to deep")
    layers_.add_argument("network", metavar="NETWORK")
    layers_.add_argument("pattern", metavar="PATTERN", nargs="?", default="*", help="only these: inception_4*/output")
    layers_.set_defaults(command=layers)

    networks_ = commands.add_parser("networks", help="the networks that can dream, and which are here")
    networks_.set_defaults(command=networks)

    styles_ = commands.add_parser("styles", help="a network's looks by name")
    styles_.add_argument("network", metavar="NETWORK", nargs="?", help="by default the one that dreams by default")
    styles_.set_defaults(command=styles)

    recipe_ = commands.add_parser("recipe", help="the recipe that is written in a dream")
    recipe_.add_argument("file", metavar="FILE")
    recipe_.set_defaults(command=recipe)


def layers(options: argparse.Namespace) -> int:
    """`layers NETWORK [PATTERN]`"""
    info = _info(options.network)
    level_of = {name: level for level in LEVELS for name in info.levels[level]}
    found = info.find_layers(options.pattern)
    width = max(len(layer.name) for layer in found)
    print(f"{'layer':{width}}  channels  sees (px)  level")
    for layer in found:
        sees = "all of it" if layer.whole_picture else str(layer.receptive_field)
        print(f"{layer.name:{width}}  {layer.channels:8}  {sees:>9}  {level_of.get(layer.name, '')}".rstrip())
    return 0


def networks(options: argparse.Namespace) -> int:
    """`networks`"""
    default = nets.default_network(download=False)
    for info in catalogue().values():
        here = "here" if nets.available(info.name) else "downloaded when first asked for"
        mark = " (the default)" if info.name == default else ""
        print(f"{info.name:20} {info.title}: {here}{mark}")
    return 0


def styles(options: argparse.Namespace) -> int:
    """`styles [NETWORK]`"""
    info = _info(options.network or nets.default_network(download=False))
    print(f"Styles of {info.name}:")
    for name, style in styles_of(info.family).items():
        print(f"  style={name:12} {style.help}  ({style.recipe})")
    print("  style=surprise     one of these, drawn by the seed")
    return 0


def recipe(options: argparse.Namespace) -> int:
    """`recipe FILE`"""
    print(recipe_in(options.file))
    return 0


def _info(name: str) -> NetworkInfo:
    if name in catalogue():
        return network_info(name)
    return nets.load(name).info
