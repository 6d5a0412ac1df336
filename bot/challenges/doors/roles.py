"""The role that winners get: who may choose it, and whether the bot can give it."""

from __future__ import annotations

import discord

from bot.errors import Refusal
from bot.languages import tr
from bot.moderation.doors.sentences import plain


def role_trouble(guild: discord.Guild, id: int) -> str | None:
    """Why winners cannot get this role; None where they can."""
    role = guild.get_role(id)
    if role is None:
        return tr("The role for winners is not there any more: choose another one.")
    name = plain(role.name)
    if role.is_default() or role.managed:
        return tr("Nobody can be given the role {role}: choose another one.", role=name)
    if role.permissions.value:
        return tr(
            "The role {role} carries permissions, and a prize must not: take them away, or choose another one.",
            role=name,
        )
    if not guild.me.guild_permissions.manage_roles:
        return tr("To give winners the role {role}, I need the permission Manage Roles.", role=name)
    if guild.me.top_role <= role:
        return tr("The role {role} stands above mine, so I cannot give it: move it below mine.", role=name)
    return None


def check_role(guild: discord.Guild, member: discord.Member, id: int) -> None:
    """Raises Refusal where this member may not choose it, or winners cannot get it."""
    if trouble := role_trouble(guild, id):
        raise Refusal(trouble)
    if guild.owner_id == member.id:
        return
    if not member.guild_permissions.manage_roles:
        raise Refusal(tr("To choose a role for winners, you need the permission Manage Roles yourself."))
    role = guild.get_role(id)
    if role is not None and member.top_role <= role:
        raise Refusal(
            tr("You can only choose a role that stands below your own: {role} does not.", role=plain(role.name))
        )
