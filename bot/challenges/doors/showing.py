"""Where a challenge's pictures may be shown: those from an age-restricted channel stay there."""

from __future__ import annotations

from bot.challenges.model import Challenge
from bot.challenges.records import Challenges
from bot.dreaming.conversation import Interaction
from bot.dreaming.scenes import is_age_restricted
from bot.errors import Refusal
from bot.languages import tr


async def check_place(challenges: Challenges, interaction: Interaction, challenge: Challenge) -> None:
    """Raises Refusal where its entries may not be looked at."""
    if is_age_restricted(interaction.channel):
        return
    channel = None if interaction.guild is None else interaction.guild.get_channel_or_thread(challenge.plan.channel)
    if is_age_restricted(channel):
        here = f"<#{challenge.plan.channel}>"
        raise Refusal(
            tr("This challenge is in an age-restricted channel: look at its entries in {channel}.", channel=here)
        )
    if await challenges.candidates.any_restricted(challenge.id):
        raise Refusal(
            tr("Some entries are from an age-restricted channel: look at them in a channel that is restricted, too.")
        )
