"""The moderators' page of a challenge: everything that is set, what is missing, and the ways to change it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.challenges import schedule
from bot.challenges.doors.fields import Form
from bot.challenges.doors.handles import Act, handle, view_of
from bot.challenges.doors.places import channel_trouble
from bot.challenges.doors.roles import role_trouble
from bot.challenges.doors.rules import STATES, constraints_in_words, when
from bot.challenges.doors.spans import after_in_words
from bot.challenges.events import Facts
from bot.challenges.model import MOST_ROLES, Challenge, Plan, State
from bot.dreaming.help import COLOUR
from bot.languages import mark, tr, tr_count
from bot.moderation.doors.replies import button
from dreamcore.errors import DreamError

CHANNEL_TYPES = [
    *(discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.voice, discord.ChannelType.stage_voice),
    *(discord.ChannelType.public_thread, discord.ChannelType.private_thread),
]
Row = list[discord.ui.Item[Any]]

#: What is on or off: the field of the plan, and what the button says. `secret` is one of the constraints'.
TOGGLES = {
    "anonymous": (mark("Anonymous: no"), mark("Anonymous: yes")),
    "open_voting": (mark("Voting: secret"), mark("Voting: open")),
    "review": (mark("Review: no"), mark("Review: yes")),
    "secret": (mark("Style: known"), mark("Style: secret")),
}


def embed_of(challenge: Challenge, facts: Facts, guild: discord.Guild, *, now: float) -> discord.Embed:
    """Everything that is set."""
    plan = challenge.plan
    embed = discord.Embed(title=plan.theme or tr("No theme yet"), description=plan.description or None, colour=COLOUR)
    add = embed.add_field
    add(name=tr("State"), value=tr(STATES[challenge.state]))
    add(name=tr("Channel"), value=f"<#{plan.channel}>")
    add(name=tr("Picture"), value=tr("everybody's own") if plan.base is None else f"`{plan.base.filename[:80]}`")
    for name, value in _times(challenge):
        add(name=name, value=value)
    asked = constraints_in_words(plan.constraints, secrets=True)
    add(name=tr("Dreams need"), value=_lines(asked) or tr("nothing special"))
    add(name=tr("Each member"), value=_limits(plan))
    add(name=tr("Who takes part"), value=_roles(plan.roles))
    add(name=tr("Anonymous"), value=_yes(plan.anonymous))
    add(name=tr("Voting"), value=tr("open: moderators see who votes for what") if plan.open_voting else tr("secret"))
    add(name=tr("Review"), value=tr("entries show once approved") if plan.review else tr("no"))
    add(name=tr("Role for winners"), value=tr("none") if plan.winner_role is None else f"<@&{plan.winner_role}>")
    add(name=tr("Prize"), value=plan.prize or tr("none"))
    add(name=tr("Every week"), value=_series(plan))
    if challenge.opened is not None:
        add(name=tr("Entries"), value=_entries(facts))
    if troubles := _missing(challenge, guild, now=now):
        add(name=tr("⚠️ Before it can begin"), value=_lines(troubles), inline=False)
    number = tr("Challenge #{number} · times are in {zone}", number=challenge.id, zone=plan.zone)
    embed.set_footer(text=number)
    return embed


def view(challenge: Challenge, facts: Facts) -> discord.ui.View | None:
    """The ways to change it that are open now."""
    if challenge.state in (State.DRAFT, State.SCHEDULED):
        return view_of(_before(challenge))
    if challenge.state in (State.SUBMITTING, State.VOTING, State.COUNTING):
        return view_of(_during(challenge, facts))
    return view_of(_after(challenge, facts))


def _times(challenge: Challenge) -> list[tuple[str, str]]:
    plan = challenge.plan
    if challenge.state is State.DRAFT:
        opens = tr("as soon as you say so") if plan.opens is None else after_in_words(plan.opens, step="submissions")
        return [
            (tr("Opens"), opens),
            (tr("Submissions until"), after_in_words(plan.submissions, step="submissions")),
            (tr("Voting until"), after_in_words(plan.voting, step="voting")),
        ]
    known = [(tr("Opens"), plan.opens), (tr("Submissions until"), plan.submissions), (tr("Voting until"), plan.voting)]
    return [(name, when(schedule.moment(one))) for name, one in known if one is not None and one.at is not None]


def _missing(challenge: Challenge, guild: discord.Guild, *, now: float) -> list[str]:
    """What keeps a draft from being scheduled, and what will go wrong later if nobody does anything."""
    if challenge.state.over:
        return []
    troubles = []
    if challenge.state is State.DRAFT:
        try:
            schedule.planned(challenge.plan, now=now)
        except DreamError as error:
            troubles.append(error.sentence)
    troubles.append(channel_trouble(guild, challenge.plan.channel) or "")
    if challenge.plan.winner_role is not None:
        troubles.append(role_trouble(guild, challenge.plan.winner_role) or "")
    return [one for one in troubles if one]


def _before(challenge: Challenge) -> list[Row]:
    plan, id_, draft = challenge.plan, challenge.id, challenge.state is State.DRAFT
    forms = [
        _form(tr("Texts"), challenge, Form.TEXTS),
        _form(tr("Times"), challenge, Form.TIMES),
        _form(tr("What dreams need"), challenge, Form.RECIPE),
        _form(tr("Limits, role, series"), challenge, Form.MORE),
    ]
    if plan.base is not None:
        forms.append(button(tr("Remove the picture"), handle(Act.NO_PICTURE, id_)))
    primary = discord.ButtonStyle.primary
    ways: Row = []
    if not draft:
        ways.append(button(tr("Back to the draft"), handle(Act.UNSCHEDULE, id_)))
    elif plan.opens is not None:
        ways.append(button(tr("Schedule"), handle(Act.SCHEDULE, id_), style=primary))
    ways += [
        button(tr("Open now"), handle(Act.OPEN, id_), style=primary if plan.opens is None else _GREY),
        _audit(challenge),
        _cancel(challenge),
    ]
    return [[*forms], _toggles(plan, id_), [_role_menu(challenge)], [_channel_menu(challenge)], ways]


def _during(challenge: Challenge, facts: Facts) -> list[Row]:
    id_, state = challenge.id, challenge.state
    ways: Row = []
    if state is not State.COUNTING:
        label = tr("End the submissions now") if state is State.SUBMITTING else tr("End the voting now")
        ways += [
            _form(tr("More time"), challenge, Form.EXTEND),
            button(label, handle(Act.CLOSE, id_, state.value)),
        ]
    if state is not State.SUBMITTING:
        ways.append(_form(tr("Take entries again"), challenge, Form.REOPEN))
    ways.append(_cancel(challenge))
    texts = [_form(tr("Texts"), challenge, Form.TEXTS), _form(tr("Role, series"), challenge, Form.MORE)]
    return [[_entries_button(challenge, facts), *texts, _audit(challenge)], ways, [_channel_menu(challenge)]]


def _after(challenge: Challenge, facts: Facts) -> list[Row]:
    row: Row = []
    if challenge.opened is not None:
        row.append(_entries_button(challenge, facts))
    if challenge.state is State.CANCELLED and not challenge.cleared:
        row.append(_form(tr("Reopen"), challenge, Form.REOPEN))
    return [[*row, _audit(challenge)]]


def _toggles(plan: Plan, id_: int) -> Row:
    row: Row = []
    for field, labels in TOGGLES.items():
        on = is_on(plan, field)
        style = discord.ButtonStyle.success if on else _GREY
        useless = field == "secret" and plan.constraints.style is None
        row.append(button(tr(labels[on]), handle(Act.TOGGLE, id_, field, int(not on)), style=style, disabled=useless))
    return row


def is_on(plan: Plan, field: str) -> bool:
    return plan.constraints.secret if field == "secret" else bool(getattr(plan, field))


def _role_menu(challenge: Challenge) -> discord.ui.Item[Any]:
    preset = [discord.SelectDefaultValue.from_role(discord.Object(one)) for one in challenge.plan.roles]
    return discord.ui.RoleSelect(
        custom_id=handle(Act.PICK_ROLES, challenge.id),
        placeholder=tr("Everybody may take part; choose roles to change that"),
        min_values=0,
        max_values=MOST_ROLES,
        default_values=preset,
    )


def _channel_menu(challenge: Challenge) -> discord.ui.Item[Any]:
    preset: Any = discord.Object(challenge.plan.channel)
    return discord.ui.ChannelSelect(
        custom_id=handle(Act.PICK_CHANNEL, challenge.id),
        placeholder=tr("The channel in which it is announced"),
        channel_types=CHANNEL_TYPES,
        default_values=[discord.SelectDefaultValue.from_channel(preset)],
    )


def _form(label: str, challenge: Challenge, form: Form) -> discord.ui.Item[Any]:
    return button(label, handle(Act.FORM, challenge.id, form.value))


def _entries_button(challenge: Challenge, facts: Facts) -> discord.ui.Item[Any]:
    if facts.pending:
        label = tr_count("Review {count} entry", "Review {count} entries", facts.pending)
        return button(label, handle(Act.REVIEW, challenge.id, "waiting", 0), style=discord.ButtonStyle.primary)
    return button(tr("Entries"), handle(Act.REVIEW, challenge.id, "all", 0), disabled=not facts.approved)


def _audit(challenge: Challenge) -> discord.ui.Item[Any]:
    return button(tr("History"), handle(Act.AUDIT, challenge.id, 0))


def _cancel(challenge: Challenge) -> discord.ui.Item[Any]:
    label = tr("Cancel the challenge") if challenge.state.live else tr("Discard")
    return button(label, handle(Act.CANCEL, challenge.id), style=discord.ButtonStyle.danger)


def _limits(plan: Plan) -> str:
    entries = tr_count("{count} entry", "{count} entries", plan.entries_each)
    votes = tr_count("{count} vote", "{count} votes", plan.votes_each)
    return f"{entries}, {votes}"


def _entries(facts: Facts) -> str:
    taking = tr_count("{count} takes part", "{count} take part", facts.approved)
    if not facts.pending:
        return taking
    return f"{taking}, {tr_count('{count} waits for review', '{count} wait for review', facts.pending)}"


def _series(plan: Plan) -> str:
    if not plan.repeat or not plan.themes:
        return tr("no")
    count = len(plan.themes)
    return tr_count(
        "{count} more theme, next: {theme}", "{count} more themes, next: {theme}", count, theme=plan.themes[0]
    )


def _roles(roles: Sequence[int]) -> str:
    return ", ".join(f"<@&{one}>" for one in roles) if roles else tr("everybody")


def _yes(value: bool) -> str:
    return tr("yes") if value else tr("no")


def _lines(lines: Sequence[str]) -> str:
    return "\n".join(lines)[:1024]


_GREY = discord.ButtonStyle.secondary
