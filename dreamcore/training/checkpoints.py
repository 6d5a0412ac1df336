"""Checkpoints of a run: written whole or not at all, the one before kept, every failure in a clear sentence."""

from __future__ import annotations

import os
import pickle
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from dreamcore.errors import DreamError

CHECKPOINT_VERSION: Final = 1


class CheckpointError(DreamError):
    """A checkpoint is damaged, of another version, or of another run."""


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """Where a run stands. Between two steps this is everything: the next step's randomness comes from its number."""

    stage: int  # the stage to go on with; one past the last when the run is complete
    step: int  # steps done in that stage
    run: str  # what the run is; see `run_identity`
    classes: tuple[str, ...]
    network: dict[str, Tensor]  # with the weights that train
    averaged: dict[str, Tensor]  # the same with their running average: what is evaluated and shipped
    optimizer: dict[str, Any]
    seconds: float  # of training so far

    def save(self, folder: Path) -> None:
        """Write `last.pt`; the last good one stays as `previous.pt` until the next call."""
        folder.mkdir(parents=True, exist_ok=True)
        new, last, previous = folder / "new.pt", folder / "last.pt", folder / "previous.pt"
        with new.open("wb") as file:
            torch.save({"version": CHECKPOINT_VERSION, **vars(self)}, file)
            file.flush()
            os.fsync(file.fileno())
        if last.exists():
            last.replace(previous)
        new.replace(last)

    @staticmethod
    def load(path: Path) -> Checkpoint:
        """Raises `CheckpointError`, whose sentence says what is wrong and what to do."""
        try:
            content = torch.load(path, map_location="cpu", weights_only=True)
            version = content.pop("version")
        except FileNotFoundError as error:
            raise CheckpointError(f"There is no checkpoint {path}.") from error
        except (
            OSError,
            RuntimeError,
            EOFError,
            KeyError,
            AttributeError,
            TypeError,
            ValueError,
            pickle.UnpicklingError,
            zipfile.BadZipFile,
        ) as error:
            raise CheckpointError(
                f"The checkpoint {path} is damaged. The one before it is {path.with_name('previous.pt')}: "
                f"copy it over {path.name} to go on from there.",
                log=f"checkpoint {path} is damaged: {error!r}",
            ) from error
        if version != CHECKPOINT_VERSION:
            raise CheckpointError(
                f"The checkpoint {path} is of version {version}, this program reads version "
                f"{CHECKPOINT_VERSION}. Finish that run with the program that began it, or start in a new folder."
            )
        try:
            return Checkpoint(**content)
        except TypeError as error:
            raise CheckpointError(f"The checkpoint {path} is damaged: it is not complete.") from error


def last_checkpoint(folder: Path) -> Checkpoint | None:
    """The checkpoint to go on from: the last one, or the one before when a crash fell between two renames."""
    for name in ("last.pt", "previous.pt"):
        if (folder / name).exists():
            return Checkpoint.load(folder / name)
    return None
