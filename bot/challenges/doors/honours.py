"""What stays of challenges: their results, who has won most, and all that there were."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import discord

from bot.challenges.doors.entrypages import menu_of
from bot.challenges.doors.handles import Act, Handle, handle, view_of
from bot.challenges.doors.replies import Page, turn
from bot.challenges.doors.resulting import (
    headline,
    maker,
    place_in_words,
    results_button,
    results_embed,
    votes_in_words,
)
from bot.challenges.doors.visiting import guild_of
from bot.challenges.events import EffectKind
from bot.challenges.records import Challenges
from bot.challenges.views import Leader, Past
from bot.dreaming.conversation import Interaction
from bot.dreaming.handles import chosen
from bot.dreaming.help import COLOUR
from bot.languages import listed, tr, tr_count
from bot.moderation.doors.replies import button
from bot.moderation.doors.sentences import plain

PER_PAGE = 8
MOST_LEADERS = 10
MOST_NAMED = 3


class Honours:
    """`acts`: by what its buttons and menus are called."""

    def __init__(self, *, challenges: Challenges) -> None:
        self._challenges = challenges
        self.acts: dict[Act, Callable[[Interaction, Handle], Awaitable[None]]] = {
            Act.RESULTS: self._results,
            Act.HISTORY: self._history,
        }

    async def results(self, guild: int, challenge: int) -> Page:
        """Of one challenge. Raises NoChallenge, NotNow."""
        found = await self._challenges.results.of(challenge, guild=guild)
        row: list[Any] = [results_button(found)] if found.placed else []
        for one in await self._challenges.outbox.announced(challenge, EffectKind.RESULTS):
            link = f"https://discord.com/channels/{guild}/{one.channel}/{one.message}"
            row.append(discord.ui.Button(label=tr("Where they were announced"), url=link))
            break
        embed = results_embed(found) if found.placed else None
        return Page(text=headline(found), embed=embed, view=view_of([row]))

    async def leaderboard(self, guild: int) -> Page:
        """Who has won most on a server."""
        leaders = await self._challenges.results.leaderboard(guild, limit=MOST_LEADERS)
        if not leaders:
            return Page(text=tr("No challenge on this server has been finished yet."))
        embed = discord.Embed(title=tr("Dream challenges: the best of this server"), colour=COLOUR)
        embed.description = "\n".join(_leader(_place(leaders, one), one) for one in leaders)
        return Page(embed=embed, view=view_of([[button(tr("All challenges"), handle(Act.HISTORY, 0))]]))

    async def history(self, guild: int, before: int | None = None) -> Page:
        """The finished challenges of a server, the latest first."""
        past = await self._challenges.results.history(guild, limit=PER_PAGE + 1, before=before)
        if not past:
            return Page(text=tr("No challenge on this server has been finished yet."))
        shown = past[:PER_PAGE]
        embed = discord.Embed(title=tr("Dream challenges on this server"), colour=COLOUR)
        embed.description = "\n\n".join(map(_past, shown))
        lines = [(str(one.challenge.id), f"#{one.challenge.id} · {one.challenge.plan.theme}") for one in shown]
        ways = []
        if before is not None:
            ways.append(button(tr("Latest"), handle(Act.HISTORY, 0)))
        if len(past) > PER_PAGE:
            ways.append(button(tr("Older ones"), handle(Act.HISTORY, shown[-1].challenge.id)))
        return Page(embed=embed, view=view_of([[menu_of(Act.RESULTS, [0], tr("Look at the results"), lines)], ways]))

    async def _results(self, interaction: Interaction, read: Handle) -> None:
        values = chosen(interaction)
        number = Handle(act=None, more=(values[0],)).number() if values else read.number()
        await turn(interaction, await self.results(guild_of(interaction), number))

    async def _history(self, interaction: Interaction, read: Handle) -> None:
        await turn(interaction, await self.history(guild_of(interaction), read.number() or None))


def _place(leaders: Sequence[Leader], one: Leader) -> int | None:
    """As in the results: who has done as well shares a place, and who was never among the first three has none."""
    if not one.podiums:
        return None
    return 1 + sum((other.wins, other.podiums, other.votes) > (one.wins, one.podiums, one.votes) for other in leaders)


def _leader(place: int | None, one: Leader) -> str:
    wins = tr_count("{count} win", "{count} wins", one.wins)
    podiums = tr_count("{count} time among the first three", "{count} times among the first three", one.podiums)
    shown = [wins, podiums, votes_in_words(one.votes)]
    return f"{place_in_words(place)} <@{one.member}> · {' · '.join(shown)}"


def _past(one: Past) -> str:
    challenge = one.challenge
    day = f"<t:{round(challenge.finished or challenge.created)}:D>"
    head = f"**{plain(challenge.plan.theme)}** · #{challenge.id} · {day}"
    counted = tr_count("{count} entry", "{count} entries", one.entries)
    won = f"🏆 {_winners(one.winners)} · " if one.winners else ""
    return f"{head}\n{won}{counted}"


def _winners(winners: Sequence[Any]) -> str:
    named = [maker(one) for one in winners[:MOST_NAMED]]
    if len(winners) > MOST_NAMED:
        named.append(tr_count("{count} more", "{count} more", len(winners) - MOST_NAMED))
    return listed(named)
