"""Speaking to one person: an interaction answered in time and once, a message answered where it can be.

An interaction must be acknowledged within 3 seconds. What can be refused quickly is refused so that only the person
sees it; everything else is acknowledged first and worked on afterwards.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from typing import Any

import aiohttp
import discord

from bot.dreaming.places import held_in, may_speak
from bot.dreaming.words import sentence_for
from bot.languages import tr

QUICK = 1.0  #: seconds for checks before an interaction is acknowledged anyway
ATTEMPTS = 3  #: to acknowledge, where the connection is cut
ACKNOWLEDGED = 40060  #: Discord's code: the interaction has its first answer
LONGEST = 2000  #: characters of one message

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]
_EPHEMERAL = "ephemeral"
_DEFERRED = "deferred"  # acknowledged, though discord.py does not know


async def defer(interaction: Interaction, *, ephemeral: bool) -> None:
    """Acknowledge: the answer comes as a new message. Does nothing where that has been done."""
    if _is_done(interaction):
        return
    interaction.extras[_EPHEMERAL] = ephemeral
    for attempt in range(ATTEMPTS):
        try:
            await interaction.response.defer(thinking=True, ephemeral=ephemeral)
        except discord.HTTPException as error:
            if error.code != ACKNOWLEDGED:
                raise
            interaction.extras[_DEFERRED] = True  # by an attempt whose answer was lost
        except (aiohttp.ClientError, OSError):
            if attempt + 1 == ATTEMPTS:
                raise
            continue
        return


async def defer_after(interaction: Interaction, work: Awaitable[None], *, ephemeral: bool) -> None:
    """Do `work` and then acknowledge, or acknowledge first when it takes long. Raises what `work` raises."""
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=QUICK)
        if not done:
            await defer(interaction, ephemeral=ephemeral)
        await task
    finally:
        task.cancel()
    await defer(interaction, ephemeral=ephemeral)


async def say(
    interaction: Interaction,
    sentence: str,
    *,
    view: discord.ui.View | None = None,
    files: Sequence[discord.File] = (),
    embed: discord.Embed | None = None,
) -> None:
    """Tell the person, and only them; whatever has been answered before."""
    content = sentence[:LONGEST]
    more: dict[str, Any] = {"view": view, "embed": embed, "files": list(files)}
    more = {key: value for key, value in more.items() if value}
    deferred = _is_deferred(interaction)
    if not _is_done(interaction):
        await interaction.response.send_message(content, ephemeral=True, allowed_mentions=_NOBODY, **more)
    elif deferred and interaction.extras.get(_EPHEMERAL):
        if files:
            more["attachments"] = more.pop("files")
        await interaction.edit_original_response(content=content, allowed_mentions=_NOBODY, **more)
    else:
        if deferred:
            await interaction.delete_original_response()  # a follow-up would take its place, for all to see
        await interaction.followup.send(content, ephemeral=True, allowed_mentions=_NOBODY, **more)


def _is_done(interaction: Interaction) -> bool:
    return interaction.response.is_done() or _DEFERRED in interaction.extras


def _is_deferred(interaction: Interaction) -> bool:
    promised = discord.InteractionResponseType.deferred_channel_message
    return interaction.response.type is promised or _DEFERRED in interaction.extras


async def answered(interaction: Interaction, work: Awaitable[None]) -> None:
    """Do `work`; whatever it raises becomes a sentence. Nothing leaves this function but cancellation."""
    try:
        await work
    except Exception as error:
        await tell(interaction, error)


async def tell(interaction: Interaction, error: BaseException) -> None:
    """Answer with the error's sentence; never raises an Exception."""
    try:
        await say(interaction, sentence_for(error))
    except (discord.HTTPException, discord.InteractionResponded, OSError) as failure:
        log.info("interaction %s: could not be told of %r: %r", interaction.id, error, failure)
    except Exception:
        log.exception("interaction %s: could not be told of %r", interaction.id, error)


async def reply(
    message: discord.Message,
    sentence: str,
    *,
    view: discord.ui.View | None = None,
    embed: discord.Embed | None = None,
    files: Sequence[discord.File] = (),
) -> discord.Message | None:
    """Answer a message where it stands; where the bot may not write, directly to its author. None: neither works."""
    mentions = discord.AllowedMentions(everyone=False, roles=False, users=[message.author], replied_user=True)
    given = {"view": view, "embed": embed, "files": list(files)}
    more: dict[str, Any] = {key: value for key, value in given.items() if value}
    speaks, sees_earlier = _may(message)
    if sees_earlier:
        more["reference"] = message.to_reference(fail_if_not_exists=False)
    if speaks:
        try:
            return await message.channel.send(
                sentence[:LONGEST],
                allowed_mentions=mentions,
                **more,
            )
        except discord.Forbidden:
            pass  # a permission that the cache has wrong, or a block
    if message.guild is None:
        return None
    try:
        link = message.jump_url
        about = (
            tr("About {link}: {sentence}", link=link, sentence=sentence) if sentence else tr("About {link}", link=link)
        )
        more = {"embed": embed} if embed else {}
        return await message.author.send(about[:LONGEST], **more)
    except discord.HTTPException as error:
        log.info("message %s: its author cannot be told: %r", message.id, error)
        return None


def _may(message: discord.Message) -> tuple[bool, bool]:
    """(whether the bot may write where the message stands, whether it may answer to it)"""
    if message.guild is None:
        return True, True
    held = held_in(message.channel, message.guild)
    thread = isinstance(message.channel, discord.Thread)
    return may_speak(held, thread=thread), held.administrator or held.read_message_history


_NOBODY = discord.AllowedMentions.none()
