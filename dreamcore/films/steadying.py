"""Keeping a film steady: a dream fed back to itself drifts to the dark, or burns out in colour.

After each frame the picture's mean colour, contrast and saturation are held where the first picture had them, by one
linear map of all pixels in an opponent colour space (brightness, and two axes of colour).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

SECONDS = 0.3  #: in which a mean that has drifted comes back by two thirds
MEAN = 0.025  #: of full scale: the mean is never further away than this, neither in brightness nor in colour
CONTRAST = (0.9, 1.2)  #: of the first picture's standard deviation of brightness: never outside of these
LEAST_CONTRAST = 0.12  #: of full scale, that a dream may have where the picture has less
SATURATION = 1.3  #: of the first picture's standard deviation of colour: never above this
LEAST_SATURATION = 0.07
DARKEST, BRIGHTEST = 0.15, 0.85  #: on a white page nothing can grow brighter: the mean is held in here

_AXES = ((1, 1, 1), (1, 0, -1), (-1, 2, -1))


@dataclass(frozen=True)
class Tone:
    """A picture's mean and standard deviation on the three axes; each (3,), brightness first."""

    mean: Tensor
    deviation: Tensor


class Steadier:
    """Holds what it is shown to the tone of `picture` (1, 3, H, W) in [0, 1]."""

    def __init__(self, picture: Tensor) -> None:
        axes = torch.tensor(_AXES, dtype=torch.float32, device=picture.device)
        self.axes = axes / axes.norm(dim=1, keepdim=True)
        tone = self.tone_of(picture)
        grey = 3**0.5  # the length of white on the axis of brightness
        self.mean = tone.mean.clone()
        self.mean[0].clamp_(DARKEST * grey, BRIGHTEST * grey)
        self.least, self.most = torch.minimum(self.mean, tone.mean) - MEAN, torch.maximum(self.mean, tone.mean) + MEAN
        contrast, colour = tone.deviation[0], tone.deviation[1:].norm()
        self.contrast = CONTRAST[0] * contrast, (CONTRAST[1] * contrast).clamp_min(LEAST_CONTRAST * grey)
        self.saturation = (SATURATION * colour).clamp_min(LEAST_SATURATION * grey)

    def tone_of(self, picture: Tensor) -> Tone:
        flat = picture[0].flatten(1)
        mean = flat.mean(1)
        centred = flat - mean[:, None]
        covariance = centred @ centred.T / flat.shape[1]
        variance = (self.axes @ covariance @ self.axes.T).diagonal().clamp_min(1e-8)
        return Tone(self.axes @ mean, variance.sqrt())

    def hold(self, picture: Tensor, seconds: float) -> Tensor:
        """`picture`, brought back by as much as `seconds` are worth; clamped to [0, 1]."""
        share = 1 - math.exp(-seconds / SECONDS)
        tone = self.tone_of(picture)
        contrast, colour = tone.deviation[0], tone.deviation[1:].norm()
        stretched = torch.minimum(torch.maximum(contrast, self.contrast[0]), self.contrast[1]) / contrast
        muted = torch.minimum(colour, self.saturation) / colour
        gains = torch.stack((stretched, muted, muted))
        mean = (tone.mean + share * (self.mean - tone.mean)).clamp(self.least, self.most)
        turned = self.axes.T @ (gains[:, None] * self.axes)
        offset = self.axes.T @ mean - turned @ (self.axes.T @ tone.mean)
        flat = torch.addmm(offset[:, None], turned, picture[0].flatten(1))
        return flat.view_as(picture).clamp_(0, 1)
