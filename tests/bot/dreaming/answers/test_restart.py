"""The bot is killed between any two steps of an answer, and starts again: the person gets exactly one answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.jobs.model import Job, JobState
from bot.playground.model import Message
from tests.bot.dreaming.answers.house import House, Sleeper, in_house
from tests.bot.fuse import Fuse


def light(at: House, fuse: Fuse) -> None:
    for thing, names in (
        (at.desk._rest, ["call"]),
        (at.queue, ["set_waiting_message", "delivered", "undeliverable"]),
    ):
        for name in names:
            setattr(thing, name, fuse.guard(getattr(thing, name)))


@dataclass(frozen=True, kw_only=True)
class Case:
    """What happens until the answer."""

    waits: float = 0.0  # seconds until the dream is made
    down: float = 5.0  # seconds until the bot is there again
    door: str = "prefix"
    fails: bool = False
    announced: bool = True
    unseen: bool = False  # a moderator deletes the waiting message
    traffic: int = 0  # messages of others meanwhile


CASES = {
    "a short wait": Case(),
    "a short wait, back after five minutes": Case(down=300),
    "a long wait": Case(waits=90),
    "a long wait, back after five minutes": Case(waits=90, down=300),
    "a long wait in a busy channel, back after five minutes": Case(waits=90, down=300, traffic=120),
    "made before it was announced": Case(announced=False),
    "made before it was announced, back after five minutes": Case(announced=False, down=300),
    "the waiting message is deleted, back after five minutes": Case(unseen=True, down=300),
    "it fails": Case(fails=True),
    "it fails, back after five minutes": Case(fails=True, down=300),
    "it fails before it was announced, back after five minutes": Case(fails=True, announced=False, down=300),
    "a slash command": Case(door="slash"),
    "a slash command, back when its token is dead": Case(door="slash", down=1200),
    "a slash command, a long wait": Case(door="slash", waits=90),
    "a slash command, a long wait, back when its token is dead": Case(door="slash", waits=90, down=1200),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_killed_at_any_step_everybody_gets_one_answer(tmp_path: Path, case: Case) -> None:
    async def body(at: House) -> None:
        steps = 0
        while await once(at, case, steps):
            steps += 1
        assert steps >= 3  # it was killed at least that often

    in_house(body, tmp_path, rate_limits=False)


async def once(at: House, case: Case, steps: int) -> bool:
    """One story, killed after so many steps. False: it was over before."""
    answers: dict[int, Message] = {}
    said: set[int] = set()

    def watch(thing: object) -> None:
        if isinstance(thing, Message) and thing.author is at.world.bot:
            if any(a.filename.startswith("cat-dream") for a in thing.attachments):
                answers[thing.id] = thing
            if "This file is damaged." in thing.content:
                said.add(thing.id)

    stop = at.world.watchers.listen(watch)
    channel = at.channel = at.world.add_channel(at.guild, f"dreams-{steps}")
    at.executor = Sleeper()
    at.dispatcher._executor = at.executor
    fuse = Fuse(steps)
    light(at, fuse)
    job = await ask(at, case)
    story = asyncio.create_task(tell(at, case, job))
    fused = asyncio.create_task(fuse.blown.wait())
    await asyncio.wait({story, fused}, return_when=asyncio.FIRST_COMPLETED)
    blown = fuse.blown.is_set()
    fused.cancel()
    story.cancel()
    await asyncio.gather(story, fused, return_exceptions=True)
    for number in range(case.traffic):
        await at.standin.post(channel, at.noor, f"chat {number}")
    await at.die()
    at.clock.ahead += case.down
    at.executor = Sleeper()
    await at.live()
    if (now := await at.queue.job(job.id)) is not None and not now.ended:
        await end(at, case, job)
    await at.settled()
    stop()
    done = await at.queue.job(job.id)
    assert done.state is (JobState.FAILED if case.fails else JobState.DELIVERED)
    left = at.own(channel)
    assert len(left) == 1, f"killed after {steps} steps: {[m.content for m in left]}"
    if case.fails:
        assert "This file is damaged." in left[0].content
        assert said == {left[0].id}
    else:
        assert set(answers) == {left[0].id}, f"killed after {steps} steps: answered {len(answers)} times"
        assert left[0].attachments
        assert done.result_message == left[0].id
    return blown


async def ask(at: House, case: Case) -> Job:
    if case.door == "slash":
        begun, place = await at.interaction()
        return await at.take(at.mila, place, f"interaction:{begun.id}", announce=False)
    return await at.accept(await at.asked(), announce=False)


async def tell(at: House, case: Case, job: Job) -> None:
    if case.announced:
        await at.desk.announce(job)
        if case.unseen:
            for message in at.own(at.channel):
                at.standin.posting.delete(message)
        at.clock.ahead += case.waits
    await end(at, case, job)
    await at.settled()


async def end(at: House, case: Case, job: Job) -> None:
    if case.fails:
        await at.executor.fail(job, "This file is damaged.")
    else:
        await at.executor.finish(job)


def test_many_who_wait_are_found_again_after_a_kill(tmp_path: Path) -> None:
    async def body(at: House) -> None:
        at.executor.slots = 1
        jobs = []
        for number in range(20):
            at.channel = at.world.add_channel(at.guild, f"dreams-{number}")
            for _ in range(2):
                jobs.append(await at.accept(await at.asked()))
        await at.die()
        at.executor = Sleeper(slots=8)
        at.executor.at_once = True
        await at.live()
        await at.settled(timeout=120)
        assert len(at.answers()) == len(jobs)
        assert len(at.own()) == len(jobs)

    in_house(body, tmp_path, rate_limits=False)
