"""What happens when something is chosen from a menu under a sheet, or an atlas is leafed through."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.dreaming.commands import Commands
from bot.dreaming.conversation import Interaction, answered
from bot.dreaming.handles import chosen
from bot.dreaming.menus import Act, Handle, cells_of
from bot.dreaming.presses import OTHER_VERSION, Presses
from bot.dreaming.readers import speak_to
from bot.dreaming.service import Dreaming
from bot.errors import Refusal
from bot.jobs.model import Job
from bot.languages import mark, tr
from dreamcore.recipe import Recipe

NO_CELL = mark("I no longer know what stands on this sheet. Please ask anew.")


class Choices:
    """The client's listener for `dream_menu`."""

    def __init__(self, dreaming: Dreaming, *, commands: Commands, presses: Presses) -> None:
        self._dreaming = dreaming
        self._commands = commands
        self._presses = presses
        self._handlers: dict[Act, Callable[[Interaction, Handle], Awaitable[None]]] = {
            Act.CELL: self._cell,
            Act.PAGE: self._page,
            Act.CHANNELS: self._channels,
            Act.TILE: self._tile,
            Act.MAKE: commands.atlas.make,
        }

    async def made(self, interaction: Interaction, read: Handle) -> None:
        speak_to(interaction, self._dreaming.settings)
        await answered(interaction, self._handle(interaction, read))

    async def _handle(self, interaction: Interaction, read: Handle) -> None:
        if read.act is None:
            raise Refusal(tr(OTHER_VERSION))
        await self._handlers[read.act](interaction, read)

    async def _cell(self, interaction: Interaction, read: Handle) -> None:
        """One dream of a grid by itself, as large as it gets."""
        at = _number(interaction)

        def recipe_of(job: Job) -> Recipe:
            cells = cells_of(job)
            if not 0 <= at < len(cells):
                raise Refusal(tr(NO_CELL))
            return cells[at][1].recipe.but(precision=None, engine=None)

        await self._presses.dream_of(interaction, "".join(read.more[:1]), recipe_of)

    async def _page(self, interaction: Interaction, read: Handle) -> None:
        await self._commands.atlas.turn(interaction, read.page)

    async def _channels(self, interaction: Interaction, read: Handle) -> None:
        layer = "".join(chosen(interaction)[:1])
        await self._commands.atlas.turn(interaction, read.page.but(layer=layer, page=1))

    async def _tile(self, interaction: Interaction, read: Handle) -> None:
        text = self._commands.atlas.tile_text(interaction, read.page, _number(interaction))
        await self._commands.dream_text(interaction, text)


def _number(interaction: Interaction) -> int:
    """The one that was chosen; -1 for what is none."""
    value = "".join(chosen(interaction)[:1])
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 4 else -1
