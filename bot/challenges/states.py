"""The state machine of a challenge. Pure: a challenge, an event and a moment in; the new challenge and effects out.

    DRAFT -> SCHEDULED -> SUBMITTING -> VOTING -> COUNTING -> FINISHED        and CANCELLED, from all but FINISHED

An *effect* is something that has to be done exactly once, whatever crashes. Its key is unique within the challenge: the
table of effects (`outbox`) takes each key once. What the clock has made due happens before anything else.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from bot.challenges import schedule
from bot.challenges.errors import BadPlan, NotNow
from bot.challenges.events import (
    Cancel,
    Clock,
    Close,
    Counted,
    Edit,
    Effect,
    EffectKind,
    Event,
    Extend,
    Facts,
    Open,
    Reopen,
    Schedule,
    Step,
    Unschedule,
)
from bot.challenges.model import Challenge, Outcome, Plan, State
from bot.languages import mark, tr

ALWAYS = frozenset({"channel"})
WHILE_OPEN = ALWAYS | {"description", "prize", "winner_role", "repeat", "themes"}
ALL = frozenset(field.name for field in dataclasses.fields(Plan))
#: Which fields of the plan may still be edited: what decides who wins stands once members see it.
EDITABLE: Mapping[State, frozenset[str]] = {
    State.DRAFT: ALL,
    State.SCHEDULED: ALL,
    State.SUBMITTING: WHILE_OPEN,
    State.VOTING: WHILE_OPEN,
    State.COUNTING: WHILE_OPEN,
    State.FINISHED: ALWAYS,
    State.CANCELLED: ALWAYS,
}

_IS = {
    State.DRAFT: mark("This challenge is still a draft: schedule it first."),
    State.SCHEDULED: mark("This challenge is not open yet."),
    State.SUBMITTING: mark("This challenge is still taking entries."),
    State.VOTING: mark("Submissions are over: members are voting."),
    State.COUNTING: mark("Voting is over: the results are being counted."),
    State.FINISHED: mark("This challenge is finished: its results stand."),
    State.CANCELLED: mark("This challenge was cancelled."),
}


def step(challenge: Challenge, event: Event, *, now: float, facts: Facts) -> Step:
    """What the event makes of the challenge. Raises NotNow, BadPlan, BadTime; then nothing has happened."""
    passed = _passed(challenge, now, facts)
    if isinstance(event, Clock):
        return passed
    done = _do(passed.challenge, event, now, facts)
    changed = dataclasses.replace(done.challenge, revision=done.challenge.revision + 1)
    return Step(challenge=changed, effects=(*passed.effects, *done.effects))


def not_now(challenge: Challenge) -> NotNow:
    """Where the challenge stands, as the reason why something cannot be done."""
    return NotNow(tr(_IS[challenge.state]))


def holds(effect: Effect, challenge: Challenge) -> bool:
    """Whether it is still true, and so still to be done: a challenge may have gone on since, or been reopened."""
    if effect.kind is EffectKind.WAITS:
        return challenge.state in _OPEN
    if effect.kind is EffectKind.EXTENDED:
        return challenge.state in _OPEN and effect.key.startswith(_extension(challenge))
    return challenge.state in _TRUE[effect.kind] and effect == _effect(effect.kind, challenge.round)


_OPEN = {State.SUBMITTING, State.VOTING}
_TRUE: Mapping[EffectKind, set[State]] = {
    EffectKind.OPENING: {State.SUBMITTING},
    EffectKind.VOTING: {State.VOTING},
    EffectKind.REOPENED: _OPEN,
    EffectKind.CANCELLED: {State.CANCELLED},
    EffectKind.COUNT: {State.COUNTING},
    EffectKind.RESULTS: {State.FINISHED},
    EffectKind.ROLE: {State.FINISHED},
    EffectKind.NEXT: {State.FINISHED},
}


def waits(entry: int) -> Effect:
    """An entry is there that a moderator has to look at."""
    return Effect(kind=EffectKind.WAITS, key=f"{EffectKind.WAITS.value}:{entry}")


def _passed(challenge: Challenge, now: float, facts: Facts) -> Step:
    """What is due. A phase that begins has time left, so no more than one is due at a time."""
    at = challenge.next_at
    if at is None or at > now:
        return Step(challenge=challenge)
    if challenge.state is State.SCHEDULED:
        done = _opened(challenge, schedule.opened_by_the_clock(challenge, now), now)
    elif challenge.state is State.SUBMITTING:
        done = _voting(challenge, schedule.voting_by_the_clock(challenge, now), facts)
    else:
        done = _counting(challenge)
    return dataclasses.replace(done, challenge=dataclasses.replace(done.challenge, revision=challenge.revision + 1))


def _do(challenge: Challenge, event: Event, now: float, facts: Facts) -> Step:
    state = challenge.state
    match event:
        case Edit():
            return _edited(challenge, event, now)
        case Schedule() if state is State.DRAFT:
            plan = schedule.planned(challenge.plan, now=now)
            scheduled = dataclasses.replace(challenge, plan=plan, state=State.SCHEDULED)
            return _passed(scheduled, now, facts)
        case Schedule():
            raise NotNow(tr("This challenge is scheduled already.") if state is State.SCHEDULED else tr(_IS[state]))
        case Unschedule() if state is State.SCHEDULED:
            return _in(challenge, State.DRAFT)
        case Open() if state in (State.DRAFT, State.SCHEDULED):
            return _opened(challenge, schedule.opened_now(challenge.plan, now), now)
        case Close(step=State.SUBMITTING) if state is State.SUBMITTING:
            return _voting(challenge, schedule.closed_early(challenge.plan, now), facts)
        case Close(step=State.VOTING) if state is State.VOTING:
            assert challenge.plan.voting is not None
            plan = dataclasses.replace(challenge.plan, voting=challenge.plan.voting.moved_to(now))
            return _counting(dataclasses.replace(challenge, plan=plan))
        case Extend() if state in _OPEN:
            return _extended(challenge, event, now)
        case Reopen():
            return _reopened(challenge, event, now, facts)
        case Cancel() if not state.over:
            seen = challenge.opened is not None
            effects = (_effect(EffectKind.CANCELLED, challenge.round),) if seen else ()
            return _in(dataclasses.replace(challenge, finished=now), State.CANCELLED, *effects)
        case Counted(outcome=outcome) if state is State.COUNTING:
            return _finished(challenge, outcome, now)
    raise not_now(challenge)


def _edited(challenge: Challenge, event: Edit, now: float) -> Step:
    if event.revision is not None and event.revision != challenge.revision:
        raise NotNow(tr("Somebody else has changed this challenge meanwhile: look at it again, then change it."))
    if fixed := sorted(set(event.changes) - EDITABLE[challenge.state]):
        raise NotNow(
            tr(
                "This cannot be changed any more in a challenge that members have seen: {fields}.",
                fields=", ".join(fixed),
            )
        )
    plan = schedule.checked(dataclasses.replace(challenge.plan, **event.changes))
    if challenge.state is State.SCHEDULED:
        plan = schedule.planned(plan, now=now)
    elif challenge.state is not State.DRAFT and plan.repeat and not plan.themes:
        raise BadPlan(tr("A challenge that repeats needs a list of the themes that come next."))
    return Step(challenge=dataclasses.replace(challenge, plan=plan))


def _opened(challenge: Challenge, plan: Plan, now: float) -> Step:
    opened = dataclasses.replace(challenge, plan=plan, opened=now)
    return _in(opened, State.SUBMITTING, _effect(EffectKind.OPENING, challenge.round))


def _voting(challenge: Challenge, plan: Plan, facts: Facts) -> Step:
    """Nothing to vote on, or nothing to choose from: the voting is left out."""
    challenge = dataclasses.replace(challenge, plan=plan)
    if facts.pending == 0 and facts.approved <= 1:
        return _counting(challenge)
    return _in(challenge, State.VOTING, _effect(EffectKind.VOTING, challenge.round))


def _counting(challenge: Challenge) -> Step:
    return _in(challenge, State.COUNTING, _effect(EffectKind.COUNT, challenge.round))


def _extended(challenge: Challenge, event: Extend, now: float) -> Step:
    if event.submissions is not None and challenge.state is State.VOTING:
        raise NotNow(tr("Submissions are over. To take entries again, reopen the challenge."))
    if event.submissions is None and event.voting is None:
        raise BadPlan(tr("Say until when: for the submissions, the voting, or both."))
    plan = schedule.extended(challenge, submissions=event.submissions, voting=event.voting, now=now)
    effect = Effect(kind=EffectKind.EXTENDED, key=f"{_extension(challenge)}{challenge.revision}")
    return Step(challenge=dataclasses.replace(challenge, plan=plan), effects=(effect,))


def _extension(challenge: Challenge) -> str:
    """Of what was extended in this phase, how the key begins."""
    return f"{EffectKind.EXTENDED.value}:{challenge.round}{challenge.state.value[0]}"


def _reopened(challenge: Challenge, event: Reopen, now: float, facts: Facts) -> Step:
    if challenge.state is State.FINISHED:
        raise NotNow(tr("The results stand, so this challenge cannot be reopened: make another one."))
    if challenge.cleared:
        raise NotNow(tr("This challenge is over for so long that its pictures are gone: make another one."))
    if challenge.state is State.CANCELLED and challenge.opened is None:
        return _in(dataclasses.replace(challenge, finished=None), State.DRAFT)
    if challenge.state not in (State.VOTING, State.COUNTING, State.CANCELLED):
        raise not_now(challenge)
    if event.voting is None:
        raise BadPlan(tr("Say until when members may vote, such as 2 days."))
    if event.submissions is None and challenge.state is State.VOTING:
        raise NotNow(tr("Voting is still going on: extend it instead."))
    if event.submissions is None and facts.approved + facts.pending == 0:
        raise NotNow(tr("There is nothing to vote on: say until when entries are taken, too."))
    plan = schedule.reopened(challenge.plan, submissions=event.submissions, voting=event.voting, now=now)
    again = dataclasses.replace(challenge, plan=plan, round=challenge.round + 1, finished=None)
    state = State.VOTING if event.submissions is None else State.SUBMITTING
    return _in(again, state, _effect(EffectKind.REOPENED, again.round))


def _finished(challenge: Challenge, outcome: Outcome, now: float) -> Step:
    effects = [_effect(EffectKind.RESULTS, challenge.round)]
    if challenge.plan.winner_role is not None and outcome in (Outcome.WON, Outcome.ONLY_ONE):
        effects.append(_effect(EffectKind.ROLE, challenge.round))
    if challenge.plan.repeat and challenge.plan.themes:
        effects.append(_effect(EffectKind.NEXT, challenge.round))
    return _in(dataclasses.replace(challenge, finished=now), State.FINISHED, *effects)


def _in(challenge: Challenge, state: State, *effects: Effect) -> Step:
    return Step(challenge=dataclasses.replace(challenge, state=state), effects=effects)


def _effect(kind: EffectKind, round_: int) -> Effect:
    return Effect(kind=kind, key=f"{kind.value}:{round_}")
