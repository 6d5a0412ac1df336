"""A playground that is kept is, after its next start, as it was: whatever happened in it, however it ended."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.endpoints import use_api
from bot.errors import BotError
from bot.playground import payloads
from bot.playground.friendly import Friendly, furnish
from bot.playground.interactions import Kind
from bot.playground.keeping import Keeping
from bot.playground.kept import take
from bot.playground.message_payloads import MessagePayloads
from bot.playground.model import Message, MessageFlag
from bot.playground.posting import Circumstances
from bot.playground.standin import StandIn
from bot.playground.world import EPOCH
from tests.bot.playground.conftest import Bot, connected, picture, runs

NOW = 1_800_000_000.0


@asynccontextmanager
async def kept(
    folder: Path, *, clock: Callable[[], float] = lambda: NOW, delay: float = 0.01
) -> AsyncIterator[tuple[StandIn, Friendly, Keeping]]:
    """One life of a playground, without its sockets."""
    standin = StandIn(clock=clock)
    keeping = Keeping(standin, folder, delay=delay)
    friendly = await keeping.load() or furnish(standin.world)
    await keeping.start(friendly)
    try:
        yield standin, friendly, keeping
    finally:
        await keeping.close()


def on_the_wire(standin: StandIn) -> dict[str, Any]:
    """Everything that a bot is told of a world, and what it may ask for."""
    world = standin.world
    written = MessagePayloads(world, standin.cdn)
    return {
        "application": payloads.application(world.application, len(world.guilds)),
        "bot": payloads.own_user(world.bot),
        "users": [payloads.user(one) for one in world.users.values()],
        "guilds": [
            payloads.gateway_guild(one, world.bot, world.clock(), all_members=True)
            if world.bot.id in one.members
            else payloads.guild(one)
            for one in world.guilds.values()
        ],
        "channels": [payloads.channel(one) for one in world.channels.values()],
        "may": [[world.may(user, one) for user in world.users.values()] for one in world.channels.values()],
        "messages": [[written.event(one), written.message(one)] for one in world.messages() if not one.ephemeral],
        "pinged": [sorted(one.pinged) for one in world.messages() if not one.ephemeral],
        "files": [file.data for one in world.messages() if not one.ephemeral for file in one.attachments],
        "given": [file.data for one in world.messages() if not one.ephemeral for file in one.given],
        "commands": [standin.commands.payload(one) for one in standin.commands.known()],
    }


COMMAND = {
    "name": "dream",
    "type": 1,
    "description": "Dream.",
    "options": [{"name": "layer", "type": 3, "description": "x"}],
}


def anything(standin: StandIn, friendly: Friendly, chance: random.Random) -> None:
    """One thing that may happen in a world."""
    world, posting, people = standin.world, standin.posting, standin.people
    everybody = [one for one in world.users.values() if one is not world.bot]
    places = list(world.channels.values())
    guild = chance.choice(list(world.guilds.values()))
    messages = [one for one in world.messages() if not one.ephemeral]
    place, person = chance.choice(places), chance.choice(everybody)
    files = {n: picture(f"cat {n}.png", chance.randrange(200)) for n in range(chance.randrange(3))}

    def post() -> None:
        reply = [one for one in messages if one.channel_id == place.id]
        text = chance.choice(["hello", f"<@{person.id}> \ud83d \N{CAT}", "`x`" * 20, "@everyone"])
        reference = {"message_id": str(chance.choice(reply).id)} if reply and chance.random() < 0.5 else None
        posting.create(place, person, {"content": text, "message_reference": reference, "nonce": 7}, files)

    def answer() -> None:
        buttons = [{"type": 1, "components": [{"type": 2, "style": 1, "label": "Again", "custom_id": "a:1"}]}]
        embeds = [{"title": "Dream", "color": 0xFF, "fields": [{"name": "a", "value": "b"}]}]
        around = Circumstances(flags=int(chance.choice([MessageFlag.LOADING, MessageFlag(0)])))
        inside = place.guild_id is None or person.id in world.guilds[place.guild_id].members
        if inside and chance.random() < 0.5:
            begun = standin.interactions.begin(Kind.COMMAND, person, place, {"type": 1, "id": "1", "name": "dream"})
            around.interaction, around.interaction_name = standin.interactions.metadata(begun), "dream"
            around.from_application = True
            around.given = [posting.attachment(picture(), place, ephemeral=True)]
        if chance.random() < 0.3:
            around.only_for = person.id
        posting.create(place, world.bot, {"content": "so", "components": buttons, "embeds": embeds}, files, around)

    def change() -> None:
        one = chance.choice(messages)
        posting.edit(one, {"content": "changed", "attachments": []}, files if chance.random() < 0.5 else {})

    def react() -> None:
        posting.react(chance.choice(messages), person, chance.choice(["👍", "cat:123"]), add=chance.random() < 0.7)

    def pin() -> None:
        chance.choice(messages).pinned = world.clock()

    def thread() -> None:
        texts = [one for one in messages if one.guild_id and not world.channels[one.channel_id].is_thread]
        start = chance.choice(texts) if texts else None
        if start is None or start.thread is not None:
            world.add_thread(friendly.general, "talk", person)
        else:
            start.thread = world.add_thread(world.channels[start.channel_id], "talk", person, started_by=start).id

    def member() -> None:
        if person.id in guild.members:
            found = guild.members[person.id]
            found.nick, found.timed_out_until = chance.choice([None, "Nick"]), chance.choice([None, NOW + 60, NOW - 60])
            found.roles = [one for one in guild.roles if one != guild.id and chance.random() < 0.5]
            world.member_changed(guild, found)
        else:
            world.add_member(guild, person)

    def roles() -> None:
        removable = [one for one in guild.roles.values() if one.id != guild.id and one.bot is None]
        if removable and chance.random() < 0.4:
            world.remove_role(guild, chance.choice(removable))
        else:
            world.add_role(guild, "role", chance.getrandbits(40))

    def overwrite() -> None:
        if place.guild_id is not None:
            world.set_overwrite(
                place, chance.choice([person, *world.guilds[place.guild_id].roles.values()]), deny=1 << 11
            )

    def commands() -> None:
        standin.commands.put(
            [COMMAND, {"name": "Dream it", "type": 3}][: chance.randrange(3)], chance.choice([None, guild.id])
        )

    def delete() -> None:
        if chance.random() < 0.2 and place.id not in (friendly.general.id,):
            world.delete_channel(place)
        else:
            posting.delete(chance.choice(messages))

    def application() -> None:
        world.application.message_content = chance.random() < 0.5
        world.application.installed_by = {one.id for one in everybody if chance.random() < 0.5}
        person.accepts_direct_messages = chance.random() < 0.5

    things = [post, post, post, answer, thread, member, roles, overwrite, commands, application]
    things += [lambda: people._world.direct(person), lambda: world.add_user("new", avatar=chance.random() < 0.1)]
    things += [
        lambda: world.add_channel(guild, "more", nsfw=True),
        lambda: world.add_guild("Another", with_bot=chance.random() < 0.5),
    ]
    if messages:
        things += [change, react, pin, delete]
    chance.choice(things)()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seed=st.integers(0, 1 << 32), steps=st.integers(0, 60))
def test_any_world_is_the_same_after_a_restart(tmp_path: Path, seed: int, steps: int) -> None:
    chance = random.Random(seed)
    now = [NOW]

    def clock() -> float:
        return now[0]

    async def live() -> None:
        folder = tmp_path / str(seed)
        shutil.rmtree(folder, ignore_errors=True)
        async with kept(folder, clock=clock) as (standin, friendly, _):
            for _ in range(steps):
                now[0] += chance.random()
                anything(standin, friendly, chance)
            before, last = on_the_wire(standin), standin.world.ids.last
            ids = {one: getattr(friendly, one).id for one in vars(friendly)}
        for _ in range(2):
            async with kept(folder, clock=clock) as (standin, friendly, _):
                assert on_the_wire(standin) == before
                assert {one: getattr(friendly, one).id for one in vars(friendly)} == ids
                assert friendly.guild is standin.world.guilds[friendly.guild.id]
                assert standin.world.ids.last == last
        shutil.rmtree(folder)

    asyncio.run(live())


@runs
async def test_what_is_kept_of_a_furnished_world_is_what_was_there(tmp_path: Path) -> None:
    async with kept(tmp_path) as (standin, friendly, _):
        posted = await standin.post(friendly.dreams, friendly.ada, "!dream", attachments=[picture()])
        standin.commands.put([COMMAND], None)
        command = standin.commands.all()[0].id
        bot, token, secret = standin.world.bot.id, standin.token, standin.cdn.secret
    async with kept(tmp_path) as (standin, friendly, _):
        (found,) = standin.world.messages()
        assert (found.id, found.content, found.author) == (posted.id, "!dream", friendly.ada)
        assert found.attachments[0].data == picture().data
        assert standin.commands.all()[0].id == command
        assert standin.world.bot.id == standin.world.application.id == bot
        assert standin.cdn.secret == secret
        assert standin.token != token
        assert token not in (tmp_path / "world.json").read_text()
        assert friendly.guild.owner_id == friendly.owner.id
        assert await standin.post(friendly.dreams, friendly.mo, "again")


@runs
async def test_links_and_the_bots_own_messages_outlive_the_playground(tmp_path: Path) -> None:
    ports = [0]

    @asynccontextmanager
    async def running() -> AsyncIterator[tuple[StandIn, Friendly, Bot]]:
        standin = StandIn(port=ports[-1], rate_limits=False)
        keeping = Keeping(standin, tmp_path)
        friendly = await keeping.load() or furnish(standin.world)
        async with standin:
            ports.append(standin.port)
            await keeping.start(friendly)
            use_api(standin.api)
            async with connected(standin, Bot()) as bot:
                yield standin, friendly, bot
        await keeping.close()

    async with running() as (_, friendly, bot):
        sent = await bot.text(friendly.dreams).send("a dream", file=discord.File(Path(__file__), "x.png"))
        link, account = sent.attachments[0].url, bot.application_id
    async with running() as (_, friendly, bot), aiohttp.ClientSession() as session:
        assert bot.application_id == account
        found = await bot.text(friendly.dreams).fetch_message(sent.id)
        assert found.author == bot.user
        assert await (await session.get(link)).read() == Path(__file__).read_bytes()
        await found.edit(content="another")
    async with running() as (standin, _, _):
        assert standin.world.messages()[0].content == "another"


@runs
async def test_what_only_one_person_saw_is_forgotten(tmp_path: Path) -> None:
    async with kept(tmp_path) as (standin, friendly, _):
        around = Circumstances(only_for=friendly.ada.id)
        standin.posting.create(friendly.dreams, standin.world.bot, {"content": "psst"}, {0: picture()}, around)
    async with kept(tmp_path) as (standin, _, _):
        assert standin.world.messages() == []
    assert "psst" not in (tmp_path / "world.json").read_text()
    assert pictures(tmp_path) == set()


def pictures(folder: Path) -> set[str]:
    """Of messages, not of people."""
    return {one.name for one in folder.glob("files-*/*") if "-" not in one.name}


@runs
async def test_changes_are_written_soon_and_all_at_once(tmp_path: Path) -> None:
    async with kept(tmp_path, delay=0.2) as (standin, friendly, _):
        began, written = time.monotonic(), set()
        for number in range(20):
            await standin.post(friendly.general, friendly.ada, str(number))
            await asyncio.sleep(0.001)
            written.add((tmp_path / "world.json").stat().st_ino)
        assert len(written) <= 2 + (time.monotonic() - began) / 0.2
        async with asyncio.timeout(60):
            while '"19"' not in (tmp_path / "world.json").read_text():
                await asyncio.sleep(0.02)
        assert not json.loads((tmp_path / "world.json").read_text())["ended"]


@runs
async def test_nothing_is_written_where_nothing_has_changed(tmp_path: Path) -> None:
    async with kept(tmp_path, delay=0) as (standin, _, _):
        before = (tmp_path / "world.json").stat().st_ino
        standin.world.watchers.tell(standin.world.bot)
        await asyncio.sleep(0.2)
        assert (tmp_path / "world.json").stat().st_ino == before


@runs
async def test_what_is_being_written_does_not_change_any_more(tmp_path: Path) -> None:
    async with kept(tmp_path) as (standin, friendly, _):
        posted = await standin.post(friendly.dreams, friendly.ada, "one", attachments=[picture()])
        standin.people.react(friendly.ada, posted, "👍")
        document = take(standin, friendly, ended=False)
        before = document.text()
        standin.people.react(friendly.ben, posted, "👍")
        standin.people.react(friendly.ben, posted, "👎")
        kept_file = {"id": str(posted.attachments[0].id), "description": "a cat"}
        standin.posting.edit(posted, {"content": "two", "attachments": [kept_file]}, {})
        await standin.post(friendly.dreams, friendly.ada, "three")
        standin.world.add_member(friendly.guild, standin.world.add_user("new"))
        standin.world.set_overwrite(friendly.dreams, friendly.ada, deny=1)
        friendly.guild.members[friendly.ada.id].roles.append(friendly.guild.id)
        standin.world.delete_channel(friendly.late)
        assert document.text() == before


@runs
async def test_a_file_is_written_once_and_goes_with_its_message(tmp_path: Path) -> None:
    async with kept(tmp_path) as (standin, friendly, _):
        one = await standin.post(friendly.dreams, friendly.ada, attachments=[picture()])
        other = await standin.post(friendly.dreams, friendly.ada, attachments=[picture()])
        names = {str(each.attachments[0].id) for each in (one, other)}
        async with asyncio.timeout(60):
            while pictures(tmp_path) != names:
                await asyncio.sleep(0.01)
        (folder,) = tmp_path.glob("files-*")
        first = (folder / str(one.attachments[0].id)).stat()
        standin.people.delete(friendly.ada, other)
    assert pictures(tmp_path) == {str(one.attachments[0].id)}
    after = (folder / str(one.attachments[0].id)).stat()
    assert (after.st_ino, after.st_mtime_ns) == (first.st_ino, first.st_mtime_ns)


@runs
async def test_what_is_kept_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    async with kept(tmp_path) as (standin, friendly, _):
        await standin.post(friendly.dreams, friendly.ada, attachments=[picture()])
    for path in tmp_path.rglob("*"):
        if path.name != "lock":
            assert path.stat().st_mode & 0o077 == 0, path


@runs
async def test_two_playgrounds_are_not_kept_in_one_folder(tmp_path: Path) -> None:
    async with kept(tmp_path) as (standin, friendly, _):
        before = contents(tmp_path)
        with pytest.raises(BotError, match=f"Another playground is kept in {tmp_path}: stop that one"):
            await Keeping(StandIn(), tmp_path).load()
        assert contents(tmp_path) == before
        await standin.post(friendly.general, friendly.ada, "still alone")
    async with kept(tmp_path) as (standin, _, _):
        assert standin.world.messages()[0].content == "still alone"


@runs
async def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BotError, match=f"cannot be kept in {tmp_path}/file: (File exists|Not a directory)"):
        await Keeping(StandIn(), tmp_path / "file").load()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def _changed(change: Callable[[Any], None]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = folder / "world.json"
        document = json.loads(path.read_text())
        change(document)
        path.write_text(json.dumps(document))

    return damage


def _files(folder: Path) -> Path:
    (found,) = folder.glob("files-*")
    return found


def _dreams(document: Any) -> Any:
    return next(one for one in document["channels"] if one["messages"])


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda folder: (folder / "world.json").write_text(""), "Expecting value"),
        (lambda folder: os.truncate(folder / "world.json", 2000), "Unterminated|Expecting|delimiter"),
        (lambda folder: (folder / "world.json").write_bytes(b"\xff\xfe"), "codec"),
        (lambda folder: (folder / "world.json").write_text("[]"), "no playground's world"),
        (_changed(lambda it: it.update(version="1")), "no playground's world"),
        (_changed(lambda it: it.pop("application")), "no application"),
        (_changed(lambda it: it.pop("guilds")), "guilds is no list"),
        (_changed(lambda it: it["guilds"][0].pop("name")), "guilds is not whole"),
        (_changed(lambda it: it["guilds"][0]["channels"].append(5)), "guilds.channels names 5"),
        (_changed(lambda it: it["guilds"][0]["roles"].update(x={})), "a key that is no number"),
        (_changed(lambda it: it["friendly"].pop("ada")), "friendly is not whole"),
        (_changed(lambda it: it["friendly"].update(ada=5)), "friendly.ada names 5"),
        (_changed(lambda it: it.update(link_secret="xyz")), "non-hexadecimal"),
        (_changed(lambda it: _dreams(it)["messages"][0].update(author=5)), "author is nobody who is known"),
        (_changed(lambda it: _dreams(it)["messages"][0].update(kind=77)), "kind is no MessageKind"),
        (_changed(lambda it: _dreams(it)["messages"][0].update(flags=True)), "flags is no int"),
        (_changed(lambda it: _dreams(it)["messages"][0].update(invented=1)), "unknown invented"),
        (lambda folder: next(iter(_files(folder).glob("*"))).unlink(), "No such file"),
        (lambda folder: os.truncate(next(iter(_files(folder).glob("*"))), 10), "cut off"),
    ],
)
@runs
async def test_a_damaged_state_is_named_and_left_as_it_is(
    tmp_path: Path, damage: Callable[[Path], None], reason: str
) -> None:
    async with kept(tmp_path) as (standin, friendly, _):
        await standin.post(friendly.dreams, friendly.ada, attachments=[picture()])
    damage(tmp_path)
    before = contents(tmp_path)
    with pytest.raises(BotError, match=reason) as caught:
        await Keeping(StandIn(), tmp_path).load()
    assert str(caught.value).startswith(f"{tmp_path}/world.json cannot be read (")
    assert "start without --keep, or move the file away" in str(caught.value)
    assert contents(tmp_path) == before


@runs
async def test_a_newer_state_is_not_touched_and_finds_its_files_when_it_is_back(tmp_path: Path) -> None:
    state, aside = tmp_path / "world.json", tmp_path / "world.json.old"
    async with kept(tmp_path) as (standin, friendly, _):
        await standin.post(friendly.dreams, friendly.ada, "newer", attachments=[picture()])
    older = state.read_text()
    _changed(lambda it: it.update(version=2))(tmp_path)
    with pytest.raises(BotError, match="is of a newer playground: update this one, start without --keep, or move"):
        await Keeping(StandIn(), tmp_path).load()
    state.rename(aside)
    async with kept(tmp_path, clock=lambda: NOW + 5) as (standin, friendly, _):
        await standin.post(friendly.dreams, friendly.ada, "meanwhile", attachments=[picture()])
    state.write_text(older)
    async with kept(tmp_path) as (standin, _, _):
        assert [one.content for one in standin.world.messages()] == ["newer"]


@runs
async def test_a_full_disk_is_said_and_made_good_later(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with kept(tmp_path) as (standin, friendly, _):
        (tmp_path / "world.json.new").mkdir()  # writing fails
        await standin.post(friendly.dreams, friendly.ada, "one", attachments=[picture()])
        async with asyncio.timeout(60):
            while f"cannot be kept in {tmp_path}" not in caplog.text:
                await asyncio.sleep(0.01)
        (tmp_path / "world.json.new").rmdir()
        await standin.post(friendly.dreams, friendly.ada, "two")
    async with kept(tmp_path) as (standin, _, _):
        assert [one.content for one in standin.world.messages()] == ["one", "two"]
        assert len(standin.world.messages()[0].attachments) == 1


@runs
async def test_a_nonce_is_remembered_over_a_restart(tmp_path: Path) -> None:
    payload = {"content": "once", "nonce": "job-1", "enforce_nonce": True}
    async with kept(tmp_path) as (standin, friendly, _):
        sent = standin.posting.create(friendly.dreams, standin.world.bot, payload, {})
    async with kept(tmp_path) as (standin, friendly, _):
        assert standin.posting.create(friendly.dreams, standin.world.bot, payload, {}).id == sent.id


@runs
async def test_what_came_into_the_model_later_is_read_as_its_default(tmp_path: Path) -> None:
    async with kept(tmp_path) as (standin, friendly, _):
        await standin.post(friendly.dreams, friendly.ada, "old")
    _changed(lambda it: _dreams(it)["messages"][0].pop("tts"))(tmp_path)
    async with kept(tmp_path) as (standin, _, _):
        assert standin.world.messages()[0].tts is False


def _messages_in(state: Path) -> int:
    return sum(len(one["messages"]) for one in json.loads(state.read_text())["channels"])


LIFE = """
import asyncio, sys, time
from pathlib import Path
from bot.playground.friendly import furnish
from bot.playground.keeping import Keeping
from bot.playground.kept import take
from bot.playground.drafts import File
from bot.playground.standin import StandIn

