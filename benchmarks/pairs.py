"""Whole dreams of `daydream` against those of `inception_v1`, level by level: `python -m benchmarks pairs`."""

from __future__ import annotations

from benchmarks.machine import precisions
from benchmarks.options import Options, in_seconds
from benchmarks.subjects import dreaming, rendered, subject
from benchmarks.tables import Table
from benchmarks.timing import race

#: daydream's recipe, and the one of inception_v1 that it is held against.
PAIRS = (
    ("layer=parts", "layer=parts"),
    ("layer=objects", "layer=objects"),
    ("style=garden", "classes=goldfish"),  # both through the whole network
    ("style=garden", "layer=parts"),  # both as they dream by default
)
AIM = 0.6


def tables(options: Options) -> list[Table]:
    loaded = {name: subject(name).network for name in ("daydream", "inception_v1")}
    rows = []
    for side in (256,) if options.quick else (512,):
        picture = rendered(side, side)
        for precision in precisions(options.device, of_recipes=True):
            recipes = {(name, pair[number]) for pair in PAIRS for number, name in enumerate(loaded)}
            works = {
                (name, text): dreaming(loaded[name], picture, f"{text} precision={precision}", options.device)
                for name, text in sorted(recipes)
            }
            best = race(works, options.stopwatch, rounds=options.rounds, seconds=60)
            for ours, theirs in PAIRS:
                a, b = best["daydream", ours], best["inception_v1", theirs]
                case = f"`{ours}` / `{theirs}`", f"{side}²", precision
                rows.append((*case, in_seconds(a), in_seconds(b), f"{a / b:.2f}", f"{AIM}"))
    columns = ("`daydream` / `inception_v1`", "size", "type", "s", "s", "ratio", "aim")
    return [Table(columns=columns, rows=rows)]
