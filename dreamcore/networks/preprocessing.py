"""What a network wants done to a picture before it looks at it."""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True, kw_only=True)
class Preprocessing:
    """Colours as the network was trained on them, and for classification the size of picture it was trained on.

    A colour in [0, 1] goes in as (colour - mean) / std, red green blue.
    """

    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    short_side: int = 256  # classification: the picture is resized to this ...
    crop: int | None = 224  # ... and its middle square of this side is looked at
    bicubic: bool = False

    def normalise(self, picture: Tensor) -> Tensor:
        """(N, 3, H, W) RGB in [0, 1] -> the same shape in the network's own scale."""
        mean = picture.new_tensor(self.mean).view(1, 3, 1, 1)
        std = picture.new_tensor(self.std).view(1, 3, 1, 1)
        return (picture - mean) / std

    def fit(self, picture: Tensor) -> Tensor:
        """(1, 3, H, W) -> the square (or, without `crop`, the whole picture) at the size of training."""
        height, width = picture.shape[-2:]
        scale = self.short_side / min(height, width)
        size = [max(self.short_side, round(height * scale)), max(self.short_side, round(width * scale))]
        mode = "bicubic" if self.bicubic else "bilinear"
        resized = F.interpolate(picture, size=size, mode=mode, antialias=True, align_corners=False).clamp(0, 1)
        if self.crop is None:
            return resized
        top, left = (size[0] - self.crop) // 2, (size[1] - self.crop) // 2
        return resized[..., top : top + self.crop, left : left + self.crop]
