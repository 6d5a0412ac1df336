"""After the last step: the dream made as strong as asked, and brought to the picture's full size."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from dreamcore.blending import LUMINANCE, blended
from dreamcore.devices import reals
from dreamcore.gradients import mirrored_index
from dreamcore.strips import root_mean_square, strips

GUIDE_RADIUS = 2  #: pixels at the size dreamt within which the dream is taken to follow the picture's edges
GUIDE_FLATNESS = 2e-4  #: variance below which there is no edge to follow
ROUNDS = 4


def as_strong_as(
    detail: Tensor, base: Tensor, target: float, weight: Tensor | None, most: float, *, blend: str = "normal"
) -> tuple[Tensor, Tensor]:
    """`detail` (1, 3, H, W), scaled in place so that it changes `base` (uint8) by `target`, root mean square.

    What would leave the range from black to white does not count as change, so the scale is found in a few rounds.
    weight: (1, 1, H, W), where it counts. Scaled by at most `most`. blend: how it will be laid onto the picture.
    Returns the detail and the change reached.
    """
    scale = torch.ones((), device=detail.device)
    change = torch.zeros((), device=detail.device)
    for _ in range(ROUNDS):
        change = _clipped_change(detail, base, scale, weight, blend)
        scale = (scale * target / change.clamp_min(1e-9)).clamp(1 / most, most)
    detail *= scale
    return detail, _clipped_change(detail, base, torch.ones_like(scale), weight, blend)


def _clipped_change(detail: Tensor, base: Tensor, scale: Tensor, weight: Tensor | None, blend: str) -> Tensor:
    def change(rows: slice) -> Tensor:
        old = base[:, :, rows].float() / 255
        return blended(blend, old, detail[:, :, rows] * scale).sub_(old)

    return root_mean_square(change, base, weight)


def brought_to(
    full: Tensor, base: Tensor, detail: Tensor, alpha: Tensor | None, *, blend: str = "normal", share: float = 1.0
) -> Tensor:
    """`full` (1, 3, H, W) uint8 with what was dreamt of `base`, the same picture smaller or the same.

    The picture keeps all of its own detail. What is added is enlarged along the picture's edges with a guided filter
    (He and Sun, "Fast Guided Filter", 2015): as far as the dream is locally a linear function of the picture's
    brightness it is that function of the large picture; the rest is enlarged bicubically. alpha: (1, 1, H, W) uint8,
    what is added is weighted by it, and by `share`. blend: how it is laid onto the picture (see `blending`).
    """
    same_size = full.shape == base.shape
    result = torch.empty_like(full)
    if not same_size:
        slope, offset, rest = guided(brightness(base), detail)
    for rows in strips(full):
        old = full[:, :, rows]
        if same_size:
            added = detail[:, :, rows]
        else:
            size = full.shape[2], full.shape[3]
            follows = enlarged_rows(slope, size, rows) * brightness(old) + enlarged_rows(offset, size, rows)
            added = follows + enlarged_rows(rest, size, rows)
        if blend != "normal":
            shown = old.float() / 255
            added = blended(blend, shown, added) - shown
        if share != 1:
            added = added * share
        if alpha is not None:
            added = added * (alpha[:, :, rows].float() / 255)
        result[:, :, rows] = (old.float() + added * 255).round_().clamp_(0, 255).to(torch.uint8)
    return result


def brightness(picture: Tensor) -> Tensor:
    """(1, 3, H, W) uint8 -> (1, 1, H, W) in [0, 1]."""
    weight = reals(LUMINANCE, picture.device).view(1, 3, 1, 1) / 255
    return (picture.float() * weight).sum(1, keepdim=True)


def guided(
    guide: Tensor, detail: Tensor, *, radius: int = GUIDE_RADIUS, flatness: float = GUIDE_FLATNESS
) -> tuple[Tensor, Tensor, Tensor]:
    """(slope, offset, rest), each as large as `detail` (1, C, h, w), with detail = slope * guide + offset + rest."""

    def mean(plane: Tensor) -> Tensor:
        return F.avg_pool2d(plane, 2 * radius + 1, 1, radius, count_include_pad=False)

    mean_guide = mean(guide)
    variance = (mean(guide.square()) - mean_guide.square()).clamp_min(0)
    mean_detail = mean(detail)
    slope = (mean(detail * guide) - mean_detail * mean_guide) / (variance + flatness)
    offset = mean(mean_detail - slope * mean_guide)
    slope = mean(slope)
    return slope, offset, detail - slope * guide - offset


def enlarged_rows(plane: Tensor, size: tuple[int, int], rows: slice) -> Tensor:
    """The `rows` of `plane` enlarged bicubically to `size`: the whole of it need never be in memory."""
    height, (full_height, full_width) = plane.shape[2], size
    at = (torch.arange(rows.start, rows.stop, device=plane.device) + 0.5) * height / full_height - 0.5
    first = at.floor()
    result = torch.zeros(1, plane.shape[1], len(at), plane.shape[3], device=plane.device)
    for tap, weight in zip(range(-1, 3), _cubic(at - first), strict=True):
        result += plane.index_select(2, mirrored_index(first.long() + tap, height)) * weight[:, None]
    return F.interpolate(result, (len(at), full_width), mode="bicubic", align_corners=False)


def _cubic(t: Tensor, a: float = -0.75) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Weights of the four neighbours at -1, 0, 1, 2 for a point `t` past the second (Keys, 1981)."""

    def near(x: Tensor) -> Tensor:
        return ((a + 2) * x - (a + 3)) * x * x + 1

    def far(x: Tensor) -> Tensor:
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a

    return far(t + 1), near(t), near(1 - t), far(2 - t)
