"""What an operator sees of a bot that runs: through its own web server, the command line, and Discord."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import socket
import stat
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.operations.seeing.sockets import SOCKET
from bot.playground.drafts import File
from tests.bot.unset import unset_environment
from tests.e2e.town import DOT, Town, in_town

ROOT = Path(__file__).parents[4]


def free_port() -> int:
    """One below those that the system gives out by itself, so that nobody is given it before it is used."""
    for port in range(20_000 + os.getpid() * 7 % 9_000, 32_000):
        with socket.socket() as free, contextlib.suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port
    raise AssertionError("every port is taken")


PORT = free_port()


async def get(path: str, **headers: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{PORT}{path}", headers=headers) as response,
    ):
        return response.status, await response.text()


async def ready() -> None:
    """The workers and the gateway come when they come."""
    async with asyncio.timeout(120):
        while (await get("/readyz"))[0] != 200:
            await asyncio.sleep(0.1)


def figures(text: str) -> dict[tuple[str, frozenset[str]], float]:
    """By name and values of labels."""
    return {
        (sample.name, frozenset(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def exposed(name: str, value: float) -> str:
    """The figures, once this one says this: they may be a second old."""
    async with asyncio.timeout(60):
        while figures(text := (await get("/metrics"))[1])[name, frozenset()] != value:
            await asyncio.sleep(0.1)
    return text


async def status(home: Path) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "bot", "status"],
        env={**unset_environment(), "PYTHONPATH": str(ROOT), "DREAM_HOME": str(home)},
        cwd=home.parent,
        capture_output=True,
        text=True,
        timeout=120,
    )


def shape(text: str) -> list[str]:
    """Without numbers; the statuses that there are may be more by now."""
    lines = re.sub(r"(answers by status: ).*", r"\1", text).splitlines()
    return [re.sub(r"[\d.,]+", "#", line) for line in lines]


@in_town(module="tests.e2e.pretending", DREAM_METRICS=str(PORT))
async def test_health_figures_and_status_of_a_running_bot(town: Town) -> None:
    await ready()
    assert await get("/healthz") == (200, "ok\n")
    async with aiohttp.ClientSession() as session:
        for method in ("POST", "PUT", "DELETE"):
            async with session.request(method, f"http://127.0.0.1:{PORT}/metrics") as refused:
                assert refused.status == 405
    await town.dream(await town.ask("!dream", DOT))
    text = await exposed("dreambot_kept_pictures_bytes", len(DOT.data))
    said = figures(text)
    assert said["dreambot_ready", frozenset()] == 1
    assert said["dreambot_requests_total", frozenset({"prefix", "dream"})] == 1
    assert said["dreambot_pictures_total", frozenset({"made"})] == 1
    assert said["dreambot_dream_stage_seconds_count", frozenset({"dream", "daydream"})] == 1
    assert said["dreambot_queue_jobs", frozenset({"waiting"})] == 0
    assert said["dreambot_gateway_connected", frozenset({"0"})] == 1
    assert said["dreambot_guilds", frozenset()] == 1
    assert said["dreambot_discord_responses_total", frozenset({"200"})] > 0
    assert said["dreambot_discord_invalid_requests", frozenset()] == 0
    assert said["dreambot_event_loop_delay_seconds_count", frozenset()] > 0
    assert said["process_resident_memory_bytes", frozenset()] > 0
    assert {name.partition("_")[0] for name, _ in said} == {"dreambot", "process"}

    ids = {str(one.id) for one in (town.place.ada, town.place.guild, town.place.dreams, town.place.owner)}
    names = {"ada", "Dream Playground", "dot.png"}
    assert not [one for one in ids | names if one in text], "figures say nothing of members, servers, pictures"

    code, text = await get("/metrics", Accept="application/openmetrics-text; version=1.0.0")
    assert code == 200
    assert text.endswith("# EOF\n")

    told = await status(town.home)
    assert told.returncode == 0, told.stderr
    assert "all is well" in told.stdout.splitlines()[0]
    assert "Queue: empty." in told.stdout
    assert "requests accepted: 1, answered: 1; pictures dreamt: 1, failed: 0" in told.stdout
    assert "• daydream took a picture on average: dream " in told.stdout
    assert "• answers by status: 200: " in told.stdout
    assert stat.S_IMODE((town.home / SOCKET).stat().st_mode) == 0o600

    place = town.place
    asked = await town.standin.command(place.owner, place.dreams, "status")
    mine = await town.standin.fulfilled(asked)
    assert mine.only_for == place.owner.id
    assert shape(mine.text) == shape(told.stdout), "the same figures"

    for other in (place.ada, place.mo):
        asked = await town.standin.command(other, place.dreams, "status")
        theirs = await town.standin.fulfilled(asked)
        assert theirs.only_for == other.id
        assert theirs.text == "Only whoever runs this bot may see how it is."


@in_town(module="tests.e2e.pretending", DREAM_METRICS=str(PORT))
async def test_a_bot_that_has_lost_discord_is_alive_but_not_ready(town: Town) -> None:
    await ready()
    faults = town.standin.faults
    faults.refuse_gateway = 1000
    assert faults.drop_gateway(4000) == 1
    async with asyncio.timeout(60):
        while (told := await get("/readyz"))[0] == 200:
            await asyncio.sleep(0.1)
    assert told == (503, "discord\n")
    assert (await get("/healthz"))[0] == 200
    faults.clear()
    await ready()
    said = figures((await get("/metrics"))[1])
    assert said["dreambot_gateway_sessions_total", frozenset({"disconnected"})] == 1


@in_town(module="tests.e2e.pretending", DREAM_LOG_LEVEL="DEBUG", DREAM_LIMIT_WAITING="1")
async def test_the_log_has_ids_and_neither_names_nor_what_anybody_wrote(town: Town) -> None:
    place = town.place
    named = File(filename="ada-at-the-beach.png", data=DOT.data, description="Ada in the sun")
    await town.dream(await town.ask("!dream strength=1.25", named))
    await town.ask("!dream strnegth=bananas", named)
    await town.says("strnegth")
    await town.ask("nobody is asked for anything here")
    for name in ("mydata", "limits", "queue"):
        await town.standin.fulfilled(await town.standin.command(place.ada, place.dreams, name))
    assert await town.bot.stop() == 0
    log = json.dumps(town.bot.lines, ensure_ascii=False) + "\n".join(town.bot.other)
    assert "accepted, 1 pictures" in log
    private = (r"\bada\b", "beach", r"\bsun\b", "bananas", "nobody is asked", "Playground", "#dreams")
    assert [word for word in private if re.search(word, log, re.IGNORECASE)] == []


def test_without_a_bot_status_is_one_sentence(tmp_path: Path) -> None:
    told = asyncio.run(status(tmp_path / "home"))
    assert told.returncode == 1
    assert told.stdout == ""
    assert told.stderr.startswith("bot: No bot runs with the data folder")
    assert told.stderr.count("\n") == 1


@pytest.mark.parametrize("long", [False, True])
def test_a_socket_that_a_killed_bot_has_left_answers_nobody(tmp_path: Path, long: bool) -> None:
    home = tmp_path / ("x" * 120 if long else "home")
    home.mkdir()
    with socket.socket(socket.AF_UNIX) as left:
        if not long:
            left.bind(str(home / SOCKET))
    told = asyncio.run(status(home))
    assert told.returncode == 1
    assert "No bot runs" in told.stderr
