"""How much dream a schedule gives for its steps: `python -m benchmarks.schedules --photo PHOTO … [RECIPE …]`.

Each recipe is dreamt of every photograph with every seed, and held against the first, which is that of 2015. All change
the picture equally, root mean square, since a recipe's strength says how much: at unequal change nothing compares.

gain: geometric mean, over the picture at the four octaves' sizes, of the layer's mean-square activation after / before;
here as a share of the first recipe's, of the same photograph and seed. noise: the share of what was added, by energy,
that lies above half the Nyquist frequency. steps: what the octaves cost, in steps at full size.

With --sheets FOLDER the first recipe and the last stand side by side, which is where being drawn and written to
order.txt: to be looked at before that file is.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from dreamcore.dreaming import dream
from dreamcore.networks import Network, load
from dreamcore.octaves import full_size_steps, pyramid, shrunk
from dreamcore.picture import Picture, decode
from dreamcore.planning import octaves_of
from dreamcore.recipe import Recipe
from dreamcore.sample import landscape

CPU = torch.device("cpu")
LAYERS = {"inception_v1": "inception_4c/output", "daydream": "mixed4c"}
CLASSIC = "schedule=classic smoothing=none jitter=32"
OCTAVES, SCALE = 4, 1.4
GAP = 16  #: pixels between two pictures of a sheet

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class Made:
    """One dream and its figures."""

    rgb: Pixels
    gains: NDArray[np.float64]  #: by octave, from the smallest
    change: float  #: root mean square, of full scale
    noise: float
    steps: float  #: at full size
    seconds: float  #: of this thread's processor time

    @property
    def gain(self) -> float:
        return geometric_mean(self.gains)


class Scale:
    """What measures dreams: one network, one layer of it."""

    def __init__(self, name: str) -> None:
        self.network: Network = load(name)
        self.layer = LAYERS[name]
        self._eye = self.network.prepare((self.layer,), device=CPU, precision="fp32")

    def made(self, rgb: Pixels, recipe: str, seed: int) -> Made:
        picture = Picture(rgb=rgb, alpha=None, format="PNG", frames=1, notes=())
        asked = Recipe.parse(f"{recipe} seed={seed}").over(Recipe.parse(f"layer={self.layer} octaves={OCTAVES}"))
        began = time.thread_time()
        made = dream(picture, asked, network=self.network, device=CPU)
        seconds = time.thread_time() - began
        added = (made.rgb.astype(np.float64) - rgb) / 255
        return Made(
            rgb=made.rgb,
            gains=self._energies(made.rgb) / self._energies(rgb),
            change=float(np.sqrt(np.square(added).mean())),
            noise=noise_share(added),
            steps=full_size_steps(octaves_of(made.recipe, *rgb.shape[:2])),
            seconds=seconds,
        )

    @torch.no_grad()
    def _energies(self, rgb: Pixels) -> NDArray[np.float64]:
        """The layer's mean-square activation at each octave's size."""
        picture = torch.from_numpy(rgb.copy()).permute(2, 0, 1)[None]
        octaves = pyramid(*rgb.shape[:2], schedule="classic", steps=1, octaves=OCTAVES, scale=SCALE)
        sizes = [shrunk(picture, octave.height, octave.width).float() / 255 for octave in octaves]
        return np.array([float(self._eye(size)[self.layer].float().square().mean()) for size in sizes])


def noise_share(added: NDArray[np.float64]) -> float:
    """The share of (H, W, 3)'s energy above a quarter of the sampling frequency, borders faded out."""
    height, width = added.shape[:2]
    window = np.hanning(height + 2)[1:-1, None, None] * np.hanning(width + 2)[1:-1, None]
    power = np.square(np.abs(np.fft.fft2(added * window, axes=(0, 1))))
    fine = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)) > 0.25
    return float(power[fine].sum() / power.sum())


def geometric_mean(values: Sequence[float] | NDArray[np.float64]) -> float:
    return float(np.exp(np.mean(np.log(values))))


