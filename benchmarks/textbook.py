"""DeepDream as the well-known tutorials write it: the baseline that ours is held against.

A forward hook on a layer, the whole network run behind it, gradients computed for the weights too, fp32 in NCHW, and
octaves that resize the picture from one size to the next. Nothing in it is slow on purpose; nothing was thought about.
"""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dreamcore.networks import Network

STEP = 1.5 / 255  #: mean change of a value in one step, of full scale
JITTER = 32  #: pixels that the picture is rolled by, at the most


class Textbook:
    """The loop on one layer of one network."""

    def __init__(self, network: Network, layer: str, device: torch.device) -> None:
        self._module: nn.Module = copy.deepcopy(network.module).float().to(device).requires_grad_(True)
        self._device = device
        self._seen: Tensor | None = None
        self._module.get_submodule(layer).register_forward_hook(self._keep)
        self._mean = torch.tensor(network.preprocessing.mean, device=device).view(1, 3, 1, 1)
        self._std = torch.tensor(network.preprocessing.std, device=device).view(1, 3, 1, 1)

    def _keep(self, _module: nn.Module, _inputs: object, output: Tensor) -> None:
        self._seen = output

    def value(self, picture: Tensor) -> Tensor:
        """The layer's mean-square activation on `picture` (1, 3, H, W) in [0, 1]."""
        self._module((picture - self._mean) / self._std)
        assert self._seen is not None
        return self._seen.square().mean()

    def step(self, picture: Tensor) -> Tensor:
        """One step up: (1, 3, H, W) in [0, 1] -> the same."""
        down, right = torch.randint(-JITTER, JITTER + 1, (2,)).tolist()
        seen = torch.roll(picture, (down, right), (2, 3)).detach().requires_grad_(True)
        self._module.zero_grad()
        self.value(seen).backward()  # type: ignore[no-untyped-call]
        assert seen.grad is not None
        moved = seen.detach() + STEP * seen.grad / (seen.grad.abs().mean() + 1e-12)
        return torch.roll(moved.clamp(0, 1), (-down, -right), (2, 3))

    def dream(self, picture: Tensor, *, steps: int = 10, octaves: int = 4, scale: float = 1.4) -> Tensor:
        """(1, 3, H, W) in [0, 1] -> the dream, as large."""
        height, width = picture.shape[2:]
        dreamt = picture.to(self._device)
        for octave in reversed(range(octaves)):
            size = round(height / scale**octave), round(width / scale**octave)
            dreamt = F.interpolate(dreamt, size, mode="bicubic", align_corners=False).clamp(0, 1)
            for _ in range(steps):
                dreamt = self.step(dreamt)
        return dreamt
