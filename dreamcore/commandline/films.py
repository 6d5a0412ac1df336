"""`film`: a picture that starts to move, or a moving one dreamt."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
from tqdm import tqdm

from dreamcore.commandline.companions import add_companions, companions_of
from dreamcore.commandline.shared import add_machine, bytes_of, network_for, recipe_in, settings_help, size_in, typed
from dreamcore.devices import choose_device
from dreamcore.errors import PictureError, RecipeError
from dreamcore.estimating import duration
from dreamcore.files import STANDARD_STREAM, jobs, read, write
from dreamcore.films.curves import is_curve
from dreamcore.films.estimating import estimate_film
from dreamcore.films.footage import MovingPicture
from dreamcore.films.making import KIND, film
from dreamcore.films.reading import read_source
from dreamcore.films.recipe import FILM_SETTINGS, FORMATS, FilmRecipe
from dreamcore.films.writing import LIMIT
from dreamcore.pausing import Paused
from dreamcore.picture import Picture
from dreamcore.progress import Progress
from dreamcore.text import pairs


def add_to(commands: Any) -> None:
    """Add this command to the parser's."""
    film_ = commands.add_parser(
        "film",
        help="a film that zooms into a dream, or shows how it grows; a moving picture is dreamt frame by frame",
        usage="%(prog)s [options] IN OUT [key=value ...]",
        description="Ctrl-C ends the film with the frame that was made last, and writes it; a second one stops at "
        "once. Numbers may change while the film runs: strength=0.5..2, zoom=1.1..1.6..1.1:smooth.",
        epilog=_help(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    film_.add_argument("source", metavar="IN", help="a picture, an animation, a short video, or - for standard input")
    film_.add_argument("target", metavar="OUT", help="a file (.mp4, .gif, .webp), or - for standard output")
    film_.add_argument("recipe", metavar="key=value", nargs="*", help="what to make; the settings are below")
    add_companions(film_)
    film_.add_argument("--recipe-of", metavar="FILE", help="start from the recipe that is written in this film")
    film_.add_argument(
        "--fit", metavar="BYTES", type=bytes_of, default=LIMIT, help="how large the file may be (10 MB): 25M, 800k"
    )
    film_.add_argument("--quiet", action="store_true", help="no progress bar and no notes")
    add_machine(film_)
    film_.set_defaults(command=make)


def _help() -> str:
    lines = [f"  {key}\n      {setting.help}" for key, setting in FILM_SETTINGS.items()]
    return (
        "settings of a film, written as key=value:\n" + "\n".join(lines) + "\n\nand of its dream:\n" + settings_help()
    )


def make(options: argparse.Namespace) -> int:
    """`film IN OUT key=value …`"""
    asked = film_recipe(options)
    target = _target(options, asked)
    asked = asked.but(format=_format(target, asked))
    source = read_source(read(options.source))
    given = companions_of(options)
    network, device = network_for(asked.dream.network, options), choose_device(options.device)
    if not options.quiet:
        cost = estimate_film(asked, network, source, device, options.memory)
        print(f"{cost.plan.frames} frames, about {duration(cost.seconds)} here.", file=sys.stderr)
    with _bar(options) as report, _first_interrupt() as interrupted:
        made = film(
            source,
            asked,
            network=network,
            device=device,
            guide=given.guide,
            mask=given.mask,
            memory=options.memory,
            enough=interrupted,
            on_progress=report,
            limit_bytes=options.fit,
        )
    assert not isinstance(made, Paused)  # nobody asks it to
    write(target, made.data)
    if not options.quiet:
        ended = ("Stopped: the film ends with the frame that was made last.",) if interrupted() else ()
        what = f"{target}  ({made.frames} frames, {len(made.data) / 1e6:.2f} MB, {made.seconds:.1f} s)"
        print(*made.notes, *ended, what, made.recipe_text, sep="\n", file=sys.stderr)
    return 0


def asks_for_a_film(options: argparse.Namespace) -> bool:
    """Whether any setting that was typed is a film's alone, or a curve."""
    return any(key in FILM_SETTINGS or is_curve(value) for key, value in pairs(typed(options.recipe)))


def estimate(options: argparse.Namespace) -> int:
    """`estimate IN key=value …` where a setting is a film's."""
    asked = film_recipe(options)
    if (size := size_in(options.source)) is not None:
        pixels = np.broadcast_to(np.zeros((), np.uint8), (*size, 3))  # takes no memory, whatever its size
        source: Picture | MovingPicture = Picture(rgb=pixels, alpha=None, format="")
    else:
        source = read_source(read(options.source))
    network, device = network_for(asked.dream.network, options), choose_device(options.device)
    print(estimate_film(asked, network, source, device, options.memory).sentences)
    return 0


def film_recipe(options: argparse.Namespace) -> FilmRecipe:
    """The recipe on the command line, over that of --recipe-of."""
    asked = FilmRecipe.parse(typed(options.recipe))
    source = getattr(options, "recipe_of", None)
    if not source:
        return asked
    text = recipe_in(source)
    if not text.startswith(f"{KIND} "):
        raise RecipeError(f"{source} is no film: the recipe in it makes a picture.")
    return asked.over(FilmRecipe.parse(text.removeprefix(f"{KIND} ")))


def _target(options: argparse.Namespace, asked: FilmRecipe) -> str:
    """Where the film goes. Raises PictureError for places where it cannot."""
    if Path(options.source).is_dir():
        raise PictureError(f"{options.source} is a folder: a film is made of one picture.")
    target = Path(options.target)
    if options.target != STANDARD_STREAM and target.is_dir():
        stem = "film" if options.source == STANDARD_STREAM else Path(options.source).stem
        target = target / f"{stem}.{asked.format or 'mp4'}"
    (job,) = jobs(options.source, str(target), "PNG")
    return job.target


def _format(target: str, asked: FilmRecipe) -> str | None:
    """As the recipe says, or OUT's name; None leaves it to the picture."""
    if target == STANDARD_STREAM:
        return asked.format
    named = Path(target).suffix.lower().removeprefix(".")
    if named not in FORMATS:
        raise PictureError(f"{target} does not say what to write: a film's name ends in .mp4, .gif or .webp.")
    if asked.format not in (None, named):
        raise RecipeError(f"format={asked.format} does not fit {target}: leave one of them out.")
    return named


@contextmanager
def _first_interrupt() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed; pressed again, it interrupts as ever."""
    pressed: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        pressed.append(number)
        signal.signal(number, before)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _bar(options: argparse.Namespace) -> Iterator[Callable[[Progress], None] | None]:
    if options.quiet:
        yield None
        return
    shape = "{desc} frame {n:.0f} of {total:.0f} |{bar}| {elapsed}<{remaining}"
    bar = tqdm(total=1, desc=Path(options.source).name[:30], disable=None, leave=False, bar_format=shape)

    def report(progress: Progress) -> None:
        bar.total = progress.steps
        bar.update(progress.step - bar.n)

    try:
        yield report
    finally:
        bar.close()
