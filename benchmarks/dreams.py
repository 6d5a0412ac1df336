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
LARGEST = 4096  #: what `size=` allows, so that every picture is dreamt at its own
ONCE = 8.0  #: seconds; what takes as long is dreamt once
COLUMNS = ("network", "size", "schedule", "type", "TFLOP", "s", "limit s", "ratio", "peak MB", "textbook, fp32: s")


def tables(options: Options) -> list[Table]:
    rows: list[tuple[str, ...]] = []
    for name in options.chosen([name for name in LAYERS if not (options.quick and name == "vgg16")]):
        one = subject(name)
        for side in sizes(name, options):
            rows += rows_of(one, side, options)
    return [Table(columns=COLUMNS, rows=rows)]


def rows_of(one: Subject, side: int, options: Options) -> list[tuple[str, ...]]:
    """Of a network, at one size."""
    picture = rendered(side, side)
    textbook = in_seconds(textbook_seconds(one, picture, options))
    found = [measured(one, picture, precision, options) for precision in precisions(options.device, of_recipes=True)]
    return [(one.title, f"{side}²", *figures, textbook) for each in found for figures in each]


def sizes(name: str, options: Options) -> tuple[int, ...]:
    """Sides of the squares that a network dreams."""
    if options.quick:
        return (512,)
    return (512, 1024, 2048) if name == "inception_v1" else (1024,)


def schedules(one: Subject, picture: Picture, options: Options) -> dict[str, str]:
    """The recipes of those that are measured: the classic one takes minutes where a processor has much to do."""
    much = picture.width > 1024 or one.network.info.name == "vgg16"
    return {
        title: f"layer={one.layer} size={LARGEST} {text}"
        for title, text in SCHEDULES.items()
        if not (much and title == "classic" and options.device.type == "cpu")
    }


def measured(one: Subject, picture: Picture, precision: str, options: Options) -> list[tuple[str, ...]]:
    """Schedule, type, operations, seconds, limit, ratio and memory, for each schedule."""
    recipes = {title: f"{text} precision={precision}" for title, text in schedules(one, picture, options).items()}
    works: dict[str, Work] = {
        title: dreaming(one.network, picture, text, options.device) for title, text in recipes.items()
    }
    dreaming(one.network, picture, f"{recipes['default']} steps=1", options.device)()  # libraries and weights are there
    best: dict[str, float] = {}
    peaks: dict[str, int | None] = {}
    for title, work in works.items():

        def timed(title: str = title, work: Work = work) -> None:
            best[title] = options.stopwatch.time(work)

        peaks[title] = peak_bytes(timed, options.device)
    again = {title: work for title, work in works.items() if best[title] < ONCE}
    limited = roofline.works(options.device, precision)
    found = race(limited, options.stopwatch, rounds=5, seconds=20)  # so many at the least: they are short
    for title, took in race(
        {**again, **limited}, options.stopwatch, rounds=options.rounds, seconds=60, warm=False
    ).items():
        best[title] = min(took, best.get(title, took), found.get(title, took))
    limits = roofline.limits(options.device, best)
    rows: list[tuple[str, ...]] = []
    for title, text in recipes.items():
        operations, limit = _least(one, picture, text, limits, options)
        seconds = in_seconds(best[title]), in_seconds(limit), f"{best[title] / limit:.2f}"
        rows.append((title, precision, f"{operations / 1e12:.2f}", *seconds, megabytes(peaks[title])))
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


def textbook_seconds(one: Subject, picture: Picture, options: Options) -> float:
    """Of ten steps on each of four octaves, from one step on each."""
    textbook, stopwatch = one.textbook(options.device), Stopwatch(device=options.device, threads=options.threads)
    total = 0.0
    for octave in pyramid(picture.height, picture.width, schedule="classic", steps=10, octaves=4, scale=1.4):
        pixels = tensor_of(rendered(octave.height, octave.width).rgb).to(options.device)
        step = roofline.in_precision("fp32", options.device, partial(textbook.step, pixels))
        total += octave.steps * min(stopwatch.time(step) for _ in range(1 if picture.width >= 1024 else 2))
    return total
