"""When a challenge opens and closes: from what a draft says to moments, what is too early or too late, and what a bot
that was down makes of it. Pure; a clock is handed in.
"""

from __future__ import annotations

import dataclasses
import datetime
import zoneinfo
from typing import Any

from bot.challenges.errors import BadPlan, BadTime
from bot.challenges.model import (
    LONGEST_TEXT,
    LONGEST_THEME,
    MOST_ENTRIES_EACH,
    MOST_ROLES,
    MOST_THEMES,
    MOST_VOTES_EACH,
    WEEK_DAYS,
    Challenge,
    Plan,
    State,
    When,
)
from bot.languages import mark, tr

DAY = 86_400.0
FARTHEST_DAYS = 400
LEAST_OPEN = 60.0  #: seconds that a phase lasts at least
SLACK = 60.0  #: seconds by which an opening may be over when it is scheduled: it took that long to press the button

_OVER = {
    "submissions": mark("The end of the submissions, {moment}, is over already: give a later one."),
    "voting": mark("The end of the voting, {moment}, is over already: give a later one."),
}
_TOO_SHORT = {
    "submissions": mark("Submissions end at {moment}, which is not even a minute after the opening at {before}."),
    "voting": mark("Voting ends at {moment}, which is not even a minute after its beginning at {before}."),
}
_TOO_FAR = {
    "submissions": mark("The end of the submissions, {moment}, is too far away: {days} days at most."),
    "voting": mark("The end of the voting, {moment}, is too far away: {days} days at most."),
}


def checked(plan: Plan) -> Plan:
    """The plan, when nothing in it is too long or too much. Raises BadPlan."""
    if any(len(theme) > LONGEST_THEME for theme in (plan.theme, *plan.themes)):
        raise BadPlan(tr("A theme has at most {most} characters.", most=LONGEST_THEME))
    if max(len(plan.description), len(plan.prize)) > LONGEST_TEXT:
        raise BadPlan(tr("A description or a prize has at most {most} characters.", most=LONGEST_TEXT))
    if not 1 <= plan.entries_each <= MOST_ENTRIES_EACH:
        raise BadPlan(tr("Each member may have 1 to {most} entries.", most=MOST_ENTRIES_EACH))
    if not 1 <= plan.votes_each <= MOST_VOTES_EACH:
        raise BadPlan(tr("Each member may have 1 to {most} votes.", most=MOST_VOTES_EACH))
    if len(plan.themes) > MOST_THEMES:
        raise BadPlan(tr("At most {most} themes can come next.", most=MOST_THEMES))
    if len(plan.roles) > MOST_ROLES:
        raise BadPlan(tr("At most {most} roles can be named.", most=MOST_ROLES))
    return plan


def planned(plan: Plan, *, now: float) -> Plan:
    """The plan with every moment known. Raises BadPlan, BadTime with what is missing or cannot be."""
    checked(plan)
    if not plan.theme.strip():
        raise BadPlan(tr("The challenge has no theme yet."))
    if plan.submissions is None or plan.voting is None:
        raise BadPlan(tr("The challenge needs an end for submissions and one for voting, such as 3 days."))
    if plan.repeat and not plan.themes:
        raise BadPlan(tr("A challenge that repeats needs a list of the themes that come next."))
    opens = now if plan.opens is None else _resolved(plan.opens, now)
    if opens < now - SLACK:
        raise BadTime(tr("The opening, {moment}, is over already: give a later one.", moment=stamp(opens)))
    plan = _from(plan, max(opens, now))
    submissions, voting = moment(plan.submissions), moment(plan.voting)
    _check("submissions", submissions, after=moment(plan.opens), now=now)
    _check("voting", voting, after=submissions, now=now)
    return plan


def opened_now(plan: Plan, now: float) -> Plan:
    """Opened by hand, earlier than was planned: spans count from now. Raises BadTime, BadPlan."""
    return planned(dataclasses.replace(plan, opens=When(at=now)), now=now)


def opened_by_the_clock(challenge: Challenge, now: float) -> Plan:
    """A bot that was down opens late. What is left has to be enough: see `_late`."""
    by = _late(challenge.opens_at, challenge.submissions_end, now)
    return _moved(_moved(challenge.plan, "submissions", by), "voting", by)


def voting_by_the_clock(challenge: Challenge, now: float) -> Plan:
    """The same for the voting."""
    return _moved(challenge.plan, "voting", _late(challenge.submissions_end, challenge.voting_ends, now))


def closed_early(plan: Plan, now: float) -> Plan:
    """Submissions end now; a voting that was given as a span lasts as long from now on."""
    assert plan.submissions is not None
    assert plan.voting is not None
    voting = plan.voting
    if voting.after is not None:
        voting = voting.moved_to(now + moment(voting) - moment(plan.submissions))
    return dataclasses.replace(plan, submissions=plan.submissions.moved_to(now), voting=voting)


