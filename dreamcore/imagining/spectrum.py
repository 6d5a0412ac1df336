"""A picture written as waves: each of its frequencies moves freely, large forms as fast as fine ones.

Ascent on pixels makes high frequencies, which say little to the eye; ascent on the picture's Fourier coefficients,
weighted as in natural pictures and along colour axes that do not depend on each other, makes forms and calm colours
(Olah, Mordvintsev and Schubert, "Feature Visualization", Distill, 2017; its library lucid).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from dreamcore.imagining.manners import Manner

#: Brightness, blue against yellow, green against magenta: along these, colours in photographs hardly depend on each
#: other.
_COLOUR_AXES = ((1.0, 1.0, 1.0), (1.0, 0.0, -1.0), (1.0, -2.0, 1.0))


FARTHEST_MEAN = 0.4  #: of the contrast: how far a picture's mean may be from mid-grey


class Waves:
    """The frequencies of pictures of `height` x `width` pixels, and how to see them.

    Coefficients are (n, 3, rows, columns, 2), real and imaginary, one plane a colour axis; rows hold the frequencies
    0, 1 … k, -k … -1 and columns 0 … m, in waves a picture. The one at the Nyquist limit, if there is one, is left out.
    """

    def __init__(self, height: int, width: int, manner: Manner, device: torch.device) -> None:
        self.height, self.width = height, width
        self.up, self.across = (height - 1) // 2, (width - 1) // 2 + 1
        rows = torch.cat((torch.arange(self.up + 1), torch.arange(-self.up, 0))) / height
        columns = torch.arange(self.across) / width
        waves = torch.sqrt(rows[:, None].square() + columns[None].square()) * min(height, width)
        self.weight = (manner.amplitude / waves.clamp_min(1.0) ** manner.fall).to(device)
        axes = F.normalize(torch.tensor(_COLOUR_AXES), dim=1)
        self.colours = (axes * torch.tensor(manner.colours)[:, None]).T.contiguous().to(device)
        self._visible = self.colours.square().mean(0)[:, None, None, None]

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Of one picture's coefficients."""
        return 3, 2 * self.up + 1, self.across, 2

    def seen(self, coefficients: Tensor) -> Tensor:
        """Coefficients -> what the pictures are before they are squeezed into [0, 1]: (n, 3, H, W), 0 is mid-grey."""
        spectrum = torch.view_as_complex(coefficients.contiguous()) * self.weight
        middle = spectrum.new_zeros(*spectrum.shape[:2], self.height - 2 * self.up - 1, self.across)
        spectrum = torch.cat((spectrum[:, :, : self.up + 1], middle, spectrum[:, :, self.up + 1 :]), 2)
        spectrum = F.pad(spectrum, (0, self.width // 2 + 1 - self.across))
        planes = torch.fft.irfft2(spectrum, s=(self.height, self.width), norm="forward")
        return torch.einsum("ij,njhw->nihw", self.colours, planes)

    def held(self, coefficients: Tensor, contrast: float) -> Tensor:
        """The same pictures, no more contrasted than `contrast` (standard deviation), nor farther from mid-grey."""
        power = (coefficients * self.weight[:, :, None]).square() * self._visible
        power[:, :, :, 0] *= 0.5  # each wave but these stands for its mirror image too
        even = power[:, :, 0, 0].sum((1, 2)).mul_(2)
        uneven = (2 * power.sum((1, 2, 3, 4)) - even).clamp_min(torch.finfo(power.dtype).tiny)
        factor = (contrast / uneven.sqrt()).clamp(max=1)
        result = coefficients * factor[:, None, None, None, None]
        lightness = (FARTHEST_MEAN * contrast / even.clamp_min(torch.finfo(even.dtype).tiny).sqrt()).clamp(max=1)
        result[:, :, 0, 0] = coefficients[:, :, 0, 0] * lightness[:, None, None]
        return result


def enlarged(coefficients: Tensor, small: Waves, large: Waves, noise: Tensor | None = None) -> Tensor:
    """The same pictures for larger sizes; the frequencies that only those have come from `noise`, of their shape."""
    result = coefficients.new_zeros(len(coefficients), *large.shape) if noise is None else noise.clone()
    result[:, :, : small.up + 1, : small.across] = coefficients[:, :, : small.up + 1]
    result[:, :, large.up * 2 + 1 - small.up :, : small.across] = coefficients[:, :, small.up + 1 :]
    return result


def drawn(count: int, waves: Waves, size: float, generator: torch.Generator) -> Tensor:
    """`count` pictures of noise, drawn on the CPU."""
    return torch.randn(count, *waves.shape, generator=generator) * size
