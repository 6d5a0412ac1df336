"""The doctor's look at the machines that dream for this one: certificates, the scheduler, its workers."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from pathlib import Path

from bot.config import ExecutorConfig
from bot.errors import BotError, ConfigError
from bot.executor.machines import trust
from bot.executor.machines.joining import NotOurs, OtherVersion
from bot.executor.machines.papers import utc, warning
from bot.executor.transport import papers_of, security_with
from bot.operations.findings import Finding, fail, ok, warn

_RENEW = "docs/operating.md says how certificates are made, renewed and handed round."


async def examine_machines(config: ExecutorConfig) -> AsyncIterator[Finding]:
    """Of a bot with a scheduler: asks it as the bot would, and changes nothing there."""
    try:
        found = await trust.looked_at(config)
    except ConfigError as error:
        yield fail("certificates", error.sentence, _RENEW)
        return
    key = Path(str(config.scheduler_key))
    if stat.S_IMODE(key.stat().st_mode) & stat.S_IRWXO:
        yield warn("certificates", f"Everybody on this machine may read {key}, and join with it.", f"chmod 600 {key}")
    elif (sentence := warning(found, now=utc())) is not None:
        yield warn("certificates", sentence)
    else:
        yield ok("certificates", f"“{found.name}” is good until {found.until:%Y-%m-%d}.")
    yield await _scheduler(config)


async def _scheduler(config: ExecutorConfig) -> Finding:
    try:
        hello = await trust.greeted(config, security_with(papers_of(config)), name="the doctor beside the bot")
    except (BotError, OtherVersion, NotOurs) as error:
        return fail("scheduler", trust.told(error), "Look at its log, or leave DREAM_SCHEDULER empty to dream here.")
    if hello.workers == 0:
        return warn(
            "scheduler",
            f"{config.scheduler} answers, and has no workers: nothing is dreamt.",
            f"On each machine that is to dream: python -m bot worker --scheduler {config.scheduler} --certificates …",
        )
    return ok("scheduler", f"{config.scheduler} answers, runs the same version, and has {hello.workers} worker(s).")
