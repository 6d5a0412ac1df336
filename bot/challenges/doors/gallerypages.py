"""What is seen in the gallery: one entry large, with its buttons; or a leaf of small ones. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.challenges.doors.entrypages import LONGEST_LINE, file_of, menu_of
from bot.challenges.doors.handles import Act, handle, view_of
from bot.challenges.doors.looks import Look
from bot.challenges.doors.replies import Page, Picture
from bot.challenges.doors.rules import when_in_line
from bot.challenges.model import Challenge, Copy, State
from bot.challenges.views import Card, Gallery
from bot.dreaming.attaching import extension
from bot.dreaming.help import COLOUR
from bot.languages import tr, tr_count
from bot.moderation.doors.replies import button
from dreamcore.errors import clip

PER_LEAF = 9
LONGEST_RECIPE = 900
GOLD = discord.Colour(0xFFD98A)
VOTED = discord.Colour(0xE0567A)
_MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}


def entry_page(gallery: Gallery, position: int, look: Look | None, *, kept: str | None = None) -> Page:
    """One entry. look: its file; None: it is not to be had. kept: its name, where the message has it already."""
    challenge, card = gallery.challenge, gallery.cards[position]
    name = tr("Entry #{entry}", entry=card.entry)
    embed = discord.Embed(title=clip(challenge.plan.theme, 200) or name, colour=_colour(card))
    embed.description = "\n".join(_lines(gallery, card))
    embed.set_footer(text=_footer(gallery, position))
    pictures: tuple[Picture, ...] | None = ()
    filename = kept or _filename(card, look)
    if look is None and kept is None:
        embed.description += "\n\n" + tr("Its picture cannot be shown here.")
    elif not card.copy.spoiler:
        embed.set_image(url=f"attachment://{filename}")
    if kept is not None:
        pictures = None
    elif look is not None:
        alt = tr("Entry #{entry} of the challenge “{theme}”", entry=card.entry, theme=challenge.plan.theme)
        pictures = (Picture(name=filename, data=look.data, description=clip(alt, 300), spoiler=card.copy.spoiler),)
    return Page(embed=embed, view=view_of([_buttons(gallery, position)]), pictures=pictures)


def leaf_page(gallery: Gallery, leaves: Sequence[Sequence[Card]], number: int, sheet: Look | None) -> Page:
    """Up to nine small ones. number: which leaf; sheet: the picture of them all."""
    challenge, cards = gallery.challenge, leaves[number]
    embed = discord.Embed(title=clip(challenge.plan.theme, 200), colour=COLOUR)
    embed.description = "\n".join(_state_lines(gallery))
    footer = tr("Leaf {number} of {count}", number=number + 1, count=len(leaves))
    embed.set_footer(text=" · ".join([footer, *_left(gallery)]))
    pictures: tuple[Picture, ...] = ()
    if sheet is None:
        embed.description += "\n\n" + tr("The small pictures cannot be shown just now: choose an entry by its number.")
    else:
        filename = f"leaf-{challenge.id}-{number + 1}.{extension(sheet.format)}"
        embed.set_image(url=f"attachment://{filename}")
        numbers = ", ".join(f"#{card.entry}" for card in cards)
        pictures = (Picture(name=filename, data=sheet.data, description=tr("Entries {numbers}", numbers=numbers)),)
    menu = menu_of(Act.LEAF, [challenge.id, 0], tr("Look at one of them"), [_choice(card) for card in cards])
    alone = len(leaves) == 1
    ways = [
        button("◀", handle(Act.GALLERY, challenge.id, (number - 1) % len(leaves), "back"), disabled=alone),
        button("▶", handle(Act.GALLERY, challenge.id, (number + 1) % len(leaves), "on"), disabled=alone),
    ]
    return Page(embed=embed, view=view_of([[menu], [] if alone else ways]), pictures=pictures)


def empty_page(challenge: Challenge) -> Page:
    """There is nothing to leaf through."""
    text = tr("There are no entries to be seen yet.") if challenge.state.live else tr("There were no entries.")
    return Page(text=text)


def is_of(filename: str, entry: int) -> bool:
    """Whether a file shows this entry."""
    return filename.removeprefix("SPOILER_").startswith(f"entry-{entry}.")


def _buttons(gallery: Gallery, position: int) -> list[Any]:
    challenge, cards, card = gallery.challenge, gallery.cards, gallery.cards[position]
    alone, count = len(cards) == 1, len(cards)
    row: list[Any] = [
        button("◀", handle(Act.LEAF, challenge.id, cards[(position - 1) % count].entry, "back"), disabled=alone)
    ]
    if challenge.state is State.VOTING:
        if card.own:
            row.append(button(tr("Your own"), handle(Act.VOTE, card.entry), disabled=True))
        elif card.voted:
            row.append(button(tr("Take back"), handle(Act.UNVOTE, card.entry), style=discord.ButtonStyle.danger))
        else:
            row.append(button(tr("Vote"), handle(Act.VOTE, card.entry), style=discord.ButtonStyle.success))
    row.append(button("▶", handle(Act.LEAF, challenge.id, cards[(position + 1) % count].entry, "on"), disabled=alone))
    if not alone:
        row.append(button(tr("Overview"), handle(Act.GALLERY, challenge.id, "of", card.entry)))
    return row


def _lines(gallery: Gallery, card: Card) -> list[str]:
    challenge = gallery.challenge
    lines = []
    if card.votes is not None:
        place = "" if card.place is None else _MEDALS.get(card.place, f"{card.place}.") + " "
        lines.append(f"**{place}{tr_count('{count} vote', '{count} votes', card.votes)}**")
    if card.own:
        lines.append(tr("Your own dream"))
    elif card.member is None:
        lines.append(tr("Who made it is shown with the results."))
    elif card.member > 0:
        lines.append(tr("By {member}", member=f"<@{card.member}>"))
    else:
        lines.append(tr("By somebody who was forgotten"))
    if card.voted and challenge.state is not State.FINISHED:
        lines.append(tr("❤️ You have voted for this one."))
    lines += _state_lines(gallery)
    if card.recipe and challenge.state is State.FINISHED:
        lines.append(f"```\n{card.recipe[:LONGEST_RECIPE]}\n```")
    return lines


def _state_lines(gallery: Gallery) -> list[str]:
    challenge = gallery.challenge
    if challenge.state is State.SUBMITTING:
        return [tr("Voting begins {when}.", when=when_in_line(challenge.submissions_end))]
    if challenge.state is State.VOTING:
        return [tr("Voting until {when}.", when=when_in_line(challenge.voting_ends))]
    if challenge.state is State.COUNTING:
        return [tr("Voting is over: the results are being counted.")]
    return []


def _footer(gallery: Gallery, position: int) -> str:
    card = gallery.cards[position]
    name = tr("Entry #{entry}", entry=card.entry)
    place = tr("{position} of {count}", position=position + 1, count=len(gallery.cards))
    return " · ".join([name, place, *_left(gallery)])


def _left(gallery: Gallery) -> list[str]:
    if gallery.challenge.state is not State.VOTING:
        return []
    most = gallery.challenge.plan.votes_each
    return [tr_count("{left} of {count} vote left", "{left} of {count} votes left", most, left=gallery.left)]


def _choice(card: Card) -> tuple[str, str]:
    name = tr("Entry #{entry}", entry=card.entry)
    if card.own:
        name = tr("Entry #{entry}, your own", entry=card.entry)
    elif card.voted:
        name = tr("Entry #{entry}, which you have voted for", entry=card.entry)
    return str(card.entry), clip(name, LONGEST_LINE)


def _filename(card: Card, look: Look | None) -> str:
    copy = card.copy if look is None else Copy(
        picture=None, format=look.format, width=0, height=0, spoiler=card.copy.spoiler
    )  # fmt: skip
    return file_of(copy, card.entry)


def _colour(card: Card) -> discord.Colour:
    if card.place == 1:
        return GOLD
    return VOTED if card.voted else COLOUR
