"""What commands share: the recipe that was typed, its network, progress bars, files in and out."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from dreamcore import networks as nets
from dreamcore.errors import BadValue, RecipeError
from dreamcore.files import Job, read, write
from dreamcore.picture import encode, encode_within, read_recipe
from dreamcore.processors import keep_freed_memory, usable_cores
from dreamcore.progress import Progress
from dreamcore.recipe import SETTINGS, Recipe
from dreamcore.settings import AUTO, Setting


def add_machine(parser: argparse.ArgumentParser) -> None:
    """The options about the machine that every command has which dreams."""
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps")
    parser.add_argument("--threads", type=count_of, help="CPU threads (default: all cores there are for it)")
    parser.add_argument(
        "--memory", type=bytes_of, metavar="BYTES", help="that a step may take: 2G (default: half of all)"
    )
    parser.add_argument("--no-download", action="store_true", help="only networks whose weights are here")


def settings_help(settings: Mapping[str, Setting] = SETTINGS) -> str:
    """Every setting of a recipe, for a command's own help."""
    lines = [f"  {key}\n      {setting.help}" + _range(setting.range) for key, setting in settings.items()]
    return "settings, written as key=value:\n" + "\n".join(lines)


def _range(words: str) -> str:
    return f" [{words}]" if words else ""


def count_of(text: str) -> int:
    """A number of threads, as typed."""
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"a number of threads is needed, not {text}")
    return int(text)


def bytes_of(text: str) -> int:
    """A size such as 10M or 800k, in bytes."""
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


def size_in(text: str) -> tuple[int, int] | None:
    """(height, width) of a size such as 1024x768, where a picture may be named too; None for a name."""
    size = re.fullmatch(r"(\d{1,6})[x×](\d{1,6})", text)
    if size is None:
        return None
    width, height = int(size[1]), int(size[2])
    if not (width and height):
        raise BadValue("size", text, "a picture has at least one pixel")
    return height, width


class Bar:
    """A progress bar on stderr; where that is no terminal, nothing."""

    def __init__(self, name: str) -> None:
        shape = "{desc} {percentage:3.0f}% |{bar}| {elapsed}<{remaining}{postfix}"
        self._bar = tqdm(total=1.0, desc=Path(name).name[:30], disable=None, leave=False, bar_format=shape)

    def __call__(self, progress: Progress) -> None:
        self._bar.set_postfix_str(f"octave {progress.octave} of {progress.octaves}", refresh=False)
        self._bar.update(progress.share - self._bar.n)

    def close(self) -> None:
        self._bar.close()


class Download:
    """The bar of a download, drawn once something comes."""

    def __init__(self) -> None:
        self._bar: tqdm[NoReturn] | None = None

    def __call__(self, received: int, total: int | None) -> None:
        if self._bar is None:
            self._bar = tqdm(total=total, desc="weights", disable=None, leave=False, unit="B", unit_scale=True)
        self._bar.update(received - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


def recipe_of(options: argparse.Namespace) -> Recipe:
    """The recipe on the command line, over that of --recipe-of."""
    asked = Recipe.parse(typed(options.recipe))
    source = getattr(options, "recipe_of", None)
    return asked.over(Recipe.parse(recipe_in(source))) if source else asked


def typed(arguments: list[str]) -> str:
    """The arguments as one text: the shell has taken the quotation marks from key="some words"."""
    return " ".join(map(_quoted_again, arguments))


def _quoted_again(argument: str) -> str:
    key, equals, value = argument.partition("=")
    spaced = equals and re.search(r"[\s=]", value) and not re.search(r"[\"“”„«»]", value) and not key.endswith(" ")
    # A whole recipe may stand in one argument: then there is a further setting in what seems to be a value.
    return f'{key}="{value}"' if spaced and not re.search(r"[\s,]\s*[^\W\d][\w-]*\s*=", value) else argument


def recipe_in(name: str) -> str:
    """The recipe that is written in a dream's file. Raises RecipeError where there is none."""
    text = read_recipe(read(name))
    if text is None:
        raise RecipeError(f"There is no recipe written in {name}: it is no dream of this program, or was saved anew.")
    return text


def network_for(name: str | None, options: argparse.Namespace) -> nets.Network:
    """The network of that name, or the best that is there; fetched if need be, and may be."""
    torch.set_num_threads(options.threads or usable_cores())
    keep_freed_memory()
    fetch, bar = not options.no_download, Download()
    try:
        if name in (None, AUTO):
            name = nets.default_network(download=fetch, on_progress=bar)
        return nets.load(str(name), download=fetch, on_progress=bar)
    finally:
        bar.close()


def write_picture(
    job: Job, rgb: NDArray[np.uint8], alpha: NDArray[np.uint8] | None, recipe: str | None, options: argparse.Namespace
) -> tuple[Job, list[str]]:
    """Write a picture as the options say; where it went (`--fit` may choose another format), and notes on it."""
    notes = []
    if options.fit:
        fitted = encode_within(rgb, alpha, limit_bytes=options.fit, recipe=recipe)
        job, data = job.written_as(fitted.format), fitted.data
        if fitted.note:
            notes.append(f"Written {fitted.note}.")
    else:
        data = encode(rgb, alpha, format=job.format, recipe=recipe)
    write(job.target, data)
    return job, notes


def add_output(parser: argparse.ArgumentParser) -> None:
    """The options about how a picture is written."""
    parser.add_argument("--format", choices=("png", "jpeg", "webp"), help="of the output, where OUT does not say")
    parser.add_argument("--fit", metavar="BYTES", type=bytes_of, help="the best that fits into so much: 10M, 800k")
    parser.add_argument("--quiet", action="store_true", help="no progress bar and no notes")


@contextmanager
def progress_bar(name: str, options: argparse.Namespace) -> Iterator[Bar | None]:
    """A bar where one is wanted."""
    bar = None if options.quiet else Bar(name)
    try:
        yield bar
    finally:
        if bar:
            bar.close()
