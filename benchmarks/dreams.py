"""Whole dreams, from pixels to pixels: `python -m benchmarks dreams`.

A dream's limit is that of its steps (see `steps`), at the sizes that the network is shown. A textbook's dream is
measured by one step at each octave's size: it does nothing else that counts.
"""

from __future__ import annotations

from functools import partial

from benchmarks import roofline
from benchmarks.machine import precisions
from benchmarks.options import Options, in_seconds, megabytes
from benchmarks.subjects import LAYERS, Subject, dreaming, rendered, subject, tensor_of
from benchmarks.tables import Table
from benchmarks.timing import Stopwatch, Work, peak_bytes, race
from dreamcore.octaves import pyramid
from dreamcore.picture import Picture
from dreamcore.planning import canvas_of, device_defaults, eye_for, octaves_of
from dreamcore.recipe import Recipe
from dreamcore.resolve import resolve

SCHEDULES = {"default": "", "classic": "schedule=classic steps=10 octaves=4 octave_scale=1.4"}
LARGEST = 4096
COLUMNS = ("network", "size", "schedule", "type", "TFLOP", "s", "limit s", "ratio", "peak MB", "textbook, fp32: s")


def tables(options: Options) -> list[Table]:
    rows = []
    for name in options.chosen([name for name in LAYERS if not (options.quick and name == "vgg16")]):
        one = subject(name)
        for side in sizes(name, options):
            picture = rendered(side, side)
            textbook = _textbook_seconds(one, picture, options)
            for precision in precisions(options.device, of_recipes=True):
                rows.extend(_rows(one, picture, precision, textbook, options))
    return [Table(columns=COLUMNS, rows=rows)]


def sizes(name: str, options: Options) -> tuple[int, ...]:
    if options.quick:
        return (512,)
    return (512, 1024, 2048) if name == "inception_v1" else (1024,)


def _rows(one: Subject, picture: Picture, precision: str, textbook: float, options: Options) -> list[tuple[str, ...]]:
    recipes = {
        schedule: f"layer={one.layer} size={LARGEST} precision={precision} {text}"
        for schedule, text in SCHEDULES.items()
    }
    works: dict[str, Work] = {
        schedule: dreaming(one.network, picture, text, options.device) for schedule, text in recipes.items()
    }
    # Libraries, weights and captured graphs are there from then on.
    peaks = {schedule: peak_bytes(work, options.device) for schedule, work in works.items()}
    best = race(
        {**works, **roofline.works(options.device, precision)},
        options.stopwatch,
        rounds=options.rounds,
        seconds=60,
        warm=False,
    )
    limits = roofline.limits(options.device, best)
    rows: list[tuple[str, ...]] = []
    for schedule, text in recipes.items():
        operations, limit = _least(one, picture, text, limits, options)
        size = f"{picture.width} x {picture.height}"
        rows.append(
            (
                one.title,
                size,
                schedule,
                precision,
                f"{operations / 1e12:.2f}",
                in_seconds(best[schedule]),
                in_seconds(limit),
                f"{best[schedule] / limit:.2f}",
                megabytes(peaks[schedule]),
                in_seconds(textbook),
            )
        )
    return rows


def _least(one: Subject, picture: Picture, text: str, limits: roofline.Limits, options: Options) -> tuple[int, float]:
    """Operations of a dream, and the seconds that its steps take at the least."""
    recipe = resolve(
        Recipe.parse(text),
        network=one.network.info,
        height=picture.height,
        width=picture.width,
        device=device_defaults(options.device),
        seed=1,
    ).recipe
    eye = eye_for(one.network, recipe, options.device)
    total, seconds = 0, 0.0
    for octave in octaves_of(recipe, picture.height, picture.width):
        canvas = canvas_of(octave, eye, recipe.jitter, None)
        operations = eye.operations(canvas.height, canvas.width)
        moved = roofline.least_traffic(one, canvas.height, canvas.width, recipe.precision)
        total += octave.steps * operations
        seconds += octave.steps * limits.seconds(operations, moved)
    return total, seconds


def _textbook_seconds(one: Subject, picture: Picture, options: Options) -> float:
    """Of ten steps on each of four octaves, from one step on each."""
    textbook, stopwatch = one.textbook(options.device), Stopwatch(device=options.device, threads=options.threads)
    total = 0.0
    for octave in pyramid(picture.height, picture.width, schedule="classic", steps=10, octaves=4, scale=1.4):
        pixels = tensor_of(rendered(octave.height, octave.width).rgb).to(options.device)
        step = roofline.in_precision("fp32", options.device, partial(textbook.step, pixels))
        total += octave.steps * min(stopwatch.time(step) for _ in range(2))
    return total
