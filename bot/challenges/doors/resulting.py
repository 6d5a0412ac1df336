"""What is said of the results: who has won, with how many votes, by which recipe."""

from __future__ import annotations

from typing import Any

import discord

from bot.challenges.doors.handles import Act, components_of, handle
from bot.challenges.model import Entry, Outcome
from bot.challenges.records import Challenges
from bot.challenges.views import Placed, Results
from bot.dreaming.help import COLOUR
from bot.dreaming.mailbox import Letter
from bot.executor.protocol import Executor
from bot.languages import mark, tr, tr_count
from bot.moderation.doors.replies import button
from bot.moderation.doors.sentences import plain

MOST_LISTED = 10
LONGEST_RECIPE = 900

_OUTCOMES = {
    Outcome.WON: mark("🏆 The results are here: **{theme}**"),
    Outcome.ONLY_ONE: mark("🏆 The results are here: **{theme}**. There was a single entry, which wins."),
    Outcome.NO_VOTES: mark("The challenge **{theme}** is over. Nobody has voted, so nobody wins."),
    Outcome.NO_ENTRIES: mark("The challenge **{theme}** is over. There were no entries, so nobody wins."),
}


class Resulting:
    """Writes the letter with the results."""

    def __init__(self, *, client: discord.Client, challenges: Challenges, executor: Executor) -> None:
        self._client = client
        self._challenges = challenges
        self._executor = executor

    async def letter(self, results: Results, *, byte_limit: int) -> Letter:
        """In the language that is spoken. byte_limit: of one file; 0: none is taken there."""
        challenge = results.challenge
        text = tr(_OUTCOMES[results.outcome], theme=plain(challenge.plan.theme))
        if not results.placed:
            return Letter(text=text, components=[])
        embed = discord.Embed(
            title=challenge.plan.theme, description="\n".join(standings(results.placed)), colour=COLOUR
        )
        for one in results.winners[:3]:
            if one.entry.recipe:
                recipe = f"```\n{one.entry.recipe[:LONGEST_RECIPE]}\n```"
                embed.add_field(name=tr("The winner's recipe"), value=recipe, inline=False)
        if challenge.plan.prize and results.winners:
            embed.add_field(name=tr("Prize"), value=challenge.plan.prize, inline=False)
        return Letter(
            text=text,
            components=components_of([[results_button(results)]]),
            embeds=(dict(embed.to_dict()),),
        )


def results_button(results: Results) -> discord.ui.Button[Any]:
    return button(tr("All entries"), handle(Act.GALLERY, results.challenge.id), style=discord.ButtonStyle.primary)


def standings(placed: tuple[Placed, ...]) -> list[str]:
    """Line by line, the best first."""
    lines = [_line(one) for one in placed[:MOST_LISTED]]
    if len(placed) > MOST_LISTED:
        lines.append(tr_count("… and {count} more", "… and {count} more", len(placed) - MOST_LISTED))
    return lines


def _line(one: Placed) -> str:
    votes = tr_count("{count} vote", "{count} votes", one.votes)
    place = "–" if one.place is None else {1: "🥇", 2: "🥈", 3: "🥉"}.get(one.place, f"{one.place}.")
    return f"{place} {maker(one.entry)} · {votes}"


def maker(entry: Entry) -> str:
    """Whose it is."""
    return f"<@{entry.member}>" if entry.member > 0 else tr("somebody who was forgotten")
