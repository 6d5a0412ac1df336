"""The operator's commands at work.

Blocks are written into the database, whether the bot runs or not; one that runs is told to look. The others ask the bot
that runs in the data folder.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

from bot.config import Config
from bot.errors import BotError
from bot.jobs import people, servers
from bot.jobs.aliases import Aliases
from bot.jobs.people import Block
from bot.jobs.servers import GuildBlock
from bot.operations.seeing.asking import NotRunning, heard
from bot.owner.commands import SERVER
from bot.store.database import Database

WAIT_SECONDS = 1.0  #: between looks whether everybody has been answered
PATIENCE = 60.0  #: seconds for the bot to do what it is told: it speaks to Discord

Say = Callable[[str], None]


async def _asked(config: Config, what: str, **values: Any) -> dict[str, Any]:
    said = await heard(config.home, "POST", f"/owner/{what}", asked=values, patience=PATIENCE)
    if "error" in said:
        raise BotError(said["error"])
    return said


async def _servers(_: argparse.Namespace, config: Config, say: Say) -> int:
    found = (await _asked(config, "servers"))["servers"]
    say(f"{len(found)} server(s)" + (":" if found else "."))
    for one in found:
        members = "?" if one["members"] is None else one["members"]
        name = "(Discord cannot show it just now)" if one["name"] is None else printable(one["name"])
        say(f"{one['id']:>20}  {members:>8} members  {one['dreams']:>6} dreams in 7 days  {name}")
    return 0


async def _leave(options: argparse.Namespace, config: Config, say: Say) -> int:
    left = await _asked(config, "leave", guild=options.guild)
    say(f"The bot has left {printable(left['name'])} ({options.guild}). What is kept of it goes in 30 days.")
    say(f"To keep it out, too: python -m bot block server {options.guild}")
    return 0


async def _block(options: argparse.Namespace, config: Config, say: Say) -> int:
    now = time.time()
    until = None if options.span is None else now + options.span
    async with _database(config) as database:
        if options.kind == SERVER:
            server = GuildBlock(guild=options.id, until=until, reason=options.reason)
            await database.write(lambda connection: servers.block_guild(connection, server, now))
        else:
            member = Block(person=options.id, guild=None, until=until, reason=options.reason, by=None)
            alias = await asyncio.to_thread(_alias, config.home, options.id)
            await database.write(lambda connection: people.block(connection, member, now, alias=alias))
    say(f"Blocked: {options.kind} {options.id}, {_until(until)}.")
    await _tell(config, say, leaves=options.kind == SERVER)
    return 0


async def _unblock(options: argparse.Namespace, config: Config, say: Say) -> int:
    async with _database(config) as database:
        if options.kind == SERVER:
            was = await database.write(lambda connection: servers.unblock_guild(connection, options.id))
        else:
            alias = await asyncio.to_thread(_alias, config.home, options.id)
            was = await database.write(lambda connection: people.unblock(connection, options.id, None, alias=alias))
    if not was:
        raise BotError(f"There is no such block of {options.kind} {options.id}: python -m bot blocks lists all.")
    say(f"No longer blocked: {options.kind} {options.id}.")
    await _tell(config, say, leaves=False)
    return 0


async def _blocks(_: argparse.Namespace, config: Config, say: Say) -> int:
    now = time.time()
    async with _database(config) as database, database.reading() as connection:
        members = await servers.operators_blocks(connection, now)
        guilds = await servers.guild_blocks_in_force(connection, now)
    for member in members:
        who = str(member.person) if member.person > 0 else "(was forgotten)"
        say(f"member {who:>20}  {_until(member.until)}{_because(member.reason)}")
    for guild in guilds:
        say(f"server {guild.guild:>20}  {_until(guild.until)}{_because(guild.reason)}")
    if not members and not guilds:
        say("Nobody is blocked everywhere, and no server.")
    return 0


async def _drain(options: argparse.Namespace, config: Config, say: Say) -> int:
    said = await _asked(config, "drain", on=not options.undo)
    if options.undo:
        say("Requests are taken again." if said["changed"] else "Requests were taken all the time.")
        return 0
    say(f"Nothing new is taken. Still to be answered: {said['left']} request(s).")
    if not options.wait:
        say("python -m bot drain --wait returns when that is none; drain --undo takes requests again.")
        return 0
    left = said["left"]
    while left:
        await asyncio.sleep(WAIT_SECONDS)
        said = await _asked(config, "drain")
        if not said["on"]:
            raise BotError("Requests are taken again: somebody has undone it, or the bot was started again.")
        if said["left"] != left:
            left = said["left"]
            say(f"Still to be answered: {left} request(s).")
    say("Drained: everybody has been answered, the bot can be stopped.")
    return 0


async def _tell(config: Config, say: Say, *, leaves: bool) -> None:
    """A bot that runs looks at once, and not only within the next minute."""
    try:
        await _asked(config, "look")
    except NotRunning:
        say("No bot runs in this data folder: it holds from the next start on.")
    except BotError as error:
        say(f"The bot that runs will notice within a minute ({error.sentence.rstrip('.')}).")
    else:
        say("The bot that runs knows." + (" It has left that server, if it was in it." if leaves else ""))


@contextlib.asynccontextmanager
async def _database(config: Config) -> AsyncIterator[Database]:
    database = await Database.open(config.database, home=config.home)
    try:
        yield database
    finally:
        await database.close()


def _alias(home: Path, person: int) -> int | None:
    """Under which somebody who was forgotten is known. Blocks."""
    aliases = Aliases(home)
    aliases.open()
    return aliases.of(person)


def printable(text: str) -> str:
    """A stranger's words for a terminal, whose cursor they must not move."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _until(until: float | None) -> str:
    if until is None:
        return "for good"
    return f"until {datetime.datetime.fromtimestamp(until, datetime.UTC):%Y-%m-%d %H:%M} UTC"


def _because(reason: str | None) -> str:
    return "" if reason is None else f": {printable(reason)}"


PROGRAMS: dict[str, Callable[[argparse.Namespace, Config, Say], Coroutine[Any, Any, int]]] = {
    "servers": _servers,
    "leave": _leave,
    "block": _block,
    "unblock": _unblock,
    "blocks": _blocks,
    "drain": _drain,
}
