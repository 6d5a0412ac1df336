"""What will be made, before it is: a film's size on this device, its frames' own size, the picture brought to it."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from dreamcore.devices import native_bf16
from dreamcore.films.resolving import SIZE_BY_DEVICE
from dreamcore.picture import Picture, fill_hidden
from dreamcore.resolve import DeviceDefaults, working_size


def film_defaults(device: torch.device) -> DeviceDefaults:
    """What a film's recipe gets on this device where it does not say."""
    return DeviceDefaults(
        size=SIZE_BY_DEVICE.get(device.type, SIZE_BY_DEVICE["cpu"]),
        precision="bf16" if native_bf16(device) else "fp32",
    )


def film_size(height: int, width: int, size: int) -> tuple[int, int]:
    """(height, width) of the frames: both even, as H.264 wants them.

    >>> film_size(301, 451, 512), film_size(3000, 4001, 512)
    ((300, 450), (384, 512))
    """
    height, width = working_size(height, width, size)
    return max(2, height // 2 * 2), max(2, width // 2 * 2)


def first_frame(picture: Picture, height: int, width: int) -> Tensor:
    """`picture` (1, 3, h, w), float32 in [0, 1], at the film's size; a film has no transparency, so it is filled."""
    rgb = picture.rgb if picture.alpha is None else fill_hidden(picture)
    image = Image.fromarray(rgb).resize((width, height), Image.Resampling.LANCZOS)
    return torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].contiguous().float() / 255
