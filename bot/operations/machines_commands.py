"""How the programs of other machines are asked for: `python -m bot scheduler | worker | certificates`."""

from __future__ import annotations

import argparse
import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from bot.config import Config, is_scheduler, place_to_listen

LISTEN = "127.0.0.1:8786"
MOST_DAYS = 3650
DAYS = 365


class Configured(Protocol):
    """The settings, with these variables on top, and the log of a program of that name."""

    def __call__(self, role: str, **given: str) -> Config: ...


def add_to(commands: Any, command: Callable[[argparse.Namespace], int]) -> None:
    """The parsers. All of them lead to `command`, which hands what was read to `run`."""
    what = "the scheduler between the bot and the machines that dream for it"
    scheduler = commands.add_parser("scheduler", help=what, description=what)
    scheduler.add_argument(
        "--listen",
        metavar="ADDRESS:PORT",
        type=_place,
        default=place_to_listen(LISTEN),
        help=f"where bot and workers reach it: 0.0.0.0:8786 for other machines, which takes certificates ({LISTEN})",
    )
    what = "dream for a bot on another machine, one worker for each GPU"
    worker = commands.add_parser("worker", help=what, description=what)
    worker.add_argument("--scheduler", metavar="tls://HOST:PORT", type=_address, help="in place of DREAM_SCHEDULER")
    worker.add_argument(
        "--ports",
        metavar="FIRST:LAST",
        type=_ports,
        help="where the scheduler reaches the workers, two for each; by default any that are free",
    )
    for one in (scheduler, worker):
        one.add_argument(
            "--certificates",
            metavar="FOLDER",
            type=_folder,
            help="made by the command certificates, in place of DREAM_SCHEDULER_CA, _CERT and _KEY",
        )
        one.add_argument(
            "--health", metavar="[ADDRESS:]PORT", type=_place, help="where /healthz and /readyz are; by default nowhere"
        )
    what = "prove to scheduler, bot and workers on several machines who belongs to them"
    certificates = commands.add_parser("certificates", help=what, description=what)
    for one in (scheduler, worker, certificates):
        one.set_defaults(command=command)
    scheduler.set_defaults(program=_schedule)
    worker.set_defaults(program=_work)
    _add_certificates(certificates)


def run(options: argparse.Namespace, configured: Configured, say: Callable[[str], None]) -> int:
    """Do what was asked for; the exit code. Raises BotError."""
    status: int = options.program(options, configured, say)
    return status


def _add_certificates(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    for name, program, what in (
        ("new", _new, "an authority, and certificates for the scheduler, the bot and the workers"),
        ("add", _add, "certificates for one more machine with workers, or several"),
        ("renew", _renew, "new certificates of the same authority for everybody who has one"),
        ("check", _check, "which are good, and until when"),
    ):
        one = actions.add_parser(name, help=what, description=what)
        one.add_argument("folder", metavar="FOLDER", type=Path, help="where they are")
        one.set_defaults(program=program)
        if name == "new":
            one.add_argument(
                "--scheduler",
                metavar="HOST",
                nargs="+",
                required=True,
                help="names and addresses of the scheduler's machine",
            )
            one.add_argument(
                "--workers", metavar="NAME", nargs="*", default=[], help="of the machines with workers: gpu-1 gpu-2"
            )
        if name == "add":
            one.add_argument("workers", metavar="NAME", nargs="+", help="of the machines")
        if name != "check":
            one.add_argument(
                "--days", type=_days, default=DAYS, help="how long they are good (%(default)s); the authority: 10 years"
            )


def _schedule(options: argparse.Namespace, configured: Configured, _say: Callable[[str], None]) -> int:
    from bot.operations import machines

    host, port = options.listen
    config = configured("scheduler", **_given(options))
    asyncio.run(machines.schedule(config, host=host, port=port, health=options.health))
    return 0


def _work(options: argparse.Namespace, configured: Configured, _say: Callable[[str], None]) -> int:
    from bot.operations import machines

    given = {"DREAM_SCHEDULER": options.scheduler} if options.scheduler else {}
    config = configured("worker", **_given(options), **given)
    asyncio.run(machines.work(config, ports=options.ports, health=options.health))
    return 0


def _given(options: argparse.Namespace) -> dict[str, str]:
    if options.certificates is None:
        return {}
    files = {"CA": "ca.pem", "CERT": "certificate.pem", "KEY": "key.pem"}
    return {f"DREAM_SCHEDULER_{name}": str(options.certificates / file) for name, file in files.items()}


def _new(options: argparse.Namespace, _: Configured, say: Callable[[str], None]) -> int:
    from bot.operations import machines

    return machines.make(options.folder, hosts=options.scheduler, workers=options.workers, days=options.days, say=say)


def _add(options: argparse.Namespace, _: Configured, say: Callable[[str], None]) -> int:
    from bot.operations import machines

    return machines.add(options.folder, workers=options.workers, days=options.days, say=say)


def _renew(options: argparse.Namespace, _: Configured, say: Callable[[str], None]) -> int:
    from bot.operations import machines

    return machines.renew(options.folder, days=options.days, say=say)


def _check(options: argparse.Namespace, _: Configured, say: Callable[[str], None]) -> int:
    from bot.operations import machines

    return machines.check(options.folder, say)


def _address(text: str) -> str:
    if not is_scheduler(text):
        raise argparse.ArgumentTypeError(f"{text!r} does not work: write it as tls://HOST:8786")
    return text


def _place(text: str) -> tuple[str, int]:
    try:
        return place_to_listen(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no port, such as 8786, and no ADDRESS:PORT") from None


def _ports(text: str) -> str:
    match = re.fullmatch(r"([0-9]{1,5}):([0-9]{1,5})", text)
    if not match or not 0 < int(match[1]) < int(match[2]) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} are no ports: write the first and the last, such as 9001:9016")
    return text


def _folder(text: str) -> Path:
    folder = Path(text).expanduser().absolute()
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text!r}")
    return folder


def _days(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= MOST_DAYS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days from 1 to {MOST_DAYS}")
    return int(text)
