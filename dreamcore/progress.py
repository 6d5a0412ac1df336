"""What a dream tells while it is made, and how it is told to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One report. Reports come in order; the last one has `done == total`."""

    done: int  #: pixels stepped over so far, all octaves and steps together
    total: int  #: pixels that the whole dream steps over
    octave: int  #: from 1, the smallest
    octaves: int
    step: int  #: steps made in this octave
    steps: int
    loss: float  #: the objective's value in the last step: what the ascent raises
    preview: NDArray[np.uint8] | None = None  #: (h, w, 3), the dream so far, small; now and then, else None

    @property
    def share(self) -> float:
        """How much of the work is done, from 0 to 1."""
        return self.done / self.total if self.total else 1.0


#: Called between steps, in the thread that dreams.
ReportProgress = Callable[[Progress], None]
#: Asked between steps; True ends the dream with `Cancelled`.
AskCancelled = Callable[[], bool]
