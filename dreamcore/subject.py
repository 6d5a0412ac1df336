"""What is dreamt of a picture: its pixels where the dream is made, where in them it happens, and the way back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from dreamcore.devices import sent
from dreamcore.octaves import Octave
from dreamcore.picture import Picture, fill_hidden
from dreamcore.recipe import ResolvedRecipe
from dreamcore.regions import crop_for, weight_of
from dreamcore.reporting import PREVIEW_SIDE
from dreamcore.tiles import Box
from dreamcore.wrapping import made_to_wrap

CONTEXT = 40  #: pixels around a region, at the smallest octave, that the network is shown with it
RIM = 0.25  #: weights from here on get whole steps: what is dreamt at a soft border fades once, at the end


@dataclass(frozen=True, kw_only=True, eq=False)
class Subject:
    """A picture, or the part of it that has to be dreamt, as tensors on the device."""

    rgb: NDArray[np.uint8]  #: (H, W, 3), the whole picture
    part: Box | None  #: of it; None for all
    pixels: Tensor  #: (1, 3, h, w) uint8, the part
    seen: Tensor  #: the same, with colour under its transparency
    alpha: Tensor | None  #: (1, 1, h, w) uint8, how much of the dream shows: transparency and region together
    region: Tensor | None  #: (1, 1, h, w) uint8, where there is a dream at all

    @classmethod
    def of(
        cls,
        picture: Picture,
        mask: Picture | None,
        *,
        region: str | None,
        wraps: bool,
        context: int,
        device: torch.device,
    ) -> Subject:
        """The subject of a recipe with this region. context: pixels around the region, at the picture's size.

        wraps: the picture is made to go on at its borders first, and is dreamt whole.

        Raises RecipeError where the picture has no such region.
        """
        weight = None if region is None else weight_of(region, picture, mask)
        part = None if weight is None or wraps else crop_for(weight, context)
        if wraps:
            picture, weight = seamless(picture), None if weight is None else made_to_wrap(weight)

        def tensor(values: NDArray[np.uint8]) -> Tensor:
            values = values if part is None else values[part.top : part.bottom, part.left : part.right]
            planes = values[:, :, None] if values.ndim == 2 else values
            planes = np.require(planes, requirements=["C", "W"])
            return sent(torch.from_numpy(planes), device).permute(2, 0, 1)[None].contiguous()

        pixels = tensor(picture.rgb)
        alpha = picture.alpha
        if alpha is not None and weight is not None:
            alpha = ((alpha.astype(np.uint16) * weight + 127) // 255).astype(np.uint8)
        shown = weight if alpha is None else alpha
        return cls(
            rgb=picture.rgb,
            part=part,
            pixels=pixels,
            seen=pixels if picture.alpha is None else tensor(fill_hidden(picture)),
            alpha=None if shown is None else tensor(shown),
            region=None if weight is None else tensor(weight),
        )

    def restored(self, pixels: Tensor) -> NDArray[np.uint8]:
        """The whole picture (H, W, 3) with these `pixels` (1, 3, h, w) in the part's place."""
        return self.whole(pixels_of(pixels).cpu())

    def whole(self, pixels: Tensor) -> NDArray[np.uint8]:
        """The same of `pixels` (h, w, 3) that have come back to the CPU."""
        made: NDArray[np.uint8] = pixels.numpy()
        if self.part is None:
            return made
        whole = self.rgb.copy()
        whole[self.part.top : self.part.bottom, self.part.left : self.part.right] = made
        return whole

    def shown(self, dreamt: Tensor) -> Tensor:
        """The dream so far, (1, 3, h, w) in [0, 1], as a person knows the picture: whole, if only a part is dreamt."""
        if self.part is None:
            return dreamt
        whole = self._small
        shrink = whole.shape[2] / self.rgb.shape[0], whole.shape[3] / self.rgb.shape[1]
        top, left = round(self.part.top * shrink[0]), round(self.part.left * shrink[1])
        size = max(1, round(self.part.height * shrink[0])), max(1, round(self.part.width * shrink[1]))
        whole = whole.clone()
        room = whole[:, :, top : top + size[0], left : left + size[1]]
        room.copy_(F.interpolate(dreamt, room.shape[2:], mode="area"))
        return whole

    @cached_property
    def _small(self) -> Tensor:
        """(1, 3, h, w) in [0, 1], the whole picture as large as a preview."""
        height, width = self.rgb.shape[:2]
        shrink = max(1.0, max(height, width) / PREVIEW_SIDE)
        size = max(1, round(width / shrink)), max(1, round(height / shrink))
        small = np.asarray(Image.fromarray(self.rgb).resize(size, Image.Resampling.BOX), np.float32) / np.float32(255)
        return sent(torch.from_numpy(small), self.pixels.device).permute(2, 0, 1)[None]

    def steps_at(self, height: int, width: int) -> Tensor | None:
        """(1, 1, height, width) in [0, 1]: how long steps are made where, at an octave; None: everywhere alike."""
        return None if self.region is None else (at_size(self.region, height, width) / RIM).clamp_max_(1)


def pixels_of(picture: Tensor) -> Tensor:
    """(1, 3, H, W) -> (H, W, 3), as files have them."""
    return picture[0].permute(1, 2, 0).contiguous()


def seamless(picture: Picture) -> Picture:
    """The picture with no seam when it is laid beside itself."""
    alpha = None if picture.alpha is None else made_to_wrap(picture.alpha)
    return replace(picture, rgb=made_to_wrap(picture.rgb), alpha=alpha)


def part_of(picture: Picture, mask: Picture | None, recipe: ResolvedRecipe, octaves: tuple[Octave, ...]) -> Box | None:
    """The part of the picture that a recipe dreams; None for all of it. Raises RecipeError where it is empty."""
    if recipe.region is None or recipe.tile == "on":
        return None
    return crop_for(weight_of(recipe.region, picture, mask), context_of(octaves, picture.height))


def context_of(octaves: tuple[Octave, ...], height: int) -> int:
    """Pixels, at the picture's own size, that CONTEXT is at the smallest octave."""
    return round(CONTEXT * height / octaves[0].height)


def at_size(plane: Tensor, height: int, width: int) -> Tensor:
    """`plane` (1, 1, H, W) uint8 -> float in [0, 1] at the size dreamt."""
    return F.interpolate(plane.float() / 255, (height, width), mode="area")
