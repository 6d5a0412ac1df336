"""From a name or a path to a network with weights in it."""

from __future__ import annotations

import dataclasses
import logging
import zipfile
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from dreamcore.catalogue import NetworkInfo, catalogue, network_info
from dreamcore.errors import RecipeError, UnknownNetwork, WeightsError
from dreamcore.networks import daydream, families, inception_v1
from dreamcore.networks.describe import describe
from dreamcore.networks.download import Progress
from dreamcore.networks.network import Network
from dreamcore.networks.weight_files import WeightFile, WeightFolders, check_fit, digest, read_state_dict
from dreamcore.sentences import Sentence

_log = logging.getLogger(__name__)


def load(
    name_or_path: str,
    *,
    folders: WeightFolders | None = None,
    download: bool = True,
    on_progress: Progress | None = None,
) -> Network:
    """A network by the name it has in the catalogue (or in torchvision), or by the path of a file of weights.

    A file is either of the shape of `inception_v1`, whatever it was taught, or one of `daydream`'s; its content tells.
    Weights are looked for in `folders` (by default the environment's), then fetched, unless `download` is False.
    Raises `UnknownNetwork` and `WeightsError`.
    """
    name = name_or_path.strip()
    if name == families.DAYDREAM:
        return _daydream(daydream.SHIPPED_WEIGHTS)
    weights = _weight_file(name)
    if weights is None:
        path = Path(name).expanduser()
        if not path.is_file():
            raise UnknownNetwork(name, families.NAMES)
        return _from_file(path)
    path = weights.locate(folders or WeightFolders.from_environment(), fetch=download, on_progress=on_progress)
    tensors = read_state_dict(path)
    return _inception_v1(tensors, path) if name == families.INCEPTION_V1 else _torchvision(name, tensors, path)


def available(name: str, *, folders: WeightFolders | None = None) -> bool:
    """Whether the network's weights are here, without fetching anything. Raises `UnknownNetwork`."""
    if name == families.DAYDREAM:
        return True
    weights = _weight_file(name)
    if weights is None:
        raise UnknownNetwork(name, families.NAMES)
    return (folders or WeightFolders.from_environment()).find(weights) is not None


def default_network(
    *, folders: WeightFolders | None = None, download: bool = True, on_progress: Progress | None = None
) -> str:
    """The best network there is: `inception_v1` if its weights are here or can be fetched, else `daydream`.

    With `download` the weights are fetched now, and looking for the default may take that long.
    """
    folders = folders or WeightFolders.from_environment()
    try:
        families.INCEPTION_V1_WEIGHTS.locate(folders, fetch=download, on_progress=on_progress)
    except WeightsError as error:
        _log.info("dreaming with %s: %s", families.DAYDREAM, error.log)
        return families.DAYDREAM
    return families.INCEPTION_V1


def bare_module(name: str) -> nn.Module:
    """A network's module, on torch's meta device: shape without weights."""
    if name == families.INCEPTION_V1:
        with torch.device("meta"):
            return inception_v1.InceptionV1().eval()
    if name == families.DAYDREAM:
        with torch.device("meta"):
            net = daydream.DaydreamNet(len(network_info(name).classes), batch_norm=False).eval()
        net.normalises = False
        return net
    return families.torchvision_module(name)


def info_of(name: str, module: nn.Module) -> NetworkInfo:
    """From the catalogue; for torchvision's other classifiers from the module itself."""
    if name in catalogue():
        return network_info(name)
    return describe(families.description(name), module)


def _weight_file(name: str) -> WeightFile | None:
    """Where the weights of a network that has a name are; None when there is no such name."""
    if name == families.INCEPTION_V1:
        return families.INCEPTION_V1_WEIGHTS
    if name in families.TORCHVISION or ("/" not in name and families.is_torchvision(name)):
        return families.torchvision_weights(name)
    return None


def _from_file(path: Path) -> Network:
    """Our own format begins with the length of a JSON header; torch's is a zip archive (or, of old, a pickle)."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            start = file.read(9)
        if start[8:] == b"{":
            return _daydream(path)
    return _inception_v1(read_state_dict(path), path)


def _daydream(path: Path) -> Network:
    module, metadata = daydream.load_daydream(path)
    module.normalises = False  # the eye does, so that the spread is folded into the first convolution
    info = network_info(families.DAYDREAM)
    if metadata.classes != info.classes:
        info = _with_classes(info, "classifier", metadata.classes, len(metadata.classes))
    return Network(info, module, families.DAYDREAM_PREPROCESSING, weights=digest(module.state_dict())[:16])


def _inception_v1(tensors: Mapping[str, Tensor], path: Path) -> Network:
    """Any weights of this shape: the classifier may know another number of classes, or be missing."""
    # The auxiliary heads helped the training and see nothing that a dream could use.
    tensors = {name: value for name, value in tensors.items() if not name.startswith(("loss1_", "loss2_"))}
    classifier = tensors.get(inception_v1.file_key(f"{inception_v1.CLASSIFIER}.weight"))
    classes = len(classifier) if classifier is not None else 0
    with torch.device("meta"):
        module = inception_v1.InceptionV1(classes)
    expected = {inception_v1.file_key(name): value for name, value in module.state_dict().items()}
    check_fit(tensors, expected, what=path.name)
    total = digest(tensors)
    known = total == inception_v1.KNOWN_DIGEST
    _log.info("%s: sha256 over names and values %s (%s)", path, total, "the known one" if known else "not known")
    module.load_state_dict(inception_v1.from_caffe(tensors), assign=True)
    info = network_info(families.INCEPTION_V1)
    if classes != len(info.classes):
        info = _with_classes(info, inception_v1.CLASSIFIER, (), classes)
    return Network(info, module.float(), families.INCEPTION_V1_PREPROCESSING, weights=total[:16])


def _torchvision(name: str, tensors: Mapping[str, Tensor], path: Path) -> Network:
    module = families.torchvision_module(name)
    expected = {k: v for k, v in module.state_dict().items() if not k.endswith("num_batches_tracked")}
    heads = ("aux1.", "aux2.", "AuxLogits.")
    tensors = {
        key: value
        for key, value in tensors.items()
        if not key.startswith(heads) and not key.endswith("num_batches_tracked")
    }
    check_fit(tensors, expected, what=path.name)
    module.to_empty(device="cpu")
    module.load_state_dict(tensors, strict=False)
    try:
        return Network(
            info_of(name, module), module, families.torchvision_preprocessing(name), weights=digest(tensors)[:16]
        )
    except (TypeError, ValueError, RuntimeError, IndexError) as error:
        raise RecipeError(
            Sentence("{name} cannot be dreamt with: it is built too differently.", name=name), log=repr(error)
        ) from error


def _with_classes(info: NetworkInfo, classifier: str, classes: tuple[str, ...], count: int) -> NetworkInfo:
    """The same network, taught something else."""
    layers = tuple(
        dataclasses.replace(layer, channels=count) if layer.name == classifier else layer
        for layer in info.layers
        if count or layer.name != classifier
    )
    return dataclasses.replace(info, classes=classes, layers=layers)
