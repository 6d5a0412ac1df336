"""What will be made, before it is: a film's size on this device, its frames' own size, the picture brought to it."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from dreamcore.devices import native_bf16
from dreamcore.films.resolving import SIZE_BY_DEVICE
from dreamcore.picture import Picture, fill_hidden
from dreamcore.regions import weight_of
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


def first_frame(picture: Picture, height: int, width: int) -> Picture:
    """`picture` at the film's size. A film has no transparency: what was hidden is filled in."""
    rgb = picture.rgb if picture.alpha is None else fill_hidden(picture)
    image = Image.fromarray(rgb)
    if image.size != (width, height):
        image = image.resize((width, height), Image.Resampling.LANCZOS)
    return Picture(rgb=np.array(image), alpha=None, format=picture.format)


def tensor_of(picture: Picture) -> Tensor:
    """(1, 3, H, W), float32 in [0, 1]."""
    return torch.from_numpy(np.array(picture.rgb)).permute(2, 0, 1)[None].contiguous().float() / 255


def region_of(region: str, picture: Picture, mask: Picture | None) -> Tensor:
    """(1, 1, H, W) in [0, 1]: how much of `picture` is dreamt where. Raises RecipeError where it has no such region."""
    return torch.from_numpy(weight_of(region, picture, mask).astype(np.float32))[None, None] / 255
