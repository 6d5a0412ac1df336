"""The command line: `python -m bot start | run | doctor | status | backup | restore | playground`, the owner's
`servers | leave | block | unblock | blocks | drain` (bot.owner.commands), and the programs of other machines:
`scheduler | worker | certificates` (bot.operations.machines_commands)."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from bot.config import Config, read_config
from bot.errors import BotError, ConfigError
from bot.logs import configure
from bot.operations import machines_commands
from bot.owner import commands as owner_commands

FAILED = 1  #: worth another try, by systemd for instance
BAD_CONFIG = 2  #: somebody has to change something first

DOTENV = Path(".env")
PORT = 8137  #: of the playground's page

_NOT_SET = (
    "DISCORD_TOKEN is not set, so there is no Discord to connect to: put the bot's token into .env"
    " (docs/operators.md says where it comes from), or try the bot without an account: make run."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0, 1 when something failed, 2 for a wrong or missing setting."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except ConfigError as error:
        return _fail(error, BAD_CONFIG)
    except BotError as error:
        return _fail(error, FAILED)
    except KeyboardInterrupt:
        return 130


def _run(options: argparse.Namespace) -> int:
    """Be the bot until SIGINT or SIGTERM."""
    config = _config(own_log=True)
    if config.token is None:
        raise ConfigError(_NOT_SET)
    from bot.client import run  # only now: a wrong setting is told at once

    try:
        asyncio.run(run(config))
    except BotError:
        raise
    except Exception:
        # Through the log, not Python's own traceback: only the log leaves tokens out.
        logging.getLogger("bot").critical("the bot has ended", exc_info=True)
        return FAILED
    return 0


def _elsewhere(options: argparse.Namespace) -> int:
    """What runs on other machines than the bot's: the scheduler, workers; and their certificates."""

    def configured(role: str, **given: str) -> Config:
        return _config({**os.environ, **given}, own_log=True, role=role)

    return machines_commands.run(options, configured, print)


def _doctor(options: argparse.Namespace) -> int:
    """Check everything that the bot needs, and say what to do."""
    from bot.operations.doctor import examine

    return asyncio.run(examine(_config(), print))


def _status(options: argparse.Namespace) -> int:
    """Ask the running bot how it is."""
    from bot.operations.seeing.asking import ask

    return asyncio.run(ask(_config().home, print))


def _owner(options: argparse.Namespace) -> int:
    """Which servers, who may ask, and an end to taking anything new."""
    return owner_commands.run(options, _config(), print)


def _backup(options: argparse.Namespace) -> int:
    """Everything that is worth keeping into one file, also while the bot is at work."""
    from bot.operations.backups.commands import backup

    return backup(_config(), options.file, print)


def _restore(options: argparse.Namespace) -> int:
    """Back from that file."""
    from bot.operations.backups.commands import restore

    return restore(_config(), options.file, force=options.force, say=print)


def _start(options: argparse.Namespace) -> int:
    """On Discord where there is a token, else in the playground."""
    return _run(options) if _config().token is not None else _playground(options)


def _playground(options: argparse.Namespace) -> int:
    """The stand-in for Discord and the bot in it, until SIGINT or SIGTERM."""
    from bot.operations.playing import play

    say = partial(print, flush=True)
    return asyncio.run(play(_config(), say, port=options.port, keep=options.keep, open_browser=options.open))


def _post(options: argparse.Namespace) -> int:
    """A picture into a running playground, and its dream back."""
    from bot.operations.playing import ask

    return asyncio.run(ask(_config(), options.picture, " ".join(options.recipe), options.folder, print))


def _port(text: str) -> int:
    number = int(text) if text.isdecimal() and text.isascii() else -1
    if not 0 <= number < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: write a number from 1 to 65535, or 0 for any")
    return number


def _config(given: Mapping[str, str] = os.environ, *, own_log: bool = False, role: str = "") -> Config:
    """own_log: for as long as this runs, the file in DREAM_LOG_FILE is its own. Others would only turn its days.

    role: of a program beside the bot, whose file has it in its name.
    """
    config = read_config(given, DOTENV)
    file = config.log_file if own_log else None
    if file is not None and role:
        file = file.with_name(f"{file.stem}-{role}{file.suffix}")
    configure(dataclasses.replace(config, log_file=file))
    for sentence in config.warnings:
        logging.getLogger("bot.config").warning("%s", sentence)
    return config


def _fail(error: BotError, status: int) -> int:
    if error.log != error.sentence:
        logging.getLogger("bot").error("%s", error.log)
    print(f"bot: {error.sentence}", file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description="A Discord bot that dreams.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command, what in (
        ("start", _start, "run where there is a DISCORD_TOKEN, else playground"),
        ("run", _run, "connect to Discord and dream (settings: .env.example)"),
        ("doctor", _doctor, "check token, intents, permissions, weights, GPU, disk; say what to do"),
        ("status", _status, "ask the running bot how it is: queue, workers, Discord, disk"),
    ):
        one = commands.add_parser(name, help=what, description=what)
        one.set_defaults(command=command)
    for name, command, what in (
        ("backup", _backup, "the database and its pictures into one file, checked; the bot may be at work"),
        ("restore", _restore, "put a backup back; the bot has to be stopped"),
    ):
        one = commands.add_parser(name, help=what, description=what)
        one.add_argument("file", metavar="FILE", type=Path)
        one.set_defaults(command=command)
    one.add_argument("--force", action="store_true", help="also where there is a database: that one is moved aside")
    owner_commands.add_to(commands, _owner)
    machines_commands.add_to(commands, _elsewhere)
    what = "the bot in a stand-in for Discord on this machine, without an account"
    playground = commands.add_parser("playground", help=what, description=what)
    playground.set_defaults(command=_playground)
    for one in (commands.choices["start"], playground):
        of_playground = one.add_argument_group("the playground's page")
        of_playground.add_argument("--open", action="store_true", help="open it in the browser")
        of_playground.add_argument("--keep", action="store_true", help="go on where the last one with --keep ended")
        of_playground.add_argument(
            "--port", type=_port, default=PORT, help="where it is (%(default)s); another one where that is taken"
        )
    what = "post a picture into the running playground, and save its dream"
    post = playground.add_subparsers(metavar="COMMAND").add_parser("post", help=what, description=what)
    post.add_argument("picture", metavar="PICTURE", type=Path, help="a file")
    post.add_argument("recipe", metavar="key=value", nargs="*", help="as behind !dream: style=eyes strength=1.5")
    post.add_argument("--folder", type=Path, default=Path("dreams"), help="where the dream is saved (%(default)s)")
    post.set_defaults(command=_post)
    return parser


if __name__ == "__main__":
    sys.exit(main())
