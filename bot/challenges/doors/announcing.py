"""What is announced in a challenge's channel: one letter for each kind of effect, in the server's language.

Every announcement carries a `Rules` button whose id names the effect, so that it is found again after a crash.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import discord

from bot.challenges.doors.entrypages import dream_button, dreams_for_it
from bot.challenges.doors.handles import Act, components_of, handle
from bot.challenges.doors.resulting import Resulting
from bot.challenges.doors.rules import TIES, rules_of, when
from bot.challenges.events import EffectKind
from bot.challenges.model import Challenge, State
from bot.challenges.records import Challenges
from bot.challenges.schedule import stamp
from bot.challenges.views import Notice
from bot.dreaming.help import COLOUR
from bot.dreaming.mailbox import Letter
from bot.dreaming.rest import Upload
from bot.languages import tr, tr_count
from bot.moderation.doors.replies import button
from bot.moderation.doors.sentences import plain

ANNOUNCED = (
    EffectKind.OPENING,
    EffectKind.VOTING,
    EffectKind.RESULTS,
    EffectKind.EXTENDED,
    EffectKind.REOPENED,
    EffectKind.CANCELLED,
)


class Announcing:
    """Writes the letters; sends nothing."""

    def __init__(self, *, challenges: Challenges, resulting: Resulting) -> None:
        self._challenges = challenges
        self._resulting = resulting

    async def letter(self, notice: Notice, *, byte_limit: int) -> Letter:
        """byte_limit: of one file; 0: without pictures, none of them was taken."""
        challenge = notice.challenge
        if notice.kind is EffectKind.RESULTS:
            results = await self._challenges.results.of(challenge.id, guild=challenge.guild)
            letter = await self._resulting.letter(results, byte_limit=byte_limit)
        elif notice.kind is EffectKind.OPENING:
            letter = await self._opening(challenge, byte_limit)
        else:
            letter = _SAYS[notice.kind](challenge)
        buttons = [*letter.components, *components_of([[_rules(notice)]])]
        return dataclasses.replace(letter, components=_in_one_row(buttons), nonce=notice.nonce)

    async def _opening(self, challenge: Challenge, byte_limit: int) -> Letter:
        embed = rules_of(challenge, brief=True)
        uploads: tuple[Upload, ...] = ()
        base = challenge.plan.base
        if base is not None:
            data = await self._challenges.base_bytes(challenge)
            if data is not None and len(data) <= byte_limit:
                name = f"picture.{_extension(base.filename)}"
                description = tr("The picture that everybody dreams")
                uploads = (Upload(filename=name, data=data, description=description, spoiler=False),)
                embed.set_image(url=f"attachment://{name}")
        text = tr("🌀 A dream challenge is open: **{theme}**", theme=plain(challenge.plan.theme))
        return Letter(text=text, components=components_of([_ways(challenge)]), uploads=uploads,
                      embeds=_embeds(embed))  # fmt: skip


def _ways(challenge: Challenge) -> list[discord.ui.Item[Any]]:
    """To take part."""
    return [*([dream_button(challenge)] if dreams_for_it(challenge) else []), submit_button(challenge)]


def submit_button(challenge: Challenge) -> discord.ui.Button[Any]:
    return button(tr("Submit a dream"), handle(Act.SUBMIT, challenge.id), style=discord.ButtonStyle.primary)


def gallery_button(challenge: Challenge) -> discord.ui.Button[Any]:
    return button(tr("Look and vote"), handle(Act.GALLERY, challenge.id), style=discord.ButtonStyle.primary)


def name_of(key: str) -> str:
    """An effect's key, inside of an id.

    >>> name_of("opening:0")
    'opening.0'
    """
    return key.replace(":", ".")


def _voting(challenge: Challenge) -> Letter:
    plan = challenge.plan
    lines = [
        tr("Submissions are over. Leaf through the entries, and vote for those that you like most."),
        tr_count("You have {count} vote.", "You have {count} votes.", plan.votes_each),
        tr(TIES),
    ]
    embed = discord.Embed(title=plan.theme, description="\n".join(lines), colour=COLOUR)
    embed.add_field(name=tr("Voting until"), value=when(challenge.voting_ends))
    text = tr("🗳️ Vote for your favourites: **{theme}**", theme=plain(plan.theme))
    return Letter(text=text, components=components_of([[gallery_button(challenge)]]), embeds=_embeds(embed))


def _extended(challenge: Challenge) -> Letter:
    theme = plain(challenge.plan.theme)
    return _goes_on(tr("⏳ There is more time: **{theme}**", theme=theme), challenge)


def _reopened(challenge: Challenge) -> Letter:
    theme = plain(challenge.plan.theme)
    return _goes_on(tr("🔁 The challenge goes on: **{theme}**", theme=theme), challenge)


def _goes_on(head: str, challenge: Challenge) -> Letter:
    lines = [head]
    if challenge.state is State.SUBMITTING:
        lines.append(tr("Submissions until {when}.", when=stamp(challenge.submissions_end)))
    lines.append(tr("Voting until {when}.", when=stamp(challenge.voting_ends)))
    item = submit_button(challenge) if challenge.state is State.SUBMITTING else gallery_button(challenge)
    return Letter(text="\n".join(lines), components=components_of([[item]]))


def _cancelled(challenge: Challenge) -> Letter:
    theme = plain(challenge.plan.theme)
    return Letter(text=tr("🚫 The challenge **{theme}** was cancelled: nobody wins.", theme=theme), components=[])


_SAYS: dict[EffectKind, Callable[[Challenge], Letter]] = {
    EffectKind.VOTING: _voting,
    EffectKind.EXTENDED: _extended,
    EffectKind.REOPENED: _reopened,
    EffectKind.CANCELLED: _cancelled,
}


def _rules(notice: Notice) -> discord.ui.Button[Any]:
    return button(tr("Rules"), handle(Act.RULES, notice.challenge.id, name_of(notice.key)))


def _in_one_row(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The last row's button goes into the row before, where there is room."""
    if len(rows) < 2 or len(rows[-2]["components"]) + len(rows[-1]["components"]) > 5:
        return rows
    *others, row, last = rows
    return [*others, {**row, "components": [*row["components"], *last["components"]]}]


def _embeds(embed: discord.Embed) -> tuple[dict[str, Any], ...]:
    return (dict(embed.to_dict()),)


def _extension(filename: str) -> str:
    """Of a file whose name somebody has chosen."""
    extension = filename.rpartition(".")[2].lower()
    return extension if extension.isascii() and extension.isalnum() and len(extension) <= 4 else "png"
