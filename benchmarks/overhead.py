"""What the bot itself adds to a dream, over real sockets against the stand-in: `python -m benchmarks overhead`.

The measuring is that of the tests that hold these figures (`make soak`). Where nothing else is said the engine dreams
nothing, so that what is left is the bot's own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeVar

from benchmarks.options import Options, milliseconds
from benchmarks.tables import Table
from tests.e2e.figures import NO_LIMITS, PRETENDING, first_answers, loop_delays, overheads, p95, starts
from tests.e2e.town import Town, in_town

T = TypeVar("T")


def tables(options: Options) -> list[Table]:
    few = options.quick
    alone = _in_town(PRETENDING, lambda here: overheads(here, 10 if few else 60))
    waiting = 40 if few else 200
    crowded = {**PRETENDING, "PRETEND_SECONDS": "3"}
    first = _in_town(crowded, lambda here: first_answers(here, waiting=waiting, asked=12 if few else 60))
    dreams = 4 if few else 21
    p999, worst = _in_town(NO_LIMITS, lambda here: loop_delays(here, dreams))
    ready = _in_town({}, lambda here: starts(here, 2 if few else 4), start=False)
    rows = (
        (
            f"from the message to the finished answer, idle queue, no engine; p95 of {len(alone)}",
            f"{milliseconds(p95(alone))} ms",
            "150 ms",
        ),
        (
            f"first answer while {waiting} requests wait, one a second in each of three channels; p95 of {len(first)}",
            f"{milliseconds(p95(first))} ms",
            "500 ms",
        ),
        (
            f"event loop's delay over {dreams} real dreams: p99.9, worst",
            f"{milliseconds(p999)} ms, {milliseconds(worst)} ms",
            "50, 250 ms",
        ),
        (
            f"ready after the start of the process, {len(ready)} starts",
            f"{min(ready):.1f} to {max(ready):.1f} s",
            "5 s",
        ),
    )
    return [Table(columns=("", "measured", "aim"), rows=rows)]


def _in_town(variables: Mapping[str, str], measure: Callable[[Town], Awaitable[T]], *, start: bool = True) -> T:
    """A stand-in and, with `start`, the bot beside it, for as long as something is measured."""
    found: list[T] = []

    @in_town(start=start, **variables)  # type: ignore[arg-type]
    async def lived(here: Town) -> None:
        found.append(await measure(here))

    with tempfile.TemporaryDirectory() as folder:
        lived(Path(folder))
    return found[0]