async def live(folder, behind):
    standin = StandIn(clock=lambda: time.time() - behind)
    keeping = Keeping(standin, folder, delay=0.005)
    friendly = await keeping.load() or furnish(standin.world)
    await keeping.start(friendly)
    messages = standin.world.messages(friendly.dreams)
    number = int(messages[-1].content) if messages else 0
    print("begun", *(one.id for one in messages), flush=True)
    while True:
        number += 1
        data = str(number).encode() * 2000
        posted = await standin.post(
            friendly.dreams, friendly.ada, str(number), attachments=[File(filename="x.txt", data=data)]
        )
        print(posted.id, flush=True)
        standin.people.react(friendly.ada, posted, "\\N{THUMBS UP SIGN}")
        if number % 3 == 0:
            standin.people.edit(friendly.ada, posted, str(number))
        for old in standin.world.messages(friendly.dreams)[:-5]:
            standin.people.delete(friendly.ada, old)
        await asyncio.sleep(0.001)

asyncio.run(live(Path(sys.argv[1]), float(sys.argv[2])))
"""


def test_a_playground_killed_at_any_moment_is_whole_and_gives_no_id_twice(tmp_path: Path) -> None:
    killed_and_looked_at(tmp_path, lives=5)


@pytest.mark.soak
def test_a_playground_killed_at_many_moments_is_whole_and_gives_no_id_twice(tmp_path: Path) -> None:
    killed_and_looked_at(tmp_path, lives=40)


def killed_and_looked_at(tmp_path: Path, lives: int) -> None:
    chance = random.Random(5)
    given_out: list[int] = []
    furthest = 0
    for life in range(lives):
        # The clock steps back by more than the lives last.
        process = subprocess.Popen(
            [sys.executable, "-c", LIFE, str(tmp_path), str(100.0 * life)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        begun = process.stdout.readline().split()
        assert begun[0] == "begun"
        assert [int(one) for one in begun[1:]] == sorted(set(map(int, begun[1:])) & set(given_out))
        ids = [int(process.stdout.readline()) for _ in range(chance.randint(0, 60))]
        while not life and not _messages_in(tmp_path / "world.json"):  # so that something has to be found again
            time.sleep(0.005)
        time.sleep(chance.uniform(0.0, 0.03))
        process.kill()
        ids += [int(line) for line in process.stdout.read().split("\n")[:-1] if line]
        process.stdout.close()
        process.wait()
        assert not set(ids) & set(given_out)
        assert not ids or not given_out or min(ids) > max(given_out)
        given_out += ids

        async def look() -> int:
            standin = StandIn()
            keeping = Keeping(standin, tmp_path)
            friendly = await keeping.load()
            await keeping.close()
            if friendly is None:
                return 0
            found = standin.world.messages(friendly.dreams)
            numbers = [int(one.content) for one in found]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True
            for one in found:
                assert one.attachments[0].data == one.content.encode() * 2000
            return numbers[-1] if numbers else 0

        reached = asyncio.run(look())
        assert reached >= furthest
        furthest = reached
    assert furthest


def test_ids_carry_the_right_time_again_once_the_clock_is_right(tmp_path: Path) -> None:
    async def live() -> None:
        async with kept(tmp_path, clock=lambda: NOW) as (standin, friendly, _):
            last = (await standin.post(friendly.general, friendly.ada, "a")).id
        async with kept(tmp_path, clock=lambda: NOW - 3600) as (standin, friendly, _):
            next_ = (await standin.post(friendly.general, friendly.ada, "b")).id
            assert next_ > last
        async with kept(tmp_path, clock=lambda: NOW + 60) as (standin, friendly, _):
            third: Message = await standin.post(friendly.general, friendly.ada, "c")
            assert (third.id >> 22) / 1000 + EPOCH == pytest.approx(NOW + 60, abs=1)

    asyncio.run(live())
