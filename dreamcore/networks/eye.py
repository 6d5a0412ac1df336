"""A network cut down to what a dream needs: frozen, folded, channels-last, nothing beyond the deepest layer."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, fx, nn

from dreamcore.networks import measures, optimise
from dreamcore.networks.graph import NamedGraph
from dreamcore.networks.memory import peak_bytes
from dreamcore.networks.preprocessing import Preprocessing

#: The key under which an eye that was asked for logits returns them.
LOGITS = "logits"

#: Pixels around a tile: the radius of the receptive field, though of a large field the rim hardly weighs. One step's
#: gradient is then at a cosine of 0.998 or more to the whole picture's, on photographs at every level (inception_4c:
#: 0.9990 with 96 px, 0.9999 with 128; SqueezeNet's last block 0.991 with 80, 0.9995 with 112).
_HALO_SHARE = 0.64  # of the radius of a large field
_WHOLE_RADIUS = 112  # pixels; up to this the halo is the whole radius
_SMALLEST_HALO, _LARGEST_HALO = 16, 256  # pixels
_WATCHED_SIDE = 128  # pixels


@dataclass(frozen=True)
class EyePlan:
    """What an eye will be: decided, not yet built."""

    named: NamedGraph
    graph: fx.Graph  # truncated, before it is rewritten for speed
    preprocessing: Preprocessing
    precision: str


class Eye(nn.Module):
    """A picture in, activations out.

    `eye(x)` takes (1, 3, H, W) float32 RGB in [0, 1] (channels-last is fastest) and gives a dict of (1, C, h, w)
    tensors, one for each layer asked for, differentiable with respect to x. Logits, when asked for, are under
    `"logits"`: (1, classes, h, w), one reading for each place, where the network can be read so, else h = w = 1.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, plan: EyePlan, device: torch.device) -> None:
        super().__init__()
        network = optimise.own_modules(plan.named.root, plan.graph)
        rest = _rewrite(network, plan, device)
        network.graph.lint()
        network.recompile()
        self.network = network
        self.precision = plan.precision
        self.register_buffer("mean", torch.tensor(rest.mean, device=device).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(rest.std, device=device).view(1, 3, 1, 1))
        self._has_std = any(value != 1.0 for value in rest.std)
        self._plan = plan
        deepest = _reach(plan)
        self.stride = deepest.stride
        self.whole_picture = deepest.whole_picture
        self.halo = _halo(deepest)
        self.eval()

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        x = x.contiguous(memory_format=torch.channels_last) - self.mean
        if self._has_std:
            x = x / self.std
        activations: dict[str, Tensor] = self.network(x)
        return activations

    @functools.cached_property
    def minimum_side(self) -> int:
        """Pixels of the shortest side of a picture that comes through."""
        return measures.smallest_side(self._meta, self._plan.graph)

    @functools.lru_cache(maxsize=64)  # noqa: B019 - an eye lives as long as its network
    def operations(self, height: int, width: int) -> int:
        """Floating-point operations of one step: forward, and the gradient with respect to the picture."""
        found = measures.shapes(self._meta, self._plan.graph, height, width)
        return 2 * measures.operations(self._plan.named.root, found, found)

    def activation_bytes(self, height: int, width: int) -> int:
        """Bytes that one step takes at its peak, without the weights and without the picture itself."""
        return math.ceil(self._bytes_per_pixel * height * width)

    @functools.cached_property
    def _bytes_per_pixel(self) -> float:
        """From a small step, watched: everything in a convolutional network grows with the picture's area."""
        side = max(_WATCHED_SIDE, 4 * self.stride)
        picture = torch.full((1, 3, side, side), 0.5, device=self.mean.device, requires_grad=True)

        def step() -> object:
            activations = list(self(picture).values())
            ones = [torch.ones_like(values) for values in activations]
            return torch.autograd.grad(activations, picture, ones)

        with torch.autograd.grad_mode.set_multithreading_enabled(False):  # in this thread, where it is watched
            return peak_bytes(step) / side**2

    @functools.cached_property
    def _meta(self) -> nn.Module:
        return measures.on_meta(self._plan.named.root)


def _rewrite(network: fx.GraphModule, plan: EyePlan, device: torch.device) -> Preprocessing:
    """All passes of `optimise`, in the order in which each finds what it looks for; what is left to do to a picture."""
    optimise.fold_batch_norms(network)
    rest = optimise.fold_normalisation(network, plan.preprocessing)
    optimise.own_rectifiers(network)
    optimise.rectify_late(network)
    if plan.precision == "bf16":
        optimise.first_in_float32(network, torch.bfloat16)
    optimise.lay_out(network, device)
    if device.type == "cpu":
        optimise.activate_late(network)
        optimise.use_own_convolutions(network)
        optimise.share_inputs(network)
        optimise.use_own_pools(network)
        optimise.use_own_activations(network)
    optimise.rectify_in_place(network)
    return rest


def _reach(plan: EyePlan) -> measures.Field:
    fields = measures.fields(plan.named.root, plan.graph)
    asked = [fields[node] for node in list(plan.graph.nodes)[-1].all_input_nodes]
    return measures.Field(
        stride=max(field.stride for field in asked),
        receptive_field=max(field.receptive_field for field in asked),
        whole_picture=any(field.whole_picture for field in asked),
    )


def _halo(deepest: measures.Field) -> int:
    """Pixels around a tile, a whole number of the deepest layer's strides."""
    radius = (deepest.receptive_field - 1) / 2
    wanted = max(_SMALLEST_HALO, min(radius, max(_WHOLE_RADIUS, _HALO_SHARE * radius)))
    pixels = min(_LARGEST_HALO, wanted, 2 * radius)  # twice the radius is exact
    return math.ceil(pixels / deepest.stride) * deepest.stride


def plan_eye(
    named: NamedGraph,
    layers: Sequence[str],
    preprocessing: Preprocessing,
    precision: str,
    *,
    logits: bool,
    rectified: bool = True,
) -> EyePlan:
    """Truncate the graph after the deepest of `layers`, with the classifier read at each place if asked for."""
    graph = named.upto(layers, logits_as=LOGITS if logits else None, rectified=rectified)
    return EyePlan(named, graph, preprocessing, precision)
