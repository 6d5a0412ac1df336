"""A picture written as waves: each of its frequencies moves freely, large forms as fast as fine ones.

Ascent on pixels makes high frequencies, which say little to the eye; ascent on the picture's Fourier coefficients,
weighted as in natural pictures and along colour axes that do not depend on each other, makes forms and calm colours
(Olah, Mordvintsev and Schubert, "Feature Visualization", Distill, 2017; its library lucid).
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

FALL = 1.3  #: amplitude falls with frequency to this power; natural pictures' with 1: more gives larger, calmer forms
#: How far natural pictures spread along brightness, blue against yellow, green against magenta.
COLOUR_SPREAD = (1.0, 0.3, 0.14)
_COLOUR_AXES = ((1.0, 1.0, 1.0), (1.0, 0.0, -1.0), (1.0, -2.0, 1.0))


class Waves:
    """The frequencies of pictures of `height` x `width` pixels, and how to see them.

    Coefficients are (n, 3, rows, columns, 2), real and imaginary, one plane a colour axis; rows hold the frequencies
    0, 1 … k, -k … -1 and columns 0 … m, in waves a picture. The one at the Nyquist limit, if there is one, is left out.
    """

    def __init__(self, height: int, width: int, amplitude: float, device: torch.device) -> None:
        self.height, self.width = height, width
        self.up, self.across = (height - 1) // 2, (width - 1) // 2 + 1
        rows = torch.cat((torch.arange(self.up + 1), torch.arange(-self.up, 0))) / height
        columns = torch.arange(self.across) / width
        waves = torch.sqrt(rows[:, None].square() + columns[None].square()) * min(height, width)
        self.weight = (amplitude / waves.clamp_min(1.0) ** FALL).to(device)
        axes = F.normalize(torch.tensor(_COLOUR_AXES), dim=1)
        self.colours = (axes * torch.tensor(COLOUR_SPREAD)[:, None]).T.contiguous().to(device)

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


def enlarged(coefficients: Tensor, small: Waves, large: Waves, noise: Tensor) -> Tensor:
    """The same pictures for larger sizes; the frequencies that only those have come from `noise`, of their shape."""
    result = noise.clone()
    result[:, :, : small.up + 1, : small.across] = coefficients[:, :, : small.up + 1]
    result[:, :, large.up * 2 + 1 - small.up :, : small.across] = coefficients[:, :, small.up + 1 :]
    return result


def drawn(count: int, waves: Waves, size: float, generator: torch.Generator) -> Tensor:
    """`count` pictures of noise, drawn on the CPU."""
    return torch.randn(count, *waves.shape, generator=generator) * size


def in_range(seen: Tensor, contrast: float | Tensor = 1.0) -> Tensor:
    """What was seen, squeezed into [0, 1]."""
    return torch.sigmoid(seen * contrast)


def spread(seen: Tensor) -> Tensor:
    """How much the brightness of each picture varies: (n, 1, 1, 1), standard deviation before squeezing."""
    brightness = seen.mean(1, keepdim=True)
    return brightness.std((2, 3), keepdim=True) if brightness[0].numel() > 1 else brightness.new_full((1,), math.nan)
