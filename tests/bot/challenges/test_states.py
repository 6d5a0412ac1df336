"""The state machine: whatever happens in whatever order and at whatever time, it stays a challenge."""

from __future__ import annotations

import contextlib
import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.challenges.errors import BadPlan, BadTime, ChallengeRefusal, NotNow
from bot.challenges.events import (
    Cancel,
    Clock,
    Close,
    Counted,
    Edit,
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
from bot.challenges.model import MOST_VOTES_EACH, Challenge, Outcome, Plan, State, When
from bot.challenges.schedule import following
from bot.challenges.states import EDITABLE, holds, step
from tests.bot.challenges.arena import DAY, GUILD, HOUR, MODERATOR, PLAN

NOW = 1_800_000_000.0
THREE = Facts(approved=3)
DRAFT = Challenge(id=1, guild=GUILD, creator=MODERATOR, state=State.DRAFT, plan=PLAN, created=NOW)
ANNOUNCED = set(EffectKind) - {EffectKind.COUNT, EffectKind.NEXT, EffectKind.ROLE}

spans = st.sampled_from([60.0, HOUR, DAY, 3 * DAY])
whens = st.one_of(
    st.none(),
    spans.map(lambda after: When(after=after)),
    st.floats(-DAY, 20 * DAY).map(lambda ahead: When(at=NOW + ahead)),
)
plans = st.builds(
    lambda opens, submissions, voting, **more: dataclasses.replace(
        PLAN, opens=opens, submissions=submissions, voting=voting, **more
    ),
    opens=whens,
    submissions=whens,
    voting=whens,
    repeat=st.booleans(),
    themes=st.sampled_from([(), ("Day",), ("Day", "Dusk")]),
    winner_role=st.sampled_from([None, 5]),
)
events = st.one_of(
    st.builds(Edit, changes=st.fixed_dictionaries({}, optional={"theme": st.just("Sea"), "prize": st.just("Fame")})),
    st.builds(Edit, changes=st.fixed_dictionaries({"opens": whens, "voting": whens})),
    st.builds(Schedule),
    st.builds(Schedule),
    st.builds(Unschedule),
    st.builds(Open),
    st.builds(Close, step=st.sampled_from([State.SUBMITTING, State.VOTING])),
    st.builds(Extend, submissions=whens, voting=whens),
    st.builds(Reopen, submissions=whens, voting=whens),
    st.builds(Cancel),
    st.builds(Clock),
    st.builds(Clock),
    st.builds(Counted, outcome=st.sampled_from(Outcome)),
)
facts = st.builds(Facts, approved=st.integers(0, 3), pending=st.integers(0, 2))
jumps = st.one_of(st.just(0.0), st.floats(-HOUR, 5 * DAY))


@settings(max_examples=400)
@given(plans, st.lists(st.tuples(events, jumps, facts), max_size=25))
def test_no_sequence_of_events_announces_twice_or_stops_it_for_good(
    plan: Plan, happenings: list[tuple[Event, float, Facts]]
) -> None:
    goes_on(dataclasses.replace(DRAFT, plan=plan), happenings)


later = st.builds(When, after=spans)
lively = st.one_of(
    st.builds(Close, step=st.just(State.SUBMITTING)),
    st.builds(Close, step=st.just(State.VOTING)),
    st.builds(Reopen, submissions=st.none() | later, voting=later),
    st.builds(Extend, submissions=st.none() | later, voting=later),
    st.builds(Cancel),
    st.builds(Clock),
)


@settings(max_examples=200)
@given(st.lists(st.tuples(lively, st.sampled_from([0.0, HOUR, 4 * DAY]), facts), min_size=5, max_size=25))
def test_however_often_it_is_closed_and_reopened_nothing_is_announced_twice(
    happenings: list[tuple[Event, float, Facts]],
) -> None:
    goes_on(do(DRAFT, Schedule()).challenge, happenings)


def goes_on(challenge: Challenge, happenings: list[tuple[Event, float, Facts]]) -> None:
    now, out = NOW, list[str]()
    for event, jump, counts in happenings:
        now += jump
        before = challenge
        try:
            done = step(challenge, event, now=now, facts=counts)
        except ChallengeRefusal:
            if isinstance(event, Clock):  # which nobody refuses
                raise
            continue
        challenge = done.challenge
        out += [effect.key for effect in done.effects]
        assert len(set(out)) == len(out), "every key comes once"
        assert all(holds(effect, challenge) for effect in done.effects[-1:])
        assert challenge.revision >= before.revision
        in_order(challenge, now)
        allowed(before, challenge, event)


def in_order(challenge: Challenge, now: float) -> None:
    """What a challenge in its state has to have."""
    if challenge.state is State.DRAFT or (challenge.state is State.CANCELLED and challenge.opened is None):
        return
    assert challenge.opens_at <= challenge.submissions_end <= challenge.voting_ends
    if challenge.state in (State.SUBMITTING, State.VOTING):
        assert challenge.opened is not None
        assert challenge.next_at is not None, "it goes on by itself"
        assert challenge.next_at > now, "and there is time left"
    if challenge.state is State.SCHEDULED:
        assert challenge.next_at is not None
    if challenge.state.over:
        assert challenge.finished is not None


def allowed(before: Challenge, after: Challenge, event: Event) -> None:
    """Nothing goes back without somebody who reopens it, and what is finished stays so."""
    if before.state is State.FINISHED:
        assert after.state is State.FINISHED
    order = [State.DRAFT, State.SCHEDULED, State.SUBMITTING, State.VOTING, State.COUNTING, State.FINISHED]
    if before.state in order and after.state in order and not isinstance(event, Reopen | Unschedule):
        assert order.index(after.state) >= order.index(before.state)
    if isinstance(event, Clock):
        assert after.round == before.round


@settings(max_examples=200)
@given(plans, st.lists(st.floats(0, 10 * DAY), max_size=8), facts)
def test_left_alone_it_comes_to_its_end_however_the_clock_jumps(plan: Plan, jumps: list[float], counts: Facts) -> None:
    try:
        done = step(dataclasses.replace(DRAFT, plan=plan), Schedule(), now=NOW, facts=counts)
    except (BadPlan, BadTime):
        return
    now, kinds = NOW, [effect.kind for effect in done.effects]
    challenge = done.challenge
    for jump in (*jumps, 401 * DAY, 401 * DAY, 401 * DAY):
        now += jump
        done = step(challenge, Clock(), now=now, facts=counts)
        challenge = done.challenge
        kinds += [effect.kind for effect in done.effects]
    assert challenge.state is State.COUNTING
    choice = counts.pending > 0 or counts.approved > 1
    assert kinds == [EffectKind.OPENING, *([EffectKind.VOTING] if choice else []), EffectKind.COUNT]


def do(challenge: Challenge, *happenings: Event, now: float = NOW, counts: Facts = THREE) -> Step:
    done = Step(challenge=challenge)
    for event in happenings:
        done = step(done.challenge, event, now=now, facts=counts)
    return done


def test_two_moderators_who_close_at_once_close_one_phase() -> None:
    closed = do(DRAFT, Schedule(), Close(step=State.SUBMITTING)).challenge
    assert closed.state is State.VOTING
    with pytest.raises(NotNow, match="members are voting"):
        do(closed, Close(step=State.SUBMITTING))
    with pytest.raises(NotNow, match="still taking entries"):
        do(DRAFT, Schedule(), Close(step=State.VOTING))


def test_a_span_of_voting_is_as_long_when_submissions_end_early() -> None:
    opened = do(DRAFT, Schedule()).challenge
    closed = do(opened, Close(step=State.SUBMITTING), now=NOW + HOUR).challenge
    assert closed.voting_ends == NOW + HOUR + 2 * DAY
    fixed = dataclasses.replace(PLAN, voting=When(at=NOW + 9 * DAY))
    opened = do(dataclasses.replace(DRAFT, plan=fixed), Schedule()).challenge
    assert do(opened, Close(step=State.SUBMITTING), now=NOW + HOUR).challenge.voting_ends == NOW + 9 * DAY


@pytest.mark.parametrize(("down", "left"), [(DAY, DAY), (1.5 * DAY, 2 * DAY), (100 * DAY, 2 * DAY)])
def test_a_bot_that_was_down_leaves_half_of_the_voting_or_all_of_it(down: float, left: float) -> None:
    opened = do(DRAFT, Schedule()).challenge
    now = opened.submissions_end + down
    voting = do(opened, Clock(), now=now).challenge
    assert voting.state is State.VOTING
    assert voting.voting_ends - now == left


def test_extending_submissions_moves_the_voting_with_them() -> None:
    opened = do(DRAFT, Schedule()).challenge
    later = do(opened, Extend(submissions=When(after=DAY))).challenge
    assert (later.submissions_end, later.voting_ends) == (opened.submissions_end + DAY, opened.voting_ends + DAY)
    with pytest.raises(BadTime, match="not later"):
        do(opened, Extend(voting=When(at=opened.voting_ends)))
    with pytest.raises(BadTime, match="400 days"):
        do(opened, Extend(voting=When(after=399 * DAY)))


@pytest.mark.parametrize(
    ("plan", "error", "words"),
    [
        (dataclasses.replace(PLAN, theme=" "), BadPlan, "no theme"),
        (dataclasses.replace(PLAN, voting=None), BadPlan, "needs an end"),
        (dataclasses.replace(PLAN, repeat=True), BadPlan, "list of the themes"),
        (dataclasses.replace(PLAN, votes_each=MOST_VOTES_EACH + 1), BadPlan, "1 to 100 votes"),
        (dataclasses.replace(PLAN, theme="x" * 101), BadPlan, "at most 100"),
        (dataclasses.replace(PLAN, opens=When(at=NOW - HOUR)), BadTime, "is over already"),
        (
            dataclasses.replace(PLAN, submissions=When(at=NOW - HOUR)),
            BadTime,
            "end of the submissions, .* over already",
        ),
        (dataclasses.replace(PLAN, voting=When(at=NOW + DAY)), BadTime, "not even a minute"),
        (
            dataclasses.replace(PLAN, opens=When(after=DAY), submissions=When(at=NOW + HOUR)),
            BadTime,
            "not even a minute",
        ),
        (dataclasses.replace(PLAN, voting=When(at=NOW + 401 * DAY)), BadTime, "too far away"),
    ],
)
def test_a_draft_that_does_not_work_says_why(plan: Plan, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        do(dataclasses.replace(DRAFT, plan=plan), Schedule())


def test_what_decides_who_wins_stands_once_members_see_it() -> None:
    opened = do(DRAFT, Schedule()).challenge
    for fixed in ("theme", "constraints", "entries_each", "votes_each", "anonymous", "open_voting", "roles", "base"):
        assert fixed not in EDITABLE[opened.state]
        with pytest.raises(NotNow, match=fixed):
            do(opened, Edit(changes={fixed: getattr(PLAN, fixed)}))
    assert do(opened, Edit(changes={"prize": "Fame"})).challenge.plan.prize == "Fame"


def test_of_two_forms_that_were_open_at_once_the_second_is_told() -> None:
    first = do(DRAFT, Edit(changes={"theme": "Sea"}, revision=0)).challenge
    with pytest.raises(NotNow, match="changed this challenge meanwhile"):
        do(first, Edit(changes={"theme": "Sky"}, revision=0))


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        (Facts(), State.COUNTING),
        (Facts(approved=1), State.COUNTING),
        (Facts(pending=1), State.VOTING),
        (Facts(approved=2), State.VOTING),
    ],
)
def test_without_a_choice_there_is_no_voting(counts: Facts, state: State) -> None:
    opened = do(DRAFT, Schedule()).challenge
    assert do(opened, Clock(), now=opened.submissions_end, counts=counts).challenge.state is state


