"""Rewriting a truncated graph so that the same values come out sooner and in less memory.

Every pass keeps what comes out of the graph; what it may move or overwrite is what nobody asked for.
"""

from __future__ import annotations

import copy
import operator

import torch
from torch import fx, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from dreamcore.networks.convolution import Convolution, SharedConvolution
from dreamcore.networks.graph import called_module, is_cat, is_relu
from dreamcore.networks.pooling import MaxPool, MeanPool
from dreamcore.networks.preprocessing import Preprocessing
from dreamcore.networks.silu import SiLU


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
    return fx.GraphModule(used, copy.deepcopy(graph))  # the plan keeps its own


def fold_batch_norms(network: fx.GraphModule) -> None:
    """A convolution followed by nothing but a batch norm becomes one convolution."""
    for node in list(network.graph.nodes):
        norm = called_module(network, node)
        if not isinstance(norm, nn.BatchNorm2d):
            continue
        before = node.args[0]
        convolution = called_module(network, before)
        if isinstance(convolution, nn.Conv2d) and _read_only_by(before, node):
            folded = fuse_conv_bn_eval(convolution, norm)
            network.set_submodule(before.target, folded.requires_grad_(False))
            _replace(node, before)


def fold_normalisation(network: fx.GraphModule, preprocessing: Preprocessing) -> Preprocessing:
    """Division by the colours' spread moves into the first convolution; what is left to do comes back.

    The mean stays: the zeros that pad the picture must go on to mean the mean colour.
    """
    first = first_convolution(network)
    module = called_module(network, first) if first is not None else None
    if not isinstance(module, nn.Conv2d) or module.groups != 1:
        return preprocessing
    std = torch.tensor(preprocessing.std, dtype=module.weight.dtype).view(1, 3, 1, 1)
    module.weight.data = module.weight.data / std
    return Preprocessing(mean=preprocessing.mean, std=(1.0, 1.0, 1.0))


def first_convolution(network: fx.GraphModule) -> fx.Node | None:
    """The convolution that alone looks at the picture, if there is one."""
    picture = next(node for node in network.graph.nodes if node.op == "placeholder")
    users: list[fx.Node] = list(picture.users)
    alone = len(users) == 1 and isinstance(called_module(network, users[0]), nn.Conv2d)
    return users[0] if alone else None


def own_rectifiers(network: fx.GraphModule) -> None:
    """Every rectifier becomes a function that works beside its input, as do all other activations.

    The networks' own flags are not to be trusted: torchvision overwrites values that someone may have asked for.
    """
    for module in network.modules():
        if hasattr(module, "inplace"):
            setattr(module, "inplace", False)  # noqa: B010 - modules are not declared to have it
    for node in list(network.graph.nodes):
        if is_relu(network, node):
            with network.graph.inserting_after(node):
                own = network.graph.call_function(torch.relu, (node.args[0],))
            _replace(node, own)


def rectify_late(network: fx.GraphModule) -> None:
    """Rectify after pooling and after joining: the same values, of which there are fewer then, and kept only once.

    max(relu(a), relu(b)) = relu(max(a, b)), and where a maximum is not positive no gradient passes either way.
    """
    for node in list(network.graph.nodes):
        sources = node.all_input_nodes
        if not (_is_max_pool(network, node) or is_cat(node)):
            continue
        if all(source.target is torch.relu and _read_only_by(source, node) for source in sources):
            for source in sources:
                _replace(source, source.args[0])
            with network.graph.inserting_after(node):
                late = network.graph.call_function(torch.relu, (node,))
            _put_behind(node, late)


def activate_late(network: fx.GraphModule) -> None:
    """SiLU after cutting and after joining: the same values, but nothing is cut out of them or of their gradient.

    What is cut lies in memory in short runs, for which SiLU is slow (see `silu`).
    """
    for node in list(network.graph.nodes):
        parts = list(node.users)
        if _is_split(node) and all(part.target is operator.getitem for part in parts):
            before = node.args[0]
            if _is_silu(network, before) and _read_only_by(before, node):
                for part in parts:
                    with network.graph.inserting_after(part):
                        _put_behind(part, network.graph.call_module(before.target, (part,)))
                _replace(before, before.args[0])
    for node in list(network.graph.nodes):
        sources = node.all_input_nodes
        if is_cat(node) and all(_is_silu(network, source) and _read_only_by(source, node) for source in sources):
            late = sources[0].target
            for source in sources:
                _replace(source, source.args[0])
            with network.graph.inserting_after(node):
                _put_behind(node, network.graph.call_module(late, (node,)))


def rectify_in_place(network: fx.GraphModule) -> None:
    """A rectifier overwrites its input where nobody else reads that, its maker's backward pass included."""
    for node in network.graph.nodes:
        if node.target is torch.relu and _read_only_by(node.args[0], node) and _forgets(network, node.args[0]):
            node.target = torch.relu_


def first_in_float32(network: fx.GraphModule, dtype: torch.dtype) -> None:
    """Convert all but the first convolution: bfloat16 would round away the small differences of colour it sees."""
    first = first_convolution(network)
    keep = called_module(network, first) if first is not None else None
    for module in network.modules():
        if module is not keep:
            _convert(module, dtype)
    source = first or next(node for node in network.graph.nodes if node.op == "placeholder")
    with network.graph.inserting_after(source):
        narrow = network.graph.call_method("to", (source, dtype))
    source.replace_all_uses_with(narrow, delete_user_cb=lambda user: user is not narrow)


