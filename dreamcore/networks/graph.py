"""A network as a graph whose nodes carry layer names: traced once, cut after the deepest layer asked for."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import fx, nn

#: Modules of ours that are one node, as torch's own are.
LEAF = "dreamcore_leaf"


@dataclass(frozen=True)
class NamedGraph:
    """A network in evaluation mode, as a graph.

    `names` maps what a node is called to the node, in the order of the forward pass; a node has one name there.
    `aliases` maps other names it goes by (graph nodes' own, enclosing modules') to that name.
    """

    root: nn.Module
    graph: fx.Graph
    names: Mapping[str, fx.Node]
    aliases: Mapping[str, str]

    def upto(self, layers: Iterable[str], *, logits_as: str | None = None, rectified: bool = True) -> fx.Graph:
        """A copy of the graph that ends in a dict of these layers' values, and in which nothing else is computed.

        With `logits_as` the dict also has, under that key, what the classifier says at each place. Without `rectified`
        the values are those before a rectifier that ends the layer, if one does.
        """
        graph = fx.Graph()
        copies: dict[fx.Node, fx.Node] = {}
        last = graph.graph_copy(self.graph, copies)
        outputs = {layer: copies[self.names[layer]] for layer in layers}
        if not rectified:
            outputs = {layer: _before_rectifying(self.root, graph, node) for layer, node in outputs.items()}
        if logits_as is not None:
            outputs[logits_as] = _logits_by_place(self.root, self.graph, graph, copies, last)
        graph.output(outputs)
        _drop_unreached(graph)
        return graph


def _drop_unreached(graph: fx.Graph) -> None:
    """Erase what no output needs (but for the picture itself, which is always handed in)."""
    for node in reversed(list(graph.nodes)):
        if not node.users and node.op not in ("output", "placeholder"):
            graph.erase_node(node)


def _before_rectifying(root: nn.Module, graph: fx.Graph, node: fx.Node) -> fx.Node:
    """What a rectified value is before that, through joins; other values as they are."""
    if is_relu(root, node):
        return node.all_input_nodes[0]
    if is_cat(node) and isinstance(node.args[0], list | tuple):
        sources = [_before_rectifying(root, graph, source) for source in node.args[0] if isinstance(source, fx.Node)]
        if sources != list(node.args[0]):
            return graph.call_function(torch.cat, (sources, *node.args[1:]), dict(node.kwargs))
    return node


def _logits_by_place(
    root: nn.Module, whole: fx.Graph, graph: fx.Graph, copies: dict[fx.Node, fx.Node], last: Any
) -> fx.Node:
    """Repeat the network's tail without its global pool: (1, classes, h, w).

    The mean over places followed by a linear map is the linear map of each place, averaged. Where the tail is not read
    like that (VGG's 7x7 squares) the logits of the whole picture come out, as (1, classes, 1, 1).
    """
    pools = [node for node in whole.nodes if _is_global_mean(root, node)]
    if not pools:
        return graph.call_function(torch.reshape, (last, (1, -1, 1, 1)))
    pool = pools[-1]
    nodes = list(whole.nodes)
    tail = [node for node in nodes[nodes.index(pool) + 1 :] if node.op != "output"]
    if not any(isinstance(called_module(root, node), nn.Linear) for node in tail):
        # The classifier came before the pool; rectified logits (SqueezeNet's) would have no gradient below zero.
        source = pool.all_input_nodes[0]
        return copies[source.all_input_nodes[0] if is_relu(root, source) else source]
    by_place = {**copies, pool: copies[pool.all_input_nodes[0]]}
    for node in tail:
        if _is_flatten(root, node):
            source = by_place[node.all_input_nodes[0]]
            by_place[node] = graph.call_method("permute", (source, 0, 2, 3, 1))
        else:
            by_place[node] = graph.node_copy(node, lambda source: by_place[source])
    return graph.call_method("permute", (by_place[tail[-1]], 0, 3, 1, 2))


def _is_global_mean(root: nn.Module, node: fx.Node) -> bool:
    module = called_module(root, node)
    return isinstance(module, nn.AdaptiveAvgPool2d) and str(module.output_size) in ("1", "(1, 1)")


def _is_flatten(root: nn.Module, node: fx.Node) -> bool:
    return isinstance(called_module(root, node), nn.Flatten) or node.target in (torch.flatten, "flatten")


def named_graph(network: nn.Module) -> NamedGraph:
    """Trace `network` (in evaluation mode); its nodes are named as torchvision's feature extraction names them.

    A value that a block returns is named after the block (`inception4c`, `layer1.0`), everything else after the
    module or function that makes it (`features.29`, `inception4c.branch2.0.bn`).
    """
    tracer = _NamingTracer()
    graph = tracer.trace(network)
    _drop_identities(graph, network)
    node_names = {name: node for node, name in tracer.node_names.items() if node in set(graph.nodes)}
    named = {node: name for name, node in node_names.items()}
    aliases: dict[str, str] = {}
    block_names = _blocks(network, list(named.values()))
    for node, own_name in list(named.items()):
        if node.op in ("placeholder", "get_attr", "output"):
            del named[node]
            continue
        blocks = block_names.get(own_name, [])
        plain = [block for block in blocks if not isinstance(network.get_submodule(block), nn.Sequential)]
        named[node] = plain[0] if plain else own_name
        aliases.update({other: named[node] for other in (own_name, *blocks) if other != named[node]})
    return NamedGraph(network, graph, {name: node for node, name in named.items()}, aliases)


class _NamingTracer(fx.Tracer):
    """Records for every node where in the module tree it was made."""

    def __init__(self) -> None:
        super().__init__()
        self.node_names: dict[fx.Node, str] = {}
        self._path: list[str] = []
        self._seen: dict[str, int] = {}

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return hasattr(m, LEAF) or super().is_leaf_module(m, module_qualified_name)

    def call_module(self, m: nn.Module, forward: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self._path.append(self.path_of_module(m))
        try:
            return super().call_module(m, forward, args, kwargs)
        finally:
            self._path.pop()

    def create_node(self, kind: str, target: Any, *args: Any, **kwargs: Any) -> fx.Node:
        node = super().create_node(kind, target, *args, **kwargs)
        name = self._path[-1] if self._path else ""
        if kind != "call_module":
            name = f"{name}.{re.sub(r'_[0-9]+$', '', node.name)}".lstrip(".")
        again = self._seen[name] = self._seen.get(name, -1) + 1
        self.node_names[node] = f"{name}_{again}" if again else name
        return node


def _blocks(network: nn.Module, in_order: list[str]) -> dict[str, list[str]]:
    """For each node's name the enclosing modules whose last node it is, the outermost first."""
    last: dict[str, str] = {}
    for name in in_order:
        parts = name.split(".")
        for depth in range(1, len(parts)):
            last[".".join(parts[:depth])] = name
    modules = {path for path, _ in network.named_modules()}
    ends: dict[str, list[str]] = {}
    for block, name in last.items():
        if block in modules:
            ends.setdefault(name, []).append(block)
    return {name: sorted(blocks, key=len) for name, blocks in ends.items()}


def _drop_identities(graph: fx.Graph, network: nn.Module) -> None:
    """Take out what does nothing in evaluation mode: dropout and stochastic depth."""
    for node in list(graph.nodes):
        target = network.get_submodule(node.target) if node.op == "call_module" else node.target
        if isinstance(target, nn.Dropout | nn.Identity) or getattr(target, "__name__", "") in (
            "stochastic_depth",
            "dropout",
        ):
            node.replace_all_uses_with(node.args[0])
            graph.erase_node(node)


def called_module(graph_root: nn.Module, node: fx.Node) -> nn.Module | None:
    """The module that a node calls, if it calls one."""
    return graph_root.get_submodule(str(node.target)) if node.op == "call_module" else None


def is_relu(root: nn.Module, node: fx.Node) -> bool:
    """Whether a node is a rectifier, in whichever spelling."""
    if node.op == "call_module":
        return isinstance(called_module(root, node), nn.ReLU)
    return node.target in (torch.relu, torch.relu_, nn.functional.relu, nn.functional.relu_, "relu", "relu_")


def is_cat(node: fx.Node) -> bool:
    """Whether a node joins its inputs along the channels."""
    return node.target is torch.cat and 1 in (*node.args[1:], node.kwargs.get("dim"))


def is_addition(node: fx.Node) -> bool:
    """Whether a node adds two values."""
    return node.target in (operator.add, operator.iadd, torch.add)
