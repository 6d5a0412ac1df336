"""What is said when something goes wrong: the one place that turns an error into a sentence, for all doors alike."""

from __future__ import annotations

import asyncio
import logging
import secrets

import aiohttp
import discord
from discord import app_commands

from bot.errors import Refusal
from dreamcore.errors import DreamError

log = logging.getLogger(__name__)

DISCORD_TROUBLE = "Discord itself is in trouble just now. Please try again in a minute."

#: Discord's own error codes, where the person can do something about them.
_BY_CODE = {
    10003: "That channel is not there any more.",
    10008: "That message is not there any more.",
    10062: "That took too long for Discord. Please try once more.",
    30046: "That message is too old to be changed any more.",
    40005: "The file is too large for this server.",
    50001: "I cannot see that channel or message: I need the permissions View Channel and Read Message History there.",
    50007: "I cannot write to you directly: your settings do not allow direct messages from members of this server.",
    50013: "I lack a permission here: I need View Channel, Send Messages, Attach Files, Embed Links and Read Message "
    "History. A moderator can give them to me.",
    50027: "That took too long for Discord. Please try once more.",
    50035: "Discord did not accept my answer.",
}
_BY_STATUS = {403: _BY_CODE[50013], 404: "That is not there any more.", 413: _BY_CODE[40005]}


def sentence_for(error: BaseException) -> str:
    """The sentence that a person reads about `error`.

    What nobody foresaw is logged with its traceback under a short reference, and the person is told the reference.
    """
    if isinstance(error, app_commands.CommandInvokeError):
        return sentence_for(error.original)
    sentence = _expected(error)
    if sentence is not None:
        return sentence
    reference = secrets.token_hex(3)
    log.error("unforeseen error, reference %s", reference, exc_info=error)
    return f"Something went wrong on my side. If it happens again, please tell my operator the reference {reference}."


def _expected(error: BaseException) -> str | None:
    if isinstance(error, Refusal) and error.retry_at is not None and "<t:" not in error.sentence:
        return f"{error.sentence} Try again {moment(error.retry_at)}."
    if isinstance(error, DreamError):
        return error.sentence
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        return "This command has changed since your Discord learnt it. Reload Discord (Ctrl+R) and try again."
    if isinstance(error, app_commands.TransformerError):
        return f"“{discord.utils.escape_markdown(str(error.value))[:60]}” does not fit there."
    if isinstance(error, discord.DiscordServerError):
        return DISCORD_TROUBLE
    if isinstance(error, discord.HTTPException):
        return _BY_CODE.get(error.code) or _BY_STATUS.get(error.status)
    if isinstance(error, asyncio.TimeoutError | aiohttp.ClientError | discord.RateLimited):
        return DISCORD_TROUBLE
    return None


def moment(at: float) -> str:
    """A Unix time as Discord counts it down by itself.

    >>> moment(1700000000.7)
    '<t:1700000001:R>'
    """
    return f"<t:{round(at)}:R>"


def duration(seconds: float) -> str:
    """How long something takes, in the one unit that suits it.

    >>> duration(4.2), duration(75), duration(5400), duration(0)
    ('4 s', '1 min', '1.5 h', '1 s')
    """
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    if seconds < 3600:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
