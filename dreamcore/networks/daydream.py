"""`daydream`, the network we trained ourselves: its shape, and reading its weights.

A small Inception, fully convolutional, shaped for dreaming rather than for accuracy: even kernels at stride 2
and average pooling leave no checkerboard in the picture's gradient, SiLU keeps that gradient smooth, and every
activation, pool and concatenation is a module of its own, so that each is a graph node with a name a person can
type.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from dreamcore.errors import WeightsError
from dreamcore.sentences import Sentence

FORMAT_VERSION: Final = 1  #: of the weights file; another version is refused, never guessed at
MINIMUM_SIZE: Final = 16  #: the shorter side of the smallest picture that still has a place at the deepest stage
MEAN, SPREAD = 0.45, 0.26  #: of the pictures' values: what the network is shown is (picture - MEAN) / SPREAD
SHIPPED_WEIGHTS: Final = Path(__file__).parent / "weights" / "daydream.safetensors"

#: Stages from shallow to deep. Strides: conv1 2, conv2 and mixed3 4, mixed4 8, mixed5 16.
STAGES: Final = (
    "conv1", "conv2", "mixed3a", "mixed3b", "mixed4a", "mixed4b", "mixed4c", "mixed5a", "mixed5b",
)  # fmt: skip

_METADATA_KEY: Final = "daydream"
_STATISTICS: Final = "statistics."


class ConvolutionUnit(nn.Module):
    """Convolution, batch norm (in the training form only), SiLU."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, *, stride: int = 1, padding: int = 0, batch_norm: bool
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=not batch_norm)
        # A slow average: the pictures of robust training are attacked ones, and their statistics wander.
        self.norm: nn.BatchNorm2d | None = nn.BatchNorm2d(outputs, momentum=0.02) if batch_norm else None
        self.activation = nn.SiLU()

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        if self.norm is not None:
            x = self.norm(x)
        activated: Tensor = self.activation(x)
        return activated


class Concatenation(nn.Module):
    """The branches of a block side by side: the node that a block is read at."""

    def forward(self, direct: Tensor, single: Tensor, double: Tensor) -> Tensor:
        return torch.cat((direct, single, double), 1)


@dataclass(frozen=True, kw_only=True)
class BlockWidths:
    """Channel counts of one block; multiples of 16, which vector units like."""

    inputs: int
    direct: int  # the 1x1 branch
    single_reduced: int  # 1x1 before ...
    single: int  # ... one 3x3
    double_reduced: int  # 1x1 before ...
    double: int  # ... two 3x3

    @property
    def outputs(self) -> int:
        return self.direct + self.single + self.double


class MixedBlock(nn.Module):
    """An Inception block: 1x1, 3x3 and twice-3x3 side by side; its three 1x1 convolutions are one, for speed."""

    def __init__(self, widths: BlockWidths, *, batch_norm: bool) -> None:
        super().__init__()
        self.widths = (widths.direct, widths.single_reduced, widths.double_reduced)
        self.point = ConvolutionUnit(widths.inputs, sum(self.widths), 1, batch_norm=batch_norm)
        self.single = ConvolutionUnit(widths.single_reduced, widths.single, 3, padding=1, batch_norm=batch_norm)
        self.double_a = ConvolutionUnit(widths.double_reduced, widths.double, 3, padding=1, batch_norm=batch_norm)
        self.double_b = ConvolutionUnit(widths.double, widths.double, 3, padding=1, batch_norm=batch_norm)
        self.concat = Concatenation()

    def forward(self, x: Tensor) -> Tensor:
        direct, single, double = self.point(x).split(self.widths, 1)
        joined: Tensor = self.concat(direct, self.single(single), self.double_b(self.double_a(double)))
        return joined


def _widths(inputs: int, direct: int, reduced: int, single: int, reduced_twice: int, double: int) -> BlockWidths:
    return BlockWidths(
        inputs=inputs,
        direct=direct,
        single_reduced=reduced,
        single=single,
        double_reduced=reduced_twice,
        double=double,
    )


_BLOCKS: Final[Mapping[str, BlockWidths]] = MappingProxyType(
    {
        "mixed3a": _widths(64, 32, 32, 48, 16, 16),
        "mixed3b": _widths(96, 48, 48, 64, 16, 16),
        "mixed4a": _widths(128, 64, 48, 96, 16, 32),
        "mixed4b": _widths(192, 64, 64, 128, 32, 32),
        "mixed4c": _widths(224, 80, 80, 144, 32, 32),
        "mixed5a": _widths(256, 112, 96, 176, 32, 64),
        "mixed5b": _widths(352, 144, 112, 224, 48, 80),
    }
)


