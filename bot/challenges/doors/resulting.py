"""The announcement of the results: a sheet of the best dreams, the winners' own once more, and how they were made."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import discord

from bot.challenges.doors.handles import Act, components_of, handle
from bot.challenges.doors.rules import constraints_in_words
from bot.challenges.model import Challenge, Entry, Outcome
from bot.challenges.records import Challenges
from bot.challenges.views import Placed, Results
from bot.dreaming.attaching import extension
from bot.dreaming.fitting import REQUEST_BYTES
from bot.dreaming.help import COLOUR
from bot.dreaming.mailbox import Letter
from bot.dreaming.rest import Upload
from bot.dreaming.scenes import is_age_restricted
from bot.executor.protocol import Executor, SheetEntry, SheetKind, SheetOrder
from bot.languages import listed, mark, tr, tr_count
from bot.moderation.doors.replies import button
from bot.moderation.doors.sentences import plain
from dreamcore.errors import DreamError, clip

MOST_LISTED = 10
MOST_SHOWN = 12  #: dreams on the sheet, and all winners
MOST_WINNERS = 9  #: that are uploaded again: a message carries ten files, and one is the sheet
MOST_RECIPES = 3
LONGEST_RECIPE = 900
SHEET_BYTES = 4 << 20
SHEET_SOURCES = 64 << 20  #: bytes of the pictures that are put together; what is beyond is left out

_OUTCOMES = {
    Outcome.WON: mark("🏆 The results are here: **{theme}**"),
    Outcome.ONLY_ONE: mark("🏆 The results are here: **{theme}**. There was a single entry, which wins."),
    Outcome.NO_VOTES: mark("The challenge **{theme}** is over. Nobody has voted, so nobody wins."),
    Outcome.NO_ENTRIES: mark("The challenge **{theme}** is over. There were no entries, so nobody wins."),
}
MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}

log = logging.getLogger(__name__)


class Resulting:
    """Writes the letter with the results."""

    def __init__(self, *, client: discord.Client, challenges: Challenges, executor: Executor) -> None:
        self._client = client
        self._challenges = challenges
        self._executor = executor

    async def letter(self, results: Results, *, byte_limit: int) -> Letter:
        """In the language that is spoken. byte_limit: of one file; 0: none is taken there."""
        text = headline(results)
        if not results.placed:
            return Letter(text=text, components=[])
        uploads: list[Upload] = []
        embeds = [results_embed(results)]
        if byte_limit and await self._may_be_seen(results.challenge):
            sheet = await self._sheet(results, min(byte_limit, SHEET_BYTES))
            room = REQUEST_BYTES - (0 if sheet is None else len(sheet.data))
            uploads = await self._winners(results, byte_limit, room)
            if sheet is not None:
                uploads.append(sheet)
                best, how = _places_embed(results), _details_embed(results)
                best.set_image(url=f"attachment://{sheet.filename}")  # above the recipes, where it is seen
                embeds = [best, how] if how.fields else [best]
        return Letter(
            text=text,
            components=components_of([[results_button(results)]]),
            uploads=tuple(uploads),
            embeds=tuple(dict(one.to_dict()) for one in embeds),
        )

    async def _may_be_seen(self, challenge: Challenge) -> bool:
        """Pictures from an age-restricted channel stay there, also where moderators have chosen another channel."""
        restricted = is_age_restricted(self._client.get_channel(challenge.plan.channel))
        return restricted or not await self._challenges.candidates.any_restricted(challenge.id)

    async def _winners(self, results: Results, byte_limit: int, room: int) -> list[Upload]:
        """Their dreams, as they were entered where that fits."""
        uploads: list[Upload] = []
        winners = results.winners[:MOST_WINNERS]
        for number, one in enumerate(winners):
            data, kind = await self._challenges.entries.picture(one.entry), one.entry.copy.format
            limit = min(byte_limit, room // (len(winners) - number))
            if data is not None and len(data) > limit:
                try:
                    made = await self._executor.refit(data, limit)
                except DreamError as error:
                    log.warning("a winner's picture could not be made smaller: %s", error.log)
                    data = None
                else:
                    data, kind = made.data, made.format
            if data is None:
                continue
            room -= len(data)
            name = f"winner-{one.entry.id}.{extension(kind)}"
            spoiler = one.entry.copy.spoiler
            alt = tr("The dream that has won the challenge “{theme}”", theme=results.challenge.plan.theme)
            filename = f"SPOILER_{name}" if spoiler else name
            uploads.append(Upload(filename=filename, data=data, description=alt, spoiler=spoiler))
        return uploads

    async def _sheet(self, results: Results, byte_limit: int) -> Upload | None:
        """The best together; None where no worker makes it."""
        shown = results.placed[: max(MOST_SHOWN, min(len(results.winners), 25))]
        names = await self._names(results.challenge, {one.entry.member for one in shown})
        entries, room = [], SHEET_SOURCES
        for one in shown:
            data = None if one.entry.copy.spoiler else await self._challenges.entries.picture(one.entry)
            data = None if data is None or len(data) > room else data
            room -= len(data or b"")
            name, username = names.get(one.entry.member, ("", ""))
            entries.append(
                SheetEntry(
                    picture=data,
                    mark="–" if one.place is None else str(one.place),
                    name=name,
                    handle=username,
                    votes=votes_in_words(one.votes),
                    winner=one.place == 1,
                )
            )
        order = SheetOrder(
            kind=SheetKind.RESULTS,
            entries=tuple(entries),
            heading=results.challenge.plan.theme,
            details=self._details(results),
            missing=tr("not shown here"),
            byte_limit=byte_limit,
        )
        try:
            made = await self._executor.sheet(order)
        except DreamError as error:
            log.warning("challenge %d: the results have no sheet, %s", results.challenge.id, error.log)
            return None
        alt = tr("The dreams of the challenge “{theme}”, the best first", theme=results.challenge.plan.theme)
        name = f"results.{extension(made.format)}"
        return Upload(filename=name, data=made.data, description=clip(alt, 300), spoiler=False)

    async def _names(self, challenge: Challenge, members: Collection[int]) -> Mapping[int, tuple[str, str]]:
        """What the server calls them, and their user names."""
        guild = self._client.get_guild(challenge.guild)
        asked = [one for one in members if one > 0]
        if guild is None or not asked:
            return {}
        try:
            found = await guild.query_members(user_ids=asked, limit=100, cache=False)
        except Exception as error:  # no connection just now, or no answer: the sheet is made without
            log.warning("challenge %d: what members are called is not known, %r", challenge.id, error)
            return {}
        return {one.id: (one.display_name, one.name) for one in found}

    def _details(self, results: Results) -> str:
        guild = self._client.get_guild(results.challenge.guild)
        counted = [*_counted(results)]
        return " · ".join([guild.name, *counted] if guild is not None else counted)


def headline(results: Results) -> str:
    """How it ended, and who has won."""
    said = tr(_OUTCOMES[results.outcome], theme=plain(results.challenge.plan.theme))
    if not results.winners:
        return said
    makers = listed([maker(one.entry) for one in results.winners[:MOST_LISTED]])
    won = tr_count("Congratulations, {makers}!", "Congratulations, {makers}!", len(results.winners), makers=makers)
    return f"{said}\n{won}"


def results_embed(results: Results) -> discord.Embed:
    """Places, what was secret, and the winners' recipes."""
    embed = _places_embed(results)
    for one in _details_embed(results).fields:
        embed.add_field(name=one.name, value=one.value, inline=False)
    return embed


