"""Passes over pictures of any size that never copy more than a strip of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

VALUES_AT_ONCE = 1 << 20


def strips(picture: Tensor) -> Iterator[slice]:
    """Slices of the rows of `picture` (1, C, H, W), from top to bottom, each small enough to be copied."""
    height, width = picture.shape[2:]
    rows = max(1, VALUES_AT_ONCE // width)
    for top in range(0, height, rows):
        yield slice(top, min(top + rows, height))


def root_mean_square(values: Callable[[slice], Tensor], picture: Tensor, weight: Tensor | None = None) -> Tensor:
    """Root mean square, a 0-d tensor, of what `values` gives for each strip of rows of `picture`.

    weight: (1, 1, H, W) in [0, 1], how much each pixel counts; None where all count alike.
    """
    wide = torch.float32 if picture.device.type == "mps" else torch.float64  # Apple's GPUs have no double precision
    total = torch.zeros((), dtype=wide, device=picture.device)
    count = torch.zeros_like(total)
    for rows in strips(picture):
        strip = values(rows)
        if weight is None:
            for plane in strip.unbind(1):
                total += torch.linalg.vector_norm(plane).to(wide).square()
            count += strip.numel()
        else:
            total += (strip.square() * weight[:, :, rows]).sum(dtype=wide)
            count += strip.shape[1] * weight[:, :, rows].sum(dtype=wide)
    return (total / count.clamp_min(1e-9)).sqrt().float()
