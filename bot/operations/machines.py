"""The programs on machines that dream for a bot: `python -m bot scheduler | worker | certificates`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from bot.alone import alone_in
from bot.config import Config, is_loopback, throw_away
from bot.errors import BotError, ConfigError
from bot.executor.machines import certificates
from bot.executor.machines.certificates import Issued, Role
from bot.executor.machines.joining import version
from bot.executor.machines.papers import CERTIFICATE, Papers, examine, utc, warning
from bot.executor.processes import without_secrets
from bot.executor.transport import papers_of, security_with, settle
from bot.operations.alive import Alive
from bot.signals import told_to_stop

_log = logging.getLogger(__name__)


async def work(config: Config, *, ports: str | None, health: tuple[str, int] | None) -> None:
    """Be this machine's workers until SIGINT or SIGTERM. `health`: host and port of `Alive`. Raises BotError."""
    from bot.executor.remote import work_for

    for name in os.environ.keys() - without_secrets(os.environ).keys():
        del os.environ[name]  # workers are started with what is left
    at_work: set[str] = set()

    def changed(name: str, works: bool) -> None:
        (at_work.add if works else at_work.discard)(name)

    alive = Alive(health, ready=lambda: bool(at_work))
    await _until_told(alive, work_for(config.executor, config.worker_environment, ports=ports, on_change=changed))


async def schedule(config: Config, *, host: str, port: int, health: tuple[str, int] | None) -> None:
    """Be the scheduler until SIGINT or SIGTERM. `health`: as of `work`. Raises BotError."""
    settle(logging.WARNING)
    with contextlib.ExitStack() as stack:
        if config.executor.scheduler_cert is None or _made_here(config):
            papers = _throw_away(config, host, stack)
        else:
            papers = papers_of(config.executor)
        found = examine(papers, now=utc())
        if (sentence := warning(found, now=utc())) is not None:
            _log.warning("%s", sentence)
        alive = Alive(health, ready=lambda: True)
        await _until_told(alive, _serve(host, port, papers))


async def _serve(host: str, port: int, papers: Papers) -> None:
    from bot.executor.machines.scheduler import DreamScheduler

    try:
        async with DreamScheduler(host=host, port=port, security=security_with(papers)) as scheduler:
            _log.info("Dreambot %s: the scheduler listens at %s", version(), scheduler.address)
            await asyncio.Event().wait()
    except (OSError, RuntimeError) as error:
        cause = error if isinstance(error, OSError) else error.__cause__
        if not isinstance(cause, OSError):
            raise
        raise BotError(f"Nobody can listen at {host}:{port}: {cause.strerror or cause}.") from error


def _made_here(config: Config) -> bool:
    return config.executor.scheduler_cert == throw_away(config.home)["scheduler_cert"]


def _throw_away(config: Config, host: str, stack: contextlib.ExitStack) -> Papers:
    """Certificates for this life of it, in DREAM_HOME, which only this user can read: for this machine's own use."""
    if not is_loopback(host):
        raise ConfigError(
            f"Other machines reach a scheduler at {host}, so it needs certificates: make them with python -m bot"
            " certificates new, and name the folder with --certificates."
        )
    folder = Path(throw_away(config.home)["scheduler_cert"]).parent
    stack.enter_context(
        alone_in(
            _closed_to_others(folder),
            unwritable=f"{folder} cannot be written",
            taken=f"Another scheduler is at work with {config.home}: stop it, or set another DREAM_HOME.",
        )
    )
    certificates.issue_throw_away(folder)
    return Papers.in_folder(folder)


def _closed_to_others(folder: Path) -> Path:
    """And the one around it, where this is the first that needs it."""
    folder.parent.parent.mkdir(parents=True, exist_ok=True)
    folder.parent.mkdir(exist_ok=True, mode=0o700)
    return folder


async def _until_told(alive: Alive, work: Awaitable[None]) -> None:
    with told_to_stop() as stop:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(alive)
            working = asyncio.ensure_future(work)
            stopping = asyncio.create_task(stop.wait())
            try:
                await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                stopping.cancel()
                working.cancel()
                ended = await asyncio.gather(working, stopping, return_exceptions=True)
            if isinstance(ended[0], Exception):
                raise ended[0]


def make(folder: Path, *, hosts: Sequence[str], workers: Sequence[str], days: int, say: Callable[[str], None]) -> int:
    """Certificates for everybody, in a new folder. Raises BotError."""
    issued = certificates.make(folder, hosts=hosts, workers=workers, days=days)
    _tell(issued, say)
    say(f"{folder / certificates.AUTHORITY_FOLDER} stays here: whoever has its key can join. Keep a copy offline.")
    return 0


def add(folder: Path, *, workers: Sequence[str], days: int, say: Callable[[str], None]) -> int:
    """Certificates for more workers. Raises BotError."""
    _tell(certificates.add(folder, workers=workers, days=days), say)
    return 0


def renew(folder: Path, *, days: int, say: Callable[[str], None]) -> int:
    """New ones for everybody. Raises BotError."""
    _tell(certificates.renew(folder, days=days), say)
    say("The older ones go on working until they are over. Copy the new ones, then start scheduler and workers again.")
    return 0


def check(folder: Path, say: Callable[[str], None]) -> int:
    """What holds in a folder: one machine's, or all of them. The exit code: 1 where something does not."""
    places = sorted(path.parent for path in folder.rglob(CERTIFICATE))
    if not places:
        raise BotError(f"There is no {CERTIFICATE} in {folder}, nor in a folder inside of it.")
    status = 0
    for place in places:
        try:
            found = examine(Papers.in_folder(place), now=utc())
        except ConfigError as error:
            status = 1
            say(f"FAIL  {place}: {error.sentence}")
        else:
            soon = warning(found, now=utc())
            say(f"{'warn' if soon else 'ok  '}  {place}: {soon or f'good until {found.until:%Y-%m-%d}'}")
    return status


def _tell(issued: Sequence[Issued], say: Callable[[str], None]) -> None:
    goes = {Role.SCHEDULER: "the scheduler's machine", Role.BOT: "the bot's machine", Role.WORKER: "the machine"}
    for one in issued:
        where = goes[one.role] + (f" {one.name}" if one.role is not Role.BOT else "")
        say(f"{one.folder}  ->  {where} (good until {one.until:%Y-%m-%d})")
    say("Copy each folder to its machine, readable for the user that runs Dreambot there and for nobody else.")