def sized(rgb: Pixels, side: int) -> Pixels:
    """The photograph with its longest side that long."""
    factor = side / max(rgb.shape[:2])
    size = round(rgb.shape[1] * factor), round(rgb.shape[0] * factor)
    return np.ascontiguousarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def line(recipe: str, mine: Sequence[Made], first: Sequence[Made]) -> str:
    """A recipe's row of the table."""
    ratios = np.array([a.gain / b.gain for a, b in zip(mine, first, strict=True)])
    octaves = [
        geometric_mean([a.gains[k] / b.gains[k] for a, b in zip(mine, first, strict=True)]) for k in range(OCTAVES)
    ]
    changes = [made.change for made in mine]
    noise = np.array([made.noise for made in mine])
    of_first = noise / [made.noise for made in first]
    cells = (
        f"`{recipe}`",
        f"{np.mean([made.steps for made in mine]):.1f}",
        f"{geometric_mean(ratios):.3f} ± {np.std(np.log(ratios)):.3f} ({ratios.min():.2f} to {ratios.max():.2f})",
        " ".join(f"{octave:.2f}" for octave in octaves),
        f"{np.mean(changes):.4f} ({min(changes):.4f} to {max(changes):.4f})",
        f"{noise.mean():.3f}",
        f"{of_first.mean():.2f} (at most {of_first.max():.2f})",
        f"{np.mean([made.seconds for made in mine]):.2f} s",
    )
    return f"| {' | '.join(cells)} |"


def sheet(photo: Pixels, first: Pixels, last: Pixels, swapped: bool) -> Pixels:
    """Two dreams side by side, the photograph small beneath."""
    gap = np.full((photo.shape[0], GAP, 3), 255, np.uint8)
    row = np.concatenate([last, gap, first] if swapped else [first, gap, last], 1)
    small = sized(photo, max(photo.shape[:2]) // 3)
    below = np.full((small.shape[0] + GAP, row.shape[1], 3), 255, np.uint8)
    below[GAP:, : small.shape[1]] = small
    return np.concatenate([row, below])


def main() -> None:
    """The command line."""
    asked = _parser().parse_args()
    torch.set_num_threads(1)
    scale = Scale(asked.network)
    photos = [sized(decode(path.read_bytes()).rgb, asked.side) for path in asked.photo]
    photos = photos or [landscape(asked.side, round(asked.side * 0.75), seed) for seed in (12, 3, 7)]
    recipes = list(dict.fromkeys([CLASSIC, *(asked.recipes or [""])]))
    kept: dict[str, list[Made]] = {}
    print(f"{asked.network} {scale.layer}, {len(photos)} photographs at {asked.side} px, seeds {asked.seeds}")
    print("| recipe | steps | gain | by octave | change | noise | of the first's | time |\n|" + "---|" * 8)
    for recipe in recipes:
        kept[recipe] = [scale.made(photo, recipe, seed) for photo in photos for seed in asked.seeds]
        print(line(recipe or "(default)", kept[recipe], kept[CLASSIC]), flush=True)
    if asked.sheets:
        asked.sheets.mkdir(parents=True, exist_ok=True)
        order = []
        for number, photo in enumerate(photos):
            first, last = (kept[recipe][number * len(asked.seeds)].rgb for recipe in (recipes[0], recipes[-1]))
            swapped = random.SystemRandom().random() < 0.5
            rgb = sheet(photo, first, last, swapped)
            cv2.imwrite(str(asked.sheets / f"{number + 1:02d}.png"), cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
            order.append(f"{number + 1:02d}: on the left {recipes[-1 if swapped else 0] or '(default)'}\n")
        (asked.sheets / "order.txt").write_text("".join(order), encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.schedules", description=__doc__.split("\n\n")[0])
    parser.add_argument("recipes", nargs="*", metavar="RECIPE", help="to hold against that of 2015; none: the default")
    parser.add_argument("--photo", action="append", default=[], type=Path, help="instead of rendered landscapes")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--side", type=int, default=512, help="the longest, in pixels")
    parser.add_argument("--network", default="inception_v1", choices=sorted(LAYERS))
    parser.add_argument("--sheets", type=Path, help="where to draw the first recipe and the last side by side")
    return parser


if __name__ == "__main__":
    main()
