"""What each command of the command line does. Results go to stdout, everything else to stderr."""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dreamcore import networks as nets
from dreamcore.catalogue import LEVELS, NetworkInfo, catalogue, network_info
from dreamcore.devices import choose_device
from dreamcore.errors import BadValue, DreamError, PictureError, RecipeError
from dreamcore.picture import Limits, decode, encode, encode_within, format_for, read_recipe
from dreamcore.progress import Progress
from dreamcore.recipe import Recipe
from dreamcore.settings import AUTO
from dreamcore.styles import styles_of

STANDARD_STREAM = "-"
EXTENSIONS = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp"}
PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic", ".heif"}


def dream(options: argparse.Namespace) -> int:
    """`dream IN OUT key=value …`"""
    asked = _recipe(options)
    jobs = list(_jobs(options))
    network = _network(asked, options)
    failed = 0
    for job in jobs:
        try:
            _dream_one(job, asked, network, options)
        except DreamError as error:
            if len(jobs) == 1:
                raise
            failed += 1
            print(f"dreamcore: {job.source}: {error.sentence}", file=sys.stderr)
    if failed:
        raise PictureError(f"{failed} of {len(jobs)} pictures could not be dreamt.")
    return 0


def estimate(options: argparse.Namespace) -> int:
    """`estimate IN key=value …`"""
    from dreamcore.estimating import estimate as estimated

    asked = _recipe(options)
    if size := re.fullmatch(r"(\d{1,6})[x×](\d{1,6})", options.source):
        width, height = int(size[1]), int(size[2])
        if not (width and height):
            raise BadValue("size", options.source, "a picture has at least one pixel")
    else:
        picture = decode(_read(options.source))
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
    default = nets.default_network()
    for info in catalogue().values():
        here = "here" if nets.available(info.name) else "downloaded when first asked for"
        mark = " (the default)" if info.name == default else ""
        print(f"{info.name:20} {info.title}: {here}{mark}")
    return 0


def styles(options: argparse.Namespace) -> int:
    """`styles [NETWORK]`"""
    info = _info(options.network or nets.default_network())
    print(f"Styles of {info.name}:")
    for name, style in styles_of(info.family).items():
        print(f"  style={name:12} {style.help}  ({style.recipe})")
    print("  style=surprise     one of these, drawn by the seed")
    return 0


def recipe(options: argparse.Namespace) -> int:
    """`recipe FILE`"""
    print(_recipe_in(options.file))
    return 0


@dataclass(frozen=True)
class _Job:
    source: str
    target: str
    format: str


def _jobs(options: argparse.Namespace) -> Iterator[_Job]:
    """What is to be made of what. All that can be wrong with names is said before the first dream is begun."""
    asked_format = options.format.upper() if options.format else None
    source, target = Path(options.source), Path(options.target)
    if options.source != STANDARD_STREAM and source.is_dir():
        if options.target == STANDARD_STREAM or target.is_file():
            raise PictureError(f"{source} is a folder, so OUT must be one too.")
        found = sorted(path for path in source.iterdir() if path.suffix.lower() in PICTURES and path.is_file())
        if not found:
            raise PictureError(f"There are no pictures in the folder {source}.")
        target.mkdir(parents=True, exist_ok=True)
        for path in found:
            yield _checked(path, target / (path.stem + EXTENSIONS[asked_format or "PNG"]), asked_format or "PNG")
        return
    if options.target == STANDARD_STREAM:
        yield _Job(options.source, STANDARD_STREAM, asked_format or "PNG")
        return
    if target.is_dir():
        stem = "dream" if options.source == STANDARD_STREAM else source.stem
        target = target / (stem + EXTENSIONS[asked_format or "PNG"])
    yield _checked(source, target, asked_format or format_for(target.name))


def _checked(source: Path, target: Path, format_: str) -> _Job:
    if target.exists() and source.exists() and target.samefile(source):
        raise PictureError(f"The dream would overwrite the picture itself ({source}): choose another name for OUT.")
    folder = target.parent
    if not folder.is_dir():
        raise PictureError(f"There is no folder {folder} to write {target.name} into.")
    if not os.access(folder, os.W_OK):
        raise PictureError(f"The folder {folder} cannot be written to.")
    return _Job(str(source), str(target), format_)


def _dream_one(job: _Job, asked: Recipe, network: nets.Network, options: argparse.Namespace) -> None:
    from dreamcore.dreaming import dream as dreamt

    picture = decode(_read(job.source))
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
            job = _Job(job.source, str(Path(job.target).with_suffix(EXTENSIONS[fitted.format])), fitted.format)
    else:
        data = encode(result.rgb, result.alpha, format=job.format, recipe=text)
    _write(job.target, data)
    if not options.quiet:
        for note in notes:
            print(note, file=sys.stderr)
        print(f"{job.target}  ({result.seconds:.1f} s)\n{text}", file=sys.stderr)


class _Bar:
    """A progress bar on stderr, where that is a terminal."""

    def __init__(self, name: str) -> None:
        from tqdm import tqdm

        self._bar = tqdm(
            total=1.0,
            desc=Path(name).name[:30],
            disable=None,
            bar_format="{desc} {percentage:3.0f}%|{bar}| {postfix} {remaining}",
        )

    def __call__(self, progress: Progress) -> None:
        self._bar.set_postfix_str(f"octave {progress.octave}/{progress.octaves}", refresh=False)
        self._bar.update(progress.share - self._bar.n)

    def close(self) -> None:
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
    text = read_recipe(_read(name))
    if text is None:
        raise RecipeError(f"There is no recipe written in {name}: it is no dream of this program, or was saved anew.")
    return text


def _network(asked: Recipe, options: argparse.Namespace) -> nets.Network:
    import torch

    torch.set_num_threads(options.threads or os.cpu_count() or 1)
    name = nets.default_network() if asked.network in (None, AUTO) else str(asked.network)
    return nets.load(name, download=not options.no_download)


def _info(name: str) -> NetworkInfo:
    if name in catalogue():
        return network_info(name)
    return nets.load(name).info


def _read(name: str) -> bytes:
    """At most one byte more than a picture may have: whoever decodes it says that it is too large."""
    limit = Limits().bytes + 1
    if name == STANDARD_STREAM:
        return sys.stdin.buffer.read(limit)
    path = Path(name)
    if path.is_dir():
        raise PictureError(f"{name} is a folder, not a picture.")
    if not path.exists():
        raise PictureError(f"There is no file {name}.")
    with path.open("rb") as file:
        return file.read(limit)


def _write(name: str, data: bytes) -> None:
    """Whole or not at all: a reader never sees half a picture, and a crash leaves the old one."""
    if name == STANDARD_STREAM:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    target = Path(name)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)  # mkstemp makes files that only their owner reads
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
