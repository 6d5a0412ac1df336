"""What moderators are told when something of a challenge could not be done by itself."""

from __future__ import annotations

import discord

from bot.challenges.events import EffectKind
from bot.challenges.model import Challenge
from bot.challenges.views import Notice
from bot.dreaming.rest import Refused
from bot.languages import mark, tr
from bot.moderation.doors.sentences import lacks_permissions, plain
from bot.moderation.doors.writable import writing_needs

UNKNOWN_ROLE = 10011

_WHAT = {
    EffectKind.OPENING: mark(
        "⚠️ The opening of the challenge “{theme}” (#{number}) could not be announced in {channel}."
    ),
    EffectKind.VOTING: mark("⚠️ The voting of the challenge “{theme}” (#{number}) could not be announced in {channel}."),
    EffectKind.RESULTS: mark(
        "⚠️ The results of the challenge “{theme}” (#{number}) could not be announced in {channel}."
    ),
    EffectKind.EXTENDED: mark(
        "⚠️ That the challenge “{theme}” (#{number}) has more time could not be announced in {channel}."
    ),
    EffectKind.REOPENED: mark(
        "⚠️ That the challenge “{theme}” (#{number}) goes on could not be announced in {channel}."
    ),
    EffectKind.CANCELLED: mark(
        "⚠️ That the challenge “{theme}” (#{number}) is cancelled could not be announced in {channel}."
    ),
}


def not_announced(notice: Notice, error: Refused, guild: discord.Guild | None) -> str:
    challenge = notice.challenge
    channel = challenge.plan.channel
    head = tr(_WHAT[notice.kind], theme=plain(challenge.plan.theme), number=challenge.id, channel=f"<#{channel}>")
    if error.channel_gone or (guild is not None and guild.get_channel_or_thread(channel) is None):
        why = tr("The channel is gone: choose another one with `/challenge edit`, and I announce it there.")
    elif guild is not None and (missing := writing_needs(guild, channel)):
        why = lacks_permissions(channel, missing)
    else:
        why = tr("Discord says: {error}. I go on trying.", error=str(error))
    return f"{head}\n{why}"


def left_unknown(challenge: Challenge) -> str:
    return tr(
        "⚠️ Discord did not say who has left, so in the challenge “{theme}” (#{number}) everybody's votes were counted.",
        theme=plain(challenge.plan.theme),
        number=challenge.id,
    )


def not_crowned(challenge: Challenge, why: str) -> str:
    head = tr(
        "⚠️ The winners of the challenge “{theme}” (#{number}) did not get their role: give it to them yourself.",
        theme=plain(challenge.plan.theme),
        number=challenge.id,
    )
    return f"{head}\n{why}"


def role_refused(role: int) -> str:
    return tr("Discord did not let me give the role {role}.", role=f"<@&{role}>")


def role_gone(error: Refused) -> bool:
    return error.code == UNKNOWN_ROLE
