"""From a checkpoint to the file that is shipped: batch norm folded, channel statistics measured, half precision."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from dreamcore.networks.daydream import (
    FORMAT_VERSION,
    STAGES,
    ChannelStatistics,
    DaydreamMetadata,
    DaydreamNet,
    weights_content,
)
from dreamcore.training.catalogue import NAMES, THEMES


def folded(trained: dict[str, Tensor]) -> DaydreamNet:
    """The training form's state -> a net whose convolutions have taken their batch norm in."""
    form = DaydreamNet(len(NAMES), batch_norm=True)
    form.load_state_dict(trained)
    net = DaydreamNet(len(NAMES), batch_norm=False)
    state = net.state_dict()
    state["classifier.weight"], state["classifier.bias"] = trained["classifier.weight"], trained["classifier.bias"]
    for name, module in form.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            unit = name.removesuffix(".norm")
            assert module.running_var is not None
            assert module.running_mean is not None
            scale = module.weight.detach() / torch.sqrt(module.running_var + module.eps)
            state[f"{unit}.conv.weight"] = trained[f"{unit}.conv.weight"] * scale.view(-1, 1, 1, 1)
            state[f"{unit}.conv.bias"] = module.bias.detach() - module.running_mean * scale
    net.load_state_dict(state)
    return net.eval().requires_grad_(False)


@torch.no_grad()
def channel_statistics(net: DaydreamNet, pictures: Tensor) -> dict[str, ChannelStatistics]:
    """Mean and spread of every channel of every stage over some pictures."""
    sums: dict[str, list[Tensor]] = {}
    handles = []

    def note(stage: str) -> None:
        def hook(_module: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
            moments = torch.stack([output.mean((0, 2, 3)), output.square().mean((0, 2, 3))])
            sums.setdefault(stage, []).append(moments * len(output) / len(pictures))

        handles.append(net.get_submodule(stage).register_forward_hook(hook))

    for stage in STAGES:
        note(stage)
    for part in torch.split(pictures, 64):
        net(part.contiguous(memory_format=torch.channels_last))
    for handle in handles:
        handle.remove()
    statistics = {}
    for stage, parts in sums.items():
        mean, square = torch.stack(parts).sum(0)
        std = (square - mean.square()).clamp(min=1e-8).sqrt()
        statistics[stage] = ChannelStatistics(mean=mean, std=std)
    return statistics


def export(
    trained: dict[str, Tensor], pictures: Tensor, path: Path, *, provenance: str, dtype: torch.dtype = torch.half
) -> None:
    """Write the shipped form of a checkpoint's averaged weights to `path`, whole or not at all."""
    net = folded(trained)
    metadata = DaydreamMetadata(
        version=FORMAT_VERSION,
        classes=NAMES,
        themes=THEMES,
        statistics=channel_statistics(net, pictures),
        provenance=provenance,
    )
    tensors, header = weights_content(net, metadata, dtype=dtype)
    temporary = path.with_suffix(".new")
    save_file(tensors, temporary, metadata=header)
    temporary.replace(path)
