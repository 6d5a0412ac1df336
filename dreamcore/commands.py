"""What each command of the command line does. Results go to stdout, everything else to stderr."""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path
from typing import NoReturn

import torch
from tqdm import tqdm

from dreamcore import networks as nets
from dreamcore.catalogue import LEVELS, NetworkInfo, catalogue, network_info
from dreamcore.devices import choose_device
from dreamcore.dreaming import dream as dreamt
from dreamcore.errors import BadValue, DreamError, PictureError, RecipeError
from dreamcore.estimating import estimate as estimated
from dreamcore.files import EXTENSIONS, STANDARD_STREAM, Job, jobs, read, write
from dreamcore.picture import decode, encode, encode_within, read_recipe
from dreamcore.progress import Progress
from dreamcore.recipe import Recipe
from dreamcore.sample import landscape
from dreamcore.settings import AUTO
from dreamcore.styles import styles_of


def dream(options: argparse.Namespace) -> int:
    """`dream IN OUT key=value …`"""
    asked = _recipe(options)
    work = list(jobs(options.source, options.target, options.format.upper() if options.format else None))
    network = _network(asked, options)
    failed = 0
    for job in work:
        try:
            _dream_one(job, asked, network, options)
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
    recipe_ = _recipe(options)
    network = _network(recipe_, options)
    job = Job(source, str(folder / f"{Path(source).stem}-dream.png"), "PNG")
    _dream_one(job, recipe_, network, options)
    print(f"The dream is in {Path(job.target).resolve()}")
    return 0


def estimate(options: argparse.Namespace) -> int:
    """`estimate IN key=value …`"""
    asked = _recipe(options)
    if size := re.fullmatch(r"(\d{1,6})[x×](\d{1,6})", options.source):
        width, height = int(size[1]), int(size[2])
        if not (width and height):
            raise BadValue("size", options.source, "a picture has at least one pixel")
    else:
        picture = decode(read(options.source))
        width, height = picture.width, picture.height
    device = choose_device(options.device)
    print(estimated(asked, _network(asked, options), height, width, device, options.memory).sentences)
    return 0


def layers(options: argparse.Namespace) -> int:
    """`layers NETWORK [PATTERN]`"""
    info = _info(options.network)
    level_of = {name: level for level in LEVELS for name in info.levels[level]}
    found = info.find_layers(options.pattern)
    width = max(len(layer.name) for layer in found)
    print(f"{'layer':{width}}  channels  sees (px)  level")
    for layer in found:
        sees = "all of it" if layer.whole_picture else str(layer.receptive_field)
        print(f"{layer.name:{width}}  {layer.channels:8}  {sees:>9}  {level_of.get(layer.name, '')}".rstrip())
    return 0


def networks(options: argparse.Namespace) -> int:
    """`networks`"""
    default = nets.default_network(download=False)
    for info in catalogue().values():
        here = "here" if nets.available(info.name) else "downloaded when first asked for"
        mark = " (the default)" if info.name == default else ""
        print(f"{info.name:20} {info.title}: {here}{mark}")
    return 0


def styles(options: argparse.Namespace) -> int:
    """`styles [NETWORK]`"""
    info = _info(options.network or nets.default_network(download=False))
    print(f"Styles of {info.name}:")
    for name, style in styles_of(info.family).items():
        print(f"  style={name:12} {style.help}  ({style.recipe})")
    print("  style=surprise     one of these, drawn by the seed")
    return 0


def recipe(options: argparse.Namespace) -> int:
    """`recipe FILE`"""
    print(_recipe_in(options.file))
    return 0


def _dream_one(job: Job, asked: Recipe, network: nets.Network, options: argparse.Namespace) -> None:
    picture = decode(read(job.source))
    bar = None if options.quiet else _Bar(job.source)
    try:
        result = dreamt(
            picture,
            asked,
            network=network,
            device=choose_device(options.device),
            memory=options.memory,
            on_progress=bar,
        )
    finally:
        if bar:
            bar.close()
    notes = [*result.notes]
    text = result.recipe.text
    if options.fit:
        fitted = encode_within(result.rgb, result.alpha, limit_bytes=options.fit, recipe=text)
        data = fitted.data
        if fitted.note:
            notes.append(f"Written {fitted.note}.")
        if job.target != STANDARD_STREAM and fitted.format != job.format:
            job = Job(job.source, str(Path(job.target).with_suffix(EXTENSIONS[fitted.format])), fitted.format)
    else:
        data = encode(result.rgb, result.alpha, format=job.format, recipe=text)
    write(job.target, data)
    if not options.quiet:
        for note in notes:
            print(note, file=sys.stderr)
        print(f"{job.target}  ({result.seconds:.1f} s)\n{text}", file=sys.stderr)


class _Bar:
    """A progress bar on stderr; where that is no terminal, nothing."""

    def __init__(self, name: str) -> None:
        shape = "{desc} {percentage:3.0f}% |{bar}| {elapsed}<{remaining}{postfix}"
        self._bar = tqdm(total=1.0, desc=Path(name).name[:30], disable=None, leave=False, bar_format=shape)

    def __call__(self, progress: Progress) -> None:
        self._bar.set_postfix_str(f"octave {progress.octave} of {progress.octaves}", refresh=False)
        self._bar.update(progress.share - self._bar.n)

    def close(self) -> None:
        self._bar.close()


class _Download:
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


def _recipe(options: argparse.Namespace) -> Recipe:
    """The recipe on the command line, over that of --recipe-of."""
    asked = Recipe.parse(" ".join(map(_quoted_again, options.recipe)))
    source = getattr(options, "recipe_of", None)
    return asked.over(Recipe.parse(_recipe_in(source))) if source else asked


def _quoted_again(argument: str) -> str:
    """The shell has taken the quotation marks from key="some words"."""
    key, equals, value = argument.partition("=")
    spaced = equals and re.search(r"[\s=]", value) and not re.search(r"[\"“”„«»]", value) and not key.endswith(" ")
    return f'{key}="{value}"' if spaced and "," not in value else argument


def _recipe_in(name: str) -> str:
    text = read_recipe(read(name))
    if text is None:
        raise RecipeError(f"There is no recipe written in {name}: it is no dream of this program, or was saved anew.")
    return text


def _network(asked: Recipe, options: argparse.Namespace) -> nets.Network:
    torch.set_num_threads(options.threads or os.cpu_count() or 1)
    fetch, bar = not options.no_download, _Download()
    try:
        if asked.network in (None, AUTO):
            name = nets.default_network(download=fetch, on_progress=bar)
        else:
            name = str(asked.network)
        return nets.load(name, download=fetch, on_progress=bar)
    finally:
        bar.close()


def _info(name: str) -> NetworkInfo:
    if name in catalogue():
        return network_info(name)
    return nets.load(name).info