class DaydreamNet(nn.Module):
    """RGB in [0, 1], (N, 3, H, W) with H, W >= 16 -> logits (N, classes).

    `batch_norm=True` is the form that is trained, `batch_norm=False` the folded form that is shipped. The
    node `classifier` holds the logits of every place, (N, classes, H/16, W/16); the net's answer is their mean.
    """

    def __init__(self, classes: int, *, batch_norm: bool) -> None:
        super().__init__()
        self.normalises = True  # False where somebody else does that to the picture, as the engine's eye
        self.conv1 = ConvolutionUnit(3, 32, 6, stride=2, padding=2, batch_norm=batch_norm)
        self.conv2 = ConvolutionUnit(32, 64, 4, stride=2, padding=1, batch_norm=batch_norm)
        self.mixed3a = MixedBlock(_BLOCKS["mixed3a"], batch_norm=batch_norm)
        self.mixed3b = MixedBlock(_BLOCKS["mixed3b"], batch_norm=batch_norm)
        self.pool3 = nn.AvgPool2d(2)
        self.mixed4a = MixedBlock(_BLOCKS["mixed4a"], batch_norm=batch_norm)
        self.mixed4b = MixedBlock(_BLOCKS["mixed4b"], batch_norm=batch_norm)
        self.mixed4c = MixedBlock(_BLOCKS["mixed4c"], batch_norm=batch_norm)
        self.pool4 = nn.AvgPool2d(2)
        self.mixed5a = MixedBlock(_BLOCKS["mixed5a"], batch_norm=batch_norm)
        self.mixed5b = MixedBlock(_BLOCKS["mixed5b"], batch_norm=batch_norm)
        self.classifier = nn.Conv2d(_BLOCKS["mixed5b"].outputs, classes, 1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        for module in self.modules():
            if isinstance(module, nn.Conv2d) and module is not self.classifier:
                nn.init.kaiming_normal_(module.weight, mode="fan_in", nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        if self.normalises:
            x = (x - MEAN) / SPREAD
        x = self.conv2(self.conv1(x))
        x = self.pool3(self.mixed3b(self.mixed3a(x)))
        x = self.pool4(self.mixed4c(self.mixed4b(self.mixed4a(x))))
        x = self.classifier(self.mixed5b(self.mixed5a(x)))
        logits: Tensor = self.flatten(self.pool(x))
        return logits


@dataclass(frozen=True, kw_only=True)
class ChannelStatistics:
    """What a stage's channels do on ordinary pictures, one figure each: it puts them on an equal footing."""

    mean: Tensor
    std: Tensor


@dataclass(frozen=True, kw_only=True)
class DaydreamMetadata:
    """What a weights file says about its network."""

    version: int
    classes: tuple[str, ...]  # in the order of the logits
    themes: Mapping[str, tuple[str, ...]]  # a word such as "creatures" -> its classes
    statistics: Mapping[str, ChannelStatistics]  # by stage
    provenance: str  # one line: how these weights came about


def _unusable(path: Path, reason: Sentence) -> WeightsError:
    return WeightsError(
        Sentence("The weights {name} cannot be used: {reason}.", name=path.name, reason=reason),
        log=f"weights {path} cannot be used: {reason}",
    )


def load_daydream(path: Path = SHIPPED_WEIGHTS) -> tuple[DaydreamNet, DaydreamMetadata]:
    """Read a weights file: the folded net in float32 (eval mode, frozen) and what the file says about it.

    Raises `WeightsError` when the file is missing, damaged, of another version, or does not fit the network.
    """
    try:
        with safe_open(path, framework="pt") as file:
            described = (file.metadata() or {}).get(_METADATA_KEY)
            tensors: dict[str, Tensor] = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 - a file handle, not a dict
    except FileNotFoundError as error:
        raise _unusable(path, Sentence("the file is not there")) from error
    except (SafetensorError, OSError) as error:
        raise _unusable(
            path, Sentence("it is damaged or not a safetensors file ({error})", error=str(error))
        ) from error
    if described is None:
        raise _unusable(path, Sentence("it does not say that it belongs to daydream"))
    try:
        facts = json.loads(described)
        version = int(facts["version"])
        if version != FORMAT_VERSION:
            raise _unusable(
                path,
                Sentence(
                    "it is of version {version}, this program reads version {known}",
                    version=version,
                    known=FORMAT_VERSION,
                ),
            )
        metadata = DaydreamMetadata(
            version=version,
            classes=tuple(facts["classes"]),
            themes={theme: tuple(classes) for theme, classes in facts["themes"].items()},
            statistics={
                stage: ChannelStatistics(
                    mean=tensors.pop(f"{_STATISTICS}{stage}.mean"),
                    std=tensors.pop(f"{_STATISTICS}{stage}.std"),
                )
                for stage in STAGES
            },
            provenance=str(facts["provenance"]),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _unusable(path, Sentence("its description is damaged ({error})", error=repr(error))) from error
    net = DaydreamNet(len(metadata.classes), batch_norm=False)
    try:
        net.load_state_dict(tensors)
    except RuntimeError as error:
        raise _unusable(path, Sentence("its tensors do not fit the network")) from error
    if not all(bool(tensor.isfinite().all()) for tensor in tensors.values()):
        raise _unusable(path, Sentence("it holds values that are not numbers"))
    return net.eval().requires_grad_(False), metadata


def weights_content(
    net: DaydreamNet, metadata: DaydreamMetadata, *, dtype: torch.dtype = torch.half
) -> tuple[dict[str, Tensor], dict[str, str]]:
    """What `safetensors.torch.save_file` takes to write a folded net: tensors (weights as `dtype`) and header.

    The header has a single key: safetensors orders several at random, and one net must always give one file.
    """
    tensors = {name: tensor.to(dtype).contiguous() for name, tensor in net.state_dict().items()}
    for stage, statistics in metadata.statistics.items():
        tensors[f"{_STATISTICS}{stage}.mean"] = statistics.mean.float().contiguous()
        tensors[f"{_STATISTICS}{stage}.std"] = statistics.std.float().contiguous()
    facts = {
        "version": metadata.version,
        "classes": list(metadata.classes),
        "themes": {theme: list(classes) for theme, classes in metadata.themes.items()},
        "provenance": metadata.provenance,
    }
    return tensors, {_METADATA_KEY: json.dumps(facts)}
