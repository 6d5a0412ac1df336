"""A whole challenge with the real processes, whose bot dies between the voting and the results."""

from __future__ import annotations

import re
from collections import Counter

from bot.playground.interactions import Interaction
from bot.playground.model import Message, User
from tests.bot.moderation.doors.office import held
from tests.e2e.town import DOT, Town, in_town


async def _pressed(town: Town, user: User, message: Message, label: str) -> Interaction:
    """A button, until what it does is done."""
    done = await town.standin.press(user, message, label)
    if done.original is not None and done.original.loading:
        await town.standin.fulfilled(done)
    return done


def _labels(message: Message) -> list[str]:
    return [str(one.get("label")) for one in message.buttons]


def _announced(town: Town) -> Counter[str]:
    """What stands in the challenge's channel, and how often."""
    heads = {"open": "A dream challenge is open", "voting": "Vote for your favourites", "results": "The results are"}
    said = [one.text for one in town.standin.world.messages(town.place.challenge) if not one.ephemeral]
    return Counter(name for name, words in heads.items() for text in said if words in text)


@in_town(module="tests.e2e.pretending")
async def test_a_challenge_outlives_the_bot_and_is_announced_once(town: Town) -> None:
    place, standin = town.place, town.standin
    opened = await standin.command(place.owner, place.challenge, "challenge create", {})
    draft = await standin.submit(
        opened, held(opened, theme="Night", submissions="1 day", voting="1 day", prize="A golden frame")
    )
    assert draft.original is not None
    await _pressed(town, place.owner, draft.original, "Open now")
    await town.says("A dream challenge is open: **Night**")
    for user in (place.ada, place.ben, place.mo):
        dream = await town.dream(await town.ask("!dream", DOT, user=user))
        assert "✅" in (await _pressed(town, user, dream, "Enter in the challenge")).text
    await _pressed(town, place.owner, draft.original, "End the submissions now")
    voting = await town.says("Vote for your favourites: **Night**")
    for user in (place.ada, place.ben):
        gallery = (await _pressed(town, user, voting, "Look and vote")).original
        assert gallery is not None
        if "Vote" not in _labels(gallery):  # it is their own; the next one is not
            await _pressed(town, user, gallery, "▶")
            await standin.message(lambda one, gallery=gallery: one is gallery and "Vote" in _labels(one))
        await _pressed(town, user, gallery, "Vote")
        await standin.message(lambda one, gallery=gallery: one is gallery and "Take back" in _labels(one))
    await _pressed(town, place.owner, draft.original, "End the voting now")
    await town.bot.kill()  # the results may be out by now, or not
    await town.start()
    results = await town.says("The results are here: **Night**")
    assert sum(int(count) for count in re.findall(r"· (\d+) votes?\b", results.text)) == 2, results.text
    history = await standin.command(place.ada, place.challenge, "challenge history", {})
    assert "Night" in history.text
    await town.bot.stop()  # what was still to be said is out
    assert _announced(town) == {"open": 1, "voting": 1, "results": 1}
