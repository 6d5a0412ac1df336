"""What can be known of a graph without running it: shapes, receptive fields, operations.

Everything here runs on torch's `meta` device, where values have a shape and nothing else.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, fx, nn

from dreamcore.networks.graph import called_module, is_cat, is_relu


@dataclass(frozen=True)
class Field:
    """What one place of a value sees of the picture, and how its axes lie."""

    stride: int = 1
    receptive_field: int = 1
    whole_picture: bool = False
    channels_first: bool = True  # (N, C, H, W); some networks go through (N, H, W, C) inside a block


#: What changes no shape; running it on the meta device would take most of the time.
_SHAPELESS = (nn.BatchNorm2d, nn.ReLU, nn.SiLU, nn.GELU, nn.Hardswish, nn.Hardsigmoid, nn.Sigmoid)


class _Recorder(fx.Interpreter):
    """Runs a graph and keeps what each node gave."""

    def __init__(self, root: nn.Module, graph: fx.Graph) -> None:
        super().__init__(root, graph=graph)
        self.shapes: dict[fx.Node, torch.Size] = {}

    def run_node(self, n: fx.Node) -> Any:
        value = super().run_node(n)
        if isinstance(value, Tensor):
            self.shapes[n] = value.shape
        return value

    def call_module(self, target: Any, args: Any, kwargs: Any) -> Any:
        if isinstance(self.fetch_attr(target), _SHAPELESS):
            return args[0]
        return super().call_module(target, args, kwargs)


def on_meta(root: nn.Module) -> nn.Module:
    """The module without its values."""
    memo = {id(tensor): _meta(tensor) for tensor in (*root.parameters(), *root.buffers())}
    return copy.deepcopy(root, memo)


def shapes(meta_root: nn.Module, graph: fx.Graph, height: int, width: int) -> dict[fx.Node, torch.Size]:
    """The shape of every node's value for a (1, 3, height, width) picture; raises what the network raises."""
    recorder = _Recorder(meta_root, graph)
    with torch.no_grad():
        recorder.run(torch.empty(1, 3, height, width, device="meta"))
    return recorder.shapes


def smallest_side(meta_root: nn.Module, graph: fx.Graph, largest: int = 128) -> int:
    """The side in pixels of the smallest square that comes through the graph, and every larger one does."""
    low, high = 0, largest  # nothing comes out of 0; every classifier takes 128
    while high - low > 1:
        side = (low + high) // 2
        if _comes_through(meta_root, graph, side):
            high = side
        else:
            low = side
    return high


def operations(root: nn.Module, nodes: Iterable[fx.Node], found: dict[fx.Node, torch.Size]) -> int:
    """Floating-point operations of one pass forward through `nodes`, a multiply-add counted as two."""
    total = 0
    for node in nodes:
        module = called_module(root, node)
        if isinstance(module, nn.Conv2d):
            kernel = module.kernel_size[0] * module.kernel_size[1]
            total += 2 * found[node].numel() * kernel * (module.in_channels // module.groups)
        elif isinstance(module, nn.Linear):
            total += 2 * found[node].numel() * module.in_features
    return total


def fields(root: nn.Module, graph: fx.Graph) -> dict[fx.Node, Field]:
    """Stride, receptive field and reach of every node, from its inputs'."""
    found: dict[fx.Node, Field] = {}
    for node in graph.nodes:
        inputs = [found[source] for source in node.all_input_nodes if source.op != "get_attr"]
        if not inputs:
            found[node] = Field()
            continue
        kernel, stride = _window(root, node)
        before = Field(
            stride=max(field.stride for field in inputs),
            receptive_field=max(field.receptive_field for field in inputs),
            whole_picture=any(field.whole_picture for field in inputs) or _is_global(root, node),
            channels_first=_channels_first(node, inputs[0].channels_first),
        )
        found[node] = Field(
            stride=before.stride * stride,
            receptive_field=before.receptive_field + (kernel - 1) * before.stride,
            whole_picture=before.whole_picture,
            channels_first=before.channels_first,
        )
    return found


def kind_of(root: nn.Module, node: fx.Node) -> str:
    """A word for what a node does; what joins or adds several values ends a block."""
    module = called_module(root, node)
    name = type(module).__name__ if module is not None else getattr(node.target, "__name__", str(node.target))
    for kind, words in _KINDS:
        if any(word in name.lower() for word in words):
            return kind
    return "activation" if is_relu(root, node) else "block" if is_cat(node) else "other"


_KINDS = (
    ("pool", ("pool", "fn")),
    ("convolution", ("conv",)),
    ("norm", ("norm",)),
    ("linear", ("linear",)),
    ("activation", ("relu", "silu", "gelu", "swish", "sigmoid")),
    ("block", ("concat", "cat", "add")),
)


def _comes_through(meta_root: nn.Module, graph: fx.Graph, side: int) -> bool:
    try:
        found = shapes(meta_root, graph, side, side)
    except (RuntimeError, ValueError):
        return False
    return all(shape.numel() > 0 for shape in found.values())


def _window(root: nn.Module, node: fx.Node) -> tuple[int, int]:
    """Side (dilated) and stride of the window that a convolution or pool moves over its input; 1, 1 for others."""
    module = called_module(root, node)
    if isinstance(module, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d):
        dilation = _largest(getattr(module, "dilation", 1))
        kernel = _largest(module.kernel_size)
        return (kernel - 1) * dilation + 1, _largest(module.stride)
    if kind_of(root, node) == "pool" and node.op == "call_function" and not _is_global(root, node):
        kernel = _largest(node.kwargs.get("kernel_size", node.args[1] if len(node.args) > 1 else 1))
        stride = node.kwargs.get("stride", node.args[2] if len(node.args) > 2 else None)
        return kernel, _largest(stride) if stride else kernel
    return 1, 1


def _largest(size: Any) -> int:
    """The larger side of rectangular kernels (7x1, 1x7), which come in pairs."""
    return max(size) if isinstance(size, tuple | list) else int(size)


def _is_global(root: nn.Module, node: fx.Node) -> bool:
    module = called_module(root, node)
    if isinstance(module, nn.AdaptiveAvgPool2d | nn.AdaptiveMaxPool2d | nn.Flatten):
        return True
    name = getattr(node.target, "__name__", str(node.target))
    return module is None and ("adaptive" in name or "flatten" in name or name == "mean")


def _channels_first(node: fx.Node, before: bool) -> bool:
    """Follows permutations from (N, C, H, W) to (N, H, W, C) and back."""
    if node.target not in (torch.permute, "permute"):
        return before
    order = node.args[1] if isinstance(node.args[1], tuple | list) else node.args[1:]
    return before if list(order) not in ([0, 2, 3, 1], [0, 3, 1, 2]) else list(order) == [0, 3, 1, 2]


def _meta(tensor: Tensor) -> Tensor:
    empty = torch.empty_like(tensor, device="meta")
    return nn.Parameter(empty, requires_grad=False) if isinstance(tensor, nn.Parameter) else empty
