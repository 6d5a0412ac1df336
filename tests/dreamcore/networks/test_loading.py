"""Weights: where they are looked for, how they are fetched, and that only what fits and is harmless is taken."""

from __future__ import annotations

import http.server
import logging
import os
import pickle
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor

from dreamcore import networks
from dreamcore.errors import UnknownNetwork, WeightsError
from dreamcore.networks import Network, WeightFolders, daydream, families, loading
from dreamcore.networks.download import download
from dreamcore.networks.inception_v1 import InceptionV1, file_key
from dreamcore.networks.weight_files import WeightFile, digest, read_state_dict

CPU = torch.device("cpu")
KNOWN = "324c31d98a205e3c86fcc352a1f6908a0705f7f9cce9023c86bff9eeee668a6a"


def caffe_weights(classes: int = 7) -> dict[str, Tensor]:
    """Weights of the shape of the public file, in its terms."""
    with torch.device("meta"):
        expected = InceptionV1(classes).state_dict()
    generator = torch.Generator().manual_seed(1)
    return {file_key(key): torch.randn(value.shape, generator=generator) * 0.02 for key, value in expected.items()}


# Loading


def test_a_file_of_the_shape_of_inception_v1_dreams_with_any_classes(tmp_path: Path) -> None:
    weights = caffe_weights(7)
    weights["loss1_classifier_1.weight"] = torch.zeros(3)  # the auxiliary heads are ignored
    torch.save(weights, tmp_path / "places.pth")
    network = networks.load(str(tmp_path / "places.pth"))
    assert network.info.name == "inception_v1"
    assert network.classes == ()
    assert network.info.find_layers("loss3/classifier")[0].channels == 7
    eye = network.prepare(["inception_3a/output"], device=CPU, logits=True)
    assert eye(torch.rand(1, 3, 64, 64))["logits"].shape == (1, 7, 2, 2)


def test_a_file_without_a_classifier_dreams(tmp_path: Path) -> None:
    weights = {name: value for name, value in caffe_weights().items() if "loss3" not in name}
    torch.save(weights, tmp_path / "headless.pth")
    network = networks.load(str(tmp_path / "headless.pth"))
    assert "loss3/classifier" not in [layer.name for layer in network.info.layers]
    assert network.prepare(["inception_4c/output"], device=CPU)(torch.rand(1, 3, 64, 64))


def test_colours_go_in_as_caffe_wants_them(tmp_path: Path) -> None:
    weights = caffe_weights()
    torch.save(weights, tmp_path / "net.pth")
    picture = torch.rand(1, 3, 32, 32)
    seen = networks.load(str(tmp_path / "net.pth")).prepare(["conv1/7x7_s2"], device=CPU)(picture)
    bgr = picture.flip(1) * 255 - torch.tensor([104.0, 117.0, 123.0]).view(1, 3, 1, 1)
    right = torch.nn.functional.conv2d(
        bgr, weights["conv1_7x7_s2.weight"], weights["conv1_7x7_s2.bias"], stride=2, padding=3
    )
    assert torch.allclose(seen["conv1/7x7_s2"], right, atol=1e-3)


def test_daydream_is_always_there_and_is_told_by_content(tmp_path: Path, empty_folders: WeightFolders) -> None:
    assert networks.available("daydream", folders=empty_folders)
    network = networks.load("daydream", folders=empty_folders, download=False)
    copied = tmp_path / "of-any-name.bin"
    copied.write_bytes(daydream.SHIPPED_WEIGHTS.read_bytes())
    again = networks.load(str(copied))
    assert again.weights == network.weights
    assert again.classes == network.classes == network.info.classes


def test_the_sum_is_over_names_and_values_in_sorted_order(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    one, two = torch.tensor([1.0]), torch.tensor([2.0, 3.0])
    assert digest({"b": one, "a": two}) == digest({"a": two, "b": one})
    assert digest({"a": one, "b": two}) != digest({"a": two, "b": one})
    torch.save(caffe_weights(), tmp_path / "net.pth")
    with caplog.at_level(logging.INFO):
        networks.load(str(tmp_path / "net.pth"))
    assert "not known" in caplog.text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda w: w.pop("conv2_3x3.bias"), r"conv2_3x3\.bias is missing\."),
        (lambda w: (w.pop("conv2_3x3.bias"), w.pop("conv2_3x3.weight")), r"is missing, and 1 more do not fit"),
        (lambda w: w.update({"extra.weight": torch.zeros(1)}), r"extra\.weight is not expected"),
        (lambda w: w.update({"conv2_3x3.bias": torch.zeros(5)}), r"has the shape \(5,\) instead of \(192,\)"),
        (lambda w: w["conv2_3x3.bias"].fill_(float("nan")), r"not numbers \(in conv2_3x3\.bias\)"),
    ],
)
def test_weights_that_do_not_fit_say_what_is_wrong(
    change: Callable[[dict[str, Tensor]], object], sentence: str, tmp_path: Path
) -> None:
    weights = caffe_weights()
    change(weights)
    torch.save(weights, tmp_path / "net.pth")
    with pytest.raises(WeightsError, match=sentence) as raised:
        networks.load(str(tmp_path / "net.pth"))
    assert "\n" not in str(raised.value)


class Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("exploded",)


def test_code_in_a_file_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"weight": Bomb()}, tmp_path / "zip.pth")
    (tmp_path / "plain.pth").write_bytes(pickle.dumps(Bomb()))
    for name in ("zip.pth", "plain.pth"):
        with pytest.raises(WeightsError, match="weights"):
            networks.load(str(tmp_path / name))
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize("content", [b"", b"not weights", b"root:x:0:0:root", b"PK\x03\x04 broken", b"\x80\x02}q\x00."])
def test_damaged_files_are_one_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"net\.pth"):
        networks.load(str(path))


def test_a_truncated_file_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    torch.save(caffe_weights(), path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(WeightsError, match=r"net\.pth"):
        networks.load(str(path))


def test_what_is_no_network_names_those_there_are() -> None:
    with pytest.raises(UnknownNetwork, match=r"Did you mean .*vgg16"):
        networks.load("vgg61")
    with pytest.raises(UnknownNetwork):
        networks.available("/no/such/file.pth")
    with pytest.raises(WeightsError, match=r"not a plain file|does not hold|damaged"):
        read_state_dict(Path(__file__))


# Folders


def test_folders_are_searched_in_order(empty_folders: WeightFolders) -> None:
    weights = WeightFile(names=("public.pth", "short.pth"), address="http://127.0.0.1:9/public.pth")
    assert empty_folders.find(weights) is None
    assert empty_folders.given is not None
    for folder, name in (
        (empty_folders.torch_cache, "short.pth"),
        (empty_folders.torch_cache, "public.pth"),
        (empty_folders.data, "short.pth"),
        (empty_folders.given, "short.pth"),
    ):
        folder.mkdir(exist_ok=True)
        (folder / name).touch()
        assert empty_folders.find(weights) == folder / name


def test_the_environment_names_the_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DREAM_NETWORKS", str(tmp_path / "mine"))
    monkeypatch.setenv("DREAM_HOME", str(tmp_path / "home"))
    folders = WeightFolders.from_environment()
    assert (folders.given, folders.data) == (tmp_path / "mine", tmp_path / "home" / "networks")
    monkeypatch.delenv("DREAM_NETWORKS")
    monkeypatch.delenv("DREAM_HOME")
    folders = WeightFolders.from_environment()
    assert folders.given is None
    assert folders.data.name == "networks"
    assert "dreambot" in str(folders.data)


def test_missing_weights_say_where_they_are_and_where_they_go(empty_folders: WeightFolders) -> None:
    assert not networks.available("inception_v1", folders=empty_folders)
    with pytest.raises(WeightsError) as raised:
        networks.load("inception_v1", folders=empty_folders, download=False)
    assert families.INCEPTION_V1_WEIGHTS.address in str(raised.value)
    assert str(empty_folders.data) in str(raised.value)


def test_the_default_is_daydream_until_there_is_better(empty_folders: WeightFolders) -> None:
    assert networks.default_network(folders=empty_folders, download=False) == "daydream"
    empty_folders.data.mkdir()
    (empty_folders.data / "bvlc_googlenet.pth").touch()
    assert networks.default_network(folders=empty_folders, download=False) == "inception_v1"


def test_torchvisions_files_go_by_their_own_names() -> None:
    weights = families.torchvision_weights("googlenet")
    assert weights.names == ("googlenet-1378be20.pth", "googlenet.pth")
    assert weights.sha256_prefix == "1378be20"


def test_torchvisions_auxiliary_heads_are_ignored(empty_folders: WeightFolders) -> None:
    state = networks.random_weights("googlenet").module.state_dict()
    state["aux1.fc2.bias"] = torch.zeros(1000)
    empty_folders.data.mkdir()
    torch.save(state, empty_folders.data / "googlenet.pth")
    assert networks.load("googlenet", folders=empty_folders, download=False).info.name == "googlenet"


def test_torchvisions_other_classifiers_may_be_tried(empty_folders: WeightFolders) -> None:
    module = families.torchvision_module("resnet18").to_empty(device="cpu")
    for value in module.state_dict().values():
        value.fill_(1)
    empty_folders.data.mkdir()
    torch.save(module.state_dict(), empty_folders.data / "resnet18.pth")
    network = networks.load("resnet18", folders=empty_folders, download=False)
    assert network.info.find_layers("parts")
    assert "layer3.0" in [layer.name for layer in network.info.layers]


# Downloads, from a server that misbehaves


class Server(http.server.BaseHTTPRequestHandler):
    content = b"0123456789" * 1000

    def do_GET(self) -> None:
        if self.path == "/missing":
            self.send_error(404)
            return
        self.send_response(200)
        if self.path != "/endless":
            self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content[: 5000 if self.path in ("/partial", "/stalled") else None])
        if self.path == "/stalled":
            self.wfile.flush()
            self.connection.recv(1)  # until whoever asked has given up

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as running:
        running.daemon_threads = False  # each answer is finished before the next test begins
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()
        thread.join()


