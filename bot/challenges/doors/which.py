"""Which challenge somebody means, and what is offered while they type it."""

from __future__ import annotations

from collections.abc import Collection

from bot.challenges.doors.rules import STATES
from bot.challenges.model import Challenge, State
from bot.challenges.records import Challenges
from bot.dreaming.suggestions import Suggestion
from bot.errors import Refusal
from bot.languages import tr
from bot.moderation.doors.sentences import plain
from dreamcore.errors import clip

MOST = 25
LATEST = 100  #: challenges of a server that are looked through


async def offered(challenges: Challenges, guild: int, typed: str, states: Collection[State]) -> list[Suggestion]:
    """The latest first."""
    wanted = typed.strip().casefold().removeprefix("#")
    found = await challenges.of(guild, states=states, limit=LATEST)
    named = [Suggestion(name=clip(named_in_list(one), 100), value=str(one.id)) for one in found]
    return [one for one in named if wanted in one.name.casefold()][:MOST]


async def meant(challenges: Challenges, guild: int, typed: str, states: Collection[State]) -> Challenge:
    """By number or theme; without, the only one that is in such a state. Raises Refusal, NoChallenge."""
    text = typed.strip().removeprefix("#").strip()
    if text.isascii() and text.isdecimal() and len(text) < 18:
        return await challenges.get(int(text), guild=guild)
    found = await challenges.of(guild, states=() if text else states, limit=LATEST)
    if text:
        found = [one for one in found if text.casefold() in one.plan.theme.casefold()]
        exact = [one for one in found if one.plan.theme.casefold() == text.casefold()]
        found = exact or found
        found = [one for one in found if one.state in states] or found
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(named(one) for one in found[:5])
        raise Refusal(tr("Which challenge do you mean? Choose one: {names}.", names=names))
    if text:
        raise Refusal(tr("There is no challenge “{name}” on this server.", name=plain(clip(text))))
    raise Refusal(tr("There is no challenge on this server that this could be done to: `/challenge create` makes one."))


def named(challenge: Challenge) -> str:
    """In a sentence."""
    return f"#{challenge.id} “{plain(challenge.plan.theme)}”"


def named_in_list(challenge: Challenge) -> str:
    """Where neither mentions nor markdown work."""
    theme = challenge.plan.theme or tr("No theme yet")
    return f"#{challenge.id} · {theme} · {tr(STATES[challenge.state])}"
