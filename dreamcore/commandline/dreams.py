"""`dream`, `first` and `estimate`: one picture, or a folder of them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from dreamcore import networks as nets
from dreamcore.commandline import films
from dreamcore.commandline.companions import Given, add_companions, companions_of
from dreamcore.commandline.shared import (
    add_machine,
    add_output,
    network_for,
    progress_bar,
    recipe_of,
    settings_help,
    size_in,
    write_picture,
)
from dreamcore.companions import with_companions
from dreamcore.devices import choose_device
from dreamcore.dreaming import dream as dreamt
from dreamcore.errors import DreamError, PictureError
from dreamcore.estimating import estimate as estimated
from dreamcore.files import Job, jobs, read, write
from dreamcore.picture import decode, encode
from dreamcore.recipe import Recipe
from dreamcore.sample import landscape


def add_to(commands: Any) -> None:
    """Add these commands to the parser's."""
    dream_ = commands.add_parser(
        "dream",
        help="dream a picture, or a folder of them",
        usage="%(prog)s [options] IN OUT [key=value ...]",
        epilog=settings_help(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    dream_.add_argument("source", metavar="IN", help="a picture, a folder of pictures, or - for standard input")
    dream_.add_argument("target", metavar="OUT", help="a file (.png, .jpg, .webp), a folder, or - for standard output")
    dream_.add_argument("recipe", metavar="key=value", nargs="*", help="what to dream; the settings are below")
    add_companions(dream_)
    dream_.add_argument("--recipe-of", metavar="FILE", help="start from the recipe that is written in this dream")
    add_output(dream_)
    add_machine(dream_)
    dream_.set_defaults(command=dream)

    first_ = commands.add_parser(
        "first",
        help="dream a photograph, or a rendered landscape, into the folder dreams/",
        usage="%(prog)s [PHOTO] [key=value ...]",
    )
    first_.add_argument("photo", metavar="PHOTO", nargs="?", default="")
    first_.add_argument("recipe", metavar="key=value", nargs="*")
    add_machine(first_)
    first_.set_defaults(command=first)

    estimate_ = commands.add_parser(
        "estimate", help="what a dream or a film would cost", usage="%(prog)s IN [key=value ...]"
    )
    estimate_.add_argument("source", metavar="IN", help="a picture, or a size such as 1024x768")
    estimate_.add_argument("recipe", metavar="key=value", nargs="*")
    add_companions(estimate_)
    add_machine(estimate_)
    estimate_.set_defaults(command=estimate)


def dream(options: argparse.Namespace) -> int:
    """`dream IN OUT key=value …`"""
    asked = recipe_of(options)
    work = list(jobs(options.source, options.target, options.format.upper() if options.format else None))
    given = companions_of(options)
    with_companions(asked, guide=given.guide is not None, mask=given.mask is not None)
    network = network_for(asked.network, options)
    failed = 0
    for job in work:
        try:
            _dream_one(job, asked, network, options, given)
        except DreamError as error:
            if len(work) == 1:
                raise
            failed += 1
            print(f"dreamcore: {job.source}: {error.sentence}", file=sys.stderr)
    if failed:
        raise PictureError(f"{failed} of {len(work)} pictures could not be dreamt.")
    return 0


def first(options: argparse.Namespace) -> int:
    """`first [PHOTO] key=value …`: a dream without having to name anything."""
    folder = Path("dreams")
    folder.mkdir(exist_ok=True)
    asked = list(options.recipe)
    source = options.photo
    if "=" in source and not Path(source).exists():
        asked, source = [source, *asked], ""
    if not source:
        source = str(folder / "landscape.png")
        write(source, encode(landscape(), None, format="PNG"))
        print(f"No photograph was named, so here is a rendered landscape: {source}", file=sys.stderr)
    options.recipe, options.recipe_of, options.fit, options.quiet = asked, None, None, False
    recipe_ = recipe_of(options)
    network = network_for(recipe_.network, options)
    job = Job(source, str(folder / f"{Path(source).stem}-dream.png"), "PNG")
    _dream_one(job, recipe_, network, options, Given())
    print(f"The dream is in {Path(job.target).resolve()}")
    return 0


def estimate(options: argparse.Namespace) -> int:
    """`estimate IN key=value …`"""
    if films.asks_for_a_film(options):
        return films.estimate(options)
    given = companions_of(options)
    asked = with_companions(recipe_of(options), guide=given.guide is not None, mask=given.mask is not None).recipe
    picture = None
    if (size := size_in(options.source)) is not None:
        height, width = size
    else:
        picture = decode(read(options.source))
        width, height = picture.width, picture.height
    device = choose_device(options.device)
    network = network_for(asked.network, options)
    figures = estimated(
        asked, network, height, width, device, options.memory, picture=picture, guide=given.guide, mask=given.mask
    )
    print(figures.sentences)
    return 0


def _dream_one(job: Job, asked: Recipe, network: nets.Network, options: argparse.Namespace, given: Given) -> None:
    picture = decode(read(job.source))
    with progress_bar(job.source, options) as bar:
        result = dreamt(
            picture,
            asked,
            network=network,
            device=choose_device(options.device),
            guide=given.guide,
            mask=given.mask,
            memory=options.memory,
            on_progress=bar,
        )
    text = result.recipe.text
    job, notes = write_picture(job, result.rgb, result.alpha, text, options)
    if not options.quiet:
        for note in (*result.notes, *notes):
            print(note, file=sys.stderr)
        print(f"{job.target}  ({result.seconds:.1f} s)\n{text}", file=sys.stderr)
