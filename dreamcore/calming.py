"""`towards=source`: each step pulls what was dreamt back towards the picture, so that its colours stay calm.

Colour is pulled more than form, and what comes near to black or white is pulled hardest: a dream then makes its change
by forms in the middle tones instead of burning out. Feedback that drifts to colour noise is the complaint that people
have about every dreamer (keras#2098).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dreamcore.blending import luminance_only

PULL = 7.0  #: on colour, over all steps of a dream together, as an exponent
LARGEST_PULL = 0.25  #: of a step
EXTREMES = 3.0  #: how much harder the pull is where the range ends


def pull_of(share: float, steps: int) -> float:
    """What one of `steps` steps takes back of the colour that was dreamt, from 0 to LARGEST_PULL."""
    return min(LARGEST_PULL, 1 - math.exp(-PULL / steps)) * share


def pulled_back(picture: Tensor, source: Tensor, pull: float) -> Tensor:
    """`picture` (1, 3, H, W) in [0, 1], nearer to `source` by `pull`: colour by that share, extremes by more."""
    added = picture - source
    form = luminance_only(added)
    added = form + (added - form) * (1 - pull)
    room = torch.where(added > 0, 1 - source, source).clamp_min_(1e-3)
    used = (added / room).square_().clamp_max_(1)
    return source + added * (1 - min(1.0, EXTREMES * pull) * used)
