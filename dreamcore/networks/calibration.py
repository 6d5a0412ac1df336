"""Networks with random weights whose activations neither vanish nor explode: for tests and timings without files."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from dreamcore.networks import families
from dreamcore.networks.daydream import DaydreamNet
from dreamcore.networks.loading import bare_module, info_of
from dreamcore.networks.network import Network
from dreamcore.networks.preprocessing import Preprocessing

_QUIETEST = 0.2  # of the mean spread: a channel that is quieter on noise is not blown up to be as loud as the others
_PLACES = 16  # fewer places than this say nothing about a channel's spread


def random_weights(name: str, *, seed: int = 0) -> Network:
    """A network of the catalogue with random weights; the same seed gives the same ones.

    Weights drawn with the right variance are not enough: through fifty layers the activations still sink into
    subnormal numbers, on which a processor computes thirty times as slowly. So each layer is scaled, on a noise
    picture, until every channel has mean 0 and variance 1.
    """
    generator = torch.Generator().manual_seed(seed)
    module = bare_module(name).to_empty(device="cpu").requires_grad_(False)
    _draw(module, generator)
    preprocessing = _preprocessing(name)
    _calibrate(module, preprocessing.normalise(_noise(generator)))
    return Network(info_of(name, module), module, preprocessing, weights=f"random {seed}")


def _preprocessing(name: str) -> Preprocessing:
    if name == families.INCEPTION_V1:
        return families.INCEPTION_V1_PREPROCESSING
    if name == families.DAYDREAM:
        return families.DAYDREAM_PREPROCESSING
    return families.torchvision_preprocessing(name)


def _draw(module: nn.Module, generator: torch.Generator) -> None:
    for path, part in module.named_modules():
        for key, tensor in (*part.named_parameters(recurse=False), *part.named_buffers(recurse=False)):
            if key == "weight" and tensor.ndim >= 2:
                tensor.normal_(0, math.sqrt(2 / tensor[0].numel()), generator=generator)
            elif key in ("bias", "running_mean", "num_batches_tracked"):
                tensor.zero_()
            elif key == "layer_scale":
                tensor.fill_(0.3)
            elif key in ("weight", "running_var"):
                tensor.fill_(1)
            elif key in ("mean", "std") and isinstance(module, DaydreamNet):
                tensor.fill_(0.45 if key == "mean" else 0.26)
            else:
                raise ValueError(f"no rule for drawing {path}.{key}")


def _noise(generator: torch.Generator) -> Tensor:
    """Clouds with grain, (1, 3, 128, 128) in [0, 1]: something of every size for every layer to see."""
    total = torch.zeros(1, 3, 128, 128)
    for side in (4, 16, 64, 128):
        cloud = torch.randn(1, 3, side, side, generator=generator)
        total += nn.functional.interpolate(cloud, size=(128, 128), mode="bilinear", align_corners=False)
    return (total * 0.12 + 0.5).clamp(0, 1)


def _calibrate(module: nn.Module, picture: Tensor) -> None:
    """One pass forward in which each layer is set right before the next one sees its values."""
    handles = []
    for part in module.modules():
        if isinstance(part, nn.Conv2d | nn.Linear):
            handles.append(part.register_forward_hook(_rescale))
        elif isinstance(part, nn.BatchNorm2d):
            handles.append(part.register_forward_pre_hook(_take_statistics))
    try:
        with torch.no_grad():
            module(picture)
    finally:
        for handle in handles:
            handle.remove()


def _rescale(layer: nn.Module, _inputs: Any, output: Tensor) -> Tensor:
    """Give the layer weights and a bias with which this output would have had mean 0 and variance 1 by channel."""
    assert isinstance(layer, nn.Conv2d | nn.Linear)
    channel = 1 if isinstance(layer, nn.Conv2d) else output.ndim - 1
    by_channel = output.movedim(channel, 0).flatten(1)
    if by_channel.shape[1] < _PLACES:
        return output  # a gate or the classifier: as drawn it is neither deaf nor shrill
    spread, mean = torch.std_mean(by_channel, 1)
    if layer.bias is None:
        spread, mean = spread.mean().expand_as(spread), torch.zeros_like(mean)
    spread = spread.clamp(min=max(1e-6, _QUIETEST * float(spread.mean())))
    layer.weight.div_(spread.view(-1, *[1] * (layer.weight.ndim - 1)))
    if layer.bias is not None:
        layer.bias.copy_(-mean / spread)
    shape = [1] * output.ndim
    shape[channel] = -1
    return (output - mean.view(shape)) / spread.view(shape)


def _take_statistics(layer: nn.Module, inputs: tuple[Tensor]) -> None:
    assert isinstance(layer, nn.BatchNorm2d)
    assert layer.running_mean is not None
    assert layer.running_var is not None
    variance, mean = torch.var_mean(inputs[0], (0, 2, 3), correction=0)
    layer.running_mean.copy_(mean)
    layer.running_var.copy_(variance.clamp(min=max(1e-12, _QUIETEST**2 * float(variance.mean()))))
