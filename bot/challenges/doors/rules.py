"""What a challenge asks for, in words: the card that members see in its announcements, and behind `Rules`."""

from __future__ import annotations

import discord

from bot.challenges.constraints import Constraints
from bot.challenges.model import KEEP_DAYS, LONGEST_TEXT, Challenge, Plan, State
from bot.dreaming.help import COLOUR
from bot.languages import mark, tr, tr_count

TIES = mark(
    "Most votes win. Equal votes share a place, and the places after it are left out (1, 1, 3). A dream without votes "
    "has no place, so if nobody votes, nobody wins; a single entry wins without votes."
)
EMPTY = "\u200b"  #: the name of a field that goes on with the one before
LONGEST_FIELD = 1024
STATES = {
    State.DRAFT: mark("draft"),
    State.SCHEDULED: mark("scheduled"),
    State.SUBMITTING: mark("taking entries"),
    State.VOTING: mark("voting"),
    State.COUNTING: mark("being counted"),
    State.FINISHED: mark("finished"),
    State.CANCELLED: mark("cancelled"),
}


def rules_of(challenge: Challenge, *, brief: bool = False) -> discord.Embed:
    """Everything that members may know of it beforehand. brief: what they need first, for the announcement."""
    plan = challenge.plan
    embed = discord.Embed(title=plan.theme or tr("No theme yet"), description=plan.description or None, colour=COLOUR)
    if challenge.state is State.SCHEDULED:
        embed.add_field(name=tr("Opens"), value=when(challenge.opens_at), inline=True)
    if challenge.state is not State.DRAFT:
        embed.add_field(name=tr("Submissions until"), value=when(challenge.submissions_end), inline=True)
        embed.add_field(name=tr("Voting until"), value=when(challenge.voting_ends), inline=True)
    if plan.prize:
        embed.add_field(name=tr("Prize"), value=plan.prize[:LONGEST_TEXT], inline=False)
    if asked := constraints_in_words(plan.constraints):
        embed.add_field(name=tr("Your dream needs"), value=_bullets(asked), inline=False)
    for number, part in enumerate(_parts(rules_in_words(plan, brief=brief))):
        embed.add_field(name=tr("Rules") if number == 0 else EMPTY, value=_bullets(part), inline=False)
    embed.set_footer(text=tr("Challenge #{number} · {state}", number=challenge.id, state=tr(STATES[challenge.state])))
    return embed


def constraints_in_words(constraints: Constraints, *, secrets: bool = False) -> list[str]:
    """Line by line. secrets: with the style that is revealed at the end."""
    found = []
    if constraints.network is not None:
        found.append(tr("the network {network}", network=f"`{constraints.network}`"))
    if constraints.style is not None and constraints.secret and secrets:
        found.append(tr("the style {style}, which is secret until the results", style=f"`{constraints.style}`"))
    elif constraints.style is not None and not constraints.secret:
        found.append(tr("the style {style}", style=f"`{constraints.style}`"))
    elif constraints.secret:
        found.append(tr("a secret style, revealed with the results"))
    if constraints.layers:
        found.append(tr("no other layers than {layers}", layers=f"`{', '.join(constraints.layers)}`"))
    least, most = (None if one is None else f"{one:g}" for one in (constraints.least, constraints.most))
    if least is not None and least == most:
        found.append(tr("strength {strength}", strength=least))
    elif least is not None and most is not None:
        found.append(tr("a strength from {least} to {most}", least=least, most=most))
    elif least is not None:
        found.append(tr("a strength of at least {least}", least=least))
    elif most is not None:
        found.append(tr("a strength of at most {most}", most=most))
    if constraints.seed is not None:
        found.append(tr("the seed {seed}", seed=f"`{constraints.seed}`"))
    return found


def rules_in_words(plan: Plan, *, brief: bool = False) -> list[str]:
    """Who may do what, and who wins."""
    lines = []
    if not brief:
        lines.append(tr("Only dreams count that you ask me for yourself, on this server, after the opening."))
    if plan.base is not None:
        lines.append(tr("Everybody dreams the same picture."))
    if plan.anonymous or plan.constraints.secret:
        lines.append(tr("Dream for it with the button, so that nobody sees your dream before the voting."))
    if plan.roles:
        roles = ", ".join(f"<@&{one}>" for one in plan.roles)
        lines.append(tr("Only members with one of these roles take part: {roles}.", roles=roles))
    lines += [
        tr_count(
            "Each member may enter {count} dream.", "Each member may enter up to {count} dreams.", plan.entries_each
        ),
        tr_count(
            "Each member has {count} vote, not for a dream of their own.",
            "Each member has {count} votes, one for each dream at most, none for their own.",
            plan.votes_each,
        ),
    ]
    if plan.review:
        lines.append(tr("An entry shows once a moderator has approved it."))
    if plan.anonymous:
        lines.append(tr("Who made what is shown with the results."))
    if plan.open_voting:
        lines.append(tr("Voting is open: moderators see who voted for what."))
    elif not brief:
        lines.append(tr("Voting is secret: nobody sees who voted for what."))
    lines.append(tr(TIES))
    if brief:
        return lines
    return [
        *lines,
        tr("Entries and votes of members who have left the server when the votes are counted do not count."),
        tr("Entered pictures are kept for {days} days after the results.", days=KEEP_DAYS),
    ]


def when(at: float) -> str:
    """A moment, and below how far away it is, as Discord shows it to each reader."""
    return f"<t:{round(at)}:f>\n<t:{round(at)}:R>"


def when_in_line(at: float) -> str:
    """The same within a sentence."""
    return f"<t:{round(at)}:f> (<t:{round(at)}:R>)"


def _bullets(lines: list[str]) -> str:
    return "\n".join(f"• {line}" for line in lines)[:LONGEST_FIELD]


def _parts(lines: list[str]) -> list[list[str]]:
    """As many lines as one field holds, then those of the next one."""
    parts: list[list[str]] = [[]]
    for line in lines:
        if parts[-1] and len(_bullets([*parts[-1], line])) >= LONGEST_FIELD:
            parts.append([])
        parts[-1].append(line)
    return parts
