"""A whole challenge, from the draft to the leaderboard."""

from __future__ import annotations

from pathlib import Path

from bot.challenges.events import Close, EffectKind
from bot.challenges.model import Outcome, State
from tests.bot.challenges.arena import ANNA, BEN, CARL, DAY, GUILD, MODERATOR, arena
from tests.bot.jobs.fakes import Clock, in_loop


@in_loop
async def test_a_challenge_from_the_draft_to_the_leaderboard(tmp_path: Path) -> None:
    clock = Clock()
    async with arena(tmp_path, clock=clock) as house:
        all_ = house.challenges
        challenge = await house.open()
        assert challenge.state is State.SUBMITTING
        (notice,) = await all_.outbox.take()
        assert (notice.kind, notice.nonce) == (EffectKind.OPENING, f"c{challenge.id}-opening:0")
        assert await all_.outbox.done(notice, channel=5, message=77)
        assert await all_.outbox.take() == []
        entries = {}
        for member in (ANNA, BEN, CARL):
            entries[member] = (await house.enter(challenge, member)).entry
        assert await all_.entries.picture(entries[ANNA]) == f"dream {entries[ANNA].job}".encode()
        clock.tick(3 * DAY)
        (challenge,) = await all_.advance()
        assert challenge.state is State.VOTING
        gallery = await all_.votes.gallery(challenge.id, guild=GUILD, voter=ANNA)
        assert {card.entry for card in gallery.cards} == {one.id for one in entries.values()}
        assert (gallery.left, gallery.given) == (3, 0)
        for voter in (ANNA, CARL):
            voted = await all_.votes.vote(entries[BEN].id, guild=GUILD, voter=voter, roles=())
            assert (voted.fresh, voted.left) == (True, 2)
        await all_.votes.vote(entries[CARL].id, guild=GUILD, voter=ANNA, roles=())
        await all_.do(challenge.id, Close(step=State.VOTING), guild=GUILD, by=MODERATOR)
        kinds = [notice.kind for notice in await all_.outbox.take()]
        assert kinds == [EffectKind.COUNT], "the announcement of the voting has been overtaken"
        results = await all_.results.count(challenge.id, left=())
        assert results.outcome is Outcome.WON
        assert [(one.entry.member, one.votes, one.place) for one in results.placed] == [
            (BEN, 2, 1),
            (CARL, 1, 2),
            (ANNA, 0, None),
        ]
        assert results.voters == 2
        assert [notice.kind for notice in await all_.outbox.take()] == [EffectKind.RESULTS]
        (leader, second, third) = await all_.results.leaderboard(GUILD)
        assert (leader.member, leader.wins, leader.podiums, leader.votes) == (BEN, 1, 1, 2)
        assert (second.member, second.wins, second.podiums) == (CARL, 0, 1)
        assert third.podiums == 0
        (past,) = await all_.results.history(GUILD)
        assert [one.member for one in past.winners] == [BEN]