def _places_embed(results: Results) -> discord.Embed:
    theme = results.challenge.plan.theme
    embed = discord.Embed(title=theme, description="\n".join(standings(results.placed)), colour=COLOUR)
    embed.set_footer(text=" · ".join([*_counted(results), tr("Challenge #{number}", number=results.challenge.id)]))
    return embed


def _details_embed(results: Results) -> discord.Embed:
    """What was secret, the prize, and the winners' recipes."""
    challenge, embed = results.challenge, discord.Embed(colour=COLOUR)
    if challenge.plan.constraints.secret and (asked := constraints_in_words(challenge.plan.constraints, secrets=True)):
        embed.add_field(name=tr("What was secret"), value="\n".join(f"• {one}" for one in asked)[:1024], inline=False)
    if challenge.plan.prize and results.winners:
        embed.add_field(name=tr("Prize"), value=challenge.plan.prize[:1024], inline=False)
    shown = [one for one in results.winners[:MOST_RECIPES] if one.entry.recipe]
    for one in shown:
        name = tr("The winner's recipe") if len(shown) == 1 else tr("The recipe of entry #{entry}", entry=one.entry.id)
        embed.add_field(name=name, value=f"```\n{one.entry.recipe[:LONGEST_RECIPE]}\n```", inline=False)
    return embed


def results_button(results: Results) -> discord.ui.Button[Any]:
    return button(tr("All entries"), handle(Act.GALLERY, results.challenge.id), style=discord.ButtonStyle.primary)


def standings(placed: Sequence[Placed]) -> list[str]:
    """Line by line, the best first."""
    lines = [_line(one) for one in placed[:MOST_LISTED]]
    if len(placed) > MOST_LISTED:
        lines.append(tr_count("… and {count} more", "… and {count} more", len(placed) - MOST_LISTED))
    return lines


def maker(entry: Entry) -> str:
    """Whose it is."""
    return f"<@{entry.member}>" if entry.member > 0 else tr("somebody who was forgotten")


def votes_in_words(votes: int) -> str:
    return tr_count("{count} vote", "{count} votes", votes)


def place_in_words(place: int | None) -> str:
    """At the beginning of a line: bold, since "4." would begin a list, which counts by itself."""
    return "–" if place is None else MEDALS.get(place, f"**{place}.**")


def _line(one: Placed) -> str:
    return f"{place_in_words(one.place)} {maker(one.entry)} · {votes_in_words(one.votes)}"


def _counted(results: Results) -> list[str]:
    entries = tr_count("{count} entry", "{count} entries", len(results.placed))
    voters = tr_count("{count} voter", "{count} voters", results.voters)
    return [entries, voters] if results.voters else [entries]