def extended(challenge: Challenge, *, submissions: When | None, voting: When | None, now: float) -> Plan:
    """Later ends. Spans are added to what holds. The voting moves with the submissions unless it is given too."""
    plan, by = challenge.plan, 0.0
    if submissions is not None:
        end = _resolved(submissions, challenge.submissions_end)
        by = end - challenge.submissions_end
        _later(end, challenge.submissions_end)
        plan = _moved(plan, "submissions", by)
        _check("submissions", end, after=now, now=now)
    end = challenge.voting_ends + by
    if voting is not None:
        end = _resolved(voting, challenge.voting_ends)
        _later(end, challenge.voting_ends)
    begins = moment(plan.submissions) if challenge.state is State.SUBMITTING else now
    _check("voting", end, after=begins, now=now)
    return _moved(plan, "voting", end - challenge.voting_ends)


def reopened(plan: Plan, *, submissions: When | None, voting: When, now: float) -> Plan:
    """New ends, for what is over. Spans count from now on; None: nothing more is entered, only voted for."""
    assert plan.submissions is not None
    assert plan.voting is not None
    if submissions is not None:
        begins = _resolved(submissions, now)
        _check("submissions", begins, after=now, now=now)
    else:
        begins = min(now, moment(plan.submissions))  # it was cancelled before they were over
    plan = dataclasses.replace(plan, submissions=plan.submissions.moved_to(begins))
    begins = max(begins, now)
    ends = _resolved(voting, begins)
    _check("voting", ends, after=begins, now=now)
    return _moved(plan, "voting", ends - moment(plan.voting))


def following(challenge: Challenge, *, now: float) -> Plan:
    """The next of a repeating challenge: another theme, and every moment as many weeks later as it takes."""
    plan, zone = challenge.plan, challenge.plan.zone
    weeks = 1
    while weeks_later(challenge.opens_at, weeks, zone) <= now:
        weeks += 1
    opens = weeks_later(challenge.opens_at, weeks, zone)
    submissions = _again(plan.submissions, opens, weeks, zone)
    return dataclasses.replace(
        plan,
        theme=plan.themes[0],
        themes=plan.themes[1:],
        repeat=len(plan.themes) > 1,
        opens=When(at=opens),
        submissions=submissions,
        voting=_again(plan.voting, moment(submissions), weeks, zone),
    )


def weeks_later(at: float, weeks: int, zone: str) -> float:
    """The same time of the day on the same day of the week, whatever the clocks have done in between."""
    local = datetime.datetime.fromtimestamp(at, zoneinfo.ZoneInfo(zone))
    later = local.replace(tzinfo=None) + datetime.timedelta(days=WEEK_DAYS * weeks)
    return later.replace(tzinfo=zoneinfo.ZoneInfo(zone)).timestamp()


def moment(when: When | None) -> float:
    """Of a plan whose moments are known."""
    assert when is not None
    assert when.at is not None
    return when.at


def stamp(at: float) -> str:
    """A moment as everybody sees it in a zone of their own.

    >>> stamp(1700000000.7)
    '<t:1700000001:f>'
    """
    return f"<t:{round(at)}:f>"


def _from(plan: Plan, opens: float) -> Plan:
    """Spans become moments, one after the other."""
    assert plan.submissions is not None
    assert plan.voting is not None
    submissions = _resolved(plan.submissions, opens)
    voting = _resolved(plan.voting, submissions)
    return dataclasses.replace(
        plan,
        opens=When(at=opens),
        submissions=When(at=submissions, after=plan.submissions.after),
        voting=When(at=voting, after=plan.voting.after),
    )


def _check(step: str, at: float, *, after: float, now: float) -> None:
    if at <= now:
        raise BadTime(tr(_OVER[step], moment=stamp(at)))
    if at < after + LEAST_OPEN:
        raise BadTime(tr(_TOO_SHORT[step], moment=stamp(at), before=stamp(after)))
    if at > now + FARTHEST_DAYS * DAY:
        raise BadTime(tr(_TOO_FAR[step], moment=stamp(at), days=FARTHEST_DAYS))


def _later(end: float, current: float) -> None:
    if end <= current:
        raise BadTime(tr("That is not later than the end that holds already, {moment}.", moment=stamp(current)))


def _late(begins: float, ends: float, now: float) -> float:
    """By how much an end moves when its phase begins late: not at all while half of the time is left, else so much
    that the phase is as long as was planned.
    """
    if ends - now >= (ends - begins) / 2:
        return 0.0
    return now - begins


def _moved(plan: Plan, step: str, by: float) -> Plan:
    when: When = getattr(plan, step)
    changes: dict[str, Any] = {} if by == 0 else {step: when.moved_to(moment(when) + by)}
    return dataclasses.replace(plan, **changes)


def _again(when: When | None, before: float, weeks: int, zone: str) -> When:
    """The same step, weeks later: a span is as long as it was, a moment is at the same time of the day."""
    assert when is not None
    if when.after is not None:
        return When(at=before + when.after, after=when.after)
    at = moment(when) if when.planned is None else when.planned
    return When(at=max(weeks_later(at, weeks, zone), before + LEAST_OPEN))


def _resolved(when: When, before: float) -> float:
    """As typed: a moment, or a span after `before`."""
    if when.after is not None:
        return before + when.after
    return moment(when)