def test_a_download_appears_whole_and_reports_progress(server: str, tmp_path: Path) -> None:
    reports: list[tuple[int, int | None]] = []
    target = tmp_path / "new" / "net.pth"
    download(f"{server}/whole", target, on_progress=lambda done, total: reports.append((done, total)))
    assert target.read_bytes() == Server.content
    assert reports[-1] == (10000, 10000)
    assert list(target.parent.iterdir()) == [target]
    download(f"{server}/endless", target, on_progress=lambda done, total: reports.append((done, total)))
    assert reports[-1] == (10000, None)


@pytest.mark.parametrize(
    ("path", "checksum", "reason"),
    [
        ("missing", "", "404|Not Found"),
        ("partial", "", "bytes"),
        ("stalled", "", "no answer in time"),
        ("whole", "123456", "checksum"),
    ],
)
def test_a_failed_download_leaves_nothing_and_says_what_to_do(
    server: str, tmp_path: Path, path: str, checksum: str, reason: str
) -> None:
    target = tmp_path / "net.pth"
    with pytest.raises(WeightsError, match=reason) as raised:
        download(f"{server}/{path}", target, sha256_prefix=checksum, timeout=0.3 if path == "stalled" else 60)
    assert list(tmp_path.iterdir()) == []
    assert f"{server}/{path}" in str(raised.value)
    assert "net.pth" in str(raised.value)
    assert str(tmp_path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_no_network_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="put it into"):
        download("http://127.0.0.1:9/net.pth", tmp_path / "net.pth", timeout=1)


def test_what_was_fetched_is_found_the_next_time(
    server: str, empty_folders: WeightFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.save(caffe_weights(), empty_folders.data.parent / "net.pth")
    monkeypatch.setattr(Server, "content", (empty_folders.data.parent / "net.pth").read_bytes())
    weights = WeightFile(names=("bvlc_googlenet.pth",), address=f"{server}/whole")
    monkeypatch.setattr(families, "INCEPTION_V1_WEIGHTS", weights)
    assert networks.load("inception_v1", folders=empty_folders).info.name == "inception_v1"
    assert networks.load("inception_v1", folders=empty_folders, download=False)
    assert loading.available("inception_v1", folders=empty_folders)


# Real weights


@pytest.mark.weights
def test_the_known_weights_are_known(
    real_network: Callable[[str, str], Network], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        network = real_network("inception_v1", "bvlc_googlenet.pth")
    assert KNOWN.startswith(network.weights)
    assert "the known one" in caplog.text


@pytest.mark.weights
@pytest.mark.parametrize(
    ("name", "file_name"), [("inception_v1", "bvlc_googlenet.pth"), ("squeezenet1_1", "squeezenet1_1.pth")]
)
def test_real_networks_name_what_they_see(
    name: str, file_name: str, real_network: Callable[[str, str], Network]
) -> None:
    """Drawn by rule, so that no photograph need be kept here: a spiral, and dark bars before a bright ground."""
    network = real_network(name, file_name)
    rows, columns = torch.meshgrid(torch.arange(256.0), torch.arange(256.0), indexing="ij")
    angle, radius = torch.atan2(rows - 128, columns - 128), (rows - 128).hypot(columns - 128)
    spiral = ((angle * 3 + radius / 6).sin() > 0).float()
    paper_window = 1 - ((rows % 80 < 8) | (columns % 64 < 8)).float() * 0.9
    for picture, right in ((spiral, "coil"), (paper_window, "shoji")):
        best = int(network.classify(picture.expand(1, 3, 256, 256)).argmax())
        assert network.classes[best] == right
