"""Who enters and votes: a member, on a server, with their roles as they are now."""

from __future__ import annotations

from dataclasses import dataclass

import discord

from bot.dreaming.conversation import Interaction
from bot.errors import Refusal
from bot.languages import mark, tr

ONLY_ON_SERVERS = mark("Challenges belong to a server: use this in one of its channels.")
NOT_THERE = mark("You are no member of the server that this challenge is on.")


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Somebody who takes part."""

    guild: int
    member: int
    roles: tuple[int, ...]
    afar: bool = False  # in a direct message


def guild_of(interaction: Interaction) -> int:
    """Raises Refusal outside of servers."""
    if interaction.guild_id is None:
        raise Refusal(tr(ONLY_ON_SERVERS))
    return interaction.guild_id


def visitor(interaction: Interaction) -> Visitor:
    """Raises Refusal outside of servers."""
    guild = guild_of(interaction)
    return Visitor(guild=guild, member=interaction.user.id, roles=_roles(interaction.user))


async def visitor_from_afar(interaction: Interaction, guild: int) -> Visitor:
    """In a direct message: a dream that was made on that server could only be brought there. Raises Refusal."""
    if interaction.guild_id is not None:
        return visitor(interaction)
    known = interaction.client.get_guild(guild)
    if known is None:
        raise Refusal(tr(ONLY_ON_SERVERS))
    try:
        member = await known.fetch_member(interaction.user.id)
    except discord.NotFound:
        raise Refusal(tr(NOT_THERE)) from None
    return Visitor(guild=guild, member=member.id, roles=_roles(member), afar=True)


def _roles(user: discord.User | discord.Member) -> tuple[int, ...]:
    return tuple(role.id for role in user.roles) if isinstance(user, discord.Member) else ()
