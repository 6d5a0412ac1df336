"""Workers on another machine than the bot: they join the operator's scheduler, and dream for whichever bot asks it."""

from __future__ import annotations

import logging
import os

from bot.config import ExecutorConfig
from bot.errors import ConfigError
from bot.executor.devices import nvidia_gpus, plan_workers, usable_cores
from bot.executor.nannies import LOOPBACK, keep_all
from bot.executor.transport import check_address, remote_security, settle


async def work_for(config: ExecutorConfig) -> None:
    """Be the workers of `config.scheduler`, one for each GPU here or as many as set, until cancelled.

    Raises ConfigError for an address that may not be used, and for certificates that are not there.
    """
    if config.scheduler is None:
        raise ConfigError("A worker needs the address of a scheduler: set DREAM_SCHEDULER=tls://HOST:8786.")
    settle(logging.ERROR)
    address = check_address(config.scheduler)
    plans = plan_workers(config, gpus=nvidia_gpus(os.environ), cores=usable_cores())
    # Names are the scheduler's to give: those of two machines must not be the same.
    plans = tuple(plan.named(f"{os.uname().nodename}-{os.getpid()}-{plan.name}") for plan in plans)
    host = LOOPBACK if address.startswith("tcp://") else None
    await keep_all(plans, address, remote_security(config), host=host)
