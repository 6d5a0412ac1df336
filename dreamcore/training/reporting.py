"""What a run says while it works; a module of its own, because training processes import it by name."""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How a run stands, handed to whoever reports it."""

    stage: str
    done: float  # of the stage, 0 to 1
    pictures_a_second: float
    loss: float  # running average, on the pictures as trained on (attacked ones in a robust stage)
    accuracy: float  # likewise
    radius: float
    seconds_left: float  # of the stage


def show(progress: Progress) -> None:
    """One line on standard output."""
    attack = f", attack {progress.radius:.1f}" if progress.radius else ""
    sys.stdout.write(
        f"{progress.stage:12s} {progress.done:6.1%}  {progress.pictures_a_second:5.0f} pictures/s  loss "
        f"{progress.loss:.3f}  accuracy {progress.accuracy:.1%}{attack}  {progress.seconds_left / 60:.1f} min left\n"
    )
    sys.stdout.flush()
