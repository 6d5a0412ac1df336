"""What there is to read: messages of people and of the bot, put into the stand-in without the bot's process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Locator

from bot.playground.drafts import File
from bot.playground.model import Channel, Message, MessageKind, User
from bot.playground.posting import Circumstances
from tests.e2e.page.browser import Tab
from tests.e2e.town import Town

SAMPLES = Path(__file__).parents[3] / "bot" / "playground" / "page" / "assets" / "samples"


def sample(name: str = "cat", *, called: str | None = None, **more: Any) -> File:
    """One of the page's own sample pictures."""
    return File(filename=called or f"{name}.jpg", data=(SAMPLES / f"{name}.jpg").read_bytes(), **more)


def by_bot(town: Town, channel: Channel, text: str = "", *files: File, around: Any = None, **more: Any) -> Message:
    """The bot writes; `more` is in Discord's words, `around` are Circumstances."""
    return town.standin.posting.create(
        channel, town.standin.world.bot, {"content": text, **_described(files), **more}, dict(enumerate(files)), around
    )


def edited(town: Town, message: Message, text: str, *files: File) -> None:
    """The bot's message becomes this, with these files and no others."""
    town.standin.posting.edit(message, {"content": text, **_described(files)}, dict(enumerate(files)))


def _described(files: tuple[File, ...]) -> dict[str, Any]:
    return {"attachments": [{"id": str(at), "description": one.description} for at, one in enumerate(files)]}


def to_command(town: Town, user: User, name: str, **more: Any) -> Circumstances:
    """As the answer to a slash command."""
    about = {
        "id": str(town.standin.world.ids.next()),
        "type": 2,
        "user": {"id": str(user.id), "username": user.name, "global_name": user.display_name, "avatar": None},
        "authorizing_integration_owners": {},
    }
    return Circumstances(
        kind=MessageKind.COMMAND, interaction=about, interaction_name=name, from_application=True, **more
    )


def shown(tab: Tab, message: Message) -> Locator:
    """A message on the page."""
    return tab.page.locator(f"#message-{message.id}")


async def go_to(tab: Tab, channel: Channel) -> None:
    await tab.page.locator(f"[data-channel='{channel.id}']").click()
    await tab.page.wait_for_function(
        "id => document.querySelector('[data-channel][aria-current]').dataset.channel === id", arg=str(channel.id)
    )
