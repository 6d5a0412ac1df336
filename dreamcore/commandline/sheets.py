"""`explain` and `grid`: many dreams of one picture on one sheet."""

from __future__ import annotations

import argparse
import functools
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from dreamcore.commandline.shared import (
    add_machine,
    add_output,
    network_for,
    progress_bar,
    settings_help,
    typed,
    write_picture,
)
from dreamcore.devices import choose_device
from dreamcore.errors import PictureError
from dreamcore.estimating import estimate
from dreamcore.explaining.making import explain as explained
from dreamcore.explaining.recipe import ExplainRecipe
from dreamcore.files import Job, jobs, read
from dreamcore.grids import grid as gridded
from dreamcore.networks import Network
from dreamcore.pausing import Paused
from dreamcore.picture import Picture, decode
from dreamcore.recipe import Recipe
from dreamcore.series import Series
from dreamcore.settings import AUTO
from dreamcore.work import work_of


def add_to(commands: Any) -> None:
    """Add these commands to the parser's."""
    explain_ = commands.add_parser(
        "explain",
        help="a picture as each level of a network dreams it, with what the network believes it sees",
        usage="%(prog)s [options] IN OUT [key=value ...]",
        epilog="Network, strength, steps, size, colours and seed may be chosen; layers are gone through.",
    )
    _add_files(explain_)
    explain_.add_argument("--mask", metavar="FILE", help="a picture that says where to dream")
    explain_.set_defaults(command=explain)

    grid_ = commands.add_parser(
        "grid",
        help="dreams that differ in one, two or three settings, on one sheet",
        usage="%(prog)s [options] IN OUT key=value,value [key=value ...]",
        description="A comma parts alternatives: layer=edges,parts,objects strength=0.5..2. A mixture of layers is "
        "written with a plus: layer=4c+3b:-0.3,4d. Ranges: seed=1..6, size=256..1024..256.",
        epilog=settings_help(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_files(grid_)
    grid_.add_argument("--guide", metavar="FILE", help="a picture whose likeness is to grow")
    grid_.add_argument("--mask", metavar="FILE", help="a picture that says where to dream")
    grid_.set_defaults(command=grid)


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="IN", help="a picture, or - for standard input")
    parser.add_argument("target", metavar="OUT", help="a file (.png, .jpg, .webp), or - for standard output")
    parser.add_argument("recipe", metavar="key=value", nargs="*")
    add_output(parser)
    add_machine(parser)


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    """What is written and what is said of it."""

    rgb: NDArray[np.uint8]
    text: str  # with the word that it is asked for with
    lines: tuple[str, ...]
    seconds: float


def explain(options: argparse.Namespace) -> int:
    """`explain IN OUT key=value …`"""
    recipe = ExplainRecipe.parse(typed(options.recipe))
    job, picture = _picture(options)
    network, device = network_for(recipe.base.network, options), choose_device(options.device)
    mask = _companion(options.mask)
    first = next(iter(recipe.levels().values()))
    _foretell(len(recipe.levels()), recipe.work, first, network, picture, device, options)
    with progress_bar(job.source, options) as report:
        made = explained(
            picture,
            recipe,
            network=network,
            device=device,
            mask=mask,
            memory=options.memory,
            on_progress=report,
        )
    assert not isinstance(made, Paused)
    lines = (*made.notes, *made.sentences)
    return _write(
        _Sheet(rgb=made.rgb, text=f"explain {made.recipe_text}", lines=lines, seconds=made.seconds), job, options
    )


def grid(options: argparse.Namespace) -> int:
    """`grid IN OUT key=value,value …`"""
    series = Series.parse(typed(options.recipe))
    job, picture = _picture(options)
    guide, mask = _companion(options.guide), _companion(options.mask)
    load = functools.cache(lambda name: network_for(name, options))

    def network_of(recipe: Recipe) -> Network:
        return load(None if recipe.network in (None, AUTO) else recipe.network)

    device, first = choose_device(options.device), series.cells[0].dreamt
    _foretell(series.count, series.work, first, network_of(first), picture, device, options)
    with progress_bar(job.source, options) as report:
        made = gridded(
            picture,
            series,
            network_of=network_of,
            device=device,
            guide=guide,
            mask=mask,
            memory=options.memory,
            on_progress=report,
        )
    assert not isinstance(made, Paused)
    cells = (f"{cell.caption}: {cell.asked_text}" for cell in made.cells)
    lines = (*made.notes, "One of them in full size:", *(f"  {line}" for line in cells))
    return _write(
        _Sheet(rgb=made.rgb, text=f"grid {made.recipe_text}", lines=lines, seconds=made.seconds), job, options
    )


def _picture(options: argparse.Namespace) -> tuple[Job, Picture]:
    if Path(options.source).is_dir():
        raise PictureError(f"{options.source} is a folder: a sheet is made of one picture.")
    (job,) = jobs(options.source, options.target, options.format.upper() if options.format else None)
    return job, decode(read(job.source))


def _companion(name: str | None) -> Picture | None:
    return None if name is None else decode(read(name))


def _foretell(
    count: int,
    work: float,
    first: Recipe,
    network: Network,
    picture: Picture,
    device: torch.device,
    options: argparse.Namespace,
) -> None:
    """How long it will take, from one of the dreams."""
    if options.quiet:
        return
    shrink = min(1.0, float(first.size or 1) / max(picture.height, picture.width))
    height, width = max(1, round(picture.height * shrink)), max(1, round(picture.width * shrink))
    one = estimate(first, network, height, width, device, options.memory).seconds
    seconds = one * work / max(work_of(first), 1e-9)
    print(f"{count} dreams, about {max(1, round(seconds))} s here.", file=sys.stderr)


def _write(sheet: _Sheet, job: Job, options: argparse.Namespace) -> int:
    job, notes = write_picture(job, sheet.rgb, None, sheet.text, options)
    if not options.quiet:
        print(*sheet.lines, *notes, f"{job.target}  ({sheet.seconds:.1f} s)", sheet.text, sep="\n", file=sys.stderr)
    return 0
