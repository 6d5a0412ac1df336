"""The menus under sheets, and an atlas's buttons: what their ids say. See `bot.dreaming.handles`."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Any

import discord

from bot.dreaming.buttons import result_buttons
from bot.dreaming.handles import AnyHandle, AnyItem, eternal_view, ids
from bot.jobs.model import Job
from bot.kinds import Kind
from bot.languages import tr
from dreamcore.atlas.pages import AtlasPage, short_name
from dreamcore.atlas.recipe import AtlasRecipe
from dreamcore.catalogue import network_info
from dreamcore.errors import DreamError, clip
from dreamcore.series import Cell, Series

EVENT = "dream_menu"  #: dispatched on the client with (interaction, handle)
PATTERN = ids("m")
MOST = 25  #: options of a menu
LONGEST = 100  #: characters of an option


class Act(enum.Enum):
    """What a menu or a button does."""

    CELL = "cell"  #: a menu: one dream of a grid. more: the job
    PAGE = "page"  #: a page of an atlas. more: the page, and where the button stands
    CHANNELS = "channels"  #: a menu: a layer's channels. more: the page
    TILE = "tile"  #: a menu: what one tile shows is dreamt. more: the page
    MAKE = "make"  #: has a page made. more: the page


class Handle(AnyHandle[Act]):
    """
    >>> Handle.read("m1:cell:abcdefgh23456722")
    Handle(act=<Act.CELL: 'cell'>, more=('abcdefgh23456722',))
    """

    VERSION = "m1"
    ACTS = Act

    @property
    def page(self) -> AtlasRecipe:
        """Which page of an atlas is meant. Raises DreamError for what another version has written."""
        network, page, layer, *_ = (*self.more, "", "", "")
        text = f"network={network} page={page}" + (f' layer="{layer}"' if layer else "")
        return AtlasRecipe.read(text)


class Item(AnyItem, template=PATTERN):
    """Every menu and button of these, of this version and of all others."""

    HANDLE = Handle
    EVENT = EVENT


def handle(act: Act, *more: object) -> str:
    """The id of an item that does that."""
    return Handle(act=act, more=tuple(map(str, more))).custom_id


def result_view(job: Job, more: Sequence[discord.ui.Item[Any]] = ()) -> discord.ui.View:
    """All that stands under what was made. more: buttons of other parts of the bot."""
    view = result_buttons(job, more)
    if not job.manner.buttons or job.manner.secret:
        return view
    rows = [[_cell_menu(job)]] if job.kind is Kind.GRID and cells_of(job) else []
    if job.kind is Kind.ATLAS and (page := _page_of(job)) is not None:
        rows = atlas_rows(page)
    first = 1 + max((item.row or 0 for item in view.children), default=-1)
    for number, row in enumerate(rows, first):
        for item in row:
            item.row = number
            view.add_item(_living(item))
    return view


def atlas_rows(page: AtlasPage, *, makes: bool = False) -> list[list[discord.ui.Item[Any]]]:
    """Under a page: to leaf on, into a layer and out of it, and to dream what a tile shows. makes: it is not there."""
    here = _where(page, page.number)
    ways: list[discord.ui.Item[Any]] = []
    if makes:
        made = handle(Act.MAKE, *here)
        ways.append(
            discord.ui.Button(label=tr("Draw it"), emoji="🧭", custom_id=made, style=discord.ButtonStyle.primary)
        )
    if page.count > 1:
        for label, step in (("◀", -1), ("▶", 1)):
            to = _where(page, (page.number - 1 + step) % page.count + 1)
            ways.append(discord.ui.Button(label=label, custom_id=handle(Act.PAGE, *to, label)))
    if page.layer is not None:
        ways.append(discord.ui.Button(label=tr("All layers"), custom_id=handle(Act.PAGE, page.network, 1, "", "up")))
    rows = [ways] if ways else []
    if page.layer is None:
        layers = [discord.SelectOption(label=clip(tile.caption, LONGEST), value=tile.caption) for tile in page.tiles]
        rows.append([_menu(Act.CHANNELS, here, tr("Every channel of a layer"), layers)])
    tiles = [discord.SelectOption(label=clip(tile.text, LONGEST), value=str(at)) for at, tile in enumerate(page.tiles)]
    rows.append([_menu(Act.TILE, here, tr("Dream one of them on your last picture"), tiles)])
    return rows


def atlas_view(page: AtlasPage, *, makes: bool = False) -> discord.ui.View:
    """The same, under a message of its own."""
    view = eternal_view(atlas_rows(page, makes=makes), Item)
    assert view is not None
    return view


def cells_of(job: Job) -> tuple[tuple[str, Cell], ...]:
    """The dreams on a grid's sheet, each with what is different about it; none for one that cannot be read any more."""
    made = next((one.result for one in job.pictures if one.result is not None), None)
    try:
        series = Series.parse(made.recipe if made is not None else job.recipe)
    except DreamError:
        return ()
    return tuple((cell.caption(series.axes), cell) for cell in series.cells)


def _cell_menu(job: Job) -> discord.ui.Item[Any]:
    captions = [clip(caption, LONGEST) for caption, _ in cells_of(job)]
    options = [discord.SelectOption(label=caption, value=str(at)) for at, caption in enumerate(captions)]
    return _menu(Act.CELL, (job.id,), tr("This one in full size"), options)


def _menu(
    act: Act, more: Sequence[object], placeholder: str, options: list[discord.SelectOption]
) -> discord.ui.Select[Any]:
    return discord.ui.Select(custom_id=handle(act, *more), placeholder=placeholder, options=options[:MOST])


def _living(item: Any) -> Item:
    return Item(item, Handle.read(item.custom_id))


def _where(page: AtlasPage, number: int) -> tuple[object, ...]:
    if page.layer is None:
        return page.network, number, ""
    network = network_info(page.network)
    return page.network, number, short_name(network.find_layers(page.layer)[0], network)


def _page_of(job: Job) -> AtlasPage | None:
    try:
        recipe = AtlasRecipe.parse(job.recipe)
        return recipe.page_of(network_info(str(recipe.network)))
    except DreamError:
        return None
