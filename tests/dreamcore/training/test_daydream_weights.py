"""The file that is shipped: it keeps what its model card promises, and a bad one is refused with a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from dreamcore.errors import WeightsError
from dreamcore.networks.daydream import SHIPPED_WEIGHTS, STAGES, load_daydream
from dreamcore.training.catalogue import NAMES, THEMES
from dreamcore.training.evaluate import accuracy, held_out
from dreamcore.training.export import export, folded
from dreamcore.training.robust import new_network

STATED_CLEAN = 0.95  #: what the model card promises for any fresh sample
STATED_ATTACKED = 0.9  #: likewise, under PGD of 5 steps at L2 1


@pytest.fixture(scope="module")
def fresh() -> tuple[torch.Tensor, torch.Tensor]:
    return held_out(354, seed=424_242)


def test_the_shipped_weights_reach_their_stated_accuracy(fresh: tuple[torch.Tensor, torch.Tensor]) -> None:
    pictures, numbers = fresh
    net, metadata = load_daydream()
    assert metadata.classes == NAMES
    assert accuracy(net, pictures, numbers).overall >= STATED_CLEAN
    assert accuracy(net, pictures[:118], numbers[:118], radius=1.0, steps=5).overall >= STATED_ATTACKED


def test_the_shipped_file_is_small_and_says_what_it_is() -> None:
    _, metadata = load_daydream()
    assert SHIPPED_WEIGHTS.stat().st_size <= 8_000_000
    assert dict(metadata.themes) == dict(THEMES)
    assert tuple(metadata.statistics) == STAGES
    assert all((s.std > 0).all() and s.mean.isfinite().all() for s in metadata.statistics.values())
    assert metadata.provenance


def test_folding_changes_nothing_and_the_file_gives_the_net_back(
    fresh: tuple[torch.Tensor, torch.Tensor], tmp_path: Path
) -> None:
    torch.manual_seed(3)
    trained = new_network("daydream", len(NAMES))
    pictures = fresh[0][:32]
    for _ in range(3):
        trained(pictures)  # moves the running statistics away from 0 and 1
    trained.eval()
    with torch.no_grad():
        expected = trained(pictures)
        assert torch.allclose(folded(trained.state_dict())(pictures), expected, atol=1e-3)
        export(trained.state_dict(), pictures, tmp_path / "net.safetensors", provenance="a test")
        net, metadata = load_daydream(tmp_path / "net.safetensors")
        assert (net(pictures) - expected).abs().max() < 0.05 * expected.abs().max()
    assert metadata.provenance == "a test"
    first = (tmp_path / "net.safetensors").read_bytes()
    export(trained.state_dict(), pictures, tmp_path / "net.safetensors", provenance="a test")
    assert first == (tmp_path / "net.safetensors").read_bytes()


def described(**changes: object) -> dict[str, str]:
    facts = {"version": 1, "classes": list(NAMES), "themes": {}, "provenance": "", **changes}
    return {"daydream": json.dumps(facts)}


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "short.safetensors"
    path.write_bytes(SHIPPED_WEIGHTS.read_bytes()[:10_000])
    with pytest.raises(WeightsError, match="damaged"):
        load_daydream(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="not there"):
        load_daydream(tmp_path / "none.safetensors")


def test_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "later.safetensors"
    save_file(load_file(SHIPPED_WEIGHTS), path, metadata=described(version=2))
    with pytest.raises(WeightsError, match="version 2, this program reads version 1"):
        load_daydream(path)


def test_a_stranger_s_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_file({"weight": torch.zeros(3)}, path)
    with pytest.raises(WeightsError, match="does not say that it belongs to daydream"):
        load_daydream(path)


def test_tensors_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "fewer.safetensors"
    save_file(load_file(SHIPPED_WEIGHTS), path, metadata=described(classes=["one", "two"]))
    with pytest.raises(WeightsError, match="do not fit"):
        load_daydream(path)


def test_values_that_are_not_numbers_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "nan.safetensors"
    tensors = load_file(SHIPPED_WEIGHTS)
    tensors["conv1.conv.bias"][0] = torch.nan
    classes = list(load_daydream()[1].classes)
    save_file(tensors, path, metadata=described(classes=classes))
    with pytest.raises(WeightsError, match="not numbers"):
        load_daydream(path)
