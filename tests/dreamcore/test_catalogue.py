"""The catalogue: names people type find what they mean, and it agrees with the networks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dreamcore.catalogue import LEVELS, catalogue, network_info
from dreamcore.errors import UnknownClass, UnknownLayer, UnknownNetwork
from dreamcore.networks.generate import CATALOGUE, catalogue_text


def found(network: str, pattern: str) -> list[str]:
    return [layer.name for layer in network_info(network).find_layers(pattern)]


def test_the_stored_catalogue_is_what_the_networks_say() -> None:
    stored = CATALOGUE.read_text(encoding="utf-8")
    assert stored == catalogue_text(), "run python -m dreamcore.networks.generate"
    assert Path(CATALOGUE).stat().st_size < 300_000


def test_reading_the_catalogue_needs_no_torch() -> None:
    code = (
        "import sys; from dreamcore.catalogue import catalogue;"
        "assert catalogue()['inception_v1'].find_layers('4c') and 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_network_is_complete() -> None:
    for name, info in catalogue().items():
        assert info.name == name
        assert info.family in ("inception_v1", "daydream", "torchvision")
        names = [layer.name for layer in info.layers]
        assert len(names) == len(set(names))
        assert tuple(info.levels) == LEVELS
        assert all(layer in names for layers in info.levels.values() for layer in layers)
        assert all(layer in names for layer in info.aliases.values())
        assert not set(info.aliases) & set(names)
        depths = [names.index(info.levels[level][0]) for level in LEVELS]
        assert depths == sorted(depths)
        assert info.classes
        assert info.minimum_side >= 1
        assert info.operations_per_pixel > 1000


@pytest.mark.parametrize(
    ("network", "pattern", "layers"),
    [
        ("inception_v1", "inception_4c/output", ["inception_4c/output"]),
        ("inception_v1", "parts", ["inception_4c/output"]),
        ("inception_v1", "Parts", ["inception_4c/output"]),
        ("inception_v1", "4c", ["inception_4c/output"]),
        ("inception_v1", "4C", ["inception_4c/output"]),
        ("inception_v1", "mixed4c", ["inception_4c/output"]),
        ("inception_v1", "inception4c", ["inception_4c/output"]),
        ("inception_v1", "inception_4c_output", ["inception_4c/output"]),
        ("inception_v1", "inception4c/output", ["inception_4c/output"]),
        ("inception_v1", " INCEPTION_4C/3x3_reduce ", ["inception_4c/3x3_reduce"]),
        ("inception_v1", "inception_3?/output", ["inception_3a/output", "inception_3b/output"]),
        ("inception_v1", "Inception_3[ab]/OUTPUT", ["inception_3a/output", "inception_3b/output"]),
        ("googlenet", "inception4c", ["inception4c"]),
        ("googlenet", "inception4c.cat", ["inception4c"]),
        ("googlenet", "4c", ["inception4c"]),
        ("vgg16", "relu4_3", ["features.22"]),
        ("vgg19", "conv5_1", ["features.28"]),
        ("vgg16", "pool5", ["features.30"]),
        ("inception_v3", "mixed3", ["Mixed_6a"]),
        ("inception_v3", "mixed_6a", ["Mixed_6a"]),
        ("resnet50", "layer3", ["layer3.5"]),
        ("squeezenet1_1", "fire9", ["features.12"]),
        ("alexnet", "relu5", ["features.11"]),
        ("daydream", "4c", ["mixed4c"]),
    ],
)
def test_layers_are_found_as_people_type_them(network: str, pattern: str, layers: list[str]) -> None:
    assert found(network, pattern) == layers


def test_a_glob_finds_layers_from_shallow_to_deep() -> None:
    outputs = found("inception_v1", "*/output")
    assert outputs == [f"inception_{block}/output" for block in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")]


@pytest.mark.parametrize("pattern", ["inception_9z/output", "nothing*", "", "[", "features.22"])
def test_unknown_layers_say_so(pattern: str) -> None:
    with pytest.raises(UnknownLayer):
        network_info("inception_v1").find_layers(pattern)


def test_an_unknown_layer_names_the_nearest() -> None:
    with pytest.raises(UnknownLayer, match=r"Did you mean inception_4c/output"):
        network_info("inception_v1").find_layers("inception_4c/outptu")


def test_classes_are_found_by_name_and_number() -> None:
    info = network_info("inception_v1")
    assert len(info.classes) == 1000
    assert info.find_class("goldfish") == info.find_class("GoldFish") == info.find_class("1") == 1
    assert info.find_class("great_white_shark") == 2
    assert info.find_class("crane") == 517
    for name in ("no such thing", "1000", "-1", "", "²"):
        with pytest.raises(UnknownClass):
            info.find_class(name)
    with pytest.raises(UnknownClass, match="Did you mean goldfish"):
        info.find_class("goldfisch")
    assert network_info("daydream").find_class(network_info("daydream").classes[5]) == 5


def test_synonyms_after_a_comma_count_when_they_mean_one_class() -> None:
    import dataclasses

    info = dataclasses.replace(network_info("daydream"), classes=("tench, Tinca tinca", "crane, bird", "crane, lift"))
    assert info.find_class("tinca tinca") == 0
    assert info.find_class("crane, lift") == 2
    with pytest.raises(UnknownClass, match="crane"):
        info.find_class("crane")


def test_an_unknown_network_names_the_nearest() -> None:
    with pytest.raises(UnknownNetwork, match="Did you mean googlenet"):
        network_info("googlnet")
