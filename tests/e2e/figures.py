"""What the bot itself costs, measured over real sockets: for the tests that hold the figures, and for the benchmark."""

from __future__ import annotations

import asyncio
import re
import time

from tests.e2e.town import DOT, Town, answers, cat

NO_LIMITS = {"DREAM_LIMIT_HOUR": "0", "DREAM_LIMIT_WAITING": "0", "DREAM_LIMIT_SERVER_WAITING": "0"}
PRETENDING = {"module": "tests.e2e.pretending", **NO_LIMITS}


def p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]


async def overheads(town: Town, count: int) -> list[float]:
    """Seconds from the message to the finished answer, one at a time, where dreaming takes no time."""
    found = []
    for number in range(count):
        channel = (town.place.dreams, town.place.general, town.place.late)[number % 3]
        begun = time.monotonic()
        await town.dream(await town.ask("!dream", DOT, channel=channel))
        found.append(time.monotonic() - begun)
        await asyncio.sleep(0.7)
    return found[1:]  # the first one warms up


async def first_answers(town: Town, *, waiting: int, asked: int) -> list[float]:
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


async def loop_delays(town: Town, dreams: int) -> tuple[float, float]:
    """(p99.9, worst), in seconds over so many dreams, as the bot reports them when it ends."""
    for _ in range(dreams - 1):
        await town.ask("!dream size=384", cat(), user=town.place.ben)
    last = await town.ask("!dream size=384", cat())
    await town.dream(last, timeout=300)
    await town.bot.stop()
    (line,) = [line["message"] for line in town.bot.lines if "event loop delay" in line.get("message", "")]
    found = re.search(r"p99.9 (\d+) ms, worst (\d+) ms", line)
    assert found
    return int(found[1]) / 1000, int(found[2]) / 1000


async def starts(town: Town, count: int) -> list[float]:
    """Seconds from the start of the process until it is ready."""
    found = []
    for _ in range(count):
        life = await town.start()
        found.append(time.monotonic() - life.started)
        await life.stop()
    return found