def use_own_convolutions(network: fx.GraphModule) -> None:
    """On the CPU, convolutions of our own, each with the SiLU before it, the rectifier and change of type behind it."""
    for node in list(network.graph.nodes):
        module = called_module(network, node)
        if not isinstance(module, nn.Conv2d) or not Convolution.replaces(module):
            continue
        dtype, rectified = module.weight.dtype, False
        while (reader := _only_reader(node)) is not None:
            if reader.target == "to" and isinstance(reader.args[1], torch.dtype):
                dtype = reader.args[1]
            elif reader.target is torch.relu:
                rectified = True
            else:
                break
            _replace(reader, node)
        before = node.args[0]
        activated = _is_silu(network, before) and _read_only_by(before, node)
        if activated:
            _replace(before, before.args[0])
        own = Convolution(module, rectified=rectified, dtype=dtype, activated=activated)
        network.set_submodule(str(node.target), own)


def use_own_activations(network: fx.GraphModule) -> None:
    """On the CPU, SiLU of our own."""
    for node in network.graph.nodes:
        if _is_silu(network, node):
            network.set_submodule(str(node.target), SiLU())


def share_inputs(network: fx.GraphModule) -> None:
    """1x1 convolutions that look at the same value become one."""
    for node in list(network.graph.nodes):
        together = [user for user in node.users if _is_shareable(network, user)]
        if len(together) < 2:
            continue
        layers = [layer for user in together if isinstance(layer := called_module(network, user), Convolution)]
        name = f"shared_{node.name}"
        network.add_submodule(name, SharedConvolution(layers))
        with network.graph.inserting_before(together[0]):
            shared = network.graph.call_module(name, (node,))
        for place, user in enumerate(together):
            with network.graph.inserting_before(user):
                part = network.graph.call_function(operator.getitem, (shared, place))
            _replace(user, part)


def use_own_pools(network: fx.GraphModule) -> None:
    """On the CPU, pooling of our own."""
    for node in network.graph.nodes:
        module = called_module(network, node)
        if isinstance(module, nn.MaxPool2d):
            network.set_submodule(str(node.target), MaxPool(module))
        elif isinstance(module, nn.AvgPool2d) and MeanPool.replaces(module):
            network.set_submodule(str(node.target), MeanPool(module))


def lay_out(network: fx.GraphModule, device: torch.device) -> None:
    """Weights on the device, convolutions' in channels-last."""
    network.to(device=device)
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.to(memory_format=torch.channels_last)


def _is_shareable(network: fx.GraphModule, node: fx.Node) -> bool:
    """Whether a 1x1 convolution may be rectified at once: it is, or whatever it is joined to will be."""
    layer = called_module(network, node)
    if not isinstance(layer, Convolution) or not SharedConvolution.takes(layer):
        return False
    joined = _only_reader(node)
    after = _only_reader(joined) if joined is not None and is_cat(joined) else None
    return layer.rectified or (after is not None and after.target is torch.relu)


def _convert(module: nn.Module, dtype: torch.dtype) -> None:
    """This module's own tensors, not those of the modules in it."""
    for tensor in (*module.parameters(recurse=False), *module.buffers(recurse=False)):
        if tensor.is_floating_point():
            tensor.data = tensor.data.to(dtype)


def _is_max_pool(network: fx.GraphModule, node: fx.Node) -> bool:
    return isinstance(called_module(network, node), nn.MaxPool2d) or "max_pool2d" in node.name


def _is_silu(network: fx.GraphModule, node: fx.Node) -> bool:
    return isinstance(called_module(network, node), nn.SiLU)


def _is_split(node: fx.Node) -> bool:
    """Whether a node cuts its input apart along the channels."""
    return node.op == "call_method" and node.target == "split" and 1 in (*node.args[2:], node.kwargs.get("dim"))


def _forgets(network: fx.GraphModule, node: fx.Node) -> bool:
    """Whether a node's backward pass does without its output, so that it may be overwritten."""
    module = called_module(network, node)
    forgetful = nn.Conv2d | Convolution | nn.BatchNorm2d | nn.Linear | nn.MaxPool2d | MaxPool
    return isinstance(module, forgetful) or is_cat(node)


def _read_only_by(node: fx.Node, reader: fx.Node) -> bool:
    """Whether nothing else, the graph's output included, reads a node's value."""
    return list(node.users) == [reader]


def _only_reader(node: fx.Node) -> fx.Node | None:
    users: list[fx.Node] = list(node.users)
    return users[0] if len(users) == 1 and users[0].op != "output" else None


def _put_behind(node: fx.Node, late: fx.Node) -> None:
    """Let all that read `node` read `late` instead, which alone goes on to read it."""
    node.replace_all_uses_with(late, delete_user_cb=lambda user: user is not late)


def _replace(node: fx.Node, other: fx.Node) -> None:
    node.replace_all_uses_with(other)
    node.graph.erase_node(node)
