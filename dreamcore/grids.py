"""From a picture and a series to one contact sheet."""

from __future__ import annotations

import dataclasses
import functools
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from dreamcore.catalogue import NetworkInfo, catalogue
from dreamcore.companions import with_companions
from dreamcore.explaining.words import THE_PICTURE
from dreamcore.networks import Network
from dreamcore.pausing import AskPause, Paused, never
from dreamcore.picture import Picture, shrink
from dreamcore.planning import device_defaults
from dreamcore.progress import AskCancelled, ReportProgress
from dreamcore.recipe import ENGINE, GUIDE, Recipe
from dreamcore.resolve import resolve
from dreamcore.sentences import Sentence
from dreamcore.series import Axis, Series
from dreamcore.several import Part, several, sized
from dreamcore.sheets.contact import Contacts, Heading, contacts

Tell = Callable[[str], str]  #: a sentence in the reader's language
NetworkOf = Callable[[Recipe], Network]  #: the one that a recipe asks for, or the one that dreams by default


@dataclass(frozen=True, kw_only=True)
class GridCell:
    """One dream of the sheet."""

    caption: str  #: what is different about it, as it is typed
    recipe_text: str  #: makes it again, as large as it is here
    asked_text: str  #: what somebody types who wants this one by itself, in full size


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The sheet, and what stands on it as data."""

    rgb: NDArray[np.uint8]  #: (H, W, 3)
    recipe_text: str
    cells: tuple[GridCell, ...]  #: the last axis running fastest
    notes: tuple[str, ...]  #: each a `Sentence` for the person
    seconds: float


def grid(
    picture: Picture,
    series: Series,
    *,
    network_of: NetworkOf,
    device: torch.device,
    guide: Picture | None = None,
    mask: Picture | None = None,
    memory: int | None = None,
    tell: Tell = str,
    checkpoint: bytes | None = None,
    pause: AskPause = never,
    on_progress: ReportProgress | None = None,
    cancelled: AskCancelled | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Grid | Paused:
    """Dream every cell of `series`, and lay them out on one sheet. All are resolved before the first is dreamt.

    guide, mask: as for `dream`. tell: says a `Sentence` in the language of the sheet. pause: asked between two cells;
    a series that is to go on later has a seed. Raises what `dream` raises.
    """
    seeded = _with_companions(series.seeded(secrets.randbelow(2**32)), guide, mask)
    settled = _settled(seeded, network_of, device)
    at_size = functools.cache(functools.partial(sized, picture))
    parts, notes = [], [*picture.notes]
    for cell in settled.cells:
        shown, about_size = at_size(int(cell.dreamt.size or 0))
        fitting = with_companions(cell.dreamt, guide=guide is not None, mask=mask is not None)
        resolution = resolve(
            fitting.recipe,
            network=_info(cell.dreamt, network_of),
            height=shown.height,
            width=shown.width,
            device=device_defaults(device),
            seed=cell.dreamt.seed or 0,
        )
        network = functools.partial(network_of, cell.dreamt)
        parts.append(Part(picture=shown, recipe=resolution.recipe, network=network, guide=guide, mask=mask))
        notes += [*about_size, *fitting.notes, *resolution.notes]
    made = several(
        parts,
        kind="grid",
        text=settled.text,
        device=device,
        memory=memory,
        checkpoint=checkpoint,
        pause=pause,
        on_progress=on_progress,
        cancelled=cancelled,
        clock=clock,
    )
    if isinstance(made, Paused):
        return made
    drawing = clock()
    shown = at_size(settled.size)[0]
    dreams = tuple(
        dataclasses.replace(part.picture, rgb=rgb, alpha=_fitting(part.picture, rgb))
        for part, rgb in zip(parts, made.pictures, strict=True)
    )
    sheet = contacts(_content(settled, dreams, shown, tell))
    return Grid(
        rgb=np.asarray(sheet),
        recipe_text=settled.text,
        cells=tuple(_cell(settled, number, part.recipe.text) for number, part in enumerate(parts)),
        notes=(*dict.fromkeys(notes), *_about_smallness(settled, picture)),
        seconds=made.seconds + (clock() - drawing),
    )


def _with_companions(series: Series, guide: Picture | None, mask: Picture | None) -> Series:
    """With what the second pictures mean spelled out, so that a cell's own recipe says it."""
    guided = guide is not None and not series.has("classes")
    return series.over(Recipe(objective=GUIDE if guided else None, region="mask" if mask is not None else None))


def _settled(series: Series, network_of: NetworkOf, device: torch.device) -> Series:
    """With what the machine decides spelled out."""
    network = None if series.has("network") else network_of(series.cells[0].dreamt).info.name
    return series.over(Recipe(network=network, precision=device_defaults(device).precision, engine=ENGINE))


def _info(recipe: Recipe, network_of: NetworkOf) -> NetworkInfo:
    """What a network can do is known before its weights are read."""
    known = catalogue().get(str(recipe.network))
    return known or network_of(recipe).info


def _fitting(picture: Picture, rgb: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """The picture's alpha, at the size of what was kept of its dream."""
    return shrink(picture, max(rgb.shape[:2])).alpha


def _content(series: Series, dreams: tuple[Picture, ...], source: Picture, tell: Tell) -> Contacts:
    axes = tuple(tuple(_headings(axis)) for axis in series.axes)
    common = series.base.but(precision=None, engine=None).text
    return Contacts(
        heading=" × ".join(axis.key for axis in series.axes),
        axes=axes,
        pictures=dreams,
        source=source if len(axes) == 1 else None,
        source_name=tell(THE_PICTURE),
        remark=tell(Sentence("In all of them: {recipe}", recipe=common)) if common else "",
    )


def _headings(axis: Axis) -> Iterator[Heading]:
    for caption in axis.captions:
        key, _, value = caption.partition("=")
        yield Heading(key=key, value=value.strip('"'))


def _cell(series: Series, number: int, recipe_text: str) -> GridCell:
    cell = series.cells[number]
    return GridCell(
        caption=cell.caption(series.axes),
        recipe_text=recipe_text,
        asked_text=cell.recipe.but(precision=None, engine=None).text,
    )


def _about_smallness(series: Series, picture: Picture) -> tuple[Sentence, ...]:
    if any(axis.key == "size" for axis in series.axes) or max(picture.width, picture.height) <= series.size:
        return ()
    return (
        Sentence(
            "Each of the {count} dreams was made at {size} pixels, so that all fit on one sheet. Ask for one by its "
            "own recipe to see it in full size.",
            count=series.count,
            size=max(int(cell.dreamt.size or 0) for cell in series.cells),
        ),
    )
