"""The command line: `python -m dreamcore dream IN OUT key=value …`, and what there is to choose from."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from dotenv import load_dotenv

from dreamcore.commandline import dreams, films, imagining, listing, sheets
from dreamcore.errors import DreamError

BAD_INPUT = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0, 2 for bad input (one sentence on stderr), 130 when interrupted."""
    load_dotenv(".env")
    options = _options(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except DreamError as error:
        return _fail(error.sentence)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _fail(f"{where}{error.strerror or error}.")
    except MemoryError:
        return _fail("There is not enough memory for this picture: try a smaller size=.")
    except KeyboardInterrupt:
        print("Stopped; nothing was written.", file=sys.stderr)
        return INTERRUPTED


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The arguments read; settings may stand before and after options, which argparse alone does not allow."""
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    unknown = [argument for argument in rest if argument.startswith("-") or not hasattr(options, "recipe")]
    if unknown:
        parser.error(f"there is no option {' '.join(unknown)}")
    if rest:
        options.recipe = [*options.recipe, *rest]
    return options


class _Parser(argparse.ArgumentParser):
    """Bad input is one sentence here too, not a page of usage."""

    def error(self, message: str) -> NoReturn:
        message = message.removesuffix(", key=value")
        sys.exit(_fail(f"{message[:1].upper()}{message[1:]}. What there is: {self.prog} --help"))


def _fail(sentence: str) -> int:
    print(f"dreamcore: {sentence}", file=sys.stderr)
    return BAD_INPUT


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m dreamcore", description="Pictures dreamt by a neural network.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    for group in (dreams, films, listing, sheets, imagining):
        group.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
