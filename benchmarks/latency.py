"""One dream that finds nothing prepared, and one that does: `python -m benchmarks latency --device cuda`.

On a GPU a step is recorded for each size of the octaves, once; a picture whose sizes were dreamt before finds them. The
ascent alone is what twice as many steps cost more: all else, such as bringing the picture to the GPU and the dream
back, is done once either way.
"""

from __future__ import annotations

from benchmarks.dreams import LARGEST, SCHEDULES
from benchmarks.machine import precisions
from benchmarks.options import Options, megabytes, milliseconds
from benchmarks.subjects import LAYERS, Subject, dreaming, rendered, subject
from benchmarks.tables import Table
from benchmarks.timing import peak_bytes, race

SIDE, QUICK_SIDE = 1024, 128
TEN, TWENTY = "steps=10", "steps=20"  #: of the classic schedule, on each octave
OTHER = 3 / 4  #: of that side: another picture, so that libraries and weights are there
AIMS = "The aims, of the classic schedule on `inception_v1` in bf16, ascent alone: 300 ms new, 100 ms seen, 1074 MB."
COLUMNS = ("network", "schedule", "type", "a new size: ms", "seen: ms", "ascent alone: ms", "peak MB")


def tables(options: Options) -> list[Table]:
    side = QUICK_SIDE if options.quick else SIDE
    rows = []
    for name in options.chosen(("inception_v1",) if options.quick else tuple(LAYERS)):
        for precision in precisions(options.device, of_recipes=True):
            for title in SCHEDULES:
                # Loaded anew, so that nothing is recorded for it.
                rows.append(measured(subject(name), title, precision, side, options))
    about = f"{side}², from pixels to pixels; libraries and weights were used for a picture of another size before."
    notes = "" if options.quick or options.device.type != "cuda" else AIMS
    return [Table(about=about, columns=COLUMNS, rows=rows, notes=notes)]


def measured(one: Subject, title: str, precision: str, side: int, options: Options) -> tuple[str, ...]:
    """A row."""
    recipe = f"layer={one.layer} size={LARGEST} precision={precision} {SCHEDULES[title]}"
    picture, other = rendered(side, side), rendered(round(side * OTHER), round(side * OTHER))
    dreaming(one.network, other, recipe, options.device)()
    whole, new = dreaming(one.network, picture, recipe, options.device), [0.0]

    def first() -> None:
        new[0] = options.stopwatch.time(whole)

    peak = peak_bytes(first, options.device)
    works = {"seen": whole}
    if title == "classic":
        works["twice"] = dreaming(one.network, picture, recipe.replace(TEN, TWENTY), options.device)
    best = race(works, options.stopwatch, rounds=2 * options.rounds, seconds=60)
    ascent = milliseconds(best["twice"] - best["seen"]) if "twice" in best else "–"
    return one.title, title, precision, milliseconds(new[0]), milliseconds(best["seen"]), ascent, megabytes(peak)
