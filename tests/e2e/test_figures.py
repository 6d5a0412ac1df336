"""What the bot itself costs: its own time about a dream, its first answer under load, its event loop, its start.

`make soak` holds the figures that we promise, and prints them: they say nothing on a machine that is busy with others.
"""

from __future__ import annotations

import asyncio
import re
import time

import pytest

from tests.e2e.town import DOT, Town, answers, cat, in_town

_NO_LIMITS = {"DREAM_LIMIT_HOUR": "0", "DREAM_LIMIT_WAITING": "0", "DREAM_LIMIT_SERVER_WAITING": "0"}
_PRETENDING = {"module": "tests.e2e.pretending", **_NO_LIMITS}


def p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]


async def _overheads(town: Town, count: int) -> list[float]:
    """Seconds from the message to the finished answer, one at a time, where dreaming takes no time."""
    found = []
    for number in range(count):
        channel = (town.place.dreams, town.place.general, town.place.late)[number % 3]
        begun = time.monotonic()
        await town.dream(await town.ask("!dream", DOT, channel=channel))
        found.append(time.monotonic() - begun)
        await asyncio.sleep(0.7)
    return found[1:]  # the first one warms up


async def _first_answers(town: Town, *, waiting: int, asked: int) -> list[float]:
    """Seconds to the waiting message while `waiting` others wait; one request a second in a channel."""
    channels = [town.standin.world.add_channel(town.place.guild, f"side-{number}") for number in range(20)]
    for number in range(waiting):
        await town.ask("!dream", DOT, channel=channels[number % len(channels)], user=town.place.ben)
    deadline = time.monotonic() + 120
    while len(town.of_bot()) < waiting:
        assert time.monotonic() < deadline, f"{len(town.of_bot())} of {waiting} announced"
        await asyncio.sleep(0.2)
    found = []
    for number in range(asked):
        begun = time.monotonic()
        request = await town.ask("!dream", DOT, channel=channels[number % 3])
        await town.standin.message(lambda one, request=request: answers(one, request), 30)
        found.append(time.monotonic() - begun)
        await asyncio.sleep(1 / 3)
    return found


def _loop_delays(town: Town) -> tuple[float, float]:
    """(p99.9, worst), in seconds, as the bot reports them when it ends."""
    (line,) = [line["message"] for line in town.bot.lines if "event loop delay" in line.get("message", "")]
    found = re.search(r"p99.9 (\d+) ms, worst (\d+) ms", line)
    assert found
    return int(found[1]) / 1000, int(found[2]) / 1000


@pytest.mark.soak
@in_town(**_PRETENDING)
async def test_figure_overhead(town: Town) -> None:
    found = p95(await _overheads(town, 60))
    print(f"\nthe bot's own time, p95: {1000 * found:.0f} ms")
    assert found <= 0.150


@pytest.mark.soak
@in_town(**_PRETENDING, PRETEND_SECONDS="3")
async def test_figure_first_answer(town: Town) -> None:
    found = p95(await _first_answers(town, waiting=200, asked=60))
    print(f"\nfirst answer while 200 wait, p95: {1000 * found:.0f} ms")
    assert found <= 0.500


@pytest.mark.soak
@in_town(**_NO_LIMITS)
async def test_figure_event_loop(town: Town) -> None:
    for _ in range(20):
        await town.ask("!dream size=384", cat(), user=town.place.ben)
    last = await town.ask("!dream size=384", cat())
    await town.dream(last, timeout=300)
    await town.bot.stop()
    p999, worst = _loop_delays(town)
    print(f"\nevent loop while dreams run: p99.9 {1000 * p999:.0f} ms, worst {1000 * worst:.0f} ms")
    assert p999 <= 0.050
    assert worst <= 0.250


@pytest.mark.soak
@in_town(start=False)
async def test_figure_start(town: Town) -> None:
    found = []
    for _ in range(4):
        life = await town.start()
        found.append(time.monotonic() - life.started)
        await life.stop()
    print(f"\nready after {', '.join(f'{seconds:.1f}' for seconds in found)} s")
    assert min(found[1:]) <= 5.0