def test_reopening_announces_what_follows_anew_and_nothing_else() -> None:
    voting = do(DRAFT, Schedule(), Close(step=State.SUBMITTING)).challenge
    again = do(voting, Reopen(submissions=When(after=DAY), voting=When(after=DAY)))
    assert [effect.key for effect in again.effects] == ["reopened:1"]
    closed = do(again.challenge, Close(step=State.SUBMITTING))
    assert [effect.key for effect in closed.effects] == ["voting:1"]
    counting = do(closed.challenge, Close(step=State.VOTING))
    finished = do(counting.challenge, Counted(outcome=Outcome.WON)).challenge
    with pytest.raises(NotNow, match="results stand"):
        do(finished, Reopen(submissions=When(after=DAY), voting=When(after=DAY)))


def test_what_was_never_announced_before_a_reopening_is_not_announced_after_it() -> None:
    voting = do(DRAFT, Schedule(), Close(step=State.SUBMITTING))
    again = do(
        voting.challenge, Reopen(submissions=When(after=DAY), voting=When(after=DAY)), Close(step=State.SUBMITTING)
    )
    assert [holds(effect, again.challenge) for effect in (*voting.effects, *again.effects)] == [False, True]


def test_a_cancelled_draft_is_reopened_as_a_draft_and_an_open_one_as_it_was() -> None:
    assert do(DRAFT, Cancel(), Reopen()).challenge.state is State.DRAFT
    cancelled = do(DRAFT, Schedule(), Cancel())
    assert [effect.kind for effect in cancelled.effects] == [EffectKind.CANCELLED]
    with pytest.raises(BadPlan, match="until when members may vote"):
        do(cancelled.challenge, Reopen())
    with pytest.raises(NotNow, match="nothing to vote on"):
        do(cancelled.challenge, Reopen(voting=When(after=DAY)), counts=Facts())
    assert do(cancelled.challenge, Reopen(voting=When(after=DAY))).challenge.state is State.VOTING


