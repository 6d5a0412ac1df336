"""What Discord does to a bot on a bad day: everybody whose request was taken gets one answer, and nothing stays behind.

The bot is a process of its own, over real sockets; only its engine pretends. Clocks are moved where minutes count.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable

import pytest

from bot.gateway import SILENCE
from bot.operations.seeing.discord_side import INVALID
from bot.playground.faults import Faults
from bot.playground.interactions import Interaction
from bot.playground.model import Message
from bot.playground.sessions import Session, Socket
from tests.e2e.town import DOT, PATIENCE, Town, in_town, is_dream, is_final

HOUR = 3600.0
WRITES = "messages"
SEND = r"POST /channels/\{channel_id\}/messages$"
SHIFTED = {
    "module": "tests.e2e.shifted",
    "PRETEND_SECONDS": "0.1",
    "DREAM_LIMIT_HOUR": "0",
    "DREAM_LIMIT_WAITING": "0",
}


def _limited(faults: Faults) -> None:
    faults.answer(SEND, 429, times=2, retry_after=0.3)
    faults.answer(WRITES, 429, retry_after=0.3, shared=True)
    faults.answer(WRITES, 429, retry_after=0.3, everywhere=True)
    faults.page(WRITES, 429, retry_after=0.3)


def _broken(faults: Faults) -> None:
    faults.answer(WRITES, 500, times=2)
    faults.page(WRITES, 503)
    faults.page(WRITES, 403, times=2)  # by whoever guards Discord's doors: it has refused nothing


def _unsure(faults: Faults) -> None:
    faults.lose_answer(SEND, times=2)
    faults.reset(WRITES)
    faults.lose_answer(WRITES)
    faults.lose_answer("callback")


def _slow(faults: Faults) -> None:
    faults.latency = 0.5
    faults.answer("DELETE", 503)


TROUBLES = (_limited, _broken, _unsure, _slow)
MANY: dict[str, Callable[[Faults], object]] = {
    "429 of one route": lambda faults: faults.answer(SEND, 429, times=6, retry_after=2.0),
    "429 of a limit that others have used up": lambda faults: faults.answer(SEND, 429, times=6, shared=True),
    "429 of everything": lambda faults: faults.answer(WRITES, 429, times=6, retry_after=2.0, everywhere=True),
    "429 on a page": lambda faults: faults.page(WRITES, 429, times=4, retry_after=2.0),
    "500": lambda faults: faults.answer(WRITES, 500, times=20),
    "503 on a page": lambda faults: faults.page(WRITES, 503, times=20),
    "403 on a page": lambda faults: faults.page(WRITES, 403, times=20),
    "connections cut": lambda faults: faults.reset(WRITES, times=20),
    "no answer": lambda faults: faults.hang(WRITES, times=4),
    "answers lost": lambda faults: faults.lose_answer(WRITES, times=10),
    "answers to an interaction lost": lambda faults: faults.lose_answer("callback"),
    "500 to an interaction": lambda faults: faults.answer("callback", 500, times=2),
    "nothing can be deleted": lambda faults: faults.answer("DELETE", 503, times=5),
    "slow": lambda faults: setattr(faults, "latency", 5.0),
}


async def _asked(town: Town) -> tuple[list[Message], Interaction]:
    """Three requests, by two doors and in two channels."""
    place = town.place
    ada = await town.ask("!dream", DOT)
    ben = await town.ask("!dream", DOT, user=place.ben, channel=place.general)
    slash = await town.standin.command(place.mo, place.dreams, "dream", {"picture": DOT})
    return [ada, ben], slash


async def _one_answer_each(town: Town, requests: int) -> list[Message]:
    """So many dreams come, and after the bot has said all that it had to say nothing else of it is left."""

    def settled() -> bool:
        said = town.of_bot()
        return len(said) >= requests and all(is_final(one) and not one.loading for one in said)

    await _until(town, settled)
    said = town.of_bot()
    assert len(said) == requests, [one.text for one in said]
    assert all(map(is_dream, said)), [one.text for one in said]
    return said


async def _until(town: Town, true: Callable[[], bool], *, patience: float = PATIENCE) -> None:
    try:
        async with asyncio.timeout(patience):
            while not true():
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"{[one.text for one in town.of_bot()]}\n{town.bot.log}") from None


def _invalid(town: Town) -> int:
    """Requests that count towards a ban."""
    return sum(
        one.status in INVALID and one.headers.get("X-RateLimit-Scope") != "shared"
        for one in town.standin.record.exchanges
    )


async def _bear(town: Town, troubles: Iterable[tuple[str, Callable[[Faults], object]]]) -> None:
    for number, (name, begin) in enumerate(troubles, start=1):
        begin(town.standin.faults)
        try:
            await _asked(town)
            await _one_answer_each(town, 3 * number)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error
        town.standin.faults.clear()


@in_town(**SHIFTED)
async def test_whatever_discord_answers_everybody_gets_one_dream(town: Town) -> None:
    await _bear(town, ((one.__name__, one) for one in TROUBLES))
    assert _invalid(town) <= 10, "a request that is refused is not made again at once"


@pytest.mark.soak
@in_town(**SHIFTED)
async def test_much_of_each_trouble(town: Town) -> None:
    await _bear(town, MANY.items())
    assert _invalid(town) <= 60


@pytest.mark.soak
@in_town(**SHIFTED, held=True)
async def test_a_clock_that_is_set_while_jobs_run_and_wait_costs_nobody_a_dream(town: Town) -> None:
    """An hour forwards, and two back, so that what was noted before lies an hour ahead."""
    place, faults = town.place, town.standin.faults
    requests = 0
    for step in (HOUR, -2 * HOUR):
        await town.ask("!dream", DOT)
        await town.standin.command(place.mo, place.dreams, "dream", {"picture": DOT})
        await _until(town, lambda requests=requests: len(town.of_bot()) == requests + 2)
        town.hands.step(step)
        await town.ask("!dream", DOT, user=place.ben, channel=place.general)
        await _until(town, lambda requests=requests: len(town.of_bot()) == requests + 3)
        requests += 3
        faults.lose_answer(WRITES, times=3)
        town.allow(requests)
        await _one_answer_each(town, requests)
        faults.clear()


@pytest.mark.soak  # by default tests/bot/dreaming/answers/test_restart.py kills it at every step
@in_town(**SHIFTED, held=True)
async def test_a_bot_that_is_killed_and_whose_clock_is_set_says_nothing_twice(town: Town) -> None:
    """It may ask neither its clock whether it said something before, nor from when on it has to look."""
    place, hands = town.place, town.hands
    hands.step(HOUR)
    slash = await town.standin.command(place.mo, place.dreams, "dream", {"picture": DOT})
    await town.standin.fulfilled(slash)
    hands.let_pass(70)  # a wait after which the dream is a message of its own
    town.standin.faults.lose_answer(SEND)
    town.allow()
    out = await town.dream()
    town.standin.faults.go()
    await town.bot.kill()
    hands.step(-2 * HOUR)
    hands.let_pass(300)
    town.standin.faults.clear()
    await town.start()
    assert await _one_answer_each(town, 1) == [out]


async def _posted_while_deaf(town: Town) -> Message:
    return await town.ask("!dream", DOT, user=town.place.ben)


async def _connected_again(town: Town, session: Session, before: Socket | None) -> Socket | None:
    """The same session, over another socket."""
    await _until(town, lambda: session.socket not in (None, before))
    return session.socket


@in_town(**SHIFTED, held=True)
async def test_a_gateway_that_falls_silent_or_ends_a_session_costs_nobody_a_dream(town: Town) -> None:
    standin, faults = town.standin, town.standin.faults
    waiting = await town.ask("!dream", DOT)
    await town.says("Your dream is next")
    (session,) = standin.gateway.sessions

    before = session.socket
    faults.silent_gateway = True  # neither events nor heartbeats are answered, and the socket stays open
    heard_late = [await _posted_while_deaf(town)]
    town.hands.let_pass(SILENCE + 1)
    await _until(town, lambda: session.socket is not before)
    faults.silent_gateway = False
    before = await _connected_again(town, session, before)

    faults.refuse_gateway = 1  # an attempt that fails is no reason to give the session up
    faults.drop_gateway(4000)
    heard_late.append(await _posted_while_deaf(town))
    before = await _connected_again(town, session, before)

    standin.gateway.reconnect()  # Discord asks for it
    heard_late.append(await _posted_while_deaf(town))
    await _until(town, lambda: len(town.of_bot()) == 4)  # all were heard: the session is still the same
    before = await _connected_again(town, session, before)

    standin.gateway.invalidate(resumable=True)
    await _connected_again(town, session, before)
    standin.gateway.invalidate(resumable=False)  # and it has to identify anew, which discord.py does after 5 s
    await _until(town, lambda: not session.connected)
    town.hands.let_pass(5)
    await _until(town, lambda: bool(standin.gateway.sessions) and session not in standin.gateway.sessions)
    town.allow()
    after = await town.ask("!dream", DOT)
    said = await _one_answer_each(town, 5)
    assert {one.reply_to for one in said} == {one.id for one in (waiting, *heard_late, after)}


@in_town(**SHIFTED, held=True)
async def test_discord_is_gone_for_longer_than_it_remembers_anything(town: Town) -> None:
    """Nonces, sessions of the gateway and the tokens of interactions are all dead when it comes back.

    And somebody sets the bot's clock back meanwhile, by which none of that would be so.
    """
    place, standin, hands = town.place, town.standin, town.hands
    first = await town.ask("!dream", DOT)
    await town.says("Your dream is next")
    _, slash = await _asked(town)
    await _until(town, lambda: len(town.of_bot()) == 4)

    hands.let_pass(70)  # a wait after which the dream is a message of its own
    standin.faults.lose_answer(SEND)
    town.allow(1)
    out = await town.dream(first)  # it is out, and the bot does not know
    standin.faults.go()
    town.allow()
    hands.step(-HOUR)
    for _ in range(16):
        hands.let_pass(60)
        await asyncio.sleep(0.1)
    standin.faults.clear()
    hands.let_pass(60)
    said = await _one_answer_each(town, 4)
    assert out in said
    (by_slash,) = (one for one in said if one.pinged == {place.mo.id})
    assert by_slash.interaction is None, "not by the interaction's token"
    assert by_slash.channel_id == slash.channel.id
    await _until(town, lambda: bool(standin.gateway.sessions))
    await town.ask("!dream", DOT, user=place.ben)
    await _one_answer_each(town, 5)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@in_town(module="tests.e2e.pretending", PRETEND_SECONDS="0.5", DREAM_LIMIT_HOUR="0", DREAM_LIMIT_WAITING="0")
async def test_discord_is_gone_for_ten_true_minutes(town: Town) -> None:
    place, standin = town.place, town.standin
    rooms = [standin.world.add_channel(place.guild, f"room-{number}") for number in range(6)]
    for room in rooms:
        for user in (place.ada, place.ben, place.mo):
            await town.ask("!dream", DOT, user=user, channel=room)
        await standin.command(place.mo, room, "dream", {"picture": DOT})
    await _until(town, lambda: len(town.dreams()) >= 4)
    standin.faults.go()
    before = len(town.dreams())
    await asyncio.sleep(600)
    standin.faults.clear()
    back = time.monotonic()
    await _until(town, lambda: bool(standin.gateway.sessions))
    heard = time.monotonic() - back
    await _one_answer_each(town, 4 * len(rooms))
    answered = time.monotonic() - back
    await town.ask("!dream", DOT, user=place.ben)
    await _one_answer_each(town, 4 * len(rooms) + 1)
    print(
        f"\n{before} of {4 * len(rooms)} were answered before Discord went; there again, the gateway had the bot after"
        f" {heard:.1f} s, everybody their dream after {answered:.1f} s; {_invalid(town)} invalid requests"
    )
    assert heard < 60
    assert answered < 120
    assert _invalid(town) <= 10
