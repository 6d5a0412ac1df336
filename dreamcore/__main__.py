"""The command line: `python -m dreamcore dream IN OUT key=value …`, and what there is to choose from."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from dotenv import load_dotenv

from dreamcore import commands
from dreamcore.errors import DreamError
from dreamcore.recipe import SETTINGS

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
    commands_ = parser.add_subparsers(required=True, metavar="COMMAND")

    dream = commands_.add_parser(
        "dream",
        help="dream a picture, or a folder of them",
        usage="%(prog)s [options] IN OUT [key=value ...]",
        epilog=_settings_help(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    dream.add_argument("source", metavar="IN", help="a picture, a folder of pictures, or - for standard input")
    dream.add_argument("target", metavar="OUT", help="a file (.png, .jpg, .webp), a folder, or - for standard output")
    dream.add_argument("recipe", metavar="key=value", nargs="*", help="what to dream; the settings are below")
    dream.add_argument("--recipe-of", metavar="FILE", help="start from the recipe that is written in this dream")
    dream.add_argument("--format", choices=("png", "jpeg", "webp"), help="of the output, where OUT does not say")
    dream.add_argument("--fit", metavar="BYTES", type=_bytes, help="the best that fits into so much: 10M, 800k")
    dream.add_argument("--quiet", action="store_true", help="no progress bar and no notes")
    _add_machine(dream)
    dream.set_defaults(command=commands.dream)

    first = commands_.add_parser(
        "first",
        help="dream a photograph, or a rendered landscape, into the folder dreams/",
        usage="%(prog)s [PHOTO] [key=value ...]",
    )
    first.add_argument("photo", metavar="PHOTO", nargs="?", default="")
    first.add_argument("recipe", metavar="key=value", nargs="*")
    _add_machine(first)
    first.set_defaults(command=commands.first)

    estimate = commands_.add_parser("estimate", help="what a dream would cost", usage="%(prog)s IN [key=value ...]")
    estimate.add_argument("source", metavar="IN", help="a picture, or a size such as 1024x768")
    estimate.add_argument("recipe", metavar="key=value", nargs="*")
    _add_machine(estimate)
    estimate.set_defaults(command=commands.estimate)

    layers = commands_.add_parser("layers", help="the layers of a network, from shallow to deep")
    layers.add_argument("network", metavar="NETWORK")
    layers.add_argument("pattern", metavar="PATTERN", nargs="?", default="*", help="only these: inception_4*/output")
    layers.set_defaults(command=commands.layers)

    networks = commands_.add_parser("networks", help="the networks that can dream, and which are here")
    networks.set_defaults(command=commands.networks)

    styles = commands_.add_parser("styles", help="a network's looks by name")
    styles.add_argument("network", metavar="NETWORK", nargs="?", help="by default the one that dreams by default")
    styles.set_defaults(command=commands.styles)

    recipe = commands_.add_parser("recipe", help="the recipe that is written in a dream")
    recipe.add_argument("file", metavar="FILE")
    recipe.set_defaults(command=commands.recipe)
    return parser


def _add_machine(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps")
    parser.add_argument("--threads", type=_count, help="CPU threads (default: all cores)")
    parser.add_argument(
        "--memory", type=_bytes, metavar="BYTES", help="that a step may take: 2G (default: half of all)"
    )
    parser.add_argument("--no-download", action="store_true", help="only networks whose weights are here")


def _settings_help() -> str:
    lines = [f"  {key}\n      {setting.help}" + _range(setting.range) for key, setting in SETTINGS.items()]
    return "settings, written as key=value:\n" + "\n".join(lines)


def _range(words: str) -> str:
    return f" [{words}]" if words else ""


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"a number of threads is needed, not {text}")
    return int(text)


def _bytes(text: str) -> int:
    number, unit = text.strip().lower().removesuffix("b").removesuffix("i"), 1
    if number[-1:] in {"k", "m", "g"}:
        number, unit = number[:-1], 1024 ** (" kmg".index(number[-1]))
    try:
        size = int(float(number) * unit)
    except (ValueError, OverflowError):
        size = 0
    if size < 1:
        raise argparse.ArgumentTypeError(f"a size such as 800k, 10M or 2G is needed, not {text}")
    return size


if __name__ == "__main__":
    sys.exit(main())
