"""What members see while they enter dreams: their entries, what they could enter, and what came of a press. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.challenges.candidates import Candidate
from bot.challenges.constraints import FREE
from bot.challenges.doors.handles import Act, Handle, Item, handle, view_of
from bot.challenges.doors.replies import Page, Picture
from bot.challenges.doors.rules import when_in_line
from bot.challenges.model import Challenge, Copy, Entry, EntryState, State
from bot.challenges.views import Submitted
from bot.dreaming.attaching import extension
from bot.dreaming.help import COLOUR
from bot.errors import Refusal
from bot.jobs.model import JOB_ID_LENGTH, Job
from bot.languages import mark, tr, tr_count
from bot.moderation.doors.replies import button
from bot.moderation.doors.sentences import plain
from dreamcore.errors import clip

MOST = 25  #: lines of a menu
LONGEST_LINE = 100

_STATES = {
    EntryState.PENDING: mark("Entry #{entry}, which waits for a moderator"),
    EntryState.APPROVED: mark("Entry #{entry}, which takes part"),
    EntryState.REJECTED: mark("Entry #{entry} was rejected: {reason}"),
    EntryState.DISQUALIFIED: mark("Entry #{entry} was disqualified: {reason}"),
    EntryState.LEFT: mark("Entry #{entry} does not count: you had left"),
}
HOW = mark(
    "Post a picture with `/dream`, or use *Apps → Dream this* on one. "
    "Under the dream, press **Enter in the challenge**."
)
HOW_ANONYMOUS = mark("Press **Dream for it**: nobody but you sees that dream before the voting. Then enter it there.")


def choice(candidate: Candidate) -> str:
    """A dream for a challenge, as a menu's or an option's value."""
    return f"{candidate.challenge.id}.{candidate.job.id}.{candidate.picture.ordinal}"


def read_choice(value: str) -> tuple[int, str, int]:
    """(challenge, job, ordinal). Raises Refusal for what was typed instead of chosen.

    >>> read_choice("7.abcdefgh23456722.0")
    (7, 'abcdefgh23456722', 0)
    """
    challenge, _, rest = value.strip().partition(".")
    job, _, ordinal = rest.partition(".")
    numbers = all(text.isascii() and text.isdecimal() and len(text) < 18 for text in (challenge, ordinal))
    if not numbers or len(job) != JOB_ID_LENGTH:
        raise Refusal(tr("Choose one of your dreams from the list that Discord offers."))
    return int(challenge), job, int(ordinal)


def named(candidate: Candidate) -> str:
    """A dream, where neither mentions nor markdown work."""
    name = candidate.picture.filename.removeprefix("SPOILER_")
    return clip(f"{name} · {candidate.result.recipe}", LONGEST_LINE)


def submit_page(challenge: Challenge, entries: Sequence[Entry], candidates: Sequence[Candidate]) -> Page:
    """Own entries, what else could be entered, and how to make more."""
    taking = [one for one in entries if one.state.takes_part]
    left = max(0, challenge.plan.entries_each - len(taking))
    lines = [_line(one) for one in entries if one.state in _STATES]
    open_ = challenge.state is State.SUBMITTING
    rows: list[list[Any]] = []
    if open_:
        lines.append(_room(left))
        if left:
            lines.append(tr(HOW_ANONYMOUS) if challenge.hidden else tr(HOW))
        lines.append(tr("Submissions until {when}.", when=when_in_line(challenge.submissions_end)))
        if dreams_for_it(challenge) and left:
            rows.append([dream_button(challenge)])
        if candidates:
            menu = menu_of(
                Act.ENTER, ["0"], tr("Enter one of your dreams"), [(choice(c), named(c)) for c in candidates]
            )
            rows.append([menu])
        rows.append(_withdrawals(taking))
    embed = discord.Embed(title=challenge.plan.theme, description="\n\n".join(lines), colour=COLOUR)
    return Page(embed=embed, view=view_of(rows))


def submitted_page(submitted: Submitted, *, afar: bool = False) -> Page:
    """It is in. afar: said in a direct message, where no challenge has buttons."""
    entry, challenge = submitted.entry, submitted.challenge
    values = {"theme": plain(challenge.plan.theme), "entry": entry.id}
    if not submitted.fresh:
        head = tr("This dream is in the challenge **{theme}** already, as entry #{entry}.", **values)
    elif submitted.replaced is not None:
        head = tr(
            "✅ Your dream is in the challenge **{theme}** as entry #{entry}, in place of entry #{replaced}.",
            replaced=submitted.replaced,
            **values,
        )
    else:
        head = tr("✅ Your dream is in the challenge **{theme}**, as entry #{entry}.", **values)
    lines = [head]
    if entry.state is EntryState.PENDING:
        lines.append(tr("It shows once a moderator has approved it."))
    if submitted.left:
        more = tr_count("You may enter {count} more.", "You may enter {count} more.", submitted.left)
        lines.append(more)
    lines.append(tr("You can replace or withdraw it until {when}.", when=when_in_line(challenge.submissions_end)))
    row = [] if afar else [*_withdrawals([entry]), mine_button(challenge)]
    return Page(text="\n".join(lines), view=view_of([row]))


def replace_page(
    challenge: Challenge, own: Sequence[Entry], job: Any, ordinal: int, pictures: tuple[Picture, ...]
) -> Page:
    """All entries that a member may have are there: which one is it to replace?"""
    text = tr_count(
        "You have an entry in the challenge **{theme}** already. Shall this dream take its place?",
        "You have {count} entries in the challenge **{theme}** already. Which one shall this dream take the place of?",
        len(own),
        theme=plain(challenge.plan.theme),
    )
    if len(pictures) > 1:
        text += "\n-# " + tr("First the new dream, then your entry.")
    if len(own) == 1:
        label = tr("Replace entry #{entry}", entry=own[0].id)
        item: Any = button(
            label, handle(Act.REPLACE, challenge.id, job.id, ordinal, own[0].id), style=discord.ButtonStyle.primary
        )
        row = [item, mine_button(challenge, tr("Keep it"))]
    else:
        lines = [(str(one.id), _short(one)) for one in own]
        row = [menu_of(Act.REPLACE, [challenge.id, job.id, ordinal], tr("Replace one of your entries"), lines)]
    return Page(text=text, view=view_of([row]), pictures=pictures)


def which_page(found: Sequence[Candidate], pictures: tuple[Picture, ...]) -> Page:
    """Several pictures, or several challenges."""
    several = len({one.challenge.id for one in found}) > 1
    lines = [
        (choice(one), clip(f"{one.challenge.plan.theme} · {named(one)}" if several else named(one), LONGEST_LINE))
        for one in found
    ]
    text = tr("Which challenge is this dream for?") if several else tr("Which of these dreams do you want to enter?")
    menu = menu_of(Act.ENTER, ["0"], tr("Choose one"), lines)
    return Page(text=text, view=view_of([[menu]]), pictures=pictures)


def menu_of(
    act: Act, more: Sequence[object], placeholder: str, lines: Sequence[tuple[str, str]]
) -> discord.ui.Select[Any]:
    """A list to choose one line from: what is meant, what is shown."""
    options = [discord.SelectOption(label=clip(name, LONGEST_LINE), value=value) for value, name in lines[:MOST]]
    return discord.ui.Select(custom_id=handle(act, *more), placeholder=placeholder, options=options)


def mine_button(challenge: Challenge, label: str = "") -> discord.ui.Button[Any]:
    return button(label or tr("My entries"), handle(Act.SUBMIT, challenge.id))


def enter_button(job: Job) -> discord.ui.Item[Any]:
    """Under a dream."""
    made = handle(Act.ENTER, job.id)
    style = discord.ButtonStyle.primary if job.manner.secret else discord.ButtonStyle.secondary
    label = tr("Enter in the challenge")
    look: discord.ui.Button[Any] = discord.ui.Button(label=label, emoji="🏆", custom_id=made, style=style)
    return Item(look, Handle.read(made))


def once_more_button(challenge: int, job: Job) -> discord.ui.Item[Any]:
    """Under a dream that was made for a challenge, with the recipe hidden."""
    made = handle(Act.DREAM, challenge, job.id)
    look: discord.ui.Button[Any] = discord.ui.Button(label=tr("Dream once more"), emoji="🎲", custom_id=made)
    return Item(look, Handle.read(made))


def dream_button(challenge: Challenge) -> discord.ui.Button[Any]:
    return button(tr("Dream for it"), handle(Act.DREAM, challenge.id), style=discord.ButtonStyle.success)


def dreams_for_it(challenge: Challenge) -> bool:
    """Whether dreams for it are best made by its own button."""
    return challenge.hidden or challenge.plan.base is not None or challenge.plan.constraints != FREE


def file_of(copy: Copy, entry: int) -> str:
    """How an entry's file is called: by its number only."""
    return f"entry-{entry}.{extension(copy.format)}"


def _line(entry: Entry) -> str:
    return tr(_STATES[entry.state], entry=entry.id, reason=plain(entry.reason or "…"))


def _short(entry: Entry) -> str:
    """Of a menu."""
    return tr("Entry #{entry}", entry=entry.id)


def _room(left: int) -> str:
    if left:
        return tr_count("You may enter {count} dream.", "You may enter {count} dreams.", left)
    return tr("You have entered all that you may: replace one by entering another dream, or withdraw one.")


def _withdrawals(taking: Sequence[Entry]) -> list[Any]:
    if len(taking) == 1:
        label = tr("Withdraw entry #{entry}", entry=taking[0].id)
        return [button(label, handle(Act.WITHDRAW, taking[0].id))]
    if not taking:
        return []
    return [menu_of(Act.WITHDRAW, [0], tr("Withdraw one of your entries"), [(str(e.id), _short(e)) for e in taking])]
