"""Whether this machine and a scheduler trust each other, and if not, why: in sentences for whoever runs them."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import urlsplit

from distributed.security import Security

from bot.config import ExecutorConfig, is_loopback
from bot.errors import BotError
from bot.executor.machines import joining
from bot.executor.machines.knocking import knock
from bot.executor.machines.papers import Found, OutOfTime, examine, utc, warning
from bot.executor.transport import check_address, papers_of, security_with

HELLO_SECONDS = 15.0  #: for the scheduler to say which version it is

_BUSY = "The scheduler at {address} does not answer in time: it is busy, or hangs. Look at its log."

_log = logging.getLogger(__name__)


class Unreachable(BotError):
    """There is no connection to the scheduler."""


async def check_at_start(config: ExecutorConfig) -> None:
    """Raises ConfigError for papers that will never do. What time heals, or somebody who renews them, is waited for."""
    if is_loopback(urlsplit(str(config.scheduler)).hostname):
        return  # they are made anew whenever the scheduler is started
    try:
        await looked_at(config)
    except OutOfTime as error:
        _log.error("%s", error.sentence)


async def looked_at(config: ExecutorConfig) -> Found:
    """What the operator's certificates say. Raises ConfigError for such as do not hold."""
    return await asyncio.to_thread(lambda: examine(papers_of(config), now=utc()))


async def welcomed(config: ExecutorConfig, *, name: str) -> tuple[Security, Found]:
    """The operator's certificates, which hold now and open a scheduler that runs the same version; what they say.

    Raises ConfigError, Unreachable, joining.OtherVersion, joining.NotOurs.
    """
    found = await looked_at(config)
    security = security_with(papers_of(config))
    await greeted(config, security, name=name)
    if (sentence := warning(found, now=utc())) is not None:
        _log.warning("%s", sentence)
    return security, found


async def greeted(config: ExecutorConfig, security: Security, *, name: str) -> joining.Hello:
    """What the scheduler says. Raises Unreachable, joining.OtherVersion, joining.NotOurs."""
    address = check_address(str(config.scheduler))
    papers = papers_of(config)
    if (sentence := await asyncio.to_thread(knock, address, papers, listen=False)) is not None:
        raise Unreachable(sentence)
    try:
        async with asyncio.timeout(HELLO_SECONDS):
            return await joining.hello(address, security, name=name)
    except (OSError, TimeoutError) as error:
        sentence = await asyncio.to_thread(knock, address, papers, listen=True)
        raise Unreachable(sentence or _BUSY.format(address=address), log=repr(error)) from error


def told(error: BaseException) -> str:
    """Of an error: our sentence, where it is one."""
    if isinstance(error, BotError):
        return error.sentence
    return str(error) if isinstance(error, joining.OtherVersion | joining.NotOurs) else repr(error)
