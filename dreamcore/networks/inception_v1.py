"""BVLC GoogLeNet, the network of the first DeepDream pictures, node by node under Caffe's own layer names.

The shape is that of the paper (Szegedy et al., "Going deeper with convolutions", 2014) as Caffe's model zoo trained
it: local response normalisation, pooling that rounds up, BGR less the mean of ImageNet's colours. The auxiliary heads
only mattered in training and are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor, nn

from dreamcore.networks.lrn import LocalResponseNorm

#: The mean colour that Caffe takes off, red green blue, of 1; its own figures are blue 104, green 117, red 123 of 255.
MEAN: Final = (123 / 255, 117 / 255, 104 / 255)

#: Sum over the public weights (see `weight_files.digest`); other weights of the same shape dream too.
KNOWN_DIGEST: Final = "324c31d98a205e3c86fcc352a1f6908a0705f7f9cce9023c86bff9eeee668a6a"

CLASSIFIER: Final = "loss3/classifier"

# Block -> channels of: 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool projection.
_BLOCKS: Final[Mapping[str, tuple[int, int, int, int, int, int]]] = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}


class Concatenation(nn.Module):
    """Values side by side along the channels: a block's output."""

    def forward(self, *values: Tensor) -> Tensor:
        return torch.cat(values, 1)


class InceptionV1(nn.Module):
    """RGB in [0, 1] less `MEAN`, (N, 3, H, W) -> logits (N, classes), or with no classes what they are read from.

    What Caffe feeds is BGR in 0..255; the first convolution's weights are turned round and scaled when they are read
    (`from_caffe`), which is the same to the last rounding: the zeros that pad the picture still mean the mean colour.
    """

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self._convolution("conv1/7x7_s2", "conv1/relu_7x7", 3, 64, 7, stride=2)
        self.add_module("pool1/3x3_s2", nn.MaxPool2d(3, 2, ceil_mode=True))
        self.add_module("pool1/norm1", LocalResponseNorm())
        self._convolution("conv2/3x3_reduce", "conv2/relu_3x3_reduce", 64, 64, 1)
        self._convolution("conv2/3x3", "conv2/relu_3x3", 64, 192, 3)
        self.add_module("conv2/norm2", LocalResponseNorm())
        self.add_module("pool2/3x3_s2", nn.MaxPool2d(3, 2, ceil_mode=True))
        channels = 192
        for block, widths in _BLOCKS.items():
            channels = self._block(f"inception_{block}", channels, *widths)
            if block in ("3b", "4e"):
                self.add_module(f"pool{block[0]}/3x3_s2", nn.MaxPool2d(3, 2, ceil_mode=True))
        # 7x7 in Caffe, which is everything at 224 px; the mean over all places lets it see pictures of any size.
        self.add_module("pool5/7x7_s1", nn.AdaptiveAvgPool2d(1))
        self.flatten = nn.Flatten()
        self._head = [CLASSIFIER] if classes else []
        if classes:
            self.add_module(CLASSIFIER, nn.Linear(channels, classes))

    def forward(self, x: Tensor) -> Tensor:
        x = self._run(x, "conv1/7x7_s2", "conv1/relu_7x7", "pool1/3x3_s2", "pool1/norm1")
        x = self._run(x, "conv2/3x3_reduce", "conv2/relu_3x3_reduce", "conv2/3x3", "conv2/relu_3x3")
        x = self._run(x, "conv2/norm2", "pool2/3x3_s2")
        for block in _BLOCKS:
            x = self._run_block(f"inception_{block}", x)
            if block in ("3b", "4e"):
                x = self._run(x, f"pool{block[0]}/3x3_s2")
        return self._run(x, "pool5/7x7_s1", "flatten", *self._head)

    def _convolution(self, name: str, relu: str, inputs: int, outputs: int, kernel: int, *, stride: int = 1) -> None:
        self.add_module(name, nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2))
        self.add_module(relu, nn.ReLU())

    def _block(
        self, name: str, inputs: int, one: int, reduce3: int, three: int, reduce5: int, five: int, projected: int
    ) -> int:
        self._convolution(f"{name}/1x1", f"{name}/relu_1x1", inputs, one, 1)
        self._convolution(f"{name}/3x3_reduce", f"{name}/relu_3x3_reduce", inputs, reduce3, 1)
        self._convolution(f"{name}/3x3", f"{name}/relu_3x3", reduce3, three, 3)
        self._convolution(f"{name}/5x5_reduce", f"{name}/relu_5x5_reduce", inputs, reduce5, 1)
        self._convolution(f"{name}/5x5", f"{name}/relu_5x5", reduce5, five, 5)
        self.add_module(f"{name}/pool", nn.MaxPool2d(3, 1, 1, ceil_mode=True))
        self._convolution(f"{name}/pool_proj", f"{name}/relu_pool_proj", inputs, projected, 1)
        self.add_module(f"{name}/output", Concatenation())
        return one + three + five + projected

    def _run_block(self, name: str, x: Tensor) -> Tensor:
        one = self._run(x, f"{name}/1x1", f"{name}/relu_1x1")
        three = self._run(x, f"{name}/3x3_reduce", f"{name}/relu_3x3_reduce", f"{name}/3x3", f"{name}/relu_3x3")
        five = self._run(x, f"{name}/5x5_reduce", f"{name}/relu_5x5_reduce", f"{name}/5x5", f"{name}/relu_5x5")
        projected = self._run(x, f"{name}/pool", f"{name}/pool_proj", f"{name}/relu_pool_proj")
        output: Tensor = self.get_submodule(f"{name}/output")(one, three, five, projected)
        return output

    def _run(self, x: Tensor, *names: str) -> Tensor:
        for name in names:
            x = self.get_submodule(name)(x)
        return x


def file_key(key: str) -> str:
    """What a parameter is called in the public file of weights.

    >>> file_key("inception_4c/3x3_reduce.weight"), file_key("loss3/classifier.bias")
    ('inception_4c_3x3_reduce.weight', 'loss3_classifier_1.bias')
    """
    return key.replace("/", "_").replace("loss3_classifier.", "loss3_classifier_1.")


def from_caffe(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A state dict for `InceptionV1` out of one in Caffe's terms: BGR in 0..255 becomes RGB in 0..1."""
    with torch.device("meta"):
        expected = InceptionV1().state_dict()
    state = {key: tensors[file_key(key)] for key in expected if file_key(key) in tensors}
    first = "conv1/7x7_s2.weight"
    state[first] = state[first].flip(1) * 255
    return state
