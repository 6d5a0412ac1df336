"""Workers on another machine than the bot: they join the operator's scheduler, and dream for whichever bot asks it."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping

from distributed.security import Security

from bot.config import ExecutorConfig
from bot.errors import ConfigError
from bot.executor.devices import nvidia_gpus, plan_workers
from bot.executor.machines import joining, trust
from bot.executor.nannies import keep_all
from bot.executor.transport import check_address, settle
from dreamcore.processors import usable_cores, usable_memory

_log = logging.getLogger(__name__)


async def work_for(
    config: ExecutorConfig,
    environment: Mapping[str, str],
    *,
    ports: str | None = None,
    on_change: Callable[[str, bool], None] = lambda name, works: None,
) -> None:
    """Be the workers of `config.scheduler`, one for each GPU here or as many as set, until cancelled.

    environment: what they are told beside the process's own, such as where weights are. ports and on_change: as
    `keep_all`. Raises ConfigError for an address that may not be used, and for certificates that cannot be.
    """
    if config.scheduler is None:
        raise ConfigError("A worker needs the address of a scheduler: --scheduler tls://HOST:8786, or DREAM_SCHEDULER.")
    settle(logging.ERROR)
    address = check_address(config.scheduler)
    name = f"{os.uname().nodename}-{os.getpid()}"
    plans = plan_workers(config, gpus=nvidia_gpus(os.environ), cores=usable_cores(), memory=usable_memory())
    # Names are the scheduler's to give: those of two machines must not be the same.
    plans = tuple(plan.named(f"{name}-{plan.name}").beside(environment) for plan in plans)

    async def welcome() -> Security:
        """Looked at before each start: files may be new, and so may the scheduler."""
        security, _ = await trust.welcomed(config, name=f"the worker {name}")
        return security

    await trust.looked_at(config)
    _log.info("Dreambot %s works for %s", joining.version(), address)
    await keep_all(plans, address, welcome, host=None, ports=ports, on_change=on_change)
