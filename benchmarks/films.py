"""What a zoom film's frame costs: `python -m benchmarks films [--photo PHOTO]`.

Processor time, so that a busy machine does not count. A frame may cost at most three steps at the full size; warping,
holding the tone, copying and encoding together at most 15 % of the steps.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import torch

from benchmarks.options import Options
from benchmarks.subjects import rendered, subject
from benchmarks.tables import Table
from dreamcore.films import zooming
from dreamcore.films.planning import film_defaults, film_size, first_frame, tensor_of
from dreamcore.films.recipe import FilmRecipe
from dreamcore.films.reels import CHUNK, VideoReel
from dreamcore.films.resolving import resolve_film
from dreamcore.films.schedule import frame_octaves
from dreamcore.films.stepping import Dreamer
from dreamcore.networks import Network
from dreamcore.octaves import full_size_steps
from dreamcore.picture import Picture, decode

CPU = torch.device("cpu")
FRAMES = 24
MOVES = ("zoom=1.25", "zoom=1.25 turn=5", "zoom=0.9 turn=5 shift=0.1")


@contextmanager
def steps_timed(spent: list[float]) -> Iterator[None]:
    """Adds up what is spent in steps."""
    step = Dreamer.step

    def timed(*how: object) -> torch.Tensor:
        begun = time.process_time()
        added = step(*how)  # type: ignore[arg-type]
        spent.append(time.process_time() - begun)
        return added

    with mock.patch.object(Dreamer, "step", timed):
        yield


def measured(network: Network, picture: Picture, text: str) -> tuple[float, float, float]:
    """(milliseconds of a frame, of its steps, the steps in full-size ones)."""
    asked = FilmRecipe.parse(f"seed=1 {text}")
    plan = resolve_film(
        asked, network=network.info, device=film_defaults(CPU), seed=1, height=picture.height, width=picture.width
    )
    recipe = plan.stations[0]
    height, width = film_size(picture.height, picture.width, recipe.size)
    source, reel = tensor_of(first_frame(picture, height, width)), VideoReel(width, height)
    film = zooming.Zooming(source, plan, [Dreamer(recipe, network, CPU, 1 << 34)])

    def make(number: int) -> None:
        picture = film.frame(number, lambda: None)
        reel.add((picture[0].permute(1, 2, 0) * 255).round().to(torch.uint8).numpy())

    for number in range(CHUNK):  # libraries load, the encoder begins
        make(number)
    spent: list[float] = []
    begun = time.process_time()
    with steps_timed(spent):
        for number in range(CHUNK, CHUNK + FRAMES):
            make(number)
    whole = time.process_time() - begun
    octaves = frame_octaves(height, width, recipe.octaves, recipe.octave_scale, recipe.steps)
    return whole / FRAMES * 1e3, sum(spent) / FRAMES * 1e3, full_size_steps(octaves)


@torch.no_grad()
def tables(options: Options) -> list[Table]:
    photo = decode(options.photos[0].read_bytes()) if options.photos else rendered(427, 640)
    rows = []
    for name in options.chosen(("inception_v1", "daydream")):
        network = subject(name).network
        for move in MOVES:
            frame, steps, full = measured(network, photo, f"{move} size=96 octaves=1" if options.quick else move)
            rest = f"{100 * (frame / steps - 1):.1f} %"
            rows.append((f"`{name}`", f"`{move}`", f"{frame:.0f}", f"{full:.2f}", f"{steps:.0f}", rest))
    columns = ("network", "film", "ms a frame", "full-size steps", "ms in steps", "all else")
    return [Table(columns=columns, rows=rows)]
