"""Which language somebody reads: the member's own, where only they see it, and the server's, where everybody does."""

from __future__ import annotations

from bot.languages import ENGLISH, languages, supported
from bot.moderation.catalogue import AUTO_LANGUAGE
from bot.moderation.layers import Effective


def language_of(effective: Effective) -> str:
    """What everybody reads in that place: what is set, else what the server has chosen in Discord, else English."""
    chosen: str = effective["language"]
    if chosen != AUTO_LANGUAGE and chosen in languages():
        return chosen
    return supported(effective.where.server.locale) or ENGLISH


def readers_language(locale: str | None, effective: Effective) -> str:
    """What a member reads whose Discord speaks `locale`: that, where the bot speaks it too, else the server's."""
    return supported(locale) or language_of(effective)
