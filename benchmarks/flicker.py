"""How much a dreamt moving picture flickers: `python -m benchmarks flicker [--network NAME] [--photo PHOTO]`.

Photographs are panned, zoomed and turned by motions that are known exactly. What a dream added to one frame is moved by
the true motion to the next one, and compared with what was added there: the root mean square of the difference, as a
share of what is added (so that both are compared at equal change), where both frames show the place. Once with every
frame dreamt by itself, with the same seed, and once as films of moving pictures are made. Without photographs a
rendered landscape is moved.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from benchmarks.options import Options
from benchmarks.subjects import picture_of, subject, tensor_of
from benchmarks.tables import Table
from dreamcore.devices import undisturbed
from dreamcore.dreaming import dream
from dreamcore.films.footage import SECOND, Frame, MovingPicture
from dreamcore.films.moving import Moving
from dreamcore.films.planning import film_defaults
from dreamcore.films.recipe import FilmRecipe
from dreamcore.films.stepping import Dreamer
from dreamcore.films.timing import resolve_moving
from dreamcore.networks import Network
from dreamcore.picture import decode
from dreamcore.recipe import Recipe
from dreamcore.sample import landscape

CPU = torch.device("cpu")
FPS = 25
BORDER = 4  #: pixels at the frame's edges that do not count
AIM = 0.5  #: of the flicker of frames dreamt one by one

Rgb = NDArray[np.uint8]


@dataclass(frozen=True)
class Camera:
    """A motion, for each frame: pixels right and down, times as large, degrees."""

    right: float = 0.0
    down: float = 0.0
    zoom: float = 1.0
    turn: float = 0.0

    def pose(self, number: int) -> NDArray[np.float64]:
        """(3, 3): places around the middle of frame `number` -> places around the middle of the photograph."""
        angle, scale = math.radians(self.turn * number), self.zoom**-number
        cos, sin = math.cos(angle) * scale, math.sin(angle) * scale
        return np.array([[cos, -sin, self.right * number], [sin, cos, self.down * number], [0, 0, 1]])


MOTIONS = {"pan": Camera(right=2.3, down=0.7), "zoom": Camera(zoom=1.012), "turn": Camera(turn=0.8)}


def filmed(photo: Rgb, camera: Camera, frames: int, height: int, width: int) -> list[Rgb]:
    """What the camera sees of a photograph: two thirds of it, so that there is something to move to."""
    scale = 1.5 * max(width / photo.shape[1], height / photo.shape[0])
    size = round(photo.shape[1] * scale), round(photo.shape[0] * scale)
    large = tensor_of(np.array(Image.fromarray(photo).resize(size, Image.Resampling.LANCZOS)))
    seen = [sampled(large, camera.pose(number), height, width) for number in range(frames)]
    return [(picture[0].permute(1, 2, 0) * 255).round().clamp(0, 255).byte().numpy() for picture in seen]


def sampled(picture: Tensor, pose: NDArray[np.float64], height: int, width: int) -> Tensor:
    """`picture` (1, C, H, W) at each pixel's place under `pose`, bicubic."""
    x, y = places(pose, height, width)
    tall, wide = picture.shape[2:]
    grid = torch.from_numpy(np.stack([x / (wide - 1) * 2, y / (tall - 1) * 2], 2))[None].float()
    return F.grid_sample(picture, grid, mode="bicubic", padding_mode="reflection", align_corners=True)


def places(pose: NDArray[np.float64], height: int, width: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each pixel's place in pixels around the middle."""
    row, column = np.mgrid[0:height, 0:width] - np.array([(height - 1) / 2, (width - 1) / 2])[:, None, None]
    x, y, _ = np.einsum("ij,jhw->ihw", pose, np.stack([column, row, np.ones_like(row)]))
    return x, y


def flicker(added: list[Tensor], camera: Camera) -> float:
    """Between each two frames; `added` (1, 3, H, W) each."""
    height, width = added[0].shape[2:]
    different = total = 0.0
    for number, (before, after) in enumerate(itertools.pairwise(added)):
        step = np.linalg.inv(camera.pose(number)) @ camera.pose(number + 1)
        x, y = places(step, height, width)
        inside = (abs(x) <= (width - 1) / 2 - BORDER) & (abs(y) <= (height - 1) / 2 - BORDER)
        there = torch.from_numpy(inside)[None, None]
        moved = sampled(before, step, height, width)
        different += float(((moved - after).square() * there).sum())
        total += float((after.square() * there).sum())
    return math.sqrt(different / total)


def one_by_one(frames: list[Rgb], recipe: Recipe, network: Network) -> list[Tensor]:
    """What is added to each frame where none knows of the others."""
    made = [dream(picture_of(rgb), recipe, network=network, device=CPU) for rgb in frames]
    return [tensor_of(each.rgb) - tensor_of(rgb) for each, rgb in zip(made, frames, strict=True)]


def as_film(frames: list[Rgb], recipe: FilmRecipe, network: Network) -> list[Tensor]:
    """What is added to each frame of a film."""
    source = moving(frames)
    plan, timing = resolve_moving(source, recipe, network=network.info, device=film_defaults(CPU), seed=0)
    with undisturbed(CPU):
        dreamers = [Dreamer(station, network, CPU, 1 << 30) for station in plan.stations]
        maker = Moving(source, plan, timing, dreamers, (source.height, source.width))
        shown = [maker.frame(number, lambda: None) for number in range(len(frames))]
    return [picture - tensor_of(rgb) for picture, rgb in zip(shown, frames, strict=True) if picture is not None]


def moving(frames: list[Rgb]) -> MovingPicture:
    """Frames as a moving picture."""

    def read(first: int, longest: int | None) -> Iterator[Frame]:
        for number in range(first, len(frames)):
            yield Frame(rgb=frames[number], alpha=None, start=number * SECOND // FPS)

    return MovingPicture(
        width=frames[0].shape[1],
        height=frames[0].shape[0],
        format="MP4",
        starts=tuple(number * SECOND // FPS for number in range(len(frames))),
        length=len(frames) * SECOND // FPS,
        digest="",
        read=read,
    )


def change(added: list[Tensor]) -> str:
    """Root mean square of what is added, of the first and the last frame."""
    first, last = (float(each.square().mean().sqrt()) for each in (added[0], added[-1]))
    return f"{first:.3f} to {last:.3f}"


def tables(options: Options) -> list[Table]:
    frames, size = (3, 96) if options.quick else (10, 256)
    photos = {path.stem: decode(path.read_bytes()).rgb for path in options.photos} or {"landscape": landscape(600, 450)}
    rows, worst = [], 0.0
    for name in options.networks or ("daydream",):
        network = subject(name).network
        for (title, photo), (motion, camera) in itertools.product(photos.items(), MOTIONS.items()):
            seen = filmed(photo, camera, frames, size * 3 // 8 * 2, size)
            single = one_by_one(seen, Recipe(seed=0), network)
            film = as_film(seen, FilmRecipe.parse("seed=0"), network)
            flickers = flicker(single, camera), flicker(film, camera)
            worst = max(worst, flickers[1] / flickers[0])
            each = (f"{flickers[0]:.3f}", change(single), f"{flickers[1]:.3f}", change(film))
            rows.append((f"`{name}`", title, motion, *each, f"{flickers[1] / flickers[0]:.2f}"))
    about = f"{frames} frames of {size} pixels, {FPS} a second: relative flicker, and root mean square change."
    columns = ("network", "picture", "motion", "one by one", "change", "as a film", "change", "ratio")
    return [Table(about=about, columns=columns, rows=rows, notes=f"Worst ratio {worst:.2f}; to be at most {AIM}.")]
