"""Whether a message is out already: one of its buttons says what it is about; an announcement's is `Rules`."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterator
from typing import Any

import discord

from bot.challenges.doors.announcing import name_of
from bot.challenges.doors.handles import Act, Handle
from bot.challenges.views import Notice
from bot.dreaming.mailbox import Mailbox
from bot.dreaming.rest import Refused

MARGIN = 60.0  #: seconds that our clock and Discord's may differ
PAGES = 5  #: of 100 messages, after the first try
FULL = 100

log = logging.getLogger(__name__)


async def announced(mailbox: Mailbox, notice: Notice, channel: int) -> int | None:
    """The announcement in the channel, as `carrying`."""
    rules = Handle(act=Act.RULES, more=(str(notice.challenge.id), name_of(notice.key)))
    return await carrying(mailbox, notice, channel, rules)


async def carrying(mailbox: Mailbox, notice: Notice, channel: int, wanted: Handle) -> int | None:
    """The message with that button. Raises RestError, save where the channel cannot be read: then it is sent."""
    assert notice.first_tried is not None
    try:
        after = _snowflake(notice.first_tried - MARGIN)
        for _ in range(PAGES):
            page = await mailbox.history(channel, after=after)
            if (found := _among(mailbox, wanted, page)) is not None or len(page) < FULL:
                return found
            after = int(page[-1]["id"])
        return _among(mailbox, wanted, await mailbox.history(channel, after=None))  # a later try
    except Refused as error:
        log.info("challenge %d: the channel's messages cannot be read, %s", notice.challenge.id, error)
        return None


def _among(mailbox: Mailbox, wanted: Handle, page: list[dict[str, Any]]) -> int | None:
    for message in page:
        if mailbox.is_own(message) and wanted in _handles(message.get("components", ())):
            return int(message["id"])
    return None


def _handles(components: Any) -> Iterator[Handle]:
    for component in components:
        if isinstance(custom_id := component.get("custom_id"), str):
            yield Handle.read(custom_id)
        yield from _handles(component.get("components", ()))


def _snowflake(unix: float) -> int:
    return discord.utils.time_snowflake(datetime.datetime.fromtimestamp(unix, datetime.UTC))
