"""The networks of the catalogue: what each is called, where its weights are, how its module is built."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import torch
from torch import nn

from dreamcore.catalogue import LEVELS
from dreamcore.devices import torchvision_models
from dreamcore.errors import UnknownNetwork
from dreamcore.networks import daydream, inception_v1
from dreamcore.networks.describe import Description
from dreamcore.networks.preprocessing import Preprocessing
from dreamcore.networks.weight_files import WeightFile
from dreamcore.sentences import Sentence

INCEPTION_V1: Final = "inception_v1"
DAYDREAM: Final = "daydream"

INCEPTION_V1_WEIGHTS: Final = WeightFile(
    names=("bvlc_googlenet.pth", "inception_v1.pth"),
    address="https://github.com/ProGamerGov/pytorch-old-caffemodels/raw/master/bvlc_googlenet.pth",
)
# Caffe's tools squeezed pictures to 256x256 and looked at the middle; here the sides keep their proportion.
INCEPTION_V1_PREPROCESSING: Final = Preprocessing(mean=inception_v1.MEAN, std=(1.0, 1.0, 1.0))
DAYDREAM_PREPROCESSING: Final = Preprocessing(
    mean=(daydream.MEAN,) * 3, std=(daydream.SPREAD,) * 3, short_side=128, crop=None
)

# Title, and the layers of LEVELS from edges to objects.
_TORCHVISION: Final[Mapping[str, tuple[Sentence, tuple[str, str, str, str, str]]]] = MappingProxyType(
    {
        "googlenet": (
            Sentence("GoogLeNet with batch norm (2014), torchvision's training"),
            ("conv3", "inception3a", "inception3b", "inception4c", "inception4e"),
        ),
        "inception_v3": (
            Sentence("Inception v3 (2015): the network of TensorFlow's and Keras's DeepDream"),
            ("Conv2d_2b_3x3", "Mixed_5b", "Mixed_5d", "Mixed_6c", "Mixed_7a"),
        ),
        "vgg16": (
            Sentence("VGG, 16 layers (2014): painterly, slow"),
            ("features.6", "features.11", "features.15", "features.22", "features.29"),
        ),
        "vgg19": (
            Sentence("VGG, 19 layers (2014): painterly, slower"),
            ("features.6", "features.11", "features.17", "features.26", "features.35"),
        ),
        "resnet50": (
            Sentence("ResNet, 50 layers (2015)"),
            ("layer1.0", "layer1.2", "layer2.3", "layer3.3", "layer4.1"),
        ),
        "mobilenet_v3_large": (
            Sentence("MobileNet v3 (2019): small and quick"),
            ("features.1", "features.3", "features.6", "features.12", "features.15"),
        ),
        "efficientnet_b0": (
            Sentence("EfficientNet B0 (2019)"),
            ("features.1.0", "features.2.1", "features.3.1", "features.5.2", "features.6.3"),
        ),
        "convnext_tiny": (
            Sentence("ConvNeXt, tiny (2022)"),
            ("features.1.0", "features.1.2", "features.3.2", "features.5.5", "features.7.1"),
        ),
        "squeezenet1_1": (
            Sentence("SqueezeNet 1.1 (2016): the quickest"),
            ("features.3", "features.4", "features.7", "features.10", "features.12"),
        ),
        "alexnet": (
            Sentence("AlexNet (2012): the one that began it"),
            ("features.1", "features.4", "features.7", "features.9", "features.11"),
        ),
    }
)

TORCHVISION: Final = tuple(_TORCHVISION)
NAMES: Final = (INCEPTION_V1, DAYDREAM, *TORCHVISION)

_DAYDREAM_LEVELS: Final = ("conv2", "mixed3b", "mixed4a", "mixed4c", "mixed5b")
_INCEPTION_V1_LEVELS: Final = (
    "conv2/3x3",
    "inception_3a/output",
    "inception_3b/output",
    "inception_4c/output",
    "inception_4e/output",
)


def description(name: str) -> Description:
    """What is written down about a network; for torchvision's others as much as can be said of any."""
    if name == INCEPTION_V1:
        return Description(
            name=name,
            family="inception_v1",
            title=Sentence("GoogLeNet by BVLC (2014): the network of the first DeepDream pictures"),
            source=INCEPTION_V1_WEIGHTS.address,
            licence="released by BVLC for unrestricted use",
            levels=_levels(_INCEPTION_V1_LEVELS),
            nicknames=_inception_nicknames("inception_{}/output"),
            classes=imagenet_classes(),
        )
    if name == DAYDREAM:
        return Description(
            name=name,
            family="daydream",
            title=Sentence("Daydream, our own: trained on procedural pictures only, always there"),
            source="comes with the program",
            licence="MIT",
            levels=_levels(_DAYDREAM_LEVELS),
            nicknames={block.removeprefix("mixed"): block for block in daydream.STAGES if "mixed" in block},
            classes=daydream.load_daydream()[1].classes,
        )
    title, levels = _TORCHVISION.get(name, (Sentence("{name}, as torchvision has it", name=name), None))
    return Description(
        name=name,
        family="torchvision",
        title=title,
        source=torchvision_weights(name).address,
        licence="BSD-3-Clause (torchvision); trained on ImageNet",
        levels=_levels(levels) if levels else {},
        nicknames=_torchvision_nicknames(name),
        classes=imagenet_classes(),
    )