def test_every_event_in_every_state_is_taken_or_one_sentence() -> None:
    opened = do(DRAFT, Schedule()).challenge
    voting = do(opened, Close(step=State.SUBMITTING)).challenge
    counting = do(voting, Close(step=State.VOTING)).challenge
    future = dataclasses.replace(PLAN, opens=When(after=DAY))
    states = (
        DRAFT,
        do(dataclasses.replace(DRAFT, plan=future), Schedule()).challenge,
        opened,
        voting,
        counting,
        do(counting, Counted(outcome=Outcome.WON)).challenge,
        do(opened, Cancel()).challenge,
    )
    assert [one.state for one in states] == list(State)
    for challenge in states:
        for event in (Schedule(), Unschedule(), Open(), Cancel(), Extend(voting=When(after=DAY)), Reopen()):
            with contextlib.suppress(ChallengeRefusal):
                do(challenge, event)


def test_the_next_of_a_repeating_one_is_a_week_later_with_the_next_theme() -> None:
    weekly = dataclasses.replace(PLAN, repeat=True, themes=("Day", "Dusk"), zone="Europe/Vienna")
    opened = do(dataclasses.replace(DRAFT, plan=weekly), Schedule()).challenge
    moved = do(opened, Extend(submissions=When(after=DAY))).challenge
    plan = following(moved, now=moved.voting_ends)
    assert (plan.theme, plan.themes, plan.repeat) == ("Day", ("Dusk",), True)
    assert plan.opens == When(at=opened.opens_at + 7 * DAY)
    assert plan.submissions == When(at=opened.submissions_end + 7 * DAY, after=3 * DAY), "as long as was planned"
    fixed = dataclasses.replace(weekly, voting=When(at=opened.voting_ends))
    opened = do(dataclasses.replace(DRAFT, plan=fixed), Schedule()).challenge
    longer = do(opened, Extend(voting=When(after=DAY))).challenge
    assert following(longer, now=longer.voting_ends).voting == When(at=opened.voting_ends + 7 * DAY)
    late = following(moved, now=moved.voting_ends + 30 * DAY)
    assert late.opens == When(at=opened.opens_at + 42 * DAY), "the first week that is not over"
    last = following(dataclasses.replace(moved, plan=plan), now=moved.voting_ends)
    assert (last.theme, last.themes, last.repeat) == ("Dusk", (), False)
