"""What the bot itself costs: its own time about a dream, its first answer under load, its event loop, its start.

`make soak` holds the figures that we promise, and prints them: they say nothing on a machine that is busy with others.
"""

from __future__ import annotations

import pytest

from tests.e2e.figures import NO_LIMITS, PRETENDING, first_answers, loop_delays, overheads, p95, starts
from tests.e2e.town import Town, in_town


@pytest.mark.soak
@in_town(**PRETENDING)
async def test_figure_overhead(town: Town) -> None:
    found = p95(await overheads(town, 60))
    print(f"\nthe bot's own time, p95: {1000 * found:.0f} ms")
    assert found <= 0.150


@pytest.mark.soak
@in_town(**PRETENDING, PRETEND_SECONDS="3")
async def test_figure_first_answer(town: Town) -> None:
    found = p95(await first_answers(town, waiting=200, asked=60))
    print(f"\nfirst answer while 200 wait, p95: {1000 * found:.0f} ms")
    assert found <= 0.500


@pytest.mark.soak
@in_town(**NO_LIMITS)
async def test_figure_event_loop(town: Town) -> None:
    p999, worst = await loop_delays(town, 21)
    print(f"\nevent loop while dreams run: p99.9 {1000 * p999:.0f} ms, worst {1000 * worst:.0f} ms")
    assert p999 <= 0.050
    assert worst <= 0.250


@pytest.mark.soak
@in_town(start=False)
async def test_figure_start(town: Town) -> None:
    found = await starts(town, 4)
    print(f"\nready after {', '.join(f'{seconds:.1f}' for seconds in found)} s")
    assert min(found[1:]) <= 5.0
