"""Rewriting a truncated graph so that the same values come out sooner."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, fx, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from dreamcore.networks.graph import called_module, is_relu
from dreamcore.networks.preprocessing import Preprocessing


def own_modules(root: nn.Module, graph: fx.Graph) -> fx.GraphModule:
    """The graph with copies of the modules it uses, frozen, so that rewriting it changes nothing else."""
    used: dict[str, object] = {}
    for node in graph.nodes:
        if node.op == "call_module":
            module = copy.deepcopy(root.get_submodule(node.target))
            used[node.target] = module.eval().requires_grad_(False)
        elif node.op == "get_attr":
            path, _, name = node.target.rpartition(".")
            used[node.target] = getattr(root.get_submodule(path), name).detach().clone()
    return fx.GraphModule(used, graph)


def asked_for(graph: fx.Graph) -> set[fx.Node]:
    """The nodes whose values come out of the graph."""
    return set(_output(graph).all_input_nodes)


def fold_batch_norms(network: fx.GraphModule) -> None:
    """A convolution followed by nothing but a batch norm becomes one convolution."""
    graph, wanted = network.graph, asked_for(network.graph)
    for node in list(graph.nodes):
        norm = called_module(network, node)
        if not isinstance(norm, nn.BatchNorm2d):
            continue
        before = node.args[0]
        convolution = called_module(network, before)
        if isinstance(convolution, nn.Conv2d) and len(before.users) == 1 and before not in wanted:
            folded = fuse_conv_bn_eval(convolution, norm)
            network.set_submodule(before.target, folded.requires_grad_(False))
            node.replace_all_uses_with(before)
            graph.erase_node(node)


def fold_normalisation(network: fx.GraphModule, preprocessing: Preprocessing) -> Preprocessing:
    """Division by the colours' spread moves into the first convolution; what is left to do comes back.

    The mean stays: the zeros that pad the picture must go on to mean the mean colour.
    """
    picture = next(node for node in network.graph.nodes if node.op == "placeholder")
    users = list(picture.users)
    first = called_module(network, users[0]) if len(users) == 1 else None
    if not isinstance(first, nn.Conv2d) or first.groups != 1:
        return preprocessing
    std = torch.tensor(preprocessing.std, dtype=first.weight.dtype).view(1, 3, 1, 1)
    first.weight.data = first.weight.data / std
    return Preprocessing(mean=preprocessing.mean, std=(1.0, 1.0, 1.0))


def own_rectifiers(network: fx.GraphModule) -> None:
    """Every rectifier works in place where nobody else reads its input, and beside it everywhere else.

    The networks' own flags are not to be trusted: torchvision overwrites values that someone may have asked for.
    """
    wanted = asked_for(network.graph)
    for node in list(network.graph.nodes):
        if not is_relu(network, node):
            continue
        before = node.args[0]
        free = len(before.users) == 1 and before not in wanted and _forgets_its_output(network, before)
        with network.graph.inserting_after(node):
            own = network.graph.call_function(torch.relu_ if free else torch.relu, (before,))
        node.replace_all_uses_with(own)
        network.graph.erase_node(node)


def forget_in_place(network: fx.GraphModule) -> None:
    """All other activations work beside their input."""
    for module in network.modules():
        if hasattr(module, "inplace"):
            setattr(module, "inplace", False)  # noqa: B010 - modules are not declared to have it


def first_in_float32(network: fx.GraphModule, dtype: torch.dtype) -> None:
    """Convert all but the first convolution: bfloat16 would round away the small differences of colour it sees."""
    users = [user for node in network.graph.nodes if node.op == "placeholder" for user in node.users]
    first = called_module(network, users[0]) if len(users) == 1 else None
    keep = first if isinstance(first, nn.Conv2d) else None
    for module in network.modules():
        if module is not keep:
            _convert(module, dtype)
    source = users[0] if keep is not None else users[0].args[0]
    with network.graph.inserting_after(source):
        narrow = network.graph.call_method("to", (source, dtype))
    source.replace_all_uses_with(narrow, delete_user_cb=lambda user: user is not narrow)


def _convert(module: nn.Module, dtype: torch.dtype) -> None:
    """This module's own tensors, not those of the modules in it."""
    for tensor in (*module.parameters(recurse=False), *module.buffers(recurse=False)):
        if tensor.is_floating_point():
            tensor.data = tensor.data.to(dtype)


def _forgets_its_output(network: fx.GraphModule, node: fx.Node) -> bool:
    """Whether a node's backward pass does without its output, so that it may be overwritten."""
    module = called_module(network, node)
    return isinstance(module, nn.Conv2d | nn.BatchNorm2d | nn.Linear)


def _output(graph: fx.Graph) -> fx.Node:
    last: fx.Node = list(graph.nodes)[-1]
    return last


def lay_out(network: fx.GraphModule, device: torch.device) -> None:
    """Weights on the device, convolutions' in channels-last."""
    network.to(device=device)
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.to(memory_format=torch.channels_last)


def picture_in(x: Tensor) -> Tensor:
    """The layout in which every layer works."""
    return x.contiguous(memory_format=torch.channels_last)
