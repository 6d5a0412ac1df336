"""How the operator's commands are asked for: `python -m bot servers | leave | block | unblock | blocks | drain`."""

from __future__ import annotations

import argparse
import asyncio
import re
from collections.abc import Callable
from typing import Any

from bot import moments
from bot.config import Config

MEMBER, SERVER = "member", "server"
LONGEST_REASON = 300  #: characters
LONGEST_DAYS = 3650


def add_to(commands: Any, command: Callable[[argparse.Namespace], int]) -> None:
    """The parsers. All of them lead to `command`, which hands what was read to `run`."""
    for name, what in (
        ("servers", "the servers that the running bot is in, with members and dreams of the last seven days"),
        ("leave", "have the running bot leave a server"),
        ("block", "take nothing from a member, wherever they ask, or from a server, which the bot leaves"),
        ("unblock", "lift such a block"),
        ("blocks", "list them"),
        ("drain", "before an upgrade: take nothing new, finish what was accepted; a restart ends it"),
    ):
        one = commands.add_parser(name, help=what, description=what)
        one.set_defaults(command=command, program=name)
    commands.choices["leave"].add_argument("guild", metavar="SERVER_ID", type=_id)
    for name in ("block", "unblock"):
        commands.choices[name].add_argument("kind", choices=(MEMBER, SERVER))
        commands.choices[name].add_argument("id", metavar="ID", type=_id, help="the member's or server's")
    block = commands.choices["block"]
    block.add_argument("--for", dest="span", metavar="SPAN", type=_span, help="such as 12h, 3d, 2w; else for good")
    block.add_argument("--reason", type=_reason, help="members read it")
    drain = commands.choices["drain"]
    either = drain.add_mutually_exclusive_group()
    either.add_argument("--wait", action="store_true", help="return once everybody has been answered")
    either.add_argument("--undo", action="store_true", help="take requests again")


def run(options: argparse.Namespace, config: Config, say: Callable[[str], None]) -> int:
    """Do what was asked for; the exit code. Raises BotError."""
    from bot.owner.programs import PROGRAMS  # only now: what other commands do not need takes its time

    return asyncio.run(PROGRAMS[options.program](options, config, say))


def _id(text: str) -> int:
    if not re.fullmatch(r"[0-9]{15,20}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no id of Discord's: write its 15 to 20 digits")
    return int(text)


def _span(text: str) -> float:
    seconds = moments.span(text.lower().strip())
    if not seconds or seconds > LONGEST_DAYS * 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is no span: write 12h, 3d or 2w, of ten years at the most")
    return float(seconds)


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not reason or len(reason) > LONGEST_REASON:
        raise argparse.ArgumentTypeError(f"a reason has 1 to {LONGEST_REASON} characters")
    return reason
