"""The command line: `python -m bot run | doctor | playground`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.config import Config, read_config
from bot.errors import BotError, ConfigError
from bot.logs import configure

FAILED = 1  #: worth another try, by systemd for instance
BAD_CONFIG = 2  #: somebody has to change something first

DOTENV = Path(".env")

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
    config = _config()
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


def _doctor(options: argparse.Namespace) -> int:
    """Check everything that the bot needs, and say what to do."""
    from bot.operations.doctor import examine

    return asyncio.run(examine(_config(), print))


def _config() -> Config:
    config = read_config(os.environ, DOTENV)
    configure(config)
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
        ("run", _run, "connect to Discord and dream (settings: .env.example)"),
        ("doctor", _doctor, "check token, intents, permissions, weights, GPU, disk; say what to do"),
    ):
        one = commands.add_parser(name, help=what, description=what)
        one.set_defaults(command=command)
    return parser


if __name__ == "__main__":
    sys.exit(main())
