"""What every part of the benchmark is told, and what it is."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from benchmarks.timing import Stopwatch


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to measure."""

    device: torch.device
    threads: int = 1  # of torch, in this process
    rounds: int = 5  # of which the best counts, where there is time for so many
    quick: bool = False  # smaller and fewer
    networks: tuple[str, ...] = ()  # only these; none: all
    photos: tuple[Path, ...] = ()  # none: rendered landscapes

    @property
    def stopwatch(self) -> Stopwatch:
        return Stopwatch(device=self.device, threads=self.threads)

    def chosen(self, names: Sequence[str]) -> list[str]:
        """Of the networks that a part measures, those that were asked for."""
        return [name for name in names if not self.networks or name in self.networks]

    def command(self, part: str) -> str:
        """What makes a part's figures again."""
        words = ["python", "-m", "benchmarks", part]
        if self.device.type != "cpu":
            words += ["--device", str(self.device)]
        elif self.threads != 1:
            words += ["--threads", str(self.threads)]
        words += ["--quick"] * self.quick
        for name in self.networks:
            words += ["--network", name]
        return shlex.join([*words, *(photo.name for photo in self.photos)])


def milliseconds(seconds: float) -> str:
    """As it stands in a table: three digits.

    >>> milliseconds(0.01234), milliseconds(0.1234), milliseconds(1.234), milliseconds(12.34)
    ('12.3', '123', '1234', '12340')
    """
    value = seconds * 1e3
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def in_seconds(seconds: float) -> str:
    """As it stands in a table.

    >>> in_seconds(0.1234), in_seconds(1.234), in_seconds(12.34), in_seconds(123.4)
    ('0.12', '1.23', '12.3', '123')
    """
    return f"{seconds:.0f}" if seconds >= 100 else f"{seconds:.1f}" if seconds >= 10 else f"{seconds:.2f}"


def megabytes(count: int | None) -> str:
    """As it stands in a table; a dash where it is not known."""
    return "–" if count is None else f"{count / 1e6:.0f}"
