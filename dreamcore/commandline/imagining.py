"""`imagine` and `atlas`: pictures out of noise, and what each layer of a network sees."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

from dreamcore.atlas.making import AtlasSheet, atlas_sheet
from dreamcore.atlas.pages import atlas_pages
from dreamcore.catalogue import NetworkInfo, catalogue, network_info
from dreamcore.commandline.shared import (
    add_machine,
    add_output,
    network_for,
    progress_bar,
    recipe_in,
    settings_help,
    typed,
    write_picture,
)
from dreamcore.devices import choose_device
from dreamcore.errors import PictureError
from dreamcore.files import EXTENSIONS, Job, jobs
from dreamcore.imagining.imagine import Imagined
from dreamcore.imagining.imagine import imagine as imagined
from dreamcore.imagining.recipe import SETTINGS, ImagineRecipe

_NO_SOURCE = "-"


def add_to(commands: Any) -> None:
    """Add these commands to the parser's."""
    imagine_ = commands.add_parser(
        "imagine",
        help="a picture out of noise: anything the network was taught, a layer, or a layer's channel",
        usage="%(prog)s [options] [NAME ...] OUT [key=value ...]",
        description="imagine dumbbell out.png; imagine golden retriever dog.jpg; imagine cat:1, fountain:0.5 both.png; "
        "imagine 4d:144 channel.png",
        epilog=settings_help(SETTINGS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    imagine_.add_argument("recipe", metavar="NAME ... OUT key=value", nargs="+")
    imagine_.add_argument("--recipe-of", metavar="FILE", help="start from the recipe that is written in this picture")
    add_output(imagine_)
    add_machine(imagine_)
    imagine_.set_defaults(command=imagine)

    atlas_ = commands.add_parser(
        "atlas",
        help="what every layer of a network sees, or every channel of a layer",
        usage="%(prog)s [options] NETWORK [LAYER] OUT",
    )
    atlas_.add_argument("network", metavar="NETWORK")
    atlas_.add_argument("layer", metavar="LAYER", nargs="?", help="4c, parts, or a layer's own name: its channels")
    atlas_.add_argument("target", metavar="OUT", help="a file (.png, .jpg, .webp), or a folder for all pages")
    atlas_.add_argument("--page", type=int, default=1, help="which, where OUT is a file (default: the first)")
    add_output(atlas_)
    add_machine(atlas_)
    atlas_.set_defaults(command=atlas)


def imagine(options: argparse.Namespace) -> int:
    """`imagine NAME … OUT key=value …`"""
    words = [word for word in options.recipe if "=" not in word]
    if not words or (len(words) == 1 and not Path(words[0]).suffix and not Path(words[0]).is_dir()):
        example = words[0] if words else "dumbbell"
        raise PictureError(f"Say where the picture goes: imagine {example} {example}.png")
    *names, target = words
    recipe = ImagineRecipe.parse(typed([*names, *(word for word in options.recipe if "=" in word)]))
    if options.recipe_of:
        recipe = recipe.over(ImagineRecipe.parse(recipe_in(options.recipe_of)))
    job = _job(target, " ".join(names) or "imagined", options)
    network = network_for(recipe.network, options)
    with progress_bar(Path(job.target).name, options) as bar:
        made = imagined(
            recipe, network=network, device=choose_device(options.device), memory=options.memory, on_progress=bar
        )
    assert isinstance(made, Imagined)
    text = f"imagine {made.recipe.text}"
    job, notes = write_picture(job, made.rgb, None, text, options)
    if not options.quiet:
        print(*made.notes, *notes, f"{job.target}  ({made.seconds:.1f} s)", text, sep="\n", file=sys.stderr)
    return 0


def atlas(options: argparse.Namespace) -> int:
    """`atlas NETWORK [LAYER] OUT`"""
    info = _info(options)
    pages = atlas_pages(info, options.layer)
    numbers = range(1, len(pages) + 1) if Path(options.target).is_dir() else [options.page]
    for number in numbers:
        name = " ".join(filter(None, (info.name, options.layer or "layers", str(number))))
        job = _job(options.target, name, options)
        with progress_bar(name, options) as bar:
            made = atlas_sheet(
                info,
                options.layer,
                number,
                network=lambda: network_for(options.network, options),
                device=choose_device(options.device),
                on_progress=bar,
            )
        assert isinstance(made, AtlasSheet)
        job, notes = write_picture(job, made.rgb, None, None, options)
        if not options.quiet:
            print(
                *notes,
                f"{job.target}  (page {number} of {len(pages)}, {made.seconds:.1f} s)",
                sep="\n",
                file=sys.stderr,
            )
    return 0


def _job(target: str, name: str, options: argparse.Namespace) -> Job:
    """Where the picture goes; in a folder it is called after what it shows."""
    format_ = options.format.upper() if options.format else None
    if Path(target).is_dir():
        stem = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:80] or "imagined"
        target = str(Path(target) / (stem + EXTENSIONS[format_ or "PNG"]))
    (job,) = jobs(_NO_SOURCE, target, format_)
    return job


def _info(options: argparse.Namespace) -> NetworkInfo:
    name = options.network
    return network_info(name) if name in catalogue() else network_for(name, options).info
