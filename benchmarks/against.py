"""A whole dream against a textbook's, on one network: `python -m benchmarks against`.

512 x 384, four octaves of ten steps, as the classic schedule has them, and what is dreamt where nobody says.
"""

from __future__ import annotations

from functools import partial

from benchmarks.machine import precisions
from benchmarks.options import Options, in_seconds
from benchmarks.subjects import dreaming, rendered, subject, tensor_of
from benchmarks.tables import Table
from benchmarks.timing import Work, race

SIZE = 384, 512
QUICK_SIZE = 192, 256
CLASSIC = "schedule=classic steps=10 octaves=4 octave_scale=1.4"
DEFAULT = "octaves=4"
NETWORK = "googlenet"
TEXTBOOK = "textbook", "fp32"

#: Times as fast as the textbook loop in fp32, on one thread of a processor.
AIMS = {(CLASSIC, "fp32"): 2.6, (CLASSIC, "bf16"): 4.5, (DEFAULT, "fp32"): 5.0, (DEFAULT, "bf16"): 9.0}


def tables(options: Options) -> list[Table]:
    rows = []
    for name in options.networks or (NETWORK,):
        one = subject(name)
        picture = rendered(*(QUICK_SIZE if options.quick else SIZE))
        textbook, pixels = one.textbook(options.device), tensor_of(picture.rgb)
        works: dict[tuple[str, str], Work] = {TEXTBOOK: partial(textbook.dream, pixels)}
        for precision in precisions(options.device, of_recipes=True):
            for schedule in (CLASSIC, DEFAULT):
                recipe = f"layer={one.layer} {schedule} precision={precision}"
                works[schedule, precision] = dreaming(one.network, picture, recipe, options.device)
        best = race(works, options.stopwatch, rounds=options.rounds, seconds=150)
        rows.append((one.title, *TEXTBOOK, in_seconds(best[TEXTBOOK]), "1", ""))
        for (schedule, precision), aim in AIMS.items():
            if (schedule, precision) in best:
                took = best[schedule, precision]
                wanted = f"{aim}" if name == NETWORK and options.device.type == "cpu" and not options.quick else ""
                what = one.title, f"`{schedule}`", precision
                rows.append((*what, in_seconds(took), f"{best[TEXTBOOK] / took:.2f}", wanted))
    height, width = picture.rgb.shape[:2]
    about = f"{width} x {height}, four octaves, all in turns:"
    return [Table(about=about, columns=("network", "schedule", "type", "s", "times as fast", "aim"), rows=rows)]
