"""The results follow the rule that was stated beforehand."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from bot.challenges.counting import shuffled, tally
from bot.challenges.model import Copy, Entry, EntryState, Outcome, Vote

MEMBERS = st.integers(1, 8)


def entry(id: int, member: int, state: EntryState = EntryState.APPROVED, *, submitted: float = 0.0) -> Entry:
    copy = Copy(picture="0" * 64, format="PNG", width=8, height=6, spoiler=False)
    return Entry(
        id=id,
        challenge=1,
        member=member,
        job="a" * 16,
        ordinal=0,
        copy=copy,
        recipe="",
        network="daydream",
        state=state,
        submitted=submitted,
    )


entries = st.lists(
    st.builds(lambda member, state: (member, state), MEMBERS, st.sampled_from(EntryState)), max_size=8
).map(lambda some: [entry(number, member, state) for number, (member, state) in enumerate(some)])
votes = st.lists(st.builds(Vote, entry=st.integers(0, 9), voter=MEMBERS, at=st.just(0.0)), max_size=40)


@given(entries, votes, st.sets(MEMBERS))
def test_every_vote_counts_once_and_only_where_it_may(some: list[Entry], cast: list[Vote], gone: set[int]) -> None:
    result = tally(some, cast, gone)
    part = {one.id: one.member for one in some if one.state is EntryState.APPROVED and one.member not in gone}
    assert {one.entry for one in result.standings} == set(part), "no entry is lost, and none that is out comes in"
    fair = {
        (one.entry, one.voter)
        for one in cast
        if one.entry in part and one.voter not in gone and one.voter != part[one.entry]
    }
    assert Counter(entry for entry, _ in fair) == +Counter({one.entry: one.votes for one in result.standings})
    assert result.voters == len({voter for _, voter in fair})
    assert tally(some, cast + cast, gone) == result, "twice is once"
    assert tally(some[::-1], cast[::-1], gone) == result, "whatever the order"


@given(entries, votes, st.sets(MEMBERS))
def test_equal_votes_share_a_place_and_more_votes_are_before_fewer(
    some: list[Entry], cast: list[Vote], gone: set[int]
) -> None:
    result = tally(some, cast, gone)
    for one in result.standings:
        if one.votes == 0 and result.outcome is not Outcome.ONLY_ONE:
            assert one.place is None
        else:
            assert one.place == 1 + sum(other.votes > one.votes for other in result.standings)
    assert [one.votes for one in result.standings] == sorted((one.votes for one in result.standings), reverse=True)
    expected = Outcome.WON
    if not result.standings:
        expected = Outcome.NO_ENTRIES
    elif not any(one.votes for one in result.standings):
        expected = Outcome.ONLY_ONE if len(result.standings) == 1 else Outcome.NO_VOTES
    assert result.outcome is expected
    assert bool(result.winners) == (result.outcome in (Outcome.WON, Outcome.ONLY_ONE))


def test_two_with_equal_votes_both_win_and_the_next_is_third() -> None:
    some = [entry(number, number) for number in (1, 2, 3)]
    cast = [Vote(entry=one, voter=voter, at=0) for one, voter in ((1, 2), (1, 3), (2, 1), (2, 3), (3, 1))]
    assert [(one.entry, one.votes, one.place) for one in tally(some, cast).standings] == [
        (1, 2, 1),
        (2, 2, 1),
        (3, 1, 3),
    ]


@given(entries, st.integers(1, 1 << 62))
def test_a_gallery_has_everything_in_the_same_order_each_time(some: list[Entry], voter: int) -> None:
    assert sorted(one.id for one in shuffled(some, voter)) == [one.id for one in some]
    assert shuffled(some, voter) == shuffled(some[::-1], voter)


def test_each_entry_is_first_for_about_as_many_voters() -> None:
    some = [entry(number, number) for number in range(10)]
    firsts = Counter(shuffled(some, voter)[0].id for voter in range(1000))
    assert set(firsts) == set(range(10))
    assert max(firsts.values()) < 200
