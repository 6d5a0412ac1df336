"""What was done to a challenge, in words: in the log channel when it happens, and in its history afterwards."""

from __future__ import annotations

from collections.abc import Callable

import discord

from bot.challenges.audit import What
from bot.challenges.doors.rules import STATES
from bot.challenges.model import Challenge, State
from bot.challenges.views import Changed
from bot.languages import listed, mark, tr
from bot.moderation.doors.logbook import Logbook
from bot.moderation.doors.sentences import plain

_BY_SOMEBODY = {
    What.CREATED: mark("{who} made this challenge."),
    What.EDITED: mark("{who} changed {detail}."),
    What.SCHEDULED: mark("{who} scheduled it."),
    What.UNSCHEDULED: mark("{who} made it a draft again."),
    What.OPENED: mark("{who} opened it."),
    What.CLOSED: mark("{who} ended a phase early; now it is: {detail}."),
    What.EXTENDED: mark("{who} gave it more time."),
    What.REOPENED: mark("{who} reopened it; now it is: {detail}."),
    What.CANCELLED: mark("{who} cancelled it."),
    What.APPROVED: mark("{who} approved entry #{entry}."),
    What.REJECTED: mark("{who} rejected entry #{entry}: {detail}"),
    What.DISQUALIFIED: mark("{who} disqualified whoever made entry #{entry}: {detail}"),
}
_BY_ITSELF = {
    What.REPEATED: mark("Made by the challenge of the week before, #{detail}."),
    What.COUNTED: mark("The votes were counted; now it is: {detail}."),
    What.PASSED: mark("Its time had come; now it is: {detail}."),
    What.LEFT: mark("Entry #{entry} does not count: whoever made it has left, or is blocked."),
}
FIELDS = {
    "channel": mark("the channel"),
    "theme": mark("the theme"),
    "description": mark("the description"),
    "prize": mark("the prize"),
    "base": mark("the picture"),
    "constraints": mark("what dreams need"),
    "opens": mark("the opening"),
    "submissions": mark("the end of the submissions"),
    "voting": mark("the end of the voting"),
    "zone": mark("the time zone"),
    "entries_each": mark("the entries of each member"),
    "votes_each": mark("the votes of each member"),
    "anonymous": mark("whether it is anonymous"),
    "open_voting": mark("whether voting is open"),
    "review": mark("whether entries are reviewed"),
    "roles": mark("who may take part"),
    "winner_role": mark("the role for winners"),
    "repeat": mark("whether it repeats"),
    "themes": mark("the themes that come next"),
}


def line(change: Changed) -> str:
    """One line of the history."""
    when = f"<t:{round(change.at)}:f>"
    return f"{when} · {_said(change.what, by=change.by, entry=change.entry, detail=change.detail)}"


class Journal:
    """The log channel's side of it."""

    def __init__(self, logbook: Logbook) -> None:
        self._logbook = logbook

    def note(
        self,
        guild: discord.Guild,
        challenge: Challenge,
        what: What,
        *,
        by: int,
        entry: int | None = None,
        detail: str | None = None,
    ) -> None:
        """detail: as the history has it."""
        self.write(guild, lambda: _headed(challenge, _said(what.value, by=by, entry=entry, detail=detail)))

    def write(self, guild: discord.Guild, text: Callable[[], str]) -> None:
        self._logbook.write(guild, text)

    def trouble(self, guild: discord.Guild) -> str | None:
        """What keeps the log channel from being written to, said once."""
        return self._logbook.trouble(guild)


def _headed(challenge: Challenge, sentence: str) -> str:
    return f"🌀 **{plain(challenge.plan.theme) or '…'}** (#{challenge.id}) · {sentence}"


def _said(what: str, *, by: int | None, entry: int | None, detail: str | None) -> str:
    known = next((one for one in What if one.value == what), None)
    template = None if known is None else _BY_SOMEBODY.get(known) or _BY_ITSELF.get(known)
    if template is None:
        return what  # another version's
    who = f"<@{by}>" if by is not None and by > 0 else tr("Somebody who was forgotten")
    return tr(template, who=who, entry=entry, detail=_detail(known, detail or ""))


def _detail(what: What | None, detail: str) -> str:
    if what is What.EDITED:
        names = [name.strip() for name in detail.split(",") if name.strip()]
        if set(names) & {"opens", "submissions", "voting"} and "zone" in names:
            names.remove("zone")  # goes along
        if "themes" in names and "repeat" in names:
            names.remove("repeat")
        return listed([tr(FIELDS[name]) if name in FIELDS else name for name in names]) if names else "…"
    state = next((state for state in State if state.value == detail), None)
    return plain(detail) if state is None else tr(STATES[state])
