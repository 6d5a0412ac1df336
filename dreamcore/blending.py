"""How what was dreamt is laid onto the picture: the blend modes of image editors, for a layer that only adds.

A dream is mostly the picture itself. Laid over it whole, `overlay` would change contrast where nothing was dreamt; so
the modes that know a neutral grey get what was added, on that grey, and a dream of nothing changes nothing in any mode.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from dreamcore.devices import reals

LUMINANCE = (0.299, 0.587, 0.114)  #: of RGB, ITU-R BT.601

#: (picture, what was added), both (1, 3, H, W) of full scale -> the picture with it, in [0, 1].
Blend = Callable[[Tensor, Tensor], Tensor]


def luminance_only(detail: Tensor) -> Tensor:
    """What was dreamt, in brightness alone: added alike to red, green and blue it leaves both chroma values as they
    were."""
    weight = reals(LUMINANCE, detail.device).view(1, 3, 1, 1)
    return (detail * weight).sum(1, keepdim=True).expand(-1, 3, -1, -1).contiguous()


def _normal(old: Tensor, added: Tensor) -> Tensor:
    return old + added


def _lighten(old: Tensor, added: Tensor) -> Tensor:
    return old + added.clamp_min(0)


def _darken(old: Tensor, added: Tensor) -> Tensor:
    return old + added.clamp_max(0)


def _overlay(old: Tensor, added: Tensor) -> Tensor:
    """Full in the middle tones, nothing in black and white: nothing is ever clipped that was not."""
    return old + 2 * added.clamp(-0.5, 0.5) * torch.minimum(old, 1 - old)


def _soft_light(old: Tensor, added: Tensor) -> Tensor:
    """As Pegtop defines it, which has no crease: the layer's grey moves the picture's gamma."""
    return old + 2 * added.clamp(-0.5, 0.5) * old * (1 - old)


def _luminosity(old: Tensor, added: Tensor) -> Tensor:
    return old + luminance_only(added)


def _colour(old: Tensor, added: Tensor) -> Tensor:
    return old + added - luminance_only(added)


BLENDS: Mapping[str, Blend] = {
    "normal": _normal,
    "lighten": _lighten,
    "darken": _darken,
    "overlay": _overlay,
    "soft-light": _soft_light,
    "luminosity": _luminosity,
    "colour": _colour,
}


def blended(mode: str, old: Tensor, added: Tensor) -> Tensor:
    """`old` (1, 3, H, W) in [0, 1] with what was dreamt of it, `added`, in this mode; in [0, 1]."""
    return BLENDS[mode](old, added).clamp_(0, 1)
