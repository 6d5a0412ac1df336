"""What a moderator is told: made once, said by an interaction or under a message."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.dreaming.conversation import Interaction, reply, say
from bot.dreaming.handles import eternal_view
from bot.languages import tell
from bot.moderation.doors.handles import Item

LONGEST = 1900  #: characters of a message's text


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer."""

    text: str = ""
    embed: discord.Embed | None = None
    view: discord.ui.View | None = None
    file: tuple[str, bytes] | None = None  # its name and what is in it

    def but_also(self, *sentences: str | None) -> Reply:
        """With further sentences, each on a line of its own."""
        return dataclasses.replace(self, text="\n".join(tell(one) for one in (self.text, *sentences) if one))

    @property
    def files(self) -> list[discord.File]:
        return [discord.File(io.BytesIO(self.file[1]), self.file[0])] if self.file else []


async def say_to(interaction: Interaction, made: Reply) -> None:
    """Only the moderator sees it."""
    await say(interaction, tell(made.text)[:LONGEST], view=made.view, files=made.files, embed=made.embed)


async def turn_into(interaction: Interaction, made: Reply) -> None:
    """The message under which a button was pressed becomes this."""
    await interaction.response.edit_message(
        content=tell(made.text)[:LONGEST] or None, embed=made.embed, view=made.view, attachments=[]
    )


async def reply_to(message: discord.Message, made: Reply) -> None:
    await reply(message, tell(made.text)[:LONGEST], view=made.view, embed=made.embed, files=made.files)


def view_of(rows: Sequence[Sequence[discord.ui.Item[discord.ui.View]]]) -> discord.ui.View | None:
    """Rows of buttons and menus that live for ever; None where there are none."""
    return eternal_view(rows, Item)


def button(
    label: str,
    custom_id: str,
    *,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    disabled: bool = False,
) -> discord.ui.Button[discord.ui.View]:
    return discord.ui.Button(label=label[:80], custom_id=custom_id, style=style, disabled=disabled)
