"""Answers to a press: the message under which it was becomes the next page, with its pictures or without."""

from __future__ import annotations

import dataclasses
import io
from dataclasses import dataclass
from typing import Any

import discord

from bot.dreaming.conversation import LONGEST, Interaction, defer, say
from bot.languages import tell
from bot.moderation.doors.replies import Reply


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A file of a page."""

    name: str
    data: bytes
    description: str = ""
    spoiler: bool = False

    @property
    def file(self) -> discord.File:
        return discord.File(
            io.BytesIO(self.data), self.name, description=self.description or None, spoiler=self.spoiler
        )


@dataclass(frozen=True, kw_only=True)
class Page(Reply):
    """A reply with pictures. None: those that are there stay."""

    pictures: tuple[Picture, ...] | None = ()

    def saying(self, *sentences: str | None) -> Page:
        """With these above it."""
        text = "\n".join(tell(one) for one in (*sentences, self.text) if one)
        return dataclasses.replace(self, text=text)


async def show(interaction: Interaction, page: Page) -> None:
    """As a new message that only this person sees."""
    files = [one.file for one in page.pictures or ()]
    await say(interaction, tell(page.text), view=page.view, embed=page.embed, files=files)


async def turn(interaction: Interaction, page: Page) -> None:
    """In place of the message that was pressed; as a new one, where nothing was pressed, or it is for all to see."""
    message = interaction.message
    if message is None or not message.flags.ephemeral:
        await show(interaction, page)
        return
    edit: Any = (
        interaction.edit_original_response if interaction.response.is_done() else interaction.response.edit_message
    )
    files = {} if page.pictures is None else {"attachments": [one.file for one in page.pictures]}
    await edit(content=tell(page.text)[:LONGEST] or None, embed=page.embed, view=page.view, **files)


async def later(interaction: Interaction) -> None:
    """Acknowledge: what was pressed is replaced in a moment, by `turn`."""
    if interaction.response.is_done():
        return
    message = interaction.message
    if message is not None and message.flags.ephemeral:
        await interaction.response.defer()
    else:
        await defer(interaction, ephemeral=True)
