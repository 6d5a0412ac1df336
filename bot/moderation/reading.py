"""Which language everybody reads in a place. What only one member sees is in theirs: `bot.dreaming.readers`."""

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
