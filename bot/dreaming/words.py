"""What is said when something goes wrong: the one place that turns an error into a sentence, for all doors alike."""

from __future__ import annotations

import asyncio
import logging
import secrets

import aiohttp
import discord
from discord import app_commands
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from bot.errors import Refusal
from bot.jobs.model import Job
from bot.kinds import Kind
from bot.languages import mark, number, tell, tr
from dreamcore.errors import DreamError

log = logging.getLogger(__name__)

DISCORD_TROUBLE = mark("Discord itself is in trouble just now. Please try again in a minute.")
DATABASE_TROUBLE = mark("My database does not answer just now. Please try again in a minute.")

#: Discord's own error codes, where the person can do something about them.
_BY_CODE = {
    10003: mark("That channel is not there any more."),
    10008: mark("That message is not there any more."),
    10062: mark("That took too long for Discord. Please try once more."),
    30046: mark("That message is too old to be changed any more."),
    40005: mark("The file is too large for this server."),
    50001: mark(
        "I cannot see that channel or message: I need the permissions View Channel and Read Message History there."
    ),
    50007: mark(
        "I cannot write to you directly: your settings do not allow direct messages from members of this server."
    ),
    50013: mark(
        "I lack a permission here: I need View Channel, Send Messages, Attach Files, Embed Links and Read Message "
        "History. A moderator can give them to me."
    ),
    50027: mark("That took too long for Discord. Please try once more."),
    50035: mark("Discord did not accept my answer."),
}
_BY_STATUS = {403: _BY_CODE[50013], 404: mark("That is not there any more."), 413: _BY_CODE[40005]}


def recipe_of(job: Job) -> str:
    """For lists: what a job asks for, unless that is a secret."""
    if job.manner.secret:
        return tr("for a challenge")
    return job.recipe if job.kind is Kind.DREAM else f"{job.kind.value} {job.recipe}"


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
    return tr(
        "Something went wrong on my side. If it happens again, please tell my operator the reference {reference}.",
        reference=reference,
    )


def _expected(error: BaseException) -> str | None:
    if isinstance(error, Refusal) and error.retry_at is not None and "<t:" not in error.sentence:
        return f"{tell(error.sentence)} {tr('Try again {when}.', when=moment(error.retry_at))}"
    if isinstance(error, DreamError):
        return tell(error.sentence)
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        return tr("This command has changed since your Discord learnt it. Reload Discord (Ctrl+R) and try again.")
    if isinstance(error, app_commands.TransformerError):
        return tr("“{value}” does not fit there.", value=discord.utils.escape_markdown(str(error.value))[:60])
    if isinstance(error, discord.DiscordServerError):
        return tr(DISCORD_TROUBLE)
    if isinstance(error, discord.HTTPException):
        sentence = _BY_CODE.get(error.code) or _BY_STATUS.get(error.status)
        return None if sentence is None else tr(sentence)
    if isinstance(error, asyncio.TimeoutError | aiohttp.ClientError | discord.RateLimited):
        return tr(DISCORD_TROUBLE)
    if isinstance(error, OperationalError | InterfaceError | NoConnection):  # gone, locked, or its disk is full
        log.error("the database does not answer", exc_info=error)
        return tr(DATABASE_TROUBLE)
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
        return tr("{seconds} s", seconds=max(1, round(seconds)))
    if seconds < 3600:
        return tr("{minutes} min", minutes=round(seconds / 60))
    return tr("{hours} h", hours=number(seconds / 3600, 1))


def brief(value: float) -> str:
    """A number without needless zeros, as the reader writes it.

    >>> brief(7.0), brief(0.5)
    ('7', '0.5')
    """
    return number(value, len(f"{value:.6f}".rstrip("0").partition(".")[2]))