def torchvision_module(name: str) -> nn.Module:
    """The module without weights, on torch's meta device."""
    # GoogLeNet and Inception v3 would rescale colours in their forward; here that is left to the preprocessing.
    extra = {"aux_logits": False, "init_weights": False, "transform_input": False} if _is_inception(name) else {}
    with torch.device("meta"):
        module: nn.Module = torchvision_models().get_model(name, weights=None, **extra)
    return module.eval()


def torchvision_preprocessing(name: str) -> Preprocessing:
    """As torchvision's own transforms of the same weights."""
    transforms = _default_weights(name).transforms()
    bicubic = getattr(transforms.interpolation, "value", "") == "bicubic"
    size: dict[str, Any] = {"short_side": transforms.resize_size[0], "crop": transforms.crop_size[0]}
    if _is_inception(name):
        # Trained on colours in -1..1; torchvision gets there from ImageNet's scale inside the network.
        return Preprocessing(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5), bicubic=bicubic, **size)
    return Preprocessing(mean=tuple(transforms.mean), std=tuple(transforms.std), bicubic=bicubic, **size)


def torchvision_weights(name: str) -> WeightFile:
    """torchvision's newest weights; the end of the file's name is the beginning of its checksum."""
    address: str = _default_weights(name).url
    file_name = address.rpartition("/")[2]
    checksum = file_name.rpartition("-")[2].removesuffix(".pth")
    return WeightFile(names=(file_name, f"{name}.pth"), address=address, sha256_prefix=checksum)


def is_torchvision(name: str) -> bool:
    """Whether torchvision has a classifier of this name."""
    models = torchvision_models()
    return name in models.list_models(module=models)


def imagenet_classes() -> tuple[str, ...]:
    """ImageNet's thousand, in the order that all networks trained on it share."""
    return tuple(_default_weights("googlenet").meta["categories"])


def _default_weights(name: str) -> Any:
    try:
        return torchvision_models().get_model_weights(name).DEFAULT
    except (ValueError, AttributeError):
        raise UnknownNetwork(name, NAMES) from None


def _is_inception(name: str) -> bool:
    return name in ("googlenet", "inception_v3")


def _levels(layers: tuple[str, ...]) -> dict[str, str]:
    return dict(zip(LEVELS, layers, strict=True))


def _inception_nicknames(pattern: str) -> dict[str, str]:
    """`4c`, `mixed4c`, `inception4c` for the nine blocks of GoogLeNet."""
    blocks = ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")
    typed = ("{}", "mixed{}", "inception_{}")
    return {form.format(block): pattern.format(block) for block in blocks for form in typed}


def _torchvision_nicknames(name: str) -> dict[str, str]:
    """The names that papers and other programs use for layers that torchvision only numbers."""
    if name == "googlenet":
        return {k: v for k, v in _inception_nicknames("inception{}").items() if k != v}
    if name == "inception_v3":
        blocks = ("5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e", "7a", "7b", "7c")
        keras = {f"mixed{number}": f"Mixed_{block}" for number, block in enumerate(blocks)}
        return {**keras, **{block: f"Mixed_{block}" for block in blocks}}
    if name in ("vgg16", "vgg19"):
        return _vgg_nicknames((2, 2, 3, 3, 3) if name == "vgg16" else (2, 2, 4, 4, 4))
    if name == "squeezenet1_1":
        fires = zip(range(2, 10), (3, 4, 6, 7, 9, 10, 11, 12), strict=True)
        return {f"fire{number}": f"features.{place}" for number, place in fires}
    if name == "alexnet":
        convolutions = enumerate((0, 3, 6, 8, 10), 1)
        return {
            f"{kind}{number}": f"features.{place + after}"
            for number, place in convolutions
            for kind, after in (("conv", 0), ("relu", 1))
        }
    return {}


def _vgg_nicknames(convolutions: tuple[int, ...]) -> dict[str, str]:
    """`conv4_3`, `relu4_3`, `pool4`: the names in VGG's paper's files."""
    names: dict[str, str] = {}
    place = 0
    for block, count in enumerate(convolutions, 1):
        for number in range(1, count + 1):
            names[f"conv{block}_{number}"] = f"features.{place}"
            names[f"relu{block}_{number}"] = f"features.{place + 1}"
            place += 2
        names[f"pool{block}"] = f"features.{place}"
        place += 1
    return names
