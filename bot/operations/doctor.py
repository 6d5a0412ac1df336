"""`python -m bot doctor`: everything that the bot needs, looked at before it is missed; and what to do about each."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from bot.config import Config
from bot.operations import machine
from bot.operations.elsewhere import examine_machines
from bot.operations.findings import Finding, Level, fail
from bot.operations.rest import Rest
from bot.operations.servers import examine_discord

WAITS = (1.0,)  #: seconds before a second try: somebody sits and waits


async def examine(
    config: Config,
    say: Callable[[str], None],
    *,
    probe: Callable[[Config], Awaitable[Mapping[str, Any]]] = machine.probe,
    clock: Callable[[], float] = time.time,
) -> int:
    """Say each finding as it is found. The exit code: 1 when something is in the way, else 0.

    probe: finds what the engine can do on this machine. clock: Unix seconds.
    """
    count = dict.fromkeys(Level, 0)
    async for finding in _findings(config, probe, clock):
        count[finding.level] += 1
        say(finding.text)
    if count[Level.FAIL]:
        say(f"\n{count[Level.FAIL]} thing(s) keep the bot from working.")
    elif count[Level.WARN]:
        say(f"\nThe bot can work; {count[Level.WARN]} thing(s) could be better.")
    else:
        say("\nAll is well.")
    return 1 if count[Level.FAIL] else 0


async def _findings(
    config: Config, probe: Callable[[Config], Awaitable[Mapping[str, Any]]], clock: Callable[[], float]
) -> AsyncIterator[Finding]:
    if config.token is None:
        yield fail(
            "token",
            "DISCORD_TOKEN is not set, so there is no Discord to connect to.",
            "docs/operators.md says where a token comes from; without an account, make run starts the playground.",
        )
    else:
        async with Rest(token=config.token, api=config.api, waits=WAITS) as rest:
            async for finding in examine_discord(config, rest, clock):
                yield finding
    yield machine.examine_disk(config)
    yield await machine.examine_database(config)
    if config.executor.scheduler is not None:
        async for finding in examine_machines(config.executor):
            yield finding
        return
    async for finding in machine.examine_engine(config, await probe(config)):
        yield finding
