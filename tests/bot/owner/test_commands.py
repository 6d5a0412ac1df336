"""The operator's commands as they are typed, beside a bot that runs in a process of its own, and without one."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import _parser
from bot.config import read_config
from bot.errors import BotError
from bot.operations.seeing import asking
from bot.owner import commands
from bot.playground.model import Message
from tests.bot.unset import unset_environment
from tests.e2e.town import DOT, Town, in_town

ROOT = Path(__file__).parents[3]


def typed(home: Path, *words: str) -> tuple[int, str]:
    """Exit status, and what is said."""
    said: list[str] = []
    config = read_config({"DREAM_HOME": str(home)}, None)
    try:
        return commands.run(_parser().parse_args(words), config, said.append), "\n".join(said)
    except BotError as error:
        return 1, error.sentence


async def beside(town: Town, *words: str, status: int = 0) -> str:
    done, said = await asyncio.to_thread(typed, town.home, *words)
    assert done == status, said
    return said


async def answer(town: Town, asked: Message) -> str:
    said = await town.standin.message(lambda one: one.reply_to == asked.id and not one.loading)
    return str(said.text)


@in_town(module="tests.e2e.pretending")
async def test_a_running_bot_obeys_at_once(town: Town) -> None:
    place, world = town.place, town.standin.world
    await town.dream(await town.ask("!dream", DOT))
    listed = await beside(town, "servers")
    assert "1 server(s):" in listed
    assert (
        f"{place.guild.id}  {len(place.guild.members):>8} members  {1:>6} dreams in 7 days  {place.guild.name}"
        in listed
    )

    assert "The bot that runs knows." in await beside(
        town, "block", "member", str(place.ada.id), "--for", "3d", "--reason", "threatens others"
    )
    refused = await answer(town, await town.ask("!dream", DOT))
    assert refused.startswith("You are blocked from dreaming until <t:")
    assert refused.endswith(": threatens others")
    assert f"{place.ada.id}  until 20" in await beside(town, "blocks")
    await beside(town, "unblock", "member", str(place.ada.id))
    await town.dream(await town.ask("!dream", DOT))
    assert "There is no such block" in await beside(town, "unblock", "member", str(place.ada.id), status=1)
    assert "Nobody is blocked" in await beside(town, "blocks")

    other = world.add_guild("Other\x1b[2J", owner=place.ben, with_bot=False)
    other.system_channel = world.add_channel(other, "general").id
    world.invite_bot(other)
    assert "It has left that server" in await beside(town, "block", "server", str(other.id), "--reason", "adverts")
    said = await town.says("adverts")
    assert said.channel_id == other.system_channel
    assert world.bot.id not in other.members
    await beside(town, "unblock", "server", str(other.id))
    world.invite_bot(other)
    assert "Other?[2J" in await beside(town, "servers")
    assert "The bot has left Other?[2J" in await beside(town, "leave", str(other.id))
    await town.says("told me to leave this server")
    assert world.bot.id not in other.members
    assert "The bot is in no server with the id" in await beside(town, "leave", str(other.id), status=1)


@in_town(module="tests.e2e.pretending", held=True)
async def test_draining_takes_nothing_new_finishes_what_was_accepted_and_says_so(town: Town) -> None:
    first = await town.ask("!dream", DOT)
    await town.standin.message(lambda one: one.reply_to == first.id)
    assert "Still to be answered: 1 request(s)." in await beside(town, "drain")
    lines: list[str] = []
    assert await asking.ask(town.home, lines.append) == 1
    assert "finishes what was accepted" in lines[0]
    refused = await answer(town, await town.ask("!dream", DOT, user=town.place.ben))
    assert refused.startswith("I am about to be restarted and take nothing new until then. Please try again <t:")
    assert "Requests are taken again." in await beside(town, "drain", "--undo")
    second = await town.ask("!dream", DOT, user=town.place.ben)
    await town.standin.message(lambda one: one.reply_to == second.id)

    waiting = asyncio.create_task(asyncio.to_thread(typed, town.home, "drain", "--wait"))
    town.allow()
    done, said = await waiting
    assert done == 0, said
    assert said.endswith("Drained: everybody has been answered, the bot can be stopped.")
    for asked in (first, second):
        assert len(town.dreams(asked)) == 1
    await town.bot.said("drained: ")


def test_without_a_bot_blocks_are_written_and_the_rest_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, member = tmp_path / "home", "812345678901234567"
    done, said = typed(home, "block", "member", member)
    assert done == 0
    assert "from the next start on" in said
    assert f"member   {member}  for good" in typed(home, "blocks")[1]
    for words in (("servers",), ("leave", member), ("drain",)):
        done, said = typed(home, *words)
        assert done == 1
        assert said.startswith("No bot runs with the data folder")
    for wrong, words in (
        ("15 to 20 digits", ("block", "server", "here")),
        ("is no span", ("block", "member", member, "--for", "soon")),
    ):
        with pytest.raises(SystemExit):
            typed(home, *words)
        assert wrong in capsys.readouterr().err


def test_the_command_line_leads_there(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "servers"],
        env={**unset_environment(), "PYTHONPATH": str(ROOT), "DREAM_HOME": str(tmp_path / "home")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("bot: No bot runs with the data folder")
    assert done.stderr.count("\n") == 1
